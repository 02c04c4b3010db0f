"""`python -m tests.e2e.killed` runs the command and kills it; a `__main__`, which its parsing children do not import."""

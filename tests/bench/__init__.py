"""Benchmarks: `make bench` prints every figure of docs/benchmarks.md. Figures, no verdicts; never run by pytest."""

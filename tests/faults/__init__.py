"""Faults put under the real daemon, and an oracle that counts what was lost, told twice or told falsely."""

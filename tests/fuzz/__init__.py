"""Hostile bytes for everything that reads what others wrote; what once broke it is kept and read again by each test run."""

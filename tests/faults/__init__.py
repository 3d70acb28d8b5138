"""Faults done to runs and to what they store, and what becomes of the result: `python -m tests.faults --write`."""

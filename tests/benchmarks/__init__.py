"""Timings as ratios, measured interleaved in one process: python -m tests.benchmarks [KERNEL ...] [--json FILE]."""

"""Worst cases of first-order methods on convex functions."""

"""Factored parameters under squared loss: matrix sensing, its balances and excess ranks."""

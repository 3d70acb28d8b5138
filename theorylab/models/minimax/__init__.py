"""Monotone inclusions and minimax problems: Halpern, extragradient and their variance-reduced forms, mode by mode."""

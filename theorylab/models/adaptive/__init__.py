"""Adaptive step sizes, exactly: Adam and its kin on periodic linear losses, frozen diagonals, scalar AdaGrad."""

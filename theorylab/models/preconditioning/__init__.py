"""Steepest descent in norms: steps along signs of Gaussian gradients on quadratics, exactly, and Lion with its box."""

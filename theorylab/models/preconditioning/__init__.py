"""Steepest descent in norms, exactly: steps along the signs of Gaussian gradients on quadratics."""

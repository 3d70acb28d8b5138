"""Studies of steepest descent in norms, where signs of gradients, their curvature and constraints are known exactly."""

HEAD = "surge_phenomenon"

"""Studies of steepest descent in norms, where signs of gradients and their curvature are known exactly."""

HEAD = "surge_phenomenon"

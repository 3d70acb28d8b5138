"""Studies of the edge of stability, in models where the gradient flow is known exactly."""

HEAD = "gfs_sharpness_scalar_networks"

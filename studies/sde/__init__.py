"""Studies of diffusion limits: adaptive methods, sharpness-aware methods, integrators."""

HEAD = "sde_sam"

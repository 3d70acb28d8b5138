"""Studies of adaptive step sizes, on losses where second moments and preconditioners are known exactly."""

HEAD = "adam_nonconvergence"

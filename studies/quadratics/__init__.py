"""Studies of the noisy quadratic model, and of valleys beside it."""

HEAD = "weight_averaging_swa"

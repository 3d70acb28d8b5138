"""Studies of linear regression by SGD."""

HEAD = "ema_linear_regression"

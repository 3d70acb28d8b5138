"""Studies of linear regression by SGD."""

"""Studies of factored parameters: matrix sensing and diagonal linear networks."""

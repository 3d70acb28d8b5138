"""Studies of factored parameters: matrix sensing and diagonal linear networks."""

HEAD = "matrix_sensing_overparameterized"

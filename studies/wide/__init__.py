"""Studies of wide students, in the limit of many dimensions and in finite draws."""

HEAD = "high_dimensional_dynamics"

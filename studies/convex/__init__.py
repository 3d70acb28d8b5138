"""Studies of worst cases of first-order methods."""

HEAD = "handbook"

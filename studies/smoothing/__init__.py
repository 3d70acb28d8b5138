"""Studies of what large steps do to sharp minima."""

HEAD = "large_step_escapes"

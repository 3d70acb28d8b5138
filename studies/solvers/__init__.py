"""Studies of solvers and of derivatives of their solutions."""

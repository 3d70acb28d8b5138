"""How work is done and kept: tasks, replicas, grids, checkpoints, the store, progress."""

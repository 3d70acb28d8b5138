"""Studies of Halpern iteration and its relatives on minimax problems."""

HEAD = "variance_reduced_halpern"

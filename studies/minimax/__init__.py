"""Studies of Halpern iteration and its relatives on minimax problems."""

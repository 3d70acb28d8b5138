"""Coverage of the instruments on synthetic truths, as committed tables."""

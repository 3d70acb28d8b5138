"""Studies of bilevel optimisation."""

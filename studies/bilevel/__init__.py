"""Studies of bilevel optimisation."""

HEAD = "bilevel_penalty"

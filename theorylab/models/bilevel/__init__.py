"""Bilevel optimisation: penalty methods and unbounded smoothness, on instances with hypergradients in closed form."""

"""Solutions of equations with a parameter, solvers for them, and derivatives of the solutions."""

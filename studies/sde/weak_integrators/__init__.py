"""Orders of Textbook Integrators of Stochastic Differential Equations

The textbook says, in our words:
1. (recalled) Euler-Maruyama has strong order 1/2 and weak order 1; Milstein's scheme has strong order 1.
2. (recalled) With additive noise Euler-Maruyama is Milstein's scheme, of strong order 1.

On trial:
- integrator_orders: both claims, on linear equations, by exact second moments derived here.
- integrator_moments: that simulated steps meet those moments.

Not on trial, because:
- Equations that are not linear: their moments have no closed form here.
- Schemes of higher order: no study here needs one.
"""

HEAD = "integrator_orders"

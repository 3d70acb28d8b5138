"""Efficient and Modular Implicit Differentiation

The paper says, in our words:
1. (recalled) The derivative of a solution follows from the equation that it satisfies, F(x, theta) = 0 or a fixed
   point, by one linear system; the solver need not be differentiated.
2. (recalled) At an approximate solution the error of that derivative is at most a constant times the solution's error:
   beta/alpha + gamma R/alpha^2 (Theorem 1; its proof is given here again).
3. (recalled) On ridge regression implicit derivatives at iterates of gradient descent are better than unrolled ones.
4. (recalled) Products with the derivative need one adjoint system, which may be solved inexactly.

On trial:
- jacobian_bound [C1, C2, C3]: claim 2, its constant, and where it is attained.
- orders_of_error [C5, C9]: claim 2, first order in the solution's error, second in the conditioning; derived here.
- unrolled_or_implicit [C4]: claim 3, both errors in closed form: unrolling loses a factor that grows as t.
- adjoint_solves [C6, C7]: claims 1 and 4, fixed points and inexact adjoints.
- lasso_support [C8]: claim 1 where the fixed point is not smooth: nothing before the support is found.

Not on trial, because:
- Support vector machines, dataset distillation, molecular dynamics, dictionary learning: experiments about run times.
- Modular interfaces: software, not a statement.
- Rank-deficient data with a vanishing penalty: beside the solution the second term is not attained there; the growth as
  1/alpha^2 is shown on a root.
"""

HEAD = "jacobian_bound"

"""Fast Extra Gradient Methods for Smooth Structured Nonconvex-Nonconcave Minimax Problems

The paper says, in our words:
1. (recalled) The fast extragradient method (FEG) with step 1/L has |F(z_k)|^2 <= 4 L^2 D^2/k^2 on monotone Lipschitz
   operators.
2. (recalled) The same order holds for structured (negatively comonotone) problems that are not monotone.

On trial:
- fast_extragradient [C13]: claim 1, on monotone normal operators, where a closed form shows that the bound is attained.

Not on trial, because:
- Negatively comonotone operators (claim 2): their step sizes and constants were not read.
- Monotone operators that are not normal: the closed form goes mode by mode.
- The stochastic form of the method: not read.
"""

HEAD = "fast_extragradient"

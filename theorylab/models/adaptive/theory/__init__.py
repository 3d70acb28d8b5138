"""Exact theory of adaptive step sizes, by problem: linear losses, frozen diagonals, scalar AdaGrad.

Conventions of `model` and `optimisers`. The forms are derived for this project in the settings of Reddi, Kale and Kumar
(arXiv 1904.09237), Zhang et al. (arXiv 2402.16788), and Attia and Koren (arXiv 2302.08783).
"""

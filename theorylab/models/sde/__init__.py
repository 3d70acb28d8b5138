"""Diffusion limits of stochastic optimisers: adaptive methods, sharpness-aware methods, and the integrators they need.

Weak errors are far smaller than their Monte Carlo noise, so both sides are computed: the optimiser by its transfer
operator, by moment recursions or by enumeration of all noise sequences, the diffusion by its generator or its moments.
"""

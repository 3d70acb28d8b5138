"""Closed forms of the noisy quadratic model, in plain arithmetic: floats, arrays, symbols, or `Known` with bounds."""

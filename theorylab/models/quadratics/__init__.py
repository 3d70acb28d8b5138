"""The noisy quadratic model: linear recursions of a few states, their exact moments, and valleys beside them."""

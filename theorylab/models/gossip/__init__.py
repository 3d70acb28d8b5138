"""Decentralised SGD: workers that average with their neighbours, on quadratics, skewed wells and double wells."""

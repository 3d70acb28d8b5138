"""The edge of stability, exactly: gradient descent on products of weights, and the gradient flow from its iterates."""

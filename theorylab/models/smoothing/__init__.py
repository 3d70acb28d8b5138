"""Large steps smooth a landscape: gradient descent on a wide bowl with a sharp well beside it."""

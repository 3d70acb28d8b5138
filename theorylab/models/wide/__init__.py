"""Wide linear students: gradient flow on Gaussian data in the limit of many dimensions, and finite draws of it."""

"""Linear classification of separable data: logistic regression with large steps, and its limit, the perceptron."""

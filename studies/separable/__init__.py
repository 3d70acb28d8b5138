"""Studies of linear classification: logistic regression with large steps against the perceptron."""

HEAD = "logistic_to_perceptron"

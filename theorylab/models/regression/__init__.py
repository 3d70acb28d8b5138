"""Linear regression by stochastic gradient descent: one exact second-moment theory, one simulator."""

"""Learning Curves for SGD on Structured Features

The paper says, in our words:
1. (read) The mean test loss of mini-batch SGD on features depends on their spectrum and on the target's coefficients
   alone, through a linear recursion.
2. (read) At fixed compute small batches are best; how small depends on the spectrum.
3. (recalled) For Gaussian features that recursion is c <- ((1 - h l)^2 + h^2 (l^2 + l l^T) / m) c; features whose
   fourth moments are regular obey it up to a factor.
4. (recalled) Training and test loss on a fixed training set follow from a recursion as well.

On trial:
- structured_curves [C2, C4, C5]: claims 1 and 2, closed forms for equal eigenvalues and exponents of power laws.
- batch_at_fixed_compute [C3, C6]: claim 2, which batch is best at fixed compute, step sizes tuned; and where it is
  not 1.
- relu_features [C8]: claims 1 and 3, features that are not Gaussian, against the recursion and against one-hot ones.
- fixed_training_set [C1]: claims 3 and 4, mini-batch SGD on fresh and on fixed samples, simulated; label noise.
- noise_floor [C7]: claim 3, what label noise leaves, to 10^12 steps; derived here.

Not on trial, because:
- MNIST, CIFAR-10 and wide networks: real data are out of reach; random ReLU features of Gaussian inputs stand for them.
- The bound for regular features, with its constant: recalled only; relu_features tells how far the Gaussian one goes.
"""

HEAD = "relu_features"

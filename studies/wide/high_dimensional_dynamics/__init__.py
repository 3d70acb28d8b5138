"""High-dimensional dynamics of generalization error in neural networks

The paper says, in our words:
1. (recalled) Under gradient flow the errors of a linear student on Gaussian data are integrals over the law of
   Marchenko and Pastur.
2. (recalled) Overtraining is worst where there are as many samples as dimensions; early stopping removes the peak.
3. (recalled) Directions without samples are frozen: they protect from overtraining, and keep what the student starts
   with.
4. (recalled) No time is the best for all modes; stopping at the best common time is nearly as good as the best ridge.

On trial:
- overtraining_peak [C2, C3]: claims 2 and 3, errors over the load, late and stopped in time, with and without noise.
- flow_errors [C1, C8]: claim 1, test and training errors over time, integrals against finite draws.
- early_stopping [C4, C5, C6]: claim 4, best times against those of the modes, and ridge regression.
- critical_load [C7]: claim 2, how the error grows in time where there are as many samples as dimensions.

Not on trial, because:
- Random ReLU hidden layers, and norm bounds on their fits: there is no exact curve here to lay them on.
- Both layers trained, deep networks, MNIST: out of reach.
- Better-conditioned inputs as a cause, beyond the lower edge of the spectrum: no statement of it was read.
"""

HEAD = "overtraining_peak"

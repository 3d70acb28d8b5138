"""Averaging Weights Leads to Wider Optima and Better Generalization

The paper says, in our words:
1. (read) Averaging points along SGD with a constant or cyclical step size moves from the rim of a set of low loss to
   its centre.
2. (read) The average is a flatter point than SGD's, and generalises better.
3. (recalled) A cyclical step size falls linearly within each cycle, and a point is taken at its end.

The paper is empirical: it was read in its abstract. The exact statements on trial are standard averaging theory,
derived here for valleys that can be solved.

On trial:
- swa_variance [C1, C2, C3]: claim 1 on a parabola: how far the average is from the centre, at any number of steps.
- cyclic_averages [C1]: the same for points at the ends of cycles, claim 3.
- swa_against_ema [C7]: a mean of all points against an exponential moving average: floor and crossover.
- asymmetric_valley [C4, C10]: a valley with a flat and a steep side: where its average lies, and how flat it is there.
- shifted_valley [C5, C6]: why such an average may be the better one in a test.
- wider_average [C8]: claim 2 as the title has it: where the average is flatter than the last iterate.
- drifting_average [C9]: the same while SGD still moves along a manifold of minima.

Not on trial, because:
- Better test accuracy of networks, the approximation of ensembles, "no overhead": no toy decides them.
- Shells of high dimension (Gaussian points lie near a sphere, their mean inside): a fact about Gaussian clouds.
- Statistics of batch normalisation, which are computed again at the average: nothing here corresponds to them.
"""

HEAD = "wider_average"

CLINIC = {
    "swa_against_ema": ("weight averaging", "floor"),
    "swa_variance": ("weight averaging", "noise"),
    "drifting_average": ("weight averaging", "drift"),
    "cyclic_averages": ("weight averaging", "noise"),
}

"""Weights that are overwritten by the mean of each epoch forget their start, and stay at the variance of one epoch.

An epoch of m steps makes a x + noise of x, a = r (1 - r^m) / (m (1 - r)); at rest the variance is that of fresh noise
over 1 - a^2. The mean of all iterates of as many steps, never put back, has a variance that goes on falling: after
twenty epochs it is 6 to 20 times smaller. But what overwriting keeps of a start falls by a each epoch, what the mean
keeps of it only as 1 / n.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import averaging, seeds
from theorylab.numerics.known import known

SOURCE = Source("averages that overwrite the weights (recalled); variances derived here", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    correlations: tuple[float, ...] = (0.5, 0.9)
    lengths: tuple[int, ...] = (3, 10, 100, 1000)  # of an epoch
    epochs: int = 20
    curvature: float = 0.7
    noise_std: float = 1.3


QUICK = Setting()
FULL = Setting(lengths=(3, 10, 30, 100, 300, 1000, 3000))


def epoch(s, r, length):
    """Map of second moments of (1, x, sum) over an epoch that ends with x <- sum / m, sum <- 0; exact."""
    plain = model.sgd((1 - r) / s.curvature, s.curvature, s.noise_std)
    after = model.linear([[[0.0, 1 / known(float(length))], [0.0, 0.0]]], [[0.0, 0.0], [0.0, 0.0]])
    inner, fresh = plain.maps[0][..., 1, 1], plain.noise[..., 1, 1]
    summed = model.linear([[[inner, 0.0], [inner, 1.0]]], [[fresh, fresh], [fresh, fresh]])  # sums x after the step
    return moments.operator(after) @ moments.power(moments.operator(summed), length)


def rest(s, r):
    return averaging.sgd_variance((1 - r) / s.curvature, s.curvature, s.noise_std)


def measure(s):
    variance, contraction = [], []
    for r in s.correlations:
        maps = [epoch(s, r, m) for m in s.lengths]
        variance.append([float(moments.at_rest(each).second(1, 1).value[0]) / rest(s, r) for each in maps])
        once = [moments.run(each, model.start_at([1.0], 3), [1]).mean(1).value[0, 0] for each in maps]
        contraction.append([float(value) for value in once])
    return {"variance": exact(s.lengths, variance, 1e-9, "length"),
            "contraction": exact(s.lengths, contraction, 1e-9, "length")}  # fmt: skip


def predict(s):
    m = np.array(s.lengths, dtype=float)
    rows: dict[str, list[np.ndarray]] = {}
    for r in s.correlations:
        values = {
            "variance": seeds.overwritten_variance(1.0, r, m),
            "mean": averaging.average_variance(1.0, r, s.epochs * m),
            "one epoch": averaging.average_variance(1.0, r, m),
            "contraction": seeds.overwritten_contraction(r, m),
            "power": r**m,
        }
        for name, row in values.items():
            rows.setdefault(name, []).append(row)
    return {name: exact(s.lengths, row, 1e-9, "length") for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim=f"of the mean of {s.epochs} epochs", predicted=predicted["mean"])
    yield agrees("variance of overwritten weights at rest", measured["variance"], predicted["variance"], rival=rival)
    rival = Rival(claim="r^m, without overwriting", predicted=predicted["power"])
    claim = "an epoch keeps r (1 - r^m) / (m (1 - r)) of a start"
    yield agrees(claim, measured["contraction"], predicted["contraction"], rival=rival)
    some = np.array(s.lengths) >= 10
    often, mean = measured["variance"].at(some), predicted["mean"].at(some)
    rival = Rival(claim="30 times", predicted=exact(mean.x, 30 * mean.samples, 1e-9, "length"))
    claim = f"epochs from 10 steps on: at least 5 times the variance of the mean of {s.epochs} epochs"
    yield above(claim, often, exact(mean.x, 5 * mean.samples, 1e-9, "length"), rival=rival)
    long = np.array(s.lengths) >= 100
    rival = Rival(claim=f"that of {s.epochs}", predicted=predicted["mean"].at(long))
    claim = "long epochs: the variance of the mean of one epoch"
    yield agrees(claim, measured["variance"].at(long), predicted["one epoch"].at(long), rival=rival, within=0.1)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, r in enumerate(s.correlations):
        plots.points(axes, s.lengths, measured["variance"].samples[k], k, f"overwritten, r = {r}")
        plots.guide(axes, s.lengths, predicted["variance"].samples[k], "" if k else "closed form")
        plots.line(axes, s.lengths, predicted["mean"].samples[k], k, f"mean of {s.epochs} epochs, r = {r}")
    plots.label(axes, "steps m of an epoch", "variance over seeds / that of SGD", "weights put back, or not")
    return drawn


if __name__ == "__main__":
    script()

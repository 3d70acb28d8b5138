"""An average of the iterates has a somewhat smaller variance, and an exponentially smaller chance to fall off a cliff.

SGD at rest on one curvature h is normal, of variance c = eta s^2 / (h (2 - eta h)); its exponential moving average with
weight b has v = c b / (2 - b) (1 + q) / (1 - q), q = (1 - b)(1 - eta h): b s^2 / (2 h^2) for b << eta h, whatever eta.
With reward 1 while |x| <= eps the iterate fails with probability erfc(eps / sqrt(2 c)), the average with v for c: the
log of their ratio grows as eps^2 / 2 (1 / v - 1 / c), while a quadratic loss shows the ratio v / c and no more.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.quadratics import model, moments, simulation
from theorylab.models.quadratics.kernels import Mode
from theorylab.models.quadratics.theory import averaging, rollouts
from theorylab.numerics.known import known

SOURCE = Source("poster (cliff loss, averages of iterates, read); probabilities derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.1
    curvature: float = 0.8
    noise_std: float = 1.2
    weights: tuple[float, ...] = (1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0)
    weight: float = 0.03  # of the cliffs
    distances: tuple[float, ...] = (0.1, 0.2, 0.3, 0.4)  # of the simulated cliff: P is not too small
    far: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)
    length: int = 300
    within: float = 0.05
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(weights=tuple(np.geomspace(1e-4, 1.0, 17).tolist()), length=1000, replicas=100_000, seed=2)


def rest(s, weight):
    """Exact variances of iterate and average at rest, Known."""
    recursion = model.sgd(s.step_size, s.curvature, s.noise_std).observed(1 - known(weight), weight)
    found = moments.at_rest(moments.operator(recursion))
    return found.second(1, 1), found.second(2, 2)


def measure(s):
    c, v = (float(each.value[0]) for each in rest(s, s.weight))
    mode, falls = Mode(s.curvature, s.noise_std, c**0.5), {}
    run = simulation.averages(mode, [s.step_size], [s.length], weight=s.weight, replicas=s.replicas, seed=s.seed)
    for name in ("last", "ema"):
        beyond = (np.abs(run[name].samples) > np.array(s.distances)).astype(float)
        curve = replace(run[name], x=np.array(s.distances), samples=beyond, x_name="distance")
        falls[f"falls, {name}"] = curve.bounded(0, 1)
    ratio = np.subtract(*(rollouts.log_cliff_probability(s.far, x) for x in (c, v)))
    return falls | {"variance": moments.curve(s.weights, rest(s, np.array(s.weights))[1], "weight"),
                    "log ratio": exact(s.far, ratio, 1e-12, "distance")}  # fmt: skip


def predict(s):
    eta, h, b = known(s.step_size), s.curvature, known(s.weights)
    c, p = averaging.sgd_variance(eta, h, s.noise_std), 1 - eta * h
    v = averaging.ema_variance(c, p, known(s.weight)).value
    near = {name: exact(s.distances, np.exp(rollouts.log_cliff_probability(s.distances, x)), 1e-12, "distance")
            for name, x in (("falls, last", c.value), ("falls, ema", v))}  # fmt: skip
    return near | {
        "variance": moments.curve(s.weights, averaging.ema_variance(c, p, b), "weight"),
        "white": moments.curve(s.weights, c * b / (2 - b), "weight"),
        "slow": exact(s.weights, np.array(s.weights) * s.noise_std**2 / (2 * h**2), ulps=8, x_name="weight"),
        "log ratio": exact(s.far, rollouts.log_cliff_ratio_leading(np.array(s.far), c.value, v), 1e-12, "distance"),
        "loss": exact(s.far, np.full(len(s.far), np.log(c.value / v)), 1e-12, "distance"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="b / (2 - b) of c, as of white noise", predicted=predicted["white"])
    yield agrees("variance of the average at rest", measured["variance"], predicted["variance"], rival=rival)
    small = np.array(s.weights) <= 1e-3
    rival = Rival(claim="b / (2 - b) of c", predicted=predicted["white"].at(small))
    claim = "... is b s^2 / (2 h^2) for b << eta h"
    yield agrees(claim, measured["variance"].at(small), predicted["slow"].at(small), rival=rival, within=s.within)
    for name, other, text in (("last", "ema", "iterate"), ("ema", "last", "average")):
        rival = Rival(claim="with the other variance", predicted=predicted[f"falls, {other}"])
        key = f"falls, {name}"
        yield agrees(f"chance to be beyond the cliff: {text}", measured[key], predicted[key], rival=rival)
    rival = Rival(claim="more", measured=measured["falls, last"], predicted=measured["falls, ema"])
    yield ordered("the average falls less than the iterate", measured["falls, ema"], measured["falls, last"],
                  rival=rival)  # fmt: skip
    rival, far = Rival(claim="log(c / v), as of a quadratic loss", predicted=predicted["loss"].at([-1])), [-1]
    claim = f"log of the ratio of chances: eps^2 / 2 (1/v - 1/c), at distance {s.far[-1]:g}"
    yield agrees(claim, measured["log ratio"].at(far), predicted["log ratio"].at(far), rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (variances, chances) = plots.panels(2)
    plots.points(variances, s.weights, measured["variance"].mean, 0, "average, exact")
    plots.prediction(variances, predicted["variance"], "closed form")
    plots.line(variances, s.weights, predicted["white"].mean, 4, "b / (2 - b) of c (rival)")
    plots.label(variances, "weight b of a new iterate", "variance", f"at rest, η h = {s.step_size * s.curvature:g}")
    for k, (name, text) in enumerate((("last", "iterate"), ("ema", f"average, b = {s.weight:g}"))):
        plots.measurement(chances, measured[f"falls, {name}"], k, text)
        plots.prediction(chances, predicted[f"falls, {name}"], "" if k else "erfc")
    plots.label(chances, "distance of the cliff", "chance to be beyond it", "simulated", log="y")
    chances.set_ylim(bottom=1e-4)
    return drawn


if __name__ == "__main__":
    script()

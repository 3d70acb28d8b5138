"""RMSprop on batches drawn sample by sample has the mean of RMSprop on the exact law of a batch.

Under the square-root rule at batch k the noise is the mean of k samples +-sigma. `rmsprop_scaling_rule` puts the law of
that mean into a transfer operator; here the k samples are drawn, and the method is run as it is written. Steps are few
and long, so that one sample less in a batch and a step divided by the v before it are told apart.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.sde import adaptive
from theorylab.models.sde.model import Limit, Noise
from theorylab.models.sde.simulation import rmsprop_batches

SOURCE = Source("abstract (square-root scaling rule); the law of a batch: ours", kind="read")
LIMIT, SAMPLES = Limit(noise=1.0, epsilon=0.5, rate=1.0), Noise.skewed(1.0)
SOME = slice(2, None, 2)  # of the steps


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int = 40  # per unit of time at batch 1
    factor: int = 4
    nodes: int = 21  # functions of x
    start: tuple[float, float] = (2.0, 0.25)  # x, u far from its rest at 1
    replicas: int
    seed: int


QUICK = Setting(replicas=16_000, seed=1)
FULL = Setting(replicas=100_000, seed=2)


def law(s, batch, old=False):
    """E f along the run at the batch of the rule, where noise is the mean of `batch` samples, over samples seen."""
    algorithm = LIMIT.algorithm(1 / s.steps)
    given = replace(algorithm.scaled(s.factor, "square root"), noise_std=algorithm.noise_std / batch**0.5)
    value, bound = adaptive.expectations(
        given, SAMPLES.batch(batch), s.start, s.steps // s.factor, [adaptive.COSINE], nodes=s.nodes,
        levels=20 + s.factor, old_denominator=old,
    )  # fmt: skip
    shares = np.arange(value.shape[1]) / (value.shape[1] - 1)
    return replace(exact(shares, 1 - value[0], ulps=0, x_name="samples"), rounding=bound[0][None]).at(SOME)


def measure(s):
    drawn = rmsprop_batches(
        LIMIT.algorithm(1 / s.steps), SAMPLES, rule="square root", factor=s.factor, start=s.start,
        steps=s.steps // s.factor, replicas=s.replicas, seed=s.seed,
    )  # fmt: skip
    return {"drawn": drawn.at(SOME)}


def predict(s):
    return {"batch": law(s, s.factor), "less": law(s, s.factor - 1), "old": law(s, s.factor, old=True)}


def checks(s, measured, predicted):
    claim = f"E f on batches of {s.factor}, drawn, is that of their exact law"
    rival = Rival(claim="one sample less in a batch", predicted=predicted["less"])
    yield agrees(claim, measured["drawn"], predicted["batch"], rival=rival)
    rival = Rival(claim="with the old v", predicted=predicted["old"])
    yield agrees("and that of steps divided by the new v", measured["drawn"], predicted["batch"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    plots.measurement(axes, measured["drawn"], 0, f"batches of {s.factor}, drawn")
    plots.prediction(axes, predicted["batch"], "law of a batch")
    for k, (key, name) in enumerate((("less", "one sample less (rival)"), ("old", "old v (rival)")), 1):
        plots.line(axes, predicted[key].x, predicted[key].mean, k, name)
    plots.label(axes, "samples / samples in all", "E f", f"square-root rule, η² = 1/{s.steps} at batch 1", log="")
    return drawn


if __name__ == "__main__":
    script()

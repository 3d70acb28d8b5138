"""The larger the steps of SGD, the lower its risk and |beta|_1, up to a narrow window where the loss stays up.

Up to a step size that depends on the data, SGD fits them all, and the larger it is the nearer to the truth it ends.
Then comes a window where the loss neither vanishes nor diverges: a phase there, and smaller steps after it, end lower
still; at 1.5 times its step size every run diverges. Gradient descent with the same step sizes shows nothing of it: all
of these are small for it.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, below, exact, ordered, plots, script
from theorylab.models.factorization import diagonal
from theorylab.models.factorization.diagonal import Schedule

SOURCE = Source("abstract (large steps stabilise the loss and bias SGD to sparse predictors, read)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 80
    dimension: int = 200
    support: int = 20
    stable: tuple[float, ...] = (0.3, 0.8, 1.2, 1.4)  # step size x 2 |truth|_1
    loads: tuple[float, ...]  # likewise, where the loss may stay up
    horizon: int
    draws: int
    seed: int


QUICK = Setting(loads=tuple(1.4 * 1.03 ** np.arange(20)), horizon=8000, draws=2, seed=5)
FULL = Setting(loads=tuple(1.4 * 1.015 ** np.arange(40)), horizon=40_000, draws=10, seed=6)


def end(data, plan, horizon, seed=None):
    """Risk, |beta|_1, mean training loss of the last tenth, and whether the run is finite."""
    path = diagonal.run(data, plan, [horizon - horizon // 10, horizon], seed=seed)
    final = np.abs(diagonal.weights(path)[-1]).sum()
    return diagonal.risk(data, path)[-1], final, path.losses[-1], float(np.isfinite(final))


def read(s, seed, data, large):
    """Ends (loads, 4) of SGD and of gradient descent at stable loads; (4, 4) with the first step size that keeps the
    loss up: after a phase of SGD, and of gradient descent; all the way; with 1.5 times of it."""
    whole, few = s.horizon, s.horizon // 4  # gradient descent is dear, and slow to change
    plans = [Schedule(size, whole, size) for size in np.array(s.stable) / (2 * data.truth.sum())]
    wild = 1.5 * large
    after = [end(data, Schedule(large, whole // 2, large / 10), whole, seed),
             end(data, Schedule(large, few // 2, large / 10), few),
             end(data, Schedule(large, whole, large), whole, seed),
             end(data, Schedule(wild, whole, wild), whole, seed)]  # fmt: skip
    return [end(data, plan, whole, seed) for plan in plans], [end(data, plan, few) for plan in plans], after


def measure(s):
    sizes = (s.samples, s.dimension, s.support)
    kept = diagonal.stabilised(sizes, s.loads, s.horizon, level=3e-3, count=s.draws, seed=s.seed)
    rows = [read(s, seed, data, step_size) for seed, data, step_size, _ in kept]
    stable, still, after = (np.array(part) for part in zip(*rows, strict=True))
    curves = {"risk": (s.stable, stable[:, :, 0]), "norm": (s.stable, stable[:, :, 1]),
              "risk, descent": (s.stable, still[:, :, 0]), "norm, descent": (s.stable, still[:, :, 1]),
              "loss": (s.stable, stable[:, :, 2]), "risk after": ([0], after[:, :1, 0]),
              "descent after": ([0], after[:, 1:2, 0]), "loss up": ([0], after[:, 2:3, 2]),
              "finite up": ([0], after[:, 2:3, 3]), "finite beyond": ([0], after[:, 3:, 3])}  # fmt: skip
    return {name: exact(x, y, 1e-9, "load").drawn_from("data that keep the loss up") for name, (x, y) in curves.items()}


def checks(s, measured, predicted):
    def steps(name):
        """The curve at larger steps, and at those before them."""
        curve = measured[name]
        return curve.at(slice(1, None)), replace(curve.at(slice(None, -1)), x=curve.x[1:])

    for name, words in (("risk", "the risk"), ("norm", "|beta|_1")):
        larger, smaller = steps(f"{name}, descent")
        rival = Rival(claim="of gradient descent, too", measured=larger, predicted=smaller)
        yield ordered(f"SGD: {words} falls with the step size", *steps(name), rival=rival)
    half = replace(measured["risk after"], samples=measured["risk"].samples[:, :1] / 2)
    rival = Rival(claim="of gradient descent, too", measured=measured["descent after"])
    claim = "a phase that keeps the loss up ends below half of the risk of small steps"
    yield below(claim, measured["risk after"], half, rival=rival)
    rival = Rival(claim="in that phase, too", measured=measured["loss up"])
    yield below("smaller steps fit: loss < 1e-3 in the end", measured["loss"], 1e-3, rival=rival)
    rival = Rival(claim="at two thirds of it, too", measured=measured["finite up"])
    yield below("at 1.5 times that step size every run diverges", measured["finite beyond"], 0.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, label) in enumerate((("risk", "SGD"), ("risk, descent", "gradient descent"))):
        for row in measured[name].samples:
            plots.line(axes, s.stable, row, k, linewidth=0.5)
        plots.points(axes, s.stable, measured[name].mean, k, f"{label}, mean")
    after = measured["risk after"].samples.ravel()
    plots.points(axes, np.full(after.size, 1.7), after, 2, "SGD, after a phase with the loss up")
    plots.label(axes, "step size x 2 |truth|₁", "risk", f"{s.samples} points, {s.dimension} weights", log="y")
    return drawn


if __name__ == "__main__":
    script()

"""With bounded noise a run in a thousand is hardly worse than the median; with heavy-tailed noise one in ten is.

The mean squared gradient of a run on a quadratic, in units of its median over runs. Under noise of a fixed size a share
of less than 1/1000 is beyond two. Under symmetric stable noise (alpha = 1.5, infinite variance) many are: no
step is longer than eta, but one large gradient stays in S, and all later steps are short.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, plots, script
from theorylab.models.adaptive import norm
from theorylab.models.adaptive.norm import ScalarAdaGrad

SOURCE = Source("abstract (rates with high probability, read); the levels are ours", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    steps: int
    replicas: int
    alpha: float = 1.5
    levels: tuple[float, ...] = (2.0, 3.0, 5.0)  # in units of the median
    share: float = 1e-3
    seed: int


QUICK = Setting(dim=4, steps=30, replicas=9000, seed=1)
FULL = Setting(dim=10, steps=1000, replicas=30_000, seed=2)


def measure(s):
    """Mean squared gradient of runs, and whether it is beyond each level, as replicas."""
    curves = dict[str, Curve]()
    for noise in ("signs", "stable"):
        problem = ScalarAdaGrad(scales=np.linspace(0.1, 1, s.dim), start=np.ones(s.dim), step_size=0.5, additive=1.0,
                                noise=noise, alpha=s.alpha)  # fmt: skip
        found = norm.noisy(problem, [s.steps], replicas=s.replicas, seed=s.seed)["gradient"].samples
        relative = found / np.median(found)
        beyond = Curve(np.array(s.levels), 1.0 * (relative > s.levels), x_name="level").bounded(0, 1)
        curves |= {noise: beyond, f"{noise}, sizes": Curve(np.zeros(1), relative, x_name="level")}
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim=f"under stable noise, alpha = {s.alpha:g}, too", measured=measured["stable"])
    claim = f"bounded noise: a share below {s.share:g} is beyond two medians"
    yield below(claim, measured["signs"], s.share, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (noise, label) in enumerate(
        (("signs", "noise of fixed size"), ("stable", f"stable noise, α = {s.alpha:g}"))
    ):
        values = np.sort(measured[f"{noise}, sizes"].samples[:, 0])[::-1]
        some = np.unique(np.geomspace(1, values.size, 60).astype(int))
        plots.points(axes, some / values.size, values[some - 1], k, label)
    plots.label(axes, "share δ of runs beyond", "mean squared gradient / median", f"d = {s.dim}, T = {s.steps}")
    return drawn


if __name__ == "__main__":
    script()

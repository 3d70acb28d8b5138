"""An average that is too slow remembers the start, one that is too fast the noise: the best weight is ~ log(t) / t.

With a constant weight b the average keeps (1 - b)^t of the start. Its mean square error after t steps has the minimum
at b = log(4 x_0^2 h^2 t / s^2) / (2 t), and is larger for slower and for faster averages. While SGD still approaches
the minimum the average is behind it in total error, though never in variance. All values are exact moments.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import averaging
from theorylab.numerics.known import known

SOURCE = Source("poster (averages with decaying weights, read); errors derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.2
    curvature: float = 0.8
    noise_std: float = 1.2
    start: float = 2.0
    horizons: tuple[int, ...]
    weights: int  # on the grid around the best
    early: tuple[int, ...] = (3, 10, 30)
    weight: float = 0.05  # early


QUICK = Setting(horizons=(10**5, 10**6, 10**8), weights=400)
FULL = Setting(horizons=tuple(10**k for k in range(5, 11)), weights=2000)


def errors(s, weights, horizon, start):
    """Exact E x^2 and E m^2 after so many steps with constant weights, (weights,) Known."""
    recursion = model.sgd(s.step_size, s.curvature, s.noise_std).observed(1 - known(weights), weights)
    found = moments.run(moments.operator(recursion), model.start_at([start, start], 3), [horizon])
    return found.second(1, 1)[0], found.second(2, 2)[0]


def best(s, horizon):
    """Best weight x horizon on a fine grid, its error, and those of 10 times slower and faster averages."""
    grid = np.geomspace(1, 100, s.weights) / horizon
    found = errors(s, grid, horizon, s.start)[1].value
    k = int(found.argmin())
    return grid[k] * horizon, found[k], *errors(s, grid[k] * np.array([0.1, 10.0]), horizon, s.start)[1].value


def measure(s):
    picked = np.array([best(s, horizon) for horizon in s.horizons]).T
    curves = {name: exact(s.horizons, row, 1e-9, "steps at the end")
              for name, row in zip(("best", "least", "slow", "fast"), picked, strict=True)}  # fmt: skip
    for name, start in (("total", s.start), ("variance", 0.0)):
        rows = [errors(s, np.array([s.weight]), n, start) for n in s.early]
        for place, key in enumerate(("iterate", "average")):
            curves[f"{name}, {key}"] = exact(s.early, [float(row[place].value[0]) for row in rows], 1e-12)
    return curves


def predict(s):
    t = np.array(s.horizons, dtype=float)
    form = averaging.best_weight_leading(t, s.curvature, s.noise_std, s.start) * t
    return {"best": exact(t, form, ulps=8, x_name="steps at the end"),
            "as 1/t": exact(t, np.full(t.size, form[0]), ulps=8, x_name="steps at the end")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="b t the same at all horizons", predicted=predicted["as 1/t"])
    claim = "best constant weight = log(4 x_0^2 h^2 t / s^2) / (2 t)"
    yield agrees(claim, measured["best"], predicted["best"], rival=rival, within=0.02)
    for name in ("slow", "fast"):
        rival = Rival(claim="the other way round", measured=measured[name], predicted=measured["least"])
        claim = f"a 10 times {name}er average is worse than the best"
        yield ordered(claim, measured["least"], measured[name], rival=rival)
    less = {"measured": measured["variance, iterate"], "predicted": measured["variance, average"]}
    claim = "on the way to the minimum the average has the larger total error"
    rival = Rival(claim="in variance, too", **less)
    yield ordered(claim, measured["total, iterate"], measured["total, average"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    horizon, unit = s.horizons[0], (s.noise_std / s.curvature) ** 2
    grid = np.geomspace(0.5, 300, 60) / horizon
    plots.points(axes, grid, errors(s, grid, horizon, s.start)[1].value, 0, "exact")
    plots.guide(axes, grid, s.start**2 * np.exp(-2 * grid * horizon) + grid * unit / 2, "memory + variance")
    axes.axvline(predicted["best"].mean[0] / horizon, color="black", linewidth=0.8, label="best weight, leading")
    plots.label(axes, "weight b of a new iterate", "mean square error of the average", f"after {horizon} steps")
    return drawn


if __name__ == "__main__":
    script()

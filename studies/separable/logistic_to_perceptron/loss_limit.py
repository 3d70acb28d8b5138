"""With large steps the logistic loss is the step size s times the perceptron's mean max(0, -margin): slope 1 in s.

f(theta_t) / s differs from mean_i max(0, -<z_i, phi_t>), phi the perceptron, by mean |z_i| times the distance of the
paths, plus less than log 2 / s: so at a fixed step before the solution the loss grows without limit, while the time
to the solution does not change any more.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.separable import simulation, theory
from theorylab.models.separable.model import Labelled

SOURCE = Source("abstract, second observation (read); limit of the loss derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int
    ratio: float
    at: int  # step at which the slope is read, before the perceptron's solution
    decades: int = 12  # the largest step size is 10^decades


QUICK = Setting(count=40, ratio=10.0, at=20)
FULL = Setting(count=400, ratio=40.0, at=2000)


def problem(s):
    return Labelled.hard(s.count, s.ratio), 10.0 ** np.arange(1, s.decades + 1), np.arange(s.at + 1)


def losses(s, size, tie=0.5):
    """Loss over the step size at steps 0..at, and its rounding bound."""
    data, _, steps = problem(s)
    places = simulation.positions(data, size, steps, tie=tie)
    values = simulation.loss(data, places, size)
    return values, theory.loss_rounding(data, places, size, values)


def measure(s):
    _, sizes, steps = problem(s)
    values, rounding = (np.array(x) for x in zip(*(losses(s, size) for size in sizes), strict=True))
    last, lost = values[:, -1], rounding[:, -1]
    return {"ratio": Curve(steps, values, True, rounding),
            "at last": exact(sizes, sizes * last, lost / last, "step size")}  # fmt: skip


def predict(s):
    data, sizes, steps = problem(s)
    perceptron, limit = simulation.positions(data, np.inf, steps), losses(s, np.inf)
    slack = np.array([theory.limit_loss_bound(data, size, perceptron) + limit[1] for size in sizes])
    rows = {"ratio": limit[0], "textbook": losses(s, np.inf, tie=1.0)[0]}
    curves = {name: Curve(steps, np.tile(row, (sizes.size, 1)), True, slack) for name, row in rows.items()}
    return curves | {"at last": exact(sizes, sizes * limit[0][-1], slack[:, -1] / limit[0][-1], "step size")}


def checks(s, measured, predicted):
    after = slice(1, None)  # at the start every margin is 0: loss / s is log 2 / s, the bound itself
    rival = Rival(claim="that of the textbook perceptron, a tie an error", predicted=predicted["textbook"].at(after))
    claim = "loss / s = mean max(0, -margin), up to the derived bound"
    yield agrees(claim, measured["ratio"].at(after), predicted["ratio"].at(after), rival=rival)
    rival = Rival(claim="it saturates, as the time does", predicted=Power(0))
    yield decays_as(f"loss at step {s.at} grows as s", measured["at last"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (along, against) = plots.panels(2)
    some = np.arange(s.at // 10, s.at + 1, s.at // 10)
    for k in range(3):
        row = measured["ratio"].at(some)
        plots.points(along, row.x, row.samples[k], k, f"s = {10 ** (k + 1):g}")
    plots.prediction(along, predicted["ratio"].at(slice(1, None)), "perceptron")
    title = f"hard family, n = {s.count}, R/mu = {s.ratio:g}"
    plots.label(along, "iterations", "logistic loss / step size, feature units", title, log="")
    plots.measurement(against, measured["at last"], 0, f"loss at step {s.at}")
    plots.prediction(against, predicted["at last"], "s x perceptron")
    plots.label(against, "step size s", "logistic loss", title)
    return drawn


if __name__ == "__main__":
    script()

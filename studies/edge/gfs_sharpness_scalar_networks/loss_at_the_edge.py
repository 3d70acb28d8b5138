"""Once just below the edge and near the minimum, gradient descent stays there and converges: little sharpness is lost.

From load 2 - delta (step size x sharpness of the flow's solution) and loss at most delta^2 / 200, delta <= 1/2, all
later loads are at least 2 (1 - delta), and the loss after k steps is at most 2 (1 - delta)^(2 k) times the first. Shape
and constants are recalled from the paper, not read: here they are put on trial. The first is loose: less than
1.01 delta is missing to the edge for ever, not 2 delta.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, below, exact, plots, script, stacked
from theorylab.curves import Curve
from theorylab.models.edge import model, theory
from theorylab.models.edge.ensembles import random_starts, split_by_class

SOURCE = Source("convergence near the edge; shape and constants recalled", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    depths: tuple[int, ...] = (2, 3, 4, 6, 8)
    starts: int
    horizon: int = 2000
    small: float = 0.01
    large: float = 0.5
    seed: int


QUICK = Setting(starts=400, seed=1)
FULL = Setting(starts=20_000, seed=2)
STEPS = np.array([0, 1, 2, 3, 5, 7, 10, 14, 20])


def start(s, depth):
    """Class members with load 2 - delta and loss between delta^2 / 800 and delta^2 / 200, and their delta."""
    loads = (2 - s.large, 2 - s.small)
    drawn = random_starts(depth, s.starts, loads=loads, products=(0.5, 1.5), spread=1.0, seed=s.seed)
    delta = 2 - drawn.step_size * theory.flow_sharpness(drawn.weights)
    offset = drawn.weights.prod(axis=1) - 1
    product = 1 + np.sign(offset) * (0.5 + np.abs(offset)) * delta / 10
    inside, _ = split_by_class(drawn._replace(weights=theory.flow_point(drawn.weights, product)))
    return inside, (2 - inside.step_size * theory.flow_sharpness(inside.weights))[:, None]


def measure(s):
    rows = []
    for depth in s.depths:
        starts, delta = start(s, depth)
        steps = np.append(STEPS, s.horizon)
        runs = model.descend(starts.weights, starts.step_size, steps)
        load = starts.step_size[:, None] * runs.sharpness
        distance = np.abs(runs.product[:, :-1] - 1)
        share = distance / distance[:, :1]
        # A step moves a product by 20 D units at most, and 20 steps shrink what earlier ones did; sharpness adds up.
        slack, unit = 400 * depth * theory.UNIT / distance[:, :1], theory.run_rounding(depth, 1.1)
        bound = 2 * (1 - delta) ** (2 * STEPS)
        rows.append({
            "missing": Curve(steps.astype(float), (2 - load) / delta, True, 4 * unit * (1 + steps) / delta),
            "loss": Curve(STEPS.astype(float), share**2, True, slack * (2 * share + slack)),
            "bound": exact(STEPS, bound, 200 * unit),  # 2 k d delta / (1 - delta), d delta below 2 units
            "faster": exact(STEPS, bound * (1 - delta) ** (0.2 * STEPS), 220 * unit),
            "delta": exact([0], delta, 2 * unit / delta),
        })  # fmt: skip
    return {name: stacked([row[name] for row in rows]).drawn_from("random starts") for name in rows[0]}


def checks(s, measured, predicted):
    rival = Rival(claim="<= delta: nothing is lost", predicted=1.0)
    yield below("2 - load <= 2 delta at every later step", measured["missing"], 2.0, rival=rival)
    yield below("2 - load <= 1.01 delta at every later step", measured["missing"], 1.01, rival=rival)
    rival = Rival(claim="<= 2 (1 - delta)^(2.2 k)", predicted=measured["faster"])
    yield below("loss / first loss <= 2 (1 - delta)^(2 k)", measured["loss"], measured["bound"], rival=rival)


def figure(s, measured, predicted):
    drawn, (missing, loss) = plots.panels(2)
    delta = measured["delta"].samples[:, 0]
    last = measured["missing"].samples[:, -1]
    plots.points(missing, delta, last - 1, 0, f"after {s.horizon} steps", markersize=2)
    missing.axhline(0.01, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="1.01 delta (recalled: 2 delta)")
    title = f"{delta.size} starts, D in {s.depths}"
    plots.label(missing, "δ = 2 - load at the start", "(2 - load at the end) / δ - 1", title, log="")
    ratio = 2 * measured["loss"].samples / measured["bound"].samples
    for k, row in enumerate(ratio[:: max(1, delta.size // 60)]):
        plots.line(loss, STEPS, row, 0, "" if k else "60 of the starts", linewidth=0.4, alpha=0.5)
    loss.axhline(2.0, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="bound 2")
    plots.label(loss, "steps k", "loss / (first loss (1 - δ)^2k)", log="")
    return drawn


if __name__ == "__main__":
    script()

"""While the strong feature oscillates a weak one grows exponentially, by 1 + k (1 - k) (s - 1) over two steps.

b is multiplied by 1 + 2 step size U r, with the residuals of the strong feature. On its 2-cycle, s = 2 step size V and
k = U / V, two factors give exactly 1 + k (1 - k) (s - 1): the sum of residuals drives it, less a part of second order.
Below the edge it only keeps up with a, b_T / b_0 >= (a_T / a_0)^k, which concavity gives at every step size and small
steps attain. So the time to learn the weak feature is of order 1 / U.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, above, agrees, decays_as, exact, plots, script
from theorylab.models.edge import residual

SOURCE = Source("single datum (setting read from reviews); rates derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...] = (0.52, 0.56, 0.6)
    ratios: tuple[float, ...] = (0.04, 0.3, 0.8)
    transient: int = 2000  # even, to reach the 2-cycle
    steps: int = 40  # of the growth
    small: float = 1e-3  # load of a small step
    slow: int  # ratios of the time to learn, up to 3000


QUICK = Setting(slow=16)
FULL = Setting(loads=(0.51, 0.52, 0.54, 0.56, 0.58, 0.6), ratios=(0.01, 0.04, 0.1, 0.3, 0.5, 0.8), slow=40)
TINY = 1e-200  # weak pre-activation, without an effect on the strong one


def cases(s):
    return [(load, ratio) for load in s.loads for ratio in s.ratios]


def grown(s):
    """log of b after / before, over `steps` steps on the cycle."""
    rows = [
        residual.run((0.7, TINY), (1.0, k), load, [s.transient, s.transient + s.steps]).weak for load, k in cases(s)
    ]
    return np.log(np.array(rows)) @ [-1, 1]


def followed(s):
    """b_T / b_0 and (a_T / a_0)^k along runs at many loads, small ones first."""
    steps, rows = np.array([1, 3, 10, 30, 100, 300, 1000, 3000]), []
    for load in (s.small, 0.1, 0.3, *s.loads, 0.7):
        for ratio in s.ratios:
            path = residual.run((0.05, 0.05), (1.0, ratio), load, steps)
            rows.append((path.weak / 0.05, residual.weak_growth_bound(path.strong / 0.05, ratio)))
    return steps, np.array(rows)


def learnt(s):
    """Steps until b^2 is half of what the edge leaves it at, over 1 / k = V / U."""
    inverse, found = np.geomspace(30, 3000, s.slow), []
    for k in 1 / inverse:
        steps = np.arange(0, int(80 / k) + 200, 2)
        path = residual.run((0.7, 0.01), (1.0, k), 0.57, steps)
        found.append(steps[np.argmax(path.weak**2 > residual.weak_share_bound(0.57, 1.0, k) / 2)])
    return inverse, np.array(found)


def measure(s):
    steps, rows = followed(s)
    inverse, times = learnt(s)
    return {"growth": exact(range(len(cases(s))), grown(s), 1e-10, "case"),
            "weak": exact(steps, rows[:, 0], 1e-10),
            "time": exact(inverse, times, 4 / times, "V / U")}  # fmt: skip


def predict(s):
    x, (load, ratio) = np.arange(len(cases(s))), np.array(cases(s)).T
    steps, rows = followed(s)
    growth = np.log(residual.cycle_weak_growth(load, ratio)) * s.steps / 2
    first = 2 * load * ratio * residual.cycle_residual(load) * s.steps
    curves = {"growth": growth, "first order": first}
    return {name: exact(x, row, ulps=256, x_name="case") for name, row in curves.items()} | {
        "weak": exact(steps, rows[:, 1], 1e-10), "tighter": exact(steps, 1.01 * rows[:, 1], 1e-10),
    }  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="to first order, 2 step size U x mean r", predicted=predicted["first order"])
    claim = "b grows by 1 + k (1 - k) (s - 1) over two steps"
    yield agrees(claim, measured["growth"], predicted["growth"], rival=rival)
    rival = Rival(claim="1% more", predicted=predicted["tighter"])
    yield above("b_T / b_0 >= (a_T / a_0)^k at every step size", measured["weak"], predicted["weak"], rival=rival)
    rival = Rival(claim="as 1 / sqrt U", predicted=Power(0.5))
    yield decays_as("the time to learn b is of order 1 / U", measured["time"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, times) = plots.panels(2)
    steps = np.unique(np.geomspace(1, 20_000, 150).astype(int))
    for k, load in enumerate((0.3, 0.55, 0.75)):
        plots.line(paths, steps, residual.run((0.05, 0.05), (1.0, 0.04), load, steps).weak ** 2, k, f"load {load:g}")
    plots.label(paths, "steps", "weak share b²", "U / V = 0.04, a_0 = b_0 = 0.05")
    plots.points(times, measured["time"].x, measured["time"].mean, 0, "load 0.57")
    ends = measured["time"].x[[0, -1]]
    plots.guide(times, ends, measured["time"].mean[-1] * ends / ends[-1], "slope 1")
    plots.label(times, "V / U", "steps until half of the final b²")
    return drawn


if __name__ == "__main__":
    script()

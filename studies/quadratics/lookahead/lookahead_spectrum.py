"""On many curvatures and at a finite horizon Lookahead beats every constant step size, and loses to one that decays.

Curvatures 1/i with gradient noise of variance 1/i, from 1 in every direction: the risk 1/2 sum_i h_i E phi_i^2 after T
steps, with the best step size of each method. Lookahead (best of a few k and a) is better than the best constant step
size, as claim 3 says; a step size that falls linearly to 0 is better than both. On a single curvature the first is
reversed (lookahead_or_less_step). Best step sizes are searched on a fine grid in closed form; the risks compared are
exact moments there.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.quadratics import model, moments, slow_weights
from theorylab.models.quadratics.slow_weights import SLOW
from theorylab.models.quadratics.theory import averaging, lookahead

SOURCE = Source("abstract (faster convergence at the same cost, read); spectrum of ours", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 200
    horizons: tuple[int, ...] = (60, 300)  # multiples of all periods
    periods: tuple[int, ...] = (5, 10, 20)
    slow_steps: tuple[float, ...] = (0.2, 0.5, 0.8)
    rates: tuple[float, float, int] = (0.02, 1.95, 150)
    single: float = 0.02  # the single curvature


QUICK = Setting()
FULL = Setting(horizons=(60, 120, 300, 600, 1200, 2400), rates=(0.01, 1.99, 800))


def grid(s):
    low, high, count = s.rates
    return np.geomspace(low, high, count)


def risks(s, h, rates, horizon, period, slow_step):
    """Risks at each step size by the closed form, (rates,)."""
    eta = rates[:, None]
    plain, q = averaging.sgd_variance(eta, h, h**0.5), 1 - eta * h
    rest = lookahead.lookahead_variance(plain, q, period, slow_step)
    r = lookahead.outer_contraction(q, period, slow_step)
    return lookahead.slow_weights_square(1.0, rest, r, horizon // period) @ h / 2


def best(s, h, horizon, methods):
    """Period, slow step and step size of the least risk in closed form, and that risk."""
    rates = grid(s)
    tried = [(risks(s, h, rates, horizon, *method), method) for method in methods]
    values, method = min(tried, key=lambda each: each[0].min())
    return (*method, rates[values.argmin()]), values.min()


def exactly(s, h, horizon, period, slow_step, rate):
    step = slow_weights.round_map(rate, h, h**0.5, period, slow_step)
    found = moments.run(step, model.start_at(np.ones((h.size, 2)), 3), [horizon // period])
    return float(found.second(SLOW, SLOW).value[0] @ h / 2)


def decaying(s, h, horizon):
    """The least risk over step sizes that fall linearly, eta (1 - t / T), by its recursion."""
    c, rates = np.ones((s.rates[2] // 5, h.size)), grid(s)[::5, None]
    for t in range(horizon):
        eta = rates * (1 - t / horizon)
        c = (1 - eta * h) ** 2 * c + eta**2 * h
    return float((c @ h / 2).min())


def measure(s):
    methods = [(k, a) for k in s.periods for a in s.slow_steps]
    rows: dict[str, list[float]] = {"predicted": []}
    for name in ("lookahead", "constant", "decaying", "lookahead, single", "constant, single"):
        h, rows[name] = np.array([s.single]) if "single" in name else 1 / np.arange(1, s.dim + 1), []
        for horizon in s.horizons:
            if name == "decaying":
                rows[name].append(decaying(s, h, horizon))
                continue
            found, value = best(s, h, horizon, methods if "lookahead" in name else [(1, 1.0)])
            rows[name].append(exactly(s, h, horizon, *found))
            if name == "lookahead":
                rows["predicted"].append(value)
    return {name: exact(s.horizons, row, 1e-11) for name, row in rows.items()}


def checks(s, measured, predicted):
    look, constant = measured["lookahead"], measured["constant"]
    rival = Rival(claim="that of the best constant step size", predicted=constant)
    yield agrees("risk with the best k, a and step size", look, measured["predicted"], rival=rival, within=1e-9)
    single = {"measured": measured["lookahead, single"], "predicted": measured["constant, single"]}
    rival = Rival(claim="on a single curvature, too", **single)
    yield ordered("Lookahead beats the best constant step size", look, constant, rival=rival)
    rival = Rival(claim="Lookahead does", measured=look, predicted=measured["decaying"])
    yield ordered("the best linear decay beats Lookahead", measured["decaying"], look, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, text) in enumerate((("constant", "best constant step size"), ("lookahead", "best Lookahead"),
                                      ("decaying", "best linear decay"))):  # fmt: skip
        plots.exact_line(axes, measured[name], k, text, marker="o", markersize=3)
    plots.label(axes, "steps T", "risk after T steps", f"curvatures 1/i, d = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()

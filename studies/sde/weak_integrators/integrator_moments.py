"""Simulated Euler-Maruyama, Milstein and exact steps meet their exact mean square errors and moments.

All three are driven by one Brownian path. dX = a X dt + b X dW: E (Y - X)^2 and E X^2 are closed products. dX = a X dt
+ s dW: they follow from three moments, E X^2 at t = 1 from one matrix exponential; Milstein is then Euler-Maruyama.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.curves import Curve
from theorylab.models.sde import theory
from theorylab.models.sde.integrators import Linear, linear_moments, simulate

SOURCE = Source("textbook integrators (recalled); moments derived here", kind="derived", key="kloeden1992")
EQUATIONS = {"geometric": Linear(growth=-0.5, volatility=0.4), "additive": Linear(growth=-1.0, additive=0.7)}
STATISTICS = ("Euler's E (Y − X)²", "Milstein's E (Y − X)²", "E X²")


@dataclass(frozen=True, kw_only=True)
class Setting:
    steps: int = 8  # per unit of time
    replicas: int
    seed: int


QUICK = Setting(replicas=160_000, seed=1)
FULL = Setting(replicas=200_000, seed=2)


def measure(s):
    curves = {}
    for name, equation in EQUATIONS.items():
        run = simulate(equation, 1 / s.steps, s.steps, replicas=s.replicas, seed=s.seed)
        last = {key: curve.samples[:, -1] for key, curve in run.items()}
        squares = [(last[m] - last["exact"]) ** 2 for m in ("euler", "milstein")] + [last["exact"] ** 2]
        curves[name] = Curve(np.arange(3.0), np.stack(squares, axis=1), x_name="statistic")
    return curves


def predict(s):
    p, q, h = EQUATIONS["geometric"], EQUATIONS["additive"], 1 / s.steps
    true = theory.exact_moments(p.growth, p.volatility, 1.0)[1]
    errors = []
    for form in (theory.euler_moments, theory.milstein_moments):
        _, square, mixed = form(p.growth, p.volatility, h, s.steps)
        errors.append(square - 2 * mixed + true)
    same = q.mean_square_gap(h, s.steps)[0]
    mean, variance = linear_moments(q.growth, q.additive**2, q.start, 0.0, 1.0)
    spread = float(variance[0, 0])
    values = {
        "geometric": [*errors, true],
        "exchanged": [*errors[::-1], true],
        "additive": [same, same, spread + float(mean[0]) ** 2],
        "forgotten": [same, same, spread],
    }
    # Products of 8 factors, and differences of numbers a thousand times larger than they.
    return {name: exact(range(3), value, ulps=2**13, x_name="statistic") for name, value in values.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="Euler-Maruyama and Milstein exchanged", predicted=predicted["exchanged"])
    claim = "errors and E X^2, multiplicative noise"
    yield agrees(claim, measured["geometric"], predicted["geometric"], rival=rival)
    rival = Rival(claim="E X^2 that forgot its start", predicted=predicted["forgotten"])
    yield agrees("errors and E X^2, additive noise", measured["additive"], predicted["additive"], rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for panel, name, wrong in zip(panels, EQUATIONS, ("exchanged", "forgotten"), strict=True):
        plots.measurement(panel, measured[name], 0, "simulated")
        plots.prediction(panel, predicted[name], "exact", linestyle="none", marker="_", markersize=24)
        plots.measurement(panel, predicted[wrong], 1, f"{wrong} (rival)", markerfacecolor="none")
        panel.set_xticks(range(3), STATISTICS, fontsize=7)
        plots.label(panel, "statistic at t = 1", "mean", f"{name} noise, h = 1/{s.steps}", log="y")
    return drawn


if __name__ == "__main__":
    script()

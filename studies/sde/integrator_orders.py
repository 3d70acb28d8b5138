"""Euler-Maruyama has strong order 1/2 and weak order 1, Milstein strong order 1; additive noise lifts Euler to 1.

dX = a X dt + b X dW: all second moments of the numerical and the exact solution on one path are closed products, so the
root mean square error at t = 1 is exact. dX = a X dt + s dW (b = 0): by a recursion of three moments. Simulation on the
same Brownian paths meets both, and the exact integrator meets the moments of the equation.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.replicas import Curve
from theorylab.sde import theory
from theorylab.sde.integrators import Linear, linear_moments, simulate
from theorylab.sde.weak import through_last, weak_error

SOURCE = Source("kloeden1992", "textbook orders of strong and weak convergence; moments derived here")
GEOMETRIC, ADDITIVE = Linear(growth=-0.5, volatility=0.4), Linear(growth=-1.0, additive=0.7)


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 4  # steps per unit of time
    most: int
    points: int = 12
    simulated: int = 8
    replicas: int
    seed: int


QUICK = Setting(most=2000, replicas=20_000, seed=1)
FULL = Setting(most=4000, points=20, replicas=1_000_000, seed=2)


def gap(n, form):
    """Root mean square error of a method at t = 1 from its moments, and a bound of its rounding."""
    a, b = GEOMETRIC.growth, GEOMETRIC.volatility
    _, square, mixed = form(a, b, 1 / n, n)
    true = theory.exact_moments(a, b, 1.0)[1]
    # Three products of n factors, each good to 4 units, cancel in the sum.
    value, rounding = square - 2 * mixed + true, 4 * true * (4 * n + 8) * 2.0**-52
    return value**0.5, rounding / (2 * value**0.5)


def measure(s):
    n = np.unique(np.geomspace(s.fewest, s.most, s.points).astype(int))
    a, b = GEOMETRIC.growth, GEOMETRIC.volatility
    curves = {}
    for name, form in (("Euler", theory.euler_moments), ("Milstein", theory.milstein_moments)):
        curves[f"strong, {name}"] = weak_error(n, gap(n, form)[0], 0.0, gap(n, form)[1])
        truth = theory.exact_moments(a, b, 1.0)[1]
        curves[f"weak, {name}"] = weak_error(n, form(a, b, 1 / n, n)[1], truth, (4 * n + 8) * 2.0**-52)
    pairs = np.array([ADDITIVE.mean_square_gap(1 / k, int(k)) for k in n]).T
    curves["strong, Euler, additive"] = weak_error(n, pairs[0] ** 0.5, 0.0, pairs[1] / (2 * pairs[0] ** 0.5))
    k = s.simulated
    for name, equation in (("geometric", GEOMETRIC), ("additive", ADDITIVE)):
        run = simulate(equation, 1 / k, k, replicas=s.replicas, seed=s.seed)
        last = {key: curve.samples[:, -1] for key, curve in run.items()}
        squares = [(last[m] - last["exact"]) ** 2 for m in ("euler", "milstein")] + [last["exact"] ** 2]
        curves[f"simulated, {name}"] = Curve(np.arange(3.0), np.stack(squares, axis=1), x_name="statistic")
    return curves


def predict(s):
    k, a, b = s.simulated, GEOMETRIC.growth, GEOMETRIC.volatility
    true = theory.exact_moments(a, b, 1.0)[1]
    errors = [gap(np.array([k]), form)[0][0] ** 2 for form in (theory.euler_moments, theory.milstein_moments)]
    same = ADDITIVE.mean_square_gap(1 / k, k)[0]  # Milstein is Euler-Maruyama where noise is additive
    mean, variance = linear_moments(ADDITIVE.growth, ADDITIVE.additive**2, 1.0, 0.0, 1.0)
    square = float(variance[0, 0] + mean[0] ** 2)
    bare = float(variance[0, 0])
    return {
        "simulated, geometric": exact(range(3), [*errors, true], 1e-12, "statistic"),
        "swapped": exact(range(3), [errors[1], errors[0], true], 1e-12, "statistic"),
        "simulated, additive": exact(range(3), [same, same, square], 1e-12, "statistic"),
        "no start": exact(range(3), [same, same, bare], 1e-12, "statistic"),
    }


def checks(s, measured, predicted):
    half, one = Rival(claim="h^(1/2)", predicted=Power(-0.5)), Rival(claim="h", predicted=Power(-1))
    yield decays_as("Euler-Maruyama: strong error as h^(1/2)", measured["strong, Euler"], -0.5, rival=one)
    yield decays_as("Milstein: strong error as h", measured["strong, Milstein"], -1, rival=half)
    yield decays_as("Euler-Maruyama: error of E X^2 as h", measured["weak, Euler"], -1, rival=half)
    yield decays_as("Milstein: error of E X^2 as h", measured["weak, Milstein"], -1, rival=half)
    claim = "Euler-Maruyama, additive noise: strong error as h"
    yield decays_as(claim, measured["strong, Euler, additive"], -1, rival=half)
    rival = Rival(claim="Euler-Maruyama and Milstein exchanged", predicted=predicted["swapped"])
    claim, key = "simulated errors and E X^2, multiplicative noise", "simulated, geometric"
    yield agrees(claim, measured[key], predicted[key], rival=rival)
    rival = Rival(claim="E X^2 that forgot its start", predicted=predicted["no start"])
    claim, key = "simulated errors and E X^2, additive noise", "simulated, additive"
    yield agrees(claim, measured[key], predicted[key], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2, height=3.8)
    names = ("strong, Euler", "strong, Milstein", "strong, Euler, additive", "weak, Euler", "weak, Milstein")
    for k, name in enumerate(names):
        curve = measured[name]
        plots.measurement(axes, curve, k, name)
        plots.prediction(axes, through_last(curve, -1 if k else -0.5), "" if k else "slopes -1/2, -1")
    plots.label(axes, "steps per unit of time, 1/h", "error at t = 1", "strong: root mean square; weak: E X²")
    axes.set_ylim(top=30 * axes.get_ylim()[1])
    return drawn


if __name__ == "__main__":
    script()

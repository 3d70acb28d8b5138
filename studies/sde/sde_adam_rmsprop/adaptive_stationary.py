"""RMSprop and Adam share one stationary law in the limit: Var x = noise^2 / (2 h P), whatever the momentum.

On h x^2/2 the limit of Adam rests at noise^2 C / (2 h P), P = noise sqrt(C) + epsilon, for every momentum rate. On
h (1 - cos x) that of RMSprop rests at the density exp(k cos x), k = 2 h P / noise^2; RMSprop itself, by its
transfer operator, approaches E cos x = I_1(k)/I_0(k) as eta^2, and not SGD's k = 2 h / noise^2. Adam itself is not run
to rest: only the law of its limit is on trial, on a quadratic, as nothing here solves its operator on (x, m, u) at
rest.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ive

from theorylab import Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.sde import adaptive, theory
from theorylab.models.sde.integrators import linear_moments
from theorylab.models.sde.model import Limit, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("limits of RMSprop and Adam (recalled); stationary laws derived here", kind="derived")
NOISE, EPSILON = 0.5, 0.1


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 30  # steps per unit of time
    most: int
    points: int = 10
    rates: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)  # momentum rates of Adam


QUICK = Setting(most=300)
FULL = Setting(most=3000, points=14)


def measure(s):
    limit, n = Limit(), log_steps(s.fewest, s.most, s.points)
    runs = [adaptive.stationary(limit.algorithm(1 / k), Noise.symmetric(), [adaptive.COSINE]) for k in n]
    ends, bounds = [value[0] for value, _ in runs], [bound[0] for _, bound in runs]
    gradient_descent = float(ive(1, 2 / limit.noise**2) / ive(0, 2 / limit.noise**2))
    curves = {
        "cosine": weak_error(n, ends, theory.adaptive_stationary_cosine(limit), bounds),
        "SGD's": weak_error(n, ends, gradient_descent, bounds),
    }
    rest = []
    for rate in s.rates:  # (x, m) of Adam's limit with all bias corrections gone and u = 1
        matrix = np.array([[0.0, -1 / (NOISE + EPSILON)], [rate, -rate]])
        push = np.diag([0.0, (rate * NOISE) ** 2])
        rest.append(linear_moments(matrix, push, [1.0, 0.0], np.zeros((2, 2)), 60.0)[1][0, 0])
    curves["Adam"] = exact(s.rates, rest, 1e-10, "momentum rate")  # e^-30 of the start left
    return curves


def predict(s):
    plain = np.full(len(s.rates), NOISE**2 / 2)
    fixed = np.full(len(s.rates), theory.adaptive_stationary_variance(1.0, NOISE, EPSILON))
    return {
        "Adam": exact(s.rates, fixed, ulps=4, x_name="momentum rate"),
        "SGD": exact(s.rates, plain, ulps=4, x_name="momentum rate"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="as eta", predicted=Power(-0.5))
    yield decays_as("stationary E cos x meets I_1/I_0 as eta^2", measured["cosine"], -1, rival=rival)
    rival = Rival(claim="it falls as eta^2", predicted=Power(-1))
    yield decays_as("distance to SGD's stationary law stays", measured["SGD's"], 0, rival=rival)
    rival = Rival(claim="SGD's noise^2 / (2 h)", predicted=predicted["SGD"])
    yield agrees("Adam: Var x of the limit at rest, any momentum", measured["Adam"], predicted["Adam"], rival=rival)


def figure(s, measured, predicted):
    drawn, (rates, rest) = plots.panels(2)
    for k, (name, label) in enumerate((("cosine", "to I₁/I₀ of the limit"), ("SGD's", "to SGD's law"))):
        plots.measurement(rates, measured[name], k, label)
    curve = measured["cosine"]
    plots.prediction(rates, through_last(curve, -1), "slope -1")
    plots.label(rates, "steps per unit of time, 1/η²", "distance of stationary E cos x", "RMSprop, f = 1 − cos x")
    plots.measurement(rest, measured["Adam"], 0, "limit of Adam at rest")
    plots.prediction(rest, predicted["Adam"], "noise² / (2hP)")
    plots.exact_line(rest, predicted["SGD"], 1, "noise² / (2h) (rival)")
    plots.label(rest, "momentum rate (1 − b₁)/η²", "Var x", f"f = x²/2, noise {NOISE:g}, eps {EPSILON:g}", log="x")
    return drawn


if __name__ == "__main__":
    script()

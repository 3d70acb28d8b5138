"""Adam with bias corrections follows its diffusion limit to first order in eta^2.

f = h x^2 / 2, symmetric noise: the discrete means by transfer of polynomials in (x, m, log u), those of the limit by
five linear moment equations, started at t = 1/2 (the bias factor 1/(1 - b1^k) is singular at 0). Dividing by the new v
(as in use) or the old one makes no difference to the order. With eps left without its factor sqrt(1 - exp(-c2 t)), or
with the momentum rate (1 - b1)/eta in place of (1 - b1)/eta^2, the limit is another one and the error stays. One start,
t = 1/2, and one end, t = 1, are on trial, on a quadratic in one dimension: the transfer is of
polynomials, and its error is an estimate (see `adam.expectations`), not a bound.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import adam
from theorylab.models.sde.model import Adam, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("abstract (order-1 weak limits); equations recalled, derived again here", kind="read")
PHI = ("x", "x^2")
WRONG = ("eps without its correction", "momentum rate (1 - b1)/eta")


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int = 40  # steps from t = 1/2 to t = 1
    most: int
    points: int = 10
    size: int = 9  # degrees held in x, m, log u: size - 1, size - 3, size + 2
    noise: float = 0.7
    epsilon: float = 0.3


QUICK = Setting(most=160, points=6)
FULL = Setting(most=1600, points=14)


def measure(s):
    problem, noise = Adam(noise=s.noise, epsilon=s.epsilon), Noise.symmetric()
    n = log_steps(s.fewest, s.most, s.points)
    truth, unsure = adam.limit_moments(problem, 0.5)
    curves = {}
    for old, order in ((False, "new v"), (True, "old v")):
        runs = [adam.expectations(problem, noise, 0.5, int(k), old_denominator=old, size=s.size) for k in n]
        ends, bounds = np.array([value for value, _ in runs]), np.array([bound for _, bound in runs])
        for i, phi in enumerate(PHI):
            curves[f"{phi}, {order}"] = weak_error(2 * n, ends[:, i], truth[i], bounds[:, i] + unsure)
        if not old:
            plain, more = adam.limit_moments(problem, 0.5, plain_epsilon=True)
            curves[WRONG[0]] = weak_error(2 * n, ends[:, 1], plain[1], bounds[:, 1] + more)
            slow = [
                adam.limit_moments(problem, 0.5, momentum_rate=problem.momentum_rate * e**0.5)[0][1] for e in 0.5 / n
            ]
            curves[WRONG[1]] = weak_error(2 * n, ends[:, 1], slow, bounds[:, 1] + 1e-10)
    return curves


def checks(s, measured, predicted):
    for name, curve in measured.items():
        if name in WRONG:
            rival = Rival(claim="it falls as eta^2", predicted=Power(-1))
            yield decays_as(f"{name}: the error of E x^2 stays", curve, Power(0), rival=rival)
        else:
            rival = Rival(claim="as eta", predicted=Power(-0.5))
            yield decays_as(f"error of E {name} falls as eta^2", curve, Power(-1), rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    names = [f"{phi}, {order}" for phi in PHI for order in ("new v", "old v")]
    for panel, shown in zip(panels, (names, ["x^2, new v", *WRONG]), strict=True):
        for k, name in enumerate(shown):
            plots.measurement(panel, measured[name], k, name)
        first = measured[shown[0]]
        plots.prediction(panel, through_last(first, -1), "slope -1")
        plots.label(
            panel, "steps per unit of time, 1/η²", "error of expectation at t = 1", f"Adam, f = x²/2, noise {s.noise:g}"
        )
    panels[1].set_ylim(top=20.0)
    return drawn


if __name__ == "__main__":
    script()

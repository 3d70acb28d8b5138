"""Halpern's bound |x_k - T x_k| <= 2D/(k+1) is attained exactly: by a rotation, and by a clipped translation.

On a rotation x_k is the mean of 1, T, ..., T^k, so x_k - T x_k = (1 - T^(k+1))/(k+1) for every k and angle: largest,
2/(k+1), at the angle pi/(k+1). The translation by c = 2/(K+1), clipped at the origin, has residual c at all k <= K.
With T = I - (2/L) F for 1/L-cocoercive F this reads |F(u_k)| <= L D/(k+1). Bound recalled; the equalities are ours.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.minimax import kernels, schedules, simulation, theory
from theorylab.models.minimax.model import rotation_slopes

SOURCE = Source("convergence rate (recalled); that it is attained is derived here", kind="derived")
UNIT = 2.0**-53


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    points: int
    angles: int
    smoothness: float = 3.0


QUICK = Setting(horizon=300, points=12, angles=200)
FULL = Setting(horizon=10_000, points=20, angles=2000)


def grid(s):
    return log_steps(1, s.horizon, s.points)


def measure(s):
    k, scheme = grid(s), schedules.halpern(s.horizon)
    angles = np.linspace(0, np.pi, s.angles + 1)[1:]
    worst = rotation_slopes(theory.halpern_worst_angle(k))
    clipped = [kernels.clipped_translation(int(n), np.array([n]))[0] for n in k]
    cocoercive = simulation.at_own_mode(s.smoothness * worst, schedules.halpern(s.horizon, s.smoothness), k)
    values = {"closed": simulation.residuals(rotation_slopes(angles), scheme, k),
              "worst": simulation.at_own_mode(worst, scheme, k)}  # fmt: skip
    curves = {key: Curve(k, 2 * c.samples, True, 2 * c.rounding) for key, c in values.items()}  # x - Tx = 2 F/L
    return curves | {"clipped": exact(k, clipped, ulps=4 * (k + 1) ** 2), "cocoercive": cocoercive}


def predict(s):
    k = grid(s)
    turns = np.exp(1j * np.linspace(0, np.pi, s.angles + 1)[1:, None])
    closed = Curve(
        k, np.abs(theory.halpern_difference(turns, k)), True, np.array(16 * UNIT)
    )  # T^(k+1) to 8 (k+1) units
    shifted = {f"{x}/(k+{y})": exact(k, x / (k + y), ulps=2) for x, y in ((2, 1), (1.9, 1), (2, 2), (4, 1))}
    flow = {f"{x}L/(k+1)": exact(k, x * s.smoothness / (k + 1), ulps=2) for x in (1, 2)}
    return {"closed": closed} | shifted | flow


def checks(s, measured, predicted):
    bound, short, late = (predicted[key] for key in ("2/(k+1)", "1.9/(k+1)", "2/(k+2)"))
    fails = Rival(claim="|x_k - T x_k| = 2/(k+1) at every angle", predicted=bound)
    yield agrees("on every rotation |x_k - T x_k| = |1 - T^(k+1)|/(k+1)",
                 measured["closed"], predicted["closed"], rival=fails)  # fmt: skip
    rival = Rival(claim="1.9 D/(k+1)", predicted=short)
    yield agrees("the rotation by pi/(k+1) attains 2D/(k+1)", measured["worst"], bound, rival=rival)
    rival = Rival(claim="2D/(k+2): the index shifted by one", predicted=late)
    yield agrees("the clipped translation attains 2D/(k+1) at its horizon", measured["clipped"], bound, rival=rival)
    rival = Rival(claim="2LD/(k+1)", predicted=predicted["2L/(k+1)"])
    claim = "1/L-cocoercive F: the worst |F(u_k)| is L D/(k+1)"
    yield agrees(claim, measured["cocoercive"], predicted["1L/(k+1)"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    plots.measurement(axes, measured["worst"], 0, "rotation by pi/(k+1)")
    plots.measurement(axes, measured["clipped"], 1, "clipped translation, K = k", markerfacecolor="none", markersize=7)
    cocoercive = measured["cocoercive"]
    plots.points(axes, cocoercive.x, cocoercive.mean / s.smoothness, 2, "cocoercive F: |F(u)| / L")
    plots.guide(axes, cocoercive.x, 1 / (cocoercive.x + 1))
    plots.prediction(axes, predicted["2/(k+1)"], "bound 2D/(k+1)")
    plots.label(axes, "iterations k", "residual |x - Tx| / D", "Halpern's iteration, worst cases")
    return drawn


if __name__ == "__main__":
    script()

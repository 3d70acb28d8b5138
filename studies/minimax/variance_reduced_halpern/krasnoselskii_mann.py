"""Without the anchor the order is lost: Krasnoselskii-Mann's worst residual falls as k^(-1/2), not as 1/k.

On a rotation x_k - T x_k = (1 - T)((1 + T)/2)^k, of size 2 sin(a/2) cos^k(a/2): largest at tan^2(a/2) = 1/k, where it
is 2 (k/(k+1))^(k/2)/(k+1)^(1/2) = 1.2131 k^(-1/2) (1 + O(1/k)). Derived here; Halpern's worst case is 2/(k+1).
"""

from dataclasses import dataclass

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import rotation_slopes

SOURCE = Source("setting (Halpern against iterations without anchor); worst case derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    first: int = 10
    points: int = 15


QUICK = Setting(horizon=3000)
FULL = Setting(horizon=100_000, points=24)


def grid(s):
    return log_steps(s.first, s.horizon, s.points)


def measure(s):
    """Worst residual |x - Tx| = 2 |F|/L at each k, each on its own rotation."""
    k = grid(s)
    mann, halpern = theory.krasnoselskii_mann_worst_angle(1.0 * k), theory.halpern_worst_angle(k)
    curves = {
        "mann": simulation.at_own_mode(rotation_slopes(mann), schedules.krasnoselskii_mann(s.horizon), k),
        "halpern": simulation.at_own_mode(rotation_slopes(halpern), schedules.halpern(s.horizon), k),
    }
    return {name: Curve(k, 2 * c.samples, True, 2 * c.rounding) for name, c in curves.items()}


def predict(s):
    k = 1.0 * grid(s)
    return {"mann": exact(k, theory.krasnoselskii_mann_worst(k), ulps=4 * (k + 1)),
            "halpern": exact(k, theory.halpern_bound(k), ulps=2)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="2D/(k+1), Halpern's", predicted=predicted["halpern"])
    claim = "worst residual of Krasnoselskii-Mann is 2 (k/(k+1))^(k/2)/(k+1)^(1/2)"
    yield agrees(claim, measured["mann"], predicted["mann"], rival=rival)
    rival = Rival(claim="as 1/k", predicted=Power(-1))
    yield decays_as("it falls as k^(-1/2)", measured["mann"], Power(-0.5), rival=rival)
    rival = Rival(claim="as k^(-1/2)", predicted=Power(-0.5))
    yield decays_as("Halpern's falls as 1/k", measured["halpern"], Power(-1), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["mann"], 0, "Krasnoselskii-Mann")
    plots.measurement(axes, measured["halpern"], 1, "Halpern")
    plots.prediction(axes, predicted["mann"], "closed forms")
    plots.prediction(axes, predicted["halpern"])
    plots.label(axes, "iterations k", "worst residual |x - Tx| / D over rotations")
    return drawn


if __name__ == "__main__":
    script()

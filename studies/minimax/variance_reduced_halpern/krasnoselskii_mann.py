"""Without the anchor the order is lost: Krasnoselskii-Mann's worst residual falls as k^(-1/2), not as 1/k.

With relaxation t, x_k - T x_k = (1 - T)(1 - t + t T)^k on a rotation T: largest at 4 t (1-t)(k+1) sin^2(a/2) = 1, where
it is (k/(k+1))^(k/2) / (t (1-t)(k+1))^(1/2). The best t is 1/2, with 1.2131 k^(-1/2) (1 + O(1/k)). Derived here;
Halpern's worst case is 2/(k+1).
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
    relaxations: tuple[float, ...] = (0.5, 0.2, 0.9)


QUICK = Setting(horizon=3000)
FULL = Setting(horizon=100_000, points=24)


def grid(s):
    return log_steps(s.first, s.horizon, s.points)


def measure(s):
    """Worst residual |x - Tx| = 2 |F|/L at each k, each on its own rotation."""
    k = grid(s)
    runs = {"halpern": (schedules.halpern(s.horizon), theory.halpern_worst_angle(k))}
    for t in s.relaxations:
        scheme = schedules.krasnoselskii_mann(s.horizon, relaxation=t)
        runs[f"{t:g}"] = scheme, theory.krasnoselskii_mann_worst_angle(1.0 * k, t)
    curves = {
        name: simulation.at_own_mode(rotation_slopes(angles), scheme, k) for name, (scheme, angles) in runs.items()
    }
    return {name: Curve(k, 2 * c.samples, True, 2 * c.rounding) for name, c in curves.items()}


def predict(s):
    k = 1.0 * grid(s)
    curves = {f"{t:g}": exact(k, theory.krasnoselskii_mann_worst(k, t), ulps=4 * (k + 1)) for t in s.relaxations}
    return curves | {"halpern": exact(k, theory.halpern_bound(k), ulps=2)}


def checks(s, measured, predicted):
    best, *others = (f"{t:g}" for t in s.relaxations)
    for t in (best, *others):
        other = predicted["halpern" if t == best else best]
        rival = Rival(claim="2D/(k+1), Halpern's" if t == best else f"that of t = {best}", predicted=other)
        claim = f"worst residual of Krasnoselskii-Mann is (k/(k+1))^(k/2) / (t (1-t)(k+1))^(1/2), t = {t}"
        yield agrees(claim, measured[t], predicted[t], rival=rival)
        rival = Rival(claim="as 1/k", predicted=Power(-1))
        yield decays_as(f"it falls as k^(-1/2), t = {t}", measured[t], Power(-0.5), rival=rival)
    rival = Rival(claim="as k^(-1/2)", predicted=Power(-0.5))
    yield decays_as("Halpern's falls as 1/k", measured["halpern"], Power(-1), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for i, t in enumerate(s.relaxations):
        plots.measurement(axes, measured[f"{t:g}"], i, f"Krasnoselskii-Mann, t = {t:g}")
        plots.prediction(axes, predicted[f"{t:g}"], "" if i else "closed forms")
    plots.measurement(axes, measured["halpern"], len(s.relaxations), "Halpern")
    plots.prediction(axes, predicted["halpern"])
    plots.label(axes, "iterations k", "worst residual |x - Tx| / D over rotations")
    return drawn


if __name__ == "__main__":
    script()

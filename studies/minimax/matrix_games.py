"""On matrix games Algorithm 2 keeps its bound in outer steps, and passes over the components compare all methods.

Policeman and burglar (the shape of the payoffs is recalled, the houses' values are ours), without constraints and on
simplices; n components, row i with column i. Algorithm 2 runs Halpern on the reflected resolvent with inner solves of
n (1 + 2.6 log(k+2)) steps (games.resolvent says why): mean residual at most 2 D/(eta (k+1)), twice that of exact
solves. Too short inner solves break it. Algorithm 1 has no theorem here, and diverges without constraints.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, below, exact, monotone, plots, script
from theorylab.minimax import games, schedules
from theorylab.minimax.model import MatrixGame

SOURCE = Source("cai2024halpern", "numerical experiments (data recalled)", "Figure 1")
KINDS = {"free": False, "simplices": True}


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    outer: int
    passes: int
    points: int = 10
    short: float = 0.02  # share of the inner steps made by the rival
    replicas: int
    seed: int


QUICK = Setting(size=20, outer=12, passes=300, replicas=32, seed=1)
FULL = Setting(size=100, outer=60, passes=3000, points=16, replicas=64, seed=2)


def game(s, kind):
    return MatrixGame.burglar(s.size, simplex=KINDS[kind])


def schemes(lipschitz, steps):
    return {
        "GDA": schedules.gradient_descent_ascent(2 * steps, 0.3 / lipschitz),
        "EG": schedules.extragradient(steps, 0.5**0.5 / lipschitz, lipschitz),
        "EAG-C": schedules.anchored_extragradient(steps, 0.125 / lipschitz, lipschitz),
        "EAG-V": schedules.varying_anchored_extragradient(steps, 0.618 / lipschitz, lipschitz),
        "FEG": schedules.fast_extragradient(steps, 1 / lipschitz, lipschitz),
    }


def measure(s):
    curves = {}
    for kind in KINDS:
        p = game(s, kind)
        k = np.unique(np.geomspace(1, s.passes // 2, 6 * s.points).astype(int))
        for name, scheme in schemes(p.lipschitz, s.passes // 2).items():
            curves[f"{name}, {kind}"] = games.deterministic(p, scheme, k * (2 if name == "GDA" else 1))
        outer = np.unique(np.geomspace(1, s.outer, s.points).astype(int)) - 1
        full, passes = games.resolvent(p, outer, replicas=s.replicas, seed=s.seed)
        curves[f"Algorithm 2, {kind}"] = Curve(passes, full.samples, x_name="passes")
        if not p.simplex:
            same = schedules.gradient_descent_ascent(int(passes[-1]) + 1, 0.3 / p.lipschitz)
            curves["same passes, free"] = games.deterministic(p, same, np.round(passes).astype(int))
            short, _ = games.resolvent(p, outer, inner_share=s.short, replicas=s.replicas, seed=s.seed)
            curves["short"] = Curve(passes, short.samples, x_name="passes")
        steps = np.unique(np.geomspace(1, s.passes * s.size**0.5 / 8, s.points).astype(int))
        curves[f"Algorithm 1, {kind}"] = games.page(p, steps, step_size=0.25 / p.average_lipschitz,
                                                    replicas=s.replicas, seed=s.seed)  # fmt: skip
    return curves


def predict(s):
    """2 D/(eta (k+1)): D = |start| = 1 without constraints, where 0 is the solution; D <= 2 on two simplices."""
    curves = {}
    for kind in KINDS:
        p, k = game(s, kind), np.unique(np.geomspace(1, s.outer, s.points).astype(int)) - 1
        eta, distance = s.size**0.5 / p.average_lipschitz, 2.0 if p.simplex else 1.0
        passes = games.resolvent_passes(s.size, k)
        curves[kind] = exact(passes, 2 * distance / eta / (k + 1), 2.0**-50, "passes")
    return curves


def checks(s, measured, predicted):
    ascent = measured["same passes, free"]
    ascent = Curve(predicted["free"].x, ascent.samples, True, ascent.rounding)
    tenth = exact(predicted["simplices"].x, predicted["simplices"].samples / 10, 0.0)
    rivals = {"free": Rival(claim="of descent-ascent after as many passes", measured=ascent),
              "simplices": Rival(claim="a tenth of it", predicted=tenth)}  # fmt: skip
    for kind in KINDS:
        claim = f"mean residual of Algorithm 2 <= 2D/(eta (k+1)), {kind}"
        yield below(claim, measured[f"Algorithm 2, {kind}"], predicted[kind], rival=rivals[kind])
    rival = Rival(claim=f"with {s.short:g} of the inner steps", measured=measured["short"])
    claim = "inner solves of n (1 + 2.6 log(k+2)) steps are long enough, free"
    yield below(claim, measured["Algorithm 2, free"], predicted["free"], rival=rival)
    rival = Rival(claim="residual of descent-ascent falls", measured=measured["GDA, free"])
    claim = "residual of extragradient falls at every step, without constraints"
    yield monotone(claim, measured["EG, free"], rival=rival)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2, width=4.8, height=4.0)
    for panel, kind in zip(axes, KINDS, strict=True):
        for i, name in enumerate(schemes(1.0, 1)):
            plots.exact_line(panel, measured[f"{name}, {kind}"], i, name)
        plots.measurement(panel, measured[f"Algorithm 2, {kind}"], 0, "Algorithm 2")
        first = measured[f"Algorithm 1, {kind}"]
        plots.measurement(panel, first.at(np.isfinite(first.mean) & (first.mean < 1e3)), 1, "Algorithm 1 (no theorem)")
        plots.prediction(panel, predicted[kind], "bound of Algorithm 2")
        low = min(float(measured[f"{name}, {kind}"].samples.min()) for name in schemes(1.0, 1))
        panel.set_ylim(0.3 * low, 30 * float(measured[f"EG, {kind}"].samples.max()))
        plots.label(panel, "passes over the components", "residual", f"{kind}, n = {s.size}", legend=False)
        panel.legend(fontsize=7, frameon=False, ncol=2, loc="lower left")
    return drawn


if __name__ == "__main__":
    script()

"""Halpern tolerates errors e_k with sum (k+1)|e_k| finite: |x_k - T x_k| <= 2D/(k+1) + 2/(k+1) sum_{j<k} (j+1)|e_j|.

Two lines prove it (theory.inexact_halpern_bound): the anchored recursion weighs an error of step j by (j+1)/(k+1).
On rotations with errors along T x_j, |e_j| = (j+1)^(-2.5) keeps the order 1/k, with 2 + 2 sum j^(-1.5) = 7.3 for the
constant 2, nearly attained; |e_j| = 1/(j+1) loses it: the bound then only says 2, and the residual stays above any c/k.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, below, decays_as, exact, log_steps, plots, script
from theorylab.models.minimax import theory

SOURCE = Source("abstract (read); inexact Halpern inside Algorithm 2 recalled, bound derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    horizon: int
    angles: int
    first: int = 10
    points: int = 14
    powers: tuple[float, ...] = (2.5, 2.2, 1.0)


QUICK = Setting(horizon=3000, angles=50)
FULL = Setting(horizon=20_000, angles=200, points=24)


def grid(s):
    return log_steps(s.first, s.horizon, s.points)


def worst(s, power):
    """Largest |x_k - T x_k| over the angles, errors (j+1)^-power along T x_j."""
    turns = np.exp(1j * np.geomspace(1 / s.horizon, 3.0, s.angles))
    x, wanted, out = np.ones_like(turns), {int(k): i for i, k in enumerate(grid(s))}, np.empty(grid(s).size)
    for k in range(s.horizon + 1):
        image = turns * x
        if k in wanted:
            out[wanted[k]] = np.abs(x - image).max()
        pushed = image * (1 + (k + 1) ** -power / np.maximum(np.abs(image), 1e-300))
        x = 1 / (k + 2) + (k + 1) / (k + 2) * pushed
    return out


def measure(s):
    # A step rounds fewer than 24 operations on numbers of size at most 1 + sum |e|, and T does not amplify errors.
    largest = 2 + np.log(s.horizon)
    rounding = 24 * 2.0**-53 * (grid(s) + 1) * largest
    return {f"{p:g}": Curve(grid(s), worst(s, p)[None], True, rounding[None]) for p in s.powers}


def predict(s):
    errors = {p: np.arange(1, s.horizon + 1.0) ** -p for p in s.powers}
    bounds = {f"{p:g}": theory.inexact_halpern_bound(grid(s), errors[p]) for p in s.powers}
    rounding = grid(s) * 2.0**-52  # a sum of k positive terms
    return {key: exact(grid(s), bound, rounding) for key, bound in bounds.items()}


def checks(s, measured, predicted):
    first, _, last = (f"{p:g}" for p in s.powers)
    for p in s.powers:
        key = f"{p:g}"
        ignored = exact(grid(s), theory.halpern_bound(grid(s)), ulps=2)
        rival = Rival(claim="2D/(k+1), the errors ignored", predicted=ignored)
        claim = f"errors (j+1)^-{p:g}: residual <= 2D/(k+1) + 2/(k+1) sum (j+1)|e_j|"
        yield below(claim, measured[key], predicted[key], rival=rival)
    rival = Rival(claim="of errors 1/(j+1)", measured=measured[last])
    yield below(f"errors (j+1)^-{first}: residual <= 7.3 D/(k+1), summable", measured[first],
                exact(grid(s), 7.3 / (grid(s) + 1), ulps=2), rival=rival)  # fmt: skip
    rival = Rival(claim="stays", predicted=Power(0))
    yield decays_as(f"errors (j+1)^-{first}: residual falls as 1/k", measured[first], Power(-1), rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    for i, p in enumerate(s.powers):
        plots.measurement(axes, measured[f"{p:g}"], i, f"errors (j+1)^-{p:g}")
        plots.prediction(axes, predicted[f"{p:g}"], "" if i else "bounds, derived")
    plots.label(axes, "iterations k", "worst residual |x - Tx| / D", "errors along T x, on rotations")
    return drawn


if __name__ == "__main__":
    script()

"""Lookahead helps momentum that is too large for the condition number, and hurts momentum that suits it.

Gradient descent with momentum beta on curvatures from 1/kappa to 1, without noise, best step size: factor per step.
With too much momentum for the condition number (beta = 0.99) pulling every k-th iterate back damps the oscillation:
with the velocity kept at a synchronisation up to kappa = 1000 and more, with the velocity set to 0 by more at small
kappa, and not from 100 on. With beta = 0.9 it only delays. Factors are spectral radii of one round; trajectories are
the optimiser's own steps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Finding, Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.quadratics import slow_weights
from theorylab.models.quadratics.optimisers import lookahead as optimiser
from theorylab.numerics.streams import stream

SOURCE = Source("deterministic quadratics with momentum (recalled); derived here", kind="recalled")
FINDING = Finding(
    kind="needs a condition",
    sentence="Over momentum on a quadratic without noise Lookahead is faster only where the momentum is too large.",
    case=(
        "k = 20, slow step 0.5, condition number 10, best step sizes: factor per step 0.990 with velocity kept "
        "against 0.995 without Lookahead at beta = 0.99, and 0.968 against 0.949 at beta = 0.9"
    ),
    check="with a momentum of 0.9, too",
)
KINDS = {"momentum alone": (1, 1.0, False), "velocity kept": (20, 0.5, False), "velocity set to 0": (20, 0.5, True)}
LOADS = np.geomspace(0.01, 2.0, 12)


@dataclass(frozen=True, kw_only=True)
class Setting:
    large: float = 0.99
    small: float = 0.9
    conditions: tuple[float, ...] = (10.0, 30.0, 100.0, 1000.0, 3000.0)
    dim: int = 40
    rates: tuple[float, float, int] = (1e-3, 6.0, 150)
    rounds: int = 6


QUICK = Setting(dim=20, rates=(1e-3, 6.0, 60))
FULL = Setting(conditions=tuple(np.geomspace(3, 3000, 25).tolist()), rates=(1e-3, 8.0, 1000))


def factors(s, beta, kind):
    """Least factor per step over step sizes, by condition number."""
    period, slow, reset = KINDS[kind]
    low, high, count = s.rates
    rates = np.geomspace(low, high, count)
    rows = []
    for kappa in s.conditions:
        loads = rates[:, None] * np.geomspace(1 / kappa, 1.0, s.dim)
        found = slow_weights.rate(loads.ravel(), beta, period, slow, reset=reset)
        rows.append(found.reshape(loads.shape).max(axis=1).min())
    return exact(s.conditions, rows, 1e-7, "condition number")


def walked(s, kind, rounds):
    """x of the optimiser after so many rounds from 1, by load."""
    period, slow, reset = KINDS[kind]
    method = optimiser.Method(1.0, period, slow, s.large, reset)
    return slow_weights.paths(method, LOADS, 0.0, 1.0, rounds * period, stream(0, 0))


def measure(s):
    curves = {f"{kind}, {beta}": factors(s, beta, kind) for kind in KINDS for beta in (s.large, s.small)}
    steps = KINDS["velocity set to 0"][0] * s.rounds
    once, twice = (walked(s, "velocity set to 0", n) for n in (s.rounds, 2 * s.rounds))
    curves["pace"] = exact(LOADS, np.abs(twice / once) ** (1 / steps), 1e-8, "load")
    return curves | {f"path, {kind}": exact(LOADS, walked(s, kind, s.rounds), 1e-8, "load") for kind in KINDS}


def predict(s):
    curves: dict[str, Curve] = {}
    for kind, (period, slow, reset) in KINDS.items():
        matrices = slow_weights.momentum_rounds(LOADS, s.large, period, slow, reset=reset)
        rows = {"path": np.linalg.matrix_power(matrices, s.rounds)[:, 0, 0],
                "pace": slow_weights.rate(LOADS, s.large, period, slow, reset=reset)}  # fmt: skip
        curves |= {f"{name}, {kind}": exact(LOADS, row, 1e-8, "load") for name, row in rows.items()}
    return curves


def checks(s, measured, predicted):
    kept, lost, alone = "velocity kept", "velocity set to 0", "momentum alone"
    for mine, other in ((kept, lost), (lost, kept)):
        rival = Rival(claim=other, predicted=predicted[f"path, {other}"])
        claim = f"x after {s.rounds} rounds, {mine}"
        yield agrees(claim, measured[f"path, {mine}"], predicted[f"path, {mine}"], rival=rival)
    rival = Rival(claim=f"that of {kept}", predicted=predicted[f"pace, {kept}"])
    claim = "factor per step of paths: the spectral radius, velocity set to 0"
    yield agrees(claim, measured["pace"], predicted[f"pace, {lost}"], rival=rival)
    rival = Rival(claim="with a momentum of 0.9, too", measured=measured[f"{kept}, {s.small}"],
                  predicted=measured[f"{alone}, {s.small}"])  # fmt: skip
    near = np.array(s.conditions) <= 1000
    mine, plain = measured[f"{kept}, {s.large}"], measured[f"{alone}, {s.large}"]
    claim = f"momentum {s.large}: Lookahead that keeps the velocity is faster, condition numbers up to 1000"
    yield ordered(claim, mine.at(near), plain.at(near), rival=rival)
    near = np.array(s.conditions) <= 10
    far = np.array(s.conditions) >= 100
    reset, plain = measured[f"{lost}, {s.large}"], measured[f"{alone}, {s.large}"]
    rival = Rival(claim="also from 100 on", measured=reset.at(far), predicted=plain.at(far))
    claim = f"momentum {s.large}: so is Lookahead that sets it to 0, at condition numbers up to 10"
    yield ordered(claim, reset.at(near), plain.at(near), rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for axes, beta in zip(panels, (s.large, s.small), strict=True):
        for i, kind in enumerate(KINDS):
            plots.line(axes, s.conditions, 1 - measured[f"{kind}, {beta}"].mean, i, kind)
        text = f"momentum {beta}, best step sizes"
        plots.label(axes, "condition number", "1 - factor per step (speed)", text)
    return drawn


if __name__ == "__main__":
    script()

"""Along exp(t X) Q the criterion is strictly convex, at every Q; and the fit over all matrices does not see the basis.

c'' = 4 tr(X^2 (Q M Q^T + (Q Q^T)^-1)) for symmetric X, against second differences. Skew X turn Q to O Q at the minimum
and change nothing. In a turned basis, M -> O M O^T, the fit over all matrices goes through P -> O P O^T, step by step;
that over diagonal ones does not, unless O permutes and changes signs.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from theorylab import Rival, Source, above, agrees, exact, plots, script
from theorylab.models.preconditioning import fitting, theory_fitting
from theorylab.numerics.streams import generator

SOURCE = Source("abstract of the companion (convexity in groups, read); derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    draws: int
    dim: int = 4
    step: float = 1e-3  # of t: second differences are off by (step X)^2 / 3
    steps: int = 60
    seed: int


QUICK = Setting(draws=60, seed=1)
FULL = Setting(draws=1000, seed=2)


def instance(s, k, skew=False):
    """Direction, factor Q and M; every second symmetric direction is the flattest at its Q."""
    kind = "skew" if skew else ("symmetric", "flattest")[k % 2]
    return fitting.drawn_direction(kind, s.dim, generator(s.seed, 10 + k))


def end(s, group, second):
    """tr(P M) along the fit from 1: a number that no basis changes."""
    path = fitting.mean_fit(group, second, np.eye(s.dim), 0.3, s.steps)
    return np.array([np.trace(q.T @ q @ second) for q in path])


def measure(s):
    found, flat = ([fitting.relative_curvature(x, q, second, s.step)
                    for x, q, second in (instance(s, k, skew) for k in range(s.draws))]
                   for skew in (False, True))  # fmt: skip
    place, steps = np.arange(s.draws), np.arange(s.steps + 1)
    turn = np.linalg.qr(generator(s.seed, 5).standard_normal((s.dim, s.dim)))[0]
    turned = turn @ instance(s, 0)[2] @ turn.T
    noise = 1e-13 / s.step**2  # of a difference of three values near 1; Q may be ill-conditioned
    return {
        "found": exact(place, found, 1e-5 + noise, "draw").drawn_from("random directions and points"),
        "skew": exact(place, flat, 1e-5, "draw").drawn_from("random directions"),
        "all": exact(steps, end(s, "all", turned), 1e-10),
        "diagonal": exact(steps, end(s, "diagonal", turned), 1e-10),
    }


def predict(s):
    forms, half, least = [], [], []
    for k in range(s.draws):
        x, q, second = instance(s, k)
        value = theory_fitting.criterion(q.T @ q, second)
        forms.append(theory_fitting.curvature_along(x, q, second) / value)
        least.append(4 * np.linalg.eigvalsh(theory_fitting.both_terms(q, second))[0] / value)
        half.append(4 * np.trace(x @ x @ q @ second @ q.T) / value)
    place, steps, second = np.arange(s.draws), np.arange(s.steps + 1), instance(s, 0)[2]
    return {
        "found": exact(place, forms, 1e-9, "draw"),
        "half": exact(place, half, 1e-9, "draw"),
        "least": exact(place, least, 1e-4, "draw"),
        "all": exact(steps, end(s, "all", second), 1e-10),
        "diagonal": exact(steps, end(s, "diagonal", second), 1e-10),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="without the term of P^-1", predicted=predicted["half"])
    claim = "c'' = 4 tr(X^2 (Q M Q^T + (Q Q^T)^-1))"
    yield agrees(claim, measured["found"], predicted["found"], rival=rival, within=1e-4)
    rival = Rival(claim="along skew directions at the minimum, too", measured=measured["skew"])
    claim = "symmetric directions: c'' >= 4 |X|^2 times the least eigenvalue of that, > 0"
    yield above(claim, measured["found"], predicted["least"], rival=rival)
    rival = Rival(claim="diagonal ones, too", measured=measured["diagonal"], predicted=predicted["diagonal"])
    yield agrees("all matrices: the fit does not see the basis", measured["all"], predicted["all"], rival=rival)


def figure(s, measured, predicted):
    drawn, (along, basis) = plots.panels(2)
    x, q, second = instance(s, 0)
    skew, best, own = instance(s, 0, skew=True)
    t = np.linspace(-1, 1, 60)
    rows = (("symmetric X, any Q", x, q, second), ("skew X, minimum", skew, best, own))
    for k, (label, d, factor, m) in enumerate(rows):
        factors = [expm(value * d) @ factor for value in t]
        values = [theory_fitting.criterion(f.T @ f, m) for f in factors]
        plots.line(along, t, np.array(values) / values[30], k, label)
    plots.label(along, "t", "criterion along exp(tX) Q / at t = 0", log="")
    for k, name in enumerate(("all", "diagonal")):
        plots.points(basis, measured[name].x, measured[name].mean, k, f"{name}, turned basis")
        plots.prediction(basis, predicted[name], "" if k else "basis as it was")
    plots.label(basis, "steps", "tr(P M)", log="")
    return drawn


if __name__ == "__main__":
    script()

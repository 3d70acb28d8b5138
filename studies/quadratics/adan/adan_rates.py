"""On quadratics Adan's momentum is Nesterov's acceleration: 1 - 1/sqrt(condition number) per step, not 1 - 1/condition.

With step size 1 / L and momentum a = (1 - sqrt q) / (1 + sqrt q), q = 1 / condition number, the iterate on the
smallest curvature is (1 - sqrt q)^k (1 + k sqrt q / (1 + sqrt q)): a double root; all larger curvatures contract
faster. The heavy ball with the same constants has sqrt a on every curvature where it oscillates, which is slower.
Adan's runs are the optimiser's own steps, its second moment frozen, its weights b1 = b2 = 1 - a (adan_nesterov says
why); the heavy ball's factors are those of its matrix.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, geometric, plots, script
from theorylab.models.quadratics import frozen_adan
from theorylab.models.quadratics.frozen_adan import Waves
from theorylab.models.quadratics.optimisers import adan as optimiser
from theorylab.models.quadratics.theory import adan

SOURCE = Source("abstract (Nesterov's acceleration, read); standard rate, derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...] = (10.0, 100.0, 1000.0)
    condition: float = 100.0  # of the rate, and of the spectrum
    dim: int = 12
    steps: int = 60
    horizon: int = 2000


QUICK = Setting()
FULL = Setting(conditions=(4.0, 10.0, 30.0, 100.0, 1000.0, 10_000.0), dim=40, steps=300)


def nesterov(condition, steps):
    """Points of Nesterov's method on the smallest curvature from 1, velocity 0, L = 1, (steps,)."""
    f, momentum = Waves(np.array([1 / condition]), 0.0, 0.0), adan.nesterov_momentum(condition)
    return frozen_adan.ahead_path(np.ones(1), momentum, 0.0, f, np.ones(1), np.zeros((steps, 1)))[:, 0]


def frozen(condition, steps):
    """x of Adan in the same place: its rate makes up for the first gradient, by which it divides, and for b."""
    b, h = 1 - adan.nesterov_momentum(condition), 1 / condition
    method = optimiser.Method(h / b, b, b, 0.0, 0.0)
    return frozen_adan.adan_path(method, Waves(np.array([h]), 0.0, 0.0), np.ones(1), np.zeros((steps, 1)))[:, 0]


def radii(s, curvatures):
    """Spectral radius of a step of Adan, and of the heavy ball, by curvature."""
    a = adan.nesterov_momentum(s.condition)
    method = optimiser.Method(1 / (1 - a), 1 - a, 1 - a, 0.0, 0.0)
    steps = [frozen_adan.one_step(method, h) for h in curvatures]
    balls = [np.array([[1 + a - h, -a], [1.0, 0.0]]) for h in curvatures]
    return [[np.abs(np.linalg.eigvals(matrix)).max() for matrix in each] for each in (steps, balls)]


def measure(s):
    k, h = np.arange(1, s.steps + 1), np.geomspace(1 / s.condition, 0.99, s.dim)
    far = np.arange(int(5 * s.condition**0.5), s.horizon, s.horizon // 60)
    adan_radii, ball_radii = radii(s, h)
    return {
        "slowest": exact(k, [nesterov(kappa, s.steps) for kappa in s.conditions], 1e-9),
        "late": exact(far, frozen(s.condition, s.horizon)[far - 1], 1e-8),
        "radius": exact(h, adan_radii, 1e-6, "curvature"),
        "radius, heavy ball": exact(h, ball_radii, 1e-6, "curvature"),
    }


def predict(s):
    k = np.arange(1, s.steps + 1)
    rows = {"slowest": [adan.nesterov_slowest(kappa, k) for kappa in s.conditions],
            "plain": [(1 - 1 / kappa) ** k for kappa in s.conditions]}  # fmt: skip
    return {name: exact(k, row, 1e-9) for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="(1 - q)^k, of gradient descent", predicted=predicted["plain"])
    claim = "Nesterov, smallest curvature: (1 - sqrt q)^k (1 + k sqrt q / (1 + sqrt q))"
    yield agrees(claim, measured["slowest"], predicted["slowest"], rival=rival)
    factor, ball = 1 - s.condition**-0.5, adan.heavy_ball_radius(adan.nesterov_momentum(s.condition))
    rival = Rival(claim="sqrt a, of the heavy ball", predicted=ball)
    yield geometric(f"Adan there: 1 - sqrt q per step, condition number {s.condition:g}", measured["late"], factor,
                    rival=rival)  # fmt: skip
    rival = Rival(claim="that of Adan", predicted=measured["radius"])
    yield agrees("the heavy ball's: sqrt a on every curvature", measured["radius, heavy ball"], ball, rival=rival)
    rival = Rival(claim="of the heavy ball, too", measured=measured["radius, heavy ball"])
    yield below("Adan's factor at most 1 - sqrt q on every curvature", measured["radius"], factor, rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, spectrum) = plots.panels(2)
    for k, kappa in enumerate(s.conditions[:4]):
        plots.line(paths, measured["slowest"].x, measured["slowest"].samples[k], k, f"condition number {kappa:g}")
        plots.guide(paths, measured["slowest"].x, predicted["slowest"].samples[k], "" if k else "closed form")
    plots.label(paths, "steps", "x on the smallest curvature", "Nesterov's method", log="y")
    paths.set_ylim(1e-8, 100)
    for k, (name, text) in enumerate((("radius", "Adan, b1 = b2"), ("radius, heavy ball", "heavy ball"))):
        plots.exact_line(spectrum, measured[name], k, text)
    plots.limit(spectrum, 1 - s.condition**-0.5, "1 - √q")
    plots.label(spectrum, "curvature", "factor per step", f"condition number {s.condition:g}", log="x")
    spectrum.set_ylim(0.75, 0.96)
    return drawn


if __name__ == "__main__":
    script()

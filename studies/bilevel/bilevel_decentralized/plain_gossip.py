"""Without gradient tracking gossip ends on a floor that falls as the step.

On a ring with equal curvatures h plain gossip, Z <- W Z - step G(Z), rests at step b_k / (1 - l_k + step h) off in each
eigenvector of W but the first, whose part b_0, the mean, is right. The slower a ring mixes the higher its floor: with
1 - l_1 of order 1/N^2 in place of a step times curvature. Tracking has no floor (tracked_system.py).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.bilevel import agents

SOURCE = Source("gradient tracking in HIGP (recalled); floor without it derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    rings: tuple[int, ...] = (4, 8, 16)
    size: int = 3  # of z
    curvature: float = 1.3
    smallest: float = 1e-4
    largest: float = 0.1
    points: int
    seed: int


QUICK = Setting(points=10, seed=1)
FULL = Setting(rings=(4, 8, 16, 32), points=25, seed=2)


def steps(s):
    return np.geomspace(s.smallest, s.largest, s.points)


def system(s, count):
    """Equal curvatures, and sides of mean 0, whose solution is 0: the mean is there from the start."""
    H, b = agents.random_system(s.seed, count, s.size, s.curvature, alike=True)
    return H, b - b.mean(axis=0)


def measure(s):
    curves = {}
    for n in s.rings:
        (H, b), iterations = system(s, n), int(40 / (1 - agents.ring_eigenvalues(n)[1]))  # of the start e^-40 is left
        ends = [agents.solve(agents.ring(n), H, b, step, [iterations], tracking=False)[0] for step in steps(s)]
        floors = np.sqrt([(z**2).sum() for z in ends])
        # Sums of a few terms are rounded in each iteration, and damped by 1 - l.
        curves[f"{n}"] = exact(steps(s), floors, 64 * 2.0**-52 * iterations, "step")
    return curves


def predict(s):
    curves = {}
    for n in s.rings:
        parts = (np.abs(np.fft.fft(system(s, n)[1], axis=0, norm="ortho")) ** 2).sum(axis=1)[1:] ** 0.5
        for key, curvature in (("", s.curvature), (", no curvature", 0.0)):
            rows = [agents.plain_floor(agents.ring_eigenvalues(n)[1:], parts, a, curvature).sum() for a in steps(s)]
            curves[f"{n}{key}"] = exact(steps(s), np.sqrt(rows), ulps=64, x_name="step")
    return curves


def checks(s, measured, predicted):
    for n in s.rings:
        rival = Rival(claim="with 1 - l in place of 1 - l + step h", predicted=predicted[f"{n}, no curvature"])
        claim = f"floor step b / (1 - l + step h), ring of {n}"
        yield agrees(claim, measured[f"{n}"], predicted[f"{n}"], rival=rival)
    rival, small = Rival(claim="as its root", predicted=Power(0.5)), steps(s) <= 0.01
    claim = f"floor as the step, ring of {s.rings[0]}"
    yield decays_as(claim, measured[f"{s.rings[0]}"].at(small), Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, n in enumerate(s.rings):
        plots.points(axes, steps(s), measured[f"{n}"].mean, k, f"ring of {n}, simulated")
        plots.prediction(axes, predicted[f"{n}"], "" if k else "step b / (1 - l + step h)")
    plots.label(axes, "step", "floor of the distance from the solution", "plain gossip, equal curvatures")
    return drawn


if __name__ == "__main__":
    script()

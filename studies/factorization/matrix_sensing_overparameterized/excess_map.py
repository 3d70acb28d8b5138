"""Excess eigenvalues follow x' = x (1 - s x)^2, so that 1/x grows by 2 s a step, and a logarithm besides.

Once the part inside the target's rank has converged, exponentially, the other columns of X see the target no more:
their k - r eigenvalues of X^T X obey the scalar map, to rounding, over all later steps. 1/x_t = 1/x_0 + 2 s t + (3 s/2)
log(1 + 2 s t x_0) to leading order in s x_0, which is why T^2 times the error comes to its limit as (log T)/T.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.factorization import sensing, theory
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (lower bound 1/T^2, read); map and expansion derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    values: tuple[float, ...] = (1.0, 0.8, 0.6)  # singular values of the target
    rank: int  # columns k
    alpha: float
    step_size: float = 0.1
    late: int = 500  # a step at which all that converges exponentially has
    steps: tuple[int, ...] = (600, 1000, 2000, 5000, 10_000)
    seed: int


QUICK = Setting(size=12, rank=6, alpha=0.5, seed=1)
FULL = Setting(size=50, rank=10, alpha=0.2, steps=(600, 1000, 3000, 10_000, 30_000, 100_000), seed=2)


def excess(s, steps):
    """Excess eigenvalues of X^T X at the step, (k - r,), sorted."""
    start = s.alpha * generator(s.seed).standard_normal((s.size, s.rank))
    x = sensing.symmetric(sensing.target(s.size, s.values, seed=s.seed), start, s.step_size, [steps]).left
    return np.linalg.eigvalsh(x.T @ x)[: s.rank - len(s.values)]


def measure(s):
    # The smallest eigenvalues are off by some units of the largest, 1, over their size.
    rows = np.array([excess(s, t) for t in s.steps]).T
    return {"excess": exact(s.steps, rows, 2.0**-52 * 64 * s.rank / rows.min())}


def predict(s):
    start = excess(s, s.late)
    mapped, once = [start], [start]
    for _ in range(s.late, s.steps[-1]):
        mapped.append(theory.excess_step(mapped[-1], s.step_size))
        once.append(once[-1] * (1 - s.step_size * once[-1]))
    after = np.array(s.steps) - s.late
    curves = {
        name: exact(s.steps, np.array(rows)[after].T, 1e-9) for name, rows in (("excess", mapped), ("once", once))
    }
    leading = theory.excess_leading(after, s.step_size, start[:, None])
    plain = 1 / (1 / start[:, None] + 2 * s.step_size * after)
    return curves | {"leading": exact(s.steps, leading, ulps=16), "no logarithm": exact(s.steps, plain, ulps=16)}


def checks(s, measured, predicted):
    rival = Rival(claim="x (1 - s x)", predicted=predicted["once"])
    yield agrees("excess eigenvalues: x' = x (1 - s x)^2", measured["excess"], predicted["excess"], rival=rival)
    rival = Rival(claim="without the logarithm", predicted=predicted["no logarithm"])
    claim = "1/x = 1/x_0 + 2 s t + (3 s/2) log(1 + 2 s t x_0), to 0.01%"
    yield agrees(claim, measured["excess"], predicted["leading"], rival=rival, within=1e-4)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, row in enumerate(measured["excess"].samples[:4]):
        plots.points(axes, s.steps, row, k, f"excess eigenvalue {k + 1}")
        plots.guide(axes, s.steps, predicted["excess"].samples[k], "" if k else "x' = x (1 - s x)²")
    plots.label(axes, "steps", "eigenvalue of X'X", f"n = {s.size}, k = {s.rank}, r = {len(s.values)}")
    return drawn


if __name__ == "__main__":
    script()

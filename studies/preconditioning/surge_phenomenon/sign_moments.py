"""The exact best step, of error functions, is that of drawn signs; its rational form is off by 0.108 in a sign's mean.

Independent Gaussian coordinates: E V_i = erf(sqrt(B / 2) mu_i / sigma_i), and signs are independent. Both moments that
the best step divides are simulated, mu.V and V^T H V. The paper's approximation x / sqrt(x^2 + pi / 4) of erf is within
0.108 of it everywhere, and exact at both ends.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import erf

from theorylab import Rival, Source, agrees, below, exact, plots, replicate, script
from theorylab.models.preconditioning import kernels, theory
from theorylab.models.preconditioning.model import NoisyPoint
from theorylab.numerics.streams import generator

SOURCE = Source("Lemma 1 and Theorem 2 (read), with its approximation of erf (read)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    size: float = 0.3
    curvature: float = 0.5
    batches: tuple[float, ...] = (1.0, 8.0, 64.0, 512.0)
    draws: int = 20  # in a replica
    replicas: int
    seed: int


QUICK = Setting(dim=8, replicas=2000, seed=1)
FULL = Setting(dim=50, replicas=50_000, seed=2)
GRID = np.linspace(0.01, 6, 600)


def point(s):
    draws = generator(s.seed, 1)
    noise = draws.uniform(0.5, 2.0, s.dim)
    return NoisyPoint.aligned(s.size * draws.standard_normal(s.dim), noise, s.curvature)


def measure(s):
    batches = np.array(s.batches)
    found = replicate(kernels.sign_draws, *point(s).parts, batches, s.draws, x=batches, replicas=s.replicas,
                      seed=s.seed, names=("slope", "curvature"), x_name="batch")  # fmt: skip
    distance = np.abs(theory.root_sign(GRID) - erf(GRID))
    return found | {"distance": exact(GRID, distance, 1e-9, "x")}


def without_root_two(p, batch):
    """Means of signs with the argument of erf too large by sqrt 2, as a point whose noise is so much smaller."""
    return NoisyPoint(p.gradient, np.asarray(p.noise_std) / 2**0.5, p.hessian)


def predict(s):
    batches, p = np.array(s.batches), point(s)
    wrong = without_root_two(p, batches)
    m = theory.sign_means(p, batches)
    forms = {"slope": theory.sign_slope(p, batches), "curvature": theory.sign_curvature(p, batches),
             "slope, wrong": theory.sign_slope(wrong, batches),
             "no diagonal": ((m @ p.parts[2]) * m).sum(axis=1)}  # fmt: skip
    return {name: exact(batches, values, 1e-12, "batch") for name, values in forms.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="erf without 1 / sqrt 2", predicted=predicted["slope, wrong"])
    yield agrees("E mu.V by error functions", measured["slope"], predicted["slope"], rival=rival)
    rival = Rival(claim="E V^T H E V, without (1 - E_i^2) H_ii", predicted=predicted["no diagonal"])
    yield agrees("E V^T H V: signs are independent", measured["curvature"], predicted["curvature"], rival=rival)
    rival = Rival(claim="within 0.1", predicted=0.1)
    yield below("x / sqrt(x^2 + pi/4) is within 0.108 of erf", measured["distance"], 0.108, rival=rival)


def figure(s, measured, predicted):
    drawn, (moments, distance) = plots.panels(2)
    for k, name in enumerate(("slope", "curvature")):
        plots.measurement(moments, measured[name], k, "E μ·V, drawn" if not k else "E Vᵀ H V, drawn")
        plots.prediction(moments, predicted[name], "" if k else "error functions")
    plots.label(moments, "batch size B", "moment", f"d = {s.dim}")
    plots.exact_line(distance, measured["distance"], 0, "|x / √(x² + π/4) - erf x|")
    plots.limit(distance, 0.108, "0.108")
    plots.label(distance, "x", "distance", log="")
    distance.set_ylim(0, 0.15)
    return drawn


if __name__ == "__main__":
    script()

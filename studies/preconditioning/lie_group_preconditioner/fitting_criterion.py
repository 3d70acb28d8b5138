"""The fit ends at M^-1/2, M = H^2 + cov e: at |H|^-1 without noise, for indefinite H too, and noise is its damping.

Mean steps in the group of all matrices and in that of triangular ones reach the same preconditioner and the same least
value 2 tr M^1/2, as every P has a triangular root; diagonal ones end at row norms to the power -1 and above it. With
noise s a flat direction gets the gain 1 / s. Small steps only lower the criterion; large ones do not.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, monotone, plots, script
from theorylab.models.preconditioning import fitting, theory_fitting
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (criterion, no damping; read); minima derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvatures: tuple[float, ...]  # of either sign, and 0
    noise: float = 0.3
    rate: float = 0.5  # relative to the size of the gradient
    steps: int
    falling: int = 100  # steps that the criterion is followed over
    seed: int


QUICK = Setting(curvatures=(2.0, -1.0, 0.5, 0.0), steps=1500, seed=1)
FULL = Setting(curvatures=(2.0, -1.5, 1.0, -0.7, 0.5, 0.2, -0.1, 0.0), steps=6000, seed=2)


def seconds(s):
    """M without noise, of the curvatures that are not 0, and M with noise, in a random basis."""
    h = np.array(s.curvatures)
    return fitting.turned(h[h != 0] ** 2, generator(s.seed, 2)), fitting.turned(h**2 + s.noise**2, generator(s.seed, 1))


def entries(values, rounding=1e-6):
    values = np.ravel(values)
    return exact(np.arange(values.size), values, rounding, "entry")


def measure(s):
    clean, noisy = seconds(s)
    found = {group: fitting.fitted(group, noisy, s.rate, s.steps) for group in fitting.GROUPS}
    values = [theory_fitting.criterion(found[group], noisy) for group in ("all", "triangular")]
    near = 1.02 * np.linalg.cholesky(theory_fitting.best_preconditioner(noisy)).T  # the minimum, by 2% off
    return {
        "clean": entries(fitting.fitted("all", clean, s.rate, s.steps)),
        "all": entries(found["all"]),
        "diagonal": entries(np.diag(found["diagonal"])),
        "value": exact([0, 1], values, 1e-9, "group"),
        "gain": exact([0], [np.linalg.eigvalsh(found["all"])[-1]], 1e-6, "point"),
        "small steps": exact(np.arange(s.falling + 1), fitting.fall(noisy, 0.2, np.eye(len(noisy)), s.falling), 1e-12),
        "large steps": exact(np.arange(11), fitting.fall(noisy, 1.1, near, 10), 1e-12),
    }


def predict(s):
    clean, noisy = seconds(s)
    values, vectors = np.linalg.eigh(noisy)
    return {
        "clean": entries(theory_fitting.best_preconditioner(clean), 1e-12),
        "squared": entries(np.linalg.inv(clean), 1e-12),
        "all": entries(theory_fitting.best_preconditioner(noisy), 1e-12),
        "damped": entries((vectors / (np.abs(values - s.noise**2) ** 0.5 + s.noise)) @ vectors.T, 1e-6),
        "diagonal": entries(theory_fitting.best_diagonal(noisy), 1e-12),
        "inverse": entries(np.diag(theory_fitting.best_preconditioner(noisy)), 1e-12),
        "value": exact([0, 1], np.full(2, theory_fitting.best_value(noisy)), 1e-12, "group"),
        "value, diagonal": exact([0, 1], np.full(2, theory_fitting.best_diagonal_value(noisy)), 1e-12, "group"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="its square", predicted=predicted["squared"])
    yield agrees("no noise, H indefinite: P = |H|^-1", measured["clean"], predicted["clean"], rival=rival)
    rival = Rival(claim="(|H| + s)^-1, damping", predicted=predicted["damped"])
    yield agrees("noise s: P = (H^2 + s^2)^-1/2", measured["all"], predicted["all"], rival=rival)
    rival = Rival(claim="1 / s^2", predicted=s.noise**-2)
    yield agrees("... a flat direction has the gain 1 / s", measured["gain"], 1 / s.noise, rival=rival)
    rival = Rival(claim="that of diagonal ones", predicted=predicted["value, diagonal"])
    yield agrees("all matrices and triangular ones: 2 tr M^1/2", measured["value"], predicted["value"], rival=rival)
    rival = Rival(claim="the diagonal of M^-1/2", predicted=predicted["inverse"])
    yield agrees("diagonal ones: M_ii^-1/2", measured["diagonal"], predicted["diagonal"], rival=rival)
    rival = Rival(claim="steps 10% above the stable ones, too", measured=measured["large steps"])
    yield monotone("small mean steps only lower the criterion", measured["small steps"], rival=rival)


def figure(s, measured, predicted):
    drawn, (falls, gains) = plots.panels(2)
    least = theory_fitting.best_value(seconds(s)[1])
    labels = {"small steps": "0.2 of the stable μ, from 1", "large steps": "1.1 of it, from near the least"}
    for k, (name, label) in enumerate(labels.items()):
        plots.line(falls, measured[name].x, measured[name].mean / least, k, label)
    plots.limit(falls, 1.0, "2 tr M^(1/2)")
    plots.label(falls, "steps", "criterion / least", "all matrices", log="y")
    found = np.sort(np.linalg.eigvalsh(measured["all"].mean.reshape(len(s.curvatures), -1)))
    size = np.sort(np.abs(s.curvatures))[::-1]
    plots.points(gains, size, found * size, 0, "fitted")
    line = np.linspace(0, size[0], 100)
    plots.guide(gains, line, line / (line**2 + s.noise**2) ** 0.5, "|h| / √(h² + s²)")
    plots.label(gains, "|h|", "curvature after preconditioning", f"s = {s.noise:g}", log="")
    return drawn


if __name__ == "__main__":
    script()

"""The fit ends at M^-1/2, M = H^2 + cov e: at |H|^-1 without noise, for indefinite H too, and noise is its damping.

Mean steps in the group of all matrices and in that of triangular ones reach the same preconditioner and the same least
value 2 tr M^1/2, as every P has a triangular root; diagonal ones end at row norms to the power -1 and above it. A flat
direction gets the gain 1 / s with noise of standard deviation s. Small steps only lower the criterion; large ones
do not.
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
    basis = np.linalg.qr(generator(s.seed, 1).standard_normal((h.size, h.size)))[0]
    part = h[h != 0]
    smaller = np.linalg.qr(generator(s.seed, 2).standard_normal((part.size, part.size)))[0]
    return (smaller * part**2) @ smaller.T, (basis * (h**2 + s.noise**2)) @ basis.T


def fit(s, second, group):
    q = fitting.mean_fit(group, second, np.eye(len(second)), s.rate, s.steps)[-1]
    return q.T @ q


def entries(values, rounding=1e-6):
    values = np.ravel(values)
    return exact(np.arange(values.size), values, rounding, "entry")


def fall(s, share, factor, steps):
    """The criterion along steps in the group of all matrices, from a factor, at a share of the largest stable mu."""
    _, second = seconds(s)
    rate = share * theory_fitting.critical_fitting_rate(np.linalg.eigvalsh(second)[-1] ** 0.5)
    path = fitting.mean_fit("all", second, factor, rate, steps, relative=False)
    return exact(np.arange(steps + 1), [theory_fitting.criterion(q.T @ q, second) for q in path], 1e-12)


def near(s):
    """A factor by 2% off the minimum."""
    return 1.02 * np.linalg.cholesky(theory_fitting.best_preconditioner(seconds(s)[1])).T


def measure(s):
    clean, noisy = seconds(s)
    found = {group: fit(s, noisy, group) for group in fitting.GROUPS}
    values = {group: theory_fitting.criterion(p, noisy) for group, p in found.items()}
    return {
        "clean": entries(fit(s, clean, "all")),
        "all": entries(found["all"]),
        "diagonal": entries(np.diag(found["diagonal"])),
        "value": exact([0, 1], [values["all"], values["triangular"]], 1e-9, "group"),
        "gain": exact([0], [np.linalg.eigvalsh(found["all"])[-1]], 1e-6, "point"),
        "small steps": fall(s, 0.2, np.eye(len(s.curvatures)), s.falling),
        "large steps": fall(s, 1.1, near(s), 10),
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
    }  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="its square", predicted=predicted["squared"])
    yield agrees("no noise, H indefinite: P = |H|^-1", measured["clean"], predicted["clean"], rival=rival)
    rival = Rival(claim="(|H| + s)^-1, damping", predicted=predicted["damped"])
    yield agrees("noise s: P = (H^2 + s^2)^-1/2", measured["all"], predicted["all"], rival=rival)
    rival = Rival(claim="1 / s^2", predicted=s.noise**-2)
    yield agrees("... a flat direction has the gain 1 / s", measured["gain"], 1 / s.noise, rival=rival)
    rival = Rival(claim="that of diagonal ones", predicted=predicted["value, diagonal"])
    claim = "all matrices and triangular ones: 2 tr M^1/2"
    yield agrees(claim, measured["value"], predicted["value"], rival=rival)
    rival = Rival(claim="the diagonal of M^-1/2", predicted=predicted["inverse"])
    yield agrees("diagonal ones: M_ii^-1/2", measured["diagonal"], predicted["diagonal"], rival=rival)
    rival = Rival(claim="steps 10% above the stable ones, too", measured=measured["large steps"])
    yield monotone("small mean steps only lower the criterion", measured["small steps"], rival=rival)


def figure(s, measured, predicted):
    drawn, (falls, gains) = plots.panels(2)
    _, second = seconds(s)
    for k, (name, label) in enumerate(
        (("small steps", "0.2 of the stable μ, from 1"), ("large steps", "1.1 of it, from near the least"))
    ):
        plots.line(falls, measured[name].x, measured[name].mean / theory_fitting.best_value(second), k, label)
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

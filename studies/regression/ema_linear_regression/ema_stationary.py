"""In the long run the EMA's variance is (1-a)(1+aq) / ((1+a)(1-aq)) of the last iterate's, direction by direction.

q = 1 - l, l = step size x eigenvalue. Each direction of the iterate is an AR(1) process; on Gaussian data its noise is
sigma^2 / (1 - K), K what is fed back per unit of noise. Moments after 10^12 steps come from the modes of the recursion,
where steps cannot be made; where they can, both roads give the same. Gaussian and one-hot data, and additive noise.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory import spectral, stepped

SOURCE = Source("variance of EMA (abstract, read); stationary ratio derived here", kind="derived")
DESIGNS = ("gaussian", "one-hot", "additive", "isotropic")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponent: float = 1.0
    share: float = 0.5  # of the critical step size
    batches: tuple[int, ...] = (1, 4)
    decays: tuple[float, ...] = (0.5, 0.9, 0.99)
    late: int = 10**12
    early: tuple[int, ...] = (1, 2, 7, 100, 1001)
    within: float = 1e-8  # double precision along 10^4 steps, and far from every rival


QUICK, FULL = Setting(dim=20), Setting(dim=200, batches=(1, 4, 16), early=(1, 2, 7, 100, 1001, 10_000))


def problems(s):
    for design, batch in product(DESIGNS, s.batches):
        p = LeastSquares.power_law(s.dim, s.exponent, start=1.0, noise_std=0.7, design="one-hot", batch=batch)
        p = LeastSquares(p.eigenvalues, p.error0, p.noise_std, design, batch)
        yield p, s.share * theory.critical_step_size(p)


def closed(p, step_size, feedback=True):
    """Stationary second moments of the last iterate, (d,), written out per design."""
    lam, h, b = p.eigenvalues, step_size, p.batch
    own = {"gaussian": lam**2, "one-hot": lam * (1 - lam)}.get(p.design, 0 * lam)
    noise = h**2 / b * p.noise_std**2 * (lam**0 if p.design == "isotropic" else lam)
    loss = 2 * h * lam - h**2 * lam**2 - h**2 / b * own
    fed = (h**2 / b * lam**2 / loss).sum() if p.design == "gaussian" and feedback else 0.0
    return noise / loss / (1 - fed)


def measure(s):
    late, rows, near = np.array([s.late]), [], []
    for p, step_size in problems(s):
        last = theory.sgd_moments(p, step_size, late)[0]
        rows.append([last, *(theory.ema_moments(p, step_size, a, late)[0] / last for a in s.decays)])
        near.append(roads(s, spectral, p, step_size))
    found, x = np.array(rows), np.arange(1, s.dim + 1)
    curves = {f"ratio {a}": exact(x, found[:, k + 1], ulps=0, x_name="direction") for k, a in enumerate(s.decays)}
    return curves | {"last": exact(x, found[:, 0], ulps=0, x_name="direction"), "early": exact(s.early, near, ulps=0)}


def roads(s, road, p, step_size, ahead=0):
    """Risks of last iterate, EMA, and mean, by one road, one after the other over the early steps."""
    steps = np.array(s.early) + ahead
    moments = road.ema_moments(p, step_size, 0.9, steps), road.average_moments(p, step_size, 0, steps)
    return road.sgd_risk(p, step_size, steps) + sum(theory.risk_of(p, rows) for rows in moments)


def predict(s):
    x, contraction = np.arange(1, s.dim + 1), np.array([1 - h * p.eigenvalues for p, h in problems(s)])
    curves = {}
    for a in s.decays:
        curves[f"ratio {a}"] = exact(x, theory.stationary_variance_ratio(a, contraction), ulps=0, x_name="direction")
        curves[f"white {a}"] = exact(x, np.full_like(contraction, (1 - a) / (1 + a)), ulps=0, x_name="direction")
    for name, feedback in (("last", True), ("alone", False)):
        curves[name] = exact(x, [closed(p, h, feedback) for p, h in problems(s)], ulps=0, x_name="direction")
    for name, ahead in (("early", 0), ("ahead", 1)):
        values = [roads(s, stepped, p, h, ahead) for p, h in problems(s)]
        curves[name] = exact(s.early, values, ulps=0)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="without noise fed back", predicted=predicted["alone"])
    yield agrees(
        "second moments of the last iterate", measured["last"], predicted["last"], rival=rival, within=s.within
    )
    for a in s.decays:
        rival = Rival(claim="(1-a)/(1+a), as for white noise", predicted=predicted[f"white {a}"])
        claim = f"variance of EMA / that of the last iterate, decay {a}"
        yield agrees(claim, measured[f"ratio {a}"], predicted[f"ratio {a}"], rival=rival, within=s.within)
    rival = Rival(claim="one step later", predicted=predicted["ahead"])
    yield agrees("risks by leaps = by steps", measured["early"], predicted["early"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, a in enumerate(s.decays):
        plots.points(axes, measured[f"ratio {a}"].x, measured[f"ratio {a}"].samples[0], k, f"decay {a}", markersize=3)
        plots.guide(axes, measured[f"ratio {a}"].x, predicted[f"ratio {a}"].samples[0], "" if k else "closed form")
    title = f"Gaussian data, after {s.late:.0e} steps"
    plots.label(axes, "direction", "variance of EMA / variance of SGD", title)
    return drawn


if __name__ == "__main__":
    script()

"""The mean of the workers moves by the gradient of a Gaussian-smoothed loss, up to third order in their spread.

The Gaussian has the workers' variance. It has no third moment, so that what remains is L'''' x (mean cube of w_j - w_a)
/ 6 to leading order, and of fourth order where workers lie symmetrically. The plain gradient at the mean, or a Gaussian
of twice the variance, is off by second order. One step of the kernel without noise is measured; smoothing is exact.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.gossip import kernels, model, theory
from theorylab.models.gossip.model import Landscape, Method
from theorylab.numerics.streams import stream

SOURCE = Source("abstract (asymptotic equivalence, read); orders and constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    workers: int = 16
    centre: float = 0.4
    tilt: float = 0.5
    spreads: tuple[float, ...]


QUICK = Setting(spreads=tuple(0.4 * 2.0 ** np.arange(-8, 1)))
FULL = Setting(workers=64, spreads=tuple(0.4 * 2.0 ** (0.5 * np.arange(-16, 1))))


def places(s, symmetric):
    """Workers around 0, (m,), of variance 1: quantiles of an exponential law, or these and their negatives."""
    ranks = (np.arange(s.workers) + 0.5) / s.workers
    rows = -np.log(ranks)
    if symmetric:
        rows = np.concatenate([rows[::2], -rows[::2]])
    rows = rows - rows.mean()
    return rows / rows.std()


def moved(s, start):
    """Minus the mean's move in one step over the step size: the mean gradient."""
    given = (model.ring(start.size), Landscape(height=1.0, tilt=s.tilt), Method(1.0, 0.0), start, np.array([0, 1]))
    mean = kernels.gossip_paths(*given, stream(0, 0))[0]  # the noise that it draws is multiplied by 0
    return mean[0] - mean[1]


def measure(s):
    rows = {}
    for name, symmetric in (("skewed", False), ("symmetric", True)):
        found = []
        for spread in s.spreads:
            gradient = moved(s, s.centre + spread * places(s, symmetric))
            once, plain, twice = (gradient - smooth(s, 1, factor * spread**2) for factor in (1, 0, 2))
            found.append([once, plain, -twice])  # each > 0
        for kind, row in zip(("", ", plain gradient", ", twice the variance"), np.array(found).T, strict=True):
            rows[f"{name}{kind}"] = row
    unit = 4e-15 / np.abs(np.array(list(rows.values())))  # gradients of size 1 cancel
    return {name: exact(s.spreads, row, off, "spread") for (name, row), off in zip(rows.items(), unit, strict=True)}


def smooth(s, order, variance):
    """Derivative of this order of the smoothed loss at the centre."""
    return theory.smoothed_well(order, s.centre, s.tilt, variance) * np.exp(
        s.tilt * s.centre + s.tilt**2 * variance / 2
    )


def predict(s):
    spreads = np.array(s.spreads)
    third, fourth = (places(s, False) ** 3).mean(), (places(s, True) ** 4).mean()
    rows = {
        "skewed": theory.skew_residual_leading(smooth(s, 4, 0.0), third * spreads**3),
        "symmetric": theory.symmetric_residual_leading(smooth(s, 5, 0.0), fourth * spreads**4, spreads**2),
    }
    return {name: exact(spreads, row, ulps=64, x_name="spread") for name, row in rows.items()}  # fmt: skip


def checks(s, measured, predicted):
    for name, order in (("skewed", 3), ("symmetric", 4)):
        claim = f"{name} workers: off the smoothed gradient by order {order}"
        rival = Rival(claim=f"order {order - 1}", predicted=Power(order - 1))
        yield decays_as(claim, measured[name], Power(order), rival=rival, towards=0)
        small = slice(0, 3)
        rival = Rival(
            claim="a Gaussian of twice the variance", measured=measured[f"{name}, twice the variance"].at(small)
        )
        claim = f"{name} workers: the leading constant, to 20%"
        yield agrees(claim, measured[name].at(small), predicted[name].at(small), rival=rival, within=0.2)
    for kind in ("plain gradient", "twice the variance"):
        rival = Rival(claim="order 3", predicted=Power(3))
        yield decays_as(f"{kind}: off by order 2", measured[f"symmetric, {kind}"], Power(2), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("skewed, plain gradient", "skewed, twice the variance", "skewed", "symmetric")):
        plots.points(axes, s.spreads, np.abs(measured[name].mean), k, name)
    for k, name in enumerate(predicted):
        plots.guide(axes, s.spreads, np.abs(predicted[name].mean), "" if k else "leading terms")
    plots.label(axes, "spread of the workers", "distance from the smoothed gradient", f"{s.workers} workers")
    return drawn


if __name__ == "__main__":
    script()

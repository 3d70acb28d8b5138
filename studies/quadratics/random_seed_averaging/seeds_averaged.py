"""How many iterates take 72% from the standard deviation over seeds: by correlation, and by what is measured.

At rest the mean of n iterates has the variance (v / n)((1 + r) / (1 - r) - ...), r = 1 - step size x curvature. For
an observable linear in the weights 72% less deviation is a share of 0.28^2 of the variance; for a quadratic loss a
share of 0.28: a quarter of the iterates. Independent iterates would need 13 of them, whatever r is.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, brackets, exact, plots, script
from theorylab.models.quadratics import model, moments
from theorylab.models.quadratics.theory import averaging, seeds
from theorylab.numerics.known import known

SOURCE = Source("abstract (72% less deviation, read); counts derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    correlations: tuple[float, ...] = (0.5, 0.9, 0.99)
    left: float = 0.28
    curvature: float = 0.7
    noise_std: float = 1.3
    long: float = 1e-8  # share of the variance of the leading form


QUICK = Setting()
FULL = Setting(correlations=(0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999))


def counts(s, share):
    """(n, n + 1) with the mean of n iterates above that share of the variance, and of n + 1 not: by exact moments."""
    found = []
    for r in s.correlations:
        plain = model.sgd((1 - r) / s.curvature, s.curvature, s.noise_std)
        rest = moments.at_rest(moments.operator(plain)).second(1, 1)
        step, start = moments.operator(plain.observed(1.0, 1.0)), model.start_at([0.0], 3, rest[:, None, None])
        low, high = 1, 2**40
        while high - low > 1:
            n = (low + high) // 2
            square = moments.run(step, start, [n]).second(2, 2).value[0, 0] / n**2
            low, high = (n, high) if square > share * rest.value[0] else (low, n)
        found.append((low, high))
    return brackets(s.correlations, found, "correlation")


def measure(s):
    return {"linear": counts(s, s.left**2), "loss": counts(s, s.left), "long": counts(s, s.long)}


def predict(s):
    """Roots of the closed form in n, real numbers."""
    curves = {}
    for name, share in (("linear", s.left**2), ("loss", s.left)):
        roots = []
        for r in s.correlations:
            low, high = 1.0, 1e12
            for _ in range(200):
                n = (low * high) ** 0.5
                low, high = (n, high) if averaging.average_variance(known(1.0), r, n).value > share else (low, n)
            roots.append(high)
        curves[name] = exact(s.correlations, roots, 1e-9, "correlation")
    r = np.array(s.correlations)
    return curves | {"long": exact(r, seeds.count_leading(r, s.long), 1e-12, "correlation"),
                     "numerator": exact(r, (1 + r) / s.long, 1e-12, "correlation")}  # fmt: skip


def checks(s, measured, predicted):
    for name, share, text in (("linear", s.left**2, "a linear observable"), ("loss", s.left, "a quadratic loss")):
        rival = Rival(claim="1 / share, as of independent iterates", predicted=1 / share)
        yield agrees(f"iterates for 72% less deviation of {text}", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="(1 + r) / share", predicted=predicted["numerator"])
    claim = f"(1 + r) / ((1 - r) share) for a share of {s.long:g}"
    yield agrees(claim, measured["long"], predicted["long"], rival=rival, within=1e-4)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    away = 1 - np.array(s.correlations)
    for k, (name, text) in enumerate((("linear", "linear observable"), ("loss", "quadratic loss"))):
        plots.points(axes, away, measured[name].mean, k, text)
        plots.guide(axes, away, predicted[name].mean, "" if k else "closed form")
    plots.label(axes, "step size × curvature", "iterates in the mean", "72% less deviation over seeds")
    return drawn


if __name__ == "__main__":
    script()

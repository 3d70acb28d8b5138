"""Sums over power-law spectra fade in time as their integrals: t^-(1 + b/a - 1/2a), t^-(1 - 1/2a), t^-(2 - 1/2a).

What features see in order, sum_j j^-2(a+b) exp(-t j^-2a), what they smear over all directions, sum_j j^-2a exp(...),
and the kernel of SGD's noise, sum_j j^-4a exp(...): the parts of the loss (loss_parts), here as infinite sums, where
1 << t.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.regression import theory

SOURCE = Source("integrals of the parts of the loss (authors' code); derived again here", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    laws: tuple[tuple[float, float], ...]  # alpha, beta
    head: int  # terms made one by one
    points: int
    within: float = 1e-3


QUICK = Setting(laws=((0.8, 0.7),), head=3000, points=9)
FULL = Setting(laws=((0.8, 0.7), (0.7, 1.2), (1.0, 0.6)), head=30_000, points=17)
WORDS = {"order": "what is seen in order", "smeared": "what is smeared", "noise": "the noise of SGD"}


def times(s):
    return np.geomspace(1e3, 1e6, s.points)


def sums(s, alpha, beta):
    """Infinite sums over j: a head term by term, then Gauss-Legendre over blocks of log j from half way to the next."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    edges = np.linspace(np.log(s.head + 0.5), 100.0, 150)
    middle, half = (edges[1:] + edges[:-1]) / 2, np.diff(edges) / 2
    rest = np.exp(middle[:, None] + half[:, None] * nodes).ravel()
    j = np.append(np.arange(1.0, s.head + 1), rest)
    weight = np.append(np.ones(s.head), (half[:, None] * weights).ravel() * rest)
    fading = weight[:, None] * np.exp(-times(s) * j[:, None] ** (-2 * alpha))
    powers = {"order": 2 * (alpha + beta), "smeared": 2 * alpha, "noise": 4 * alpha}
    return {name: (j[:, None] ** -power * fading).sum(axis=0) for name, power in powers.items()}


def measure(s):
    curves: dict[str, Curve] = {}
    for k, law in enumerate(s.laws):
        curves |= {f"{name} {k}": exact(times(s), row, 1e-8, "time") for name, row in sums(s, *law).items()}
    return curves


def predict(s):
    time, curves = times(s), {}
    for k, (alpha, beta) in enumerate(s.laws):
        forms = {"order": theory.seen_in_order_leading(alpha, beta, time),
                 "smeared": theory.smeared_leading(alpha, 1.0, time),
                 "noise": theory.noise_kernel_leading(alpha, 1.0, 1, time)}  # fmt: skip
        for name, values in forms.items():
            curves[f"{name} {k}"] = exact(time, values, 1e-12, "time")
            curves[f"{name} {k}, rival"] = exact(time, 2 * alpha * values, 1e-12, "time")
    return curves


def checks(s, measured, predicted):
    for k, (alpha, beta) in enumerate(s.laws):
        shift = 1 / (2 * alpha)
        powers = {"order": 1 + beta / alpha - shift, "smeared": 1 - shift, "noise": 2 - shift}
        for name, power in powers.items():
            key, other = f"{name} {k}", powers["noise" if name == "order" else "order"]
            rival = Rival(claim=f"as t^-{other:.4g}", predicted=Power(-other))
            claim = f"alpha {alpha}, beta {beta}: {WORDS[name]} fades as t^-{power:.4g}"
            yield decays_as(claim, measured[key], Power(-power), rival=rival)
            rival = Rival(claim="2 alpha times as large", predicted=predicted[f"{key}, rival"])
            claim = f"alpha {alpha}, beta {beta}: {WORDS[name]}, the sum is its integral"
            yield agrees(claim, measured[key], predicted[key], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(len(s.laws))
    for k, ((alpha, beta), panel) in enumerate(zip(s.laws, axes, strict=True)):
        for series, (name, words) in enumerate(WORDS.items()):
            plots.points(panel, times(s), measured[f"{name} {k}"].mean, series, words)
            plots.prediction(panel, predicted[f"{name} {k}"], "" if series else "integral")
        plots.label(panel, "time 2 g B r", "sum", f"alpha = {alpha}, beta = {beta}")
    return drawn


if __name__ == "__main__":
    script()

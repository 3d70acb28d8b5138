"""In batches normalising is not enough: the minority moves as imbalance^(-1/2) of the majority, oversampled as fast as
it.

A batch's mean gradient of a class, with n samples in d dimensions, points along the class's gradient up to a cosine
whose mean is a ratio of Gamma functions times 1F1(1/2; d/2 + 1; -n/(2 noise^2)), to leading order (1 + noise^2
(d-1)/n)^(-1/2). Normalised steps move each class by that cosine: where noise dominates as sqrt(n), so that the
minority's drift over the majority's is ratio^(-1/2); of plain SGD it is 1/ratio, of normalised steps on equally many
samples 1. A batch of B lacks the minority with probability (ratio/(1 + ratio))^B, and moves it not at all.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, replicate, script
from theorylab.models.separable import classes, imbalance

SOURCE = Source("abstract (directional noise, oversampling, read); formulas derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    ratios: tuple[float, ...]
    batch: int
    dimension: int
    noise: float = 1.0
    replicas: int
    seed: int


QUICK = Setting(ratios=(1.0, 3.0, 15.0), batch=16, dimension=20, replicas=12_000, seed=1)
FULL = Setting(ratios=(1.0, 3.0, 7.0, 15.0, 31.0, 63.0), batch=64, dimension=100, replicas=20_000, seed=2)
NAMES = ("plain, minority", "plain, majority", "minority", "majority", "absent", "oversampled")
HIGH, LARGE, SMALL = 200, 1e6, 1e-2  # dimension and noises where exponents are read, in a batch of 10^8 samples


def counts():
    """Imbalances, and the counts of minority and majority in a batch of 10^8."""
    r = np.geomspace(10, 1e6, 25)
    return r, 1e8 / (1 + r), 1e8 * r / (1 + r)


def quotient(noise):
    """Drift of the minority over that of the majority, normalised, at the mean counts."""
    few, many = (imbalance.mean_cosine(n, HIGH, noise) for n in counts()[1:])
    return exact(counts()[0], few / many, 1e-9, "ratio")


def measure(s):
    x = np.array(s.ratios)
    curves = replicate(classes.batch_drifts, x, s.batch, s.dimension, s.noise, x=x, x_name="ratio", names=NAMES,
                       replicas=s.replicas, seed=s.seed)  # fmt: skip
    r, few, _ = counts()
    return curves | {"absent": curves["absent"].bounded(0, 1),
                     "quotient": quotient(LARGE), "low noise": quotient(SMALL),
                     "cosine": exact(r, imbalance.mean_cosine(few, HIGH, LARGE), 1e-9, "ratio")}  # fmt: skip


def predict(s):
    r = np.array(s.ratios)
    few, many = 1 / (1 + r), r / (1 + r)
    drifts = [[imbalance.normalised_drift(x, s.batch, s.dimension, s.noise) for x in share] for share in (few, many)]
    values = {
        "minority": drifts[0], "majority": drifts[1],
        "plain, minority": few, "plain, majority": many, "absent": imbalance.absent(r, s.batch),
        "half": imbalance.absent(r, s.batch / 2),
        "oversampled": imbalance.mean_cosine(s.batch // 2 * np.ones(r.size), s.dimension, s.noise),
        "whole batch": imbalance.mean_cosine(s.batch * np.ones(r.size), s.dimension, s.noise),
        "mean count": imbalance.mean_cosine(s.batch * few, s.dimension, s.noise),
        "mean count, majority": imbalance.mean_cosine(s.batch * many * 0.9, s.dimension, s.noise),
        "equal": 0 * r + 0.5}  # fmt: skip
    curves = {name: exact(r, x, 1e-10, "ratio") for name, x in values.items()}
    big, leading = counts()[0], imbalance.mean_cosine_leading(counts()[1], HIGH, LARGE)
    values = {"leading": leading, "2% more": 1.02 * leading, "one": np.ones(big.size)}
    return curves | {name: exact(big, x, 1e-10, "ratio") for name, x in values.items()}


def checks(s, measured, predicted):
    for name, claim, other, words in (
        ("plain, minority", "SGD: drift of the minority = its share", "equal", "1/2"),
        ("minority", "normalised: drift of the minority", "mean count", "at the mean count of its samples"),
        ("majority", "normalised: drift of the majority", "mean count, majority", "of 10% fewer samples"),
        ("oversampled", "oversampled: both as B/2 samples", "whole batch", "as B samples"),
        ("absent", "no minority: (ratio/(1 + ratio))^B", "half", "^(B/2)"),
    ):
        yield agrees(claim, measured[name], predicted[name], rival=Rival(claim=words, predicted=predicted[other]))
    claim = "normalised, large noise: minority / majority ~ ratio^(-1/2)"
    for power, words in ((0.0, "as ratio^0: normalising suffices"), (-1.0, "as 1/ratio: normalising does not help")):
        yield decays_as(claim, measured["quotient"], Power(-0.5), rival=Rival(claim=words, predicted=Power(power)))
    rival = Rival(claim="2% more", predicted=predicted["2% more"])
    claim = "large noise: cosine (1 + noise^2 (d-1)/n)^(-1/2), to leading order in d"
    yield agrees(claim, measured["cosine"], predicted["leading"], rival=rival, within=1 / HIGH)
    rival = Rival(claim="at large noise too", measured=measured["quotient"])
    yield agrees("small noise: minority = majority", measured["low noise"], predicted["one"], rival=rival, within=0.02)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    pairs = (("plain, minority", "plain, majority", "SGD"), ("minority", "majority", "normalised"))
    for k, (few, many, words) in enumerate(pairs):
        plots.points(axes, s.ratios, measured[few].mean / measured[many].mean, k, f"{words}, batches drawn")
        plots.guide(axes, s.ratios, predicted[few].mean / predicted[many].mean, "" if k else "exact")
    plots.points(axes, s.ratios, measured["oversampled"].mean / predicted["oversampled"].mean, 2, "oversampled")
    plots.line(axes, s.ratios, np.array(s.ratios) ** -0.5, 3, "ratio^(-1/2)")
    plots.label(axes, "imbalance", "drift of the minority / of the majority", f"B = {s.batch}, d = {s.dimension}")
    return drawn


if __name__ == "__main__":
    script()

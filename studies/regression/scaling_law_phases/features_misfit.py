"""d features miss sum_j j^-2(a+b) / (1 + tau j^-2a) of the target: it falls as d^(-2a + max(0, 1 - 2b)), or not at all.

tau is where features see d inputs' worth, sum_j tau l_j / (1 + tau l_j) = d. The level is an average over drawn
features, and its exponent has a part from the target alone where beta < 1/2. Where 2 (alpha + beta) < 1 what is missed
stays a fixed share of the target, at a fixed number of inputs a feature.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.features import PowerLaw, least_squares

SOURCE = Source("level that features miss (authors' code), condition for a power law", kind="read")
LAWS = ((0.8, 0.7), (0.4, 0.8), (1.0, 0.3))


@dataclass(frozen=True, kw_only=True)
class Setting:
    features: tuple[int, ...]
    ratio: int = 6  # inputs a feature, drawn
    draws: int
    within: float = 0.05
    first: int = 100  # features, for exponents
    doublings: int
    wide: int = 20  # inputs a feature
    flat: tuple[float, float] = (0.3, 0.1)
    seed: int


QUICK = Setting(features=(8, 16, 32), draws=80, doublings=6, seed=1)
FULL = Setting(features=(25, 50, 100, 200), draws=200, doublings=12, seed=2)


def measure(s):
    curves = {}
    for alpha, beta in LAWS:
        rows = []
        for draw in range(s.draws):
            laws = [PowerLaw(s.ratio * d, d, alpha, beta) for d in s.features]
            rows.append([least_squares(law.draw(10_000 * s.seed + draw)).noise_std ** 2 for law in laws])
        curves[f"{alpha}, {beta}"] = Curve(np.array(s.features, dtype=float), np.array(rows), x_name="features")
    return curves | {name: levels(s, *law) for name, law in exponents(s).items()}


def exponents(s):
    return {"fast": (0.8, 0.7), "slow": (0.7, 0.3), "flat": s.flat}


def levels(s, alpha, beta):
    """What is missed, as a share of the target where that grows with d, over d."""
    sizes = s.first * 2 ** np.arange(s.doublings + 1)
    laws = [PowerLaw(s.wide * int(d), int(d), alpha, beta) for d in sizes]
    shares = [theory.misfit_leading(law) / (law.first_loss if alpha + beta < 0.5 else 1.0) for law in laws]
    return exact(sizes, shares, 1e-10, "features")


def predict(s):
    curves = {}
    for alpha, beta in LAWS:
        laws = [PowerLaw(s.ratio * d, d, alpha, beta) for d in s.features]
        naive = [
            (law.spectrum * law.target**2 / (1 + law.spectrum * law.features / law.spectrum.sum())).sum()
            for law in laws
        ]
        curves[f"{alpha}, {beta}"] = exact(s.features, [theory.misfit_leading(law) for law in laws], 1e-10, "features")
        curves[f"naive {alpha}, {beta}"] = exact(s.features, naive, 1e-10, "features")
    return curves


def checks(s, measured, predicted):
    for alpha, beta in LAWS:
        key = f"{alpha}, {beta}"
        rival = Rival(claim="tau = d / tr, its first iterate", predicted=predicted[f"naive {key}"])
        claim = f"misfit over draws of the features, alpha, beta = {key}"
        yield agrees(claim, measured[key], predicted[key], rival=rival, within=s.within)
    alpha, beta = exponents(s)["fast"]
    rival = Rival(claim="1 - 2 beta more", predicted=Power(-2 * alpha + 1 - 2 * beta))
    form = Power(theory.misfit_exponent(alpha, beta))
    yield decays_as(f"misfit falls as d^-2a, alpha, beta = {alpha}, {beta}", measured["fast"], form, rival=rival)
    alpha, beta = exponents(s)["slow"]
    rival = Rival(claim="as d^-2a", predicted=Power(-2 * alpha))
    form = Power(theory.misfit_exponent(alpha, beta))
    yield decays_as(f"misfit falls as d^(-2a+1-2b), alpha, beta = {alpha}, {beta}", measured["slow"], form, rival=rival)
    rival = Rival(claim="a power law, d^-2a", predicted=Power(-2 * s.flat[0]))
    yield decays_as("2(a + b) < 1: a fixed share of the target is missed", measured["flat"], Power(0.0), rival=rival)


def figure(s, measured, predicted):
    drawn, (level, fall) = plots.panels(2)
    for k, (alpha, beta) in enumerate(LAWS):
        key = f"{alpha}, {beta}"
        plots.measurement(level, measured[key], k, f"alpha, beta = {key}")
        plots.prediction(level, predicted[key], "" if k else "deterministic equivalent")
        plots.exact_line(level, predicted[f"naive {key}"], k, "", linewidth=0.7)
    plots.label(level, "features d", "misfit", f"{s.draws} draws, v = {s.ratio} d")
    for k, (name, law) in enumerate(exponents(s).items()):
        plots.points(fall, measured[name].x, measured[name].mean, k, f"alpha, beta = {law[0]}, {law[1]}")
    plots.label(fall, "features d", "misfit (2(a + b) < 1: its share)", f"v = {s.wide} d")
    return drawn


if __name__ == "__main__":
    script()

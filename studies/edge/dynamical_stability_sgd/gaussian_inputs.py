"""Gaussian gradients lower the limit below 2 / Tr G, to 2 B / (d + B + 1), and bound |G|_F by sqrt(B) / step size.

For a ~ N(0, diag l) the limit h solves sum_i h l_i / (2 - h l_i (1 + 1/B)) = B; d equal ones give 2 B / (d + B + 1), at
B = 1 d / (d + 2) of 2 / Tr G. The limit needs moments of order four only, so that a few nodes of equal weight stand for
the normal law exactly, and the operator over them is the other road. Their noise is aligned with G, E (a^T M a) a a^T -
G M G >= Tr(G M) G, which bounds the limit by sqrt(B) / |G|_F whatever the dimension; B = d + 1 comes near it.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.edge import designs, operators
from theorylab.models.edge.operators import LinearisedSGD
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (a Frobenius bound under another notion, read); Gaussian forms derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    spectra: tuple[tuple[float, ...], ...] = ((1.0,), (1.0, 1.0), (1.0, 0.2), (3.0, 1.0, 0.1))
    batches: tuple[int, ...] = (1, 2, 7)
    dimensions: tuple[int, ...] = (1, 2, 5, 20, 100, 1000)
    random: int  # spectra
    seed: int


QUICK = Setting(random=100, seed=1)
FULL = Setting(spectra=((1.0,), (1.0, 1.0), (1.0, 0.2), (3.0, 1.0, 0.1), (2.0, 1.0, 0.5, 0.2)), random=3000, seed=2)
ROOT = 2.0**-47  # of the secular root, twice its bound


def cases(s):
    return list(product(s.spectra, s.batches))


def spectra(s):
    """Log-normal spectra with a batch size each, and d equal eigenvalues with B = d + 1."""
    draws = generator(s.seed)
    for _ in range(s.random):
        d = int(draws.integers(1, 40))
        yield np.exp(draws.uniform(0, 2) * draws.standard_normal(d)), int(2 ** draws.integers(0, 8))
    yield from ((np.ones(d), d + 1) for d in s.dimensions)


def measure(s):
    given = [LinearisedSGD.of_gradients(designs.gaussian_nodes(row), b, "with replacement") for row, b in cases(s)]
    limits = [operators.critical_step_size(p) for p in given]
    units = [operators.critical_rounding(p) + 1e-14 for p in given]
    equal = [[designs.gaussian_critical_step_size(np.ones(d), b) for d in s.dimensions] for b in s.batches]
    share = []
    for row, batch in spectra(s):
        bound = designs.frobenius_bound((row**2).sum(), batch)
        share.append(designs.gaussian_critical_step_size(row, batch) / bound)
    frobenius = exact([0], np.array(share)[:, None], 1e-13, "spectrum").drawn_from("random spectra", s.random)
    curves = {
        f"equal, B = {b}": exact(s.dimensions, row, ROOT, "dimension") for b, row in zip(s.batches, equal, strict=True)
    }
    return curves | {"nodes": exact(range(len(given)), limits, units, "setting"), "frobenius": frobenius}


def predict(s):
    d, x = np.array(s.dimensions), np.arange(len(cases(s)))
    roots = [designs.gaussian_critical_step_size(row, b) for row, b in cases(s)]
    no_spread = [designs.moment_bound(sum(row), np.square(row).sum(), sum(row) ** 2, b) for row, b in cases(s)]
    out = {f"equal, B = {b}": exact(d, 2 * b / (d + b + 1), ulps=4, x_name="dimension") for b in s.batches}
    return out | {
        "nodes": exact(x, roots, ROOT, "setting"),
        "no spread": exact(x, no_spread, ulps=64, x_name="setting"),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="as if E|a|^4 = (Tr G)^2", predicted=predicted["no spread"])
    yield agrees("sum h l / (2 - h l (1 + 1/B)) = B at the limit", measured["nodes"], predicted["nodes"], rival=rival)
    d = np.array(s.dimensions)
    for b in s.batches:
        name = f"equal, B = {b}"
        frame = exact(d, 2 * b / (d + b - 1), ulps=4, x_name="dimension")
        rival = Rival(claim="2 B / (d + B - 1), a tight frame's", predicted=frame)
        yield agrees(f"d equal ones, B = {b}: 2 B / (d + B + 1)", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="1% lower", predicted=0.99)
    yield below("|G|_F <= sqrt(B) / step size at the limit", measured["frobenius"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (limits, shares) = plots.panels(2)
    for k, b in enumerate(s.batches):
        name = f"equal, B = {b}"
        plots.points(limits, s.dimensions, measured[name].mean, k, f"B = {b}")
        plots.prediction(limits, predicted[name], "" if k else "2 B / (d + B + 1)")
        plots.line(limits, s.dimensions, b**0.5 / np.array(s.dimensions) ** 0.5, k, "" if k else "√B / |G|_F")
    plots.label(limits, "dimension d", "critical step size", "Gaussian gradients, covariance 1")
    values = measured["frobenius"].samples[: s.random, 0]
    style = {"color": plots.SERIES[0][0], "linestyle": plots.SERIES[0][2], "histtype": "step", "label": "random"}
    shares.hist(values, np.linspace(0, 1, 41).tolist(), **style)
    shares.axvline(1.0, **plots.DASHES, label="bound")
    plots.label(shares, "limit x |G|_F / √B", "spectra", "random spectra and batch sizes", log="", legend=False)
    shares.legend(loc="upper left", fontsize=7.5, frameon=False)
    return drawn


if __name__ == "__main__":
    script()

"""A frozen diagonal contracts the loss by 1 - 1/kD per step, with kD bounded by extremes over all blocks together.

On f = w^T H w / 2 with D = |H w_0|: step size 1 / e_max contracts f by 1 - 1/kD at least; at 2 / (e_min + e_max) two
extreme directions contract by ((kD - 1) / (kD + 1))^2, exactly. kD <= max_l kappa_l C_l,2 / min_l C_l,1 where D lies
between C_l,1 and C_l,2 times the largest eigenvalue of block l. The theorem as recalled has the square of this ratio of
extremes, which is weaker; with the ratio of each block by itself, squared or not, it is false.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.adaptive import blocks, quadratics
from theorylab.models.adaptive.theory import frozen

SOURCE = Source("contraction of Adam with a frozen diagonal, recalled; bounds derived here", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    draws: int
    seed: int


QUICK = Setting(draws=200, seed=1)
FULL = Setting(draws=5000, seed=2)
SPECTRA = (blocks.HOMOGENEOUS, blocks.HETEROGENEOUS, ((1.0,), (10.0,), (100.0,)))
NAMES = ("all scales in all blocks", "each its own", "blocks of one")
UNIT = 2.0**-53


def kept_shares(h, d, w, low, high):
    """Loss after / before a step: from a start and the slowest direction at 1 / e_max, from both ends at the best."""
    vectors = np.linalg.eigh(h / np.sqrt(np.outer(d, d)))[1] / np.sqrt(d)[:, None]
    both = vectors[:, 0] / low**0.5 + vectors[:, -1] / high**0.5
    shares = []
    for start, size in ((w, 1 / high), (vectors[:, 0], 1 / high), (both, 2 / (low + high))):
        before, after = quadratics.frozen_path(h, d, size, start, np.array([0, 1]))
        shares.append(after / before)
    return shares


def measure(s):
    """Rows: draws of all arrangements. kD, kept shares, bounds on kD by all blocks and block by block, kappa."""
    rows = []
    for k, spectra in enumerate(SPECTRA):
        given = blocks.draw(spectra, s.draws, s.seed + k)
        sizes = np.abs(given.gradients)
        low, high = frozen.scaled_extremes(given.hessians, sizes)
        tops, kappas = [block[-1] for block in spectra], [block[-1] / block[0] for block in spectra]
        cut = sizes.reshape(s.draws, len(spectra), -1)
        least, most = cut.min(axis=2), cut.max(axis=2)
        bound = frozen.block_condition_bound(tops, kappas, list(least.T), list(most.T))
        alone = ((most / least) ** 2 * kappas).max(axis=1)
        shares = [kept_shares(*draw) for draw in zip(given.hessians, sizes, given.starts, low, high, strict=True)]
        kappa = np.full(s.draws, tops[-1] / spectra[0][0])
        rows.append(np.column_stack([high / low, shares, bound, alone, kappa]))
    names = ("kD", "some", "slowest", "both", "all blocks", "block alone", "kappa")
    columns = dict(zip(names, np.concatenate(rows).T, strict=True))
    # Eigenvalues of D^(-1/2) H D^(-1/2) are good to 60 units of the largest, which kD amplifies; losses the same way.
    off = 200 * columns["kD"][:, None] * UNIT
    return {
        name: exact([0], column[:, None], off, "draw").drawn_from("random starts and eigenvectors")
        for name, column in columns.items()
    }


def checks(s, measured, predicted):
    def of(form, name):
        return exact([0], form(measured[name].samples), 8 * UNIT, "draw")

    bound, whole = (of(lambda k: 1 - 1 / k, name) for name in ("kD", "kappa"))
    rival = Rival(claim="1 - 1/kappa, of H itself", measured=measured["slowest"], predicted=whole)
    yield below("at 1/e_max the loss keeps 1 - 1/kD at most", measured["some"], bound, rival=rival)
    rate, other = (of(lambda k: frozen.best_rate(k) ** 2, name) for name in ("kD", "kappa"))
    rival = Rival(claim="that of kappa", predicted=other)
    claim = "at 2/(e_min + e_max) two directions keep ((kD - 1)/(kD + 1))^2"
    yield agrees(claim, measured["both"], rate, rival=rival)
    slow = of(lambda k: (1 - 1 / k) ** 2, "kD")
    rival = Rival(claim="1 - 1/kD, the bound", predicted=bound)
    yield agrees("at 1/e_max the slowest keeps (1 - 1/kD)^2", measured["slowest"], slow, rival=rival)
    rival = Rival(claim="with ratios squared, but block by block", predicted=measured["block alone"])
    yield below("kD <= max kappa_l C_l,2 / min C_l,1", measured["kD"], measured["all blocks"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(NAMES):
        part = slice(k * s.draws, k * s.draws + min(s.draws, 250))
        kd, bound = (measured[key].samples[part, 0] for key in ("kD", "all blocks"))
        plots.points(axes, kd, bound, k, name, markersize=2)
    ends = np.array([1.0, 1e7])
    plots.guide(axes, ends, ends, "equal")
    plots.label(axes, "kD", "bound by blocks")
    return drawn


if __name__ == "__main__":
    script()

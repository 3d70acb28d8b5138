"""What a frozen diagonal contracts: 1 - 1/kD of the loss per step, kD bounded by blocks, and no better without one.

On f = w^T H w / 2 with D = |H w_0|: step size 1 / e_max contracts f by 1 - 1/kD at least; at 2 / (e_min + e_max) two
extreme directions contract by ((kD - 1) / (kD + 1))^2, exactly. kD <= max_l kappa_l C_l,2 / min_l C_l,1 where D lies
between C_l,1 and C_l,2 times the largest eigenvalue of block l. The recalled theorem has the square of this ratio of
extremes over all blocks, which is weaker; read block by block it is false. Without a preconditioner one start loses no
more than ((kappa - 1) / (kappa + 1))^2 per step at any step size; the factor 1 - 2 / (kappa + 1), as recalled, is not
its square: at 2 / (1 + kappa) every start loses more. It is right for norms of errors.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, above, agrees, below, exact, plots, script, stacked
from theorylab.models.adaptive import blocks, quadratics
from theorylab.models.adaptive.theory import frozen

SOURCE = Source("upper bound of Adam, lower bound of gradient descent; recalled, both derived here", kind="recalled")
FINDING = Finding(
    kind="false as stated",
    sentence=(
        "As recalled: some start loses no more than the factor 1 - 2/(kappa + 1) of its loss in a step of gradient "
        "descent, at every step size. It is the square that no step size beats; the factor itself is one of norms."
    ),
    case="eigenvalues 1 and 3, step size 1/2: every start keeps 1/4 of its loss, not 1/2",
    check="some start keeps 1 - 2/(kappa + 1) of its loss, at every step size",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    draws: int
    conditions: tuple[float, ...] = (3.0, 30.0, 1000.0)
    points: int  # step sizes
    steps: tuple[int, ...] = (1, 2, 10)
    seed: int


QUICK = Setting(draws=200, points=41, seed=1)
FULL = Setting(draws=5000, points=401, seed=2)
SPECTRA = (blocks.HOMOGENEOUS, blocks.HETEROGENEOUS, ((1.0,), (10.0,), (100.0,)))
UNIT = 2.0**-53


def drawn(s):
    """By draw of all arrangements: kD, three kept shares of the loss, bounds on kD by all blocks and block by block."""
    rows = []
    for k, spectra in enumerate(SPECTRA):
        given = blocks.draw(spectra, s.draws, s.seed + k)
        sizes, width = np.abs(given.gradients), len(spectra[0])
        low, high = frozen.scaled_extremes(given.hessians, sizes)
        for h, d, w, e, big in zip(given.hessians, sizes, given.starts, low, high, strict=True):
            vectors = np.linalg.eigh(h / np.sqrt(np.outer(d, d)))[1] / np.sqrt(d)[:, None]
            some, worst, both = w, vectors[:, 0], vectors[:, 0] / e**0.5 + vectors[:, -1] / big**0.5
            kept = []
            for start, size in ((some, 1 / big), (worst, 1 / big), (both, 2 / (e + big))):
                before, after = quadratics.frozen_path(h, d, size, start, np.array([0, 1]))
                kept.append(after / before)
            tops = [block[-1] for block in spectra]
            kappas = [block[-1] / block[0] for block in spectra]
            cut = d.reshape(-1, width)
            all_blocks = frozen.block_condition_bound(tops, kappas, cut.min(axis=1), cut.max(axis=1))
            alone = max(kappas * (cut.max(axis=1) / cut.min(axis=1)) ** 2)
            whole = tops[-1] / spectra[0][0]
            rows.append((big / e, *kept, all_blocks, alone, whole))
    return np.array(rows).T


def measure(s):
    """Rows: draws; and by condition number the losses kept at step sizes up to twice the largest stable one."""
    names = ("kD", "some", "worst", "both", "all blocks", "block alone", "kappa")
    columns = dict(zip(names, drawn(s), strict=True))
    # Eigenvalues of D^(-1/2) H D^(-1/2) are good to 60 units of the largest, which kD amplifies; losses the same way.
    off = 200 * columns["kD"][:, None] * UNIT
    curves = {
        name: exact([0], column[:, None], off, "draw").drawn_from("random starts and eigenvectors")
        for name, column in columns.items()
    }
    grid = np.linspace(0, 2, s.points)[1:-1]  # of step size times (1 + kappa) / 2
    worst, one, equal = [], [], []
    for kappa in s.conditions:
        for start, rows, steps in (
            (None, worst, (1,)),
            ([1, 1 / kappa], one, s.steps),
            ([1, kappa**-0.5], equal, s.steps),
        ):
            starts = np.eye(2) if start is None else np.array([start])
            paths = [[quadratics.frozen_path(np.diag([1.0, kappa]), np.ones(2), 2 * x / (1 + kappa), w, np.array([0, *steps]))
                      for x in grid] for w in starts]  # fmt: skip
            kept = (np.array(paths)[..., 1:] / np.array(paths)[..., :1]).max(axis=0)
            rows.append(exact(grid, kept.T, 1e-10, "relative step size"))
    return curves | {"worst start": stacked(worst), "one start": stacked(one), "equal energies": stacked(equal)}


def predict(s):
    grid, curves = np.linspace(0, 2, s.points)[1:-1], {}
    rates = np.array([frozen.best_rate(kappa) for kappa in s.conditions])[:, None]
    powers = np.concatenate([r ** (2 * np.array(s.steps)) for r in rates])[:, None]
    curves["squares"] = exact(grid, rates**2 + 0 * grid, ulps=16, x_name="relative step size")
    curves["recalled"] = exact(grid, rates + 0 * grid, ulps=8, x_name="relative step size")
    curves["powers"] = exact(grid, powers + 0 * grid, ulps=64, x_name="relative step size")
    forms = [frozen.one_step_ratio(1.0, kappa, 2 * grid / (1 + kappa), t) for kappa in s.conditions for t in s.steps]
    return curves | {"one start": exact(grid, np.array(forms), 1e-10, "relative step size")}


def checks(s, measured, predicted):
    def of(form, name):
        return exact([0], form(measured[name].samples), 8 * UNIT, "draw")

    bound = of(lambda k: 1 - 1 / k, "kD")
    rival = Rival(claim="1 - 1/kappa", measured=measured["worst"], predicted=of(lambda k: 1 - 1 / k, "kappa"))
    yield below("at 1/e_max the loss keeps 1 - 1/kD at most", measured["some"], bound, rival=rival)
    rival = Rival(claim="that of kappa", predicted=of(lambda k: frozen.best_rate(k) ** 2, "kappa"))
    claim = "at 2/(e_min + e_max) two directions keep ((kD - 1)/(kD + 1))^2"
    yield agrees(claim, measured["both"], of(lambda k: frozen.best_rate(k) ** 2, "kD"), rival=rival)
    rival = Rival(claim="ratios squared, but block by block", predicted=measured["block alone"])
    yield below("kD <= max kappa_l C_l,2 / min C_l,1", measured["kD"], measured["all blocks"], rival=rival)
    rival = Rival(claim="its square", predicted=predicted["squares"])
    claim = "some start keeps 1 - 2/(kappa + 1) of its loss, at every step size"
    yield above(claim, measured["worst start"], predicted["recalled"], rival=rival, declared="refuted")
    rival = Rival(claim="from equal energies, too", measured=measured["equal energies"])
    yield above(
        "one start keeps the square at all step sizes and steps",
        measured["one start"],
        predicted["powers"],
        rival=rival,
    )
    rival = Rival(claim="the square, at all step sizes", predicted=predicted["powers"])
    yield agrees("... and its loss is the closed form", measured["one start"], predicted["one start"], rival=rival)


def figure(s, measured, predicted):
    drawn, (bound, descent) = plots.panels(2)
    for k, name in enumerate(("all scales in all blocks", "each its own", "blocks of one")):
        part = slice(k * s.draws, k * s.draws + min(s.draws, 250))
        plots.points(bound, *(measured[key].samples[part, 0] for key in ("kD", "all blocks")), k, name, markersize=2)
    ends = np.array([1.0, 1e7])
    plots.guide(bound, ends, ends, "equal")
    plots.label(bound, "kD", "bound by blocks")
    for k, kappa in enumerate(s.conditions):
        plots.line(
            descent, measured["worst start"].x, measured["worst start"].samples[k], k, f"worst start, κ = {kappa:g}"
        )
        plots.guide(descent, [0, 2], [frozen.best_rate(kappa)] * 2, "" if k else "1 - 2/(κ + 1)", linewidth=0.8)
    plots.label(descent, "step size x (1 + κ) / 2", "loss after / before a step", log="")
    return drawn


if __name__ == "__main__":
    script()

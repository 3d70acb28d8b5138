"""Newton-Schulz's cubic orthogonalises in ln(1/s) / ln 1.5 steps and 5; Muon's quintic ends on a cycle of four values.

Each singular value goes its own way: s <- 3 s / 2 - s^3 / 2 grows by 1.5 while small, then comes to 1 quadratically: a
decade of the smallest costs ln 10 / ln 1.5 = 5.7 steps. The quintic 3.4445 s - 4.775 s^3 + 2.0315 s^5 never comes to 1:
iterates enter [0.682, 1.134] and end on the cycle 0.682, 1.134, 0.753, 1.047, which attracts. Matrices and numbers. The
form ln(1/s) / ln 1.5 + 5 is held to 6%, more than half a step out of 11; 3% was seen.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.preconditioning import spectral
from theorylab.models.preconditioning.optimisers import muon
from theorylab.numerics.streams import generator

SOURCE = Source(
    "Newton-Schulz (recalled); counts and ranges derived here; coefficients of the quintic read", kind="derived"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    rows: int
    columns: int = 8
    decades: tuple[int, ...] = (1, 2, 3, 4, 5, 6)
    tolerance: float = 1e-12
    steps: int = 150
    seed: int


QUICK = Setting(rows=8, seed=1)
FULL = Setting(rows=24, columns=32, decades=(1, 2, 3, 4, 5, 6, 7, 8), steps=400, seed=2)
CUBIC = muon.Method(linear=1.5, cubic=-0.5, quintic=0.0)


def values(s, method, smallest, steps):
    """Singular values after 0, ..., steps iterations, (steps + 1, rows), of a matrix with values 1 to `smallest`."""
    draws = generator(s.seed, 1)
    left, _ = np.linalg.qr(draws.standard_normal((s.rows, s.rows)))
    right, _ = np.linalg.qr(draws.standard_normal((s.columns, s.rows)))
    memory = np.zeros((muon.MEMORIES, s.rows, s.columns))
    memory[1] = (left * np.geomspace(1.0, smallest, s.rows)) @ right.T
    found = [np.linalg.svd(memory[1], compute_uv=False)]
    for _ in range(steps):
        muon.newton_schulz(method, memory)
        found.append(np.linalg.svd(memory[1], compute_uv=False))
    return np.array(found)


def count(s, smallest):
    off = np.abs(values(s, CUBIC, smallest, 70) - 1).max(axis=1)
    return int(np.argmax(off <= s.tolerance))


def measure(s):
    steps = np.arange(12, s.steps + 1)
    quintic, cubic = (values(s, method, 1e-2, s.steps)[12:] for method in (muon.Method(), CUBIC))
    alone = values(replace(s, rows=1), muon.Method(), 1.0, 1000)
    return {
        "counts": exact(s.decades, [count(s, 10.0**-k) for k in s.decades], ulps=0, x_name="decades"),
        "off": exact(steps, np.abs(quintic - 1).max(axis=1), 1e-6),
        "off, cubic": exact(steps, np.abs(cubic - 1).max(axis=1), 1e-6),
        "cycle": exact(np.arange(4), np.sort(alone[-4:, 0]), 1e-9, "place"),
        "largest": exact(steps, quintic.max(axis=1), 1e-9),
        "smallest": exact(steps, quintic.min(axis=1), 1e-9),
    }


def predict(s):
    decades = np.array(s.decades)
    return {
        "cycle": exact(np.arange(4), spectral.quintic_cycle(), 1e-9, "place"),
        "counts": exact(s.decades, [spectral.cubic_steps(10.0**-k, s.tolerance) for k in s.decades], ulps=0),
        "leading": exact(s.decades, 5 + decades * np.log(10) / np.log(1.5), 1e-12),
        "fast": exact(s.decades, 5 + decades * np.log(10) / np.log(3.4445), 1e-12),
    }


def checks(s, measured, predicted):
    counts, fast = measured["counts"], Rival(claim="with the quintic's slope 3.4445", predicted=predicted["fast"])
    yield agrees("steps on matrices: as on the smallest singular value", counts, predicted["counts"], rival=fast)
    claim = "... and ln(1/s) / ln 1.5 + 5"
    yield agrees(claim, counts, predicted["leading"], rival=fast, within=0.06)
    low, high = spectral.quintic_range()
    rival = Rival(claim="the cubic's too", measured=measured["off, cubic"])
    yield above("Muon's quintic: some singular value is off 1 by 0.1 at every step", measured["off"], 0.1, rival=rival)
    rival = Rival(claim="at most 1.1", predicted=1.1)
    yield below(f"... none above {high:.4f}", measured["largest"], high, rival=rival)
    rival = Rival(claim="at least 0.72", predicted=0.72)
    yield above(f"... none below {low:.4f}", measured["smallest"], low, rival=rival)
    rival = Rival(claim="the fixed point 0.868", predicted=exact(np.arange(4), np.full(4, 0.8681), ulps=1))
    yield agrees("... they end on a cycle of four", measured["cycle"], predicted["cycle"], rival=rival)


def figure(s, measured, predicted):
    drawn, (counts, paths) = plots.panels(2)
    plots.points(counts, s.decades, measured["counts"].mean, 0, "cubic, on matrices")
    plots.prediction(counts, predicted["leading"], "ln(1/s) / ln 1.5 + 5")
    plots.label(counts, "decades of the smallest singular value", "steps to 10^-12", log="")
    for k, (name, method) in enumerate((("cubic", CUBIC), ("Muon's quintic", muon.Method()))):
        found = values(s, method, 1e-2, 30)
        plots.line(paths, np.arange(31), np.abs(found - 1).max(axis=1) + 1e-16, k, name)
    plots.label(paths, "steps", "largest |singular value - 1|", f"{s.rows} x {s.columns}", log="y")
    return drawn


if __name__ == "__main__":
    script()

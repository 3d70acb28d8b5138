"""Label noise leaves the test loss sigma^2 K / (1 - K), not half of step size x trace / m: to 10^12 steps.

K = sum_k h l_k / (2 - h l_k (1 + 1/m)) / m is what a unit of loss feeds back. The first-order form h tr / (2 m) is
right for small steps alone. The steps' own road makes 10^4 of them, the modes of the recursion leap to 10^12.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("recursion of the test loss", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (0.0, 1.0, 2.0)
    batches: tuple[int, ...] = (1, 4, 16)
    shares: tuple[float, ...] = (0.02, 0.1, 0.3, 0.6, 0.9)  # of the critical step
    late: int = 10**12
    noise_std: float = 0.7
    within: float = 1e-8


QUICK, FULL = Setting(dim=30), Setting(dim=300)


def cases(s):
    for exponent, batch in product(s.exponents, s.batches):
        p = LeastSquares.power_law(s.dim, exponent, start=1.0, noise_std=s.noise_std, batch=batch)
        yield p, np.array(s.shares) * theory.critical_step_size(p)


def measure(s):
    rows = [[2 * theory.sgd_risk(p, h, [s.late])[0] for h in sizes] for p, sizes in cases(s)]
    return {"floor": exact(s.shares, rows, ulps=0, x_name="share of the critical step")}


def predict(s):
    gains, first, alone = [], [], []
    for p, sizes in cases(s):
        l, m = p.eigenvalues, p.batch  # noqa: E741
        gains.append([(h * l / m / (2 - h * l * (1 + 1 / m))).sum() for h in sizes])
        alone.append([(h * l / m / (2 - h * l)).sum() for h in sizes])
        first.append([h * l.sum() / (2 * m) for h in sizes])
    values = {"floor": gains, "alone": alone}
    found = {name: np.array(K) / (1 - np.array(K)) for name, K in values.items()} | {"first": np.array(first)}
    return {name: exact(s.shares, s.noise_std**2 * rows, ulps=0) for name, rows in found.items()}


def checks(s, measured, predicted):
    for name, words in (("first", "h tr / (2 m)"), ("alone", "K without a direction's own noise")):
        rival = Rival(claim=words, predicted=predicted[name])
        claim = f"after 10^12 steps the loss is sigma^2 K / (1 - K), not {words}"
        yield agrees(claim, measured["floor"], predicted["floor"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (exponent, batch) in enumerate(product(s.exponents, s.batches[:1])):
        row = k * len(s.batches)
        plots.points(axes, s.shares, measured["floor"].samples[row], k, f"k^-{exponent:g}, batch {batch}")
        plots.guide(axes, s.shares, predicted["floor"].samples[row], "" if k else "sigma^2 K / (1 - K)")
        plots.line(
            axes, s.shares, predicted["first"].samples[row], 3, "" if k else "h tr / (2 m) (rival)", linewidth=0.8
        )
    plots.label(axes, "share of the critical step", "test loss - sigma^2", f"after 10^12 steps, N = {s.dim}")
    return drawn


if __name__ == "__main__":
    script()

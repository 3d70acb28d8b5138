"""Averaging by EMA has less variance than the last iterate, in every eigendirection, at every horizon and decay.

Started at the minimiser, the EMA m_N is a convex combination of e_0, ..., e_{N-1}, so by Jensen's inequality
v_i(N) <= max_t<N c_i(t), and c_i increases from 0: v_i(N) < c_i(N). The bias breaks it: from a far start the EMA
lags behind, which is the rival.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, exact, log_steps, ordered, plots, script, spectra
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("abstract, claim (i)", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Less variance is not less error: from a far start the average lags behind the last iterate, and its mean "
        "square error is the larger one."
    ),
    case="one direction, start 10, decay 0.999, 100 steps: 82.9 for EMA, 0.11 for the last iterate",
    check="the same for the whole error from a far start",
    settings=("dim=1",),
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    exponents: tuple[float, ...] = (1.5, 2.0, 3.0)
    decays: tuple[float, ...] = (0.5, 0.9, 0.99, 0.999)
    steps: tuple[int, ...] = (1, 10, 100, 1000)
    far: float = 10.0


QUICK = Setting(dim=100)
FULL = Setting(dim=2000, steps=(1, 10, 100, 1000, 5000))


def moments(s, start):
    """Moments of EMA and last iterate, (spectra x decays x steps, dimension), from `start` in every direction."""
    ema, last, rounding = [], [], []
    for exponent in s.exponents:
        problem = LeastSquares.power_law(s.dim, exponent, start=start, noise_std=1.0)
        step_size = 1 / (6 * problem.trace)
        plain = theory.sgd_moments(problem, step_size, s.steps)
        for decay in s.decays:
            ema.append(theory.ema_moments(problem, step_size, decay, s.steps))
            last.append(plain)
            rounding.append(theory.relative_rounding(problem, step_size, s.steps)[:, None])
    direction, bound = np.arange(1, s.dim + 1), np.concatenate(rounding)
    return [exact(direction, np.concatenate(rows), bound, x_name="direction") for rows in (ema, last)]


def measure(s):
    return {"ema": moments(s, 0.0)[0], "ema, far start": moments(s, s.far)[0]}


def predict(s):
    return {"ema": moments(s, 0.0)[1], "ema, far start": moments(s, s.far)[1]}


def checks(s, measured, predicted):
    far = Rival(
        claim="the same for the whole error from a far start",
        measured=measured["ema, far start"],
        predicted=predicted["ema, far start"],
    )
    yield ordered("variance of EMA < variance of SGD, every direction", measured["ema"], predicted["ema"], rival=far)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    some = log_steps(1, s.dim, 25) - 1
    ratio = measured["ema"].samples / predicted["ema"].samples
    eigenvalues = spectra.power_law(s.dim, s.exponents[0])
    scaled = eigenvalues / (6 * eigenvalues.sum())
    for k, decay in enumerate(s.decays):
        row = ratio[(k + 1) * len(s.steps) - 1]
        plots.points(axes, scaled[some], row[some], k, f"decay {decay}")
        plots.guide(
            axes, scaled, theory.stationary_variance_ratio(decay, 1 - scaled), "" if k else "limit of many steps"
        )
    plots.label(axes, "step size x eigenvalue", "variance of EMA / variance of SGD",
                f"{s.steps[-1]} steps, eigenvalues i^-{s.exponents[0]:g}, d = {s.dim}")  # fmt: skip
    return drawn


if __name__ == "__main__":
    script()

"""The lasso's implicit derivative by its penalty is wrong until the support is found, and exact from then on.

The fixed point x = soft(x - step (S x - c), step theta) is not smooth: on the support A its derivative is
-(S_AA)^-1 sign, which knows the iterate by its support and signs alone. So the error does not fall with |x - x*|, as
the bound for smooth equations says: it stays of order 1, and jumps to 0 when proximal gradient has found the support.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.solvers import model

SOURCE = Source("fixed points of proximal gradient (recalled); the jump is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    samples: int = 30
    dimension: int = 12
    share: float = 0.2  # of the penalty from which the solution is 0
    steps: int
    seed: int


QUICK = Setting(steps=400, seed=1)
FULL = Setting(steps=4000, seed=2)


def run(s):
    """Errors |J_t - dx*|/|dx*| and |x_t - x*|, the first step with the final support and signs, dx*, and the last J."""
    X, y = model.random_data(s.samples, s.dimension, s.seed)
    path = model.lasso_run(X, y, s.share * float(np.abs(X.T @ y).max()), s.steps)
    final = path.points[-1]
    active, form, S = final != 0, np.zeros(s.dimension), X.T @ X
    form[active] = -np.linalg.solve(S[np.ix_(active, active)], np.sign(final[active]))
    wrong = (np.sign(path.points[1:]) != np.sign(final)).any(axis=1)
    found = int(np.flatnonzero(wrong)[-1]) + 1 if wrong.any() else 0
    errors = np.linalg.norm(path.derivatives[:-1] - form, axis=1) / np.linalg.norm(form)
    return errors, np.linalg.norm(path.points[:-1] - final, axis=1), found, form, path.derivatives[-1]


def measure(s):
    errors, distances, found, _, last = run(s)
    t = np.arange(s.steps)
    return {"after": exact(t[found:], errors[found:], 0), "before": exact(t[:found], errors[:found], 1e-9),
            "distance": exact(t[:found], distances[:found], 1e-9),
            "last": exact(np.arange(s.dimension), last, 1e-9)}  # fmt: skip


def predict(s):
    *_, form, _ = run(s)
    X, _ = model.random_data(s.samples, s.dimension, s.seed)
    whole = -np.linalg.solve(X.T @ X, np.sign(np.where(form != 0, -form, 0.0)))
    return {"last": exact(np.arange(s.dimension), form, 1e-9), "whole": exact(np.arange(s.dimension), whole, 1e-9)}


def checks(s, measured, predicted):
    rival = Rival(claim="-S^-1 sign, all coordinates active", predicted=predicted["whole"])
    yield agrees("derivative at the end: -(S_AA)^-1 sign", measured["last"], predicted["last"], rival=rival)
    rival = Rival(claim="before that as well", measured=measured["before"])
    yield below("no error once the support is found", measured["after"], 1e-10, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    errors, distances, found, *_ = run(s)
    shown = slice(0, 2 * found + 10)
    plots.points(
        axes, np.arange(s.steps)[shown], np.maximum(errors[shown], 1e-17), 0, "error of the derivative, relative"
    )
    plots.points(axes, np.arange(s.steps)[shown], np.maximum(distances[shown], 1e-17), 1, "|x - x*|")
    axes.axvline(found - 0.5, color="grey", linewidth=0.8)
    plots.label(axes, "step of proximal gradient", "error", "grey: the support is found", log="y")
    return drawn


if __name__ == "__main__":
    script()

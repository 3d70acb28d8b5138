"""One start loses no more than ((kappa - 1)/(kappa + 1))^2 per step of gradient descent, at every step size, for ever.

Two eigenvectors with coefficients 1 / eigenvalue: Kantorovich's worst case in one step, and by convexity of powers its
t-th power after t. From equal energies it does not hold. As recalled, the paper has the factor 1 - 2 / (kappa + 1) for
the loss: that is the root of this one, a factor of norms. At step size 2 / (l + L) every start loses more, as the kept
share of a loss is a mean of the shares of the eigenvectors, and their largest is the square.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, above, agrees, exact, plots, script
from theorylab.models.adaptive import quadratics
from theorylab.models.adaptive.theory import frozen

SOURCE = Source("lower bound of gradient descent, recalled; its square derived here", kind="recalled")
FINDING = Finding(
    kind="false as stated",
    sentence=(
        "As recalled, not read: some start loses no more than the factor 1 - 2/(kappa + 1) of its loss in a step of "
        "gradient descent, at every step size. It is the square that no step size beats; the factor is one of norms."
    ),
    case="eigenvalues 1 and 3, step size 1/2: every start keeps 1/4 of its loss, not 1/2",
    check="some start keeps 1 - 2/(kappa + 1) of its loss, at every step size",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...] = (3.0, 30.0, 1000.0)
    steps: tuple[int, ...] = (1, 2, 10)
    points: int  # step sizes, up to 4 / (l + L)


QUICK = Setting(points=41)
FULL = Setting(points=401)


def grid(s):
    """Step sizes, relative to the best one."""
    return np.linspace(0, 2, s.points)[1:-1]


def kept(s, starts, steps):
    """Loss after / before `steps` steps, the largest of the starts that a condition number has: a row for each pair."""
    rows = []
    for kappa in s.conditions:
        hessian, counts = np.diag([1.0, kappa]), np.array([0, *steps])
        paths = np.array([[quadratics.frozen_path(hessian, np.ones(2), 2 * x / (1 + kappa), w, counts) for x in grid(s)]
                          for w in starts(kappa)])  # fmt: skip
        rows.append((paths[:, :, 1:] / paths[:, :, :1]).max(axis=0).T)
    # Each coordinate is multiplied by 1 - step size x eigenvalue, good to 8 units over kappa / 2 where it is small.
    return exact(grid(s), np.concatenate(rows), 1e-10, "relative step size")


def measure(s):
    return {
        "eigenvectors": kept(s, lambda kappa: np.eye(2), (1,)),
        "one start": kept(s, lambda kappa: np.array([[1, 1 / kappa]]), s.steps),
        "equal energies": kept(s, lambda kappa: np.array([[1, kappa**-0.5]]), s.steps),
    }


def predict(s):
    x, rates = grid(s), np.array([frozen.best_rate(kappa) for kappa in s.conditions])[:, None]
    powers = (rates ** (2 * np.array(s.steps))).reshape(-1, 1)
    forms = [frozen.one_step_ratio(1.0, kappa, 2 * x / (1 + kappa), t) for kappa in s.conditions for t in s.steps]
    curves = {"squares": rates**2 + 0 * x, "recalled": rates + 0 * x, "powers": powers + 0 * x, "form": np.array(forms)}
    return {name: exact(x, rows, 1e-10, "relative step size") for name, rows in curves.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="its square", predicted=predicted["squares"])
    claim = "some start keeps 1 - 2/(kappa + 1) of its loss, at every step size"
    yield above(claim, measured["eigenvectors"], predicted["recalled"], rival=rival, declared="refuted")
    rival = Rival(claim="from equal energies, too", measured=measured["equal energies"])
    claim = "one start keeps the t-th power of the square after t steps"
    yield above(claim, measured["one start"], predicted["powers"], rival=rival)
    rival = Rival(claim="that power, at all step sizes", predicted=predicted["powers"])
    yield agrees("... and its loss is the closed form", measured["one start"], predicted["form"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, kappa in enumerate(s.conditions):
        plots.line(axes, grid(s), measured["eigenvectors"].samples[k], k, f"worst start, κ = {kappa:g}")
        plots.guide(axes, grid(s), predicted["recalled"].samples[k], "" if k else "1 - 2/(κ + 1)", linewidth=0.8)
    plots.label(axes, "step size x (1 + κ) / 2", "loss after / before a step", log="")
    axes.set_ylim(0, 1.6)
    return drawn


if __name__ == "__main__":
    script()

"""Forward steps on the saddle contract for steps of order rho / L^2, not 1 / L: its operator is no gradient.

T(theta, lam) = ((P + I / gamma1) theta + A^T lam, -A theta + lam / gamma2) is strongly monotone with rho =
min(least eigenvalue of P + 1 / gamma1, 1 / gamma2) and L = |T| Lipschitz, so that |I - eta T| <= (1 - 2 eta rho +
eta^2 L^2)^(1/2). The constraint's rotation does not contract: at the step 2 / L of gradient descent it diverges. On the
paper's toy larger gammas mean a weaker rho and shorter steps; the largest is min 2 Re l / |l|^2 over eigenvalues l.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, bracket, brackets, exact, plots, script, threshold
from theorylab.models.bilevel import value_function

SOURCE = Source("abstract (single loop, read); steps recalled, constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    problems: int
    toy: int = 10
    gammas: tuple[float, ...] = (0.5, 1.0, 3.0, 10.0, 100.0)  # gamma1 = gamma2 on the toy
    seed: int


QUICK = Setting(problems=20, seed=1)
FULL = Setting(problems=500, toy=100, seed=2)
SHARES = np.geomspace(0.02, 1.9, 12)  # steps eta, in rho / L^2


def constants(operator):
    """rho and L."""
    return np.linalg.eigvalsh((operator + operator.T) / 2)[0], np.linalg.norm(operator, 2)


def operators(s):
    """Of random problems, and last identity and rotation: P = 0, one multiplier, equal gammas."""
    for k in range(s.problems):
        given = value_function.random_coupled(20_000 * s.seed + k, 5, 3, 2, 2)
        yield value_function.saddle_operator(given, *np.exp2(np.random.default_rng([s.seed, k]).uniform(-2, 4, 2)))
    yield np.array([[0.5, 2.0], [-2.0, 0.5]])


def toys(s):
    return [value_function.saddle_operator(value_function.plain_toy(s.toy), gamma, gamma) for gamma in s.gammas]


def critical(operator):
    """Bracket of the step from which 2^30 forward steps do not shrink the operator's own image of ones."""
    start, unit = operator @ np.ones(len(operator)), np.eye(len(operator))

    def beyond(step):
        with np.errstate(over="ignore", invalid="ignore"):
            moved = np.linalg.matrix_power(unit - step * operator, 2**30) @ start
        return not np.abs(moved).max() < np.abs(start).max()

    return bracket(beyond, 1e-6, 10.0, relative_width=1e-4)


def measure(s):
    norms = []
    for operator in operators(s):
        (rho, lipschitz), unit = constants(operator), np.eye(len(operator))
        norms.append([np.linalg.norm(unit - share * rho / lipschitz**2 * operator, 2) for share in SHARES])
    largest = brackets(s.gammas, [critical(operator) for operator in toys(s)], "gamma")
    return both(norms, "norm", "attained") | {"step": largest}


def both(rows, drawn, last):
    first = exact(SHARES, rows[:-1], ulps=256, x_name="step L^2 / rho")
    return {drawn: first.drawn_from("random problems"), last: exact(SHARES, rows[-1], ulps=256)}


def predict(s):
    pairs = [constants(operator) for operator in operators(s)]
    steps = [SHARES * rho / lipschitz**2 for rho, lipschitz in pairs]
    bounds = [value_function.contraction_bound(rho, top, step) for (rho, top), step in zip(pairs, steps, strict=True)]
    tight = [1 - step * rho for (rho, _), step in zip(pairs, steps, strict=True)]
    curves = both(bounds, "bound", "attained") | both(tight, "tight", "pulled")
    toy = [constants(operator) for operator in toys(s)]
    rows = {"safe": [2 * rho / top**2 for rho, top in toy], "gradient": [2 / top for _, top in toy],
            "step": [value_function.largest_forward_step(operator) for operator in toys(s)]}  # fmt: skip
    return curves | {name: exact(s.gammas, row, ulps=2**16, x_name="gamma") for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="1 - eta rho, as without rotation", predicted=predicted["tight"])
    claim = "|I - eta T| <= (1 - 2 eta rho + eta^2 L^2)^(1/2)"
    yield below(claim, measured["norm"], predicted["bound"], rival=rival)
    rival = Rival(claim="1 - eta rho", predicted=predicted["pulled"])
    claim = "... attained for P = 0, one multiplier, equal gammas"
    yield agrees(claim, measured["attained"], predicted["attained"], rival=rival)
    rival = Rival(claim="up to 2 / L", predicted=predicted["gradient"])
    yield above("toy: forward steps converge up to 2 rho / L^2", measured["step"], predicted["safe"], rival=rival)
    yield threshold("toy: largest step min 2 Re l / |l|^2", measured["step"], predicted["step"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["step"], 0, "largest forward step, bisected")
    plots.prediction(axes, predicted["step"], "min 2 Re l / |l|²")
    plots.exact_line(axes, predicted["safe"], 1, "2 rho / L²")
    plots.exact_line(axes, predicted["gradient"], 2, "2 / L")
    plots.label(axes, "gamma1 = gamma2", "step eta", f"the paper's convex toy, n = {s.toy}")
    return drawn


if __name__ == "__main__":
    script()

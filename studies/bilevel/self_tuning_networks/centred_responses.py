"""Small perturbations are trained slowly: the condition number is 1/s^2, and (1 + lam0^2 + s^2)^2 / s^2 uncentred.

On a jointly quadratic loss the second derivatives of the expected loss in (b, U) are A diag(1, s^2) for w = b + U eps
at lam0 + eps, and A ((1, lam0), (lam0, lam0^2 + s^2)) for w = b + U lam: the same responses, of another condition. On
ridge in one direction they are A + B m, B s^2 m and A s^2 + B (s^2 + s^4) m with m = e^(s^2/2), and descent diverges
beyond 2 over their largest eigenvalue. Gradients are averaged over the nodes of a quadrature, through the slope in w
alone.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, bracket, brackets, decays_as, exact, plots, script, threshold
from theorylab.models.bilevel import best_responses

SOURCE = Source("follow-up on centred responses (read in reviews); condition numbers derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 1.5
    penalty: float = 2.0
    spread: float = 0.5  # where the centre moves
    centres: tuple[float, ...] = (0.5, 1.0, 2.0, 3.0, 5.0)
    smallest: float
    points: int
    accuracy: float = 1e-3


QUICK = Setting(smallest=0.02, points=16)
FULL = Setting(smallest=0.003, points=31)


def spreads(s):
    return np.geomspace(s.smallest, 0.8, s.points)


def turned(s, spread, penalty=0.0, centre=0.0):
    return best_responses.averaged_hessian(s.curvature, penalty, spread, centre)


def steps_needed(s, spread):
    """Descent steps 1 / A from (1, 1) off the solution until the slope U is accurate."""
    matrix = turned(s, spread)
    off, count, move = np.ones(2), 0, np.eye(2) - matrix / s.curvature
    powers = [move]
    while np.abs(powers[-1] @ off).max() > s.accuracy:  # by doubling, then back
        powers.append(powers[-1] @ powers[-1])
    for k in range(len(powers) - 2, -1, -1):
        if np.abs(powers[k] @ off).max() > s.accuracy:
            off, count = powers[k] @ off, count + 2**k
    return count + 1


def measure(s):
    x, pairs = spreads(s), []
    for spread in x:
        matrix = turned(s, spread, s.penalty)
        beyond = lambda step, m=matrix: np.abs(np.linalg.eigvals(np.eye(2) - step * m)).max() > 1  # noqa: E731
        pairs.append(bracket(beyond, 1e-3, 2.0, relative_width=1e-11))
    conditions = [np.linalg.cond(turned(s, s.spread, centre=centre)) for centre in s.centres]
    return {
        "step": brackets(x, pairs, "s"),
        "count": exact(x, [steps_needed(s, a) for a in x], ulps=0, x_name="s"),
        "condition": exact(s.centres, conditions, 1e-10, "centre"),
    }


def predict(s):
    x, centres = spreads(s), np.array(s.centres)
    tops = [np.linalg.eigvalsh(best_responses.response_hessian(s.curvature, s.penalty, a))[-1] for a in x]
    rows = {"step": (x, 2 / np.array(tops)), "tangent": (x, 2 / (s.curvature + s.penalty) + 0 * x),
            "condition": (centres, best_responses.condition_number(centres, s.spread)),
            "centred": (centres, best_responses.condition_number(0 * centres, s.spread))}  # fmt: skip
    rows["count"] = (x, np.ceil(np.log(s.accuracy) / np.log1p(-(x**2))))
    rows["half"] = (x, np.ceil(np.log(s.accuracy) / np.log1p(-(x**2) / 2)))
    return {name: exact(at, values, ulps=64, x_name="s") for name, (at, values) in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="2 / (A + B), whatever s", predicted=predicted["tangent"])
    claim = "ridge: descent on (b, U) diverges beyond 2 / largest eigenvalue"
    yield threshold(claim, measured["step"], predicted["step"], rival=rival)
    rival = Rival(claim="1 / s^2, centred or not", predicted=predicted["centred"])
    claim = "condition uncentred: (t + (t^2 - 4 s^2)^(1/2))^2 / (4 s^2), t = 1 + lam0^2 + s^2"
    yield agrees(claim, measured["condition"], predicted["condition"], rival=rival)
    rival = Rival(claim="at half the rate", predicted=predicted["half"])
    claim = "centred: ln(1/accuracy) / -ln(1 - s^2) steps"
    yield agrees(claim, measured["count"], predicted["count"], rival=rival)
    rival = Rival(claim="as 1/s", predicted=Power(-1))
    claim = "centred: steps as 1/s^2"
    yield decays_as(claim, measured["count"].at(spreads(s) < 0.3), Power(-2), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.points(left, spreads(s), measured["count"].mean, 0, "steps 1 / A until U is accurate")
    plots.prediction(left, predicted["count"], "ln(1/accuracy) / -ln(1 - s²)")
    plots.label(left, "size s of the perturbations", "descent steps", f"quadratic loss, accuracy {s.accuracy:g}")
    plots.points(right, s.centres, measured["condition"].mean, 0, "w = b + U lam")
    plots.prediction(right, predicted["condition"], "closed form")
    plots.exact_line(right, predicted["centred"], 1, "w = b + U eps")
    plots.label(right, "centre lam0", "condition number", f"s = {s.spread:g}", log="y")
    return drawn


if __name__ == "__main__":
    script()

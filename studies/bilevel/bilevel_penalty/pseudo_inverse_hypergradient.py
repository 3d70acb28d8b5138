"""With many lower minimisers the hypergradient is f_x - g_xy (g_yy)^+ f_y, at the minimiser that f selects.

On trial against finite differences of psi (quadratic, so that central differences have no truncation error). At
another minimiser the formula errs in proportion to the distance, through f_x: so only where f couples x and y. Where
it does not, the pseudo-inverse removes what the selection changes, and every lower minimiser gives the same, right
answer: a wrong selection is then no error at all. The inverse in place of the pseudo-inverse needs one minimiser.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.bilevel import solutions, theory
from theorylab.models.bilevel.instances import random_quadratic

SOURCE = Source("hypergradient with many lower minimisers (in a secondary text); derived again here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "At a lower minimiser that f does not select the hypergradient is wrong only if f couples x and y; where it "
        "does not, every lower minimiser gives the right one."
    ),
    case="one row, two columns: one unit away from the selected minimiser, right without coupling, wrong with it",
    check="any minimiser serves, f without x-y coupling",
    settings=("rows=1", "columns=2"),
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    rows: int = 4
    columns: int = 7
    problems: int
    points: int = 13
    seed: int


QUICK = Setting(problems=10, seed=1)
FULL = Setting(problems=200, seed=2)


def cases(s, mixing):
    return [random_quadratic(s.seed * 1000 + k, s.rows, s.columns, mixing=mixing) for k in range(s.problems)]


def rounding(p, x, y):
    """Absolute bound: the pseudo-inverse and a saddle-point solve lose cond(A)^2, and 2^8 units cover their sums."""
    return 2.0**-44 * np.linalg.cond(p.lower) ** 2 * (np.linalg.norm(y) + np.linalg.norm(x) + 1) ** 2


def differences(p, x):
    """Central differences of the quadratic psi with steps 1: exact up to rounding."""
    values = np.array([[solutions.value(p, x + h), solutions.value(p, x - h)] for h in np.eye(x.size)])
    return (values[:, 0] - values[:, 1]) / 2


def formula(s, mixing, distance):
    each = [(p, x, solutions.other_minimiser(p, x, distance)) for p, x in cases(s, mixing)]
    rows = np.array([solutions.pseudo_inverse_hypergradient(*case) for case in each])
    slack = np.array([[rounding(*case)] for case in each])
    return exact(np.arange(3), rows, slack / np.abs(rows), "component of x").drawn_from("normal quadratics")


def measure(s):
    kinds = (("mixed", True), ("plain", False))
    curves = {f"{name}, {d}": formula(s, mixing, d) for name, mixing in kinds for d in (0, 1)}
    p, x = cases(s, True)[0]
    true, distances = theory.hypergradient(p, x), np.geomspace(0.01, 1e3, s.points)
    points = [solutions.other_minimiser(p, x, d) for d in distances]
    errors = np.array([np.linalg.norm(solutions.pseudo_inverse_hypergradient(p, x, y) - true) for y in points])
    return curves | {"distance": exact(distances, errors, [2 * rounding(p, x, y) for y in points] / errors, "distance")}


def predict(s):
    curves = {}
    for name, mixing in (("mixed", True), ("plain", False)):
        each, rows = cases(s, mixing), np.array([differences(p, x) for p, x in cases(s, mixing)])
        slack = np.array([[4 * rounding(p, x, solutions.selected_minimiser(p, x))] for p, x in each])
        curves[name] = exact(np.arange(3), rows, slack / np.abs(rows), "component of x")
    direct = [x - p.upper_target for p, x in cases(s, False)]
    return curves | {"direct": exact(np.arange(3), direct, ulps=4, x_name="component of x")}


def checks(s, measured, predicted):
    rival = Rival(claim="at another minimiser, one unit away", measured=measured["mixed, 1"])
    yield agrees("hypergradient at the selected minimiser", measured["mixed, 0"], predicted["mixed"], rival=rival)
    rival = Rival(claim="f_x alone", predicted=predicted["direct"])
    yield agrees("the same, f without x-y coupling", measured["plain, 0"], predicted["plain"], rival=rival)
    rival = Rival(claim="the same for f with coupling", measured=measured["mixed, 1"], predicted=predicted["mixed"])
    yield agrees("any minimiser serves, f without x-y coupling", measured["plain, 1"], predicted["plain"], rival=rival)
    claim, rival = "error grows as the distance to the selected one", Rival(claim="no growth", predicted=Power(0))
    yield decays_as(claim, measured["distance"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (match, distance) = plots.panels(2)
    for k, (key, label) in enumerate({"mixed, 0": "selected by f", "mixed, 1": "one unit away from it"}.items()):
        errors = np.abs(measured[key].samples - predicted["mixed"].samples).max(axis=1)
        plots.points(match, np.arange(errors.size), np.sort(errors), k, label)
    plots.label(match, "problem, sorted", "formula - finite difference, largest", "f couples x and y", log="y")
    found = measured["distance"]
    plots.measurement(distance, found, 0, "f couples x and y")
    plots.guide(distance, found.x, found.x * found.mean[-1] / found.x[-1], "proportional")
    plots.label(distance, "distance of the minimiser from the selected one", "error of the hypergradient")
    return drawn


if __name__ == "__main__":
    script()

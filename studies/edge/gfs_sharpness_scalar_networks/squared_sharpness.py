"""Squared regression: the flow's solution is as sharp as where its differential equation ends, and as closed forms say.

Samples along the axes, x_i e_i, are N scalar networks of two weights, each with sharpness 4 x_i^2 / N sqrt((y_i /
x_i)^2 + 4 (plus_i minus_i)^2) at its minimum. Samples in general position have no closed form: there the equation
plus' = -2 plus g, minus' = 2 minus g is integrated, and Hessians are differences of the gradient, at the end and, where
residuals are left and Gauss-Newton is not the Hessian, at the start.
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.edge import squared
from theorylab.numerics.streams import generator

SOURCE = Source("abstract (squared regression, read); closed form derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    axes: int = 200  # problems along the axes, of three samples
    rows: int  # problems in general position
    samples: int = 2
    directions: int = 4
    time: float = 300.0  # of the flow; plus and minus begin at 0.9 and 0.6
    within: float = 1e-5  # differences of the gradient, and the flow's end
    seed: int


QUICK = Setting(rows=3, seed=1)
FULL = Setting(rows=30, directions=8, seed=2)


def downhill(_, w, x, y):
    plus, minus = np.split(w, 2)
    g = x.T @ (x @ (plus**2 - minus**2) - y) / len(y)
    return np.concatenate([-2 * plus * g, 2 * minus * g])


def largest_curvature(x, y, w):
    """By central differences of the gradient."""
    h = 1e-5 * np.eye(w.size)
    rows = np.array([downhill(0, w - e, x, y) - downhill(0, w + e, x, y) for e in h]) / 2e-5
    return np.linalg.eigvalsh((rows + rows.T) / 2)[-1]


def general(s):
    """Problems, and their sharpness at the start, there by Gauss-Newton, and at the end of the flow: by differences."""
    given, found = squared.random_problems(s.rows, s.samples, s.directions, 0.9, 0.6, s.seed), []
    for x, y, plus, minus in zip(*given, strict=True):
        start = np.concatenate([plus, minus])
        flow = solve_ivp(downhill, (0, s.time), start, "LSODA", args=(x, y), rtol=1e-9, atol=1e-11)
        jacobian = 2 * np.hstack([x * plus, -x * minus])
        newton = np.linalg.eigvalsh(jacobian @ jacobian.T / len(y))[-1]
        found.append((largest_curvature(x, y, start), newton, largest_curvature(x, y, flow.y[:, -1])))
    return given, np.array(found).T


def along_axes(s):
    """Problems of three samples x_i e_i, and three times their sharpness in closed form."""
    draws = generator(s.seed, 1)
    size, target, plus, minus = draws.uniform(0.4, 1.6, (4, s.axes, 3))
    given = squared.problems(size[:, :, None] * np.eye(3), target, plus, minus)
    return given, (4 * size**2 * ((target / size) ** 2 + 4 * (plus * minus) ** 2) ** 0.5).max(axis=1)


def measure(s):
    axes, (given, _) = squared.descend(along_axes(s)[0], 1e-3, 0), general(s)
    paths, row = squared.descend(given, 1e-3, 0), np.arange(s.rows)
    return {
        "axes": exact(np.arange(s.axes), axes.sharpness.T, axes.rounding.T, "problem").drawn_from("random", s.axes),
        "flow": exact(row, paths.sharpness.T, paths.rounding.T, "problem").drawn_from("random", s.rows),
        "start": exact(row, paths.iterate_sharpness.T, ulps=64, x_name="problem").drawn_from("random", s.rows),
    }


def predict(s):
    (_, form), (_, general_rows), row = along_axes(s), general(s), np.arange(s.rows)
    curves = {name: exact(row, x, ulps=0, x_name="problem")
              for name, x in zip(("start", "Gauss-Newton", "flow"), general_rows, strict=True)}  # fmt: skip
    return curves | {name: exact(np.arange(s.axes), x, ulps=16, x_name="problem")
                     for name, x in (("axes", form / 3), ("sum", form))}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="of the sum over samples, not of their mean", predicted=predicted["sum"])
    yield agrees("samples along the axes: the closed form", measured["axes"], predicted["axes"], rival=rival)
    rival = Rival(claim="that at the start", predicted=predicted["start"])
    claim = "the flow's solution is as sharp as where its equation ends"
    yield agrees(claim, measured["flow"], predicted["flow"], rival=rival, within=s.within)
    rival = Rival(claim="that of Gauss-Newton", predicted=predicted["Gauss-Newton"])
    claim = "sharpness at the start, by differences of the gradient"
    yield agrees(claim, measured["start"], predicted["start"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    ends = np.array([predicted["axes"].mean.min(), predicted["axes"].mean.max()])
    plots.points(axes, predicted["axes"].mean, measured["axes"].mean, 0, "along the axes: closed form", markersize=2.5)
    for k, (name, text) in enumerate((("flow", "flow, integrated"), ("start", "start, differences"))):
        plots.points(axes, predicted[name].mean, measured[name].mean, k + 1, text)
    plots.guide(axes, ends, ends, "equal")
    plots.label(axes, "sharpness by the other road", "sharpness", f"N = 3; N = {s.samples}, d = {s.directions}")
    return drawn


if __name__ == "__main__":
    script()

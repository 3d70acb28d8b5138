"""EAG-V has a Lyapunov function: V_k = A_k |F(z_k)|^2 + B_k <F(z_k), z_k - z_0> never rises, for a_0 in (0, 3/(4L)).

B_k = k+1, A_k = a_k (k+1)(k+2)/2. Measured along random monotone affine operators (a skew part, and a thin positive
one). Outside the range, at a_0 = 0.9/L, the step rule turns negative and V rises. Falling V gives the rate: V_0 bounds
A_k |F|^2 - B_k D |F|.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Rival, Source, log_steps, monotone, plots, script
from theorylab.models.minimax import schedules, simulation
from theorylab.models.minimax.model import Affine
from theorylab.numerics.streams import generator

SOURCE = Source("Lyapunov function of EAG (in a secondary text)", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 20
    operators: int
    horizon: int
    firsts: tuple[float, ...] = (0.3, 0.618, 0.74)
    outside: float = 0.9
    seed: int


QUICK = Setting(operators=4, horizon=200, seed=1)
FULL = Setting(operators=50, horizon=1000, seed=2)


def lyapunov(s, first):
    """V_k, a row per operator, with its rounding: z to 4(d+8)(k+1) units, times what V multiplies z by."""
    k = np.arange(s.horizon + 1)
    scheme = schedules.varying_anchored_extragradient(s.horizon + 1, first, 1.0, allow_outside=True)
    rows, rounding = [], []
    for i in range(s.operators):
        problem = Affine.random(s.dim, 1.0, 1000 * s.seed + i)
        start = generator(s.seed, i).standard_normal(s.dim)
        z = simulation.affine_iterates(problem, start / np.linalg.norm(start), scheme, k)
        F, A = z @ problem.matrix.T, scheme.step * (k + 1) * (k + 2) / 2
        size, value = np.linalg.norm(z, axis=1), np.linalg.norm(F, axis=1)
        rows.append(A * value**2 + (k + 1) * (F * (z - z[0])).sum(axis=1))
        unit = 4 * (s.dim + 8) * (k + 1) * 2.0**-53 * np.maximum.accumulate(np.maximum(1, size))
        rounding.append(unit * (2 * np.abs(A) * value + (k + 1) * (value + 2 * size + 2)))
    return Curve(k, np.array(rows), exact=True, rounding=np.array(rounding), x_name="k").drawn_from("monotone matrices")


def measure(s):
    return {f"{first:g}": lyapunov(s, first) for first in (*s.firsts, s.outside)}


def checks(s, measured, predicted):
    for first in s.firsts:
        rival = Rival(claim=f"for a_0 = {s.outside:g}/L, outside the range", measured=measured[f"{s.outside:g}"])
        yield monotone(f"V_k never rises, a_0 = {first:g}/L", measured[f"{first:g}"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.2)
    for i, (name, curve) in enumerate(measured.items()):
        some = log_steps(1, s.horizon, 16)
        largest = curve.samples[:, some].max(axis=0)
        plots.points(axes, some, largest, i, f"a_0 = {name}/L")
    axes.axhline(0.0, color="black", linewidth=0.8)
    plots.label(axes, "iterations k", "largest V_k over the operators / (L D^2)", f"d = {s.dim}", log="x")
    axes.set_ylim(-3.0, 4.0)  # at 0.9/L it leaves the figure
    return drawn


if __name__ == "__main__":
    script()

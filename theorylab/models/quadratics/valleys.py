"""Valleys of one dimension that are no parabolas, and the law in which SGD comes to rest there.

kinked: f = left x^2 / 2 for x < 0, right x^2 / 2 for x > 0. bent (bend != 0): f = h (exp(c x) - 1 - c x) / c^2 with
h = left and c = bend: f''(0) = h, f'''(0) = h c. SGD x' = x - eta (f'(x) + noise_std xi), xi normal, has a density at
rest that is smooth, as it is a mixture of normals: its equation is solved by Gauss-Legendre nodes on panels that end
at the kink, and once more on coarser panels. The error given is the difference of both: an estimate, no bound.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.numerics.arguments import number, positive
from theorylab.numerics.known import Known

Floats = NDArray[np.float64]
ORDER = 16
"""Nodes of a panel."""
REACH = 20.0
"""Nodes go out to where f is so many times step_size * noise_std^2: the density there is e^-40 of its largest."""
PANELS = (5.0, 3.5)
"""Width of a panel in standard deviations of one step's noise: of the coarse grid, and of the fine one."""


class Data(NamedTuple):
    """What a kernel sees of a valley."""

    left: float
    right: float
    bend: float


@dataclass(frozen=True)
class Valley:
    """A valley: curvatures to the left and to the right of 0, or a smooth one of curvature `left` with a bend != 0.

    Raises InputError unless the curvatures are > 0, and equal where the valley is bent.
    """

    left: float
    right: float
    bend: float = 0.0

    def __post_init__(self) -> None:
        positive("left", self.left)
        positive("right", self.right)
        number("bend", self.bend)
        require(not self.bend or self.left == self.right, "a bent valley has one curvature at 0: give left = right")

    def height(self, x: Floats) -> Floats:
        """f at x."""
        if self.bend:
            return self.left * (np.expm1(self.bend * x) - self.bend * x) / self.bend**2
        return np.where(x < 0, self.left, self.right) * x**2 / 2

    def slope(self, x: Floats) -> Floats:
        """f' at x."""
        if self.bend:
            return self.left * np.expm1(self.bend * x) / self.bend
        return np.where(x < 0, self.left, self.right) * x

    def curvature(self, x: Floats) -> Floats:
        """f'' at x, that of the right side at the kink."""
        return self.left * np.exp(self.bend * x) if self.bend else np.where(x < 0, self.left, self.right)

    def data(self) -> Data:
        """The valley as a NamedTuple for kernels."""
        return Data(float(self.left), float(self.right), float(self.bend))


def rest_means(valley: Valley, step_size: float, noise_std: float) -> Known:
    """E x, E f, E f'' of SGD at rest, (3,), with the difference of two grids as error: an estimate, no bound.
    Derived: tests/models/quadratics/test_valleys.py::test_law_at_rest_of_a_parabola_is_normal.

    Raises InputError for a step size or noise that is not > 0, or a step that leaves the valley (2 / curvature).
    """
    eta, s = positive("step_size", step_size), positive("noise_std", noise_std)
    most = 2 / max(valley.left, valley.right)
    require(eta < most, f"step_size={step_size} is unstable in this valley: give less than {most:g} = 2 / curvature")
    coarse, fine = (_means(valley, eta, s, width) for width in PANELS)
    return Known(fine, np.abs(fine - coarse) + 2.0**-36 * np.abs(fine))


def _means(valley: Valley, step_size: float, noise_std: float, width: float) -> Floats:
    x, weights = _nodes(valley, step_size, noise_std, width)
    scale = step_size * noise_std
    gaps = (x[:, None] - (x - step_size * valley.slope(x))) / scale
    step = weights[:, None] * np.exp(-(gaps**2) / 2) / (scale * math.sqrt(2 * math.pi))
    system = np.eye(x.size) - step + weights[:, None]
    mass = np.linalg.solve(system, weights)  # (1 - step) mass = 0, sum mass = 1
    return np.array([mass @ x, mass @ valley.height(x), mass @ valley.curvature(x)])


def _nodes(valley: Valley, step_size: float, noise_std: float, width: float) -> tuple[Floats, Floats]:
    """Nodes and weights on panels to both sides of 0, out to where the density is nothing."""
    unit, scale = np.polynomial.legendre.leggauss(ORDER), step_size * noise_std
    nodes, weights = [], []
    for side in (-1, 1):
        far = scale
        while valley.height(np.array(side * far)) < REACH * step_size * noise_std**2:
            far *= 1.05
        ends = np.linspace(0, far + 6 * scale, 2 + int(far / scale / width))
        middle, half = (ends[1:] + ends[:-1]) / 2, np.diff(ends) / 2
        nodes.append(side * (middle[:, None] + half[:, None] * unit[0]).ravel())
        weights.append((half[:, None] * unit[1]).ravel())
    return np.concatenate(nodes), np.concatenate(weights)

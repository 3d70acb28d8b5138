"""Monte Carlo of the methods: validated arguments, replicated kernels."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.quadratics import kernels
from theorylab.models.quadratics.kernels import Coupled, Mode
from theorylab.models.quadratics.valleys import Valley
from theorylab.numerics.arguments import finite_row, increasing_steps, number, positive, positive_row, whole
from theorylab.running.replicas import replicate

PLACES = ("last", "average")


def averages(
    mode: Mode, step_sizes: ArrayLike, counts: ArrayLike, *, weight: float = 1.0, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'last', 'average' and 'ema' of SGD after n cycles of `step_sizes`, n in `counts` (from 1).

    The average is of the ends of cycles, the EMA of all iterates, with `weight` for a new one. Raises InputError for
    step sizes that are not > 0, a cycle that does not contract, a weight outside (0, 1], counts that do not increase.
    """
    rates, points = positive_row("step_sizes", step_sizes), increasing_steps(counts, least=1)
    positive("curvature", mode.curvature)
    number("noise_std", mode.noise_std, least=0.0)
    number("start_std", mode.start_std, least=0.0)
    factor = float(np.abs(np.prod(1 - rates * mode.curvature)))
    require(factor < 1, f"step_sizes={rates} are unstable: a cycle multiplies x by {factor:.3g}; lower them")
    require(0 < weight <= 1, f"weight={weight} is not allowed: give a number in (0, 1]")
    given = Mode(*map(float, mode))
    return replicate(kernels.average_paths, given, rates, float(weight), points, x=points, x_name="points averaged",
                     replicas=replicas, seed=seed, names=("last", "average", "ema"))  # fmt: skip


def valley(
    landscape: Valley, step_size: float, noise_std: float, burn_in: int, counts: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'x last', 'f last', 'curvature last' and the same 'average' of SGD in a valley, n in `counts` (from 1).

    Raises InputError as `valleys.rest_means`, for a burn-in < 0, or counts that do not increase.
    """
    points, most = increasing_steps(counts, least=1), 2 / max(landscape.left, landscape.right)
    require(
        0 < step_size < most, f"step_size={step_size} is not allowed in this valley: give a number in (0, {most:g})"
    )
    names = [f"{what} {place}" for place in PLACES for what in ("x", "f", "curvature")]
    return replicate(kernels.valley_paths, landscape.data(), float(step_size), positive("noise_std", noise_std),
                     whole("burn_in", burn_in, least=0), points, x=points, x_name="points averaged",
                     replicas=replicas, seed=seed, names=names)  # fmt: skip


def coupled(
    landscape: Coupled, step_size: float, burn_in: int, counts: Sequence[int], *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'x^2 last', 'y^2 last', 'f last' and the same 'average' of SGD in a coupled valley, n in `counts`.

    Raises InputError as `valley`, and DivergedError where a run leaves the valley.
    """
    points = increasing_steps(counts, least=1)
    names = [f"{what} {place}" for place in PLACES for what in ("x^2", "y^2", "f")]
    return replicate(kernels.coupled_paths, Coupled(*map(float, landscape)), positive("step_size", step_size),
                     whole("burn_in", burn_in, least=0), points, x=points, x_name="points averaged",
                     replicas=replicas, seed=seed, names=names)  # fmt: skip


def momentum(
    mode: Mode, step_size: float, beta: float, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'x' and 'm' of SGD with momentum in its theory form, from x_0 normal and m_0 = 0. Beta 0 is SGD.

    Raises InputError for a step size that is not > 0, beta outside [0, 1), or steps that do not increase from 1.
    """
    points, be = increasing_steps(steps, least=1), _beta(beta)
    return replicate(kernels.momentum_paths, Mode(*map(float, mode)), positive("step_size", step_size), be, points,
                     x=points, replicas=replicas, seed=seed, names=("x", "m"))  # fmt: skip


def label_noise(
    noise_std: float, step_size: float, beta: float, steps: ArrayLike, *, replicas: int, seed: int
) -> dict[str, Curve]:
    """Curves 'u' and 'v' of SGD with momentum on (u v - noise_std xi)^2 / 2 from (1, 0); one seed, one noise.

    Raises InputError as `momentum`, and DivergedError where a run leaves the valley.
    """
    points, be = increasing_steps(steps, least=1), _beta(beta)
    return replicate(kernels.label_noise_paths, number("noise_std", noise_std, least=0.0),
                     positive("step_size", step_size), be, points, x=points, replicas=replicas, seed=seed,
                     names=("u", "v"))  # fmt: skip


def _beta(beta: float) -> float:
    value = number("beta", beta, least=0.0)
    require(value < 1, f"beta={beta} is not allowed: give a number in [0, 1)")
    return value


def scheduled_moments(
    mode: Mode, step_sizes: ArrayLike, weights: ArrayLike, steps: ArrayLike
) -> dict[str, NDArray[np.float64]]:
    """Exact 'E x', 'E m', 'E x^2', 'E m^2' (points,) of SGD and its average, with a step size and a weight a step.

    From x_0 = m_0 = start_std. Raises InputError for step sizes that are not > 0, weights outside [0, 1], or fewer of
    them than the last number of steps.
    """
    rates, shares, points = (
        positive_row("step_sizes", step_sizes),
        finite_row("weights", weights),
        increasing_steps(steps),
    )
    require(bool(((shares >= 0) & (shares <= 1)).all()), "weights lie in [0, 1]: give shares of the new iterate")
    require(min(rates.size, shares.size) >= points[-1], f"{points[-1]} steps need as many step sizes and weights")
    rows = kernels.scheduled_moments(Mode(*map(float, mode)), rates, shares, points)
    return dict(zip(("E x", "E m", "E x^2", "E m^2"), rows, strict=True))


def nag_gs(method: kernels.NagGs, steps: ArrayLike, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Curves 'x', 'v' and 'gamma' of NAG-GS as it is written, gamma on its way to mu.

    Raises InputError unless alpha, mu, gamma and curvature are > 0, the noises >= 0, and steps increase from 1.
    """
    for name in ("alpha", "mu", "gamma", "curvature"):
        positive(name, getattr(method, name))
    for name in ("diffusion", "gradient_noise"):
        number(name, getattr(method, name), least=0.0)
    points = increasing_steps(steps, least=1)
    return replicate(kernels.nag_gs_paths, kernels.NagGs(*map(float, method)), points, x=points, replicas=replicas,
                     seed=seed, names=("x", "v", "gamma"))  # fmt: skip

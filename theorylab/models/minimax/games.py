"""Matrix games: every method against component calls, with projections onto simplices where the game has them.

The natural residual at z is |z - P(z - s F(z))|/s, which is |F(z)| without constraints. For v = J u, J the resolvent of
eta (F + G), it is at most |u - v|/eta: (u - v)/eta lies in (F + G)(v), and forward-backward steps of a point of
(F + G)(v) move by at most s times its norm. Passes are counted in the run, n calls of components each.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.models.minimax import game_kernels, schedules, theory
from theorylab.models.minimax.game_kernels import Game, Resolvent
from theorylab.models.minimax.model import MatrixGame
from theorylab.models.minimax.schedules import PageRule, Schedule, valid_size
from theorylab.models.minimax.simulation import steps_within
from theorylab.numerics.arguments import increasing_steps, positive
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def deterministic(problem: MatrixGame, schedule: Schedule, steps: ArrayLike) -> Curve:
    """Natural residuals of a deterministic method, over the component passes that it made."""
    points = steps_within(steps, schedule)
    values, passes = game_kernels.deterministic_path(data(problem), schedule, points)
    # Rounding as in simulation.residuals, with 2n products per entry of F; projections do not amplify errors.
    bound = 2.0**-53 * (24 + 2 * problem.size) * (points + 1) * np.maximum(values, 2 * problem.lipschitz)
    return Curve(passes, values[None], True, np.where(np.isfinite(bound), bound, 0.0)[None], "passes")


def page(
    problem: MatrixGame, steps: ArrayLike, *, step_size: float, rule: PageRule, replicas: int, seed: int
) -> dict[str, Curve]:
    """Monte Carlo of Algorithm 1 on a game: 'residual' and 'passes', over its steps. Bilinear: no theorem covers it.

    Raises InputError for a rule of fewer steps, a batch beyond the components where there is no replacement, or as
    `replicate`.
    """
    points = increasing_steps(steps)
    positive("step_size", step_size)
    require(points[-1] <= rule.anchors.size, f"the rule holds {rule.anchors.size} steps, {points[-1]} are asked for")
    n = valid_size(problem.size)
    require(rule.replacement or rule.batch <= n, f"a batch of {rule.batch} without replacement needs as many of n={n}")
    return replicate(
        game_kernels.page_path, data(problem), rule, float(step_size), points, x=points, replicas=replicas, seed=seed,
        names=("residual", "passes"), keep_diverged=True,
    )  # fmt: skip


def resolvent(
    problem: MatrixGame,
    steps: ArrayLike,
    *,
    inner_share: float = 1.0,
    reflected: bool = True,
    replicas: int,
    seed: int,
) -> dict[str, Curve]:
    """Monte Carlo of Algorithm 2 on a game: 'residual' and 'passes', over outer steps k.

    eta = sqrt(n)/L, L the average Lipschitz constant; Halpern on 2 J - I or, as in the authors' code, on J itself.
    Inner steps n (6.4 + 2.6 log(k+2)) times `inner_share`: at 0.92/n per step (theory.inner_rate, on bilinear modes)
    root mean square errors are e^(-2.9) (k+2)^(-1.2) of |u_k - J u_k|. While that is at most 2D/(k+1), 2 sum (k+1) e_k
    <= 4 D e^(-2.9) sum (k+2)^(-1.2) = D, and by theory.inexact_halpern_bound it stays so: |u_k - J u_k| <= 2D/(k+1).
    """
    points = increasing_steps(steps)
    positive("inner_share", inner_share)
    n = valid_size(problem.size)
    outer = np.arange(int(points[-1]) + 1)
    inner = np.ceil(inner_share * n * (6.4 + 2.6 * np.log(outer + 2.0))).astype(np.int64)
    eta = n**0.5 / problem.average_lipschitz
    step_size = theory.inner_step_size(n, eta, problem.average_lipschitz)
    method = Resolvent(float(eta), step_size, inner, 2.0 if reflected else 1.0)
    return replicate(
        game_kernels.resolvent_path, data(problem), method, np.isin(outer, points), x=points, replicas=replicas,
        seed=seed, names=("residual", "passes"), x_name="outer steps",
    )  # fmt: skip


def resolvent_bound(problem: MatrixGame, steps: ArrayLike) -> Floats:
    """2 D/(eta (k+1)) of `resolvent`, (points,): D = |z_0| without constraints (0 is a solution), 2 on simplices."""
    eta = problem.size**0.5 / problem.average_lipschitz
    distance = 2.0 if problem.simplex else float(np.linalg.norm(problem.start))
    return np.asarray(2 * distance / eta / (increasing_steps(steps) + 1))


def deterministic_methods(lipschitz: float, steps: int) -> dict[str, Schedule]:
    """The deterministic methods by name, each at its usual step size; descent-ascent makes twice as many `steps`."""
    return {
        "GDA": schedules.gradient_descent_ascent(2 * steps, 0.3 / lipschitz),
        "EG": schedules.extragradient(steps, 0.5**0.5 / lipschitz, lipschitz),
        "EAG-C": schedules.anchored_extragradient(steps, 0.125 / lipschitz, lipschitz),
        "EAG-V": schedules.varying_anchored_extragradient(steps, 0.618 / lipschitz, lipschitz),
        "FEG": schedules.fast_extragradient(steps, 1 / lipschitz, lipschitz),
    }


def data(problem: MatrixGame) -> Game:
    """The game as a NamedTuple of arrays for kernels."""
    return Game(problem.payoffs, bool(problem.simplex), problem.start, float(problem.residual_step))

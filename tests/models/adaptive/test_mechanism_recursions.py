"""The reference recursions of Adam's relatives by hand, and compiled steps against their Python bodies."""

import math

import numpy as np
import pytest

from theorylab.models.adaptive.optimisers import (
    adabelief,
    adabound,
    adagrad,
    adam,
    amsbound,
    amsgrad,
    diffgrad,
    exadam,
    gravity,
    madgrad,
    nadam,
    optimistic_amsgrad,
    radam,
    rmsprop,
    swats,
    yogi,
)

HALF = {"first_decay": 0.5, "second_decay": 0.75}
ALL = (adabelief, adabound, adagrad, amsbound, diffgrad, exadam, gravity, madgrad, nadam, radam, rmsprop, swats, yogi)
RATE = {"rate": 0.25}


def points(module, gradients, start=(0.0,), memory=None, guesses=None, **parameters):
    """Points (steps, d) along gradients from `start`, by the Python bodies."""
    method, x = module.Method(**parameters), np.array(start, dtype=float)
    if memory is None:
        memory = np.zeros((module.MEMORIES, x.size))
        if hasattr(module, "start"):
            module.start.py_func(method, x, memory)
    found = []
    for t, gradient in enumerate(gradients, 1):
        more = () if guesses is None else (np.atleast_1d(guesses[t - 1]),)
        module.step.py_func(method, t, x, np.atleast_1d(np.array(gradient, dtype=float)), memory, *more)
        found.append(x.copy())
    return np.array(found)


def moves(module, gradients, **more):
    """Moves of one coordinate from 0."""
    found = points(module, gradients, **more)[:, 0]
    return np.diff(np.append(0.0, found))


def friction(change):
    return 1 / (1 + math.exp(-abs(change)))


def test_diffgrad_by_hand():
    found = moves(diffgrad, [3.0, -1.0], rate=1.0, epsilon=0.5, **HALF)
    first = 0.5 / 0.5 * friction(3) * 1.5 / (1.5 + 0.5)
    second = math.sqrt(1 - 0.5625) / 0.75 * friction(4) * 0.25 / (math.sqrt(1.9375) + 0.5)
    assert found == pytest.approx([-first, -second], rel=1e-14)


def test_adabelief_by_hand():
    found = moves(adabelief, [3.0, -1.0], rate=1.0, epsilon=0.5, **HALF)
    spread = 0.25 * 1.5**2 + 0.5
    first = 3.0 / (math.sqrt(spread / 0.25) + 0.5)
    spread = 0.75 * spread + 0.25 * 1.25**2 + 0.5
    assert found == pytest.approx([-first, -0.25 / 0.75 / (math.sqrt(spread / 0.4375) + 0.5)], rel=1e-14)


def test_madgrad_by_hand():
    found = points(madgrad, [3.0, -1.0], start=(5.0,), rate=2.0, momentum=0.5, epsilon=0.25)[:, 0]
    first = 0.5 * 5 + 0.5 * (5 - 6 / (18 ** (1 / 3) + 0.25))
    root = math.sqrt(2)
    second = 0.5 * first + 0.5 * (5 - (6 - 2 * root) / ((18 + 2 * root) ** (1 / 3) + 0.25))
    assert found == pytest.approx([first, second], rel=1e-14)


def test_gravity_by_hand():
    found = points(gravity, [(3.0, 1.0), (0.0, -2.0)], start=(0.0, 0.0), rate=0.5, decay=0.75)
    first = 0.5 * np.array([3 / 82, 1 / 10])
    second = 1.75 / 3 * first + 1.25 / 3 * np.array([0.0, -2 / 17])
    assert found == pytest.approx(np.array([-0.5 * first, -0.5 * (first + second)]), rel=1e-14)


def test_gravity_starts_from_the_velocity_that_it_is_given():
    assert points(gravity, [0.0], memory=np.array([[4.0]]), rate=0.5)[0, 0] == pytest.approx(-0.5 * 0.5 * 4.0)


def test_exadam_by_hand():
    found = moves(exadam, [3.0, -1.0], rate=1.0, epsilon=0.5, **HALF)
    raised, widened = 1 + 2.25 / 2.75 * 0.75, 1 + 2.25 / 2.75 * 0.5
    first = raised * 4.5 / 0.5 / (math.sqrt(widened * 2.25 / 0.25) + 0.5)
    raised, widened = 1 + 1.9375 / 2.4375 * 0.5625, 1 + 0.0625 / 0.5625 * 0.25
    second = raised * -0.75 / 0.75 / (math.sqrt(widened * 1.9375 / 0.4375) + 0.5)
    assert found == pytest.approx([-first, -second], rel=1e-14)


def test_optimistic_amsgrad_by_hand():
    more = {"guesses": [2.0, 7.0], "rate": 1.0, "epsilon": 0.5}
    found = points(optimistic_amsgrad, [3.0, -1.0], **more, **HALF)[:, 0]
    under = 1.5 + 0.5
    state = -1.5 / under
    first = state - (0.5 * 1.5 + 0.5 * 2.0) / under
    under = math.sqrt(0.75 * 2.25 + 0.25 * 9) + 0.5
    state -= 0.25 / under
    assert found == pytest.approx([first, state - (0.5 * 0.25 + 0.5 * 7.0) / under], rel=1e-14)


def test_optimistic_amsgrad_without_momentum_and_guesses_is_amsgrad():
    gradients, parameters = [3.0, -1.0, 0.5, 2.0], {"rate": 0.3, "first_decay": 0.0}
    found = points(optimistic_amsgrad, gradients, guesses=np.zeros(4), **parameters)
    assert found == pytest.approx(points(amsgrad, gradients, **parameters), rel=1e-14)


def clipped(rate, t, final=0.5, speed=0.25):
    return min(max(rate, final * (1 - 1 / (speed * t + 1))), final * (1 + 1 / (speed * t)))


@pytest.mark.parametrize(("module", "second"), [(adabound, 1.9375), (amsbound, 2.25)])
@pytest.mark.parametrize("rate", [0.05, 1.0, 90.0])
def test_bounded_methods_by_hand(module, second, rate):
    more = {"final_rate": 0.5, "speed": 0.25, "epsilon": 0.5, **HALF}
    found = moves(module, [3.0, -1.0], rate=rate, **more)
    wanted = [clipped(rate / 2.0, 1) * 1.5, clipped(rate / (second**0.5 + 0.5), 2) * 0.25]
    assert found == pytest.approx([-wanted[0], -wanted[1] / 2**0.5], rel=1e-14)
    found = moves(module, [3.0, -1.0], rate=rate, declining=False, corrected=True, **more)
    scales = [0.5 / 0.5, 0.4375**0.5 / 0.75]
    wanted = [
        clipped(scales[0] * rate / 2.0, 1) * 1.5,
        clipped(scales[1] * rate / ((1.9375 if module is adabound else 2.25) ** 0.5 + 0.5), 2) * 0.25,
    ]
    assert found == pytest.approx(-np.array(wanted), rel=1e-14)


def test_swats_switches_at_the_second_step_where_its_ratio_stands():
    """Constant gradients: p = -rate sign(g), so that the ratio is rate |sign|^2 / |g|_1 at every step."""
    gradients = [(3.0, 1.0), (3.0, 1.0), (2.0, 0.0), (0.0, 4.0)]
    found = points(swats, gradients, start=(0.0, 0.0), rate=0.5, first_decay=0.5, second_decay=0.75, epsilon=1e-9)
    single = 0.5 * 2 / 4
    steps = np.diff(found, axis=0, prepend=0.0)
    assert steps[:2] == pytest.approx(np.full((2, 2), -0.5), rel=1e-8)
    assert steps[2] == pytest.approx([-0.5 * single * 2, 0.0], rel=1e-8)
    assert steps[3] == pytest.approx([-0.5 * single * 1, -0.5 * single * 4], rel=1e-8)


def test_swats_stays_adam_while_its_ratio_moves():
    gradients, parameters = [(3.0, 1.0), (1.0, 1.0), (-2.0, 0.5)], {"rate": 0.5, **HALF, "epsilon": 1e-9}
    found = points(swats, gradients, start=(0.0, 0.0), **parameters)
    assert found == pytest.approx(points(adam, gradients, start=(0.0, 0.0), **parameters), rel=1e-14)
    assert not points(swats, [0.0, 0.0], epsilon=0.0).any()


def test_adagrad_and_rmsprop_by_hand():
    assert moves(adagrad, [3.0, -4.0], rate=1.0, epsilon=0.5) == pytest.approx([-3 / 3.5, 4 / 5.5], rel=1e-14)
    found = moves(rmsprop, [3.0, -1.0], rate=1.0, second_decay=0.75, epsilon=0.5)
    assert found == pytest.approx([-3 / 2.0, 1 / (math.sqrt(1.9375) + 0.5)], rel=1e-14)


def test_nadam_by_hand():
    found = moves(nadam, [3.0, -1.0], rate=1.0, epsilon=0.5, first_decay=0.5, second_decay=0.75, span=1.0)
    b1, b2, b3 = (0.5 * (1 - 0.5 * 0.96**t) for t in (1, 2, 3))
    m = (1 - b1) * 3
    first = (1 - b1) * 3 / (1 - b1) + b2 * m / (1 - b1 * b2)
    m = b2 * m - (1 - b2)
    second = -(1 - b2) / (1 - b1 * b2) + b3 * m / (1 - b1 * b2 * b3)
    wanted = [first / (3 + 0.5), second / (math.sqrt(1.9375 / 0.4375) + 0.5)]
    assert found == pytest.approx(-np.array(wanted), rel=1e-14)


def test_nadam_of_constant_momentum_is_adam_looking_ahead():
    found = moves(nadam, [3.0], lowered=0.0, first_decay=0.9, rate=1.0, epsilon=0.0)
    assert found == pytest.approx([-(1 + 0.9 * 0.1 / (1 - 0.81))], rel=1e-14)


def test_radam_rectifies_from_step_five():
    """rho_5 = 4.9 at b2 = 0.999... is above 4, and rho_4 below; before that it is momentum."""
    lengths = [radam.length.py_func(radam.Method(), t) for t in (4, 5, 6)]
    assert lengths[0] < 4 < lengths[1] < 5 < lengths[2]
    found = moves(radam, [1.0] * 6, rate=1.0, epsilon=0.0)
    rho, whole = lengths[1], 1999.0
    r = math.sqrt((rho - 4) * (rho - 2) * whole / ((whole - 4) * (whole - 2) * rho))
    assert found[:4] == pytest.approx(-np.ones(4), rel=1e-12)
    assert found[4] == pytest.approx(-r, rel=1e-9)
    assert moves(radam, [1.0] * 5, rate=1.0, threshold=5.0)[4] == pytest.approx(-1.0, rel=1e-12)


def test_radam_by_hand():
    """b2 = 0.75: rho = 7, rho_2 = 7 - 4 0.5625/0.4375 < 4; b2 = 0.9 at step 9 is rectified."""
    found = moves(radam, [3.0, -1.0], rate=1.0, epsilon=0.5, **HALF)
    assert found == pytest.approx([-3.0, -0.25 / 0.75], rel=1e-14)
    long = moves(radam, [2.0] * 9, rate=1.0, epsilon=0.5, first_decay=0.5, second_decay=0.9)
    fade = 0.9**9
    rho = 19 - 18 * fade / (1 - fade)
    r = math.sqrt((rho - 4) * (rho - 2) * 19 / (15 * 17 * rho))
    assert long[8] == pytest.approx(-r * 2 * math.sqrt(1 - fade) / (2 * math.sqrt(1 - fade) + 0.5), rel=1e-12)


def test_yogi_by_hand():
    found = moves(yogi, [3.0, -1.0, 5.0], rate=1.0, epsilon=0.5, **HALF)
    second = [0.25 * 9, 0.25 * 9 - 0.25, 2.0 + 0.25 * 25]
    first = [1.5, 0.25, 2.625]
    assert found == pytest.approx([-m / (v**0.5 + 0.5) for m, v in zip(first, second, strict=True)], rel=1e-14)


@pytest.mark.parametrize("module", ALL)
def test_no_gradient_no_move(module):
    given = RATE if "rate" not in module.Method._field_defaults else {}
    quiet = (
        {"epsilon": 0.0} if "epsilon" in module.Method._fields and module not in (diffgrad, nadam, radam, yogi) else {}
    )
    assert points(module, np.zeros((3, 2)), start=(1.0, -2.0), **given, **quiet)[-1] == pytest.approx([1.0, -2.0])


@pytest.mark.parametrize("module", [*ALL, optimistic_amsgrad])
def test_compiled_steps_are_their_python_bodies(module):
    gradients = np.random.default_rng(3).standard_normal((6, 3))
    gradients[3:5] = gradients[2]
    method = module.Method(**(RATE if "rate" not in module.Method._field_defaults else {}))
    x, memory = np.array([1.0, -2.0, 0.5]), np.zeros((module.MEMORIES, 3))
    if hasattr(module, "start"):
        module.start(method, x, memory)
    guesses = None
    for t, gradient in enumerate(gradients, 1):
        more = ()
        if module is optimistic_amsgrad:
            more, guesses = (gradient,), gradients
        module.step(method, t, x, gradient.copy(), memory, *more)
    wanted = points(module, gradients, start=(1.0, -2.0, 0.5), guesses=guesses, **method._asdict())[-1]
    assert x == pytest.approx(wanted, rel=1e-13)


def test_what_both_bounds_clip_at_step_four_by_hand():
    method = adabound.Method(rate=0.5, final_rate=0.1, first_decay=0.5, second_decay=0.75, speed=0.25)
    assert adabound.clipping.py_func(method, 4) == (0.5, 0.1 * (1 - 1 / 2), 0.1 * 2, 0.5)
    corrected = method._replace(declining=False, corrected=True)
    assert adabound.clipping.py_func(corrected, 1) == pytest.approx((0.5 * 0.5 / 0.5, 0.02, 0.5, 1.0))

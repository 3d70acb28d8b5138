"""The doors refuse bad input by name, and edge cases come out as they must."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.minimax import games, schedules, simulation, theory
from theorylab.models.minimax.model import (
    Affine,
    FiniteSum,
    MatrixGame,
    bilinear_slopes,
    contraction_slopes,
    resolvent_slopes,
    rotation_slopes,
)

HALPERN = schedules.halpern(10)
ANCHORS = schedules.anchor_weights("1/(k+2)", 10)
RULE = schedules.page_rule(3, 5)


def game(payoffs, **more):
    return MatrixGame(payoffs=payoffs, simplex=True, **more)


def page_game(steps=(1,), step_size=0.1, rule=RULE):
    return games.page(MatrixGame.burglar(3), steps, step_size=step_size, rule=rule, replicas=2, seed=0)


def test_halpern_of_a_map_in_dimension_one_is_the_mode():
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    found = simulation.halpern_residuals(lambda x: x @ turn.T, [1.0, 0.0], ANCHORS, [0, 1, 10])[:, 0]
    assert found == pytest.approx(np.abs(theory.halpern_difference(np.exp(0.3j), np.array([0, 1, 10]))), rel=1e-13)
    # T = -1 on the line: x_k alternates between 0 and 1/(k+1).
    line = simulation.halpern_residuals(lambda x: -x, [1.0], ANCHORS, [0, 1, 2, 3])[:, 0]
    assert line == pytest.approx([2.0, 0.0, 2 / 3, 0.0], abs=1e-15)


def test_the_identity_has_no_residual_and_zero_steps_do_nothing():
    assert (simulation.halpern_residuals(lambda x: x, np.eye(3), ANCHORS, [0, 5]) == 0).all()
    assert simulation.residuals([0.5j], HALPERN, [0]).samples[0] == pytest.approx([0.5])
    assert (simulation.residuals([0.0], HALPERN, [0, 10]).samples == 0).all()


def test_an_expanding_map_is_refused_with_the_place_where_it_expands():
    def expands_late(x):
        return np.where(np.abs(x) < 0.3, 2 * x, -x)

    with pytest.raises(InputError, match=r"not nonexpansive: in row 1 it takes iterates \d+ and \d+, .* apart"):
        simulation.halpern_residuals(expands_late, np.array([[0.0, 0.0], [0.28, 1.0]]), ANCHORS, [10])


def test_extragradient_at_its_stability_limit_keeps_the_largest_mode():
    scheme = schedules.extragradient(50, 1.0, 1.0, allow_outside=True)
    assert simulation.residuals([1j], scheme, [50]).samples[0] == pytest.approx([1.0], rel=1e-13)


def test_longer_schedules_begin_with_the_shorter_ones():
    for make in (schedules.halpern, schedules.krasnoselskii_mann):
        for short, long in zip(make(5), make(50), strict=True):
            assert (short == long[:5]).all()


def test_page_needs_its_limit_number_of_steps_whatever_the_size():
    wanted = 8 * theory.slow_anchor_constant() / 0.001
    for size in (4, 400):
        steps, width = simulation.page_steps(size, 0.001, 100)
        assert steps == pytest.approx(wanted, rel=0.01)
        assert width < 0.002 * wanted


def test_passes_of_the_resolvent_method_are_counted_by_hand():
    # n = 2: ceil(2 (6.4 + 2.6 log 2)) = 17 inner steps of four calls, and one pass at the start.
    assert theory.resolvent_passes(2, [0]) == pytest.approx([1 + 4 * 17 / 2])


def moments(slope, spread):
    return simulation.page_moments([slope], [spread], 9, [1, 2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: simulation.residuals([], HALPERN, [1]), "slopes need shape"),
        (lambda: simulation.residuals([np.nan], HALPERN, [1]), r"slope number 0 is \(nan"),
        (lambda: simulation.residuals([1j], HALPERN, [11]), "the schedule holds 10 steps, 11 are asked for"),
        (lambda: simulation.residuals([1j], HALPERN, [2, 2]), "steps must increase, but 2 is followed by 2"),
        (lambda: simulation.residuals([1j], HALPERN, [-1]), "steps must be integers >= 0"),
        (lambda: simulation.residuals([1j], HALPERN, []), "steps must have shape"),
        (lambda: simulation.at_own_mode([1j, 1j], HALPERN, [1]), "2 slopes for 1 steps"),
        (lambda: simulation.affine_iterates(Affine(np.eye(2)), [1.0], HALPERN, [1]), "start has 1 coordinates"),
        (lambda: simulation.halpern_residuals(lambda x: x[:, :1], np.eye(2), ANCHORS, [1]), "must keep the shape"),
        (lambda: simulation.halpern_residuals(lambda x: x / 0, [1.0], ANCHORS, [1]), "not finite at iterate 0"),
        (lambda: simulation.halpern_residuals(lambda x: x, [np.inf], ANCHORS, [1]), "start holds a value"),
        (lambda: simulation.halpern_residuals(lambda x: x, np.ones((0, 2)), ANCHORS, [1]), "start needs shape"),
        (lambda: simulation.halpern_residuals(lambda x: x, [1.0], [1.5], [1]), r"anchors must lie in \[0, 1\]"),
        (lambda: simulation.halpern_residuals(lambda x: x, [1.0], [0.5], [3]), "1 anchors for 3 steps"),
        (lambda: moments(0.5, 0.3), "spread number 0 is 0.3: .* has spread between 0 and 0.25"),
        (lambda: moments(1j, 0.0), "cocoercive on average"),
        (lambda: simulation.page_moments([0.5], [0.1, 0.1], 9, [1]), "2 spreads for 1 slopes"),
        (lambda: FiniteSum(np.array([1j]), np.zeros(1)), "not cocoercive on average"),
        (lambda: FiniteSum(np.array([]), np.array([])), r"slopes need shape \(n,\), n >= 1"),
        (lambda: FiniteSum(np.ones(2), np.ones(2)), "offsets have mean 1"),
        (lambda: FiniteSum(np.ones(2), np.ones(3)), r"offsets have shape \(3,\)"),
        (lambda: FiniteSum(np.array([np.nan]), np.zeros(1)), "slopes hold a value that is not finite"),
        (lambda: FiniteSum(np.ones(1), np.zeros(1), smoothness=0.0), "smoothness=0.0"),
        (lambda: rotation_slopes([np.inf]), "angles number 0 is inf"),
        (lambda: rotation_slopes("turn"), "are not numbers"),
        (lambda: bilinear_slopes([0.5, -1.0]), "singular value number 1 is -1.0"),
        (lambda: Affine(np.ones((2, 3))), r"needs shape \(d, d\), d >= 1, not \(2, 3\)"),
        (lambda: Affine(-np.eye(2)), "not monotone: .* eigenvalue -1 < 0"),
        (lambda: Affine(np.full((2, 2), np.nan)), "not finite"),
        (lambda: Affine.random(0, 1.0, 0), "dimension=0"),
        (lambda: game(np.ones(3)), r"payoffs need shape \(rows, columns\)"),
        (lambda: game(np.zeros((2, 2))), "payoffs are all zero"),
        (lambda: game(np.full((2, 2), np.inf)), "not finite"),
        (lambda: game(np.ones((2, 3)), start=np.ones(4)), r"start has shape \(4,\): give \(5,\)"),
        (lambda: game(np.ones((2, 3)), start=np.ones(5)), "start is no point of the two simplices"),
        (lambda: game(np.ones((2, 3)), start=np.full(5, np.nan)), "start holds a value that is not finite"),
        (lambda: game(np.ones((2, 3)), residual_step=-1.0), "residual_step=-1.0"),
        (lambda: contraction_slopes(1.5, [0.1]), "contraction=1.5"),
        (lambda: resolvent_slopes([1j], 0.0), "resolvent_step=0.0"),
        (lambda: schedules.contractive_halpern(5, 1.0), "contraction=1.0"),
        (lambda: schedules.krasnoselskii_mann(5, relaxation=1.0), "relaxation=1.0"),
        (lambda: schedules.page_rule(9, 5, "card"), "source='card' is not known"),
        (lambda: simulation.simulate_inner([1j], 0.1, 0.0, [1], replicas=2, seed=0), "refresh=0.0"),
        (lambda: simulation.halpern_calls(FiniteSum.rotations([0.1]), 0.0), "accuracy=0.0"),
        (lambda: MatrixGame.burglar(1), "size=1 is not allowed"),
        (lambda: games.resolvent(MatrixGame.burglar(3), [1], inner_share=0.0, replicas=2, seed=0), "inner_share=0.0"),
        (lambda: page_game(step_size=-1.0), "step_size=-1.0"),
        (lambda: page_game(steps=[9]), "the rule holds 5 steps, 9 are asked for"),
        (lambda: page_game(rule=RULE._replace(batch=4, replacement=False)), "a batch of 4 without replacement"),
        (lambda: simulation.page_steps(16, 0.5, 10), r"accuracy=0.5 is not allowed: give a number in \(0, 0.1\)"),
        (lambda: simulation.page_steps(16, 0.01, 0), "angles=0 is not allowed"),
        (lambda: theory.resolvent_passes(1, [1]), "size=1 is not allowed"),
        (lambda: schedules.halpern(0), "steps=0 is not allowed"),
        (lambda: schedules.halpern(5, anchor="1/k"), r"anchor='1/k' is not known: give one of 1/\(k\+2\)"),
        (lambda: schedules.halpern(5, smoothness=-1.0), "smoothness=-1.0"),
        (lambda: schedules.gradient_descent_ascent(5, 0.0), "step_size=0.0"),
        (lambda: schedules.extragradient(5, 1.0, 1.0), "outside the theorem of extragradient: .* below 1/L"),
        (lambda: schedules.anchored_extragradient(5, 0.13, 1.0), r"EAG-C: L = 1 needs a step at most 0.1264/L"),
        (lambda: schedules.varying_anchored_extragradient(5, 0.75, 1.0), r"EAG-V: L = 1 needs a step below 3/\(4L\)"),
        (lambda: schedules.fast_extragradient(5, 1.1, 1.0), "fast extragradient: L = 1 needs a step at most 1/L"),
        (lambda: schedules.fast_extragradient(5, float("nan"), 1.0), "step_size=nan"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with np.errstate(all="ignore"), pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"refresh": [1.0, 0.5]}, "2 refresh probabilities for 3 points"),
        ({"refresh": [1.0, 0.5, 2.0]}, r"must lie in \[0, 1\]"),
        ({"refresh": [0.5, 0.5, 0.5]}, r"refresh\[0\]=0.5"),
        ({"batch": 0}, "batch=0 is not allowed"),
        ({"replicas": 1}, "replicas=1"),
    ],
)
def test_bad_page_runs_are_refused(changes, message):
    given = {"path": [1.0, 0.5, 0.2], "refresh": [1.0, 0.5, 0.5], "batch": 2, "replicas": 4, "seed": 0} | changes
    with pytest.raises(InputError, match=message):
        simulation.simulate_page_error(FiniteSum.rotations([0.1, 0.2]), **given)


def test_the_envelope_of_page_is_the_root_of_its_worst_mode():
    slopes, spreads = rotation_slopes([0.3, 1.0]), [0.0, 0.0]
    steps = [0, 5, 20]
    modes = simulation.page_moments(slopes, spreads, 16, steps)["value"].samples
    assert simulation.page_envelope(slopes, spreads, 16, steps).samples[0] == pytest.approx(modes.max(axis=0) ** 0.5)


def test_minibatches_of_all_components_alike_are_halpern_itself():
    # Equal components without offsets: any batch is the mean.
    same = FiniteSum.rotations([0.7] * 4)
    run = simulation.simulate_minibatch(same, 2, [0, 3, 9], replicas=2, seed=1)
    exact = simulation.residuals(rotation_slopes([0.7]), HALPERN, [0, 3, 9]).samples[0]
    assert run.samples[0] == pytest.approx(exact**2, rel=1e-12)


def test_minibatch_noise_adds_its_variance():
    angles, offsets = [0.7, 0.7], [0.1, -0.1]
    runs = simulation.simulate_minibatch(FiniteSum.rotations(angles, offsets=offsets), 1, [8], replicas=4000, seed=1)
    slope = rotation_slopes([0.7])
    quiet = simulation.residuals(slope, HALPERN, [8]).samples[0] ** 2
    # u moves by 2/L times the estimate, so that T x carries noise of variance (2 * 0.1)^2.
    exact = quiet + np.abs(slope) ** 2 * theory.minibatch_variance(0.04, 8)
    error = runs.samples.std() / 4000**0.5
    assert runs.mean[0] == pytest.approx(exact[0], abs=5 * error)

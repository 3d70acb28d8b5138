"""Errors under rehearsal by enumeration of all draws, by hand for two tasks, and by paths."""

import itertools

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.regression import rehearsal
from theorylab.models.regression.rehearsal import Plan


def test_odds_by_hand():
    assert rehearsal.odds([2.0, 1.0], [0.0, 1.0, np.inf]) == pytest.approx(
        np.array([[0.5, 0.5], [1 / 3, 2 / 3], [0.0, 1.0]])
    )
    ratio = np.exp(-1)
    assert rehearsal.odds([2.0, 1.0], 1.0, True)[0] == pytest.approx([ratio / (1 + ratio), 1 / (1 + ratio)])


def enumerated(plan, overlap, exponent):
    """Mean squares at the end over every sequence of rehearsals, matrices in full."""
    n, eta = plan.tasks, plan.step_size
    similarity = np.where(np.eye(n, dtype=bool), 1.0, overlap)

    def step(moments, i):
        a = np.eye(n)
        a[:, i] -= eta * similarity[:, i]
        return a @ moments @ a.T

    total = np.zeros(n)
    choices = [range(k) for k in range(1, n) for _ in range(plan.rehearsals)]
    for drawn in itertools.product(*choices):
        moments, weight, left = similarity.copy(), 1.0, list(drawn)
        for k in range(n):
            for _ in range(plan.steps):
                moments = step(moments, k)
            for _ in range(plan.rehearsals if k else 0):
                i = left.pop(0)
                ages = np.arange(k, 0, -1.0) ** -exponent
                weight *= ages[i] / ages.sum()
                moments = step(moments, i)
        total += weight * np.diag(moments)
    return total


@pytest.mark.parametrize("exponent", [0.0, 0.7, 2.0])
def test_errors_by_enumeration_of_all_draws(exponent):
    plan = Plan(4, 2, 2, 0.4)
    found = rehearsal.exact_errors(plan, [0.3, 0.8], exponent)
    for row, overlap in zip(found.final, (0.3, 0.8), strict=True):
        assert row == pytest.approx(enumerated(plan, overlap, exponent), rel=1e-12)
    assert found.old == pytest.approx(found.final[:, :3].mean(axis=1))


def test_two_tasks_learnt_to_the_end():
    c = np.array([0.0, 0.3, 0.6, 0.9])
    found = rehearsal.exact_errors(Plan(2, 200, 0, 0.3), c, 0.0)
    assert found.final[:, 0] == pytest.approx(rehearsal.two_tasks(c), abs=1e-14)
    assert found.met[:, 1] == pytest.approx(1 - c**2)


def test_a_new_task_after_others_is_a_regression_on_them():
    for c, k in ((0.3, 1), (0.6, 4), (0.9, 7)):
        similarity = np.where(np.eye(k, dtype=bool), 1.0, c)
        assert rehearsal.facilitated(c, k) == pytest.approx(1 - c**2 * np.linalg.inv(similarity).sum())
    # Nothing that was seen tells more of a new task; rehearsals of older tasks leave the newest one unsettled.
    found = rehearsal.exact_errors(Plan(5, 50, 300, 0.3), 0.6, 0.0)
    least = rehearsal.facilitated(0.6, [1, 2, 3, 4])
    assert found.met[0, :2] == pytest.approx([1.0, least[0]])
    assert np.all(found.met[0, 2:] > least[1:])


def test_paths_have_the_exact_errors():
    plan = Plan(5, 3, 4, 0.4)
    found, exactly = rehearsal.simulate(plan, 0.5, 1.0, replicas=6000, seed=3), rehearsal.exact_errors(plan, 0.5, 1.0)
    assert np.all(np.abs(found.mean - exactly.final[0]) < 5 * found.standard_error)


@pytest.mark.parametrize(
    ("plan", "overlap", "words"),
    [
        (Plan(tasks=1), 0.5, "tasks=1"),
        (Plan(steps=0), 0.5, "steps=0"),
        (Plan(rehearsals=-1), 0.5, "rehearsals=-1"),
        (Plan(step_size=2.5), 0.5, "step_size=2.5 is unstable"),
        (Plan(), 1.0, r"overlap=.* \[0, 1\)"),
    ],
)
def test_bad_plans_are_answered(plan, overlap, words):
    with pytest.raises(InputError, match=words):
        rehearsal.valid(plan, overlap)

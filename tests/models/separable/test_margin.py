"""The hard margin against SciPy's solvers, geometry by hand, and its own certificates."""

import numpy as np
import pytest
from scipy.optimize import linprog, nnls

from theorylab.errors import InputError
from theorylab.models.separable import margin
from theorylab.models.separable.margin import NotSeparableError, hard_margin
from theorylab.models.separable.model import Labelled


def certified(p, found):
    """Whether both certificates hold as stated, from the data alone."""
    combination = found.weights @ p.signed
    assert (found.weights >= 0).all()
    assert found.weights.sum() == pytest.approx(1.0, rel=1e-14)
    assert np.linalg.norm(found.direction) == pytest.approx(1.0, rel=1e-13)
    assert np.linalg.norm(combination) == pytest.approx(found.upper, rel=1e-9)
    assert (p.signed @ found.direction).min() == pytest.approx(found.lower, rel=1e-9)
    assert found.lower > 0
    assert found.upper - found.lower <= 1e-8 * found.upper
    return True


def least_distance(p):
    """The margin as SciPy's non-negative least squares gives it (Lawson & Hanson's least distance programming)."""
    points = p.signed / p.radius
    system = np.vstack([points.T, np.ones(p.count)])
    target = np.append(np.zeros(p.dimension), 1.0)
    solution, _ = nnls(system, target)
    return p.radius * float(np.linalg.norm(solution @ points) / solution.sum())


@pytest.mark.parametrize(("count", "dimension"), [(1, 1), (2, 1), (3, 2), (5, 8), (30, 2), (60, 10), (200, 20)])
@pytest.mark.parametrize("replica", range(4))
def test_margin_is_that_of_scipy_and_certified(count, dimension, replica):
    p = Labelled.gaussian(count, dimension, 0.05, seed=5, replica=replica)
    found = hard_margin(p)
    assert certified(p, found)
    assert found.upper == pytest.approx(least_distance(p), rel=1e-8)
    assert found.lower >= 0.05 - 1e-9


def test_two_points_by_hand():
    # The segment from (3, 1) to (1, 3) is nearest at (2, 2); the far point does not matter.
    p = Labelled(np.array([[3.0, 1.0], [-1.0, -3.0], [9.0, 9.0]]), np.array([1.0, -1.0, 1.0]))
    found = hard_margin(p)
    assert found.lower == pytest.approx(8**0.5, rel=1e-14)
    assert found.direction == pytest.approx([0.5**0.5, 0.5**0.5], rel=1e-14)
    assert found.weights == pytest.approx([0.5, 0.5, 0.0], abs=1e-14)
    assert repr(found).endswith("2 support points)")


def test_dimension_one_is_the_nearest_point():
    p = Labelled(np.array([[2.0], [-0.5], [7.0]]), np.array([1.0, -1.0, 1.0]))
    assert hard_margin(p).lower == 0.5


@pytest.mark.parametrize(("count", "ratio"), [(2, 1.5), (10, 5.0), (640, 160.0), (20, 1e6)])
def test_hard_family_has_margin_one_and_its_radius(count, ratio):
    p = Labelled.hard(count, ratio)
    assert certified(p, hard_margin(p))
    assert hard_margin(p).lower == pytest.approx(1.0, rel=1e-8)
    assert p.radius == pytest.approx(ratio, rel=1e-12)


@pytest.mark.parametrize("factor", [1e-100, 3.0, 1e100])
def test_margin_scales_with_the_points(factor):
    p = Labelled.gaussian(40, 5, 0.1, seed=2)
    assert hard_margin(p.scaled(factor)).lower == pytest.approx(factor * hard_margin(p).lower, rel=1e-8)


@pytest.mark.parametrize("size", [1e-3, 1e-5, 1e-6])
def test_small_margins_keep_their_relative_error(size):
    p = Labelled(np.array([[1.0, size], [-1.0, size], [0.3, 1.0]]), np.ones(3))
    assert hard_margin(p).lower == pytest.approx(size, rel=1e-8)


def test_points_of_very_different_lengths_are_certified():
    rng = np.random.default_rng(4)
    for _ in range(20):
        points = rng.standard_normal((12, 6)) * 10.0 ** rng.uniform(-2, 2, (12, 1))
        points[:, 0] = np.abs(points[:, 0]) + 1e-3
        p = Labelled(points, np.ones(12))
        assert certified(p, hard_margin(p))


def test_certificates_that_do_not_meet_are_an_error(monkeypatch):
    monkeypatch.setattr(margin, "RELATIVE_GAP", -1.0)
    with pytest.raises(InputError, match=r"not settled: it lies in \[1, 1\] with points as long as 5") as caught:
        hard_margin(Labelled.hard(6, 5.0))
    assert not isinstance(caught.value, NotSeparableError)


def test_repeated_and_collinear_points_do_not_stop_the_solver():
    points = np.array([[1.0, 2.0]] * 7 + [[2.0, 4.0], [1.0, 0.0], [1.0, -2.0], [1.0, 1.0]])
    p = Labelled(points, np.ones(len(points)))
    assert certified(p, hard_margin(p))
    assert hard_margin(p).lower == pytest.approx(1.0, rel=1e-12)


def labelling(seed):
    """As many points as twice the dimension: about half of all labellings are separable (Cover)."""
    rng = np.random.default_rng(seed)
    return Labelled(rng.standard_normal((8, 4)), rng.choice([-1.0, 1.0], 8))


def separable(p):
    return linprog(np.zeros(4), A_ub=-p.signed, b_ub=-np.ones(8), bounds=(None, None)).status == 0


SEEDS = {True: [k for k in range(40) if separable(labelling(k))], False: []}
SEEDS[False] = sorted(set(range(40)) - set(SEEDS[True]))


def test_linear_programming_finds_both_kinds_of_labellings():
    assert min(len(seeds) for seeds in SEEDS.values()) >= 10


@pytest.mark.parametrize("seed", SEEDS[True])
def test_margin_is_found_where_linear_programming_separates(seed):
    assert certified(labelling(seed), hard_margin(labelling(seed)))


@pytest.mark.parametrize("seed", SEEDS[False])
def test_weights_prove_it_where_linear_programming_does_not_separate(seed):
    p = labelling(seed)
    with pytest.raises(NotSeparableError) as caught:
        hard_margin(p)
    weights = caught.value.weights
    assert (weights >= 0).all()
    assert weights.sum() == pytest.approx(1.0)
    assert np.linalg.norm(weights @ p.signed) <= 1e-12 * p.radius


@pytest.mark.parametrize(
    ("features", "labels"),
    [
        ([[1.0, 0.0], [1.0, 0.0]], [1, -1]),
        ([[0.0, 0.0], [1.0, 0.0]], [1, 1]),
        ([[1.0, 1.0], [-1.0, -1.0], [1.0, -1.0], [-1.0, 1.0]], [1, 1, -1, -1]),
    ],
)
def test_data_that_are_not_separable_are_refused_with_the_proof(features, labels):
    p = Labelled(np.array(features), np.array(labels))
    with pytest.raises(NotSeparableError, match=r"not separable: .* combine, with weights >= 0 of sum 1, to") as caught:
        hard_margin(p)
    assert isinstance(caught.value, InputError)
    assert "\n" not in str(caught.value)
    assert "z_" in str(caught.value)
    assert np.linalg.norm(caught.value.weights @ p.signed) <= 1e-14


def test_a_margin_below_double_precision_is_not_called_a_margin():
    p = Labelled(np.array([[1.0, 1e-17], [-1.0, 1e-17]]), np.ones(2))
    with pytest.raises(NotSeparableError, match="not separable"):
        hard_margin(p)

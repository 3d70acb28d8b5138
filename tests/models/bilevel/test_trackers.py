"""Moments of block trackers against SymPy, against enumeration of all subsets, and against 50 digits."""

import itertools
import math

import mpmath
import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.bilevel import tracker_moments, trackers
from theorylab.models.bilevel.trackers import Tracker
from theorylab.numerics.streams import stream

q, a, g, e, D, v, c, s2, pair = sp.symbols("q a g e D v c s2 pair", positive=True)
PLAIN = Tracker(5, 2, 0.3, 0.7, 1.2)


def updated(u, old, new):
    """A sampled u, from its definition."""
    return (1 - a) * u + a * new + g * (new - old)


def branches(e, D):
    """Errors of a sampled and of another block; h goes from 0 to D."""
    return updated(e, 0, D) - D, e - D


def test_one_step_by_its_two_branches():
    inside, outside = branches(e, D)
    assert sp.expand(q * inside + (1 - q) * outside - trackers.mean_step(q, a, g, e, D)) == 0
    square = q * (inside**2 + s2) + (1 - q) * outside**2
    assert sp.expand(square - trackers.square_step(q, a, g, (e**2, D**2, e * D), s2)) == 0
    assert sp.expand(sp.expand(square).coeff(e, 1).coeff(D, 1) - trackers.cross_weight(q, a, g)) == 0


def test_a_pair_by_its_four_branches():
    other, step = sp.symbols("f E", positive=True)
    first, second = branches(e, D), branches(other, step)
    product = (pair * first[0] * second[0] + (q - pair) * (first[0] * second[1] + first[1] * second[0])
               + (1 - 2 * q + pair) * first[1] * second[1])  # fmt: skip
    given = e * other, D * step, e * step + other * D
    assert sp.expand(product - trackers.pair_step(pair, q, a, g, given)) == 0


def test_the_block_correction_alone_has_no_cross_term():
    roots = sp.solve(trackers.cross_weight(q, a, g), g)
    assert len(roots) == 1
    assert sp.simplify(roots[0] - trackers.block_correction(q, a)) == 0
    m, i = sp.symbols("m I", positive=True)
    assert sp.simplify(trackers.block_correction(i / m, a) - ((m - i) / (i * (1 - a)) + 1 - a)) == 0
    assert trackers.block_correction(1.0, 0.3) == 0.7


def test_noise_of_one_step():
    same, other = sp.symbols("xi xj")
    common = sp.expand(updated(e, same, same) - updated(e, 0, 0))
    assert sp.expand(common.coeff(same, 1) ** 2 * v - trackers.sample_variance(a, g, v)) == 0
    fresh = sp.expand(updated(e, other, same) - updated(e, 0, 0))
    squares = (fresh.coeff(same, 1) ** 2 + fresh.coeff(other, 1) ** 2) * v
    assert sp.expand(squares - trackers.sample_variance(a, g, v, True)) == 0


def test_stationary_error_is_the_fixed_point():
    cross = sp.Symbol("s")
    # E e+ D+ = c E e+ D, the drift's variance staying v
    held = sp.solve(c * trackers.mean_step(q, a, g, cross, v) - cross, cross)[0]
    square = sp.Symbol("R")
    fixed = sp.solve(trackers.square_step(q, a, g, (square, v, held), s2) - square, square)[0]
    assert sp.simplify(fixed - trackers.stationary_error(q, a, g, v, c, s2)) == 0


def test_constant_drift_by_name():
    lead = sp.solve(trackers.mean_step(q, a, g, e, D) - e, e)[0] / D
    assert sp.simplify(lead - trackers.constant_drift_error(q, a, g)) == 0
    for correction, form in ((0, 1 - 1 / (q * a)), (1 - a, -(1 - q) / (q * a)),
                             (trackers.block_correction(q, a), (1 - q) / (q * (1 - a)))):  # fmt: skip
        assert sp.simplify(trackers.constant_drift_error(q, a, correction) - form) == 0


def test_best_correction_and_crossover():
    error = trackers.stationary_error(q, a, g, v, c, s2)
    assert sp.simplify(sp.solve(sp.diff(error, g), g)[0] - trackers.best_correction(q, a, c)) == 0
    assert sp.simplify(trackers.best_correction(q, a, 0) - (1 - a)) == 0
    assert sp.simplify(trackers.best_correction(q, a, 1) - (1 - a + (1 - q) / q)) == 0
    gap = trackers.block_correction(q, a) - trackers.best_correction(q, a, 1)
    assert sp.simplify(gap - (1 - q) / q * a / (1 - a)) == 0  # > 0, and the best one grows with c
    behind = error.subs(g, trackers.block_correction(q, a)) - error.subs(g, 1 - a)
    assert sp.simplify(sp.solve(sp.together(behind), c)[0] - trackers.crossover(q, a)) == 0
    assert trackers.crossover(0.2, 0.49) < 1 < trackers.crossover(0.2, 0.51)


def test_least_error_to_leading_order():
    for share, ratio in ((0.5, 1e4), (0.1, 1e5), (0.02, 1e6)):
        decays = np.geomspace(1e-6, 0.9, 4001)
        errors = trackers.stationary_error(
            share, decays, trackers.block_correction(share, decays), 1.0, 0.0, (decays * ratio) ** 2
        )
        assert errors.min() == pytest.approx(trackers.least_error_leading(share, 1.0, ratio), rel=0.01)


def test_variance_of_a_subset_mean_over_all_subsets():
    values = np.random.default_rng(1).standard_normal(7)
    for sampled in range(1, 8):
        means = [np.mean(x) for x in itertools.combinations(values, sampled)]
        assert np.var(means) == pytest.approx(trackers.block_mean_variance(values, sampled), abs=1e-15)


def test_patterns_count_subsets():
    for blocks, sampled, followed in ((5, 2, 3), (4, 4, 2), (6, 1, 2), (3, 2, 3)):
        counted = {}
        for subset in itertools.combinations(range(blocks), sampled):
            held = tuple(float(i in subset) for i in range(followed))
            counted[held] = counted.get(held, 0) + 1 / math.comb(blocks, sampled)
        found = {tuple(held): share for share, held in tracker_moments.patterns(blocks, sampled, followed)}
        assert found == pytest.approx(counted)


@pytest.mark.parametrize("fresh", [False, True])
def test_recursion_meets_enumeration(fresh):
    for seed in range(30):
        draws = np.random.default_rng(seed)
        m = int(draws.integers(2, 9))
        p = Tracker(m, int(draws.integers(1, m + 1)), draws.uniform(0.05, 0.9), 0.8, 1.1, 3, fresh)
        correction, correlation, slopes = draws.uniform(-0.5, 2.5), draws.uniform(-1, 1), draws.standard_normal(2)
        squares, products = tracker_moments.moments(p, correction, slopes, correlation, [0, 1, 2, 7])
        w = tracker_moments.enumerated(p, correction, slopes, correlation, [0, 1, 2, 7])
        assert pytest.approx(w[:, [0, 1], [0, 1]], rel=1e-12, abs=1e-14) == squares.T
        assert products == pytest.approx(w[:, 0, 1], rel=1e-11, abs=1e-13)


def test_enumeration_by_hand_of_one_block_sampled_always():
    p = Tracker(1, 1, 0.25, 0.5, 2.0, 4)
    w = tracker_moments.enumerated(p, 0.5, [1.0], 0.0, [1])[0]
    # e = (a + g - 1) D + a noise: (-1/4)^2 4 + (1/4)^2 / 16
    assert w[0, 0] == pytest.approx(0.25 + 1 / 256)
    assert w[0, 1] == 0.0
    assert w[1, 1] == 4.0


def test_enumeration_of_three_blocks_keeps_the_law_of_two():
    p = Tracker(4, 2, 0.3, 0.4, 1.0)
    three = tracker_moments.enumerated(p, 0.9, [1.0, 0.5, -2.0], 0.3, [6])[0]
    two = tracker_moments.enumerated(p, 0.9, [1.0, -2.0], 0.3, [6])[0]
    assert three[np.ix_([0, 2, 3], [0, 2, 3])] == pytest.approx(two, rel=1e-13)


def test_stationary_moments_are_the_limit_and_keep_their_bound():
    for seed in range(40):
        draws = np.random.default_rng(100 + seed)
        m = int(draws.integers(2, 30))
        p = Tracker(m, int(draws.integers(1, m + 1)), draws.uniform(0.1, 0.9), 0.8, 1.1, 2, bool(seed % 2))
        correction, correlation = draws.uniform(0, 2), draws.uniform(-1, 1)
        w, bound = tracker_moments.stationary(p, correction, [1.0, 0.5], correlation)
        far = tracker_moments.enumerated(p, correction, [1.0, 0.5], correlation, [int(80 / (p.share * p.decay))])[0]
        if abs(correlation) < 0.9:
            assert w == pytest.approx(far, rel=1e-9, abs=1e-11)
        with mpmath.workdps(50):
            exact = [mpmath.mpf(x) for x in (p.share, p.decay, correction, p.drift_std, correlation)]
            noise = trackers.sample_variance(exact[1], exact[2], mpmath.mpf(0.8) ** 2 / 2, p.fresh)
            form = trackers.stationary_error(exact[0], exact[1], exact[2], exact[3] ** 2, exact[4], noise)
            assert abs(w[0, 0] - form) <= bound


def test_the_better_correction_changes_at_the_crossover():
    p, own = PLAIN, trackers.block_correction(0.4, 0.3)
    at = trackers.crossover(0.4, 0.3)
    assert tracker_moments.better(p, own, 0.7, 1.001 * at)
    assert not tracker_moments.better(p, own, 0.7, 0.999 * at)


def test_moments_keep_their_rounding_bound():
    worst = 0.0
    for seed in range(60):
        draws = np.random.default_rng(300 + seed)
        m = int(draws.integers(2, 12))
        p = Tracker(m, int(draws.integers(1, m)), draws.uniform(0.05, 0.9), 0.7, 1.0, 2, bool(draws.integers(2)))
        correction, correlation, slopes = draws.uniform(0, 2), draws.uniform(-1, 1), [1.0, -0.6]
        if seed % 3 == 0:  # a + g - 1 cancels
            correction = 1 - p.decay + 10.0 ** draws.uniform(-9, -1)
        bound = tracker_moments.rounding(p, correction, slopes, correlation, [20])[0]
        w = tracker_moments.enumerated(p, correction, slopes, correlation, [20])[0]
        squares, products = tracker_moments.moments(p, correction, slopes, correlation, [20])
        with mpmath.workdps(50):
            true = precise(p, correction, slopes, correlation, 20)
            for found in (w[0, 0], squares[0, 0]):
                worst = max(worst, float(abs(found - true[0]) / bound[0, 0]))
            for found in (w[0, 1], products[0]):
                worst = max(worst, float(abs(found - true[1]) / bound[0, 1]))
    assert 1e-4 < worst < 1


def precise(p, correction, slopes, correlation, steps):
    """E e_1^2 and E e_1 e_2 by the branches, at the working precision."""
    m, i = p.blocks, p.sampled
    q, a, g, c = mpmath.mpf(i) / m, mpmath.mpf(p.decay), mpmath.mpf(correction), mpmath.mpf(correlation)
    b, both, v = [mpmath.mpf(x) for x in slopes], q * (i - 1) / (m - 1), mpmath.mpf(p.drift_std) ** 2
    noise = q * trackers.sample_variance(a, g, mpmath.mpf(p.noise_std) ** 2 / p.batch, p.fresh)
    square, product, cross = [mpmath.mpf(0)] * 2, mpmath.mpf(0), [mpmath.mpf(0)] * 2
    for _ in range(steps):
        kept, w = 1 - a, g - 1 + a
        product = (
            (both * kept**2 + 2 * (q - both) * kept + 1 - 2 * q + both) * product
            + (both * w**2 - 2 * (q - both) * w + 1 - 2 * q + both) * b[0] * b[1] * v
            + (both * kept * w + (q - both) * (w - kept) - 1 + 2 * q - both) * (b[0] * cross[1] + b[1] * cross[0])
        )
        square = [
            (q * kept**2 + 1 - q) * x + (q * w**2 + 1 - q) * y**2 * v + 2 * (q * kept * w - 1 + q) * y * z + noise
            for x, y, z in zip(square, b, cross, strict=True)
        ]
        cross = [c * ((q * kept + 1 - q) * z + (q * w - 1 + q) * y * v) for y, z in zip(b, cross, strict=True)]
    return square[0], product


@pytest.mark.parametrize("fresh", [False, True])
def test_compiled_errors_are_the_python_body(fresh):
    given = (
        PLAIN._replace(fresh=fresh, batch=2),
        np.array([0.0, 0.7, 1.5]),
        np.array([1.0, 0.5, -1.0, 2.0, 0.3]),
        np.array([0.0, 0.9]),
        12,
    )
    compiled = trackers.tracker_errors(*given, stream(3, 1))
    assert compiled == pytest.approx(trackers.tracker_errors.py_func(*given, stream(3, 1)), rel=1e-11)


def test_simulated_errors_meet_the_recursion():
    corrections = {"plain": 0.0, "blocks": trackers.block_correction(0.4, 0.3)}
    run = trackers.simulated(PLAIN, corrections, [-0.5, 0.0, 1.0], steps=9, replicas=4000, seed=1)
    for name, correction in corrections.items():
        wanted = [tracker_moments.moments(PLAIN, correction, [1.0, 1.0], x, [9])[0][0, 0] for x in (-0.5, 0.0, 1.0)]
        miss = (run[name].mean - wanted) / run[name].standard_error
        assert (np.abs(miss) < 4).all()


def test_without_noise_and_drift_a_tracker_stays():
    run = trackers.simulated(
        PLAIN._replace(noise_std=0.0, drift_std=0.0), {"g": 1.0}, [0.5], steps=5, replicas=2, seed=1
    )
    assert (run["g"].samples == 0).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sampled": 6}, "sampled"),
        ({"sampled": 0}, "sampled"),
        ({"decay": 1.0}, "decay"),
        ({"decay": 0.0}, "decay"),
        ({"noise_std": -1.0}, "noise_std"),
        ({"drift_std": math.nan}, "drift_std"),
        ({"batch": 0}, "batch"),
    ],
)
def test_bad_trackers_are_refused(change, words):
    with pytest.raises(InputError, match=words):
        trackers.tracker(PLAIN._replace(**change))


def test_bad_arguments_are_refused():
    with pytest.raises(InputError, match="correlation"):
        tracker_moments.moments(PLAIN, 1.0, [1.0, 1.0], 1.5, [1])
    with pytest.raises(InputError, match="give 2"):
        tracker_moments.moments(PLAIN, 1.0, [1.0], 0.5, [1])
    with pytest.raises(InputError, match="too many to enumerate"):
        tracker_moments.stationary(PLAIN, 1.0, [1.0] * 6, 0.5)
    with pytest.raises(InputError, match="correlations"):
        trackers.simulated(PLAIN, {"g": 1.0}, [2.0], steps=1, replicas=2, seed=1)

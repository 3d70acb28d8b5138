"""Streams: fixed by (seed, replica), distributed as named, independent of each other.

Seeds are fixed, so a result changes only with the generator. Each statistical test says with what probability it
rejects a perfect generator: it is the chance to take for a seed that nobody has tried yet.
"""

import hashlib
import os
import pickle
import subprocess
import sys
from math import factorial
from pathlib import Path

import mpmath
import numpy as np
import pytest
from scipy import stats

import theorylab
from theorylab.errors import InputError
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate
from theorylab.numerics.elementary import centred32, half_open32, log32
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import (
    BLOCK,
    LANES,
    fill_exponential,
    fill_integers,
    fill_normal,
    fill_normal32,
    fill_signs,
    fill_stable,
    fill_student,
    fill_uniform,
    restart,
    stream,
    stream_key,
)

RARE = 1e-6  # probability with which one statistical test rejects a perfect generator
FILLS = {
    "normal": lambda source, out: fill_normal(source, out),
    "uniform": lambda source, out: fill_uniform(source, out),
    "signs": lambda source, out: fill_signs(source, out),
    "integers": lambda source, out: fill_integers(source, 1000, out),
    "exponential": lambda source, out: fill_exponential(source, out),
    "normal32": lambda source, out: fill_normal32(source, out),
}
ALL = FILLS | {
    "stable": lambda source, out: fill_stable(source, 1.5, out),
    "student": lambda source, out: fill_student(source, 3.0, out),
    "rejected": lambda source, out: fill_integers(source, 3 * 2**61, out),
}
LAGS = [*range(1, 21), 63, 64, 65, 128, BLOCK // 2, BLOCK - 1, BLOCK, BLOCK + 1]  # lanes and blocks included
RECORDED = {
    "normal": "ceed066547c4d088",
    "normal32": "19eb23fb424306b6",
    "exponential": "dc74a0b5b5f37adc",
    "uniform": "a17f2972a2cd8473",
}


def draws(fill, count, seed=1, replica=0):
    out = np.empty(count, dtype={"integers": np.int64, "rejected": np.int64, "normal32": np.float32}.get(fill, float))
    ALL[fill](stream(seed, replica), out)
    return out


def many(fill, replicas, count, seed=1):
    """The first `count` draws of each replica, (replicas, count)."""
    return np.array([draws(fill, count, seed, r) for r in range(replicas)])


def assert_standard(z, what, tests=1):
    """|z| of `tests` standard normals: rejects with probability RARE."""
    assert np.max(np.abs(z)) < stats.norm.isf(RARE / 2 / tests), what


@pytest.mark.parametrize("fill", FILLS)
def test_the_same_seed_and_replica_give_the_same_numbers(fill):
    assert draws(fill, 100, seed=7, replica=3).tobytes() == draws(fill, 100, seed=7, replica=3).tobytes()
    # The type of the integers is no part of the name of a stream.
    assert draws(fill, 9, np.int64(7), np.uint8(3)).tobytes() == draws(fill, 9, 7, 3).tobytes()


def test_streams_of_other_seeds_and_replicas_differ():
    # Pairs that collide when seed and replica are added, swapped, concatenated, or cut to 32 or 64 bits.
    names = [(0, 0), (0, 1), (1, 0), (1, 2), (2, 1), (0, 3), (3, 0), (1, 11), (11, 1), (111, 0), (0, 111)]
    names += [(2**32, 0), (2**32 + 1, 0), (1, 2**32), (0, 2**32), (2**64, 0), (2**64 + 1, 0), (2**31, 0), (2**63, 0)]
    first = np.array([draws("uniform", 4, seed, replica) for seed, replica in names])
    assert np.unique(first).size == first.size


def test_a_stream_moves_on():
    source, first, second = stream(1, 0), np.empty(50), np.empty(50)
    fill_normal(source, first)
    fill_normal(source, second)
    assert np.unique([first, second]).size == 100


@pytest.mark.parametrize("fill", ["normal", "normal32"])
def test_moments_of_normals(fill):
    # Four moments of 400 000 draws, each standardised by its exact variance; rejects with probability 1e-6.
    x = many(fill, 200, 2000).astype(float)
    expected, variance = {1: 0, 2: 1, 3: 0, 4: 3}, {1: 1, 2: 2, 3: 15, 4: 96}
    z = [(np.mean(x**k) - expected[k]) / np.sqrt(variance[k] / x.size) for k in expected]
    assert_standard(z, "moments of normals", tests=4)


@pytest.mark.parametrize("fill", ["normal", "normal32"])
def test_normals_are_normal_into_the_tails(fill):
    # Kolmogorov-Smirnov for the body, a binomial count for the tail that it does not see; 1e-6 each.
    x = many(fill, 200, 2000, seed=2).astype(float).ravel()
    assert stats.kstest(x, "norm").pvalue > RARE
    for threshold in (3.0, 4.0):
        beyond = int((np.abs(x) > threshold).sum())
        assert stats.binomtest(beyond, x.size, 2 * stats.norm.sf(threshold)).pvalue > RARE
    assert np.isfinite(x).all()


def test_uniforms_fill_the_unit_interval_and_never_reach_one():
    # Kolmogorov-Smirnov on 400 000 draws, and on their fine digits, which a coarse generator would not fill; 1e-6 each.
    x = many("uniform", 200, 2000, seed=3).ravel()
    assert x.min() >= 0
    assert x.max() < 1
    assert stats.kstest(x, "uniform").pvalue > RARE
    assert stats.kstest((x * 2**20) % 1, "uniform").pvalue > RARE


@pytest.mark.parametrize("high", [1, 2, 7, 1000])
def test_integers_are_uniform_on_their_range(high):
    # Chi-square over all values; rejects with probability 1e-6.
    out = np.empty(200_000, dtype=np.int64)
    fill_integers(stream(4, 0), high, out)
    assert out.min() >= 0
    assert out.max() < high
    counts = np.bincount(out, minlength=high)
    assert high == 1 or stats.chisquare(counts).pvalue > RARE


def test_large_integers_have_no_modulo_bias():
    # With 3/4 of a power of two, taking a remainder would hit the lower third twice as often; 1e-6 each.
    for high in (3 * 2**30, 3 * 2**61):
        out = np.empty(100_000, dtype=np.int64)
        fill_integers(stream(5, 0), high, out)
        assert out.min() >= 0
        assert out.max() < high
        assert stats.binomtest(int((out < high // 3).sum()), out.size, 1 / 3).pvalue > RARE


def test_signs_are_fair():
    # Binomial count; rejects with probability 1e-6.
    x = many("signs", 100, 20_000, seed=6).ravel()
    assert set(np.unique(x)) == {-1.0, 1.0}
    assert stats.binomtest(int((x > 0).sum()), x.size, 0.5).pvalue > RARE


@pytest.mark.parametrize("fill", ["normal", "normal32", "uniform", "signs", "exponential"])
def test_draws_of_one_stream_are_uncorrelated(fill):
    # LAGS of values and of squares (for values that have other squares); rejects with probability 1e-6.
    x = draws(fill, 400_000, seed=8)
    series = [x - x.mean()] if fill == "signs" else [x - x.mean(), x**2 - (x**2).mean()]
    z = [np.mean(y[:-lag] * y[lag:]) / np.mean(y**2) * np.sqrt(y.size) for y in series for lag in LAGS]
    assert_standard(z, f"correlation within a stream of {fill}", tests=len(z))


@pytest.mark.parametrize("fill", ["normal", "normal32", "uniform", "signs", "exponential"])
def test_replicas_are_uncorrelated(fill):
    # All pairs of 64 replicas, draw against the same draw and against the next one; rejects with probability 1e-6.
    x = many(fill, 64, 5000, seed=9)
    x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
    same = (x @ x.T / np.sqrt(x.shape[1]))[np.triu_indices(64, 1)]
    shifted = (x[:, :-1] @ x[:, 1:].T / np.sqrt(x.shape[1] - 1))[~np.eye(64, dtype=bool)]
    z = np.concatenate([same, shifted])
    assert_standard(z, f"correlation of replicas of {fill}", tests=z.size)


def test_neighbouring_seeds_are_uncorrelated():
    # Seeds 0 to 63 of replica 0, all pairs; rejects with probability 1e-6.
    x = np.array([draws("normal", 5000, seed=s) for s in range(64)])
    z = (x @ x.T / np.sqrt(x.shape[1]))[np.triu_indices(64, 1)]
    assert_standard(z, "correlation of seeds", tests=z.size)


def test_the_first_draws_of_the_replicas_are_themselves_random():
    # Across replicas, not along one: what an average over replicas sees. Counters used as seeds without mixing fail
    # here. Distribution and correlation of neighbours; rejects with probability 1e-6 each.
    x = many("uniform", 10_000, 2, seed=10)
    assert stats.kstest(x[:, 0], "uniform").pvalue > RARE
    assert stats.kstest(x[:, 1], "uniform").pvalue > RARE
    y = x - 0.5
    pairs = (y[:-1, 0] * y[1:, 0], y[:, 0] * y[:, 1])
    assert_standard([p.sum() / np.sqrt(p.size) * 12 for p in pairs], "neighbouring replicas", tests=2)


def rotated(x, k):
    return (x << np.uint64(k)) | (x >> np.uint64(64 - k))


def xoshiro(state, steps):
    """xoshiro256++ as its authors write it, on (4, lanes): the words of each step, (steps, lanes), and the state."""
    a, b, c, d = (row.copy() for row in state)
    words = []
    for _ in range(steps):
        words.append(rotated(a + d, 23) + a)
        t = b << np.uint64(17)
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ t, rotated(d, 45)
    return np.array(words), np.array([a, b, c, d])


def words(source, count):
    """The words that a fresh stream will give, from its state by NumPy."""
    return xoshiro(source[: 4 * LANES].reshape(4, LANES), -(-count // LANES))[0].ravel()[:count]


def mixed(word):
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        word = (word ^ (word >> shift)) * factor % 2**64
    return word ^ (word >> 31)


@pytest.mark.parametrize(("seed", "replica"), [(0, 0), (7, 3), (2**70, 2**64 + 5)])
def test_state_is_the_documented_hash(seed, replica):
    high, low = replica >> 64, replica % 2**64
    entropy = [seed.bit_length(), high.bit_length(), seed, high, 2]
    key = [int(k) for k in np.random.SeedSequence(entropy).generate_state(4, np.uint64)]
    place, twist = (mixed((mixed(low ^ key[i]) + key[i + 1]) % 2**64) for i in (0, 2))
    expected = [mixed(mixed((place + i * 0x9E3779B97F4A7C15) % 2**64) ^ twist) for i in range(4 * LANES)]
    assert stream(seed, replica)[: 4 * LANES].tolist() == expected


def test_xoshiro_of_the_reference_gives_the_published_first_words():
    # State 1, 2, 3, 4: the values that the other implementations of xoshiro256++ test for.
    found, _ = xoshiro(np.array([[1], [2], [3], [4]], dtype=np.uint64), 4)
    assert found.ravel().tolist() == [41943041, 58720359, 3588806011781223, 3591011842654386]


def test_uniforms_signs_and_integers_are_the_words_of_the_lanes_bit_by_bit():
    count = 3 * BLOCK + 17
    w = words(stream(21, 5), count)
    assert draws("uniform", count, 21, 5).tobytes() == ((w >> np.uint64(11)) * 2.0**-53).tobytes()
    assert draws("signs", count, 21, 5).tobytes() == np.where(w >> np.uint64(63), -1.0, 1.0).tobytes()
    for high in (1, 6, 3 * 2**61):
        out = np.empty(count // 2, dtype=np.int64)
        fill_integers(stream(21, 5), high, out)
        kept = [int(v) * high >> 64 for v in w if int(v) * high % 2**64 >= 2**64 % high]
        assert out.tolist() == kept[: out.size]


def test_a_stream_goes_on_from_where_it_was_pickled():
    source, here, there = stream(22, 0), np.empty(700), np.empty(700)
    for fill in FILLS.values():
        kind = {FILLS["integers"]: np.int64, FILLS["normal32"]: np.float32}.get(fill, float)
        fill(source, np.empty(3, dtype=kind))
    twin = pickle.loads(pickle.dumps(source))
    fill_normal(source, here)
    fill_normal(twin, there)
    assert here.tobytes() == there.tobytes()


@pytest.mark.parametrize("fill", ALL)
def test_numbers_do_not_depend_on_how_they_are_cut_into_calls(fill):
    whole, source, parts = draws(fill, 3000, seed=23), stream(23, 0), []
    for size in (0, 1, 1, 2, 10, 20, BLOCK - 34, 1, BLOCK, BLOCK + 1, 300, *[1] * 700):
        parts.append(np.empty(size, dtype=whole.dtype))
        ALL[fill](source, parts[-1])
    found = np.concatenate(parts)
    assert found.tobytes() == whole[: found.size].tobytes()


def box_muller(w):
    """The exact map of words to normals: the radii from the first half of a block, the angles from the second."""
    radii, angles = w[: BLOCK // 2], w[BLOCK // 2 :]
    pairs = []
    with mpmath.workdps(40):
        for a, b in zip(radii.tolist(), angles.tolist(), strict=True):
            radius = mpmath.sqrt(-2 * mpmath.log(mpmath.mpf(2 * (a >> 12) + 1) / 2**53)) * (-1 if b & 2 else 1)
            turn = mpmath.mpf(2 * (b >> 12) + 1) / 2**54 - mpmath.mpf(1) / 4
            turned = mpmath.cospi(turn), mpmath.sinpi(turn)
            pairs.append([radius * t for t in (turned[::-1] if b & 1 else turned)])
    return np.array(pairs, dtype=object).T.ravel()


def test_normals_are_the_exact_box_muller_map_to_three_units_in_the_last_place():
    source = stream(24, 0)
    w = words(source, BLOCK)
    found = np.empty(BLOCK)
    fill_normal(source, found)
    truth = box_muller(w)
    error = [abs(float((mpmath.mpf(x) - t) / t)) for x, t in zip(found.tolist(), truth, strict=True)]
    assert max(error) < 6.7e-16


@pytest.mark.parametrize("fill", ["normal", "normal32", "exponential", "uniform"])
def test_bytes_are_those_of_every_processor(fill):
    # Recorded once, and found again in code compiled without FMA and AVX; other rounding shows here.
    digest = hashlib.sha256(draws(fill, 100_000, seed=25).tobytes()).hexdigest()[:16]
    assert digest == RECORDED[fill]


def stable_distribution(x, alpha):
    """Distribution function of the law with characteristic function exp(-|t|^alpha), by its Fourier integral."""
    t = np.linspace(0, 60.0 ** (1 / alpha), 400_001)[1:]
    weight = np.exp(-(t**alpha)) / t
    return np.array([0.5 + np.trapezoid(np.r_[v, np.sin(t * v) * weight], np.r_[0.0, t]) / np.pi for v in x])


@pytest.mark.parametrize("alpha", [0.7, 1.0, 1.5, 1.9, 2.0])
def test_stable_numbers_have_their_characteristic_function_and_distribution(alpha):
    # E cos tX at six t, standardised exactly; counts between seven points of the distribution; 1e-6 each.
    out = np.empty(200_000)
    fill_stable(stream(26, 0), alpha, out)
    phi = lambda t: np.exp(-(t**alpha))  # noqa: E731
    t = np.array([0.1, 0.3, 0.7, 1.0, 1.5, 2.0])
    spread = np.sqrt((1 + phi(2 * t)) / 2 - phi(t) ** 2)
    z = [(np.cos(s * out).mean() - phi(s)) / d * np.sqrt(out.size) for s, d in zip(t, spread, strict=True)]
    assert_standard(z, "characteristic function", tests=t.size)
    points = np.array([-5.0, -2.0, -0.5, 0.0, 0.5, 2.0, 5.0])
    cells = np.diff(np.r_[0.0, stable_distribution(points, alpha), 1.0])
    counts = np.bincount(np.searchsorted(points, out), minlength=points.size + 1)
    assert stats.chisquare(counts, cells * out.size, sum_check=False).pvalue > RARE
    if alpha in (1.0, 2.0):
        law = stats.cauchy() if alpha == 1 else stats.norm(scale=np.sqrt(2))
        assert stats.kstest(out, law.cdf).pvalue > RARE


@pytest.mark.parametrize("freedom", [0.5, 1.0, 3.0, 30.0])
def test_student_numbers_have_their_distribution_and_tails(freedom):
    # Kolmogorov-Smirnov for the body and a binomial count for the tail; 1e-6 each.
    out = np.empty(200_000)
    fill_student(stream(27, 0), freedom, out)
    law = stats.t(freedom)
    assert stats.kstest(out, law.cdf).pvalue > RARE
    beyond = int((np.abs(out) > law.isf(5e-4)).sum())
    assert stats.binomtest(beyond, out.size, 1e-3).pvalue > RARE


def test_exponentials_have_their_distribution_moments_and_tails():
    # Kolmogorov-Smirnov, four moments standardised exactly, the tails at both ends; 1e-6 each.
    x = many("exponential", 200, 2000, seed=28).ravel()
    assert stats.kstest(x, "expon").pvalue > RARE
    z = [(np.mean(x**k) - factorial(k)) / np.sqrt((factorial(2 * k) - factorial(k) ** 2) / x.size) for k in (1, 2, 3)]
    assert_standard(z, "moments of exponentials", tests=3)
    for beyond, chance in ((x > 8, np.exp(-8)), (x < 1e-3, -np.expm1(-1e-3))):
        assert stats.binomtest(int(beyond.sum()), x.size, chance).pvalue > RARE


@pytest.mark.parametrize("fill", ["normal", "normal32", "exponential"])
def test_probability_transform_fills_1024_cells_and_its_fine_digits(fill):
    # Chi-square over 1024 equal cells of the distribution function, and of its digits beyond the twentieth; 1e-6 each.
    x = draws(fill, 1_000_000, seed=29).astype(float)
    u = -np.expm1(-x) if fill == "exponential" else stats.norm.cdf(x)
    for v in (u,) if fill == "normal32" else (u, (u * 2**20) % 1):  # float32 has no twenty digits and more
        assert stats.chisquare(np.bincount((v * 1024).astype(int), minlength=1024)[:1024]).pvalue > RARE


def test_halves_of_a_block_that_share_a_radius_are_independent():
    # Chi-square of both over 16 x 16 equal cells, of values and of sizes; 1e-6 each.
    x = draws("normal", 1000 * BLOCK, seed=30).reshape(1000, 2, BLOCK // 2)
    for y in (stats.norm.cdf(x), 2 * stats.norm.cdf(np.abs(x)) - 1):
        first, second = (np.minimum(y * 16, 15).astype(int)[:, i].ravel() for i in (0, 1))
        assert stats.chisquare(np.bincount(16 * first + second, minlength=256)).pvalue > RARE


def test_short_normals_are_the_box_muller_map_of_halves_of_words_to_five_units_in_the_last_place():
    source = stream(32, 0)
    halves = words(source, BLOCK).astype(np.uint64).view(np.uint32)
    found = draws("normal32", 2 * BLOCK, seed=32)
    truth = []
    with mpmath.workdps(30):
        for a, b in zip(halves[:BLOCK].tolist(), halves[BLOCK:].tolist(), strict=True):
            uniform = float(np.float32(np.float32(a >> 1) + np.float32(0.5)) * np.float32(2.0**-31))
            radius = mpmath.sqrt(-2 * mpmath.log(uniform)) * (-1 if b & 2 else 1)
            turn = mpmath.mpf(2 * (b >> 9) + 1) / 2**25 - mpmath.mpf(1) / 4
            turned = mpmath.cospi(turn), mpmath.sinpi(turn)
            truth.append([float(radius * t) for t in (turned[::-1] if b & 1 else turned)])
    assert found == pytest.approx(np.array(truth).T.ravel(), rel=5 * 2.0**-24)


def test_short_normals_at_the_ends_of_their_words():
    ends = np.array([0, 2**32 - 1], dtype=np.uint32)
    assert [float(half_open32(word)) for word in ends] == [2.0**-32, 1.0]
    assert float(log32(np.float32(1.0))) == 0.0
    assert [float(centred32(word)) for word in ends] == [2.0**-25 - 0.25, 0.25 - 2.0**-25]


@pytest.mark.slow
@pytest.mark.parametrize("fill", ["normal", "normal32"])
def test_a_billion_normals(fill):
    # 2^30 draws: four moments, tails beyond 2 to 5.5, chi-square over 1024 cells, the lags of LAGS, of values and
    # squares: in all about 70 statistics, of which one beyond its bound has probability 1e-6.
    source, total = stream(31, 0), 2**30
    drawn = np.empty(2**22, np.float32 if fill == "normal32" else float)
    edges, thresholds = stats.norm.isf(np.arange(1023, 0, -1) / 1024), np.array([2.0, 3.0, 4.0, 5.0, 5.5])
    moments, beyond, cells = np.zeros(4), np.zeros(thresholds.size), np.zeros(1024)
    products, pairs = np.zeros((2, len(LAGS))), np.zeros(len(LAGS))
    for _ in range(total // drawn.size):
        ALL[fill](source, drawn)
        x = drawn.astype(float)
        square = x * x
        moments += [x.sum(), square.sum(), (square * x).sum(), (square * square).sum()]
        size = np.abs(x)
        beyond += [(size > h).sum() for h in thresholds]
        cells += np.bincount(np.searchsorted(edges, x), minlength=1024)
        for i, lag in enumerate(LAGS):
            products[0, i] += x[:-lag] @ x[lag:]
            products[1, i] += (square[:-lag] - 1) @ (square[lag:] - 1)
            pairs[i] += x.size - lag
    chance = 2 * stats.norm.sf(thresholds)
    z = {
        "moments": (moments / total - [0, 1, 0, 3]) / np.sqrt(np.array([1, 2, 15, 96]) / total),
        "tails": (beyond - total * chance) / np.sqrt(total * chance * (1 - chance)),
        "lags": products[0] / np.sqrt(pairs),
        "lags of squares": products[1] / (2 * np.sqrt(pairs)),
    }
    p = stats.chisquare(cells).pvalue
    for name, values in z.items():
        print(name, np.round(values, 2).tolist())  # noqa: T201
    print("chi-square p", p)  # noqa: T201
    every = np.concatenate(list(z.values()))
    assert_standard(every, "a billion normals", tests=every.size)
    assert p > RARE


@kernel
def all_kinds(n, source):
    normals, uniforms, signs, integers = np.empty(n), np.empty(n), np.empty(n), np.empty(n, dtype=np.int64)
    fill_normal(source, normals)
    fill_uniform(source, uniforms)
    fill_signs(source, signs)
    fill_integers(source, 10, integers)
    return np.concatenate((normals, uniforms, signs, integers.astype(np.float64)))


def test_a_kernel_and_plain_python_draw_the_same_numbers():
    compiled = all_kinds(20, stream(11, 4))
    assert compiled.tobytes() == all_kinds.py_func(20, stream(11, 4)).tobytes()
    by_hand, source = np.empty(20), stream(11, 4)
    fill_normal(source, by_hand)
    assert compiled[:20].tobytes() == by_hand.tobytes()


@pytest.mark.parametrize("value", [-1, 1.0, 1.5, True, "1", None, np.float64(1), np.bool_(True)])
@pytest.mark.parametrize("name", ["seed", "replica"])
def test_only_integers_from_zero_name_a_stream(name, value):
    arguments = {"seed": 0, "replica": 0} | {name: value}
    with pytest.raises(InputError, match=rf"^{name}=.* is not allowed: give an integer >= 0$"):
        stream(**arguments)


SIMULATE = """
import hashlib
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.simulation import simulate
problem = LeastSquares.power_law(5, 1.0, start=1.0, noise_std=1.0)
curves = simulate(problem, 0.1, 0.9, [1, 10, 30], replicas=70, seed=12)
print(hashlib.sha256(b"".join(curve.samples.tobytes() for curve in curves.values())).hexdigest())
"""


def test_numbers_do_not_depend_on_the_hash_seed_of_the_process():
    problem = LeastSquares.power_law(5, 1.0, start=1.0, noise_std=1.0)
    curves = simulate(problem, 0.1, 0.9, [1, 10, 30], replicas=70, seed=12)
    here = hashlib.sha256(b"".join(curve.samples.tobytes() for curve in curves.values())).hexdigest()
    root = str(Path(theorylab.__file__).parents[1])
    for hash_seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": root}
        command = [sys.executable, "-c", SIMULATE]
        there = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert there.stdout.strip() == here


@pytest.mark.parametrize(("seed", "replica"), [(0, 0), (7, 3), (2**63, 2**62)])
def test_a_stream_that_is_restarted_is_the_one_of_its_replica(seed, replica):
    used = stream(seed, 1)
    fill_uniform(used, np.empty(100))
    restart(stream_key(seed), np.uint64(replica), used)
    again, fresh = np.empty(1000), np.empty(1000)
    fill_normal(used, again)
    fill_normal(stream(seed, replica), fresh)
    assert again.tobytes() == fresh.tobytes()
    with pytest.raises(InputError):
        stream_key(-1)

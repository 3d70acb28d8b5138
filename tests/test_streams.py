"""Streams: fixed by (seed, replica), distributed as named, independent of each other.

Seeds are fixed, so a result changes only with the generator. Each statistical test says with what probability it
rejects a perfect generator: it is the chance to take for a seed that nobody has tried yet.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

import theorylab
from theorylab.errors import InputError
from theorylab.jit import kernel
from theorylab.regression.model import LeastSquares
from theorylab.regression.simulation import simulate
from theorylab.streams import fill_integers, fill_normal, fill_signs, fill_uniform, stream

RARE = 1e-6  # probability with which one statistical test rejects a perfect generator
FILLS = {
    "normal": lambda source, out: fill_normal(source, out),
    "uniform": lambda source, out: fill_uniform(source, out),
    "signs": lambda source, out: fill_signs(source, out),
    "integers": lambda source, out: fill_integers(source, 1000, out),
}


def draws(fill, count, seed=1, replica=0):
    out = np.empty(count, dtype=np.int64 if fill == "integers" else float)
    FILLS[fill](stream(seed, replica), out)
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


def test_moments_of_normals():
    # Four moments of 400 000 draws, each standardised by its exact variance; rejects with probability 1e-6.
    x = many("normal", 200, 2000)
    expected, variance = {1: 0, 2: 1, 3: 0, 4: 3}, {1: 1, 2: 2, 3: 15, 4: 96}
    z = [(np.mean(x**k) - expected[k]) / np.sqrt(variance[k] / x.size) for k in expected]
    assert_standard(z, "moments of normals", tests=4)


def test_normals_are_normal_into_the_tails():
    # Kolmogorov-Smirnov for the body, a binomial count for the tail that it does not see; 1e-6 each.
    x = many("normal", 200, 2000, seed=2).ravel()
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


@pytest.mark.parametrize("fill", ["normal", "uniform", "signs"])
def test_draws_of_one_stream_are_uncorrelated(fill):
    # Lags 1 to 20 of values and of squares (for values that have other squares); rejects with probability 1e-6.
    x = draws(fill, 400_000, seed=8)
    series = [x - x.mean()] if fill == "signs" else [x - x.mean(), x**2 - (x**2).mean()]
    lags = range(1, 21)
    z = [np.mean(y[:-lag] * y[lag:]) / np.mean(y**2) * np.sqrt(y.size) for y in series for lag in lags]
    assert_standard(z, f"correlation within a stream of {fill}", tests=len(z))


@pytest.mark.parametrize("fill", ["normal", "uniform", "signs"])
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
from theorylab.regression.model import LeastSquares
from theorylab.regression.simulation import simulate
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

"""Looking as often as one likes does not inflate errors."""

import math

import numpy as np
import pytest
from scipy import stats

from theorylab import Curve, Rival, agrees
from theorylab.verdicts.interim import InterimAnalysis, current_analysis, interim
from theorylab.verdicts.intervals import bounded_limits, mean_limits, sequence_quantile
from theorylab.verdicts.outcomes import LEVEL

FIRST = 64
ANALYSES = sorted({round(FIRST * 1.25**k) for k in range(20)})  # 64 to 4400 replicas
LAWS = {
    "normal": lambda draws, shape: draws.standard_normal(shape),
    "exponential": lambda draws, shape: draws.exponential(size=shape) - 1.0,
}


PATHS = 250


def false_alarms(law, tightest, paths=PATHS, level=0.05, seed=1):
    """Share of paths on which some look's limits miss the true mean 0."""
    draws = np.random.default_rng(seed)
    missed = 0
    for _ in range(paths):
        path = LAWS[law](draws, (ANALYSES[-1], 1))
        limits = (mean_limits(path[:look], level, tightest=tightest) for look in ANALYSES)
        missed += any(x.lower[0] > 0 or x.upper[0] < 0 for x in limits)
    return missed / paths


@pytest.mark.parametrize("law", LAWS)
def test_looking_often_does_not_inflate_the_error_of_a_sequence(law):
    # One-sided binomial bound: rejects a procedure that errs on exactly 5% of all paths with probability 1e-3.
    rate = false_alarms(law, FIRST)
    assert rate <= stats.binom.isf(1e-3, PATHS, 0.05) / PATHS


def test_naive_peeking_inflates_it_several_times():
    assert false_alarms("normal", None) > 4 * 0.05


def test_the_sequence_is_the_published_one():
    # Mean +- s sqrt(2 (t rho^2 + 1) / (t^2 rho^2) log(sqrt(t rho^2 + 1) / alpha)) at large t, where t and z agree.
    for level in (0.05, 1e-3):
        best = 1.0
        for _ in range(100):
            best = math.log1p(best) - 2 * math.log(level)
        for count in (10_000, 80_000):
            rho2 = best / 10_000
            width = math.sqrt(
                2 * (count * rho2 + 1) / (count**2 * rho2) * math.log(math.sqrt(count * rho2 + 1) / level)
            )
            assert sequence_quantile(count, level, 10_000) / math.sqrt(count) == pytest.approx(width, rel=2e-3)


def test_the_sequence_agrees_with_another_implementation():
    ville = pytest.importorskip("ville")
    sample = np.random.default_rng(2).normal(size=20_000)
    sequence = ville.AsymptoticCS(alpha=0.05, t_opt=20_000)
    sequence.update(sample)
    low, high = sequence.interval()
    ours = mean_limits(sample[:, None], 0.05, tightest=20_000)
    # Ours corrects for skewness and takes a t quantile, 1e-4 of the width here; rho may be tuned by approximation.
    assert ours.lower[0] == pytest.approx(low, abs=0.02 * (high - low))
    assert ours.upper[0] == pytest.approx(high, abs=0.02 * (high - low))


def test_the_bounded_sequence_agrees_with_another_implementation():
    ville = pytest.importorskip("ville")
    sample = np.random.default_rng(3).beta(2, 5, size=3000)
    theirs = ville.EmpiricalBernsteinCS(alpha=0.05, intersect=False)
    theirs.update(sample)
    ours = bounded_limits(sample[:, None], 0.05, 0, 1, sequence=True)
    assert (ours.lower[0], ours.upper[0]) == pytest.approx(theirs.interval(), rel=1e-6)


@pytest.mark.parametrize("law", [lambda d, n: (d.random(n) < 0.02).astype(float), lambda d, n: d.beta(0.3, 3, n)])
def test_looking_often_at_bounded_replicas_does_not_inflate_errors(law):
    draws, truth, missed = np.random.default_rng(4), law(np.random.default_rng(0), 10**6).mean(), 0
    for _ in range(300):
        path = law(draws, ANALYSES[-1])[:, None]
        limits = (bounded_limits(path[:look], 0.05, 0, 1, sequence=True) for look in ANALYSES)
        missed += any(x.lower[0] > truth + 1e-3 or x.upper[0] < truth - 1e-3 for x in limits)
    assert missed <= stats.binom.isf(1e-3, 300, 0.05)


def test_a_bounded_interval_of_known_size_is_narrower_than_the_sequence():
    sample = np.random.default_rng(5).random((5000, 1))  # of a few hundred, half of the level for two values costs more
    fixed, grown = (bounded_limits(sample, 1e-3, 0, 1, sequence=s) for s in (False, True))
    assert fixed.upper[0] - fixed.lower[0] < grown.upper[0] - grown.lower[0] < 0.08


def test_a_sequence_is_narrowest_where_it_is_asked_to_be():
    at = {
        tightest: sequence_quantile(1000, LEVEL, tightest) for tightest in (10, 100, 500, 1000, 2000, 10_000, 100_000)
    }
    assert min(at, key=at.__getitem__) == 1000
    assert at[1000] < 1.5 * stats.norm.isf(LEVEL / 2), "the price of looking at will is less than half a width"


def test_the_level_spent_over_all_looks_is_the_level():
    assert math.fsum(InterimAnalysis(k, 32).spends(0.05) for k in range(100_000)) == pytest.approx(0.05, rel=1e-4)


def test_checks_know_that_they_are_a_look_only_inside_one():
    curve = Curve(np.ones(1), np.random.default_rng(3).normal(1, 0.1, size=(200, 1)))
    rival = Rival(claim="0", predicted=0.0)
    fixed = agrees("mean 1", curve, 1.0, rival=rival)
    with interim(InterimAnalysis(2, 50)):
        assert current_analysis() == InterimAnalysis(2, 50)
        look = agrees("mean 1", curve, 1.0, rival=rival)
    assert current_analysis() is None
    widths = [check.interval[1] - check.interval[0] for check in (fixed, look)]
    assert 1.05 < widths[1] / widths[0] < 2

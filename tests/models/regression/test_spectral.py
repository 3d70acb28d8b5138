"""Risks at any horizon: against the stepped recursion, and against powers of the transition matrix in 70 digits."""

import mpmath
import numpy as np
import pytest

from tests.benchmarks import fast_forward
from tests.models.regression import exact
from theorylab.errors import InputError
from theorylab.models.regression import horizons, theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.theory import spectral, stepped
from theorylab.numerics import spectra

STEPS = np.array([1, 2, 3, 7, 10, 100, 1000, 12_345, 100_000])
ONE = LeastSquares(np.ones(1), np.ones(1), 1.0)
SMALL = LeastSquares(np.full(1, 1e-160), np.ones(1), 1.0)
CLUSTER = 1 - 1e-14 * np.arange(25)


def spectrum(name, d):
    return {
        "i^-1.5": lambda: spectra.power_law(d, 1.5),
        "i^-3": lambda: spectra.power_law(d, 3.0),
        "equal": lambda: np.ones(d),
        "clustered": lambda: np.sort(np.concatenate([CLUSTER, 0.1 * CLUSTER]))[-d:][::-1],
        "graded": lambda: np.geomspace(1, 1e-12, d),
    }[name]()


def problem(name, d, batch=1, start="ones", noise_std=0.3, design="gaussian"):
    lam = spectrum(name, d)
    if design == "one-hot":
        lam = lam / lam.sum()
    error0 = {"ones": np.ones(d), "zero": np.zeros(d), "every second": np.arange(d) % 2 * 1.0, "last": np.eye(d)[-1]}
    return LeastSquares(lam, error0[start], noise_std, design, batch)


def both_roads(p, step):
    """(steps, spectral, stepped): risks and moments."""
    yield STEPS, spectral.sgd_risk(p, step, STEPS), stepped.sgd_risk(p, step, STEPS)
    calls = [("sgd_moments", (), STEPS), ("average_moments", (0,), STEPS)]
    calls += [("ema_moments", (decay,), STEPS) for decay in (0.0, 0.9, 1 - 1e-4)]
    calls += [("average_moments", (int(last // 2),), np.array([last])) for last in STEPS]
    for name, given, steps in calls:
        yield steps, *(getattr(road, name)(p, step, *given, steps) for road in (spectral, stepped))


def stepped_error(t):
    """Coefficients and products of the stepped recursion are off by up to 2^-53 each, at every step."""
    return 1e-11 + 2 * (t + 1) * 2.0**-53


@pytest.mark.parametrize("share", [0.1, 0.9, 0.999])
@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("name", ["i^-1.5", "i^-3", "equal", "clustered", "graded"])
def test_every_moment_is_that_of_the_recursion(name, batch, share):
    for d in (1, 2, 3, 50):
        for start, noise_std in (("ones", 0.3), ("ones", 0.0), ("zero", 1.0), ("every second", 0.0)):
            p = problem(name, d, batch, start, noise_std)
            if not (p.error0.any() or noise_std):
                continue
            step = share * theory.critical_step_size(p)
            for steps, far, near in both_roads(p, step):
                allowed = stepped_error(steps).reshape((-1,) + (1,) * (far.ndim - 1)) * near
                assert (np.abs(far - near) <= allowed + 1e-290).all(), (d, start, noise_std)


@pytest.mark.parametrize("batch", [1, 3])
def test_one_hot_moments_are_those_of_the_recursion(batch):
    for d, share in ((1, 0.5), (1, 0.999), (20, 0.1), (20, 0.9)):
        p = problem("i^-1.5", d, batch, design="one-hot")
        for _, far, near in both_roads(p, share * theory.critical_step_size(p)):
            assert far == pytest.approx(near, rel=3e-11, abs=1e-290)


@pytest.mark.parametrize("exponent", [1.5, 2.0, 3.0])
def test_two_thousand_directions(exponent):
    p = LeastSquares.power_law(2000, exponent, start=1.0, noise_std=1.0)
    steps = np.array([1, 100, 20_000])
    for share in (0.25, 0.999):
        step = share * theory.critical_step_size(p)
        assert spectral.sgd_risk(p, step, steps) == pytest.approx(stepped.sgd_risk(p, step, steps), rel=1e-11)
    for name, argument in (("ema_moments", 0.99), ("average_moments", 0)):
        far, near = (theory.risk_of(p, getattr(road, name)(p, step, argument, steps)) for road in (spectral, stepped))
        assert far == pytest.approx(near, rel=1e-11)


CASES = {
    "power law": ("i^-1.5", 3, 1, "ones", 1.0, 0.25),
    "close to the limit": ("i^-1.5", 3, 1, "ones", 0.3, 0.999),
    "cluster, no noise": ("clustered", 4, 1, "every second", 0.0, 0.5),
    "equal, in batches": ("equal", 3, 4, "ones", 1e-3, 0.9),
    "graded over 1e-12": ("graded", 3, 1, "ones", 0.0, 0.9),
    "noise alone, graded": ("graded", 3, 1, "zero", 1.0, 0.1),
    "start in the slowest": ("graded", 3, 1, "last", 0.0, 0.999),
}
POINTS = (
    (3, 0, 0.9),
    (50, 7, 0.99),
    (10**6, 5, 0.5),
    (10**9, 10**8, 1 - 1e-9),
    (10**12, 10**11 + 1, 0.999),
    (10**12, 0, 1 - 1e-12),
)


def compare(p, step, limit):
    """Moments within limit of 70 digits at all POINTS; risks within their own bound, where it is stated."""
    with mpmath.workdps(70):
        for steps, start, decay in POINTS:
            true = exact.moments(p, step, decay, start, steps)
            points = np.array([steps])
            found = (
                spectral.sgd_moments(p, step, points)[0],
                spectral.ema_moments(p, step, decay, points)[0],
                spectral.average_moments(p, step, start, points)[0],
            )
            risks = (spectral.sgd_risk(p, step, points), *(theory.risk_of(p, rows[None]) for rows in found[1:]))
            for row, risk, expected in zip(found, risks, true, strict=True):
                assert exact.worst(row, expected) < limit, (steps, start)
                whole = sum(mpmath.mpf(float(x)) * y for x, y in zip(p.eigenvalues, expected, strict=True)) / 2
                error = exact.worst(risk, [whole])
                if step * p.eigenvalues[0] <= 1 and theory.moment_losses(p, step).max() <= 63 / 64:
                    assert error <= spectral.relative_rounding(p, step, points, risk)[0]
                assert error < limit


@pytest.mark.parametrize("name", CASES)
def test_moments_after_a_million_million_steps_in_seventy_digits(name):
    spectrum_name, d, batch, start, noise_std, share = CASES[name]
    p = problem(spectrum_name, d, batch, start, noise_std)
    compare(p, share * theory.critical_step_size(p), 1e-11 if share > 0.99 else 5e-13)


def test_two_eigenvalues_on_either_side_of_the_top_share_a_pole():
    # l (2 - l (1 + 1/B)) is the same at l and 2B/(B+1) - l; K < 1 then needs B >= 2. B = 3: 1.125 and 0.375.
    for second in (0.375, 0.375 + 2.0**-53, 0.375 - 2.0**-50):
        p = LeastSquares(np.array([1.125, second, 0.1]), np.array([1.0, 2.0, 0.5]), 0.2, batch=3)
        losses = theory.moment_losses(p, 1.0)
        assert abs(losses[0] - losses[1]) < 1e-14
        assert (losses[0] == losses[1]) == (second == 0.375)
        compare(p, 1.0, 5e-13)


def test_one_hot_after_a_million_million_steps_in_seventy_digits():
    compare(problem("graded", 3, 2, design="one-hot"), 0.7, 5e-13)


def test_an_overshooting_mean_keeps_its_sign():
    # Batches allow step * eigenvalue > 1, where the mean alternates.
    p = problem("i^-1.5", 3, 50)
    step = 0.8 * theory.critical_step_size(p)
    assert step * p.eigenvalues[0] > 1.3
    compare(p, step, 5e-13)


def test_a_direction_forgotten_at_once():
    # Contraction exactly 0 (step * eigenvalue = 1), and one-hot probability 1: everything is forgotten in one step.
    compare(LeastSquares(np.array([1.0, 0.5]), np.ones(2), 0.5, batch=20), 1.0, 5e-13)
    compare(LeastSquares(np.array([1.0]), np.ones(1), 0.5, "one-hot"), 1.0, 5e-13)


def test_stationary_risk_is_that_of_the_closed_form():
    p = LeastSquares.power_law(500, 2.0, start=1.0, noise_std=1.0)
    step = 0.25 * theory.critical_step_size(p)
    amplified = theory.noise_amplification(step, p.eigenvalues).sum()
    assert theory.sgd_risk(p, step, [10**15])[0] == pytest.approx(0.5 * amplified / (1 - amplified), rel=2e-15)


def test_no_steps_and_nothing_to_do():
    p = problem("i^-1.5", 5)
    start = 0.5 * p.eigenvalues.sum()
    points = np.array([0, 3])
    for risk in (spectral.sgd_risk(p, 0.1, points)[0], theory.risk_of(p, spectral.ema_moments(p, 0.1, 0.9, points))[0]):
        assert risk == pytest.approx(start, rel=1e-14)
    at_rest = problem("i^-1.5", 5, start="zero", noise_std=0.0)
    assert (theory.sgd_risk(at_rest, 0.1, [0, 5, 10**12]) == 0).all()
    assert (theory.average_risk(at_rest, 0.1, 2, [5, 10**12]) == 0).all()


def test_losses_are_one_minus_keep():
    for p in (problem("i^-1.5", 4, 3), problem("i^-1.5", 4, 3, design="one-hot")):
        assert theory.moment_losses(p, 0.3) == pytest.approx(1 - theory.recursion(p, 0.3).keep, rel=1e-14)


@pytest.mark.parametrize("kernel", ["last", "ema", "average"])
def test_kernels_match_their_python_bodies(kernel):
    p = problem("i^-1.5", 3)
    r = horizons.driven(p.eigenvalues, theory.moment_losses(p, 0.2), 0.2, 1, 1.0, p.noise_std**2, p.error0**2,
                        p.noise_spectrum)  # fmt: skip
    extra = {"last": (), "ema": (0.8,), "average": (1,)}[kernel]
    given = (r, *extra, np.array([2, 3, 29]))
    compiled = getattr(horizons, kernel)
    assert compiled(*given) == pytest.approx(compiled.py_func(*given), rel=1e-13)


def test_the_dense_road_of_the_benchmark_agrees():
    assert fast_forward.ours() == pytest.approx(fast_forward.dense(), rel=1e-11)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda p: theory.sgd_risk(p, 3.0, [10**9]), "unstable: second moments"),
        (lambda p: theory.sgd_risk(p, 0.0, [10**9]), "step_size=0.0"),
        (lambda p: theory.ema_risk(p, 0.1, 1.0, [10**9]), "ema_decay=1.0"),
        (lambda p: theory.sgd_risk(p, 0.1, [3, 3]), "steps must increase"),
        (lambda p: theory.sgd_risk(p, 0.1, [1e17]), "at most 2\\^53"),
        (lambda p: theory.average_risk(p, 0.1, 5, [5]), "start=5 at steps=5"),
        (lambda p: theory.relative_rounding(p, 0.1, [10**9], [1.0, 2.0]), "give one per step"),
        (lambda p: theory.relative_rounding(p, 0.1, [10**9]), "the bound needs risks="),
        (lambda p: theory.sgd_risk(p, 0.1, [2**53 + 1]), "steps reach 9007199254740993: give at most 2"),
        (lambda p: theory.sgd_risk(p, 0.1, [2**63]), "give at most 2"),
        (
            lambda p: theory.sgd_risk(LeastSquares(1e-160 * np.ones(1), np.ones(1), 1.0), 0.1, [10**9]),
            "weight number 0",
        ),
        (lambda p: theory.sgd_risk(ONE, 2 / 3, [10**9]), "unstable"),
        (lambda p: theory.sgd_risk(ONE, np.nextafter(2 / 3, 1), [1]), "unstable"),
        (lambda p: theory.sgd_risk(ONE, np.nextafter(2 / 3, 0), [10**9]), "too close to the largest stable one"),
        (lambda p: theory.relative_rounding(problem("i^-3", 2, 50), 1.2, [10**9], [1.0]), "needs <= 1"),
        (
            lambda p: theory.relative_rounding(
                LeastSquares(np.ones(1), np.ones(1), 0.0, "additive"), 1.0, [10**9], [1.0]
            ),
            "keeps 0 of its moment in a step: the rounding bound needs >= 1/64",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call(problem("i^-1.5", 5))


def risks_in_digits(p, step, decay, start, steps):
    """Risks (last, EMA, mean) from the transition matrix, in the working precision."""
    rows = exact.moments(p, step, decay, start, steps)
    return [sum(mpmath.mpf(float(x)) * y for x, y in zip(p.eigenvalues, row, strict=True)) / 2 for row in rows]


TINY = {
    "1e-107": ([1.0, 2e-107, 1e-107], 1.0, 1000),
    "1e-107, without noise": ([1.0, 2e-107, 1e-107], 0.0, 10**9),
    "1e-140": ([1.0, 1e-140], 1.0, 10**12),
    "all small": ([3e-120, 1e-120], 0.5, 10**12),
    "two clusters": ([1.0, 1.0 - 2**-52, 1e-100, 1e-100 * (1 - 2**-52)], 0.1, 10**15),
}


@pytest.mark.parametrize("name", TINY)
def test_tiny_eigenvalues_are_right_or_refused(name):
    lam, noise_std, steps = TINY[name]
    p = LeastSquares(np.array(lam), np.ones(len(lam)), noise_std)
    with mpmath.workdps(500):
        true = risks_in_digits(p, 0.1, 0.9, steps // 3, steps)
    points = np.array([steps])
    found = (
        spectral.sgd_risk(p, 0.1, points)[0],
        theory.risk_of(p, spectral.ema_moments(p, 0.1, 0.9, points))[0],
        theory.risk_of(p, spectral.average_moments(p, 0.1, steps // 3, points))[0],
    )
    for value, expected in zip(found, true, strict=True):
        assert abs(value / expected - 1) <= spectral.relative_rounding(p, 0.1, points, np.array([value]))[0]


@pytest.mark.parametrize("factor", [0.5, 0.9])
def test_a_long_geometric_spectrum_is_that_of_the_recursion(factor):
    p = LeastSquares(spectra.exponential(360, factor), np.ones(360), 1.0)
    points = np.array([1, 1000, 20_000])
    assert spectral.sgd_risk(p, 0.1, points) == pytest.approx(stepped.sgd_risk(p, 0.1, points), rel=1e-11)


def test_the_stability_limit_in_one_direction_is_never_above_the_true_one():
    for batch in (1, 2, 3, 7, 50):
        for value in (1.0, 0.3, 7e-5, 123.0):
            limit = theory.critical_step_size(LeastSquares(np.array([value]), np.ones(1), 1.0, batch=batch))
            with mpmath.workdps(40):
                true = mpmath.mpf(2 * batch) / (batch + 2) / mpmath.mpf(value)
                assert abs(limit / true - 1) < 3 * 2.0**-53


def test_steps_are_made_where_that_is_cheap_and_leapt_over_where_it_is_not():
    p = problem("i^-1.5", 100)
    for steps, made in ((1000, True), (10**8, False)):
        points = np.array([7, steps])
        assert theory.steps_are_made(p, 0.1, points) == made
        road = stepped if made else spectral
        assert theory.sgd_risk(p, 0.1, points).tobytes() == road.sgd_risk(p, 0.1, points).tobytes()
        assert theory.ema_moments(p, 0.1, 0.9, points).tobytes() == road.ema_moments(p, 0.1, 0.9, points).tobytes()
        rows = road.average_moments(p, 0.1, 3, points)
        assert theory.average_moments(p, 0.1, 3, points).tobytes() == rows.tobytes()
        risks = theory.sgd_risk(p, 0.1, points)
        bound = road.relative_rounding(p, 0.1, points, *(() if made else (risks,)))
        assert theory.relative_rounding(p, 0.1, points, risks).tolist() == bound.tolist()
    assert theory.steps_are_made(p, 1.0, np.array([10**8])), "an unstable recursion has no modes to leap by"


def test_the_feedback_is_twice_the_risk():
    p, steps = problem("i^-1.5", 3), np.array([0, 1, 7, 40])
    r = horizons.driven(p.eigenvalues, theory.moment_losses(p, 0.2), 0.2, 1, 1.0, p.noise_std**2, p.error0**2,
                        p.noise_spectrum)  # fmt: skip
    assert horizons.feedback_sum(r, steps) == pytest.approx(2 * theory.sgd_risk(p, 0.2, steps), rel=1e-12)

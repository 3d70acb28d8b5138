"""What must not matter does not: units of values and of x, the order of replicas and points, signs, who is the rival.

Cases are random, with gaps from none to many standard errors, so that every verdict comes up among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.trials.calibration import along
from theorylab.verdicts import (
    Check,
    Power,
    Rival,
    above,
    agrees,
    below,
    decays_as,
    geometric,
    monotone,
    ordered,
)
from theorylab.verdicts.intervals import Limits

Floats = NDArray[np.float64]
CASES = 36
X = np.array([1.0, 2, 3, 5, 8])


@dataclass(frozen=True)
class Case:
    """Two sides and a third one for the rival, all at the same points: positive, apart by a random gap."""

    left: Curve
    right: Curve
    other: Curve

    def map(self, change: Callable[[Curve], Curve]) -> Case:
        return Case(change(self.left), change(self.right), change(self.other))

    @property
    def rival(self) -> Rival:
        return Rival(claim="the other", predicted=self.other)


def generator(*key: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence((20255, *key))))


def case(number: int) -> Case:
    """Simulated sides with noise along the points, or deterministic ones with rounding bounds."""
    rng = generator(number)
    simulated = bool(number % 3)
    law = str(rng.choice(["normal", "exponential"]))

    def side(mean: Floats, replicated: bool) -> Curve:
        if not replicated:
            return Curve(X, mean[None], True, rounding=1e-3 * mean[None])
        return Curve(X, mean * (1 + 0.1 * along(law, rng, 96, X.size)))

    base = np.sort(rng.uniform(1, 3, X.size))[:: rng.choice([-1, 1])] if number % 2 else np.full(X.size, 2.0)
    base[rng.integers(X.size)] *= rng.choice([1.0, 1.02])
    gap = float(rng.choice([0.0, 1e-3, 0.02, 0.05, 0.3])) * rng.uniform(0.5, 1.5, X.size) * rng.choice([-1, 1])
    both = simulated and bool(rng.random() < 0.5)
    far = base * (1 + rng.choice([-0.6, -0.01, 0.01, 0.6]) * X / 8)
    return Case(side(base, simulated), side(base * (1 + gap), both), side(far, both))


def checks(given: Case) -> dict[str, Check]:
    return {
        "agrees": agrees("c", given.left, given.right, rival=given.rival),
        "below": below("c", given.left, given.right, rival=given.rival),
        "above": above("c", given.left, given.right, rival=given.rival),
        "ordered": ordered("c", given.left, given.right, rival=given.rival),
        "decreasing": monotone("c", given.left, rival=Rival(claim="r", measured=given.other)),
        "increasing": monotone("c", given.left, rival=Rival(claim="r", measured=given.other), direction="increasing"),
    }


def told(check: Check) -> tuple[Any, ...]:
    return check.verdict, check.rival.verdict, check.separates_at


def same(one: Check, two: Check) -> None:
    """Both came out alike, with the same p-values, and the same mutants killed."""
    assert told(one)[:2] == told(two)[:2]
    assert one.raw_p_values == pytest.approx(two.raw_p_values, rel=1e-3, abs=1e-12)
    assert killed(one) == killed(two)


def killed(check: Check) -> set[str]:
    """The mutants that the data refute."""
    assert check.recheck is not None
    return {name for name, refuted in check.recheck.mutants.items() if refuted(check.recheck.level)}


def test_every_verdict_comes_up_among_the_cases() -> None:
    seen = Counter((kind, str(check.verdict)) for k in range(CASES) for kind, check in checks(case(k)).items())
    for kind in {kind for kind, _ in seen}:
        assert all(seen[kind, verdict] >= 3 for verdict in ("supported", "refuted", "inconclusive")), seen


def rescaled(curve: Curve, unit: float) -> Curve:
    return replace(curve, samples=unit * curve.samples, rounding=abs(unit) * curve.rounding)


@pytest.mark.parametrize("unit", [1e-9, 1e6, 1e250])
@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_unit_of_the_values_does_not_matter(number: int, unit: float) -> None:
    given = case(number)
    other = checks(given.map(lambda curve: rescaled(curve, unit)))
    for kind, check in checks(given).items():
        same(check, other[kind])
        assert check.separates_at == other[kind].separates_at


def test_a_threshold_with_a_unit_would_be_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    widened = Limits.widened
    monkeypatch.setattr(Limits, "widened", lambda self, rounding: widened(self, rounding + 1e-8))
    with pytest.raises(AssertionError):
        test_the_unit_of_the_values_does_not_matter(1, 1e-9)


@pytest.mark.parametrize("unit", [1e-9, 60.0])
@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_unit_of_x_does_not_matter(number: int, unit: float) -> None:
    # As a time: steps have no unit, and their off-by-one mutant goes by steps.
    given = case(number).map(lambda curve: replace(curve, x_name="time"))
    other = checks(given.map(lambda curve: replace(curve, x=unit * curve.x)))
    for kind, check in checks(given).items():
        same(check, other[kind])
        assert (check.separates_at is None) == (other[kind].separates_at is None)
        if check.separates_at is not None:
            assert other[kind].separates_at == pytest.approx(unit * check.separates_at)


@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_order_of_replicas_does_not_matter(number: int) -> None:
    given = case(number)
    rows = generator(1, number).permutation(96)

    def permuted(curve: Curve) -> Curve:
        return curve if curve.exact else replace(curve, samples=curve.samples[rows])

    other = checks(given.map(permuted))
    for kind, check in checks(given).items():
        same(check, other[kind])


@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_order_of_the_points_does_not_matter_where_none_is_claimed(number: int) -> None:
    given = case(number)
    places = generator(2, number).permutation(X.size)
    # x keeps its order, and is no part of these statements.
    other = checks(given.map(lambda curve: replace(curve.at(places), x=X, x_name="setting")))
    for kind, check in checks(given.map(lambda curve: replace(curve, x_name="setting"))).items():
        if kind in ("agrees", "below", "above", "ordered"):
            same(check, other[kind])


@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_signs_reverse_what_they_should(number: int) -> None:
    given = case(number)
    turned = given.map(lambda curve: rescaled(curve, -1.0))
    plain, other = checks(given), checks(turned)
    for kind, mirror in (("agrees", "agrees"), ("below", "above"), ("above", "below")):
        same(plain[kind], other[mirror])
    for kind, mirror in (("decreasing", "increasing"), ("increasing", "decreasing")):
        assert told(plain[kind]) == told(other[mirror])
        assert plain[kind].raw_p_values == pytest.approx(other[mirror].raw_p_values, rel=1e-3, abs=1e-12)
    swapped = ordered("c", turned.right, turned.left, rival=Rival(claim="r", measured=turned.other))
    assert told(plain["ordered"]) == told(swapped)
    assert plain["ordered"].raw_p_values == pytest.approx(swapped.raw_p_values, rel=1e-3, abs=1e-12)


@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_an_order_read_backwards_has_the_other_direction(number: int) -> None:
    given = case(number)
    back = given.map(lambda curve: replace(curve.at(slice(None, None, -1)), x=X))
    plain, other = checks(given), checks(back)
    assert told(plain["decreasing"])[:2] == told(other["increasing"])[:2]
    assert told(plain["increasing"])[:2] == told(other["decreasing"])[:2]


@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_claim_and_rival_may_change_places(number: int) -> None:
    given = case(number)
    for kind in (agrees, below, above, ordered):
        one = kind("c", given.left, given.right, rival=Rival(claim="r", predicted=given.other))
        two = kind("r", given.left, given.other, rival=Rival(claim="c", predicted=given.right))
        assert one.raw_p_values == pytest.approx(two.raw_p_values[::-1], rel=1e-9)
        assert (one.verdict == "refuted") == (two.rival.verdict == "refuted")
        assert (one.rival.verdict == "refuted") == (two.verdict == "refuted")
        if one.verdict == "supported":
            assert (two.verdict, two.rival.verdict) == ("refuted", "supported")


# Rates.


def rate_case(number: int) -> tuple[Curve, Floats]:
    """A noisy or exact curve over decades, and the exponents of claim and rival."""
    rng = generator(3, number)
    points = int(rng.integers(5, 20))
    x = np.geomspace(2, 2 * 10 ** rng.uniform(1, 3.5), points)
    truth = float(rng.choice([-2.0, -1.0, -0.5, 0.5]))
    mean = x**truth * (1 + rng.choice([0.0, 0.5]) * x ** -rng.choice([0.5, 1.0]))
    exponents = truth + rng.permutation([0.0, rng.choice([-0.5, -0.05, 0.05, 0.5])])
    if number % 3 == 0:
        return Curve(x, mean[None], True, rounding=1e-12 * mean[None]), exponents
    return Curve(x, mean * (1 + rng.choice([0.01, 0.2]) * along("normal", rng, 64, points))), exponents


def powers(curve: Curve, exponents: Floats, **options: Any) -> Check:
    claim, other = (Power(float(exponent)) for exponent in exponents)
    return decays_as("c", curve, claim, rival=Rival(claim="r", predicted=other), homogeneous=True, **options)


def alike(one: Check, two: Check) -> None:
    assert told(one)[:2] == told(two)[:2]
    # Whether a form of the drift stays may hang on the last digit: intervals are then those of a neighbour.
    assert one.raw_p_values == pytest.approx(two.raw_p_values, rel=0.02, abs=1e-12)


def test_every_verdict_on_a_rate_comes_up_among_the_cases() -> None:
    seen = Counter(str(powers(*rate_case(k)).verdict) for k in range(CASES))
    assert all(seen[verdict] >= 3 for verdict in ("supported", "refuted", "inconclusive")), seen


@pytest.mark.parametrize("unit", [1e-250, 1e-9, 1e6, 1e250])
@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_unit_of_values_does_not_matter_to_a_rate(number: int, unit: float) -> None:
    curve, exponents = rate_case(number)
    alike(powers(curve, exponents), powers(rescaled(curve, unit), exponents))


@pytest.mark.parametrize("unit", [1e-9, 60.0, 1e6])
@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_unit_of_x_does_not_matter_to_a_rate(number: int, unit: float) -> None:
    curve, exponents = rate_case(number)
    alike(powers(curve, exponents), powers(replace(curve, x=unit * curve.x), exponents))


@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_order_of_replicas_and_the_direction_of_x_do_not_matter_to_a_rate(number: int) -> None:
    curve, exponents = rate_case(number)
    rows = generator(4, number).permutation(curve.replicas)
    alike(powers(curve, exponents), powers(replace(curve, samples=curve.samples[rows]), exponents))
    back = replace(curve.at(slice(None, None, -1)), x=1 / curve.x[::-1])
    alike(powers(curve, exponents), powers(back, -exponents, towards=0))


@pytest.mark.parametrize("unit", [0.1, 60.0])
@pytest.mark.parametrize("number", range(0, CASES, 2))
def test_the_unit_of_time_and_where_it_starts_do_not_matter_to_a_factor(number: int, unit: float) -> None:
    curve, exponents = rate_case(number)
    times = replace(curve, x=np.log(curve.x))

    def factors(given: Curve, step: float) -> Check:
        claim, other = np.exp(exponents / step)
        return geometric("c", given, float(claim), rival=Rival(claim="r", predicted=float(other)), homogeneous=True)

    alike(factors(times, 1.0), factors(replace(times, x=unit * times.x), unit))
    alike(factors(times, 1.0), factors(replace(times, x=times.x + 1000.0), 1.0))
    alike(factors(times, 1.0), factors(rescaled(times, 1e-9), 1.0))

"""Checks of values: agrees, below, above, ordered, monotone.

On simulated curves a statement is about means, at all points together; on a deterministic curve about every entry, up
to its rounding bound. Where the tails of replicas are too heavy for a mean, a statement can be about='median' or
about='median of means', with limits that need no moments (`intervals.median_limits`); where replicas are known to obey
bounds, about=Bounded(low, high) is about their mean, with limits that hold for any number of them
(`intervals.bounded_limits`). Where both sides are replicated, replica r of one is compared with replica r of the other.
`source` says where the statement stands and whether that was read: 'Theorem 2 (read)', 'eq. 7 (recalled)', 'derived'.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.verdicts.interim import current_analysis
from theorylab.verdicts.intervals import MEANS, Limits, bounded_limits, mean_limits, median_limits
from theorylab.verdicts.rule import LEVEL, Check, Declared, Outcome, Recheck, Rival, failure, judge

Floats = NDArray[np.float64]
Side = Curve | float


@dataclass(frozen=True)
class Bounded:
    """The mean of replicas that all lie in [low, high], such as shares in [0, 1]."""

    low: float
    high: float


ABOUT = ("mean", "median", "median of means")
About = Literal["mean", "median", "median of means"] | Bounded
Statement = Callable[[Curve, Side, float], Outcome]
"""How a claim about two sides fares at an error level."""
Claim = tuple[Statement, Curve, Side]


class _Mutants(NamedTuple):
    """Claims with a standard mistake, families of claims that are off by an error, and the unit of that error."""

    named: Mapping[str, Claim]
    wrong_by: tuple[Callable[[float], Claim], ...] = ()
    unit: str = ""


def agrees(
    claim: str,
    measured: Curve,
    predicted: Side,
    *,
    rival: Rival,
    within: float = 0.0,
    level: float = LEVEL,
    declared: Declared = "supported",
    about: About = "mean",
    kind: str = "agrees",
    source: str = "",
) -> Check:
    """Check of E[measured] = predicted at every point, up to the relative error `within` of an approximation.

    Raises InputError unless `within` is below half the largest relative distance to the rival.
    """
    _same_points(measured, predicted)
    if within:
        half = _relative_distance(rival, predicted) / 2
        require(
            math.isnan(half) or 0 < within < half,
            f"within={within} is not allowed: stay below {half:.4g}, half way to the rival",
        )

    def statement(left: Curve, right: Side, level: float) -> Outcome:
        if diverged := _divergence(left, 0):
            return diverged
        difference = _difference(left, right)
        limits = _limits(difference, level, about, _reach(left, right, about))
        target = np.broadcast_to(_values(right), limits.lower.shape)
        slack = within * np.abs(target)
        miss = np.maximum(limits.lower - slack, -limits.upper - slack)
        # The point that decides misses by most: in units of what is allowed there, be it approximation or interval.
        allowed = slack + np.maximum((limits.upper - limits.lower) / 2, np.finfo(float).tiny)
        with np.errstate(over="ignore"):
            at = np.unravel_index(int(np.argmax(miss / allowed)), miss.shape)
        gap, half_width = np.abs(_point(difference, about)[at]) - slack[at], (limits.upper - limits.lower)[at] / 2
        return Outcome(
            compatible=_decide(miss, limits),
            evaluated=_count(difference),
            measured=float(target[at] + _point(difference, about)[at]),
            interval=(float(target[at] + limits.lower[at]), float(target[at] + limits.upper[at])),
            allowed=(float(target[at] - slack[at]), float(target[at] + slack[at])),
            error_probability=0.0 if difference.exact else level,
            note="; ".join(n for n in (limits.warning, f"at {left.x_name} {left.x[at[-1]]:g}") if n),
            hint=_replicas_needed(difference, gap, half_width),
        )

    def mutants(left: Curve, right: Side) -> _Mutants:
        if not _values(right).any():  # neither a factor nor a sign changes 0
            zero = _scaled(right, 0.0)
            up, down = (
                lambda error: (statement, left, _moved(zero, error)),
                lambda error: (statement, left, _moved(zero, -error)),
            )
            return _Mutants({}, (up, down), "absolute")
        named: dict[str, Claim] = {
            "constant x 2": (statement, left, _scaled(right, 2.0)),
            "constant x 1/2": (statement, left, _scaled(right, 0.5)),
            "sign": (statement, left, _scaled(right, -1.0)),
        }
        if shifted := _one_step_on(left, right):
            named["off by one step"] = (statement, *shifted)
        more, less = (
            lambda error: (statement, left, _scaled(right, 1 + error)),
            lambda error: (statement, left, _scaled(right, 1 / (1 + error))),
        )
        return _Mutants(named, (more, less), "relative to the prediction")

    return replace(_trial(claim, kind, statement, measured, predicted, rival, declared, level, mutants), source=source)


def below(
    claim: str,
    measured: Curve,
    bound: Side,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
    about: About = "mean",
    source: str = "",
) -> Check:
    """Check of E[measured] <= bound at every point; `measured` of the check is the largest ratio to the bound."""
    return replace(_bound(claim, "below", +1, about, measured, bound, rival, declared, level), source=source)


def above(
    claim: str,
    measured: Curve,
    bound: Side,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
    about: About = "mean",
    source: str = "",
) -> Check:
    """Check of E[measured] >= bound at every point; `measured` of the check is the smallest ratio to the bound."""
    return replace(_bound(claim, "above", -1, about, measured, bound, rival, declared, level), source=source)


def ordered(
    claim: str,
    smaller: Curve,
    larger: Curve,
    *,
    rival: Rival,
    level: float = LEVEL,
    declared: Declared = "supported",
    about: About = "mean",
    source: str = "",
) -> Check:
    """Check of E[smaller] < E[larger] at every point; on a deterministic curve a tie within rounding is inconclusive.

    A rival's `measured` and `predicted` stand for the smaller and the larger side.
    """
    statement = _one_sided(+1, about, strict=True)

    def mutants(left: Curve, right: Side) -> _Mutants:
        swapped = {"order swapped": (_one_sided(-1, about, strict=True), left, right)}
        positive = (_values(left) > 0).all() and (_values(right) > 0).all()
        nearer = (lambda error: (statement, _scaled(left, 1 + error), right),) if positive else ()
        return _Mutants(swapped, nearer, "relative to the smaller side")

    checked = _trial(claim, "ordered", statement, smaller, larger, rival, declared, level, mutants)
    return replace(checked, source=source)


def monotone(
    claim: str,
    measured: Curve,
    *,
    rival: Rival,
    direction: str = "decreasing",
    level: float = LEVEL,
    declared: Declared = "supported",
    about: About = "mean",
    source: str = "",
) -> Check:
    """Check that no step goes the wrong way: of the mean for replicas, of every row on a deterministic curve.

    Raises InputError if direction is not 'decreasing' or 'increasing', or for a rival without a measurement.
    """
    require(direction in ("decreasing", "increasing"), f"direction={direction!r}: give 'decreasing' or 'increasing'")
    require(rival.measured is not None, "a rival of monotone needs its own measurement")
    require(
        not isinstance(about, Bounded), f"about={about!r} is not allowed: steps of bounded replicas have other bounds"
    )

    def falls(sign: int, factor: float = 1.0, by: float = 0.0) -> Statement:
        """Each step falls (sign=+1; -1: rises) by that factor at least, or by that difference."""

        def statement(curve: Curve, _: Side, level: float) -> Outcome:
            if curve.x.size < 2:
                return failure("fewer than two points: no step to judge")
            if diverged := _divergence(curve, sign):
                return diverged
            after, before = curve.at(slice(1, None)), replace(curve.at(slice(None, -1)), x=curve.x[1:])
            after, before = (_scaled(after, factor), before) if sign > 0 else (after, _scaled(before, factor))
            steps = _difference(after, before)
            return _one_sided(+1, about, strict=False)(replace(steps, samples=sign * steps.samples), -by, level)

        return statement

    sign = 1 if direction == "decreasing" else -1

    def mutants(curve: Curve, _: Side) -> _Mutants:
        positive = bool((_values(curve) > 0).all())

        def steeper(error: float) -> Claim:
            return falls(sign, factor=1 + error) if positive else falls(sign, by=error), curve, 0.0

        unit = f"{'relative' if positive else 'absolute'}, in every step"
        return _Mutants({"direction swapped": (falls(-sign), curve, 0.0)}, (steeper,), unit)

    checked = _trial(claim, "monotone", falls(sign), measured, 0.0, rival, declared, level, mutants)
    return replace(checked, source=source)


def _bound(
    claim: str,
    kind: str,
    sign: int,
    about: About,
    measured: Curve,
    bound: Side,
    rival: Rival,
    declared: Declared,
    level: float,
) -> Check:
    """sign=+1: measured <= bound; sign=-1: measured >= bound. Mutants say more than the claim, or the opposite."""
    statement = _one_sided(sign, about, strict=False)

    def mutants(left: Curve, right: Side) -> _Mutants:
        named: dict[str, Claim] = {"order swapped": (_one_sided(-sign, about, strict=False), left, right)}
        values = _values(right)
        if not ((values > 0).all() or (values < 0).all()):
            return _Mutants(named)
        # A positive upper bound is tighter if it is smaller; so is a lower one if it is larger.
        tighter = -sign if (values > 0).all() else sign
        named |= {f"constant x {'2' if tighter > 0 else '1/2'}": (statement, left, _scaled(right, 2.0**tighter))}
        shifted = _one_step_on(left, right)
        if shifted and (sign * (_values(shifted[1]) - values[:, :-1]) < 0).all():
            named["off by one step"] = (statement, *shifted)
        closer = (lambda error: (statement, left, _scaled(right, (1 + error) ** tighter)),)
        return _Mutants(named, closer, "relative to the bound")

    return _trial(claim, kind, statement, measured, bound, rival, declared, level, mutants)


def _trial(
    claim: str,
    kind: str,
    statement: Statement,
    measured: Curve,
    predicted: Side,
    rival: Rival,
    declared: Declared,
    level: float,
    mutants: Callable[[Curve, Side], _Mutants],
) -> Check:
    """Put claim and rival through the same statement; what cannot be judged is an error, not an exception."""
    sides = (
        (measured, predicted),
        (
            rival.measured if rival.measured is not None else measured,
            rival.predicted if rival.predicted is not None else predicted,
        ),
    )
    outcomes = []
    for left, right in sides:
        _same_points(left, right)
        reason = unfit(left) or unfit(right) or ("" if _is_finite(right) else "infinite prediction")
        outcomes.append(failure(reason) if reason else statement(left, right, level))
    trial = None
    if not any(outcome.failed for outcome in outcomes):
        holds = sides[outcomes[0].compatible is False and outcomes[1].compatible is True]
        wrong = mutants(*holds)
        trial = Recheck(
            level,
            any(outcome.error_probability > 0 for outcome in outcomes),
            outcomes[0].evaluated if outcomes[0].error_probability > 0 else 1,
            lambda level: _trial(claim, kind, statement, measured, predicted, rival, declared, level, mutants),
            {name: partial(_refuted, mutant) for name, mutant in wrong.named.items()},
            tuple(partial(_off_by, family) for family in wrong.wrong_by),
            wrong.unit,
        )
    return judge(claim, kind, outcomes[0], rival, outcomes[1], declared, trial)


def _refuted(claim: Claim, level: float) -> bool:
    statement, left, right = claim
    outcome = statement(left, right, level)
    return outcome.compatible is False and not outcome.failed


def _off_by(family: Callable[[float], Claim], error: float, level: float) -> bool:
    return _refuted(family(error), level)


def _moved(side: Side, by: float) -> Side:
    return replace(side, samples=side.samples + by) if isinstance(side, Curve) else side + by


@overload
def _scaled(side: Curve, factor: float) -> Curve: ...
@overload
def _scaled(side: Side, factor: float) -> Side: ...
def _scaled(side: Side, factor: float) -> Side:
    if not isinstance(side, Curve):
        return side * factor
    return replace(side, samples=side.samples * factor, rounding=side.rounding * abs(factor))


def _one_step_on(left: Curve, right: Side) -> tuple[Curve, Curve] | None:
    """The right side one step later than it should be, between its points by interpolation; None without such steps."""
    if not (isinstance(right, Curve) and right.exact and left.x_name == "steps" and left.x.size > 1):
        return None
    if (left.x != np.round(left.x)).any() or (np.diff(left.x) < 1).any():
        return None
    later = np.stack([np.interp(left.x[:-1] + 1, right.x, row) for row in right.samples])
    before = right.at(slice(None, -1))
    if np.array_equal(later, before.samples):
        return None
    return left.at(slice(None, -1)), replace(before, samples=later)


def unfit(side: Side) -> str:
    """Why a side cannot be judged at all: nothing there, not a number, no rounding bound; '' if it can."""
    values = side.samples if isinstance(side, Curve) else np.asarray(side, dtype=float)
    if values.size == 0:
        return "nothing to evaluate: no points"
    if np.isnan(values).any():
        where = f" in {np.isnan(values).any(axis=1).sum()} replicas" if isinstance(side, Curve) else ""
        return f"not a number{where}"
    if isinstance(side, Curve) and not np.isfinite(side.rounding[np.isfinite(values)]).all():
        return "a rounding bound is not finite"
    return ""


def _divergence(left: Curve, sign: int) -> Outcome | None:
    """What infinite measurements say: they break a bound on their side (sign; 0: any), and prove nothing else."""
    bad = ~np.isfinite(left.samples)
    if not bad.any():
        return None
    first = left.x[np.flatnonzero(bad.any(axis=0))[0]]
    note = f"diverged in {bad.any(axis=1).sum()} of {left.replicas} rows, first at {left.x_name} {first:g}"
    if sign == 0 or (left.samples == sign * np.inf).any():
        return Outcome(False, left.samples.size if left.exact else left.x.size, note=note)
    return failure(note)


def _is_finite(side: Side) -> bool:
    return bool(np.isfinite(side.samples if isinstance(side, Curve) else float(side)).all())


def _values(side: Side) -> Floats:
    """What a side says at its points: entries on a deterministic curve, else the mean."""
    if isinstance(side, Curve):
        return side.samples if side.exact else side.mean[None]
    return np.full((1, 1), float(side))


def _same_points(left: Curve, right: Side) -> None:
    if not isinstance(right, Curve):
        return
    require(np.array_equal(left.x, right.x), f"{left!r} and {right!r} are not at the same points: select with .at")
    rows = {left.replicas, right.replicas}
    paired = len(rows) == 1 or (right.exact and right.replicas == 1) or (left.exact and left.replicas == 1)
    require(paired, f"{left!r} and {right!r} have different numbers of rows: pair replicas, or use an exact row")


def _relative_distance(rival: Rival, predicted: Side) -> float:
    """Largest relative distance of the rival from the prediction, where that is not 0; NaN if there is none."""
    theirs = _values(rival.predicted if rival.predicted is not None else rival.measured)
    ours = np.broadcast_to(_values(predicted), np.broadcast_shapes(theirs.shape, _values(predicted).shape))
    some = ours != 0
    return float(np.max(np.abs(np.broadcast_to(theirs, ours.shape)[some] / ours[some] - 1))) if some.any() else math.nan


def _difference(left: Curve, right: Side) -> Curve:
    """left - right, replica by replica; exact where both are."""
    if not isinstance(right, Curve):
        right = Curve(left.x, np.full((1, left.x.size), float(right)), exact=True)
    rounding = left.rounding + right.rounding
    block = max(left.block, right.block)
    return Curve(left.x, left.samples - right.samples, left.exact and right.exact, rounding, left.x_name, block)


def _point(difference: Curve, about: About) -> Floats:
    """What the statement is about, as estimated: (1, points), or the entries of a deterministic curve."""
    if difference.exact:
        return difference.samples
    if about == "mean" or isinstance(about, Bounded):
        return np.asarray(difference.samples.mean(axis=0)[None])
    samples, size = difference.samples, difference.replicas // MEANS
    if about == "median of means" and size >= 2:
        samples = samples[: size * MEANS].reshape(MEANS, size, -1).mean(axis=1)
    return np.asarray(np.median(samples, axis=0)[None])


def _count(difference: Curve) -> int:
    """Points that enter the statement: entries on a deterministic curve, else points of the mean."""
    return int(difference.samples.size if difference.exact else difference.x.size)


def _limits(difference: Curve, level: float, about: About, reach: tuple[Floats, Floats] | None) -> Limits:
    """Limits for the true difference: per entry if deterministic, (rows, points); else simultaneous, (1, points)."""
    require(0 < level < 1, f"level={level} is not allowed: an error probability lies in (0, 1)")
    require(
        isinstance(about, Bounded) or about in ABOUT,
        f"about={about!r} is not allowed: give 'mean', 'median', 'median of means' or Bounded(low, high)",
    )
    if difference.exact:
        return Limits(difference.samples - difference.rounding, difference.samples + difference.rounding)
    look = current_analysis()
    rounding = difference.rounding.max(axis=0)
    if reach is not None:
        limits = bounded_limits(difference.samples, level, *reach, sequence=look is not None)
        return Limits(limits.lower[None] - rounding, limits.upper[None] + rounding)
    if about != "mean":
        share = level if look is None else look.share(level)
        limits = median_limits(difference.samples, share, rounding, of_means=about == "median of means")
        return Limits(limits.lower[None], limits.upper[None], limits.warning)
    # Each row is a mean of `block` replicas, at every look the same number.
    tightest = None if look is None else max(2, look.first // difference.block)
    limits = mean_limits(difference.samples, level, rounding, tightest=tightest)
    return Limits(limits.lower[None], limits.upper[None], limits.warning)


def _reach(left: Curve, right: Side, about: About) -> tuple[Floats, Floats] | None:
    """Bounds on each replica of left - right, (points,) each, if bounds are given."""
    if not isinstance(about, Bounded):
        return None
    ends = []
    for side in (left, right):
        exact = not isinstance(side, Curve) or side.exact
        require(
            not exact or _values(side).shape[0] == 1,
            "bounded replicas are compared with one exact row, not with several",
        )
        ends.append(
            (_values(side)[0],) * 2 if exact else (np.full(left.x.size, about.low), np.full(left.x.size, about.high))
        )
    (low, high), (least, most) = ends
    return low - most, high - least


def _decide(miss: Floats, limits: Limits, undecided: bool = False) -> bool | None:
    """False where some point lies outside what is allowed; True if none does; None where that is not known."""
    if limits.warning:
        return None
    if (miss > 0).any():
        return False
    return None if undecided else True


def _one_sided(sign: int, about: About, strict: bool) -> Statement:
    """sign=+1: left <= right (left < right if strict) everywhere; sign=-1 the other way round."""

    def statement(left: Curve, right: Side, level: float) -> Outcome:
        if diverged := _divergence(left, sign):
            return diverged
        difference = _difference(left, right)
        limits = _limits(difference, level, about, _reach(left, right, about))
        miss = limits.lower if sign > 0 else -limits.upper
        ties = strict and difference.exact and bool((np.abs(difference.samples) <= difference.rounding).any())
        # How tight: the ratio to the bound where that is positive, else the difference.
        target = np.broadcast_to(_values(right), miss.shape)
        offset = 1.0 if (target > 0).all() else 0.0
        scale = target if offset else np.ones(miss.shape)
        with np.errstate(over="ignore"):
            ratio, lower, upper = (x / scale + offset for x in (_point(difference, about), limits.lower, limits.upper))
        at = np.unravel_index(int(np.argmax(sign * ratio)), ratio.shape)
        best = np.unravel_index(int(np.argmin(sign * ratio)), ratio.shape)
        gap, half_width = sign * _point(difference, about)[at], (limits.upper - limits.lower)[at] / 2
        what = "ratio" if offset else "difference"
        notes = (
            limits.warning,
            "ties within rounding" if ties else "",
            f"{what} {ratio[at]:.4g} at {left.x_name} {left.x[at[-1]]:g}, {ratio[best]:.4g} at {left.x[best[-1]]:g}",
        )
        return Outcome(
            compatible=_decide(miss, limits, undecided=ties),
            evaluated=_count(difference),
            measured=float(ratio[at]),
            interval=(float(lower[at]), float(upper[at])),
            allowed=(None, offset) if sign > 0 else (offset, None),
            error_probability=0.0 if difference.exact else level,
            note="; ".join(note for note in notes if note),
            hint=_replicas_needed(difference, gap, half_width),
        )

    return statement


def _replicas_needed(curve: Curve, gap: float, half_width: float) -> str:
    """What would decide: replicas at which the interval is as narrow as the gap seen, if it is not yet."""
    if curve.exact or not 0 < gap < half_width or not math.isfinite(half_width):
        return ""
    needed = math.ceil(curve.replicas * curve.block * (half_width / gap) ** 2)
    return f"the gap seen would be decided by about {needed} replicas"

"""Checks of values: agrees, below, above, ordered, monotone.

On simulated curves a statement is about means, at all points together; on a deterministic curve about every entry, up
to its rounding bound. Where the tails of replicas are too heavy for a mean, a statement can be about='median' or
about='median of means', with limits that need no moments: of the differences of paired replicas where both sides are
replicated (not the difference of two medians), of each replica's steps in `monotone`. Where replicas are known to obey
bounds, curve.bounded(low, high) declares them (about=Bounded(low, high) does so for both sides), and limits hold for
any law between them. Rows of a deterministic curve that were drawn at random say so by curve.drawn_from(population):
what holds of all of them then bounds the share of counterexamples. All checks take the options of `trial.Options`.
"""

from __future__ import annotations

import math
from typing import Unpack

import numpy as np

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.verdicts.checks import Check
from theorylab.verdicts.compared import Side, values
from theorylab.verdicts.onesided import Bound, Monotone, Order
from theorylab.verdicts.outcomes import Rival
from theorylab.verdicts.statements import Agreement
from theorylab.verdicts.trial import Options, on_trial


def agrees(
    claim: str, measured: Curve, predicted: Side, *, rival: Rival, within: float = 0.0, **options: Unpack[Options]
) -> Check:
    """Check of E[measured] = predicted at every point, up to the relative error `within` of an approximation.

    Raises InputError unless `within` is below half the largest relative distance to the rival.
    """
    if within:
        half = _relative_distance(rival, predicted) / 2
        require(
            math.isnan(half) or 0 < within < half,
            f"within={within} is not allowed: stay below {half:.4g}, half way to the rival",
        )
    return on_trial(claim, "agrees", Agreement(measured, predicted, within=within), rival, **options)


def below(claim: str, measured: Curve, bound: Side, *, rival: Rival, **options: Unpack[Options]) -> Check:
    """Check of E[measured] <= bound at every point; `measured` of the check is the largest ratio to the bound."""
    return on_trial(claim, "below", Bound(measured, bound, sign=+1), rival, **options)


def above(claim: str, measured: Curve, bound: Side, *, rival: Rival, **options: Unpack[Options]) -> Check:
    """Check of E[measured] >= bound at every point; `measured` of the check is the smallest ratio to the bound."""
    return on_trial(claim, "above", Bound(measured, bound, sign=-1), rival, **options)


def ordered(claim: str, smaller: Curve, larger: Curve, *, rival: Rival, **options: Unpack[Options]) -> Check:
    """Check of E[smaller] < E[larger] at every point; on a deterministic curve a tie within rounding is inconclusive.

    A rival's `measured` and `predicted` stand for the smaller and the larger side.
    """
    return on_trial(claim, "ordered", Order(smaller, larger, strict=True), rival, **options)


def monotone(
    claim: str, measured: Curve, *, rival: Rival, direction: str = "decreasing", **options: Unpack[Options]
) -> Check:
    """Check that no step goes the wrong way: of the mean for replicas, of every row on a deterministic curve.

    Raises InputError if direction is not 'decreasing' or 'increasing', or for a rival without a measurement.
    """
    require(direction in ("decreasing", "increasing"), f"direction={direction!r}: give 'decreasing' or 'increasing'")
    require(rival.measured is not None, "a rival of monotone needs its own measurement")
    return on_trial(
        claim, "monotone", Monotone(measured, 0.0, sign=1 if direction == "decreasing" else -1), rival, **options
    )


def _relative_distance(rival: Rival, predicted: Side) -> float:
    """Largest relative distance of the rival from the prediction, where that is not 0; NaN if there is none."""
    theirs = values(rival.predicted if rival.predicted is not None else rival.measured)
    ours = np.broadcast_to(values(predicted), np.broadcast_shapes(theirs.shape, values(predicted).shape))
    some = ours != 0
    if not some.any():
        return math.nan
    with np.errstate(invalid="ignore"):  # of infinite ones there is none
        return float(np.max(np.abs(np.broadcast_to(theirs, ours.shape)[some] / ours[some] - 1)))

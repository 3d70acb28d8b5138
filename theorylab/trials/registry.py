"""What the lab says with an error attached, and what vouches for it: intervals, bounds, probabilities, by name.

An architecture test finds every public function that returns one, by its annotation or its first sentence, and fails
for one that is neither here nor names its own source (`Derived: FILE::TEST.` or a paper), and for one that is here and
no more. Names are those below `theorylab`, with `*` for any.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Ground(StrEnum):
    """What stands behind an error that is stated."""

    MEASURED = "measured"
    """Its misses are counted on synthetic truths: the test, or the section of figures/calibration.md, that does."""
    PROVED = "proved"
    """It holds by an argument in its docstring: the test that attacks it."""
    CARRIED = "carried"
    """It passes on what another entry vouches for: that entry."""


@dataclass(frozen=True)
class Entry:
    """The ground of one promise, and where that is: `FILE::TEST`, `page: SECTION`, or the name of another entry."""

    ground: Ground
    where: str


def _measured(where: str) -> Entry:
    return Entry(Ground.MEASURED, where)


def _proved(where: str) -> Entry:
    return Entry(Ground.PROVED, where)


def _carried(where: str) -> Entry:
    return Entry(Ground.CARRIED, where)


PAGE = "page: "
"""figures/calibration.md, by the start of a heading."""
VERDICTS = "tests/verdicts/test_"
PANEL = f"{PAGE}Limits for a mean over a panel of laws"
TRIALS = f"{PAGE}True claims refuted"

MEANS = {
    "verdicts.intervals.mean_limits": _measured(PANEL),
    "verdicts.intervals.Moments.of": _carried("verdicts.intervals.Moments.limits"),
    "verdicts.intervals.Moments.limits": _measured(PANEL),
    "verdicts.intervals.Moments.each": _measured(f"{PAGE}95% limits for a mean"),
    "verdicts.intervals.median_limits": _proved(
        f"{VERDICTS}intervals.py::test_limits_of_medians_miss_at_their_level_whatever_the_tail"
    ),
    "verdicts.intervals.bounded_limits": _proved(
        f"{VERDICTS}intervals.py::test_limits_within_bounds_hold_for_two_values_and_for_laws_between"
    ),
    "verdicts.intervals.bounded_each": _carried("verdicts.intervals.bounded_limits"),
    "verdicts.intervals.clopper_pearson": _proved(
        f"{VERDICTS}intervals.py::test_clopper_pearson_agrees_with_another_implementation"
    ),
    "verdicts.intervals.sequence_quantile": _measured(
        f"{VERDICTS}interim.py::test_looking_often_does_not_inflate_the_error_of_a_sequence"
    ),
    "verdicts.intervals.Limits.*": _carried("verdicts.intervals.mean_limits"),
    "verdicts.estimands.Mean.limits": _carried("verdicts.intervals.mean_limits"),
    "verdicts.estimands.Median.limits": _carried("verdicts.intervals.median_limits"),
    "verdicts.compared.Difference.limits": _carried("verdicts.estimands.Mean.limits"),
    "verdicts.compared.Difference.rests_on": _proved(
        f"{VERDICTS}means.py::test_instances_drawn_at_random_bound_the_share_of_counterexamples"
    ),
    "verdicts.tails.warning": _measured(PANEL),
}
RATES = {
    "verdicts.rates.power_law": _measured(f"{VERDICTS}rates.py::test_committed_cells_keep_the_promise"),
    "verdicts.rates.geometric_factor": _measured(f"{VERDICTS}rates.py::test_committed_cells_keep_the_promise"),
    "verdicts.rates.rate": _measured(f"{VERDICTS}rates.py::test_intervals_of_fresh_truths_miss_as_often_as_they_say"),
    "verdicts.rates.Rate.*": _carried("verdicts.rates.rate"),
    "verdicts.cells.cell": _measured(f"{VERDICTS}rates.py::test_committed_cells_keep_the_promise"),
    "verdicts.rates.compare": _measured(
        f"{VERDICTS}forms.py::test_union_over_forms_and_windows_covers_truths_of_these_forms_at_its_level"
    ),
    "verdicts.forms.compare": _carried("verdicts.rates.compare"),
    "verdicts.evidence.Evidence.rate": _carried("verdicts.rates.rate"),
    "verdicts.judging.judge": _measured(f"{VERDICTS}rates.py::test_real_table_as_printed_holds_its_order"),
    "verdicts.judging.Judgement.interval": _carried("verdicts.judging.judge"),
}
CHECKS = {
    **{f"verdicts.means.{kind}": _measured(TRIALS) for kind in ("agrees", "below", "above", "ordered", "monotone")},
    **{f"verdicts.slopes.{kind}": _measured(TRIALS) for kind in ("decays_as", "geometric")},
    "verdicts.slopes.judged": _carried("verdicts.slopes.decays_as"),
    "verdicts.thresholds.threshold": _measured(
        "tests/trials/test_calibration.py::test_threshold_never_refutes_the_value_that_was_bisected"
    ),
    "verdicts.thresholds.bracket": _proved(
        f"{VERDICTS}thresholds.py::test_bracket_encloses_the_change_to_its_relative_width"
    ),
    **{
        f"verdicts.{name}": _carried("verdicts.means.agrees")
        for name in ("trial.on_trial", "asked.asked", "rule.judge", "checks.Check.*")
    },
    "verdicts.rule.broken": _proved(f"{VERDICTS}rule.py::test_broken_study_is_an_error_that_is_never_as_declared"),
    "verdicts.levels.p_values": _measured(f"{VERDICTS}suite.py::test_p_values_of_true_claims_are_uniform_or_larger"),
    "verdicts.suite.adjusted": _proved(f"{VERDICTS}suite.py::test_holm_by_hand"),
    "verdicts.suite.controlled": _measured(f"{VERDICTS}suite.py::test_the_table_errs_as_often_as_it_says"),
    "verdicts.mutants.score": _measured(
        f"{VERDICTS}mutants.py::test_an_error_of_that_size_is_caught_with_the_power_stated"
    ),
    "verdicts.mutants.Score.*": _carried("verdicts.mutants.score"),
    **{
        f"trials.{name}": _carried("verdicts.means.agrees")
        for name in ("parts.checked", "stored.Stored.checks", "study.Study.checks")
    },
    **{
        f"trials.calibration.{name}": _proved("tests/views/test_calibration.py::test_rates_lie_within_their_limits")
        for name in ("false_alarms", "coverage")
    },
    "trials.audit.shares": _carried("verdicts.intervals.clopper_pearson"),
}
PROOFS = {
    "numerics.rounding.from_ulps": _proved(
        "tests/numerics/test_rounding.py::test_a_unit_is_the_spacing_of_floats_at_1"
    ),
    "numerics.known.Known.*": _proved("tests/numerics/test_known.py::test_the_truth_is_within_the_error"),
    "numerics.balls.square": _proved("tests/numerics/test_balls.py::test_squares_and_powers_enclose_random_points"),
    "numerics.proofs.by_bisection": _proved(
        "tests/numerics/test_balls.py::test_a_violation_on_a_small_part_is_found_or_left_undecided_never_certified"
    ),
    "numerics.proofs.by_points": _proved(
        "tests/numerics/test_proofs.py::test_finitely_many_statements_are_judged_together"
    ),
    "numerics.proofs.Certificate.*": _carried("numerics.proofs.by_bisection"),
    "models.sde.integrators.Linear.mean_square_gap": _proved(
        "tests/models/sde/test_integrators.py::test_mean_square_gap_of_one_step_by_integration"
    ),
    "models.*.certificates.*": _carried("numerics.proofs.by_bisection"),
    **{
        f"trials.certificates.{name}": _carried("numerics.proofs.by_bisection")
        for name in ("families", "chosen", "certify", "record")
    },
}
ENTRIES: dict[str, Entry] = MEANS | RATES | CHECKS | PROOFS

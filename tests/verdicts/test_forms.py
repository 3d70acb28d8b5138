"""The comparison of forms: which the data reject, and the exponents that are left."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import binom

from tests.calibration import comparison as calibration
from theorylab.curves import exact
from theorylab.errors import InputError
from theorylab.verdicts.rates import compare

Floats = NDArray[np.float64]

X = np.geomspace(10, 1000, 18)
ROUNDING = 1e-13
FAILURE = 1e-6
FORMS: dict[str, Callable[[Floats], Floats]] = {
    "power": lambda x: 1 / x,
    "power x log": lambda x: np.log(x) / x,
    "power / log": lambda x: 1 / (x * np.log(x)),
    "power + floor": lambda x: 1 / x + 1e-4,
    "power of x + shift": lambda x: 1 / (x + 30),
}


@pytest.mark.parametrize("name", FORMS)
def test_exact_curve_of_a_form_keeps_it_with_its_exponent_and_rejects_another(name: str) -> None:
    x = calibration.X
    seen = compare(exact(x, FORMS[name](x), ROUNDING))
    forms = {form.name: form for form in seen.forms}
    interval = forms[name].interval
    assert interval is not None
    assert forms[name].kept == forms[name].windows
    assert interval[0] <= -1 + 1e-6
    assert interval[1] >= -1 - 1e-6
    assert seen.interval is not None
    assert seen.interval[0] <= interval[0]
    assert seen.interval[1] >= interval[1]
    assert any(form.rejected for form in seen.forms)
    assert f"{name}: exponent in [" in repr(seen)


def test_exact_curve_of_no_form_has_no_interval() -> None:
    seen = compare(exact(X, np.exp(np.sin(4 * np.log(X))) / X, ROUNDING))
    assert seen.interval is None
    assert "no form fits" in repr(seen)


def test_comparison_at_x_below_one_leaves_out_logarithms() -> None:
    names = [form.name for form in compare(exact(X / 100, 1 / X, ROUNDING)).forms]
    assert names == ["power", "power + floor", "power of x + shift"]


def test_fewer_points_than_a_window_needs_are_refused() -> None:
    with pytest.raises(InputError, match="8 points: forms are compared on 9 or more"):
        compare(exact(X[:8], 1 / X[:8], ROUNDING))


@pytest.mark.parametrize("truth", calibration.NAMED)
def test_union_over_forms_and_windows_covers_truths_of_these_forms_at_its_level(truth: str) -> None:
    for row in calibration.measure(20, (truth,)):
        if row.reader == "compare":
            assert row.answered >= row.draws - binom.ppf(1 - FAILURE, row.draws, calibration.LEVEL / 2)
            assert row.answered - row.covered <= binom.ppf(1 - FAILURE, row.answered, calibration.LEVEL)

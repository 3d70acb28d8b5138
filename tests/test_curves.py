"""Curves that a study makes by hand, and the steps at which it makes them."""

import math

import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

import theorylab
from tests.numerics.test_arguments import NO_NUMBERS
from theorylab.curves import Curve, exact
from theorylab.errors import InputError
from theorylab.verdicts import brackets


def test_log_steps_are_increasing_integers_from_first_to_last():
    steps = theorylab.log_steps(1, 1000, 10)
    assert steps[0] == 1
    assert steps[-1] == 1000
    assert (np.diff(steps) > 0).all()
    assert steps.dtype == np.int64
    assert steps.tolist() == [1, 2, 4, 10, 21, 46, 100, 215, 464, 1000]
    assert theorylab.log_steps(1, 4, 50).tolist() == [1, 2, 3, 4], "each once"


@pytest.mark.parametrize("given", [(0, 5, 3), (5, 4, 3), (1, math.inf, 3), (1, 5, 0)])
def test_log_steps_say_what_is_allowed(given):
    with pytest.raises(InputError, match="is not allowed: give"):
        theorylab.log_steps(*given)


@pytest.mark.parametrize(("values", "words"), NO_NUMBERS)
def test_what_is_no_array_of_real_numbers_makes_no_curve(values, words):
    one = np.ones(1)
    for make in (
        lambda: Curve(values, one[None]),
        lambda: Curve(one, np.ma.atleast_2d(values) if isinstance(values, np.ma.MaskedArray) else [values]),
        lambda: Curve(one, one[None], rounding=values),
        lambda: Curve(one, one[None]).bounded(values, values),
        lambda: exact(values, one, 0.0),
        lambda: exact(one, values, 0.0),
        lambda: exact(one, one, values),
        lambda: brackets(one, values),
    ):
        with pytest.raises(InputError):
            make()
    with pytest.raises(InputError, match=words):
        Curve(values, one[None])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"x": [1.0, math.nan]}, "x needs finite numbers"),
        ({"x": [1.0, math.inf]}, "x needs finite numbers"),
        ({"x": [[1.0, 2.0]]}, r"x needs shape \(points,\)"),
        ({"samples": [1.0, 2.0]}, r"give \(replicas, points\)"),
        ({"rounding": -1e-9}, "rounding has negative values"),
        ({"rounding": np.zeros(3)}, r"rounding of shape \(3,\) does not fit samples of shape \(2, 2\)"),
        ({"block": 0}, "block=0 is not allowed"),
        ({"block": 1.5}, "block=1.5 is not allowed"),
        ({"bounds": (2.0, 1.0)}, "bounds 2.0 to 1.0 are not allowed"),
    ],
)
def test_a_curve_that_cannot_be_is_refused_with_what_is_wrong(changes, words):
    whole = {"x": [1.0, 2.0], "samples": [[1.0, 2.0], [3.0, 4.0]]}
    assert Curve(**whole).replicas == 2
    with pytest.raises(InputError, match=words):
        Curve(**whole | changes)


def test_the_sample_that_lies_furthest_outside_its_bounds_is_named():
    curve = Curve([10, 20], [[0.1, 0.2], [-0.5, 1.1]])
    words = curve.bounded(0, 1).broken_bounds
    assert words.startswith("2 samples lie outside the bounds")
    assert words.endswith("furthest is -0.5, in replica 1 at steps 10, outside [0, 1]")
    assert curve.broken_bounds == curve.bounded(-0.5, 1.1).broken_bounds == ""
    with pytest.raises(InputError, match=r"bounds of shapes .* do not fit"):
        curve.bounded([0, 0, 0], 2)


def test_replicas_that_diverge_to_both_sides_have_no_mean_and_no_warning():
    assert math.isnan(Curve([1.0], [[math.inf], [-math.inf]]).mean[0])


@pytest.mark.parametrize("unit", [1e-300, 1e250])
def test_standard_errors_stay_inside_the_floats(unit):
    samples = np.array([[1.0, 2.0], [3.0, -1.0], [2.0, 2.0]])
    plain = Curve([1.0, 2.0], samples).standard_error
    assert plain.tolist() == (samples.std(axis=0, ddof=1) / 3**0.5).tolist()
    assert Curve([1.0, 2.0], unit * samples).standard_error == pytest.approx(unit * plain, rel=1e-15)
    assert Curve([1.0, 2.0], 0 * samples).standard_error.tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Curve([1, 2], [[1, 2]], drawn=-1), "drawn=-1 is not allowed"),
        (lambda: Curve([1, 2], [[1, 2]]).drawn_from("all", 10**18), r"drawn=10+ is not allowed"),
        (lambda: theorylab.log_steps(1, 10**18, 10**18), r"count=10+ is not allowed: give an integer <= 10+"),
        (lambda: theorylab.spectra.flat(10**18), r"dimension=10+ is not allowed: give an integer <= 10+"),
        (lambda: theorylab.Bounded(1, 0), "low < high"),
        (lambda: theorylab.grid(abs, np.ma.array([1.0, 2.0], mask=[0, 1])), "points has 1 masked entries"),
    ],
)
def test_counts_beyond_reason_and_what_is_no_grid_are_refused_at_once(make, words):
    with pytest.raises(InputError, match=words):
        make()


def pretty(value):
    """What IPython shows of a value at its prompt."""
    return DisplayFormatter(parent=None).format(value)[0]["text/plain"]


def test_at_a_prompt_a_curve_shows_its_shape_as_blocks():
    steps = np.arange(1.0, 9.0)
    assert pretty(exact(steps, steps - 1, 0.0)) == "Curve(deterministic, 1 x 8, steps 1..8, 0 ▁▂▃▄▅▆▇█ 7)"
    assert pretty(exact(steps, 10.0**-steps, 0.0)).endswith("0.1 █▇▆▅▄▃▂▁ 1e-08)")  # of logarithms
    assert pretty(exact([1.0, 2.0], [3.0, 3.0], 0.0)).endswith("3 ▁▁ 3)")
    assert pretty(Curve([], np.zeros((1, 0)))) == "Curve(simulated, 1 x 0, no points)"
    long = pretty(exact(np.arange(1.0, 1001.0), np.arange(1000.0), 0.0))
    assert sum(block in long for block in "▁▂▃▄▅▆▇█") == 8
    assert len(long) < 100


def test_a_repr_is_plain_text_wherever_it_is_printed():
    repr(exact([1.0, 2.0], [3.0, 4.0], 0.0)).encode("ascii")

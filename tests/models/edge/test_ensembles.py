"""Random starts have the load and product asked for; curves stack row by row."""

import numpy as np
import pytest

from theorylab import exact
from theorylab.curves import Curve, stacked
from theorylab.errors import InputError
from theorylab.models.edge import ensembles, theory


def draw(**changes):
    given = {"dimension": 4, "points": 500, "loads": (1.0, 3.0), "products": (0.2, 1.5), "spread": 1.0, "seed": 0}
    given |= changes
    return ensembles.random_starts(given.pop("dimension"), given.pop("points"), **given)


def test_starts_have_the_loads_and_products_asked_for():
    starts = draw()
    load, product = starts.step_size * theory.flow_sharpness(starts.weights), starts.weights.prod(axis=1)
    for values, (low, high) in ((load, (1.0, 3.0)), (product, (0.2, 1.5))):
        assert low * (1 - 1e-9) <= values.min() < low * 1.1
        assert high * 0.97 < values.max() <= high * (1 + 1e-9)


def test_starts_are_fixed_by_the_seed_and_differ_by_it():
    assert np.array_equal(draw().weights, draw().weights)
    assert not np.array_equal(draw().weights, draw(seed=1).weights)


def test_no_spread_means_equal_weights():
    weights = draw(spread=0.0).weights
    assert weights == pytest.approx(np.repeat(weights[:, :1], 4, axis=1), rel=1e-15)


def test_the_split_keeps_what_is_inside_and_what_is_only_untrapped():
    starts = draw(dimension=2)
    inside, untrapped = ensembles.split_by_class(starts)
    limit, room = theory.class_margins(*starts)
    assert len(inside.weights) == ((limit >= 0) & (room > 0)).sum() > 0
    assert len(untrapped.weights) == ((limit >= 0) & (room <= 0)).sum() > 0
    assert (theory.class_margins(*inside) >= 0).all()


def test_stacked_rows_keep_their_values_and_rounding():
    first, second = exact([1, 2], [[1.0, 2.0]], 1e-3), exact([1, 2], [[3.0, 4.0], [5.0, 6.0]], 1e-2)
    both = stacked([first, second])
    assert np.array_equal(both.samples, [[1, 2], [3, 4], [5, 6]])
    assert both.rounding == pytest.approx(np.array([[1e-3, 2e-3], [3e-2, 4e-2], [5e-2, 6e-2]]))
    assert both.exact


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(dimension=0), "dimension=0 is not allowed"),
        (lambda: draw(points=1.5), "points=1.5 is not allowed"),
        (lambda: draw(spread=-1.0), "spread=-1.0 is not allowed"),
        (lambda: draw(loads=(2.0, 1.0)), "loads="),
        (lambda: draw(products=(0.0, 1.0)), "products="),
        (lambda: draw(seed=-1), "seed=-1"),
        (lambda: stacked([]), "no curves"),
        (lambda: stacked([exact([1], [1.0], 0.0), exact([2], [1.0], 0.0)]), "different points"),
        (lambda: stacked([Curve(np.ones(1), np.ones((2, 1)))]), "are stacked"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()

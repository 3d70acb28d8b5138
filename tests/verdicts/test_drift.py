"""The tail of a table, its least-squares weights, and readings of resamples that are those of curves of their own."""

import numpy as np
import pytest

from theorylab.verdicts import drift
from theorylab.verdicts.drift import tail_size, tail_weights


def test_the_tail_is_two_thirds_of_the_slopes_and_three_at_least():
    assert [tail_size(points) for points in (4, 5, 7, 10, 31)] == [3, 3, 4, 6, 20]


def test_weights_are_the_least_squares_slope_over_the_points_of_the_tail():
    position = np.array([[0.0, 1.0, 2.5, 3.0, 4.0, 6.0, 7.0]])
    values = np.random.default_rng(0).standard_normal(7)
    last = tail_size(7) + 1
    slope = np.polyfit(position[0, -last:], values[-last:], 1)[0]
    assert (tail_weights(position) * values).sum() == pytest.approx(slope)


@pytest.mark.parametrize("points", [4, 8, 12, 30])
def test_resamples_have_the_centres_of_curves_of_their_own(points: int) -> None:
    rng = np.random.default_rng(points)
    position = np.linspace(0, 6, points)[None]
    bend, scatter = rng.choice([0.0, 0.3], (200, 1)), rng.choice([0.0, 1e-3, 0.05], (200, 1))
    values = -position + bend * np.exp(-position) + scatter * rng.standard_normal((200, points))
    noise = np.full((1, points - 1), 2e-3), np.array([1e-3])
    whole = drift.read(position, values, *noise)
    assert len(set(whole.kind)) >= 3
    again = drift.read(position, values, *noise, resamples=199)
    assert again.centre.tolist() == whole.centre.tolist()
    for name in ("lower", "upper", "kind", "grows", "heading", "theta", "logarithm"):
        assert getattr(again, name).tolist() == getattr(whole, name)[:1].tolist()
    # A row for all curves is as many equal rows.
    repeated = drift.read(np.repeat(position, 200, axis=0), values, *(np.repeat(one, 200, axis=0) for one in noise))
    assert repeated.centre.tolist() == whole.centre.tolist()
    assert repeated.upper.tolist() == whole.upper.tolist()

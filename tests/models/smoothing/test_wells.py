"""A bowl with a sharp well: steps by hand, shares of starts against fine grids, bounds under attack."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.smoothing import wells
from theorylab.models.smoothing.wells import Landscape
from theorylab.numerics.streams import fill_uniform, stream

RNG = np.random.default_rng(20220530)
WELL = Landscape()


def test_steps_by_hand():
    found = wells.run(WELL, [2.0, 3.01, 3.2], 0.1, 1)
    assert found[0] == pytest.approx([1.8, 2.97, 2.88])
    assert found[1].tolist() == [0, 1, 0]
    assert found[2].tolist() == [-1, -1, -1]
    found = wells.run(WELL, [3.01, 3.3], 0.1, 2)  # 3.3 -> 2.97, inside; 3.01 -> 2.97 -> 3.09, left after two steps
    assert found[0] == pytest.approx([3.09, 3.09])
    assert found[1].tolist() == [1, 1]
    assert found[2].tolist() == [2, 1]
    assert wells.follow.py_func(WELL, np.array([3.01, 3.3]), 0.1, 2) == pytest.approx(found)


@pytest.mark.parametrize("step_size", [0.005, 0.02, 0.034, 0.045, 0.0499])
def test_trapped_mass_is_that_of_a_fine_grid(step_size):
    for landscape in (WELL, Landscape(0.7, 30.0, 2.0, 0.3)):
        high, count = 9.0, 20_000
        starts = (np.arange(count) + 0.5) / count * high
        last, entered, _ = wells.run(landscape, starts, step_size, 3000)
        ends = np.abs(last - landscape.centre) < landscape.radius
        close = 60 / count  # two ends of each of less than 30 intervals
        assert wells.trapped_mass(landscape, step_size, 0, high) == pytest.approx(ends.mean(), abs=close)
        assert wells.trapped_mass(landscape, step_size, 0, high, ever=True) == pytest.approx(entered.mean(), abs=close)


def test_nothing_is_trapped_beyond_the_threshold():
    for step_size in (0.0501, 0.1, 0.5):
        assert wells.trapped_mass(WELL, step_size, 0, 5) == 0
        starts = np.append(np.linspace(0.0113, 5, 999), 3.0)  # the last is the well's minimum itself
        last = wells.run(WELL, starts, step_size, 9000)[0]
        assert (np.abs(last[:-1]) < 1e-6).all()
        assert last[-1] == 3
    assert 0 < wells.trapped_mass(WELL, 0.3, 0, 5, ever=True) < 0.1


def test_escape_steps_count_the_steps():
    for load in (2.01, 2.5, 4.0):
        for distance in (1e-8, 1e-3, 0.03):
            left = wells.run(WELL, [3 + distance], load / WELL.sharp, 5000)[2, 0]
            exact = 3 + distance - 3  # as the start has it in floats
            assert left == wells.escape_steps(load, exact, WELL.radius)


def test_expansion_and_contraction_under_attack():
    nearest, widest = np.inf, 0.0
    for _ in range(500):
        d, k, h = int(RNG.integers(1, 5)), RNG.uniform(0.5, 3), RNG.uniform(0.1, 3)
        e, skew = RNG.standard_normal(d), RNG.standard_normal((d, d))
        root = RNG.standard_normal((d, d)) * RNG.choice([0.0, 0.3])
        field = k * np.eye(d) + root @ root.T + RNG.choice([0.0, 1.0]) * (skew - skew.T)
        g = field @ e
        assert g @ e >= k * e @ e - 1e-9
        factor = np.linalg.norm(e - h * g) / np.linalg.norm(e)
        if h * k > 2:
            nearest = min(nearest, factor / wells.expansion_bound(h * k))
        largest = np.linalg.norm(g) / np.linalg.norm(e)
        widest = max(widest, factor**2 / wells.contraction_bound(h, k, largest))
    assert 1 - 1e-9 <= nearest < 1.001
    assert 0.999 < widest <= 1 + 1e-9


def test_largest_excursion_is_that_of_the_worst_noise():
    for h in (0.001, 0.02, 0.025, 0.04):
        e, largest = 0.0, 0.0
        for _ in range(20_000):
            decay = 1 - h * 40
            e = decay * e + (h * 1.5 if decay * e >= 0 else -h * 1.5)
            largest = max(largest, abs(e))
        assert largest == pytest.approx(wells.largest_excursion(h, 40, 1.5), rel=1e-9)
        assert wells.largest_excursion(min(h, 0.025), 40, 1.5) == pytest.approx(1.5 / 40)


def test_noisy_runs_are_their_draws():
    steps = np.array([0, 3, 300, 600])
    found = wells.stays(WELL, 0.02, 6.0, steps, stream(1, 0))
    assert wells.stays.py_func(WELL, 0.02, 6.0, steps, stream(1, 0)).tolist() == found.tolist()
    state, draws, e, inside, seen = stream(1, 0), np.empty(256), 0.0, True, []
    for t in range(601):
        if t in steps:
            seen.append(float(inside))
        if t % 256 == 0:
            fill_uniform(state, draws)
        e -= 0.02 * (40 * e + 6 * (2 * draws[t % 256] - 1))
        inside = inside and abs(e) < 0.05
    assert found.tolist() == seen
    assert (wells.simulate(WELL, 0.02, 1.9, [100, 5000], replicas=20, seed=1).samples == 1).all()


def test_bad_calls_cost_one_sentence():
    for call, words in (
        (lambda: wells.run(Landscape(2.0, 1.0), [1.0], 0.1, 1), "the sharper"),
        (lambda: wells.run(Landscape(radius=4.0), [1.0], 0.1, 1), "outside the well"),
        (lambda: wells.run(WELL, [1.0], -0.1, 1), "step_size"),
        (lambda: wells.trapped_mass(WELL, 1.5, 0, 5), "below 1 / m"),
        (lambda: wells.trapped_mass(WELL, 0.01, 5, 4), "low < high"),
        (lambda: wells.simulate(WELL, 0.01, -1.0, [1], replicas=4, seed=1), "noise"),
    ):
        with pytest.raises(InputError, match=words):
            call()

"""Kernels against the methods written out in NumPy on the same normals, and their replicas against exact moments."""

import numpy as np
import pytest

from theorylab.errors import InputError
from theorylab.models.quadratics import kernels, simulation, valleys
from theorylab.models.quadratics.kernels import Coupled, Mode
from theorylab.models.quadratics.theory import averaging
from theorylab.models.quadratics.valleys import Valley
from theorylab.numerics.streams import fill_normal, stream


def normals(count):
    drawn = np.empty(count)
    fill_normal(stream(1, 0), drawn)
    return drawn


def test_averages_are_those_of_the_method_as_written():
    rates, counts, weight = np.array([0.3, 0.1]), np.array([1, 3]), 0.2
    found = kernels.average_paths(Mode(1.5, 0.7, 2.0), rates, weight, counts, stream(1, 0))
    xi = normals(7)
    x, ends = 2.0 * xi[0], []
    mean = x
    for t in range(6):
        x = x - rates[t % 2] * (1.5 * x + 0.7 * xi[t + 1])
        mean = 0.8 * mean + 0.2 * x
        if t % 2:
            ends.append((x, mean))
    expected = [[ends[0][0], ends[2][0]], [ends[0][0], np.mean([e[0] for e in ends])], [ends[0][1], ends[2][1]]]
    assert found == pytest.approx(np.array(expected), rel=1e-12)


@pytest.mark.parametrize("valley", [Valley(0.25, 4.0), Valley(1.3, 1.3, 0.7)])
def test_valley_paths_are_those_of_the_method_as_written(valley):
    found = kernels.valley_paths(valley.data(), 0.2, 0.9, 3, np.array([1, 4]), stream(1, 0))
    xi, x, path = normals(7), np.array(0.0), []
    for z in xi:
        x = x - 0.2 * (valley.slope(x) + 0.9 * z)
        path.append(float(x))
    for k, n in enumerate((1, 4)):
        last, mean = np.array(path[2 + n]), np.mean(path[3 : 3 + n])
        expected = [f(z) for z in (last, mean) for f in (lambda z: z, valley.height, valley.curvature)]
        assert found[:, k] == pytest.approx(np.array([float(e) for e in expected]), rel=1e-12)


def test_coupled_paths_are_those_of_the_method_as_written():
    given = Coupled(1.0, 0.2, 4.0, 0.5, 0.3, 0.1, 1.0)
    found = kernels.coupled_paths(given, 0.1, 1, np.array([1, 3]), stream(1, 0))
    xi, (x, y), path = normals(8).reshape(4, 2), (0.1, 1.0), []
    for z in xi:
        slope = (1.0 + 4 * y**2) * x + 0.5 * z[0], (0.2 + 4 * x**2) * y + 0.3 * z[1]
        x, y = x - 0.1 * slope[0], y - 0.1 * slope[1]
        path.append((x, y))
    for k, n in enumerate((1, 3)):
        expected = []
        for u, v in (path[n], np.mean(path[1 : 1 + n], axis=0)):
            expected += [u**2, v**2, (1 + 4 * v**2) * u**2 / 2 + 0.2 * v**2 / 2]
        assert found[:, k] == pytest.approx(np.array(expected), rel=1e-12)


def test_replicas_have_the_variances_of_the_forms():
    v = averaging.sgd_variance(0.5, 1.0, 1.0)
    run = simulation.averages(Mode(1.0, 1.0, v**0.5), [0.5], [20], weight=0.2, replicas=4000, seed=3)
    for name, form in (
        ("last", v),
        ("average", averaging.average_variance(v, 0.5, 20)),
    ):
        square = run[name].samples[:, 0] ** 2
        assert abs(square.mean() - form) < 5 * square.std() / 4000**0.5
    run = simulation.valley(Valley(0.25, 4.0), 0.05, 0.9, 400, [1], replicas=2000, seed=4)
    law = valleys.rest_means(Valley(0.25, 4.0), 0.05, 0.9)
    for k, name in enumerate(("x", "f", "curvature")):
        sample = run[f"{name} last"].samples[:, 0]
        assert abs(sample.mean() - law.value[k]) < 5 * sample.std() / 2000**0.5
    run = simulation.coupled(Coupled(1.0, 0.5, 0.0, 1.0, 1.0, 0.0, 0.0), 0.2, 200, [1], replicas=2000, seed=5)
    for name, curvature in (("x^2 last", 1.0), ("y^2 last", 0.5)):
        sample = run[name].samples[:, 0]
        assert abs(sample.mean() - averaging.sgd_variance(0.2, curvature, 1.0)) < 5 * sample.std() / 2000**0.5


def test_bad_input_is_answered_by_one_sentence():
    mode, options = Mode(1.0, 1.0, 0.0), {"replicas": 2, "seed": 1}
    for match, call in (
        ("unstable: a cycle multiplies", lambda: simulation.averages(mode, [2.5], [1], **options)),
        ("weight=0", lambda: simulation.averages(mode, [0.5], [1], weight=0.0, **options)),
        ("step_sizes=-1", lambda: simulation.averages(mode, [-1.0], [1], **options)),
        ("not allowed in this valley", lambda: simulation.valley(Valley(1.0, 4.0), 0.6, 1.0, 0, [1], **options)),
        ("burn_in", lambda: simulation.valley(Valley(1.0, 4.0), 0.1, 1.0, -1, [1], **options)),
        ("integers >= 1", lambda: simulation.coupled(Coupled(1, 1, 1, 1, 1, 0, 0), 0.1, 0, [0], **options)),
    ):
        with pytest.raises(InputError, match=match):
            call()

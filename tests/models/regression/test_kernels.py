"""The simulator against its pure-Python body, against a plain re-implementation, and against the exact theory."""

import numpy as np
import pytest

from theorylab import Rival, agrees, exact, replicate
from theorylab.errors import DivergedError, InputError
from theorylab.models.regression import kernels, moments, theory
from theorylab.models.regression.kernels import paths
from theorylab.models.regression.model import DESIGNS, LeastSquares
from theorylab.models.regression.simulation import OUTPUTS, Observation, simulate
from theorylab.numerics import spectra
from theorylab.numerics.streams import fill_normal, fill_uniform, stream


def problem(design="gaussian", batch=1, dimension=6, noise_std=0.5):
    eigenvalues = spectra.power_law(dimension, 1.0)
    if design == "one-hot":
        eigenvalues = eigenvalues / eigenvalues.sum()
    return LeastSquares(eigenvalues, np.linspace(1, 2, dimension), noise_std, design, batch)


def arguments(p, degree=2):
    starts, steps = np.array([0, 2, 2, 9]), np.array([1, 3, 8, 20])
    return p.data(), 0.1, 0.8, kernels.Observation(steps, starts, np.ascontiguousarray(p.eigenvalues), degree)


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("degree", [1, 2])
def test_kernel_matches_its_python_body(design, batch, degree):
    given = arguments(problem(design, batch), degree)
    compiled, python = paths(*given, stream(3, 1)), paths.py_func(*given, stream(3, 1))
    assert compiled == pytest.approx(python, rel=1e-12)


@pytest.mark.parametrize("recursion", ["last", "ema", "average"])
def test_recursions_match_their_python_bodies(recursion):
    r = theory.recursion(problem(), 0.1)
    steps = np.array([1, 4, 30])
    extra = {"last": (), "ema": (0.8,), "average": (1,)}[recursion]
    steps = steps[1:] if recursion == "average" else steps
    kernel = getattr(moments, recursion)
    assert kernel(r, *extra, steps) == pytest.approx(kernel.py_func(r, *extra, steps), rel=1e-13)


@pytest.mark.parametrize("design", ["gaussian", "one-hot"])
def test_kernel_is_sgd_as_written_in_the_model(design):
    # A re-implementation from the model's docstring, fed with the same draws: residual, gradient, all averages.
    p = problem(design, batch=2)
    source, errors = stream(5, 0), [p.error0.copy()]
    for _ in range(20):
        gradient = np.zeros(p.dimension)
        for _ in range(2):
            x = np.zeros(p.dimension)
            if design == "gaussian":
                draws = np.empty(p.dimension + 1)
                fill_normal(source, draws)
                x, noise = np.sqrt(p.eigenvalues) * draws[:-1], draws[-1]
            else:
                uniform, normal = np.empty(1), np.empty(1)
                fill_uniform(source, uniform)
                fill_normal(source, normal)
                index, noise = np.searchsorted(np.cumsum(p.eigenvalues), uniform[0], side="right"), normal[0]
                if index < p.dimension:
                    x[index] = 1.0
            gradient += (p.noise_std * noise - errors[-1] @ x) * x
        errors.append(errors[-1] + 0.1 / 2 * gradient)
    path, expected = np.array(errors), []
    for n, s in ((1, 0), (3, 2), (8, 2), (20, 9)):
        ema = p.error0
        for t in range(n):
            ema = 0.8 * ema + 0.2 * path[t]
        vectors = (path[n], ema, path[:n].mean(axis=0), path[s:n].mean(axis=0))
        expected.append([0.5 * (p.eigenvalues * v**2).sum() for v in vectors])
    assert pytest.approx(np.array(expected), rel=1e-12) == paths(*arguments(p), stream(5, 0)).T


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("batch", [1, 4])
def test_simulation_agrees_with_exact_risks(design, batch):
    p, steps, start = problem(design, batch), np.array([5, 20, 60]), np.array([2, 10, 30])
    runs = simulate(p, 0.2, 0.9, Observation(steps, start), replicas=64_000, seed=11)
    truths = (
        theory.sgd_risk(p, 0.2, steps),
        theory.ema_risk(p, 0.2, 0.9, steps),
        theory.average_risk(p, 0.2, 0, steps),
        theory.average_risk(p, 0.2, start, steps),
    )
    for name, truth in zip(OUTPUTS, truths, strict=True):
        rounding = theory.relative_rounding(p, 0.2, steps)
        rival = Rival(claim="ten per cent more", predicted=exact(steps, 1.1 * truth, rounding))
        check = agrees(name, runs[name], exact(steps, truth, rounding), rival=rival)
        assert check.as_declared, check


def test_dimension_one_without_noise_stays_exact_in_the_mean():
    p = LeastSquares(np.array([1.0]), np.array([2.0]), 0.0, "one-hot")
    # x = 1 always: no randomness is left, every replica is gradient descent.
    run = simulate(p, 0.25, 0.5, [1, 2, 3], replicas=32, seed=0)["last"]
    assert run.samples == pytest.approx(np.tile(2.0 * 0.75 ** (2 * np.array([1, 2, 3])), (32, 1)), rel=1e-14)


def test_leftover_one_hot_probability_is_an_empty_sample():
    p = LeastSquares(np.array([1e-12]), np.array([1.0]), 1.0, "one-hot")
    assert (simulate(p, 1.0, 0.5, [10], replicas=2, seed=0)["last"].samples == 0.5e-12).all()


def test_divergence_is_reported_with_count_step_and_setting():
    p = LeastSquares(np.ones(4), np.ones(4), 0.0)
    runs = simulate(p, 50.0, 0.9, [10, 100, 1000], replicas=4, seed=0, allow_unstable=True)
    assert runs["last"].diverged.all()
    assert not np.isnan(runs["last"].samples).any()
    given = (p.data(), 50.0, 0.9, kernels.Observation(np.array([1, 1000]), np.zeros(2, int), np.ones(4), 2))
    with pytest.raises(DivergedError, match=r"4 of 4 replicas of paths\(step_size=50.*first at steps 1000"):
        replicate(paths, *given, x=[1, 1000], replicas=4, seed=0, names=OUTPUTS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"observed": [0, 1]}, "steps must start at 1"),
        ({"replicas": 1}, "replicas=1 is not allowed"),
        ({"step_size": 1.0}, "unstable"),
        ({"ema_decay": 1.5}, "ema_decay=1.5"),
        ({"observed": Observation([1, 2], weights=np.ones(2))}, "weights of shape"),
        ({"observed": Observation([1, 2], degree=3)}, "degree=3"),
        ({"seed": -1}, "seed=-1"),
    ],
)
def test_bad_input_is_named(changes, message):
    given = {"step_size": 0.1, "ema_decay": 0.9, "observed": [1, 2], "replicas": 4, "seed": 0} | changes
    with pytest.raises(InputError, match=message):
        simulate(problem(), **given)

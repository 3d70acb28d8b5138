"""A fixed training set: the recursion against the enumeration of all batches, and against simulation."""

from itertools import product

import numpy as np
import pytest

from theorylab import Rival, agrees, exact
from theorylab.errors import InputError
from theorylab.models.regression import fixed_set
from theorylab.models.regression.fixed_set import TrainingSet, set_losses, set_moments, simulate_set
from theorylab.numerics.streams import stream

RNG = np.random.default_rng(4)
DATA = TrainingSet(RNG.normal(size=(4, 2)), RNG.normal(size=4), np.array([1.0, -0.5]))
POPULATION, TARGET = np.array([[1.0, 0.3], [0.3, 0.5]]), np.array([0.4, 0.8])


@pytest.mark.parametrize("batch", [1, 2])
def test_moments_are_those_of_all_batches_enumerated(batch):
    h, ends = 0.3, [DATA.start]
    for steps in (1, 2):
        moved = []
        for w in ends:
            for chosen in product(range(4), repeat=batch):
                x, y = DATA.samples[list(chosen)], DATA.labels[list(chosen)]
                moved.append(w - h / batch * x.T @ (x @ w - y))
        ends = moved
        errors = np.array(ends) - DATA.solution
        means, squares = set_moments(DATA, h, batch, [steps])
        assert means[0] == pytest.approx(errors.mean(axis=0), rel=1e-11)
        assert squares[0] == pytest.approx(errors.T @ errors / len(errors), rel=1e-11)
        train, tested = set_losses(DATA, h, batch, [steps], POPULATION, TARGET)
        misses = np.array(ends) @ DATA.samples.T - DATA.labels
        assert train[0] == pytest.approx((misses**2).mean(), rel=1e-11)
        away = np.array(ends) - TARGET
        assert tested[0] == pytest.approx(np.einsum("ij,jk,ik->i", away, POPULATION, away).mean(), rel=1e-11)


def test_the_solution_has_residuals_that_no_step_sees():
    residuals = DATA.labels - DATA.samples @ DATA.solution
    assert DATA.samples.T @ residuals == pytest.approx(np.zeros(2), abs=1e-12)
    assert DATA.covariance == pytest.approx(DATA.samples.T @ DATA.samples / 4)


def test_compiled_code_is_its_python_body():
    method = 0.2, 3, DATA.start, np.array([0, 2, 7])
    given = DATA.samples, DATA.labels, np.ascontiguousarray(np.linalg.cholesky(POPULATION).T), TARGET, method
    compiled = fixed_set.set_paths(*given, stream(1, 2))
    assert compiled == pytest.approx(fixed_set.set_paths.py_func(*given, stream(1, 2)), rel=1e-12)


def test_simulated_losses_are_the_exact_ones():
    steps = np.array([1, 5, 40])
    runs = simulate_set(DATA, 0.3, 2, steps, POPULATION, TARGET, replicas=8000, seed=3)
    values = set_losses(DATA, 0.3, 2, steps, POPULATION, TARGET)
    others = set_losses(DATA, 0.3, 1, steps, POPULATION, TARGET)
    for name, value, other in zip(("train", "test"), values, others, strict=True):
        rival = Rival(claim="that of batch 1", predicted=exact(steps, other, 1e-11))
        check = agrees(name, runs[name], exact(steps, value, 1e-11), rival=rival)
        assert check.as_declared, check


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TrainingSet(np.ones((3, 2)), np.ones(2), np.ones(2)), "do not fit"),
        (lambda: TrainingSet(np.ones((3, 2)), np.ones(3), np.ones(2)), "span 1 of 2 directions"),
        (lambda: TrainingSet(np.full((3, 2), np.nan), np.ones(3), np.ones(2)), "holds what is not finite"),
        (lambda: set_moments(DATA, 0.1, 0, [1]), "batch=0 is not allowed"),
        (lambda: set_moments(DATA, 0.0, 1, [1]), "step_size=0.0 is not allowed"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()

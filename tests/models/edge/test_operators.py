"""Second moments of linearised SGD: against all batches, all sequences of batches, many digits, and by hand."""

from itertools import combinations, product

import mpmath as mp
import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.edge import ensembles, linearised, operators
from theorylab.models.edge.operators import SAMPLINGS, LinearisedSGD
from theorylab.numerics.streams import stream

RNG = np.random.default_rng(20240123)


def all_batches(count, batch, sampling):
    """Every batch as counts (rows, n), with its probability (rows,)."""
    if sampling == "bernoulli":
        rows = np.array(list(product((0, 1), repeat=count)))
        p = batch / count
        return rows, p ** rows.sum(axis=1) * (1 - p) ** (count - rows.sum(axis=1))
    if sampling == "without replacement":
        rows = np.array([[i in chosen for i in range(count)] for chosen in combinations(range(count), batch)])
        return rows * 1, np.full(len(rows), 1 / len(rows))
    rows = np.array([np.bincount(draws, minlength=count) for draws in product(range(count), repeat=batch)])
    return rows, np.full(len(rows), 1 / len(rows))


def random_problems(count, sampling=None):
    for k in range(count):
        n, d = int(RNG.integers(2, 6)), int(RNG.integers(1, 4))
        hessians = ensembles.random_hessians(n, d, int(RNG.integers(1, d + 1)), float(RNG.choice([0.0, 0.5])), k)
        yield LinearisedSGD(hessians, int(RNG.integers(1, min(n, 3) + 1)), sampling or SAMPLINGS[k % 3])


def jacobians(problem, step_size):
    rows, probability = all_batches(problem.count, problem.batch, problem.sampling)
    hessians = np.einsum("si,iab->sab", rows, problem.hessians) / problem.batch
    return np.eye(problem.dimension) - step_size * hessians, probability


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_pair_weights_are_those_of_all_batches(sampling):
    for n, batch in ((2, 1), (3, 2), (4, 3), (4, 4), (5, 2)):
        rows, probability = all_batches(n, batch, sampling)
        assert probability.sum() == pytest.approx(1)
        pairs = np.einsum("s,si,sj->ij", probability, rows, rows) / batch**2
        spread, kept = operators.pair_weights(n, batch, sampling)
        assert pairs == pytest.approx(kept / n**2 + spread / n * np.eye(n), rel=1e-12)
    assert operators.pair_weights(1, 1, sampling)[0] in (0, 1)


def test_second_moment_matrix_is_the_mean_over_all_batches():
    for problem in random_problems(60):
        steps, probability = jacobians(problem, 0.3)
        mean = sum(p * np.kron(J, J) for p, J in zip(probability, steps, strict=True))
        assert operators.second_moment_matrix(problem, 0.3) == pytest.approx(mean, rel=1e-11, abs=1e-11)


def test_mean_square_is_the_mean_over_all_sequences_of_batches():
    for problem in random_problems(9):
        start = RNG.standard_normal(problem.dimension)
        steps, probability = jacobians(problem, 0.4)
        ends, weights = start[None], np.ones(1)
        found = [start @ start]
        for _ in range(2):
            ends = np.einsum("sab,kb->ska", steps, ends).reshape(-1, start.size)
            weights = np.outer(probability, weights).ravel()
            found.append(weights @ (ends**2).sum(axis=1))
        assert operators.mean_square(problem, start, 0.4, [0, 1, 2]) == pytest.approx(found, rel=1e-11)


def test_growth_factor_is_that_of_a_long_run():
    for problem in random_problems(12, "bernoulli"):
        eta = 1.2 * operators.critical_step_size(problem)
        start = problem.mean @ RNG.standard_normal(problem.dimension)  # in the range of H
        late = operators.mean_square(problem, start, eta, [400, 401])
        assert late[1] / late[0] == pytest.approx(operators.growth_factor(problem, eta), rel=1e-3)


def test_critical_step_size_is_where_the_growth_factor_passes_one():
    for problem in random_problems(90):
        limit = operators.critical_step_size(problem)
        assert operators.growth_factor(problem, limit) == pytest.approx(1, abs=1e-10)
        assert operators.growth_factor(problem, 0.999 * limit) < 1 < operators.growth_factor(problem, 1.001 * limit)


def test_one_sample_alone_is_gradient_descent():
    problem = LinearisedSGD([[[2.0, 0.0], [0.0, 0.0]]], 1, "without replacement")
    assert problem.sharpness == 2
    assert problem.count == 1
    assert operators.critical_step_size(problem) == pytest.approx(1, rel=1e-15)
    assert operators.growth_factor(problem, 0.25) == pytest.approx(0.25)  # what H does not move does not count
    assert operators.coherence(problem) == pytest.approx(1)
    assert operators.criterion_step_size(problem) == pytest.approx(1)


def test_critical_rounding_covers_many_digits():
    for k, problem in enumerate(random_problems(15)):
        d, bound = problem.dimension, operators.critical_rounding(problem)
        spread, kept = operators.pair_weights(problem.count, problem.batch, problem.sampling)
        with mp.workdps(40):
            samples = [mp.matrix(h.tolist()) for h in problem.hessians]
            mean = sum(samples[1:], samples[0]) / problem.count

            def kron(a, b, d=d):
                return mp.matrix([[a[i // d, j // d] * b[i % d, j % d] for j in range(d * d)] for i in range(d * d)])

            pairs = mp.mpf(kept) * kron(mean, mean)
            for h in samples:
                pairs += mp.mpf(spread) / problem.count * kron(h, h)
            eye = mp.eye(d)
            values, vectors = mp.eigsy(kron(mean, eye) + kron(eye, mean))
            if min(values) < 1e-9 * max(values):
                continue
            root = vectors * mp.diag([x**-0.5 for x in values]) * vectors.T
            exact = 1 / max(mp.eigsy(root * pairs * root, eigvals_only=True))
            assert abs(mp.mpf(operators.critical_step_size(problem)) / exact - 1) <= bound, k


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_shared_critical_load_is_two_moments_of_the_batch(sampling):
    m, n, B, p = sp.symbols("m n B p", positive=True)
    mean = B * m / n
    variance = {
        "bernoulli": m * (B / n) * (1 - B / n),
        "without replacement": B * (m / n) * (1 - m / n) * (n - B) / (n - 1),
        "with replacement": B * (m / n) * (1 - m / n),
    }[sampling]
    step = sp.solve(sp.expand((1 - 2 * p * mean / B + p**2 * (mean**2 + variance) / B**2) - 1), p)[-1]
    assert sp.simplify(step * m / n - operators.shared_critical_load(m, n, B, sampling)) == 0
    for shared, count, batch in ((4, 20, 2), (1, 5, 5), (3, 3, 1), (2, 6, 3)):
        for private in (True, False):
            problem = LinearisedSGD.sharing(count, shared, batch, sampling, private=private)
            load = operators.critical_step_size(problem) * problem.sharpness
            assert load == pytest.approx(operators.shared_critical_load(shared, count, batch, sampling), rel=1e-12)


def test_values_of_the_shared_family():
    problem = LinearisedSGD.sharing(20, 4, 2, "bernoulli")
    limit = operators.critical_step_size(problem)
    assert problem.sharpness == pytest.approx(0.2)
    assert limit * problem.sharpness == pytest.approx(8 / 13)
    assert operators.coherence(problem) == pytest.approx(4)
    assert operators.growth_factor(problem, 1.1 * limit) == pytest.approx(1 + 2.2 * 0.1 * 8 / 13)


def test_coherence_by_hand():
    assert operators.coherence(LinearisedSGD.of_gradients(np.eye(3), 1, "bernoulli")) == pytest.approx(1)
    assert operators.coherence(LinearisedSGD(np.ones((7, 1, 1)), 1, "bernoulli")) == pytest.approx(7)
    two = LinearisedSGD(np.array([1.0, 0.25]).reshape(2, 1, 1), 1, "bernoulli")
    assert operators.coherence(two) == pytest.approx(1.25)


def test_coherence_bounds_hold_and_break_when_tightened():
    worst, lemma = 0.0, 0.0
    for problem in random_problems(300, "bernoulli"):
        worst = max(worst, operators.critical_step_size(problem) / operators.criterion_step_size(problem))
        largest = np.linalg.eigvalsh(problem.hessians).max()
        lemma = max(lemma, problem.sharpness / (operators.coherence(problem) * largest / problem.count))
    assert 0.9 < worst <= 1 + 1e-12
    assert 0.95 < lemma <= 1 + 1e-12


def test_batch_sharpness_of_two_samples():
    problem = LinearisedSGD.of_gradients([[1.0, 0.0], [0.0, 2.0]], 2, "bernoulli")
    assert operators.batch_sharpness(problem, [[1, 1], [1, 0], [0, 0]]) == pytest.approx([2, 0.5, 0])
    with pytest.raises(InputError, match="do not fit"):
        operators.batch_sharpness(problem, [[1, 1, 1]])


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_drawn_batches_have_the_mean_and_pairs_of_all_batches(sampling):
    n, batch, draws = 5, 2, 4000
    counts, uniforms, order, state = np.zeros(n, np.int64), np.zeros(n), np.zeros(n, np.int64), stream(3, 0)
    rows = np.empty((draws, n))
    for k in range(draws):
        linearised.draw_batch(batch, SAMPLINGS.index(sampling), counts, uniforms, order, state)
        rows[k] = counts
    spread, kept = operators.pair_weights(n, batch, sampling)
    pairs = rows.T @ rows / draws / batch**2
    assert np.abs(pairs - (kept / n**2 + spread / n * np.eye(n))).max() < 5 * 0.3 / draws**0.5
    if sampling != "bernoulli":
        assert (rows.sum(axis=1) == batch).all()
    assert rows.mean(axis=0) == pytest.approx(batch / n, abs=5 * 0.6 / draws**0.5)


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_a_run_is_its_product_of_steps(sampling):
    hessians = ensembles.random_hessians(4, 3, 2, 0.5, 1)
    given = linearised.Drawn(hessians, np.array([3.0, -1.0, 2.0]), 0.2, 2, SAMPLINGS.index(sampling))
    steps = np.array([0, 1, 2, 7])
    found = linearised.norms(given, steps, stream(5, 1))
    assert linearised.norms.py_func(given, steps, stream(5, 1)) == pytest.approx(found, rel=1e-12)
    state, w, sizes = stream(5, 1), given.start, []
    counts, uniforms, order = np.zeros(4, np.int64), np.zeros(4), np.zeros(4, np.int64)
    for t in range(8):
        if t in steps:
            sizes.append(w @ w)
        linearised.draw_batch(2, given.sampling, counts, uniforms, order, state)
        w = w - 0.2 / 2 * np.einsum("i,iab,b->a", counts, hessians, w)
    assert found[0] == pytest.approx(sizes, rel=1e-12)
    assert found[1] == pytest.approx(0.5 * np.log(np.array(sizes) / sizes[0]), abs=1e-12)


def test_a_run_that_reaches_the_optimum_stays_there():
    given = linearised.Drawn(np.ones((1, 1, 1)), np.ones(1), 1.0, 1, 1)
    assert linearised.norms(given, np.array([1, 3]), stream(0, 0)).tolist() == [[0, 0], [-np.inf, -np.inf]]


def test_simulated_squares_have_the_exact_mean():
    problem = LinearisedSGD(ensembles.random_hessians(4, 2, 1, 0.3, 2), 2, "without replacement")
    eta, steps, start = 0.5 * operators.critical_step_size(problem), [1, 3], np.array([1.0, 2.0])
    run = linearised.simulate(problem, start, eta, steps, replicas=4000, seed=1)
    error = run["square"].mean - operators.mean_square(problem, start, eta, steps)
    assert (np.abs(error) < 4.5 * run["square"].standard_error).all()


GOOD = np.ones((2, 1, 1))


@pytest.mark.parametrize(
    ("hessians", "batch", "sampling", "words"),
    [
        (np.ones((2, 1)), 1, "bernoulli", "one matrix per sample"),
        (np.zeros((2, 1, 1)), 1, "bernoulli", "not all 0"),
        (np.array([[[0.0, 1.0], [0.0, 0.0]]]), 1, "bernoulli", "symmetric"),
        (-GOOD, 1, "bernoulli", "all >= 0"),
        (GOOD, 3, "without replacement", "integer <= 2"),
        (GOOD, 0, "with replacement", "integer >= 1"),
        (GOOD, 1, "coins", "give one of"),
    ],
)
def test_bad_problems_cost_one_sentence(hessians, batch, sampling, words):
    with pytest.raises(InputError, match=words):
        LinearisedSGD(hessians, batch, sampling)


def test_bad_calls_cost_one_sentence():
    problem = LinearisedSGD(GOOD, 3, "with replacement")
    for call, words in (
        (lambda: operators.mean_square(problem, [1.0, 2.0], 0.1, [1]), "one per dimension"),
        (lambda: operators.second_moment_matrix(problem, 0.0), "step_size"),
        (lambda: linearised.simulate(problem, [0.0], 0.1, [1], replicas=4, seed=1), "not all 0"),
        (lambda: LinearisedSGD.sharing(3, 4, 1, "bernoulli"), "shared"),
        (lambda: LinearisedSGD.of_gradients([1.0], 1, "bernoulli"), "give"),
        (lambda: ensembles.random_hessians(2, 2, 1, -1.0, 0), "common"),
    ):
        with pytest.raises(InputError, match=words):
            call()

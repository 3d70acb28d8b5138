"""Exact theory of scalar networks: against SymPy, against many digits, against the flow's differential equation."""

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from scipy.integrate import solve_ivp

from theorylab.errors import InputError
from theorylab.models.edge import ensembles, model, theory

RNG = np.random.default_rng(20230522)
DEPTHS = (1, 2, 3, 5, 8)


def sharpness_in_digits(weights):
    """Sharpness of the flow's solution from exact rationals of the given floats, by bisection at 40 digits."""
    with mp.workdps(40):
        squares = [mp.mpf(w) ** 2 for w in weights]
        gaps = [x - min(squares) for x in squares]
        low, high = mp.mpf(-600), mp.mpf(2)
        for _ in range(180):
            middle = (low + high) / 2
            if sum(mp.log(mp.e**middle + g) for g in gaps) > 0:
                high = middle
            else:
                low = middle
        return sum(1 / (mp.e**low + g) for g in gaps)


@pytest.mark.parametrize("depth", DEPTHS)
def test_flow_sharpness_is_exact_to_its_bound_and_to_1e_14(depth):
    bound = theory.flow_rounding(depth)
    assert bound < 1e-14
    for _ in range(40):
        weights = np.exp(RNG.standard_normal(depth) * RNG.uniform(0, 3))
        exact = sharpness_in_digits(weights.tolist())
        assert abs(float((mp.mpf(theory.flow_sharpness(weights)) - exact) / exact)) <= bound


@pytest.mark.parametrize(
    "weights", [[1e-30, 1e20, 3.0], [1e39, 1e-39], [1e35, 1e30, 1e-33, 2e34, 5e-38, 1e-38, 1e37, 1.0]]
)
def test_flow_sharpness_survives_extreme_weights(weights):
    exact = sharpness_in_digits(weights)
    assert abs(float((mp.mpf(theory.flow_sharpness(weights)) - exact) / exact)) <= theory.flow_rounding(len(weights))


@pytest.mark.parametrize(
    "weights", [[0.3, 2.0], [-0.3, 2.0], [1.5, -0.7, 0.9], [-1.5, -0.7, -0.2], [2.0, 0.0], [0.9, 1.4, 1.9]]
)
def test_solution_is_where_the_differential_equation_ends(weights):
    def descent(_, w):
        product = w.prod()
        return -(product - 1) * np.array([np.delete(w, i).prod() for i in range(w.size)])

    end = solve_ivp(descent, (0, 400), weights, rtol=1e-11, atol=1e-12).y[:, -1]
    solution = theory.gradient_flow_solution(weights)
    assert solution == pytest.approx(end, abs=1e-8)
    assert solution.prod() == pytest.approx(1, rel=1e-14)
    largest = np.linalg.eigvalsh(theory.hessian(solution))[-1]
    assert theory.flow_sharpness(weights) == pytest.approx(largest, rel=1e-13)


def test_flow_keeps_every_balance_and_passes_through_its_points():
    weights = np.exp(RNG.standard_normal((50, 4)))
    for product in (0.01, 1.0, 3.0):
        moved = theory.flow_point(weights, product)
        assert moved.prod(axis=1) == pytest.approx(product, rel=1e-13)
        assert np.diff(moved**2) == pytest.approx(np.diff(weights**2), rel=1e-9, abs=1e-11)
        assert theory.flow_sharpness(moved) == pytest.approx(theory.flow_sharpness(weights), rel=1e-9)


def test_shapes_follow_the_weights():
    assert isinstance(theory.flow_sharpness([0.5, 2.0]), float)
    assert theory.flow_sharpness([[0.5, 2.0]]).shape == (1,)
    assert theory.gradient_flow_solution([0.5, 2.0]).shape == (2,)
    assert theory.gradient_flow_solution(np.ones((3, 5))).shape == (3, 5)
    assert theory.class_margins([0.5, 2.0], 0.1).shape == (2,)
    assert theory.class_margins(np.ones((3, 2)), 0.1).shape == (2, 3)


def test_depth_one_has_sharpness_one_from_everywhere():
    assert (theory.flow_sharpness(np.array([[0.2], [-3.0], [0.0]])) == 1).all()
    assert theory.gradient_flow_solution([-3.0]) == pytest.approx([1.0])


def test_equal_weights_have_the_least_sharpness():
    assert theory.flow_sharpness(np.full(6, 0.3)) == 6
    assert (theory.flow_sharpness(np.exp(RNG.standard_normal((100, 6)))) > 6).all()


def test_sharpness_of_two_is_the_closed_form():
    w = np.exp(RNG.standard_normal((100, 2)))
    assert theory.flow_sharpness(w) == pytest.approx(theory.flow_sharpness_of_two(*w.T), rel=1e-14)
    b = sp.Symbol("b", positive=True)
    square = (b + sp.sqrt(b**2 + 4)) / 2
    assert sp.simplify(square - 1 / square - b) == 0
    form = sp.nsimplify(theory.flow_sharpness_of_two(sp.sqrt(b), 0))
    assert sp.simplify(square + 1 / square - form) == 0


def test_hessian_is_the_second_derivative():
    w = sp.symbols("w1:4")
    loss = (sp.prod(w) - 1) ** 2 / 2
    point = dict(zip(w, (0.7, -1.3, 2.1), strict=True))
    derived = np.array(sp.hessian(loss, w).subs(point), dtype=float)
    assert theory.hessian([0.7, -1.3, 2.1]) == pytest.approx(derived, rel=1e-13)


def test_balance_contraction_is_an_identity_at_depth_two_and_three():
    eta = sp.Symbol("eta", positive=True)
    for depth in (2, 3):
        w = sp.symbols(f"w1:{depth + 1}", positive=True)
        p = sp.prod(w)
        after = [x - eta * (p - 1) * p / x for x in w]
        ratio = (after[0] ** 2 - after[1] ** 2) / (w[0] ** 2 - w[1] ** 2)
        assert sp.simplify(ratio - theory.balance_contraction(eta, p, w[0], w[1])) == 0


def test_critical_load_of_two_is_where_the_balance_keeps_its_size():
    b, p = sp.symbols("b p", positive=True)
    eta = sp.sqrt(2) / (1 - p)  # rho = eta (1 - p) for w_1 w_2 = p
    assert sp.simplify(theory.balance_contraction(eta, p, p, 1) + 1) == 0
    load = eta * sp.nsimplify(theory.flow_sharpness_of_two(sp.sqrt(b), 0))
    form = sp.nsimplify(theory.critical_load_of_two(b, p))
    assert sp.simplify(load - form) == 0
    assert sp.limit(form.subs(b, 0), p, 0) == 2 * sp.sqrt(2)
    assert pytest.approx(8**0.5) == theory.LOAD_LIMIT


@pytest.mark.parametrize("depth", [2, 3, 8])
def test_rho_is_at_most_half_the_load_below_product_one(depth):
    # step size (1 - p) p / (w_1 w_2) <= step size / (s_1 s_2) <= load / 2, for the two smallest weights.
    starts = ensembles.random_starts(depth, 500, loads=(1, 4), products=(1e-4, 1), spread=1.0, seed=9)
    small, p = np.sort(starts.weights, axis=1)[:, :2].prod(axis=1), starts.weights.prod(axis=1)
    load = starts.step_size * theory.flow_sharpness(starts.weights)
    rho = starts.step_size * (1 - p) * p / small
    assert (rho <= load / 2).all()


def test_balanced_peak_and_escape():
    p, eta = sp.symbols("p eta", positive=True)
    slope = sp.diff(theory.balanced_map(p, eta), p)
    top = (1 + eta) / (3 * eta)
    assert sp.simplify(slope.subs(p, top)) == 0
    assert sp.simplify(theory.balanced_map(top, eta) - theory.balanced_peak(eta)) == 0
    escape = sp.sqrt(27) / 2 - 1
    assert sp.simplify(theory.balanced_peak(escape) - (1 + 1 / escape)) == 0
    assert pytest.approx(float(2 * escape)) == theory.BALANCED_ESCAPE_LOAD


def test_balanced_two_cycle_multiplier():
    # In x with p = x^2 the map is x (1 + eta (1 - x^2)); a cycle x, y has (1 + eta (1 - x^2)) (1 + eta (1 - y^2)) = 1.
    eta = sp.Symbol("eta", positive=True)
    product, total = sp.symbols("product total")  # of x^2 and y^2
    inside = sp.expand((1 + eta) ** 2 - eta * (1 + eta) * total + eta**2 * product - 1)
    # y = x (1 + eta - eta x^2) and back, added and divided by x + y: 1 = 1 + eta - eta (x^2 - x y + y^2).
    (solved,) = sp.solve([inside, sp.Eq(total - sp.sqrt(product), 1)], [total, product], dict=True)[-1:]
    multiplier = (1 + eta) ** 2 - 3 * eta * (1 + eta) * total + 9 * eta**2 * product
    derived = [
        sp.simplify(multiplier.subs(solved).subs(eta, v) - theory.balanced_two_cycle_multiplier(v))
        for v in (sp.Rational(11, 10), sp.Rational(6, 5))
    ]
    assert derived == [0, 0]
    assert theory.balanced_two_cycle_multiplier(theory.BALANCED_FOUR_CYCLE_LOAD / 2) == pytest.approx(-1)


@pytest.mark.parametrize("depth", [2, 3, 6])
def test_frozen_map_has_slope_one_minus_load_at_the_minimum(depth):
    minimum = ensembles.random_starts(depth, 1, loads=(1, 1), products=(1, 1), spread=1.0, seed=0).weights[0]
    load, h = 2.3, 1e-6
    step_size = load / theory.flow_sharpness(minimum)
    up, down = (theory.frozen_orbit(theory.flow_point(minimum, 1 + x), step_size, skip=0, keep=1)[0] for x in (h, -h))
    assert (up - down) / (2 * h) == pytest.approx(1 - load, abs=1e-7)


def test_frozen_map_of_equal_weights_is_the_balanced_map():
    orbit = theory.frozen_orbit([0.8, 0.8], 1.2, skip=0, keep=3)
    expected = [theory.balanced_map(0.64, 1.2)]
    for _ in range(2):
        expected.append(theory.balanced_map(expected[-1], 1.2))
    assert orbit == pytest.approx(expected, rel=1e-13)


def trapped_by_brute_force(weights, step_size):
    """Whether some (0, B) with B > product is mapped into itself, from the definition on a fine grid of products."""

    def step(products):
        points, p = theory.flow_point(np.tile(weights, (products.size, 1)), products), products[:, None]
        after = points - step_size * (p - 1) * p / points
        return np.where((after > 0).all(axis=1), after.prod(axis=1), -np.inf)

    top = max(step(np.linspace(0.002, 1, 1500)).max(), weights.prod())
    beyond = step(np.linspace(1, top, 300))
    return beyond.min() > 0 and beyond.max() <= top * (1 + 1e-6)


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_class_margins_match_the_definition(depth):
    starts = ensembles.random_starts(depth, 40, loads=(1.5, 3.2), products=(0.05, 1.5), spread=1.0, seed=3)
    limit, room = theory.class_margins(*starts)
    load = starts.step_size * theory.flow_sharpness(starts.weights)
    assert limit == pytest.approx(8**0.5 / load - 1, rel=1e-12, abs=1e-13)
    clear = np.abs(room) > 1e-3
    assert 0 < (room[clear] > 0).sum() < clear.sum()
    for w, step_size, inside in zip(starts.weights[clear], starts.step_size[clear], room[clear] > 0, strict=True):
        assert trapped_by_brute_force(w, step_size) == inside


def test_two_equal_weights_are_trapped_up_to_their_escape_load():
    escape = theory.BALANCED_ESCAPE_LOAD / 2
    assert theory.class_margins([1.0, 1.0], escape * (1 - 1e-6))[1] > 0
    assert theory.class_margins([1.0, 1.0], escape * (1 + 1e-6))[1] < 0


def test_run_rounding_covers_a_step_against_many_digits():
    for depth in (2, 4, 8):
        starts = ensembles.random_starts(depth, 30, loads=(1, 2.8), products=(0.01, 1.3), spread=1.0, seed=depth)
        after = model.descend(*starts, [1])
        for k in np.flatnonzero(after.survived):
            with mp.workdps(40):
                w, eta = [mp.mpf(x) for x in starts.weights[k].tolist()], mp.mpf(float(starts.step_size[k]))
                p = mp.fprod(w)
                exact = sharpness_in_digits([x - eta * (p - 1) * p / x for x in w])
                error = abs(float(mp.mpf(float(after.sharpness[k, 0])) / exact - 1))
            largest = max(float(p), after.product[k, 0])
            assert error <= theory.run_rounding(depth, largest)


def test_shrinking_all_balances_may_raise_the_sharpness_at_depth_three():
    old, new = np.array([1.0, 1.001, 2.0]), np.array([1.998, 1.999, 1.0])
    assert (np.abs(new[:, None] - new) <= np.abs(old[:, None] - old) + 1e-15).all()
    assert theory.flow_sharpness(new**0.5) > 1.09 * theory.flow_sharpness(old**0.5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.flow_sharpness([]), r"weights have shape \(0,\)"),
        (lambda: theory.flow_sharpness(1.0), r"weights have shape \(\)"),
        (lambda: theory.flow_sharpness(["a"]), "are not numbers"),
        (lambda: theory.flow_sharpness([1.0, np.nan]), "weight nan is not allowed"),
        (lambda: theory.flow_sharpness([1.0, 1e200]), r"weight 1e\+200 is not allowed"),
        (lambda: theory.flow_sharpness([1e35, 1e30, 1e33, 1e38, 1e38, 1.0]), "are too unequal"),
        (lambda: theory.flow_sharpness([-1.0, 1.0]), "ends at a saddle"),
        (lambda: theory.gradient_flow_solution([0.0, 0.0, 1.0]), "ends at a saddle"),
        (lambda: theory.flow_point([1.0, -1.0], 1.0), "weight -1.0 is not allowed"),
        (lambda: theory.flow_point([1.0, 1.0], 0.0), "product=0.0 is not allowed"),
        (lambda: theory.flow_point([1.0, 1.0], [1.0, 2.0]), r"product has shape \(2,\)"),
        (lambda: theory.hessian([0.0, 1.0]), "a weight is 0"),
        (lambda: theory.class_margins([1.0, 1.0], -0.1), "step_size=-0.1 is not allowed"),
        (lambda: theory.class_margins([1.0, 1.0], [0.1, 0.2]), r"step_size has shape \(2,\)"),
        (lambda: theory.frozen_orbit([1.0, 1.0], 0.1, skip=-1, keep=1), "skip=-1 is not allowed"),
        (lambda: theory.frozen_orbit([1.0, 1.0], 0.1, skip=0, keep=0), "keep=0 is not allowed"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()

"""Closed forms by SymPy and by hand, worst modes against search, bounds against their own proofs."""

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.minimax import schedules, simulation, theory
from theorylab.models.minimax.model import contraction_slopes, resolvent_slopes, rotation_slopes


def symbolic(schedule, slope, steps):
    """The recursion of `schedules` on one mode, in exact arithmetic, from the start 1."""
    z = sp.Integer(1)
    for k in range(steps):
        b1, a1, b2, a2 = (sp.nsimplify(sp.Rational(float(row[k])).limit_denominator(10**6)) for row in schedule)
        w = z + b1 * (1 - z) - a1 * slope * z
        z = z + b2 * (1 - z) - a2 * slope * w
    return sp.expand(z)


@pytest.mark.parametrize("steps", range(1, 6))
def test_halpern_closed_form_is_the_recursion(steps):
    T = sp.symbols("T")
    x = symbolic(schedules.halpern(steps), (1 - T) / 2, steps)
    assert sp.simplify((1 - T) * x - theory.halpern_difference(T, steps)) == 0


@pytest.mark.parametrize("relaxation", [sp.Rational(1, 2), sp.Rational(1, 4), sp.Rational(4, 5)])
@pytest.mark.parametrize("steps", range(1, 6))
def test_krasnoselskii_mann_closed_form_is_the_recursion(steps, relaxation):
    T = sp.symbols("T")
    x = symbolic(schedules.krasnoselskii_mann(steps, relaxation=float(relaxation)), (1 - T) / 2, steps)
    assert sp.simplify((1 - T) * x - theory.krasnoselskii_mann_difference(T, steps, relaxation)) == 0


@pytest.mark.parametrize("steps", range(1, 5))
def test_contractive_halpern_closed_form_is_the_recursion(steps):
    # c = 1/2: anchors 1/5, 1/21, 1/85, ...
    T = sp.symbols("T")
    schedule = schedules.contractive_halpern(steps, 0.5)
    assert schedule.anchor[0] == pytest.approx(1 / 5, rel=1e-15)
    x = symbolic(schedule, (1 - T) / 2, steps)
    form = theory.contractive_halpern_difference(T, sp.Rational(1, 2), steps)
    assert sp.simplify((1 - T) * x - form) == 0


@pytest.mark.parametrize("contraction", [0.3, 0.9, 0.999])
def test_contractive_halpern_bound_is_attained_and_holds_on_modes(contraction):
    turns = np.exp(1j * np.linspace(0, np.pi, 2001)) * contraction
    for steps in (1, 2, 3, 10, 40):
        bound = theory.contractive_halpern_bound(contraction, steps)
        found = np.abs(theory.contractive_halpern_difference(turns, contraction, steps))
        assert found.max() <= bound * (1 + 1e-12)
        assert steps % 2 or found[-1] == pytest.approx(bound, rel=1e-11)
    # Inside the disc too, where T contracts more than it has to.
    inner = np.exp(1j * np.linspace(0, np.pi, 201)) * contraction * np.linspace(0, 1, 50)[:, None]
    assert np.abs(theory.contractive_halpern_difference(inner, contraction, 10)).max() <= (
        theory.contractive_halpern_bound(contraction, 10) * (1 + 1e-12)
    )


def test_contractive_halpern_by_hand_on_the_line_and_in_the_plane():
    # T x = -x/2 from 1: x_1 = 1/5 - 4/5 * 1/2 = -1/5, residual 3/10; x_2 = 1/21 + 20/21 * 1/10 = 1/7, residual 3/14.
    line = schedules.contractive_halpern(2, 0.5)
    values = simulation.residuals(contraction_slopes(0.5, [np.pi]), line, [0, 1, 2]).samples[0]
    assert 2 * values == pytest.approx([1.5, 0.3, 3 / 14], rel=1e-14)
    # T turns by a quarter and halves: x_1 = (1 + 2i)/5, T x_1 = (i - 2)/10, residual |(4 + 3i)/10| = 1/2.
    plane = simulation.residuals(contraction_slopes(0.5, [np.pi / 2]), line, [1]).samples[0]
    assert 2 * plane == pytest.approx([0.5], rel=1e-14)


def test_krasnoselskii_mann_by_hand_on_the_line_and_in_the_plane():
    # T = -1, t = 1/4: x_k = 2^-k, residual 2^(1-k). T = i: x_k = ((3 + i)/4)^k, residual sqrt(2) (10/16)^(k/2).
    scheme = schedules.krasnoselskii_mann(4, relaxation=0.25)
    values = 2 * simulation.residuals(rotation_slopes([np.pi, np.pi / 2]), scheme, [0, 1, 4]).samples
    assert values[0] == pytest.approx([2, 1, 1 / 8], rel=1e-14)
    assert values[1] == pytest.approx(2**0.5 * np.array([1, (5 / 8) ** 0.5, (5 / 8) ** 2]), rel=1e-14)


@pytest.mark.parametrize("steps", range(1, 5))
def test_proximal_point_closed_form_is_the_recursion(steps):
    s = sp.symbols("s", positive=True)
    x = symbolic(schedules.proximal_point(steps), 2 * s / (1 + 2 * s), steps)
    form = theory.proximal_point_difference(s, 2, steps)
    assert sp.simplify(2 * s / (1 + 2 * s) * x - form) == 0


def test_proximal_point_by_hand_on_the_line_and_in_the_plane():
    # F(z) = z, a = 1: z_k = 2^-k, z - J z = 2^-(k+1). F a quarter turn, a = 1: |z_k| = 2^(-k/2).
    scheme = schedules.proximal_point(3)
    line, plane = simulation.residuals(resolvent_slopes([1.0, 1j], 1.0), scheme, [0, 1, 3]).samples
    assert line == pytest.approx([1 / 2, 1 / 4, 1 / 16], rel=1e-14)
    assert plane == pytest.approx([2**-0.5, 1 / 2, 1 / 4], rel=1e-14)


def test_proximal_point_worst_is_half_of_krasnoselskii_mann():
    sigma = np.linspace(0, 3, 30_001)
    for steps in (1, 2, 5, 20):
        found = np.abs(theory.proximal_point_difference(1j * sigma, 1.0, steps)).max()
        worst = theory.proximal_point_worst(steps)
        assert found == pytest.approx(worst, rel=1e-7)
        assert found <= worst
        assert worst == pytest.approx(theory.krasnoselskii_mann_worst(steps) / 2, rel=1e-15)
        at = np.abs(theory.proximal_point_difference(1j * steps**-0.5, 1.0, steps))
        assert at == pytest.approx(worst, rel=1e-14)


def test_component_lower_bound_is_that_of_separate_blocks():
    # Calls shared out unevenly leave more; evenly, and odd, exactly the bound.
    for calls in ([1, 1, 1], [3, 5, 1], [9, 0, 0], [3, 3, 3]):
        blocks = [theory.query_lower_bound(c, 3**0.5 / 3, 3**-0.5) for c in calls]
        bound = theory.component_lower_bound(sum(calls), 3) ** 2
        assert sum(blocks) >= bound * (1 - 1e-14)


@pytest.mark.parametrize("steps", range(1, 6))
def test_extragradient_closed_forms_are_the_recursions(steps):
    s = sp.symbols("s")
    plain = symbolic(schedules.extragradient(steps, 0.5, 1.0), s, steps)
    assert sp.simplify(s * plain - theory.extragradient_value(s, sp.Rational(1, 2), steps)) == 0
    fast = symbolic(schedules.fast_extragradient(steps, 0.5, 1.0), s, steps)
    assert sp.simplify(s * fast - theory.fast_value(s, sp.Rational(1, 2), steps)) == 0
    ascent = symbolic(schedules.gradient_descent_ascent(steps, 0.5), s, steps)
    sigma = sp.symbols("sigma", real=True)
    square = sp.expand(ascent.subs(s, sp.I * sigma) * ascent.subs(s, -sp.I * sigma))
    assert sp.simplify(square - theory.gradient_descent_ascent_growth(sp.Rational(1, 2), sigma, steps)) == 0


def test_worst_modes_are_stationary_points():
    x, k = sp.symbols("x k", positive=True)
    root = sp.nsimplify(theory.extragradient_worst_singular_value(1, k) ** 2)
    slope = sp.diff(sp.log(x) + k * sp.log(1 - x + x**2), x)
    assert sp.simplify(sp.numer(sp.together(slope)).subs(x, root)) == 0
    t, share = sp.symbols("t share", positive=True)  # t = sin(angle/2)^2, share = 4 relaxation (1 - relaxation)
    size = 4 * t * (1 - share * t) ** k  # |x - T x|^2
    assert sp.simplify(sp.diff(sp.log(size), t).subs(t, 1 / (share * (k + 1)))) == 0
    relaxation = sp.Rational(1, 5)
    worst = theory.krasnoselskii_mann_worst(k, relaxation)
    largest = size.subs(t, 1 / (share * (k + 1))).subs(share, 4 * relaxation * (1 - relaxation))
    for steps in (7, sp.Rational(2, 3), 100):
        assert float(sp.N((largest / worst**2).subs(k, steps), 30)) == pytest.approx(1, rel=1e-13)


@pytest.mark.parametrize("steps", [10, 20, 300])
def test_worst_modes_beat_a_fine_search(steps):
    sigma = np.linspace(0, 1, 20_001)
    found = np.abs(theory.extragradient_value(1j * sigma, 0.5**0.5, steps)).max()
    worst = theory.extragradient_worst_singular_value(0.5**0.5, steps)
    assert abs(theory.extragradient_value(1j * worst, 0.5**0.5, steps)) >= found * (1 - 1e-14)
    turns = np.exp(1j * np.linspace(0, np.pi, 20_001))
    assert theory.krasnoselskii_mann_worst(steps) >= np.abs(
        theory.krasnoselskii_mann_difference(turns, steps)
    ).max() * (1 - 1e-13)


def test_fast_extragradient_bound_holds_on_all_monotone_modes():
    # |m| <= 1 on the half disc Re >= 0, |a s| <= 1: everywhere inside, by a grid up to the boundary.
    radius, angle = np.meshgrid(np.linspace(0.01, 1, 60), np.linspace(-np.pi / 2, np.pi / 2, 121))
    s = radius * np.exp(1j * angle)
    for k in (1, 2, 3, 10, 41):
        assert (np.abs(theory.fast_value(s, 1.0, k)) ** 2 <= theory.fast_bound(k) * (1 + 1e-12)).all()
    assert abs(theory.fast_value(1j, 1.0, 10)) ** 2 == pytest.approx(4 / 100, rel=1e-13)


@pytest.mark.parametrize("queries", [0, 1, 2, 5, 8])
def test_lower_bound_is_attained_by_a_chebyshev_polynomial(queries):
    m = queries // 2
    x = sp.symbols("x")
    odd = sp.expand(sp.chebyshevt(2 * m + 1, x) / (2 * m + 1) * (-1) ** m)
    assert sp.diff(odd, x).subs(x, 0) == 1  # sigma q(sigma^2) with q(0) = 1
    largest = np.abs(sp.lambdify(x, odd, "numpy")(np.linspace(-1, 1, 4001))).max()
    assert largest**2 == pytest.approx(theory.query_lower_bound(queries), rel=1e-12)


@pytest.mark.parametrize("queries", [2, 4, 7])
def test_no_polynomial_of_a_random_family_beats_the_lower_bound(queries):
    draws, sigma = np.random.default_rng(queries), np.linspace(0, 1, 400)
    powers = (1j * sigma[:, None]) ** np.arange(1, queries + 1)
    for _ in range(50):
        # The best real polynomial on weighted modes, by least squares: still above the bound.
        weights = draws.uniform(0.1, 1, sigma.size)[:, None]
        left = np.concatenate([(weights * sigma[:, None] * powers).real, (weights * sigma[:, None] * powers).imag])
        right = -np.concatenate([weights[:, 0] * sigma, np.zeros(sigma.size)])
        coefficients = np.linalg.lstsq(left, right, rcond=None)[0]
        worst = np.abs(sigma * (1 + powers @ coefficients)).max() ** 2
        assert worst >= theory.query_lower_bound(queries) * (1 - 1e-3)  # sigma on a grid


def test_anchored_constants_are_those_of_the_source():
    assert theory.anchored_constant(0.125) == pytest.approx(259.56, abs=0.01)
    limit = schedules.varying_step_limit(0.618, 1.0)
    assert limit == pytest.approx(0.43654, abs=1e-5)
    assert theory.varying_anchored_bound(0, 0.618, limit) * 2 == pytest.approx(26.6, abs=0.1)
    assert schedules.varying_steps(2_000_000, 0.618, 1.0)[-1] == pytest.approx(limit, rel=1e-6)


def test_slow_anchor_constant_is_the_limit_of_the_weighted_sum():
    # The scaling limit of sum_j 2 (j+2) T^(k-j)/((k+2)(k+3)) is 2 int_0^1 s e^(-iys) ds: by SymPy, then maximised.
    s, y = sp.symbols("s y", positive=True)
    integral = sp.integrate(2 * s * sp.exp(-sp.I * y * s), (s, 0, 1))
    grid = np.linspace(3, 5.5, 5001)
    sizes = np.abs(sp.lambdify(y, y * integral / 2, "numpy")(grid))
    assert sizes.max() == pytest.approx(theory.slow_anchor_constant(), rel=1e-6)


def test_inexact_halpern_bound_by_hand():
    # One step, |e_0| = 0.3: x_1 = (x_0 + T x_0 + e_0)/2 moves by 0.15 at most, the residual by 0.3.
    assert theory.inexact_halpern_bound(np.array([0, 1]), np.array([0.3])) == pytest.approx([2.0, 1.3])


def page_symbols():
    return sp.symbols("k", positive=True)


def test_page_proof_step_one_absorbs_the_linear_terms():
    # Coefficients of |F_k|^2 in C_{k+1} <= (1-lam) C_k + ...: what the potential frees is at least eta/4.
    k = page_symbols()
    lam, before, eta = 2 / (k + 5), 2 / (k + 4), sp.Rational(1, 4)
    freed = sp.simplify((1 - lam) * eta / (2 * before) - (eta / lam) * (sp.Rational(1, 2) - lam))
    assert sp.simplify(freed - eta / 4 * (k + 7) / (k + 5)) == 0
    credit = sp.simplify((1 - lam) / lam - eta / lam)
    assert sp.simplify(credit - (3 * k + 7) / 8) == 0
    assert sp.simplify(eta / (2 * lam) + eta - (k + 9) / 16) == 0


def test_page_proof_step_one_is_an_identity_in_the_inner_products():
    # u_{k+1} - u_k both ways, with F_k, F_{k+1}, e as plain numbers (the identity is bilinear).
    lam, eta, u, u0, F, G, e = sp.symbols("lam eta u u0 F G e")
    new = lam * u0 + (1 - lam) * u - eta * (F + e)
    d = new - u
    assert sp.simplify(d - (lam / (1 - lam) * (u0 - new) - eta / (1 - lam) * (F + e))) == 0
    delta = G - F
    claim = (
        (1 - lam) * F * (u - u0)
        - eta / (2 * lam) * G**2
        + eta / lam * (sp.Rational(1, 2) - lam) * F**2
        + eta / (2 * lam) * delta**2
        - eta * F * e
        - eta / lam * delta * e
        - (1 - lam) / lam * delta * d
    )
    assert sp.simplify(claim - G * (new - u0)) == 0


def test_page_proof_step_two_beyond_the_square_root_is_a_positive_polynomial():
    s, t, m = sp.symbols("s t m", positive=True)
    j, r = s + t, (s + 1) / 4  # r = q/(1-q), q = 1 - p = (s+1)/(s+5)
    sums = {0: r, 1: r**2, 2: r**2 * (1 + 2 * r), 3: r**2 * (1 + 6 * r + 6 * r**2)}  # sum_m m^i q^(m+1)
    weight = sp.Poly(sp.expand((j + m + 4) * (j + m + 5) * (j + m + 9) / 16), m)
    total = sum(coefficient * sums[power[0]] for power, coefficient in weight.terms())
    room = sp.expand((s * (j + 3) * (j + 4) * (3 * j + 4) / 8 - total).subs(s, 1 + sp.Symbol("v", positive=True)))
    assert all(coefficient > 0 for coefficient in sp.Poly(room).coeffs())


@pytest.mark.parametrize("size", [2, 3, 4, 5, 9, 10, 16, 99, 100, 101, 5000, 10**6])
def test_page_proof_step_two_holds_at_every_step(size):
    share = theory.page_absorbs(size, int(3 * size**0.5) + 20)
    assert 0 < share.max() < 0.5


def test_page_proof_step_three_ends_below_sixteen():
    k = np.arange(0.0, 10_000)
    sharper = 8 / (k + 20) * (1 + (1 + 3 * (k + 20) / (4 * (k + 3) * (k + 4))) ** 0.5)
    assert (sharper <= theory.page_bound(k)).all()


def test_page_cost_by_hand_and_at_large_horizons():
    # n = 5, b = 3: p_1 = 4/6, p_2 = 4/7, then 4/(5^0.5 + 5). The code: two full steps, b = 2, and the same p.
    first, second, later = 4 / 6, 4 / 7, 4 / (5**0.5 + 5)
    for source, start, batch, more in (("paper", 5, 3, 0), ("code", 10, 2, 1)):
        steps = [p * 5 + 2 * (1 - p) * batch for p in (first, second, later, later)]
        by_hand = start + np.cumsum([0, *steps])
        assert theory.page_cost(5, np.arange(5) + more, source) == pytest.approx(by_hand, rel=1e-13)
        rule = schedules.page_rule(5, 9, source)
        each = rule.refresh * 5 + 2 * (1 - rule.refresh) * rule.batch
        assert theory.page_cost(5, np.arange(10), source) == pytest.approx(np.cumsum(each), rel=1e-13)
    ratio = theory.page_cost(10**8, [10**7])[0] / theory.page_cost_leading(10**8, 10**7)
    assert ratio == pytest.approx(1, abs=0.03)


def test_page_crossover_solves_its_quadratic():
    rate, s = sp.symbols("rate s", positive=True)
    root = sp.nsimplify(theory.page_crossover(rate))
    refresh = 4 / (s + 5)
    late = refresh * s**2 + 2 * (1 - refresh) * s
    assert sp.simplify(late - sp.nsimplify(theory.page_cost_late(s**2, 1))) == 0
    residual = (s * (s + 5) - rate * (6 * s + 2)).subs(s, root)
    assert sp.simplify((rate * late - s**2) * (s + 5) / s + (s * (s + 5) - rate * (6 * s + 2))) == 0
    assert sp.simplify(sp.expand(residual)) == 0


def test_minibatch_variance_is_its_sum():
    k, j = sp.symbols("k j", positive=True, integer=True)
    assert sp.simplify(sp.summation(j**2, (j, 1, k)) / (k + 1) ** 2 - theory.minibatch_variance(1, k)) == 0


def test_inner_matrix_is_the_mean_over_samples_and_coins():
    # Two components and a coin: all four outcomes of one step of the solver, averaged by hand.
    draws, t, p = np.random.default_rng(0), 0.3, 0.4
    z, w = draws.standard_normal(2) @ [1, 1j], draws.standard_normal(2) @ [1, 1j]
    slopes = np.array([0.2 + 1.1j, 0.5 - 0.4j])
    mean, q = slopes.mean(), 1 / (1 + t)
    half = q * ((1 - p) * z + p * w - t * mean * w)
    outcomes = []
    for slope in slopes:
        fresh = q * ((1 - p) * z + p * w - t * (mean * w + slope * (half - w)))
        outcomes += [(p / 2, fresh, fresh), ((1 - p) / 2, fresh, w)]
    expected = sum(chance * moments(a, b) for chance, a, b in outcomes)
    matrix = theory.inner_matrix(mean, float((np.abs(slopes - mean) ** 2).mean()), t, p)
    assert matrix @ moments(z, w) == pytest.approx(expected, rel=1e-13)


def moments(z, w):
    cross = z * np.conj(w)
    return np.array([abs(z) ** 2, cross.real, cross.imag, abs(w) ** 2])


def test_worst_singular_value_of_the_resolvent_is_the_worst_rotation():
    half = sp.symbols("half", positive=True)  # half of the angle: eta sigma = tan(half)
    reflected = 2 / (1 + sp.I * sp.tan(half)) - 1
    assert sp.simplify((reflected - sp.exp(-2 * sp.I * half)).rewrite(sp.exp)) == 0
    for steps in (1, 3, 10):
        sigma = theory.resolvent_worst_singular_value(steps, 0.7)
        angle = -np.angle(2 / (1 + 0.7j * sigma) - 1)
        assert angle == pytest.approx(theory.halpern_worst_angle(steps), rel=1e-14)


@pytest.mark.parametrize("relaxation", [0.5, 0.2, 0.9])
def test_worst_angle_of_krasnoselskii_mann_attains_its_worst(relaxation):
    turns = np.exp(1j * np.linspace(0, np.pi, 20_001))
    for steps in (3, 4, 100):
        turn = np.exp(1j * theory.krasnoselskii_mann_worst_angle(steps, relaxation))
        at = np.abs(theory.krasnoselskii_mann_difference(turn, steps, relaxation))
        assert at == pytest.approx(theory.krasnoselskii_mann_worst(steps, relaxation), rel=1e-13)
        assert np.abs(theory.krasnoselskii_mann_difference(turns, steps, relaxation)).max() <= at * (1 + 1e-13)
    few = np.abs(theory.krasnoselskii_mann_difference(turns, 1, 0.05)).max()
    assert few == pytest.approx(2 * 0.9, rel=1e-14)  # at pi, the worst angle of few steps
    assert theory.krasnoselskii_mann_worst_angle(1, 0.05) == np.pi


def test_anchored_extragradient_is_halpern_on_its_slow_modes():
    # On slopes i sigma of order 1/k the recursion of EAG-C tends to Halpern's on the rotation by a sigma.
    step, k = 0.1, 2000
    schedule = schedules.anchored_extragradient(k, step, 1.0)
    turns = np.pi / (k + 1) * np.linspace(0.5, 1.5, 101) / step
    z = np.ones(turns.size, dtype=complex)
    for row in range(k):
        b1, a1, b2, a2 = (float(column[row]) for column in schedule)
        w = z + b1 * (1 - z) - a1 * 1j * turns * z
        z = z + b2 * (1 - z) - a2 * 1j * turns * w
    largest = (np.abs(turns * z) ** 2).max()
    assert largest == pytest.approx(theory.anchored_leading(step, k), rel=1e-2)


def test_cost_of_the_resolvent_method_by_hand():
    # 1/(eta eps) outer steps, each as long as the inner solver takes to gain a factor e.
    assert theory.resolvent_cost(100, 2.0, 0.01) == pytest.approx(50 / theory.inner_rate(100, 2.0), rel=1e-14)


def test_inner_solver_contracts_at_every_resolvent_step():
    assert theory.inner_step_size(50, 2.0, 3.0) == pytest.approx(0.9 * 0.2 / 6.0, rel=1e-15)
    for size in (2, 10, 1000, 10**6):
        for power in (0.0, 0.25, 0.5, 0.75, 1.0):
            assert theory.inner_rate(size, size**power) > 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: schedules.page_rule(1, 5), "size=1 is not allowed: give an integer >= 2"),
        (lambda: theory.page_cost(2.5, [1]), "size=2.5"),
        (lambda: theory.inner_step_size(10, 1.0, share=1.0), r"share=1.0 is not allowed: give a number in \(0, 1\)"),
        (lambda: theory.inner_step_size(10, -1.0), "resolvent_step=-1.0"),
        (lambda: theory.resolvent_cost(10, 3.0, float("nan")), "accuracy=nan"),
        (lambda: theory.resolvent_cost(10, 3.0, 0.5), "needs no outer step"),
        (lambda: theory.inexact_halpern_bound(np.array([3]), np.ones(2)), "2 errors given for 3 steps"),
        (lambda: theory.inexact_halpern_bound(np.array([1]), np.array([-1.0])), "finite and >= 0"),
        (lambda: theory.inexact_halpern_bound(np.array([1]), np.ones((2, 2))), "errors need shape"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("step_size", [0.125, 0.3])
def test_the_leading_form_of_anchored_extragradient_is_its_worst_mode_for_many_steps(step_size):
    steps = 2000
    scheme = schedules.anchored_extragradient(steps, step_size, 1.0, allow_outside=True)
    modes = 1j * np.linspace(1e-4, 0.2, 4000)
    worst = (simulation.residuals(modes, scheme, [steps]).samples ** 2).max()
    assert worst == pytest.approx(theory.anchored_leading(step_size, steps), rel=0.01)

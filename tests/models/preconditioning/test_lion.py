"""Lion: Lyapunov functions by SymPy and by hand, steps by hand, norms and projections by their definitions."""

import itertools

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.preconditioning import kernels, lion, norms
from theorylab.models.preconditioning import theory_lion as theory
from theorylab.models.preconditioning.kernels import Lion
from theorylab.models.preconditioning.optimisers import signs

ROW = np.array


def test_steps_by_hand():
    assert signs.averaged.py_func(2.0, 3.0, 0.75) == 0.75 * 2 - 0.25 * 3
    assert signs.lion_step.py_func(2.0, -1.0, 0.1, 0.5, False) == pytest.approx(2 - 0.1 - 0.1)
    assert signs.lion_step.py_func(2.0, -1.0, 0.1, 0.5, True) == pytest.approx(1.9 / 1.05)


@pytest.mark.parametrize("descent", [kernels.lion_descent, kernels.lion_descent.py_func])
def test_two_steps_of_lion_by_hand(descent):
    rule = Lion(0.1, 0.5, 0.5, 0.75)
    noise, start = ROW([[0.0, 1.0], [-9.0, 0.0]]), ROW([[1.0, -1.0], [0.0, 8.0]])
    x, m = descent(rule, ROW([[2.0, 1.0], [1.0, 3.0]]), ROW([0.0, 1.0]), noise, start)
    # gradients at (1, -1): (2 - 2, 1 - 6 + 1) = (0, -4); means 0 and (8 + 4) / 2: signs 0 and 1.
    assert x[1] == pytest.approx([1 - 0.05, -1 + 0.1 + 0.05])
    assert m[1] == pytest.approx([0.0, 0.75 * 8 + 1])
    g = ROW([2 * 0.95 - 1.85 - 9, 0.95 - 3 * 1.85])
    assert x[2] == pytest.approx([0.95 + 0.1 - 0.0475, -0.85 + 0.1 + 0.0425])
    assert m[2] == pytest.approx(0.75 * m[1] - 0.25 * g)
    coupled = descent(rule._replace(coupled=True), np.eye(2), np.zeros(2), noise[:1] * 0, ROW([[1.0, 0.0], [0.6, 0.0]]))
    assert coupled[0, 1] == pytest.approx([0.9, 0.0])  # 0.3 - 0.5 (1 + 0.5) < 0
    assert coupled[1, 1] == pytest.approx([0.75 * 0.6 - 0.25 * 1.5, 0.0])


def test_lion_is_the_euler_step_of_its_flow():
    h, lam, b1, b2, x, m, g = sp.symbols("h lam b1 b2 x m g", positive=True)
    flow = theory.flow_of(h, lam, b1, b2, sp.Symbol("e", positive=True))
    dx, dm = theory.velocity(flow, g, x, m)
    assert sp.simplify(m + h * dm - (b2 * m - (1 - b2) * g)) == 0
    wanted = theory.smooth_sign(b1 * m - (1 - b1) * g, flow.width) - lam * x
    assert sp.simplify(dx - wanted) == 0


def test_conjugates_and_gradients():
    m, e = sp.symbols("m e", positive=True)
    y, width = sp.Symbol("y", positive=True), sp.Symbol("e", positive=True)
    norm = sp.sqrt(m**2 + e**2) - e
    assert sp.simplify(theory.smooth_sign(m, e) - sp.diff(norm, m)) == 0
    star = width * (1 - sp.sqrt(1 - y**2))
    assert sp.simplify(theory.conjugate_gradient(y, width) - sp.diff(star, y)) == 0
    draws = np.random.default_rng(1)
    for _ in range(50):
        a, z = 3 * draws.standard_normal(2), draws.uniform(-0.99, 0.99, 2)
        assert theory.smooth_norm(a, 0.7) == pytest.approx(((a**2 + 0.49) ** 0.5).sum() - 1.4)
        assert theory.conjugate(z, 0.7) == pytest.approx(0.7 * (2 - ((1 - z**2) ** 0.5).sum()))
        assert theory.smooth_sign(theory.conjugate_gradient(z, 0.7), 0.7) == pytest.approx(z)
        flow = theory.Flow(1.0, 1.0, 0.5, 0.8, 0.7)
        assert theory.fenchel_gap(flow, z / 0.8, a) >= 0
        best = theory.conjugate_gradient(z, 0.7)  # where Fenchel and Young have equality
        assert theory.fenchel_gap(flow, z / 0.8, best) == pytest.approx(0, abs=1e-14)


def test_the_identity_in_one_dimension():
    alpha, gamma, eps, lam, width, x, m, g = sp.symbols("alpha gamma eps lam e x m g")
    flow = theory.Flow(alpha, gamma, eps, lam, width)
    u, v = sp.symbols("u v")  # grad K(mt) and grad K(m): any values
    star = theory.conjugate_gradient(lam * x, width)
    slope = -alpha * g - gamma * m
    weight = theory.gap_weight(flow)
    rate = (alpha * g + gamma * star) * (u - lam * x)
    rate += weight * ((lam * star - lam * m) * (u - lam * x) + (v - lam * x) * slope)
    mt = m + eps * slope
    fall = (lam + gamma) / (1 + eps * lam) * (mt - star) * (u - lam * x) + weight / eps * (mt - m) * (u - v)
    assert sp.simplify(rate + fall) == 0
    values = {alpha: 0.7, gamma: 1.3, eps: 0.4, lam: 0.9, width: 0.5, x: 0.6, m: -1.1, g: 0.8}
    flow = theory.Flow(0.7, 1.3, 0.4, 0.9, 0.5)
    values |= {u: theory.smooth_sign(-1.1 + 0.4 * (-0.56 + 1.43), 0.5), v: theory.smooth_sign(-1.1, 0.5)}
    found = theory.dissipation(flow, ROW([0.8]), ROW([0.6]), ROW([-1.1]))
    assert found == pytest.approx(float(fall.subs(values)))
    wanted = 1.4 + 1.3 / 0.9 * theory.conjugate(ROW([0.54]), 0.5)
    assert theory.penalised(flow, 2.0, ROW([0.6])) == pytest.approx(wanted)


def test_weights_of_step_and_flow_are_the_same():
    h, lam, b1, b2 = sp.symbols("h lam b1 b2", positive=True)
    flow = theory.flow_of(h, lam, b1, b2, 1)
    assert sp.simplify(theory.step_weight(h, lam, b1, b2) - theory.gap_weight(flow) / flow.alpha) == 0


def test_a_step_falls_as_derived():
    h, lam, b1, b2, m, g, x, w, u, v = sp.symbols("h lam b1 b2 m g x w u v")
    kappa = theory.step_weight(h, lam, b1, b2)
    mt, new = b1 * m - (1 - b1) * g, b2 * m - (1 - b2) * g
    dx = h * (v - lam * x)  # x is the new point, w a slope of K* there, u and v of K at the new m and at mt
    most = g * dx + (1 + kappa * lam) * dx * w - kappa * lam * m * dx + kappa * (new - m) * (u - lam * x)
    drops = h * (1 + kappa * lam) * (mt - w) * (v - lam * x) + kappa * (1 - b2) / (b2 - b1) * (mt - new) * (v - u)
    assert sp.simplify(most + drops) == 0
    draws = np.random.default_rng(3)
    tight = 0
    for _ in range(200):
        b = np.sort(draws.uniform(0.0, 0.99, 2))
        rule = Lion(draws.uniform(0.01, 0.5), draws.uniform(0.2, 4), b[0], b[1], True)
        start = ROW([draws.uniform(-1, 1, 3) / rule.weight_decay, draws.standard_normal(3)])
        target = draws.standard_normal(3)
        (x0, x1), (m0, m1) = kernels.lion_descent(rule, 2 * np.eye(3), target, np.zeros((1, 3)), start)
        weight = theory.step_weight(*rule[:4])
        energy = [theory.box_energy(((p - target) ** 2).sum(), p, q, rule[1], weight) for p, q in ((x0, m0), (x1, m1))]
        slack = energy[0] + ((x1 - x0) ** 2).sum() - energy[1] - theory.step_drops(rule, x1, m0, m1, weight)
        assert slack > -1e-12
        assert theory.step_drops(rule, x1, m0, m1, weight) >= 0
        tight += slack < 1e-12
    assert tight > 30


def test_entry_times():
    t, lam, r, p = sp.symbols("t lam r p", positive=True)
    x = (r + p) / lam * sp.exp(-lam * t) - p / lam  # solves x' = -p - lam x from r / lam
    assert sp.simplify(sp.diff(x, t) + p + lam * x) == 0
    assert x.subs({t: 0}).simplify() == r / lam
    for push in (0, 1):
        time = theory.entry_time(7.0, 0.6, push)
        assert float(x.subs({t: time, lam: 0.6, r: 7, p: push})) == pytest.approx(1 / 0.6)


def test_steepest_directions_attain_their_norms():
    draws = np.random.default_rng(5)
    sizes = {"l1": lambda m: np.abs(m).sum(), "l2": np.linalg.norm, "linf": lambda m: np.abs(m).max(),
             "nuclear": lambda m: np.linalg.svd(m)[1].sum()}  # fmt: skip
    for norm, size in sizes.items():
        for _ in range(20):
            m, other = draws.standard_normal((2, 3, 2))
            v = norms.steepest(norm, m)
            assert (v * m).sum() == pytest.approx(size(m))
            assert (v * other).sum() <= size(other) + 1e-12  # of dual norm 1
        assert not norms.steepest(norm, np.zeros((2, 2))).any()
    assert norms.steepest("linf", ROW([2.0, -2.0, 1.0])).tolist() == [0.5, -0.5, 0.0]


def test_projections_satisfy_their_inequality():
    draws = np.random.default_rng(6)
    for norm in norms.NORMS:
        for _ in range(20):
            x = 2 * draws.standard_normal((3, 2))
            p = norms.projected(norm, x, 1.5)
            far = 1.5 * norms.steepest(norm, x - p)  # the point of the ball furthest along x - p
            assert ((x - p) * (far - p)).sum() <= 1e-10
            assert norms.projected(norm, p, 1.5) == pytest.approx(p, abs=1e-12)
    assert norms.projected("linf", ROW([2.0, -1.0]), 2.0) == pytest.approx([1.5, -0.5])


def test_minima_by_their_conditions():
    draws = np.random.default_rng(7)
    root, target = draws.standard_normal((3, 3)), 3 * draws.standard_normal(3)
    hessian = root @ root.T + np.eye(3)
    x = norms.box_minimum(hessian, target, 1.0)
    values = []
    for ends in itertools.product((-1, 0, 1), repeat=3):  # 0: a free coordinate
        free = ROW(ends) == 0
        y = ROW(ends, dtype=float)
        rest = hessian[np.ix_(free, ~free)] @ (y - target)[~free]
        y[free] = target[free] - np.linalg.solve(hessian[np.ix_(free, free)], rest)
        if np.abs(y).max() <= 1:
            values.append((y - target) @ hessian @ (y - target))
    assert (x - target) @ hessian @ (x - target) == pytest.approx(min(values), rel=1e-12)
    weights = ROW([[0.5, 2.0], [1.0, 1.5]])
    for norm in norms.NORMS:
        y = norms.constrained_minimum(norm, weights, 3 * root[:2, :2], 1.0, 0.3)
        slope = weights * (y - 3 * root[:2, :2]) + 0.3 * y
        assert norms.projected(norm, y - slope, 1.0) == pytest.approx(y, abs=1e-11)
    assert norms.constrained_minimum("l1", ROW([2.0]), ROW([1.0]), 9.0, 0.5) == pytest.approx([0.8])


def test_lion_k_is_lion_for_the_first_norm():
    hessian, target = np.diag([1.0, 0.5]), ROW([1.0, -3.0])
    path, _ = kernels.lion_descent(Lion(0.1, 0.5, 0.8, 0.9), hessian, target, np.zeros((20, 2)), np.zeros((2, 2)))
    found = norms.lion_k(np.sign, lambda x: hessian @ (x - target), np.zeros(2), np.full(20, 0.1), (0.5, 0.8, 0.9))
    assert found == pytest.approx(path[-2:].mean(axis=0))


def test_unknown_norms_are_refused():
    for call in (lambda: norms.steepest("l3", np.ones(2)), lambda: norms.projected("l3", np.ones(2), 1.0)):
        with pytest.raises(InputError, match="give one of l1, l2, linf, nuclear"):
            call()


def test_reach_of_a_step_by_hand():
    rule = Lion(0.1, 0.5, 0.5, 0.75)
    found = lion.box_reach(rule, ROW([[1.0, -1.0]]), ROW([4.0, -1.0]), 0.25)  # gradients 2 and -1.25
    assert found == pytest.approx([2.0, 0.5 * (4 - 0.1 - 0.2)])
    found = lion.box_reach(rule, ROW([[1.0]]), ROW([[4.0], [9.0]]))
    assert found[1] == pytest.approx(0.5 * (4 + 0.1 - 0.2))


def test_energies_of_a_path():
    flow, hessian, target = theory.Flow(0.7, 0.5, 0.6, 0.9, 0.4), ROW([[2.0, 0.5], [0.5, 1.0]]), ROW([0.3, -0.2])
    x, m, times = ROW([0.5, 0.2]), ROW([1.5, -1.0]), np.array([0.0, 1e-4])
    parts = lion.energy_parts(flow, hessian, target, x, m)
    loss = (0.2**2 * 2 + 2 * 0.2 * 0.4 * 0.5 + 0.4**2) / 2
    assert parts[0] == pytest.approx(theory.penalised(flow, loss, x))
    assert parts[1] == pytest.approx(theory.conjugate(0.9 * x, 0.4) + theory.smooth_norm(m, 0.4))
    assert parts[2] == pytest.approx(0.9 * (0.75 - 0.2))
    path = lion.energies_on_a_path(flow, hessian, target, x, m, times)
    assert path[0, 0] == pytest.approx(parts[0])
    rates = lion.energy_derivatives(flow, hessian, target, x, m)
    assert np.diff(path[0])[0] / 1e-4 == pytest.approx(rates[0], rel=1e-3)
    whole = rates[0] + theory.gap_weight(flow) * (rates[1] - rates[2])
    assert np.diff(path[1])[0] / 1e-4 == pytest.approx(whole, rel=1e-3)
    assert whole == pytest.approx(-theory.dissipation(flow, hessian @ (x - target), x, m), rel=1e-12)


def test_a_path_does_not_depend_on_where_it_is_read():
    flow, state = theory.Flow(0.7, 0.5, 0.6, 0.9, 0.4), (np.eye(1), ROW([3.0]), ROW([0.5]), ROW([1.5]))
    ends = [lion.energies_on_a_path(flow, *state, np.linspace(0, 25, n))[:, -1] for n in (2, 400)]
    assert ends[0] == pytest.approx(ends[1], rel=1e-8)


def test_drawn_runs_keep_to_their_box():
    draws = np.random.default_rng(8)
    for scheme in ({}, {"implicit": True}):
        found = lion.outside_ratios(draws, (20, 50, 2), 10.0, **scheme)
        assert found.shape == (20,)
        assert 1 <= found.max() < 1 + 1e-12
    assert lion.outside_ratios(draws, (20, 50, 2), 10.0, coupled=True).max() > 1.1
    assert lion.inside_reaches(draws, (20, 50, 2), 0.1, 1.0).max() <= 1 + 1e-12
    assert lion.inside_reaches(draws, (20, 50, 2), 1.1, 1.5).max() > 1.05


def test_ratio_and_mean_of_one_step_by_hand():
    rule = Lion(0.1, 0.5, 0.5, 0.75, True)
    weight = theory.step_weight(*rule[:4])
    # from (0, 0) with gradient -2: mt = 1, m_new = 1/2, x_new = 0.1 / 1.05
    new = 0.1 / 1.05
    drops = 0.1 * (1 + weight * 0.5) * (1 - 0.5 * new)
    assert lion.mean_drops(rule, np.eye(1), ROW([2.0]), 1) == pytest.approx(drops / 0.1)
    after = (2 - new) ** 2 / 2 + weight * (0.5 - 0.25 * new)
    found = lion.step_ratio(rule, np.eye(1), ROW([2.0]), np.zeros((2, 1)), weight)
    assert found == pytest.approx((after + drops) / (2 + new**2 / 2))


@pytest.mark.parametrize("eps", [0.3, 0.9])
def test_rate_where_the_first_product_is_nought(eps):
    second = 0.7 * (1 / 1.25**0.5 - 0.3 / 0.34**0.5)  # (mt - m) (grad K(mt) - grad K(m))
    weight = (1 - 2 * eps) / (1 + 0.8 * eps)
    assert lion.rate_on_the_edge(2.0, eps) == pytest.approx(-weight / eps * second)


def test_entry_of_steps_by_hand():
    assert lion.lion_entry(0.5, 0.0, 3.0, 0.5) == 2.0  # 6, 3, 1.5: two steps of 1
    assert lion.lion_entry(1.0, 1.0, 10.0, 1e-3) == pytest.approx(theory.entry_time(10.0, 1.0, 1), rel=2e-3)

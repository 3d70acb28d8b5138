"""LV-HBA on the convex toy: its penalised solution by SymPy, its steps against plain vectors."""

import math

import numpy as np
import pytest
import sympy as sp

from theorylab.errors import InputError
from theorylab.models.bilevel import lv_hba, value_function
from theorylab.models.bilevel.lv_hba import Method

METHOD = Method(0.01, 0.02, 0.02, 10.0, 10.0, 0.3, 0.3)


def test_penalised_solution_by_sympy():
    x, u, w = sp.symbols("x u w", real=True)
    c, g1, g2, n = sp.symbols("c g1 g2 n", positive=True)
    y1, y2 = x + 1 + u, -2 * x - 1 - u
    upper = ((x - y2) ** 2 + (y1 - 1) ** 2) / 2
    # per coordinate: q = (u + w, w) with w = 1 + z, against P + I/gamma1 + gamma2 A^T A on equal coordinates
    matrix = sp.Matrix([[1 + 1 / g1 + n * g2, n * g2], [n * g2, 1 / g1 + n * g2]])
    q = sp.Matrix([u + w, w])
    gap = (q.T * matrix.inv() * q)[0] / 2
    assert sp.simplify(gap.subs(u, 0) - lv_hba.multiplier_residual(w - 1, n, g1, g2)) == 0
    total = upper / c + gap
    solution = sp.solve([sp.diff(total, v) for v in (x, u, w)], [x, u, w], dict=True)[0]
    assert sp.simplify(solution[u] - sp.nsimplify(lv_hba.penalised_violation(c, g1))) == 0
    at = {c: 2, g1: 3, g2: 5, n: 7}
    value = float(solution[u].subs(at))
    assert float(solution[x].subs(at)) == pytest.approx(-0.3 - 0.4 * value)
    assert float(gap.subs(solution).subs(at)) == pytest.approx(lv_hba.penalised_residual(2.0, 3.0))
    assert float(upper.subs(solution).subs(at)) == pytest.approx(lv_hba.penalised_objective(2.0, 3.0))


def steps_by_vectors(p, target, count):
    """The method through `value_function`: gradients of v by theta and lam."""
    n = target.size
    toy = value_function.plain_toy(n)
    x, y = value_function.feasible(toy, np.full(n, p.start), np.full(2 * n, p.start))
    theta, lam, z = y.copy(), np.array([p.lam_start]), np.array([p.z_start])
    for k in range(count):
        c = p.scale * (k + 1) ** p.power
        slope = toy.lower @ theta + toy.mixing @ x + toy.linear + toy.constraint.T @ lam + (theta - y) / p.gamma1
        held = value_function.constraint(toy, x, theta)
        theta, lam = theta - p.inner_step * slope, lam - p.inner_step * (-held + (lam - z) / p.gamma2)
        apart = x - y[n:] - target
        in_x = apart / c + toy.mixing.T @ (y - theta) - toy.coupling.T @ lam
        in_y = np.concatenate([y[:n] - 1, -apart]) / c + toy.lower @ y + toy.mixing @ x + toy.linear
        in_y = in_y - (y - theta) / p.gamma1
        x, y = value_function.feasible(toy, x - p.outer_step * in_x, y - p.outer_step * in_y)
        z = z + p.multiplier_step * (lam - z) / p.gamma2
    best, lam_best, value = value_function.saddle(toy, (x, y, z), p.gamma1, p.gamma2)
    upper = ((x - y[n:] - target) ** 2).sum() / 2 + ((y[:n] - 1) ** 2).sum() / 2
    off = np.sqrt((((best - theta) ** 2).sum() + ((lam_best - lam) ** 2).sum()) / n)
    gap = value_function.objective(toy, x, y) - value
    return [x.mean(), y[:n].mean(), (y[n:] + target).mean(), upper / n, gap / n, off]


@pytest.mark.parametrize("count", [0, 1, 25])
def test_a_run_is_that_of_plain_vectors(count):
    p, target = METHOD._replace(start=2.0, lam_start=0.3, z_start=0.2), np.array([0.5, -0.2, -0.3])
    found = lv_hba.lv_hba(p, target, [count])
    wanted = steps_by_vectors(p, target, count)
    assert [row[0] for row in found.values()] == pytest.approx(wanted, rel=1e-10, abs=1e-12)


def test_a_compiled_run_is_its_python_body():
    given = METHOD, np.array([0.2, -0.2]), np.array([3, 9])
    assert lv_hba.lv_hba_run(*given) == pytest.approx(lv_hba.lv_hba_run.py_func(*given), rel=1e-10)


def test_a_constant_penalty_ends_at_the_penalised_solution():
    p = METHOD._replace(scale=2.0, power=0.0, start=1.0)
    run = lv_hba.lv_hba(p, np.array([0.4, -0.1, -0.3]), [200_000])
    u = lv_hba.penalised_violation(2.0, 10.0)
    assert run["x"][0] == pytest.approx(-0.3 - 0.4 * u, abs=1e-9)
    assert run["y1"][0] == pytest.approx(0.7 + 0.6 * u, abs=1e-9)
    assert run["y2"][0] == pytest.approx(-0.4 - 0.2 * u, abs=1e-9)
    assert run["objective"][0] == pytest.approx(lv_hba.penalised_objective(2.0, 10.0), abs=1e-9)
    assert run["residual"][0] == pytest.approx(lv_hba.penalised_residual(2.0, 10.0), abs=1e-9)
    assert run["lag"][0] == pytest.approx(0, abs=1e-7)


def test_steps_that_are_too_long_diverge():
    run = lv_hba.lv_hba(METHOD._replace(inner_step=2.0), np.zeros(2), [10_000])
    assert np.isinf(run["x"][0])


def test_bad_methods_are_refused():
    for change, words in (
        ({"outer_step": 0.0}, "outer_step"),
        ({"gamma1": -1.0}, "gamma1"),
        ({"power": 0.5}, "power"),
        ({"scale": math.inf}, "scale"),
        ({"z_start": math.nan}, "z_start"),
    ):
        with pytest.raises(InputError, match=words):
            lv_hba.lv_hba(METHOD._replace(**change), np.zeros(2), [1])
    with pytest.raises(InputError, match="mean 0"):
        lv_hba.lv_hba(METHOD, np.ones(2), [1])

"""DoG: its bounds derived again and attacked, the kernel by hand, bad input."""

import math

import mpmath
import numpy as np
import pytest
import sympy

from theorylab.errors import InputError
from theorylab.models.adaptive import parameter_free as model
from theorylab.models.adaptive.optimisers import dog
from theorylab.models.adaptive.parameter_free import Descent
from theorylab.models.adaptive.theory import parameter_free as theory
from theorylab.numerics.streams import stream


def run(descent, steps):
    return dict(zip(model.OUTPUTS, model.path.py_func(descent.problem(), np.array(steps), stream(3, 0)), strict=True))


def test_regret_is_the_sum_of_two_telescopes():
    # One step: r <g, x - x*> = sqrt(G) (D_k^2 - D_{k+1}^2) / 2 + r^2 g^2 / (2 sqrt(G)).
    r, g, x, total = sympy.symbols("r g x G", positive=True)
    after = x - r / sympy.sqrt(total) * g
    step = sympy.sqrt(total) * (x**2 - after**2) / 2 + r**2 * g**2 / (2 * sympy.sqrt(total))
    assert sympy.simplify(step - r * g * x) == 0
    # Summed by parts the first is at most sqrt(G) (D^2 - D_t^2) / 2 <= 2 r D sqrt(G), as |D - D_t| <= 2 r and
    # D + D_t <= 2 D; the second at most r^2 sqrt(G), as a / sqrt(G + a) <= 2 (sqrt(G + a) - sqrt(G)).
    rng = np.random.default_rng(1)
    for _ in range(300):
        gradients = rng.standard_normal((20, 2)) * rng.pareto(0.7, (20, 1)) + rng.normal(0, 2, 2)
        far = rng.normal(0, 10 ** rng.uniform(-1, 1), 2)
        x, memory = np.zeros(2), np.zeros((3, 2))
        dog.start.py_func(dog.Method(10 ** rng.uniform(-3, 1), 0.0), x, memory)
        regret, distance = 0.0, float(np.hypot(*far))
        for gradient in gradients:
            weight = max(memory[1, 0], float(np.hypot(*x)))
            regret += weight * float(gradient @ (x - far))
            dog.step.py_func(dog.Method(1.0, 0.0), 1, x, gradient, memory)
            distance = max(distance, float(np.hypot(*(x - far))))
        radius = max(memory[1, 0], float(np.hypot(*x)))
        assert regret <= theory.regret_bound(radius, distance, memory[2, 0])


def test_one_of_the_blocks_grows_by_e_at_most():
    # Cut 0..T into K = ceil(log growth) blocks of n = floor(T / K): one has s_end <= e s_begin, and its n terms count.
    rng = np.random.default_rng(2)
    for _ in range(300):
        s = np.exp(np.cumsum(rng.exponential(10 ** rng.uniform(-3, 1), rng.integers(2, 60))))
        last, growth = s.size - 1, float(np.log(s[-1] / s[0]))
        pieces = max(1, math.ceil(growth))
        n = last // pieces
        if n:
            assert min(s[n * (k + 1)] / s[n * k] for k in range(pieces)) <= math.e * (1 + 1e-12)
        best = max(s[:t].sum() / s[t] for t in range(1, s.size))
        assert best >= n / math.e * (1 - 1e-12)
        assert n >= last / pieces - 1
        assert best >= theory.relative_weight_bound(last, growth)


def test_growth_along_a_constant_gradient():
    with mpmath.workdps(25):
        total = mpmath.fsum(mpmath.log(1 + 1 / mpmath.sqrt(k)) - 1 / mpmath.sqrt(k) + 0.5 / k for k in range(1, 101))
        total += mpmath.fsum((-1) ** (j + 1) * mpmath.zeta(mpmath.mpf(j) / 2, 101) / j for j in range(3, 40))
        assert float(total) == pytest.approx(theory.REST, rel=1e-15)
        assert float(mpmath.zeta(0.5)) == pytest.approx(theory.ZETA_HALF, rel=1e-15)
        assert float(mpmath.euler) == theory.EULER
    # Product by hand: r_{t+1} = r_t (1 + (t + 1)^-1/2), r_1 = r_0.
    logs = np.concatenate([[0.0], np.cumsum(np.log1p(np.arange(2, 10_001) ** -0.5))])
    t = np.arange(1, 10_001)
    assert np.all(np.abs(logs - theory.growth_leading(t))[9:] * t[9:] < 0.1)


@pytest.mark.parametrize("growth", [2.0, 5.0, 30.0, 690.0])
def test_burn_in_inverts_the_growth(growth):
    t = theory.burn_in(growth)
    assert theory.growth_leading(t) == pytest.approx(growth, rel=1e-12)
    assert t > (growth / 2) ** 2


def test_the_kernel_by_hand():
    found = run(Descent(scales=[2.0], target=[1.0], first=0.25), [1, 2, 3])
    # Gradient -2: x_1 = 0.25, x_2 = 0.25 + 0.25 / sqrt 2; r_2 = x_2, x_3 = x_2 + x_2 / sqrt 3.
    x2 = 0.25 * (1 + 0.5**0.5)
    assert found["radius"] == pytest.approx([0.25, x2, x2 * (1 + 3**-0.5)], rel=1e-15)
    assert found["squares"].tolist() == [4.0, 8.0, 12.0]
    assert found["weight"] == pytest.approx([0.25, 0.5, 0.5 + x2])
    assert found["regret"][1] == pytest.approx(0.25 * 2 * 1 + 0.25 * 2 * 0.75)
    mean = (0.25 * 0.25 + x2 * x2) / (0.5 + x2)
    assert found["gap"][2] == pytest.approx(2 * (1 - mean))
    assert found["last gap"][0] == 1.5
    assert found["distance"].tolist() == [1.0, 1.0, 1.0]


def test_given_gradients_come_before_those_of_the_function():
    # x = -1 after the first, 0 after the second, as r = 1 and sqrt(G) = 1 up to 1e-8; then the slope -2 of 2 |x - 9|.
    start = {"scales": [2.0], "target": [9.0], "first": 1.0}
    found = run(Descent(**start, gradients=[[1e-4], [-1.0]]), [1, 2, 3])
    assert found["last gap"] == pytest.approx([20.0, 18.0, 2 * (9 - 2 / 5**0.5)], rel=1e-7)
    assert found["squares"] == pytest.approx([0.0, 1.0, 5.0], abs=1e-7)
    assert found["regret"][1] == pytest.approx(10.0 - 9e-4)


def test_the_two_of_the_regret_bound_is_needed():
    for few, least in ((28, 0.98), (10_000, 0.999)):
        gradients = np.array([1e-4, -1.0, *np.full(few, -1.0 / few)])[:, None]
        found = run(Descent(scales=[1.0], target=[1e4], first=1.0, gradients=gradients), [few + 2])
        share = found["regret"] / theory.regret_bound(found["radius"], found["distance"], found["squares"])
        assert least < share[0] <= 1


def test_squares_and_the_other_rules_by_hand():
    start = {"function": "square", "scales": [2.0], "target": [1.0]}
    sgd = run(Descent(rule="SGD", first=0.25, **start), [1, 2])
    assert sgd["last gap"].tolist() == [0.25, 0.0625]  # x = 0.5, then 0.75
    assert sgd["gap"].tolist() == [1.0, 0.75**2]
    assert sgd["weight"].tolist() == [1.0, 2.0]
    norm = run(Descent(rule="AdaGrad-Norm", first=0.5, **start), [1, 2])
    x2 = 0.5 + 0.5 / 5**0.5
    assert norm["last gap"][1] == pytest.approx((1 - x2) ** 2)
    assert norm["squares"].tolist() == [4.0, 5.0]


def test_noise_has_the_size_that_it_says():
    found = []
    for alpha in (2.0, 1.0):
        descent = Descent(scales=np.full(4, 1e-9), target=np.ones(4), first=1.0, noise=3.0, alpha=alpha)
        found.append([model.path(descent.problem(), np.array([1]), stream(1, k))[3, 0] for k in range(2000)])
    assert np.mean(found[0]) == pytest.approx(9.0, rel=0.1)
    # One of four Cauchy numbers of scale 3 / 2 is beyond 30 with chance 1 - (1 - 2 atan(1 / 20) / pi)^4.
    share = 1 - (1 - 2 * math.atan(1 / 20) / math.pi) ** 4
    assert share - 0.03 < np.mean(np.array(found[1]) > 900) < share + 0.04


def test_the_defaults_of_its_code_are_not_free_of_units():
    # The first distance is relative to 1 + |x_0| there, and 1e-8 is added to squared gradients.
    moved = []
    for gradient in (1.0, 1e-6):
        x, memory = np.array([3.0]), np.zeros((3, 1))
        dog.start.py_func(dog.Method(), x, memory)
        dog.step.py_func(dog.Method(), 1, x, np.array([gradient]), memory)
        moved.append(3.0 - x[0])
    assert moved == pytest.approx([4e-6, 4e-8], rel=1e-3)


def test_values_and_gradients_by_hand():
    p = Descent(scales=[2.0, 3.0], target=[1.0, -1.0], first=1.0).problem()
    x, gradient, draws = np.array([0.0, 0.5]), np.empty(2), np.empty(2)
    assert model.value.py_func(p, x) == 2 + 4.5
    model.sampled_gradient.py_func(p, x, gradient, draws, stream(0, 0))
    assert gradient.tolist() == [-2.0, 3.0]
    square = p._replace(function=0)
    assert model.value.py_func(square, x) == 1 + 1.5 * 2.25
    model.sampled_gradient.py_func(square, x, gradient, draws, stream(0, 0))
    assert gradient.tolist() == [-2.0, 4.5]


def test_the_compiled_kernel_is_its_body():
    descent = Descent(scales=[1.0, 0.3], target=[1.0, -2.0], first=0.1)
    compiled = model.noiseless(descent, [1, 5, 20])
    for name, row in run(descent, [1, 5, 20]).items():
        assert compiled[name] == pytest.approx(row, rel=1e-12)


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("give one of 'DoG'", {"rule": "Adam"}),
        ("give one of 'square'", {"function": "cube"}),
        ("one per coordinate", {"target": [1.0]}),
        ("first", {"first": 0.0}),
        ("noise", {"noise": -1.0}),
        (r"alpha=3.0 .* \(0, 2\]", {"alpha": 3.0}),
        (r"gradients \(3,\): give one row per step", {"gradients": [1.0, 2.0, 3.0]}),
    ],
)
def test_bad_descents_are_answered(words, arguments):
    with pytest.raises(InputError, match=words):
        Descent(**({"scales": [1.0, 1.0], "target": [1.0, 1.0], "first": 1.0} | arguments)).problem()


def test_noise_is_not_left_out():
    with pytest.raises(InputError, match="simulate it"):
        model.noiseless(Descent(scales=[1.0], target=[1.0], first=1.0, noise=1.0), [3])


def test_wandering_is_the_local_time_of_a_reflection():
    # One step of size e from |y| = q: E |y'|^2 = q^2 + e^2 if it stays; what is cut off at the sphere is log r.
    q, e, cosine, over = sympy.symbols("q e c h", positive=True)
    inside = sympy.expand(q**2 + 2 * q * e * cosine + e**2)
    assert sympy.simplify((inside.subs(cosine, 1) + inside.subs(cosine, -1)) / 2 - q**2 - e**2) == 0
    # A point cut back from 1 + h to 1 loses 2 h + O(h^2) of |y|^2, and log r gains h + O(h^2): so 2 E dL = ds at rest.
    assert sympy.limit(((1 + over) ** 2 - 1) / sympy.log(1 + over), over, 0) == 2
    draws = np.random.default_rng(3).standard_normal((200, 10_000)) * 0.02
    for dim in (1, 2):
        y, log_radius = np.zeros((200 // dim, dim)), np.zeros(200 // dim)
        for move in draws.reshape(200 // dim, dim, -1).transpose(2, 0, 1) / dim**0.5:
            y += move
            size = np.maximum(1.0, np.sqrt((y**2).sum(axis=1)))
            y /= size[:, None]
            log_radius += np.log(size)
        wanted = theory.wandering_leading(math.exp(4.0), 1.0)  # 10,000 steps of variance 4e-4
        assert log_radius.mean() == pytest.approx(wanted, abs=0.5 / 2 + 3 * log_radius.std() / (200 // dim) ** 0.5)

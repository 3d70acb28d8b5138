"""The door for one's own implementation: what is the recursion passes, what is not is named by sequence and step."""

import numpy as np
import pytest

from theorylab import conformance
from theorylab.conformance import NotTheRecursion, check
from theorylab.errors import InputError


def adam(rate=1e-3, first=0.9, second=0.999, epsilon=1e-8, late=False, kind=float):
    """Adam as another would write it, in arrays; `late` debiases with t - 1 from the second step on."""

    def step(x, gradient, state):
        t, m, v = state or (0, np.zeros(x.shape, kind), np.zeros(x.shape, kind))
        gradient = gradient.astype(kind)
        m, v = first * m + (1 - first) * gradient, second * v + (1 - second) * gradient**2
        t += 1
        of = max(t - 1, 1) if late else t
        moved = rate * (m / (1 - first**of)) / (np.sqrt(v / (1 - second**of)) + epsilon)
        return (x - moved).astype(kind), (t, m, v)

    return step


def test_adam_passes_in_both_precisions():
    check(adam(), "adam")
    check(adam(kind=np.float32), "adam")
    check(adam(rate=0.1, first=0.8), "adam", rate=0.1, first_decay=0.8)
    assert conformance.check is check


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"rate": 1.01e-3}, "on 'constant' .* at step 1, coordinate 0"),
        ({"first": 0.91}, "step 2"),
        ({"second": 0.998}, "step 2"),
        ({"epsilon": 1.01e-8}, "step 1"),
        ({"late": True}, "step 2"),
    ],
)
def test_what_is_not_adam_is_told_where(wrong, message):
    with pytest.raises(NotTheRecursion, match=f"not adam: .*{message}.* times rounding"):
        check(adam(**wrong), "adam")


def test_a_step_that_makes_nan_is_told():
    with pytest.raises(NotTheRecursion, match="not finite"):
        check(lambda x, gradient, state: (x / 0.0 * 0.0, None), "adam")


def test_bad_input_is_answered_in_a_sentence():
    with pytest.raises(InputError, match="no reference recursion 'adamm'; did you mean 'adam'"):
        check(adam(), "adamm")
    with pytest.raises(InputError, match="adam has no parameter beta: its parameters are rate, first_decay"):
        check(adam(), "adam", beta=0.5)
    with pytest.raises(InputError, match="needs a function"):
        check(3, "adam")
    with pytest.raises(InputError, match="step returned ndarray: return the next point and the next state"):
        check(lambda x, gradient, state: x, "adam")
    with pytest.raises(InputError, match="returned a point of shape"):
        check(lambda x, gradient, state: (x[:2], None), "adam")

"""Learning curves of SGD on structured features: equal eigenvalues in closed form, power laws by their exponents.

The loss here is S = sum_k l_k E e_k^2, twice the excess risk; label noise is not in it. Derived here.
"""

from __future__ import annotations

from typing import Any


def isotropic_factor(step_size: Any, batch: Any, dimension: Any) -> Any:
    """What a step multiplies the loss by where all eigenvalues are 1, no label noise: (1 - h)^2 + (N + 1) h^2 / m.
    Derived: tests/models/regression/test_structured.py::test_equal_eigenvalues_close_on_one_number.
    """
    return (1 - step_size) ** 2 + (dimension + 1) * step_size**2 / batch


def isotropic_step(batch: Any, dimension: Any) -> Any:
    """The step size of the least factor where all eigenvalues are 1: m / (m + N + 1); the factor is 1 minus it.
    Derived: tests/models/regression/test_structured.py::test_equal_eigenvalues_close_on_one_number.
    """
    return batch / (batch + dimension + 1)


def learning_exponent(task: Any, spectrum: Any) -> Any:
    """The loss of gradient descent falls as t^-((a - 1) / b): l_k v_k^2 ~ k^-a, a = `task` > 1, l_k ~ k^-b.
    Derived: tests/models/regression/test_structured.py::test_exponents_come_from_integrals_over_the_spectrum.
    """
    return (task - 1) / spectrum


def noise_exponent(spectrum: Any) -> Any:
    """The loss that SGD feeds back falls as t^-(2 - 1/b) at best, l_k ~ k^-b, b > 1.
    Derived: tests/models/regression/test_structured.py::test_exponents_come_from_integrals_over_the_spectrum.

    So SGD has the smaller of this and `learning_exponent`.
    """
    return 2 - 1 / spectrum

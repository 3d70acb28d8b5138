"""The criterion that PSGD fits its preconditioner by: minima, curvature along the group, rates of the fit.

c(P) = E (h^T P h + v^T P^-1 v) = tr(P M) + tr(P^-1), h = H v + e, E v v^T = 1, M = H^2 + cov e, P = Q^T Q. The fit is
Q <- (1 - mu G) Q, G = Q M Q^T - (Q Q^T)^-1. Derived for this project in the setting of Pooladzandi and Li (arXiv
2402.04553).
"""

from __future__ import annotations

from typing import Any

import numpy as np


def criterion(preconditioner: Any, second: Any) -> Any:
    """c(P) = tr(P M) + tr(P^-1).
    Derived: tests/models/preconditioning/test_fitting.py::test_criterion_is_a_mean_over_probes.
    """
    return np.trace(preconditioner @ second) + np.trace(np.linalg.inv(preconditioner))


def best_preconditioner(second: Any) -> Any:
    """The minimiser over all P: M^-1/2, (n, n), which without noise is |H|^-1.
    Derived: tests/models/preconditioning/test_fitting.py::test_minima_of_the_criterion.
    """
    values, vectors = np.linalg.eigh(second)
    return (vectors * values**-0.5) @ vectors.T


def best_value(second: Any) -> Any:
    """The least c over all P: 2 tr M^1/2.
    Derived: tests/models/preconditioning/test_fitting.py::test_minima_of_the_criterion.
    """
    return 2 * (np.linalg.eigvalsh(second) ** 0.5).sum()


def best_diagonal(second: Any) -> Any:
    """The minimiser over diagonal P: M_ii^-1/2, (n,), row norms of H to the power -1 without noise.
    Derived: tests/models/preconditioning/test_fitting.py::test_minima_of_the_criterion.
    """
    return second.diagonal() ** -0.5


def best_diagonal_value(second: Any) -> Any:
    """The least c over diagonal P: 2 sum sqrt(M_ii).
    Derived: tests/models/preconditioning/test_fitting.py::test_minima_of_the_criterion.
    """
    return 2 * (second.diagonal() ** 0.5).sum()


def both_terms(factor: Any, second: Any) -> Any:
    """Q M Q^T + (Q Q^T)^-1, (n, n): the curvature of c along exp(t X) Q is 4 tr(X^2 times it).
    Derived: tests/models/preconditioning/test_fitting.py::test_curvature_along_the_group.
    """
    return factor @ second @ factor.T + np.linalg.inv(factor @ factor.T)


def curvature_along(direction: Any, factor: Any, second: Any) -> Any:
    """Second derivative of c along exp(t X) Q at t = 0, X symmetric: 4 tr(X^2 (Q M Q^T + (Q Q^T)^-1)), > 0.
    Derived: tests/models/preconditioning/test_fitting.py::test_curvature_along_the_group.
    """
    return 4 * np.trace(direction @ direction @ both_terms(factor, second))


def fitting_factor(rate: Any, curvatures: Any) -> Any:
    """Factor of q_i^2 h_i - 1 a step near the minimum, diagonal Q and H, without normalisation: 1 - 4 mu h_i.
    Derived: tests/models/preconditioning/test_fitting.py::test_rates_of_the_diagonal_fit.
    """
    return 1 - 4 * rate * curvatures


def normalised_fitting_factor(rate: Any, curvatures: Any) -> Any:
    """The same with steps over the sum of q^2 h^2 + q^-2, 2 sum h at the minimum: 1 - 2 mu h_i / sum h.
    Derived: tests/models/preconditioning/test_fitting.py::test_rates_of_the_diagonal_fit.
    """
    return 1 - 2 * rate * curvatures / curvatures.sum()


def critical_fitting_rate(curvature: Any) -> Any:
    """Largest stable mu of the diagonal fit without normalisation: 1 / (2 h).
    Derived: tests/models/preconditioning/test_fitting.py::test_rates_of_the_diagonal_fit.
    """
    return 1 / (2 * curvature)

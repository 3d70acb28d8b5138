"""Dense references: full second-moment matrices of (e, averages), from the definition, without any diagonal trick.

The state z stacks e_t and an average; E z z^T follows from E[(I - s X) C (I - s X)] with the fourth moments written
out for full matrices. Used at small dimension only.
"""

import numpy as np


def gradient_moment(problem, C):
    """E[X C X] for X = mean over the batch of x x^T, any symmetric C."""
    H, B = np.diag(problem.eigenvalues), problem.batch
    if problem.design in ("additive", "isotropic"):
        single = H @ C @ H
    elif problem.design == "gaussian":
        single = 2 * H @ C @ H + H * np.trace(H @ C)
    else:
        single = np.diag(problem.eigenvalues * np.diag(C))
    return single / B + (1 - 1 / B) * H @ C @ H


def label_noise(problem):
    """Covariance of the gradient noise at the minimiser."""
    spectrum = np.ones(problem.dimension) if problem.design == "isotropic" else problem.eigenvalues
    return problem.noise_std**2 * np.diag(spectrum) / problem.batch


def step(problem, step_size, C):
    """One step of E e e^T for a full matrix C."""
    H, noise = np.diag(problem.eigenvalues), label_noise(problem)
    return C - step_size * (H @ C + C @ H) + step_size**2 * (gradient_moment(problem, C) + noise)


def risks(problem, step_size, ema_decay, start, steps):
    """Risks of last iterate, EMA and average over [start, steps), from full covariances of the whole path."""
    d, H = problem.dimension, np.diag(problem.eigenvalues)
    Q = np.eye(d) - step_size * H
    covariances = [np.outer(problem.error0, problem.error0)]
    for _ in range(steps):
        covariances.append(step(problem, step_size, covariances[-1]))

    def quadratic(weights):
        """E of (sum_t w_t e_t)(sum_t w_t e_t)^T by E e_{t+k} e_t^T = Q^k C_t, pair by pair."""
        total = np.zeros((d, d))
        for t, wt in enumerate(weights):
            total += wt**2 * covariances[t]
            power = np.eye(d)
            for u in range(t + 1, len(weights)):
                power = Q @ power
                cross = power @ covariances[t]
                total += wt * weights[u] * (cross + cross.T)
        return total

    a, n = ema_decay, steps
    ema = np.array([(1 - a) * a ** (n - 1 - t) for t in range(n)])
    ema[0] += a**n
    tail = np.where(np.arange(n) >= start, 1 / (n - start), 0.0)
    return [0.5 * np.trace(H @ M) for M in (covariances[n], quadratic(ema), quadratic(tail))]

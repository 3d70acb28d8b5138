"""Second moments after any number of steps in multiprecision: powers of the transition matrix by repeated squaring.

From the floats that the code is given, and from the recursion as written in `moments`, with no modes anywhere.
"""

import mpmath


def transition(problem, step_size, decay=None):
    """Matrix of one step of (1, c, p, v); p, v of the EMA, or of the running sum where decay is None."""
    d, step, batch = problem.dimension, mpmath.mpf(step_size), problem.batch
    lam = [mpmath.mpf(float(x)) for x in problem.eigenvalues]
    a, b = (mpmath.mpf(1), mpmath.mpf(1)) if decay is None else (mpmath.mpf(decay), 1 - mpmath.mpf(decay))
    flat = problem.design == "isotropic"
    M = mpmath.zeros(3 * d + 1)
    M[0, 0] = 1
    for i in range(d):
        c, p, v, turn = 1 + i, 1 + d + i, 1 + 2 * d + i, 1 - step * lam[i]
        spread = {"gaussian": lam[i] ** 2, "one-hot": lam[i] * (1 - lam[i])}.get(problem.design, 0)
        M[c, c] = turn**2 + step**2 * spread / batch
        M[c, 0] = step**2 * (1 if flat else lam[i]) / batch * mpmath.mpf(problem.noise_std) ** 2
        for j in range(d if problem.design == "gaussian" else 0):
            M[c, 1 + j] += step**2 * lam[i] * lam[j] / batch
        M[p, p], M[p, c] = turn * a, turn * b
        M[v, v], M[v, p], M[v, c] = a * a, 2 * a * b, b * b
    return M


def moments(problem, step_size, decay, start, steps):
    """Lists of (last, EMA, mean over start <= t < N) moments at N = steps, in the working precision."""
    d = problem.dimension
    squares = [mpmath.mpf(float(e)) ** 2 for e in problem.error0]
    state = mpmath.matrix([1, *squares, *squares, *squares])
    ema = power(transition(problem, step_size, decay), steps) * state
    run = transition(problem, step_size)
    state = power(run, start) * state
    for i in range(2 * d):
        state[1 + d + i] = 0
    mean = power(run, steps - start) * state
    count = mpmath.mpf(steps - start) ** 2
    rows = list(ema)[1 : 1 + d], list(ema)[1 + 2 * d :], [x / count for x in list(mean)[1 + 2 * d :]]
    return rows


def power(M, n):
    """M^n by repeated squaring."""
    out = mpmath.eye(M.rows)
    while n:
        if n % 2:
            out = out * M
        M, n = M * M, n // 2
    return out


def worst(found, true):
    """Largest relative error of a row against multiprecision numbers that are not below the normal floats."""
    pairs = [(mpmath.mpf(float(x)), y) for x, y in zip(found, true, strict=True) if abs(y) > 1e-290]
    return max((float(abs(x / y - 1)) for x, y in pairs), default=0.0)

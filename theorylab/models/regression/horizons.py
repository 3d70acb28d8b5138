"""Second moments at any horizon: the recursions of `moments` solved by modes instead of stepped.

The diagonal matrix of moments is fed by one number per step, fed_t = feedback * S_t + sigma^2. Its modes
(see `numerics.secular`, for I - M = diag(loss) - rho lambda lambda^T, loss = 1 - keep, gain = rho lambda) make it a sum

    fed_t = sum_k amplitude_k (1 - rate_k)^t,   one rate being 0, with the stationary amplitude,

and every direction is a small triangular system driven by it. Two directions that share all coefficients need no care
here, since only fed_t is decomposed. Where powers of two rates are subtracted, rates are near each other as a rule
(roots interlace poles): last iterates use expm1 of the difference of rates, in which errors of that difference are
errors of one power, and averages double the number of steps with powers of the diagonal taken from logarithms, all
terms being >= 0 while the mean does not overshoot. Errors add up over log2(t) doublings only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics import secular
from theorylab.numerics.jit import kernel

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Driven(NamedTuple):
    """Directions (d,) with their coefficients, and the modes (n,) of what feeds them; the last mode has rate 0."""

    eigenvalues: Floats
    loss: Floats
    """1 - keep, to relative accuracy."""
    scaled: Floats
    """step_size * eigenvalue: 1 - contraction."""
    gain: Floats
    start: Floats
    rates: Floats
    amplitudes: Floats
    direct: Floats
    """Amplitudes of S_t that come from the start, without noise, (n - 1,)."""
    forced: Floats
    """Amplitudes of the answer of S to a unit of gain, >= 0, (n - 1,)."""
    noise: float


def driven(
    eigenvalues: Floats,
    loss: Floats,
    step_size: float,
    batch: int,
    feedback: float,
    noise: float,
    start: Floats,
    noise_spectrum: Floats,
) -> Driven:
    """The `Driven` form of the recursion c <- (1 - loss) c + gain (feedback S + noise), gain = step_size^2 / B times
    the noise spectrum, which is the eigenvalues where noise is fed back.
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.

    Stable problems only: all loss > 0, and no growing mode.
    """
    rho = step_size**2 / batch
    modes = secular.rank_one_modes(loss, eigenvalues, -rho * feedback)
    direct, forced = secular.amplitudes(modes, eigenvalues, start), 1 / modes.slopes
    answer = forced / modes.rates
    # Stationary noise sigma^2 / (1 - K) as sigma^2 (1 + sum of answers), so that the sum at t = 0 cancels to sigma^2.
    amplitudes = np.append(direct - noise * answer, noise * (1 + answer.sum()))
    rates = np.append(modes.rates, 0.0)
    scaled, gain = step_size * eigenvalues, rho * noise_spectrum
    return Driven(eigenvalues, loss, scaled, gain, start, rates, amplitudes, direct, forced, noise)


def feedback_sum(r: Driven, steps: Integers) -> Floats:
    """S_t = sum_j lambda_j E e_{t,j}^2 at t = steps, (points,), where noise is fed back; O(d) per step.
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.

    sum_k direct_k (1 - rate_k)^t + noise forced_k (1 - (1 - rate_k)^t) / rate_k: noise adds non-negative terms only.
    """
    rates = r.rates[:-1]
    logs = np.log1p(-rates)
    out = np.empty(steps.size)
    for k, t in enumerate(steps):
        decayed = -np.expm1(float(t) * logs)
        out[k] = (r.direct * np.exp(float(t) * logs)).sum() + r.noise * (r.forced * decayed / rates).sum()
    return out


@kernel
def last(r: Driven, steps: Integers) -> Floats:
    """E e_{t,i}^2 of the last iterate at t = steps, (points, d); O(d^2) per step.
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    d, n = r.loss.size, r.rates.size
    out = np.empty((steps.size, d))
    powers = np.empty(n)
    for point in range(steps.size):
        t = float(steps[point])
        if steps[point] == 0:
            out[point] = r.start
            continue
        for k in range(n):
            powers[k] = np.exp(t * np.log1p(-r.rates[k]))
        for i in range(d):
            kept = np.exp(t * np.log1p(-r.loss[i]))
            total = 0.0
            for k in range(n):
                total += r.amplitudes[k] * _divided(powers[k], kept, r.rates[k], r.loss[i], t)
            out[point, i] = kept * r.start[i] + r.gain[i] * total
    return out


@kernel
def _divided(power: float, kept: float, rate: float, loss: float, t: float) -> float:
    """((1-rate)^t - (1-loss)^t) / (loss - rate); the two powers are used where they are far apart."""
    apart = loss - rate
    if apart == 0.0:
        return t * power / (1.0 - rate)
    if kept < 0.5 * power or power < 0.5 * kept:
        return (power - kept) / apart
    if apart > 0.0:
        return float(-power * np.expm1(t * np.log1p(-apart / (1.0 - rate))) / apart)
    return float(kept * np.expm1(t * np.log1p(apart / (1.0 - loss))) / apart)


@kernel
def ema(r: Driven, ema_decay: float, steps: Integers) -> Floats:
    """E m_{t,i}^2 of the average m_0 = e_0, m_{t+1} = a m_t + (1-a) e_t, at t = steps, (points, d).
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    d = r.start.size
    out = np.empty((steps.size, d))
    for point in range(steps.size):
        if steps[point] == 0:
            out[point] = r.start
        else:
            _chain(r, ema_decay, 1.0 - ema_decay, r.start, 1.0, 0, steps[point], out[point])
    return out


@kernel
def average(r: Driven, start: int, steps: Integers) -> Floats:
    """E of the squared mean of e_t over start <= t < N at N = steps > start, (points, d).
    Derived: tests/models/regression/test_spectral.py::test_every_moment_is_that_of_the_recursion.
    """
    d = r.start.size
    out = np.empty((steps.size, d))
    first = last(r, np.full(1, start))[0]
    for point in range(steps.size):
        count = steps[point] - start
        _chain(r, 1.0, 1.0, first, 0.0, start, count, out[point])
        for i in range(d):
            out[point, i] /= float(count) * float(count)
    return out


@kernel
def _chain(r: Driven, a: float, b: float, c: Floats, inside: float, first: int, steps: int, out: Floats) -> None:
    """E v^2 after `steps` >= 1 of v+ = a v + b e, from moments c at time `first`; v = e there (inside 1) or 0.

    Per direction and mode the triangular map of (mode f, c, p = E v e, v = E v^2): f+ = m f, c+ = keep c + f,
    p+ = q (a p + b c), v+ = a^2 v + 2ab p + b^2 c. Its power comes by doubling, and one step more for an odd digit.
    """
    n, levels = r.rates.size, _digits(steps)
    table = _powers(r.rates, steps, levels)
    feed = r.amplitudes * np.exp(float(first) * np.log1p(-r.rates))
    cf, pf, vf = np.empty(n), np.empty(n), np.empty(n)
    for i in range(out.size):
        turn = 1.0 - r.scaled[i]
        keep, cross = 1.0 - r.loss[i], a * turn
        log_keep, log_square = np.log1p(-r.loss[i]), 2.0 * np.log(a)
        log_cross = np.log(a) + (np.log1p(-r.scaled[i]) if r.scaled[i] < 1.0 else np.log(-turn))
        cf[:] = 1.0
        pf[:] = 0.0
        vf[:] = 0.0
        pc, vc, vp = turn * b, b * b, 2.0 * a * b
        for j in range(1, levels):
            done = steps >> (levels - j)
            kept, squared = np.exp(done * log_keep), np.exp(done * log_square)
            crossed = np.exp(done * log_cross) * (-1.0 if turn < 0.0 and done % 2 == 1 else 1.0)
            for k in range(n):
                m = table[j - 1, k]
                vf[k] = vf[k] * (m + squared) + vc * cf[k] + vp * pf[k]
                pf[k] = pf[k] * (m + crossed) + pc * cf[k]
                cf[k] *= m + kept
            vc, pc, vp = vc * (kept + squared) + vp * pc, pc * (kept + crossed), vp * (crossed + squared)
            if (steps >> (levels - 1 - j)) % 2 == 1:
                kept, crossed, squared = kept * kept, crossed * crossed, squared * squared
                for k in range(n):
                    m = table[0, k]
                    vf[k] = vf[k] * m + vc
                    pf[k] = pf[k] * m + pc
                    cf[k] = cf[k] * m + kept
                vc, pc = vc * keep + vp * turn * b + squared * b * b, pc * keep + crossed * turn * b
                vp = vp * cross + squared * 2.0 * a * b
        total = 0.0
        for k in range(n):
            total += feed[k] * vf[k]
        whole = np.exp(steps * log_square)
        out[i] = (vc + inside * (vp + whole)) * c[i] + r.gain[i] * total


@kernel
def _powers(rates: Floats, steps: int, levels: int) -> Floats:
    """(1 - rate)^n for the n that the first 1, 2, ... binary digits of `steps` spell, (levels, rates)."""
    table = np.empty((levels, rates.size))
    for j in range(levels):
        for k in range(rates.size):
            table[j, k] = np.exp(float(steps >> (levels - 1 - j)) * np.log1p(-rates[k]))
    return table


@kernel
def _digits(count: int) -> int:
    """Binary digits of count >= 1."""
    digits = 0
    while count > 0:
        count >>= 1
        digits += 1
    return digits

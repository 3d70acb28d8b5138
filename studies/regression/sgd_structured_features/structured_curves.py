"""Test loss of SGD: a factor per step for equal eigenvalues; for power laws the smaller of (a - 1) / b and 2 - 1 / b.

l_k ~ k^-b, l_k v_k^2 ~ k^-a. The exponent (a - 1) / b is gradient descent's; what SGD feeds back of its own loss
fades as t^-(2 - 1/b) at best, and decides where the target is easy, (a - 1) / b > 2 - 1/b. Batches of infinite size
take it away. With equal eigenvalues the best step m / (m + N + 1) multiplies the loss by (N + 1) / (m + N + 1), and
gradient descent's best, 1, diverges for m < N + 1.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, log_steps, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("test loss as a linear recursion (read); closed forms and exponents derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    horizon: int
    laws: tuple[tuple[float, float], ...] = ((2.2, 1.8), (2.5, 2.0), (3.0, 2.5))  # a, b: gradient descent decides
    easy: tuple[float, float] = (4.0, 1.6)
    share: float = 0.3  # of the critical step
    points: int = 9
    flat: int = 20  # equal eigenvalues
    batches: tuple[int, ...] = (1, 4, 16, 64)


QUICK = Setting(dim=20_000, horizon=2000)
FULL = Setting(dim=100_000, horizon=10_000, points=13)


def problem(s, law, design="gaussian"):
    (a, b), k = law, np.arange(1.0, s.dim + 1)
    return LeastSquares(k**-b, k ** ((b - a) / 2), 0.0, design)


def losses(s, law, design="gaussian"):
    steps = log_steps(30, s.horizon, s.points)
    step_size = s.share * theory.critical_step_size(problem(s, law))
    return exact(steps, 2 * theory.sgd_risk(problem(s, law, design), step_size, steps), 1e-10)


def equal(s, of):
    """Loss after 50 steps over the first one, per batch, at the step size `of(batch)`."""
    rows = []
    for m in s.batches:
        p = LeastSquares(np.ones(s.flat), np.ones(s.flat), 0.0, batch=m)
        rows.append(theory.sgd_risk(p, of(m), [50], allow_unstable=True)[0] / (s.flat / 2))
    return exact(s.batches, rows, ulps=2**14, x_name="batch")


def measure(s):
    curves = {f"law {k}": losses(s, law) for k, law in enumerate(s.laws)}
    curves |= {"easy": losses(s, s.easy), "easy, descent": losses(s, s.easy, "additive")}
    tuned = equal(s, lambda m: theory.isotropic_step(m, s.flat))
    small = np.array(s.batches) < s.flat + 1
    return curves | {"equal": tuned, "stable": tuned.at(small), "longest": equal(s, lambda m: 1.0).at(small)}


def predict(s):
    m, n = np.array(s.batches), s.flat
    factor = theory.isotropic_factor(theory.isotropic_step(m, n), m, n)
    alone = theory.isotropic_factor(theory.isotropic_step(m, n), m, n - 1)
    return {
        name: exact(m, value**50, ulps=2**10, x_name="batch") for name, value in (("equal", factor), ("alone", alone))
    }


def checks(s, measured, predicted):
    rival = Rival(claim="N for N + 1: no noise of a direction's own error", predicted=predicted["alone"])
    yield agrees("equal eigenvalues: (N + 1) / (m + N + 1) a step", measured["equal"], predicted["equal"], rival=rival)
    rival = Rival(claim="steps of 1, gradient descent's best", measured=measured["longest"])
    yield below("equal eigenvalues, m < N + 1: the loss falls", measured["stable"], 1.0, rival=rival)
    for k, (a, b) in enumerate(s.laws):
        power, swapped = (theory.learning_exponent(*pair) for pair in ((a, b), (b, a)))
        rival = Rival(claim=f"(b - 1) / a = {swapped:.4g}", predicted=Power(-swapped))
        claim = f"a = {a}, b = {b}: loss as t^-(a - 1)/b = t^-{power:.4g}"
        yield decays_as(claim, measured[f"law {k}"], Power(-power), rival=rival)
    a, b = s.easy
    own, noise = theory.learning_exponent(a, b), theory.noise_exponent(b)
    rival = Rival(claim=f"as t^-{own:.4g}", predicted=Power(-own))
    claim = f"easy target a = {a}: loss of SGD as t^-(2 - 1/b) = t^-{noise:.4g}"
    yield decays_as(claim, measured["easy"], Power(-noise), rival=rival)
    rival = Rival(claim=f"as t^-{noise:.4g}", predicted=Power(-noise))
    yield decays_as(f"... of gradient descent as t^-{own:.4g}", measured["easy, descent"], Power(-own), rival=rival)


def figure(s, measured, predicted):
    drawn, (laws, flat) = plots.panels(2)
    rows = [(f"law {k}", f"a = {a}, b = {b}", theory.learning_exponent(a, b)) for k, (a, b) in enumerate(s.laws)]
    rows += [("easy", "a = 4, SGD", theory.noise_exponent(s.easy[1]))]
    rows += [("easy, descent", "a = 4, gradient descent", theory.learning_exponent(*s.easy))]
    for k, (key, words, power) in enumerate(rows):
        x, y = measured[key].x, measured[key].mean
        plots.points(laws, x, y, k, words)
        plots.guide(laws, x, y[-1] * (x / x[-1]) ** -power, "" if k else "predicted slopes")
    plots.label(laws, "steps t", "test loss", f"l_k = k^-b, N = {s.dim}, batch 1")
    plots.points(flat, s.batches, measured["equal"].mean, 0, "best step")
    plots.prediction(flat, predicted["equal"], "((N + 1) / (m + N + 1))^50")
    plots.points(flat, measured["longest"].x, measured["longest"].mean, 1, "step 1")
    plots.label(flat, "batch m", "loss after 50 steps / first", f"N = {s.flat} equal eigenvalues")
    return drawn


if __name__ == "__main__":
    script()

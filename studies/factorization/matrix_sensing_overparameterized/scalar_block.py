"""One excess entry f g: its square falls by exp(-2 s (f_0^2 - g_0^2)) a step, and balanced factors fall back to 1/T^2.

f' = f - s g^2 f and g' = g - s f^2 g multiply f^2 - g^2 by 1 - (s f g)^2, which tends to 1: the imbalance of the start
stays, up to second order in s, and is the rate in the end. Scaled starts alpha (f_0, g_0) so have a rate ~ alpha^2: the
dependence on alpha cannot be avoided. With f_0 = g_0 the block is the symmetric one, x' = x (1 - s x)^2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, geometric, log_steps, plots, script
from theorylab.models.factorization import sensing, theory

SOURCE = Source("abstract (dependence on alpha is unavoidable, read); the block is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    alphas: tuple[float, ...]
    ratio: float = 1 / 3  # g_0 / f_0
    step_size: float = 0.1
    decades: float = 12.0  # of the squared error over which rates are read


QUICK = Setting(alphas=(0.1, 0.14, 0.2, 0.28, 0.4))
FULL = Setting(alphas=(0.0125, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.28, 0.4))
ZERO = np.zeros((1, 1))


def block(s, f, g, steps):
    return sensing.asymmetric(ZERO, [[f]], [[g]], s.step_size, steps)


def window(s, alpha):
    """Two steps far apart, late: by the start's imbalance the error falls by `decades` in between."""
    span = int(s.decades * np.log(10) / (2 * s.step_size * alpha**2 * (1 - s.ratio**2)))
    return np.array([span // 2, span // 2 + span])


def measure(s):
    rates, left, kept = [], [], []
    for alpha in s.alphas:
        steps = window(s, alpha)
        run = block(s, alpha, s.ratio * alpha, steps)
        rates.append(-np.log(run.errors[1] / run.errors[0]) / (steps[1] - steps[0]))
        left.append(run.left[0, 0] ** 2)
        one = block(s, alpha, s.ratio * alpha, [1])
        kept.append((one.left[0, 0] ** 2 - one.right[0, 0] ** 2) / (alpha**2 * (1 - s.ratio**2)))
    steps, few = log_steps(300, 30_000, 15), np.arange(50, 151)
    path = block(s, 0.8, 0.4 * s.ratio, few)
    return {"rate": exact(s.alphas, rates, 1e-9, "alpha"), "end": exact(s.alphas, left, ulps=2**20, x_name="alpha"),
            "kept": exact(s.alphas, kept, ulps=16, x_name="alpha"),
            "balanced": exact(steps, block(s, 0.4, 0.4, steps).errors, ulps=2**20),
            "path": exact(few, path.errors, ulps=2**12),
            "last square": exact(few[-1:], path.left[0] ** 2, ulps=2**12)}  # fmt: skip


def predict(s):
    alphas = np.array(s.alphas)
    start = alphas**2 * (1 - s.ratio**2)
    slope = s.ratio * alphas**2
    rates = {
        "rate": theory.imbalanced_factor(s.step_size, start),
        "product": theory.imbalanced_factor(s.step_size, alphas**2),
    }
    steps = {"kept": theory.balance_factor(s.step_size, slope), "unsquared": 1 - s.step_size * slope**2}
    return {name: exact(alphas, -np.log(x), ulps=64, x_name="alpha") for name, x in rates.items()} | {
        name: exact(alphas, x, ulps=4, x_name="alpha") for name, x in steps.items()}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="1 - s (f g)^2", predicted=predicted["unsquared"])
    yield agrees("a step keeps 1 - (s f g)^2 of f^2 - g^2", measured["kept"], predicted["kept"], rival=rival)
    rival = Rival(claim="f_0^2, without g_0", predicted=predicted["product"])
    claim = "rate 2 s (f_0^2 - g_0^2), to 2%"
    yield agrees(claim, measured["rate"], predicted["rate"], rival=rival, within=0.02)
    rival = Rival(claim="as alpha", predicted=Power(1))
    yield decays_as("the rate falls as alpha^2", measured["rate"], Power(2), rival=rival, towards=0)
    factor = theory.imbalanced_factor(s.step_size, measured["last square"].mean[0])
    rival = Rival(claim="1, as for balanced factors", predicted=1.0)
    yield geometric("unbalanced: the error falls exponentially", measured["path"], factor, rival=rival)
    rival = Rival(claim="as 1/T^3", predicted=Power(-3))
    yield decays_as("balanced: the error falls as 1/T^2", measured["balanced"], Power(-2), rival=rival)


def figure(s, measured, predicted):
    drawn, (paths, rates) = plots.panels(2)
    steps = log_steps(1, 30_000, 80)
    for k, (f, g) in enumerate(((0.4, 0.4 * s.ratio), (0.2, 0.2 * s.ratio), (0.4, 0.4))):
        errors = block(s, f, g, steps).errors
        plots.line(paths, steps[errors > 1e-30], errors[errors > 1e-30], k, f"f = {f:g}, g = {g:.2g}")
    plots.label(paths, "steps T", "squared error (f g)²", f"one excess entry, s = {s.step_size:g}")
    plots.points(rates, s.alphas, measured["rate"].mean, 0, "measured")
    plots.guide(rates, s.alphas, predicted["rate"].mean, "2 s (f₀² - g₀²)")
    plots.label(rates, "alpha", "rate of the squared error per step", f"g = {s.ratio:.2g} f at the start")
    return drawn


if __name__ == "__main__":
    script()

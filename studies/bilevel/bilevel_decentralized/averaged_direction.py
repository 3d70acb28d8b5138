"""MA-DSBO on scalar quadratics: with alpha = 1/sqrt K the squared hypergradient falls as K^(-1/2), and not faster.

The whole method (tracked inner loops, moving average r, gossip on x, noise in every oracle) is linear: means and
covariances are exact, and simulated. In time alpha k the pair (x, r) obeys one equation for all alpha, with noise of
variance alpha: what is left of the start and what noise adds are both of order K^(-1/2), on a strongly convex F too.
The average removes all but O(alpha) of the noise of one estimate; agents disagree by O(alpha^2).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, log_steps, plots, script
from theorylab.models.bilevel import averaged

SOURCE = Source("rate K^(-1/2) with alpha of order K^(-1/2) (recalled); exact moments derived here", kind="derived")
EXACT = 1e-9  # linear recursions of 32 unknowns: tests compare extended precision


@dataclass(frozen=True, kw_only=True)
class Setting:
    agents: int = 4
    inner: int = 3
    noise_std: float = 0.5
    alpha: float = 0.1  # of the simulation
    inner_noise: float = 1.5
    horizon: int
    largest: int  # K
    points: int
    replicas: int
    problem: int = 5
    seed: int


QUICK = Setting(horizon=60, largest=1000, points=8, replicas=2000, seed=1)
FULL = Setting(horizon=200, largest=100_000, points=16, replicas=20_000, seed=2)
WORDS = {"gradient": "F'(mean x)^2", "consensus": "disagreement of x", "direction": "(mean r - F')^2"}


def problem(s, **more):
    more = {"inner_noise": s.inner_noise} | more
    return averaged.random_averaging(s.problem, s.agents, s.noise_std, s.inner)._replace(**more)


def horizons(s):
    return log_steps(20, s.largest, s.points)


def alphas(s):
    return np.geomspace(1e-4, 0.1, s.points)


def measure(s):
    steps = log_steps(5, s.horizon, 6)
    run = averaged.simulated(problem(s), s.alpha, steps, replicas=s.replicas, seed=s.seed)
    curves = {f"run, {name}": curve for name, curve in run.items()}
    found = [averaged.averages(problem(s), K**-0.5, int(K))[0] for K in horizons(s)]
    curves["rate"] = exact(horizons(s), found, EXACT, "K")
    limits = np.array([averaged.stationary(problem(s), a) for a in alphas(s)]).T
    curves |= {name: exact(alphas(s), row, EXACT, "alpha") for name, row in zip(WORDS, limits, strict=True)}
    calm = [averaged.stationary(problem(s, inner_noise=0.0, inner=40), a) for a in alphas(s)]
    gradient, direction = (exact(alphas(s), np.array(calm)[:, k], EXACT, "alpha") for k in (0, 2))
    return curves | {"calm gradient": gradient, "calm": direction}


def predict(s):
    steps, curves = log_steps(5, s.horizon, 6), dict[str, Curve]()
    for key, p, alpha in (("", problem(s), s.alpha), ("quiet ", problem(s, inner_noise=0.0), s.alpha),
                          ("late ", problem(s), 1.1 * s.alpha)):  # fmt: skip
        rows = zip(WORDS, averaged.moments(p, alpha, steps), strict=True)
        curves |= {f"{key}run, {name}": exact(steps, row, EXACT) for name, row in rows}
    leads = np.array([averaged.stationary_leading(problem(s), a) for a in alphas(s)]).T
    limits = {"calm gradient": leads[0], "calm": leads[1], "resting": alphas(s) * s.noise_std**2 / (2 * s.agents)}
    return curves | {name: exact(alphas(s), row, ulps=16, x_name="alpha") for name, row in limits.items()}


def checks(s, measured, predicted):
    for name, words in WORDS.items():
        key, what = ("late", "alpha 10% larger") if name == "consensus" else ("quiet", "inner loops without noise")
        rival = Rival(claim=what, predicted=predicted[f"{key} run, {name}"])
        yield agrees(f"simulated {words}", measured[f"run, {name}"], predicted[f"run, {name}"], rival=rival)
    claim = "mean over k <= K of E F'(mean x)^2, alpha = K^(-1/2): as K^(-1/2)"
    yield decays_as(claim, measured["rate"], Power(-0.5), rival=Rival(claim="as 1/K", predicted=Power(-1)))
    for name, power, other in (("direction", 1, 0), ("consensus", 2, 1)):
        rival = Rival(claim=f"as alpha^{other}", predicted=Power(other))
        claim, low = f"in the limit {WORDS[name]} as alpha^{power}", measured[name].at(alphas(s) < 0.03)
        yield decays_as(claim, low, Power(power), rival=rival, towards=0)
    small = alphas(s) < 1e-3
    rival = Rival(claim="alpha s^2 / (2 N): F'' = 1, x at rest", predicted=predicted["resting"].at(small))
    for name, form in (("calm gradient", "F'(mean x)^2 = alpha s^2 F'' / (2 N)"),
                       ("calm", "(mean r - F')^2 = alpha s^2 (1 + F'') / (2 N)")):  # fmt: skip
        given = measured[name].at(small), predicted[name].at(small)
        yield agrees(f"no inner noise: {form}", *given, rival=rival, within=0.02)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    for k, name in enumerate(WORDS):
        plots.measurement(left, measured[f"run, {name}"], k, f"{WORDS[name]}, simulated")
        plots.prediction(left, predicted[f"run, {name}"], "" if k else "exact moments")
    left.set_ylim(bottom=1e-5)
    plots.label(left, "steps k", "mean square", f"{s.agents} agents, alpha = {s.alpha:g}")
    plots.points(right, horizons(s), measured["rate"].mean, 0, "mean of E F'(mean x)² over k ≤ K")
    plots.guide(right, horizons(s), measured["rate"].mean[-1] * (horizons(s) / s.largest) ** -0.5, "K^(-1/2)")
    plots.label(right, "horizon K, alpha = K^(-1/2)", "mean square")
    return drawn


if __name__ == "__main__":
    script()

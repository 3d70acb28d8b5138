"""SGD on drawn power-law features follows the recursion of least squares with the misfit as label noise; K = 1 ends it.

Given W, what the best student misses is Gaussian and independent of the features: label noise of variance P_inf. So
the loss is P_inf + 2 risk of the lab's least squares, m' = (1 - 2 g B l + g^2 B (B + 1) l^2) m + g^2 B l P per
direction. The simulation makes every step in the inputs' own coordinates and knows no eigenvectors. Targets of
negative beta as well.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, log_steps, plots, script, threshold
from theorylab.models.regression import moments, theory
from theorylab.models.regression.features import PowerLaw, least_squares, simulate_features

SOURCE = Source("exact loss curve of random features", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    features: int
    inputs: int
    laws: tuple[tuple[float, float], ...] = ((0.8, 0.7), (0.7, -0.1))
    batches: tuple[int, ...] = (1, 3)
    share: float = 0.25  # of the critical step
    horizon: int
    replicas: int
    seed: int


QUICK = Setting(features=8, inputs=30, horizon=30, replicas=4000, seed=1)
FULL = Setting(features=20, inputs=100, horizon=100, replicas=10_000, seed=2)


def cases(s):
    """The drawn features, their least squares, and the step g."""
    for (alpha, beta), batch in product(s.laws, s.batches):
        draw = PowerLaw(s.inputs, s.features, alpha, beta).draw(s.seed + 10, batch)
        problem = least_squares(draw)
        yield draw, problem, s.share * theory.critical_step_size(problem) / batch


def steps(s):
    return log_steps(1, s.horizon, 8)


def measure(s):
    curves = {f"loss {k}": simulate_features(draw, g, steps(s), replicas=s.replicas, seed=s.seed)
              for k, (draw, _, g) in enumerate(cases(s))}  # fmt: skip
    pairs = []
    for _, p, g in cases(s):
        size = g * p.batch / s.share  # the critical one, by another road

        def grows(x, p=p, size=size):
            return bool(np.abs(np.linalg.eigvals(theory.recursion_matrix(p, x * size))).max() > 1)

        pairs.append(np.array(bracket(grows, 0.5, 1.5)) * size)
    return curves | {"critical": brackets(range(len(pairs)), pairs)}


def loss(p, r, points):
    return p.noise_std**2 + 2 * theory.risk_of(p, moments.last(r, points))


def predict(s):
    curves = {}
    for k, (_, p, g) in enumerate(cases(s)):
        r = theory.recursion(p, g * p.batch)
        curves[f"loss {k}"] = exact(steps(s), loss(p, r, steps(s)), 1e-11)
        curves[f"own {k}"] = exact(steps(s), loss(p, r._replace(keep=r.contraction**2), steps(s)), 1e-11)
        curves[f"flow {k}"] = exact(steps(s), loss(p, r._replace(gain=0 * r.gain), steps(s)), 1e-11)
    critical = [theory.critical_step_size(p) for _, p, _ in cases(s)]
    longest = [2 / p.eigenvalues[0] for _, p, _ in cases(s)]
    return curves | {"critical": exact(range(len(critical)), critical, ulps=4 * s.features, x_name="setting"),
                     "descent": exact(range(len(longest)), longest, ulps=2, x_name="setting")}  # fmt: skip


def checks(s, measured, predicted):
    for k, ((alpha, beta), batch) in enumerate(product(s.laws, s.batches)):
        for name, words in (
            ("own", "no noise of a direction's own error: B for B + 1"),
            ("flow", "no noise fed by the loss"),
        ):
            rival = Rival(claim=words, predicted=predicted[f"{name} {k}"])
            claim = f"loss of SGD, alpha {alpha}, beta {beta}, B = {batch}, not {words.split(':')[0]}"
            yield agrees(claim, measured[f"loss {k}"], predicted[f"loss {k}"], rival=rival)
    rival = Rival(claim="2 / largest eigenvalue", predicted=predicted["descent"])
    yield threshold(
        "SGD diverges where the kernel's norm is 1", measured["critical"], predicted["critical"], rival=rival
    )


def figure(s, measured, predicted):
    drawn, axes = plots.panels(len(s.laws))
    for k, ((alpha, beta), batch) in enumerate(product(s.laws, s.batches)):
        panel, series = axes[k // len(s.batches)], k % len(s.batches)
        plots.measurement(panel, measured[f"loss {k}"], series, f"B = {batch}, simulated")
        plots.prediction(panel, predicted[f"loss {k}"], "" if series else "recursion")
        plots.exact_line(panel, predicted[f"flow {k}"], 3, "" if series else "no noise fed (rival)")
        plots.label(panel, "steps", "loss", f"alpha = {alpha}, beta = {beta}, d = {s.features}, v = {s.inputs}")
    return drawn


if __name__ == "__main__":
    script()

"""Responses that hold the best one are trained to it at every size s of perturbations; training follows its mean.

The expected loss E L_T(lam + eps, w(eps)) is least where w(eps) is the best response for each eps. So the affine
response is exact on a jointly quadratic loss, and the gated one, sigmoid(v eps + c), on ridge: v = -1, c = ln A - lam.
Both are fitted, by least squares and by Newton's method over quadrature nodes. Sampled steps on the affine response to
ridge have means that move by I - step H, H the closed second derivatives, whose entries hold E e^eps = e^(s^2/2).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.bilevel import best_responses
from theorylab.models.bilevel.best_responses import Tuner

SOURCE = Source("abstract (responses trained on perturbations, read); derived here", kind="derived")
NAMES = ("value", "slope")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 1.0
    penalty: float = 2.0
    line: tuple[float, float] = (0.7, 0.3)  # best response of the quadratic loss
    spreads: tuple[float, ...] = (0.1, 0.3, 1.0, 1.5)
    spread: float = 0.3  # of the sampled training
    value_step: float = 0.05
    slope_step: float = 0.2
    horizon: int
    replicas: int
    seed: int


QUICK = Setting(horizon=60, replicas=4000, seed=1)
FULL = Setting(horizon=300, replicas=100_000, seed=2)


def quadratic(s, spread):
    """(b, U) fitted to the best response, a line, at the nodes of a Gaussian law."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(20)
    return np.polynomial.polynomial.polyfit(spread * nodes, s.line[0] + s.line[1] * spread * nodes, 1, w=weights**0.5)


def sampled(s):
    """Values and slopes of sampled training from (0, 0) with lam fixed."""
    given = Tuner(s.curvature, True, s.spread, 0.0, s.value_step, s.slope_step, 0.0, (np.log(s.penalty), 0.0, 0.0))
    run = best_responses.tuning(given, log_steps(5, s.horizon, 8), replicas=s.replicas, seed=s.seed)
    return {f"run, {name}": run[name] for name in NAMES}


def measure(s):
    gates = [best_responses.fitted_gate(s.curvature, s.penalty, a, (-0.5, 0.0)) for a in s.spreads]
    points, bounds = np.array([at for at, _ in gates]), np.array([bound for _, bound in gates])
    lines = np.array([quadratic(s, a) for a in s.spreads])
    affine = np.array([best_responses.fitted_response(s.curvature, s.penalty, a) for a in s.spreads])
    curves = {}
    for k, name in enumerate(NAMES):
        curves[f"quadratic, {name}"] = exact(s.spreads, lines[:, k], ulps=4096, x_name="s")
        curves[f"affine, {name}"] = exact(s.spreads, affine[:, k], ulps=4096, x_name="s")
        gate = ("weight", "bias")[k]
        curves[f"gate, {gate}"] = exact(s.spreads, points[:, k], bounds / np.abs(points[:, k]), "s")
    return curves | sampled(s)


def predict(s):
    forms = {"quadratic, value": s.line[0], "quadratic, slope": s.line[1], "gate, weight": -1.0,
             "gate, bias": np.log(s.curvature / s.penalty)}  # fmt: skip
    forms |= dict(zip(("affine, value", "affine, slope"), best_responses.tangent(s.curvature, s.penalty), strict=True))
    forms |= {"linear, bias": np.log(s.curvature) / 2 - np.log(s.penalty) / 2, "linear, weight": -0.5}
    curves = {name: exact(s.spreads, np.full(len(s.spreads), x), ulps=4, x_name="s") for name, x in forms.items()}
    steps = log_steps(5, s.horizon, 8)
    for key, spread in (("", s.spread), ("calm ", 0.0)):
        hessian = np.array(best_responses.response_hessian(s.curvature, s.penalty, spread))
        if not spread:  # E e^eps taken as 1
            hessian[1, 1] = (s.curvature + s.penalty) * s.spread**2
        ends, sizes = np.linalg.solve(hessian, [s.curvature, 0.0]), np.diag([s.value_step, s.slope_step])
        turns = [np.linalg.matrix_power(np.eye(2) - sizes @ hessian, t) for t in steps]
        means = np.array([ends - turn @ ends for turn in turns]).T
        curves |= {f"{key}run, {name}": exact(steps, mean, ulps=256) for name, mean in zip(NAMES, means, strict=True)}
    return curves


def checks(s, measured, predicted):
    for name in NAMES:
        key = f"affine, {name}"
        rival = Rival(claim="on ridge too", measured=measured[key], predicted=predicted[key])
        claim = f"jointly quadratic loss: {name} of the affine response"
        yield agrees(claim, measured[f"quadratic, {name}"], predicted[f"quadratic, {name}"], rival=rival)
    for name, form in (("weight", "-1"), ("bias", "ln A - lam")):
        rival = Rival(claim="half of it", predicted=predicted[f"linear, {name}"])
        claim = f"ridge: {name} of the gated response is {form}"
        yield agrees(claim, measured[f"gate, {name}"], predicted[f"gate, {name}"], rival=rival)
    for name in NAMES:
        rival = Rival(claim="E e^eps = 1", predicted=predicted[f"calm run, {name}"])
        claim = f"mean {name} in sampled training on ridge"
        yield agrees(claim, measured[f"run, {name}"], predicted[f"run, {name}"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(NAMES):
        plots.measurement(axes, measured[f"run, {name}"], k, f"{name}, sampled training")
        plots.prediction(axes, predicted[f"run, {name}"], "" if k else "mean by second derivatives")
    plots.label(axes, "steps", "mean of b and U", f"ridge, s = {s.spread:g}", log="x")
    return drawn


if __name__ == "__main__":
    script()

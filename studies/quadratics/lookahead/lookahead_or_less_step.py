"""On one curvature Lookahead never beats a smaller step size: SGD that is as fast has less variance.

With |q| = |1 - step size x curvature| = e^-s and |r| = e^-R the factor of a round of k steps, Lookahead's variance at
rest is (noise / curvature)^2 tanh(R/2) tanh(s/2) / tanh(k s/2) for q > 0 and a < 1; that of SGD with factor |r|^(1/k)
per step is tanh(R/2k), and tanh(y) / tanh(k y) grows with y. For q < 0 the factor beside tanh(R/2), or its inverse, is
above 1. Less variance and faster convergence do not come together; a slow step above 1 crosses the frontier of SGD.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.quadratics import model, moments, slow_weights
from theorylab.models.quadratics.slow_weights import SLOW
from theorylab.models.quadratics.theory import averaging, lookahead

SOURCE = Source("abstract (lower variance, faster convergence; read); forms and order derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "Lookahead's lower variance does not come with faster convergence on one curvature: SGD with a smaller step "
        "size has the same variance and converges faster."
    ),
    case="step size x curvature 0.5, k = 5, slow step 0.5: factor per step 0.876, and 0.796 for SGD of that variance",
    check="at equal variance Lookahead is faster",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    loads: tuple[float, ...]  # step size x curvature
    slow_steps: tuple[float, ...]
    periods: tuple[int, ...] = (2, 3, 5, 10, 20)
    curvature: float = 0.7
    noise_std: float = 1.3
    beyond: float = 1.03  # a slow step above 1
    gentle: tuple[float, ...] = (0.05, 0.1)  # loads that bear it for k = 5


QUICK = Setting(loads=(0.01, 0.1, 0.3, 0.6, 0.9, 1.5), slow_steps=(0.05, 0.3, 0.6, 0.9))
FULL = Setting(loads=tuple(np.linspace(0.01, 1.97, 57)), slow_steps=tuple(np.linspace(0.05, 0.95, 19)))


def sgd(s, factor):
    recursion = model.sgd((1 - factor) / s.curvature, s.curvature, s.noise_std)
    return moments.at_rest(moments.operator(recursion)).second(1, 1).value * (s.curvature / s.noise_std) ** 2


def rows(s, loads, slow_steps, period):
    step = slow_weights.round_map(loads / s.curvature, s.curvature, s.noise_std, period, slow_steps)
    r = moments.run(step, model.start_at([1.0, 1.0], 3), [1]).mean(SLOW).value[0]
    v = moments.at_rest(step).second(SLOW, SLOW).value * (s.curvature / s.noise_std) ** 2
    speed, equal = np.abs(r) ** (1 / period), lookahead.sgd_contraction(v)
    return {"variance": v, "as fast": sgd(s, speed), "step times a": sgd(s, 1 - slow_steps * loads), "speed": speed,
            "sgd speed": 1 - slow_steps * loads, "equal variance": equal, "its variance": sgd(s, equal)}  # fmt: skip


def measure(s):
    loads, slow_steps = (each.ravel() for each in np.meshgrid(s.loads, s.slow_steps))
    found = [rows(s, loads, slow_steps, k) for k in s.periods]
    curves = {name: exact(np.arange(loads.size), [each[name] for each in found], 1e-11, "setting") for name in found[0]}
    beyond = {"q < 0": ([1.5], [0.5], 2), "a > 1": (s.gentle, [s.beyond] * len(s.gentle), 5)}
    for name, (x, a, k) in beyond.items():
        more = rows(s, np.array(x), np.array(a), k)
        curves |= {f"{key}, {name}": exact(np.arange(len(x)), row, 1e-11, "setting") for key, row in more.items()}
    return curves


def predict(s):
    loads, slow_steps = (each.ravel() for each in np.meshgrid(s.loads, s.slow_steps))
    form = [lookahead.lookahead_variance_by_rates(1 - loads, lookahead.outer_contraction(1 - loads, k, slow_steps), k)
            for k in s.periods]  # fmt: skip
    forms = {"variance": form, "product": averaging.sgd_variance(slow_steps * loads, 1.0, 1.0)}
    return {name: exact(np.arange(loads.size), each, 1e-11, "setting") for name, each in forms.items()}


def checks(s, measured, predicted):
    v, gentle = measured["variance"], np.tile(np.array(s.loads) < 1, len(s.slow_steps))
    rival = Rival(claim="that of SGD with the step size times a", predicted=predicted["product"])
    yield agrees("variance: tanh(R/2) tanh(s/2) / tanh(k s/2)", v, predicted["variance"], rival=rival)
    rival = Rival(claim=f"also for a = {s.beyond}", measured=measured["as fast, a > 1"],
                  predicted=measured["variance, a > 1"])  # fmt: skip
    yield ordered("SGD that is as fast has less variance", measured["as fast"], v, rival=rival)
    speed, equal = measured["speed"].at(gentle), measured["equal variance"].at(gentle)
    rival = Rival(claim="SGD of equal variance is", measured=equal, predicted=speed)
    yield ordered("at equal variance Lookahead is faster, q > 0", speed, equal, rival=rival, declared="refuted")
    rival = Rival(claim="of that which is as fast", predicted=measured["as fast"])
    yield agrees("equal variance: of SGD with factor (1 - v) / (1 + v)", measured["its variance"], v, rival=rival)
    rival = Rival(claim="also for q < 0 and even k", measured=measured["variance, q < 0"],
                  predicted=measured["step times a, q < 0"])  # fmt: skip
    claim = "less variance than SGD with step size times a, q > 0"
    yield ordered(claim, v.at(gentle), measured["step times a"].at(gentle), rival=rival)
    rival = Rival(claim=f"also for a = {s.beyond}", measured=measured["sgd speed, a > 1"],
                  predicted=measured["speed, a > 1"])  # fmt: skip
    yield ordered("... and slower than that", measured["sgd speed"].at(gentle), speed, rival=rival)


def figure(s, measured, predicted):
    drawn, (pareto, speed) = plots.panels(2)
    q, a = np.linspace(0.01, 0.999, 200), np.linspace(0.02, 1, 60)
    plots.guide(pareto, 1 - q, lookahead.sgd_contraction(q), "SGD, any step size")
    for i, (load, k) in enumerate(((0.1, 5), (0.5, 5), (0.5, 20), (0.9, 5))):
        r = lookahead.outer_contraction(1 - load, k, a)
        v = lookahead.lookahead_variance_by_rates(1 - load, r, k)
        plots.line(pareto, 1 - r ** (1 / k), v, i, f"η h = {load}, k = {k}, a from 0 to 1")
    plots.label(pareto, "1 - factor per step (speed)", "variance at rest / (noise / curvature)²", "SGD is the frontier")
    gentle = np.tile(np.array(s.loads) < 1, len(s.slow_steps))
    for i, k in enumerate(s.periods):
        x, y = (measured[name].samples[i, gentle] for name in ("speed", "equal variance"))
        some = slice(None, None, max(1, x.size // 70))
        plots.points(speed, x[some], y[some], i, f"k = {k}", markersize=2.5)
    plots.guide(speed, [0, 1], [0, 1], "equally fast")
    plots.label(speed, "factor per step, Lookahead", "factor of SGD of equal variance", "SGD is faster", log="")
    return drawn


if __name__ == "__main__":
    script()

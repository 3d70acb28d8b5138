"""Anchored best responses contract by |1 - b + i b c/k|: linearly below b = 2/(1 + (c/k)^2), best at half of it.

On the Gaussian game the best response to a mean m is the normal law of mean i c m/k. Moving a share b towards it
multiplies m by 1 - b + i b c/k: a full step, b = 1, diverges for c > k. Inner Langevin flows that stop at time tau
reach 1 - e^(-k tau) of the best response. Where the equilibrium is 0 that only slows the rotation; in a game with
linear terms the limit is off by an amount proportional to e^(-k tau), the bias that the inner loop leaves.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, bracket, brackets, exact, geometric, plots, script, threshold
from theorylab.models.minimax import mean_field
from theorylab.models.minimax.theory import mean_field as theory

SOURCE = Source("anchored best response (abstract, read); factors and bias derived here", kind="derived")
COUPLING, PULL, LINEAR = 1.0, 0.5, 0.3 - 0.4j


@dataclass(frozen=True, kw_only=True)
class Setting:
    couplings: tuple[float, ...] = (0.1, 0.5, 1.0, 2.0)
    weights: tuple[float, ...]
    rounds: int
    inner_times: tuple[float, ...]


QUICK = Setting(weights=(0.05, 0.1, 0.2, 0.3, 0.39), rounds=60, inner_times=(4.0, 8.0, 12.0, 16.0, 20.0))
FULL = Setting(weights=tuple(np.linspace(0.02, 0.44, 22).tolist()), rounds=200, inner_times=tuple(range(2, 41, 2)))


def critical(coupling):
    def grows(weight):
        return bool(np.hypot(*mean_field.anchored_responses(coupling, PULL, weight, 100)[-1]) > 1)

    return bracket(grows, 0.001, 3.0, relative_width=2e-3)


def rates(s):
    """Factor per round, of the last round, at each weight."""
    found = []
    for weight in s.weights:
        path = np.hypot(*mean_field.anchored_responses(COUPLING, PULL, weight, s.rounds).T)
        found.append(path[-1] / path[-2])
    return exact(s.weights, found, 1e-12, x_name="weight")


def limits(s):
    """Distance of the limit from the equilibrium, for inner flows of each time."""
    best = theory.shifted_equilibrium(COUPLING, PULL, LINEAR)
    found = []
    for tau in s.inner_times:
        x, y = mean_field.anchored_responses(COUPLING, PULL, 0.2, 2000, inner_time=tau, linear=LINEAR)[-1]
        found.append(abs(complex(x, y) - best))
    return exact(s.inner_times, found, 1e-6, x_name="inner time")


def measure(s):
    bias = limits(s)
    return {
        "critical": brackets(s.couplings, [critical(c) for c in s.couplings], "coupling"),
        "rate": rates(s),
        "bias": bias,
    }


def predict(s):
    c, tau = np.array(s.couplings), np.array(s.inner_times)
    form = [abs(theory.best_response_factor(COUPLING, PULL, w)) for w in s.weights]
    best = theory.shifted_equilibrium(COUPLING, PULL, LINEAR)
    off = [abs(theory.shifted_equilibrium(COUPLING, PULL, LINEAR, np.exp(-PULL * x)) - best) for x in tau]
    leading = abs(LINEAR) * PULL / (PULL**2 + COUPLING**2) * np.exp(-PULL * tau)
    return {"critical": exact(c, theory.best_response_limit(c, PULL), ulps=8),
            "square": exact(c, 1 / (1 + (c / PULL) ** 2), ulps=8), "rate": exact(s.weights, form, ulps=8),
            "flow": exact(s.weights, 1 - np.array(s.weights), ulps=8), "bias": exact(tau, off, 1e-6),
            "twice": exact(tau, 2 * leading, 1e-12)}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="half of it, where it contracts fastest", predicted=predicted["square"])
    claim = "diverges beyond the weight 2/(1 + (c/k)^2)"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="1 - b, as for the flow", predicted=predicted["flow"])
    yield agrees("factor of a round = |1 - b + i b c/k|", measured["rate"], predicted["rate"], rival=rival)
    rival = Rival(claim="twice that", predicted=predicted["twice"])
    claim = "bias of inner flows cut off at tau, game with linear terms"
    yield agrees(claim, measured["bias"], predicted["bias"], rival=rival)
    factor = float(np.exp(-PULL))
    rival = Rival(claim="e^(-k tau/2)", predicted=factor**0.5)
    yield geometric("... falls as e^(-k tau)", measured["bias"], factor, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    b = np.linspace(0, 0.5, 80)
    plots.measurement(left, measured["rate"], 0, "anchored best responses")
    plots.guide(left, b, np.abs(theory.best_response_factor(COUPLING, PULL, b)), "|1 - b + i b c/k|")
    plots.line(left, b, 1 - b, 1, "1 - b")
    left.axvline(0.2, color="grey", linewidth=0.8)
    left.set_ylim(0.45, 1.25)
    plots.label(left, "weight b", "factor of a round", "c = 2 k; grey: 1/(1 + (c/k)²)", log="")
    plots.measurement(right, measured["bias"], 0, "limit - equilibrium")
    plots.prediction(right, predicted["bias"], "exact form")
    plots.label(right, "inner time tau", "bias of the mean", "game with linear terms", log="y")
    return drawn


if __name__ == "__main__":
    script()

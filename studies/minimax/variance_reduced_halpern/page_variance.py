"""PAGE's squared error obeys E|e_k|^2 = (1 - p_k)(E|e_{k-1}|^2 + (mean_i |dF_i|^2 - |dF|^2)/b), an equality.

dF_i = F_i(u_k) - F_i(u_{k-1}). It holds along any path given beforehand; and since e_k has mean zero, second moments
of Algorithm 1 itself (u_k and e_k together) close exactly on affine components: moments.page. Without replacement, as
in the authors' code, b samples count as b (n-1)/(n-b). A run costs n + sum (p_k n + 2 (1 - p_k) b) component calls on
average, counted where they are made. All are laid over simulations, from the first step on. Derived here; the
parameters are recalled, or read in the authors' code.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.minimax import moments, schedules, simulation, theory
from theorylab.models.minimax.model import FiniteSum

SOURCE = Source("abstract (recursive variance reduction, read); identity derived here", kind="derived")
SOURCES = {"paper": "recalled parameters", "code": "parameters of the authors' code"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    batch: int
    horizon: int = 40
    points: int = 12
    replicas: int
    seed: int


QUICK = Setting(size=16, batch=3, horizon=10, replicas=20_000, seed=1)
FULL = Setting(size=100, batch=10, replicas=200_000, seed=2)


def problem(s):
    """Rotations with sampling noise at the solution, which differences of PAGE do not see; and a spiral as path."""
    noise = np.exp(2j * np.pi * np.arange(s.size) / s.size)
    path = np.exp(-(0.05 + 0.3j) * np.arange(s.horizon + 1))
    return FiniteSum.rotations(np.linspace(-2.5, 3.0, s.size), offsets=noise), path


def grid(s):
    return log_steps(1, s.horizon, s.points)


def measure(s):
    (p, path), refresh = problem(s), schedules.page_rule(s.size, s.horizon).refresh
    along = simulation.simulate_page_error(p, path, refresh, s.batch, replicas=s.replicas, seed=s.seed)
    curves, k = {"along": along.at(grid(s))}, grid(s)
    for source in SOURCES:
        run, most = simulation.simulate_page(p, k, replicas=s.replicas, seed=s.seed, source=source), s.size * (1 + k)
        least = np.minimum(s.size + 2 * int(s.size**0.5) * k, most)  # a step costs n calls or, with PAGE, 2 b
        curves |= {f"value, {source}": run["value"], f"error, {source}": run["error"],
                   f"cost, {source}": run["cost"].bounded(least, most)}  # fmt: skip
    return curves


def predict(s):
    (p, path), k = problem(s), grid(s)
    moved = np.concatenate([[0.0], np.abs(np.diff(path)) ** 2])
    rows = {"along": (p.spread, s.batch), "undropped": (float((np.abs(p.slopes) ** 2).mean()), s.batch),
            "squared": (p.spread, s.batch**2)}  # fmt: skip
    refresh = schedules.page_rule(s.size, s.horizon).refresh
    curves = {name: exact(k, moments.page_error(moved, spread, refresh, batch)[k], ulps=4 * (k + 8))
              for name, (spread, batch) in rows.items()}  # fmt: skip
    late = 2 / (np.arange(s.horizon) + 4.0)  # anchors one step behind; the code's are these, one ahead is the rival
    for source in SOURCES:
        rule = schedules.page_rule(s.size, s.horizon, source)
        own = simulation.page_moments([p.slope], [p.spread], s.size, k, source=source)
        other = late if source == "paper" else 2 / (np.arange(s.horizon) + 5.0)
        samples = simulation.independent_samples(rule, s.size)
        shifted = moments.page(np.array([p.slope]), np.array([p.spread]), other, rule.refresh, samples, 0.25, k)
        cost = theory.page_cost(s.size, k, source)
        steps = (1 - rule.refresh).cumsum()[k]  # PAGE steps up to k, on average
        others = {"shifted": shifted[0, :, 0], "silent": 0.0 * k, "single": cost - steps * rule.batch, "cost": cost}
        curves |= {f"{name}, {source}": curve for name, curve in own.items()}
        curves |= {f"{name}, {source}": exact(k, value, ulps=4 * (k + 4)) for name, value in others.items()}
    return curves


def checks(s, measured, predicted):
    for key, words in (("undropped", "without the term - |dF|^2"), ("squared", "divided by b^2")):
        rival = Rival(claim=words, predicted=predicted[key])
        claim = f"E|e_k|^2 of PAGE along a given path, not {words}"
        yield agrees(claim, measured["along"], predicted["along"], rival=rival)
    for source, words in SOURCES.items():
        rivals = {"error": "none", "value": "with anchors one step off", "cost": "b calls per PAGE step"}
        claims = {"error": "E|e_k|^2 of Algorithm 1's own run", "value": "E|F(u_k)|^2 of Algorithm 1's own run",
                  "cost": "component calls, counted: full steps + sum (p_k n + 2 (1-p_k) b)"}  # fmt: skip
        for name, key in (("error", "silent"), ("value", "shifted"), ("cost", "single")):
            rival = Rival(claim=rivals[name], predicted=predicted[f"{key}, {source}"])
            given = measured[f"{name}, {source}"], predicted[f"{name}, {source}"]
            yield agrees(f"{claims[name]}, {words}", *given, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.measurement(left, measured["along"], 0, "PAGE along a spiral")
    plots.prediction(left, predicted["along"], "identity")
    plots.label(left, "iterations k", "E|e|^2 / (L D)^2", f"n = {s.size}, b = {s.batch}")
    plots.measurement(right, measured["value, paper"], 0, "|F(u)|^2, Algorithm 1")
    plots.measurement(right, measured["error, paper"], 1, "|e|^2, Algorithm 1")
    plots.prediction(right, predicted["value, paper"], "exact moments")
    plots.label(right, "iterations k", "mean square / (L D)^2", f"n = {s.size}, b = {int(np.ceil(s.size**0.5))}")
    return drawn


if __name__ == "__main__":
    script()

"""PAGE's squared error obeys E|e_k|^2 = (1 - p_k)(E|e_{k-1}|^2 + (mean_i |dF_i|^2 - |dF|^2)/b), an equality.

dF_i = F_i(u_k) - F_i(u_{k-1}). It holds along any path given beforehand; and since e_k has mean zero, second moments
of Algorithm 1 itself (u_k and e_k together) close exactly on affine components: moments.page. A run costs
n + sum (p_k n + 2 (1 - p_k) b) component calls on average. All three are laid over simulations. Derived here; the
probabilities p_k are recalled.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.minimax import moments, simulation, theory
from theorylab.models.minimax.model import FiniteSum

SOURCE = Source("abstract (recursive variance reduction, read); identity derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    size: int
    batch: int
    horizon: int = 40
    points: int = 12
    replicas: int
    seed: int


QUICK = Setting(size=16, batch=3, replicas=160_000, seed=1)
FULL = Setting(size=100, batch=10, replicas=200_000, seed=2)


def problem(s):
    """Rotations with sampling noise at the solution, which differences of PAGE do not see; and a spiral as path."""
    noise = np.exp(2j * np.pi * np.arange(s.size) / s.size)
    path = np.exp(-(0.05 + 0.3j) * np.arange(s.horizon + 1))
    return FiniteSum.rotations(np.linspace(-2.5, 3.0, s.size), offsets=noise), path


def grid(s):
    return log_steps(1, s.horizon, s.points)


def measure(s):
    (p, path), refresh = problem(s), theory.page_refresh(s.size, s.horizon)
    along = simulation.simulate_page_error(p, path, refresh, s.batch, replicas=s.replicas, seed=s.seed)
    k, batch = grid(s), theory.page_batch(s.size)  # a step costs n calls or, with PAGE, 2 b
    run = simulation.simulate_page(p, k, replicas=s.replicas, seed=s.seed)
    return {"along": along.at(grid(s)), "value": run["value"], "error": run["error"],
            "cost": run["cost"].bounded(s.size + 2 * batch * k, s.size * (1 + k))}  # fmt: skip


def predict(s):
    (p, path), refresh, k = problem(s), theory.page_refresh(s.size, s.horizon), grid(s)
    moved = np.concatenate([[0.0], np.abs(np.diff(path)) ** 2])
    rows = {"along": (p.spread, s.batch), "undropped": (float((np.abs(p.slopes) ** 2).mean()), s.batch),
            "squared": (p.spread, s.batch**2)}  # fmt: skip
    curves = {name: exact(k, moments.page_error(moved, spread, refresh, batch)[k], ulps=4 * (k + 8))
              for name, (spread, batch) in rows.items()}  # fmt: skip
    own = simulation.page_moments([p.slope], [p.spread], s.size, k)
    late = 2 / (np.arange(s.horizon) + 4.0)  # lam_k where Algorithm 1 has lam_{k+1}
    given = np.array([p.slope]), np.array([p.spread]), late, refresh, theory.page_batch(s.size), 0.25, k
    shifted = moments.page(*given)[0, :, 0]
    cost, steps = theory.page_cost(s.size, k), (1 - refresh[1:]).cumsum()[k - 1]  # PAGE steps up to k, on average
    single = cost - steps * theory.page_batch(s.size)
    others = {"shifted": shifted, "silent": 0.0 * k, "single": single, "cost": cost}
    return curves | own | {name: exact(k, value, ulps=4 * (k + 4)) for name, value in others.items()}


def checks(s, measured, predicted):
    claim = "E|e_k|^2 of PAGE along a given path"
    rival = Rival(claim="without the term - |dF|^2", predicted=predicted["undropped"])
    yield agrees(claim, measured["along"], predicted["along"], rival=rival)
    rival = Rival(claim="divided by b^2", predicted=predicted["squared"])
    yield agrees(claim + " (size of the batch)", measured["along"], predicted["along"], rival=rival)
    rival = Rival(claim="none", predicted=predicted["silent"])
    yield agrees("E|e_k|^2 of Algorithm 1's own run", measured["error"], predicted["error"], rival=rival)
    rival = Rival(claim="with anchors one step behind", predicted=predicted["shifted"])
    yield agrees("E|F(u_k)|^2 of Algorithm 1's own run", measured["value"], predicted["value"], rival=rival)
    rival = Rival(claim="b calls per PAGE step", predicted=predicted["single"])
    yield agrees("component calls: n + sum (p_k n + 2 (1-p_k) b)", measured["cost"], predicted["cost"], rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.measurement(left, measured["along"], 0, "PAGE along a spiral")
    plots.prediction(left, predicted["along"], "identity")
    plots.exact_line(left, predicted["undropped"], 1, "without - |dF|^2 (rival)")
    plots.exact_line(left, predicted["squared"], 4, "b^2 for b (rival)")
    plots.label(left, "iterations k", "E|e|^2 / (L D)^2", f"n = {s.size}, b = {s.batch}")
    plots.measurement(right, measured["value"], 0, "|F(u)|^2, Algorithm 1")
    plots.measurement(right, measured["error"], 1, "|e|^2, Algorithm 1")
    plots.prediction(right, predicted["value"], "exact moments")
    plots.prediction(right, predicted["error"])
    plots.label(right, "iterations k", "mean square / (L D)^2", f"n = {s.size}, b = {theory.page_batch(s.size)}")
    return drawn


if __name__ == "__main__":
    script()

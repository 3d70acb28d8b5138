"""Stochastic proximal point never diverges, but has a bias; SGD's second moment grows beyond g = 2a/q, not 2/Lmax.

On quadratic sums (a mean, q mean square curvature) a step of SGD multiplies E x^2 by 1 - 2ga + g^2 q, so that the stiff
components alone, stable up to 2/Lmax, do not tell. Proximal steps contract for every g > 0. Their stationary mean is
not the minimiser but sum p r b/sum p r, r = g a/(1 + g a): a bias of order g.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, bracket, brackets, decays_as, exact, plots, script, threshold
from theorylab.models.convex import moments, simulation, theory
from theorylab.models.convex.model import QuadraticSum

SOURCE = Source("stochastic proximal point; limits and moments derived here", kind="derived")
SUMS = [QuadraticSum(np.array([1.0, 3.0]), np.array([1.5, -0.5])), QuadraticSum.gated(0.2, 0.5),
        QuadraticSum(np.array([1.0, 1.0, 10.0]), np.array([2.0, 3.0, -0.5]))]  # fmt: skip
FEW = (4, 8, 16)


@dataclass(frozen=True, kw_only=True)
class Setting:
    gains: tuple[float, ...] = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 10.0, 100.0)
    settled: int = 10_000
    replicas: int
    seed: int


QUICK = Setting(replicas=10_000, seed=1)
FULL = Setting(settled=20_000, replicas=200_000, seed=2)


def critical(problem):
    """Bracket of the step size beyond which 40 steps without noise raise E x^2."""
    still = QuadraticSum(problem.curvatures, 0 * problem.centres, problem.probabilities)

    def grows(gain):
        return bool(moments.moments(still, moments.sgd(gain, 40), [40])["square"].samples[0, 0] > 1.0)

    return bracket(grows, 0.01, 20.0, relative_width=1e-6)


def proximal(s, what):
    found = [moments.moments(SUMS[0], moments.sgd(gain, s.settled, proximal=True), [s.settled], 0.0)[what].samples[0, 0]
             for gain in s.gains]  # fmt: skip
    return exact(s.gains, found, 1e-7, x_name="step size")  # e^(-20) of the way is left at the smallest


def measure(s):
    run = simulation.simulate(SUMS[0], "proximal", 1.0, FEW, replicas=s.replicas, seed=s.seed)
    limits = brackets(range(len(SUMS)), [critical(problem) for problem in SUMS], "problem")
    return {"critical": limits, "mean": proximal(s, "mean"), "square": proximal(s, "square"), "run": run["square"]}


def predict(s):
    p, gains, index = SUMS[0], np.array(s.gains), range(len(SUMS))
    data, stable = (p.curvatures, p.centres, p.probabilities), np.array(s.gains) < 0.8
    limits = [theory.stable_step_size(q.curvature, q.square_curvature) for q in SUMS]
    forms = {"mean": theory.proximal_fixed_mean, "square": theory.proximal_fixed_square, "minimiser": lambda *_: 0.0}
    rows = {name: [form(gain, *data) for gain in gains] for name, form in forms.items()}
    plain = theory.quadratic_floor(gains[stable], p.curvature, p.square_curvature, p.noise)
    found = [moments.moments(p, moments.sgd(1.0, max(FEW), proximal=kind), FEW)["square"] for kind in (True, False)]
    curves = {name: exact(gains, row, 1e-12, x_name="step size") for name, row in rows.items()}
    return curves | {"critical": exact(index, limits, ulps=8), "plain": exact(gains[stable], plain, ulps=64),
                     "stiff": exact(index, [2 / q.max_smoothness for q in SUMS], ulps=8), "run": found[0],
                     "run, sgd": found[1]}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="2/Lmax", predicted=predicted["stiff"])
    yield threshold("SGD's second moment grows beyond 2a/q", measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="0, the minimiser", predicted=predicted["minimiser"])
    yield agrees("stationary mean of proximal steps", measured["mean"], predicted["mean"], rival=rival)
    stable = measured["square"].x < 0.8
    rival = Rival(claim="that of SGD", measured=measured["square"].at(stable), predicted=predicted["plain"])
    claim = "stationary second moment of proximal steps, up to g = 100"
    yield agrees(claim, measured["square"], predicted["square"], rival=rival)
    rival = Rival(claim="of order g^2", predicted=Power(2))
    claim = "their bias is of order g"
    yield decays_as(claim, measured["mean"].at(measured["mean"].x <= 0.1), Power(1), rival=rival, towards=0)
    rival = Rival(claim="SGD's", predicted=predicted["run, sgd"])
    yield agrees("proximal steps follow the recursion", measured["run"], predicted["run"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.4)
    for k, (name, text) in enumerate((("mean", "|mean - x*|, proximal"), ("square", "E |x - x*|², proximal"))):
        plots.points(axes, s.gains, np.abs(measured[name].mean), k, text)
        plots.guide(axes, s.gains, np.abs(predicted[name].mean), "" if k else "exact form")
    plots.line(axes, predicted["plain"].x, predicted["plain"].mean, 2, "E |x - x*|², SGD")
    axes.axvline(predicted["critical"].mean[0], color="grey", linewidth=0.8)
    plots.label(axes, "step size g", "stationary moments", "curvatures 1 and 3; grey: SGD's limit 0.8")
    return drawn


if __name__ == "__main__":
    script()

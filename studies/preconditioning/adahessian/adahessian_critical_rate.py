"""Row norms damp what the diagonal would not: on H = 1 1^T rates up to 2 / sqrt d are stable, not 2 / d.

In the long run AdaHessian divides by row norms P. lambda_max(P^-1 H) is at most the root of the largest number of
entries in a row: of 1 1^T sqrt d, where the diagonal has d. So 2 / sqrt d is stable on every convex quadratic. With
live probes, b2 = 0.999, mean growth changes its sign there, too, up to the noise of the average. A diagonal Hessian is
solved in one step of rate 1; turned, steps grow with the condition number.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, below, bracket, brackets, exact, plots, replicate, script, threshold
from theorylab.models.preconditioning import curvature, probes, theory_curvature
from theorylab.models.preconditioning.optimisers import adahessian
from theorylab.numerics.streams import generator

SOURCE = Source("a diagonal preconditioner (recalled); critical rates derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dims: tuple[int, ...]
    instances: int  # random Hessians
    conditions: tuple[float, ...] = (10.0, 100.0, 1000.0)
    near: float = 0.05  # live runs are at 1 -+ this times the critical rate
    live: int  # steps
    replicas: int = 128
    seed: int


QUICK = Setting(dims=(2, 3, 4, 9, 25), instances=100, live=200, seed=1)
FULL = Setting(dims=(2, 3, 4, 9, 25, 64, 100), instances=3000, live=2000, seed=2)
PLAIN = adahessian.Method(1.0, 0.0, 0.999, 0.0)


def critical(dim):
    """Bracket of the rate from which steps over row norms diverge on 1 1^T."""
    ones, start = np.ones((dim, dim)), np.arange(1.0, dim + 1)

    def diverges(rate):
        return bool(probes.frozen_descent(PLAIN._replace(rate=rate), ones, start, 0.0, 200)[1] > start.sum())

    return bracket(diverges, 0.5 / dim, 3.0, relative_width=1e-9)


def scaled(draws):
    """lambda_max(P^-1 H), over the root of the most entries in a row, and over 1, of a random convex quadratic."""
    hessian = curvature.with_zeros(draws)
    found = np.linalg.eigvals(hessian / theory_curvature.row_norms(hessian)[:, None]).real.max()
    return found / theory_curvature.row_norm_bound(hessian), found


def steps(s, hessian):
    """Steps of rate 1 until the gradient is 1e-9 of what it was at most."""
    start = 1.0 + np.arange(len(hessian))
    return probes.frozen_descent(PLAIN, hessian, start, 1e-9 * np.abs(hessian @ start).max(), 10**6)[0]


def measure(s):
    ratios = np.array([scaled(generator(s.seed, 10 + k)) for k in range(s.instances)]).T
    curvatures = [np.geomspace(1, k, 6) for k in s.conditions]
    rates = theory_curvature.critical_rate_of_ones(9) * np.array([1 - s.near, 1 + s.near])
    live = replicate(probes.live_growth, PLAIN, 9, rates, s.live, x=rates, replicas=s.replicas, seed=s.seed,
                     x_name="rate")  # fmt: skip
    return {
        "critical": brackets(s.dims, [critical(d) for d in s.dims], "d"),
        "ratio": exact(np.arange(s.instances), ratios[0], 1e-9, "instance").drawn_from("random convex quadratics"),
        "largest": exact(np.arange(s.instances), ratios[1], 1e-9, "instance").drawn_from("random convex quadratics"),
        "diagonal": exact(s.conditions, [steps(s, np.diag(c)) for c in curvatures], ulps=0, x_name="condition"),
        "turned": exact(s.conditions, [steps(s, curvature.rotated(c, generator(s.seed, 2))) for c in curvatures],
                        ulps=0, x_name="condition"),
        "live, below": live.at([0]),
        "live, above": live.at([1]),
    }  # fmt: skip


def predict(s):
    d = np.array(s.dims, float)
    return {"critical": exact(d, theory_curvature.critical_rate_of_ones(d), 1e-14, "d"),
            "diagonal": exact(d, 2 / d, 1e-14, "d")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="2 / d, as with the diagonal itself", predicted=predicted["diagonal"])
    yield threshold("1 1^T: stable up to the rate 2 / sqrt d", measured["critical"], predicted["critical"], rival=rival)
    rival = Rival(claim="with a rate 5% above 2 / sqrt d", measured=measured["live, above"])
    yield below("... live probes, 5% below it: steps shrink", measured["live, below"], 0.0, rival=rival)
    rival = Rival(claim="1, as over sums of sizes in a row", measured=measured["largest"])
    yield below("lambda_max(P^-1 H) <= sqrt(entries in a row)", measured["ratio"], 1.0, rival=rival)
    rival = Rival(claim="turned, too", measured=measured["turned"])
    yield agrees("a diagonal Hessian: one step", measured["diagonal"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (rates, bound) = plots.panels(2)
    plots.points(rates, s.dims, measured["critical"].mean, 0, "bisected")
    plots.prediction(rates, predicted["critical"], "2 / √d")
    plots.line(rates, s.dims, predicted["diagonal"].mean, 4, "2 / d: the diagonal")
    plots.label(rates, "dimension d", "critical rate", "H = 1 1ᵀ, row norms")
    values = np.sort(measured["ratio"].mean)[:: max(1, s.instances // 250)]
    plots.line(bound, np.linspace(0, 1, values.size), values, 0, "random convex quadratics")
    plots.limit(bound, 1.0, "attained by 1 1ᵀ")
    plots.label(bound, "share of instances", "λ_max(P⁻¹H) / √(entries in a row)", log="")
    return drawn


if __name__ == "__main__":
    script()

"""Training that lags behind lam changes its path and not its end, and allows longer steps of lam.

Jointly quadratic loss, U at its tangent r: a step of b at rate A' (its step times A), then one of lam, is linear, with
eigenvalues of trace 2 - A' - A' B r^2 and determinant 1 - A', B the step of lam. As B/A' falls the slow one goes to
1 - B r^2, gradient descent by implicit differentiation, with a difference of first order. Lag makes the path
oscillate, and the largest stable step of lam larger: 2 (2 - A') / (A' r^2) in place of 2 / r^2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, bracket, brackets, decays_as, exact, plots, script, threshold
from theorylab.models.bilevel import best_responses
from theorylab.numerics.streams import stream

SOURCE = Source("abstract (hypernetwork and lam tuned alternately, read); linear path derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 2.0
    tilt: float = -0.8  # r
    start: float = 1.5  # of lam
    end: float = -0.25  # of lam, where w = offset + tilt lam is the wanted one
    offset: float = 0.2
    value_step: float = 0.1  # A' = 0.2
    hyper_step: float = 0.4
    rates: tuple[float, ...] = (0.1, 0.2, 0.5, 0.9)  # A' in the search for the largest step of lam
    horizon: int
    slowest: float  # step of lam in the comparison with implicit differentiation


QUICK = Setting(horizon=100, slowest=1e-4)
FULL = Setting(horizon=300, slowest=1e-5)


def run(s, steps, **more):  # lam after steps; eps has no influence where U is the tangent
    best, wanted = (s.offset + s.tilt * lam for lam in (s.start, s.end))
    start = s.start, best, s.tilt
    given = best_responses.Tuner(s.curvature, False, 0.0, wanted, s.value_step, 0.0, s.hyper_step, start)
    more |= {"offset": s.offset, "tilt": s.tilt}
    return best_responses.tuning_runs(given._replace(**more), np.asarray(steps), stream(0, 0))[0]


def slow_steps(s):  # of lam, B r^2 T = 1
    counts = np.round(1 / (np.geomspace(s.slowest, 0.1, 13) * s.tilt**2)).astype(int)
    return 1 / (counts * s.tilt**2), counts


def critical(s, rate):
    """Bracket of the step of lam from which a run of many steps ends further away than it began."""

    def beyond(size):
        last = run(s, [4000], value_step=rate / s.curvature, hyper_step=size)[0]
        return not abs(last - s.end) < abs(s.start - s.end)

    return bracket(beyond, 0.01, 1000.0, relative_width=2e-2)


def measure(s):
    steps, (sizes, counts) = np.arange(s.horizon + 1), slow_steps(s)
    slow = np.array([run(s, [t], hyper_step=b)[0] - s.end for b, t in zip(sizes, counts, strict=True)])
    plain = (1 - sizes * s.tilt**2) ** counts * (s.start - s.end)
    return {
        "path": exact(steps, run(s, steps), 2.0**-52 * 8 * (steps + 2)),
        "lag": exact(sizes, np.abs(slow - plain), 2.0**-52 * 8 * counts / np.abs(slow - plain), "step of lam"),
        "critical": brackets(s.rates, [critical(s, rate) for rate in s.rates], "rate of b"),
    }


def predict(s):
    steps, r = np.arange(s.horizon + 1), s.tilt
    move = np.array(best_responses.descent_matrix(s.curvature * s.value_step, s.hyper_step, r))
    start = (s.start - s.end) * np.array([1.0, r])
    lagging = [s.end + (np.linalg.matrix_power(move, t) @ start)[0] for t in steps]
    rows = {"path": lagging, "at once": s.end + (1 - s.hyper_step * r**2) ** steps * (s.start - s.end)}
    curves = {name: exact(steps, row, 2.0**-52 * 64 * (steps + 2)) for name, row in rows.items()}
    rates = np.array(s.rates)
    rows = {"critical": best_responses.largest_hyper_step(rates, r), "implicit": 2 / r**2 + 0 * rates}
    return curves | {name: exact(rates, row, ulps=8, x_name="rate of b") for name, row in rows.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="b trained at once", predicted=predicted["at once"])
    yield agrees("path of lam: the linear system", measured["path"], predicted["path"], rival=rival)
    rival = Rival(claim="2 / r^2, as by implicit differentiation", predicted=predicted["implicit"])
    claim = "largest stable step of lam: 2 (2 - A') / (A' r^2)"
    yield threshold(claim, measured["critical"], predicted["critical"], rival=rival)
    rival, claim = (
        Rival(claim="its root", predicted=Power(0.5)),
        "distance from implicit differentiation as rates' ratio",
    )
    yield decays_as(claim, measured["lag"], Power(1), rival=rival, towards=0)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.points(left, measured["path"].x, measured["path"].mean, 0, "lam, trained alternately", markersize=3.0)
    plots.prediction(left, predicted["path"], "linear system")
    plots.exact_line(left, predicted["at once"], 1, "implicit differentiation")
    plots.label(left, "steps", "hyperparameter lam", f"A' = {s.curvature * s.value_step:g}", log="")
    plots.prediction(right, predicted["critical"], "2 (2 - A') / (A' r²)")
    plots.exact_line(right, predicted["implicit"], 1, "2 / r²")
    plots.label(right, "rate A' at which b is trained", "largest stable step of lam", log="y")
    return drawn


if __name__ == "__main__":
    script()

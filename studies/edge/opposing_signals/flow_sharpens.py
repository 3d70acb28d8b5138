"""Gradient flow ends in the valley with sharpness a c^2, c^2 = (I + sqrt(I^2 + 4 |beta|^2)) / 2: about a |beta|.

I = c^2 - |b|^2 - b_o^2 is kept by the flow, which ends at c b = beta, b_o = 0; largest curvatures there are a c^2 and
c^2 + |beta|^2 / c^2. From a small start I is near 0, and the sharpness a |beta| grows with the signal, not its square.
On the way b_o falls as exp(-a int c^2), and c^2 moves at the rate 2 c (b . beta - c |b|^2 - a c b_o^2), down at first.
"""

from dataclasses import dataclass

import numpy as np
from scipy.integrate import solve_ivp

from theorylab import Curve, Rival, Source, agrees, exact, plots, script
from theorylab.models.edge import valley
from theorylab.models.edge.valley import Signals
from theorylab.numerics.streams import generator

SOURCE = Source("sharpness linear in |beta| (read, in a question to the authors); forms derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    betas: tuple[float, ...] = (1.0, 4.0)
    strengths: tuple[float, ...] = (0.5, 50.0)  # a
    starts: int  # for each pair, random
    rates: int
    seed: int


QUICK = Setting(starts=1, rates=40, seed=1)
FULL = Setting(betas=(0.5, 1.0, 2.0, 4.0, 8.0), strengths=(0.5, 2.0, 10.0, 50.0), starts=3, rates=1000, seed=2)


def cases(s):
    """Signals with a start each."""
    draws = generator(s.seed)
    given = [Signals(beta, a) for beta in s.betas for a in s.strengths for _ in range(s.starts)]
    return [(signals, 0.4 * draws.uniform(0.2, 1.0, 4)) for signals in given]


def downhill(_, w, signals):
    along, across, opposing, c = w[:4]
    r, a = c * along - signals.beta, signals.a
    return [-c * r, -(c**2) * across, -a * c**2 * opposing, -along * r - c * across**2 - a * c * opposing**2, c**2]


def followed(signals, start, time):
    """Weights and the integral of c^2 where the flow is at that time."""
    return solve_ivp(downhill, (0, time), [*start, 0.0], "LSODA", args=(signals,), rtol=1e-10, atol=1e-14).y[:, -1]


def rates(s):
    """Rate of c^2 at random starts: by the flow just after and before, by its form, and without b . beta."""
    draws, rows, time = generator(s.seed, 1), [], 1e-5
    for _ in range(s.rates):
        signals, start = Signals(1.0, draws.uniform(1, 20)), draws.uniform(0.05, 1.0, 4)
        after, before = (followed(signals, start, t)[3] ** 2 for t in (time, -time))
        without = valley.square_rate(start, signals._replace(beta=0.0))
        rows.append(((after - before) / (2 * time), valley.square_rate(start, signals), without))
    return np.array(rows).T


def measure(s):
    late = [(followed(signals, start, 60 / signals.beta)[:4], signals) for signals, start in cases(s)]
    early = [followed(signals, start, 0.05)[2] / start[2] for signals, start in cases(s)]
    sharpness = [np.linalg.eigvalsh(valley.hessian(*pair))[-1] for pair in late]
    return {"sharpness": exact(range(len(late)), sharpness, 1e-7, "case"),
            "opposing": exact(range(len(late)), np.log(early), 1e-7, "case"),
            "rate": Curve(np.arange(1.0 * s.rates), rates(s)[:1], True, np.array(1e-4))}  # fmt: skip


def predict(s):
    given = cases(s)
    squares = [(valley.flow_square(valley.invariant(start), signals.beta), signals) for signals, start in given]
    rows = {
        "sharpness": [valley.minimum_sharpness(square, w.beta, w.a) for square, w in squares],
        "no invariant": [valley.minimum_sharpness(w.beta, w.beta, w.a) for w, _ in given],
        "opposing": [-signals.a * followed(signals, start, 0.05)[4] for signals, start in given],
        "at start": [-signals.a * 0.05 * start[3] ** 2 for signals, start in given],
    }
    _, rate, without = (exact(range(s.rates), row, 1e-12) for row in rates(s))
    return {n: exact(range(len(given)), x, 1e-7, "case") for n, x in rows.items()} | {"rate": rate, "without": without}


def checks(s, measured, predicted):
    rival = Rival(claim="max(a, 2) |beta|, without the invariant", predicted=predicted["no invariant"])
    yield agrees("sharpness at the end", measured["sharpness"], predicted["sharpness"], rival=rival, within=1e-5)
    rival = Rival(claim="at the first rate, exp(-a c_0^2 t)", predicted=predicted["at start"])
    yield agrees("b_o falls as exp(-a int c^2)", measured["opposing"], predicted["opposing"], rival=rival, within=1e-5)
    rival = Rival(claim="without b . beta: always", predicted=predicted["without"])
    yield agrees("c^2 falls as b . beta < c |b|^2 + a c b_o^2", measured["rate"], predicted["rate"], rival=rival)


def figure(s, measured, predicted):
    drawn, (path, ends) = plots.panels(2)
    for k, (opposing, c) in enumerate(((0.0, 0.2), (0.3, 1.0))):
        signals, times = Signals(4.0, 50.0), np.linspace(0, 2.5, 60)
        flow = solve_ivp(downhill, (0, 2.5), [0.0, 0.05, opposing, c, 0.0], "LSODA", times, args=(signals,), rtol=1e-9)
        sharp = [np.linalg.eigvalsh(valley.hessian(w[:4], signals))[-1] for w in flow.y.T]
        plots.line(path, times, sharp, k, f"b_o = {opposing:g}, c = {c:g} at the start")
    plots.limit(path, 200.0, "a |β|")
    plots.label(path, "time", "sharpness along the flow", "|β| = 4, a = 50", log="y")
    plots.points(ends, predicted["sharpness"].mean, measured["sharpness"].mean, 0, "random starts")
    plots.guide(ends, predicted["sharpness"].mean[[0, -1]], predicted["sharpness"].mean[[0, -1]], "equal")
    plots.label(ends, "max(a c², c² + |β|² / c²) of the invariant", "sharpness where the flow ends")
    return drawn


if __name__ == "__main__":
    script()

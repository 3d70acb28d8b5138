"""Variance reduction pays sqrt(n): Algorithm 1 needs ~ 60.5 sqrt(n) L D/eps component calls, Halpern n L D/eps.

Calls to bring the worst sqrt(E|F|^2) below eps, over scalar finite sums (as in page_halpern_rate.py): exact moments
give the number of steps K, and K steps cost n + sum (p_k n + 2 (1-p_k) b) on average. Slopes: 1/2 in n against 1, -1 in
eps; constant 6 x 10.08. Where the two costs cross is on trial in oracle_crossover.py.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.minimax import simulation, theory

SOURCE = Source("abstract (oracle complexity, cocoercive case, read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    accuracy: float  # eps / (L D)
    sizes: tuple[int, ...] = tuple(int(x) ** 2 for x in np.geomspace(32, 362, 12))
    exponents: tuple[float, ...] = (
        2.0,
        2.1,
        2.2,
        2.35,
        2.5,
        2.6,
        2.7,
        2.85,
        3.0,
        3.1,
        3.2,
    )  # of 1/eps, at few components
    few: int = 256
    angles: int = 50


QUICK = Setting(accuracy=1e-4)
FULL = Setting(accuracy=1e-5, exponents=tuple(np.linspace(2, 5, 19)), angles=100)


def cost(s, size, accuracy):
    """Expected calls, and the relative step of the search for the number of steps."""
    steps, width = simulation.page_steps(size, accuracy, s.angles)
    return float(theory.page_cost(size, [steps])[0]), width / steps


def measure(s):
    in_n = [cost(s, n, s.accuracy) for n in s.sizes]
    inverse = 10.0 ** np.array(s.exponents)
    in_eps = [cost(s, s.few, 1 / x) for x in inverse]
    full = np.array(s.sizes) * (1 / s.accuracy - 1)  # Halpern: worst |F(u_k)| is L D/(k+1), attained
    return {"n": exact(s.sizes, [c for c, _ in in_n], [w for _, w in in_n], "n"),
            "eps": exact(inverse, [c for c, _ in in_eps], [w for _, w in in_eps], "1/eps"),
            "full": exact(s.sizes, full, ulps=4, x_name="n")}  # fmt: skip


def predict(s):
    rate = 8 * theory.slow_anchor_constant()  # maximised to 1e-12
    n, inverse = np.array(s.sizes), 10.0 ** np.array(s.exponents)
    return {"n": exact(n, theory.page_cost_late(n, rate / s.accuracy), ulps=4096, x_name="n"),
            "leading": exact(n, theory.page_cost_leading(n, rate / s.accuracy), ulps=4096, x_name="n"),
            "eps": exact(inverse, theory.page_cost_late(s.few, rate * inverse), ulps=4096, x_name="1/eps")}  # fmt: skip


def checks(s, measured, predicted):
    for key, claim, order, other in (
        ("n", "calls of Algorithm 1 grow as n^(1/2)", 0.5, 1.0), ("full", "calls of Halpern grow as n", 1.0, 0.5),
        ("eps", "calls of Algorithm 1 grow as 1/eps", 1.0, 2.0)):  # fmt: skip
        rival = Rival(claim=f"with power {other:g}", predicted=Power(other))
        yield decays_as(claim, measured[key], Power(order), rival=rival)
    rival = Rival(claim="of leading order, 60.5 sqrt(n) L D/eps", predicted=predicted["leading"])
    yield agrees("calls of late steps: 10.08 (6n + 2 sqrt n)/(sqrt n + 5) L D/eps", measured["n"], predicted["n"],
                 within=0.03, rival=rival)  # fmt: skip


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.measurement(left, measured["n"], 0, "Algorithm 1")
    plots.measurement(left, measured["full"], 1, "Halpern, full evaluations")
    plots.prediction(left, predicted["n"], "late steps, derived")
    plots.prediction(left, predicted["leading"], "60.5 sqrt(n) L D/eps", linestyle=":")
    plots.label(left, "components n", "component calls", f"eps = {s.accuracy:g} L D")
    plots.measurement(right, measured["eps"], 0, f"Algorithm 1, n = {s.few}")
    plots.prediction(right, predicted["eps"], "late steps, derived")
    plots.label(right, "L D / eps", "component calls")
    return drawn


if __name__ == "__main__":
    script()

"""Variance reduction pays sqrt(n): Algorithm 1 needs ~ 60.5 sqrt(n) L D/eps component calls, Halpern n L D/eps.

Exact moments give the steps K that bring the worst sqrt(E|F|^2) of scalar finite sums below eps, 10.08 L D/eps. Calls
of K steps are counted in runs with real batches, by the components themselves, and so are Halpern's with full
evaluations on its worst rotation; from their sum the costs of longer runs are read. Slopes: 1/2 in n against 1, -1 in
eps; constant 6 x 10.08. The authors' code (one more full step, batch floor(sqrt n) without replacement) is counted too.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.minimax import simulation, theory
from theorylab.models.minimax.model import FiniteSum

SOURCE = Source("abstract (oracle complexity, cocoercive case, read); constants derived here", kind="derived")
WORDS = {"paper": "recalled parameters", "code": "parameters of the authors' code"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    accuracy: float  # eps / (L D)
    largest: int  # sqrt(n), from 32 on
    points: int
    exponents: tuple[float, ...]  # of 1/eps, at few components
    few: int = 256
    angles: int = 50
    counted: int  # steps of the runs
    roots: tuple[int, ...]  # sqrt(n) of the runs
    full: float = 0.01  # eps of Halpern's runs
    replicas: int
    seed: int


QUICK = Setting(accuracy=3e-4, largest=181, points=8, exponents=(2, 2.1, 2.2, 2.35, 2.5, 2.6, 2.7, 2.85, 3),
                counted=400, roots=(3, 5, 9, 16, 32), replicas=64, seed=1)  # fmt: skip
FULL = Setting(accuracy=1e-5, largest=362, points=12, exponents=tuple(np.linspace(2, 5, 19)), angles=100,
               counted=10_000, roots=(3, 5, 9, 16, 32, 64, 128), replicas=64, seed=2)  # fmt: skip


def sizes(s):
    return np.geomspace(32, s.largest, s.points).astype(int) ** 2


def counted(s, source):
    made, columns = {"replicas": s.replicas, "seed": s.seed, "source": source}, []
    for p in (FiniteSum.rotations(np.linspace(-0.5, 1.0, r**2)) for r in s.roots):
        columns.append(simulation.simulate_page(p, [s.counted], **made)["cost"].samples[:, 0])
    return Curve(np.array(s.roots) ** 2, np.transpose(columns), x_name="n")


def cost(s, size, accuracy):
    """Expected calls, steps, and the relative step of the search for them."""
    steps, width = simulation.page_steps(size, accuracy, s.angles)
    return float(theory.page_cost(size, [steps])[0]), steps * accuracy, width / steps


def measure(s):
    few, inverse = np.array(s.roots) ** 2, 10.0 ** np.array(s.exponents)
    in_n, steps, width = np.transpose([cost(s, n, s.accuracy) for n in sizes(s).tolist()])
    in_eps, _, narrow = np.transpose([cost(s, s.few, 1 / x) for x in inverse])
    slow = [FiniteSum.rotations(np.full(n, np.pi * s.full), 3.0) for n in few]  # where Halpern takes longest
    full = [simulation.halpern_calls(p, 3.0 * s.full * (1 + 1e-9)) for p in slow]
    return {"n": exact(sizes(s), in_n, width, "n"), "eps": exact(inverse, in_eps, narrow, "1/eps"),
            "steps": exact(sizes(s), steps, width, "n"), "full": exact(few, full, ulps=0, x_name="n"),
            **{source: counted(s, source) for source in WORDS}}  # fmt: skip


def predict(s):
    rate, n, few = 8 * theory.slow_anchor_constant(), sizes(s), np.array(s.roots) ** 2  # maximised to 1e-12
    inverse = 10.0 ** np.array(s.exponents)
    rows = {name: (few, [theory.page_cost(int(m), [s.counted], name)[0] for m in few]) for name in WORDS}
    rows |= {"counted, leading": (few, theory.page_cost_leading(few, s.counted)), "full": (few, few / s.full),
             "full, leading": (few, 6 * few**0.5 / s.full), "n": (n, theory.page_cost_late(n, rate / s.accuracy)),
             "leading": (n, theory.page_cost_leading(n, rate / s.accuracy)), "steps": (n, rate + 0 * n),
             "eight": (n, 8 + 0 * n), "eps": (inverse, theory.page_cost_late(s.few, rate * inverse))}  # fmt: skip
    return {name: exact(x, values, ulps=4096, x_name="n") for name, (x, values) in rows.items()}


def checks(s, measured, predicted):
    for source, words in WORDS.items():
        rival = Rival(claim="6 sqrt(n) K", predicted=predicted["counted, leading"])
        claim = f"calls counted in K steps: n + sum (p_k n + 2 (1-p_k) b), {words}"
        yield agrees(claim, measured[source], predicted[source], rival=rival)
    rival = Rival(claim="6 sqrt(n) / eps", predicted=predicted["full, leading"])
    yield agrees("calls of Halpern, counted: n L D/eps", measured["full"], predicted["full"], rival=rival)
    rival = Rival(claim="8 L D/eps", predicted=predicted["eight"])
    yield agrees("10.08 L D/eps steps, whatever n", measured["steps"], predicted["steps"], within=0.01, rival=rival)
    for key, claim, order in (("n", "of Algorithm 1 grow as n^(1/2)", 0.5), ("full", "of Halpern grow as n", 1.0),
                              ("eps", "of Algorithm 1 grow as 1/eps", 1.0)):  # fmt: skip
        rival = Rival(claim=f"with power {1.5 - order:g}", predicted=Power(1.5 - order))
        yield decays_as(f"calls {claim}", measured[key], Power(order), rival=rival)
    rival = Rival(claim="60.5 sqrt(n) L D/eps, of leading order", predicted=predicted["leading"])
    claim = "10.08 (6n + 2 sqrt n)/(sqrt n + 5) L D/eps calls"
    yield agrees(claim, measured["n"], predicted["n"], within=0.03, rival=rival)


def figure(s, measured, predicted):
    drawn, (left, right) = plots.panels(2)
    plots.measurement(left, measured["n"], 0, "Algorithm 1")
    plots.guide(left, sizes(s), sizes(s) / s.accuracy, "Halpern, full evaluations", linestyle="--")
    plots.label(left, "components n", "component calls", f"eps = {s.accuracy:g} L D")
    plots.measurement(right, measured["eps"], 0, f"Algorithm 1, n = {s.few}")
    plots.label(right, "L D / eps", "component calls")
    return drawn


if __name__ == "__main__":
    script()

"""With equal weights b1 = b2 and a frozen second moment Adan is Nesterov's method; with its default weights it is not.

x of Adan is the point ahead where Nesterov's method takes its gradient, for any function and noise: here squares
and cosines, not convex, with the same noise on both sides. Adan starts as if its first gradient had been seen for ever,
so Nesterov's velocity starts at g_1 / b. The weights of past gradients in Nesterov's direction fall by one factor per
step from the second on, those of Adan with b1 = 0.02, b2 = 0.08 stand still for some twenty steps.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, plots, script
from theorylab.models.quadratics import frozen_adan
from theorylab.models.quadratics.frozen_adan import Gradients, Waves
from theorylab.models.quadratics.optimisers import adan as optimiser
from theorylab.models.quadratics.theory import adan
from theorylab.numerics.streams import generator, stream

SOURCE = Source("abstract and algorithm (Nesterov's method rewritten, read); equality derived here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence="Adan's direction is Nesterov's only where gradients and differences are weighed alike, b1 = b2.",
    case=(
        "weights b1 = 0.02, b2 = 0.08 (the defaults): successive past gradients weigh 0.094, 0.0137, 0.0138, 0.0139, "
        "... where Nesterov's fall by 0.98"
    ),
    check="fall by 1 - b1 per step",
)
DEFAULT = optimiser.Method()
PAIR = (DEFAULT.first_weight, DEFAULT.difference_weight)


@dataclass(frozen=True, kw_only=True)
class Setting:
    rate: float = 0.02
    weight: float = 0.1  # b1 = b2
    curvatures: tuple[float, ...] = (0.3, 1.0, 2.0)
    depth: float = 1.5
    coupling: float = 0.2
    start: tuple[float, ...] = (1.4, -2.0, 0.9)
    noise_std: float = 0.3
    steps: int = 200
    ages: int = 40
    seed: int


QUICK, FULL = Setting(seed=1), Setting(steps=1000, seed=2)


def paths(s):
    """x of Adan with equal and default weights and without differences, and Nesterov's points ahead, (steps, d)."""
    f, start = Waves(np.array(s.curvatures), s.depth, s.coupling), np.array(s.start)
    noise = s.noise_std * generator(s.seed).standard_normal((s.steps, start.size))
    first = f.curvatures * start - f.depth * np.sin(start) + f.coupling * start.sum() + noise[0]
    method, rates, b = optimiser.Method(s.rate, s.weight, s.weight, 0.0, 0.0), s.rate / np.abs(first), s.weight
    default = method._replace(first_weight=DEFAULT.first_weight, difference_weight=DEFAULT.difference_weight)
    plain = method._replace(difference_weight=1.0)  # no differences are added: an average of gradients
    found = {name: frozen_adan.adan_path(each, f, start, noise) for name, each in
             (("adan", method), ("defaults", default), ("average", plain))}  # fmt: skip
    return found | {"nesterov": frozen_adan.ahead_path(b * rates, 1 - b, 1 / b, f, start, noise)}


def weights(first, difference, ages):
    method = optimiser.Method(1.0, first, difference, 0.0, 0.0)
    ramp = frozen_adan.responses(method, Gradients(0.0, 1.0, 0.0), np.arange(2, ages + 5), stream(0, 0))[0]
    start = frozen_adan.responses(method, Gradients(0.0, 0.0, 0.0), np.arange(2, ages + 5), stream(0, 0))[0]
    return np.diff(np.concatenate([[0.0, 0.0], ramp - start]), 2)[:ages]


def measure(s):
    found = paths(s)
    scale, t, ages = np.abs(found["nesterov"]).max(), np.arange(1, s.steps + 1), np.arange(1, s.ages)
    curves = {name: exact(t, (path / scale).T + 2.0, 1e-12) for name, path in found.items()}
    for name, (first, difference) in (("equal", (s.weight, s.weight)), ("defaults", PAIR)):
        row = weights(first, difference, s.ages)
        curves[f"weights, {name}"] = exact(np.arange(s.ages), row, 1e-7, "age")
        curves[f"ratio, {name}"] = exact(ages[1:], row[2:] / row[1:-1], 1e-6, "age")
    return curves


def predict(s):
    rows = {name: [adan.direction_weight(pair[0], pair[1], age) for age in range(s.ages)]
            for name, pair in (("equal", (s.weight, s.weight)), ("defaults", PAIR))}  # fmt: skip
    curves = {f"weights, {name}": exact(np.arange(s.ages), row, 1e-12, "age") for name, row in rows.items()}
    nesterov = (1 - DEFAULT.first_weight) ** np.arange(1, s.ages + 1) * DEFAULT.first_weight
    return curves | {"nesterov": exact(np.arange(s.ages), nesterov, 1e-12, "age")}


def checks(s, measured, predicted):
    rival = Rival(claim="of the defaults", measured=measured["defaults"])
    yield agrees("x of Adan, b1 = b2: Nesterov's point ahead", measured["adan"], measured["nesterov"], rival=rival)
    rival = Rival(claim="without differences, too", measured=measured["average"])
    yield agrees("... with the differences", measured["adan"], measured["nesterov"], rival=rival)
    rival = Rival(claim="b1 (1 - b1)^age, of b1 alone", predicted=predicted["nesterov"])
    claim = "weights of past gradients, defaults: b1 a1^j - b2^2 a2^j"
    yield agrees(claim, measured["weights, defaults"], predicted["weights, defaults"], rival=rival)
    rival = Rival(claim="of equal weights", measured=measured["ratio, equal"], predicted=1 - s.weight)
    claim = "weights of the defaults fall by 1 - b1 per step from the second on, as Nesterov's"
    yield agrees(claim, measured["ratio, defaults"], 1 - DEFAULT.first_weight, rival=rival, declared="refuted")


def figure(s, measured, predicted):
    drawn, (deviation, row) = plots.panels(2)
    t, nesterov = measured["nesterov"].x, measured["nesterov"].samples
    for k, (name, text) in enumerate((("adan", "b1 = b2"), ("defaults", "default weights"),
                                      ("average", "no differences"))):  # fmt: skip
        gap = np.abs(measured[name].samples - nesterov).max(axis=0)
        plots.line(deviation, t, np.maximum(gap, 1e-17), k, f"Adan, {text}")
    plots.label(deviation, "steps", "largest deviation from Nesterov / size of x", "frozen second moment", log="y")
    for k, (name, text) in enumerate((("equal", f"b1 = b2 = {s.weight}"), ("defaults", "defaults 0.02, 0.08"))):
        plots.points(row, np.arange(s.ages), measured[f"weights, {name}"].mean, k, text)
        plots.guide(row, np.arange(s.ages), predicted[f"weights, {name}"].mean, "" if k else "closed form")
    plots.label(row, "age of the gradient", "its weight in the direction", "what Adan remembers", log="")
    return drawn


if __name__ == "__main__":
    script()

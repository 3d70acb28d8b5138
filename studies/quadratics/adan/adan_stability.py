"""Where curvature limits the step Adan bears less than Adam: Nesterov's form divides the largest stable step by 1 + 2a.

With the second moment frozen, a step of rate x curvature / sqrt n is stable below 2 (1 + a) / (1 - a) for an
exponential average (Adam) and below 2 (1 + a) / ((1 + 2a)(1 - a)) for Adan with b1 = b2 = 1 - a. Where noise
dominates, Adan's sqrt n is sqrt((1 + a)^2 + a^2) times Adam's (adan_moments), which makes up for a part of 1 + 2a and
never for all of it. So "larger learning rates" does not hold at equal weights. At both methods' defaults (0.02, 0.08;
0.1 for Adam) it holds where noise dominates, by 1.29, and is reversed, 0.61, where it does not.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, bracket, brackets, exact, ordered, plots, script, threshold
from theorylab.models.quadratics import frozen_adan
from theorylab.models.quadratics.optimisers import adan as optimiser
from theorylab.models.quadratics.theory import adan

SOURCE = Source("abstract (tolerates larger learning rates, read); limits derived here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "At default weights Adan tolerates larger learning rates than Adam on a quadratic only where noise dominates "
        "the second moment; at equal weights of new gradients it tolerates smaller ones."
    ),
    case=(
        "largest stable rate x curvature / sqrt n, n frozen: weights 0.08: 16.9 for Adan, 48 for Adam; times 2.13 for "
        "the second moment of pure noise 36.0"
    ),
    check="Adan bears more",
)
ADAM = 0.1
PAIR = (optimiser.Method().first_weight, optimiser.Method().difference_weight)


@dataclass(frozen=True, kw_only=True)
class Setting:
    weights: tuple[float, ...] = (0.02, 0.08, 0.1, 0.5)
    width: float = 1e-8


QUICK = Setting()
FULL = Setting(weights=tuple(np.geomspace(0.01, 0.9, 20).tolist()))


def limit(s, first, difference):
    """Bracket of the largest stable rate x curvature / sqrt n of the optimiser's own step."""
    method = optimiser.Method(1.0, first, difference, 0.0, 0.0)

    def grows(load):
        return bool(np.abs(np.linalg.eigvals(frozen_adan.one_step(method, load))).max() > 1)

    return bracket(grows, 0.1, 1e4, relative_width=s.width)


def noisy(weight):
    """How many times larger sqrt n is than Adam's, where gradients are noise."""
    return adan.second_moment(weight, 0.0, 1.0) ** 0.5


def measure(s):
    b = np.array(s.weights)
    found, plain, default = ([limit(s, x, y) for x, y in pairs] for pairs in
                             ([(x, x) for x in b], [(x, 1.0) for x in b], [PAIR, (ADAM, 1.0)]))  # fmt: skip
    curves = {"adan": brackets(b, found, "weight"), "average": brackets(b, plain, "weight")}
    scaled = np.array(found) * noisy(b)[:, None]
    own, adams = np.array(default[:1]), np.array(default[1:])
    return curves | {
        "adan, noise": brackets(b, scaled, "weight"),
        "defaults, noise": brackets([0], own * noisy(PAIR[1]), "weights"),
        "defaults": brackets([0], own, "weights"),
        "adam": brackets([0], adams, "weights"),
    }


def predict(s):
    b = np.array(s.weights)
    return {"adan": exact(b, adan.step_limit(b, b), 1e-12, "weight"),
            "average": exact(b, adan.average_limit(b), 1e-12, "weight")}  # fmt: skip


def checks(s, measured, predicted):
    for name, other, claim, wrong in (
        ("average", "adan", "average of gradients: 2 (1 + a) / (1 - a)", "(1 + 2a) times less"),
        ("adan", "average", "Adan, b1 = b2: 2 (1 + a) / ((1 + 2a)(1 - a))", "that of the average"),
    ):
        rival = Rival(claim=wrong, predicted=predicted[other])
        yield threshold(f"largest stable step, {claim}", measured[name], predicted[name], rival=rival)
    rival = Rival(claim="Adan bears less", measured=measured["adan, noise"], predicted=measured["average"])
    claim = "Adan bears more at the same weight, second moment of noise"
    yield ordered(claim, measured["average"], measured["adan, noise"], rival=rival, declared="refuted")
    rival = Rival(claim="without noise, too", predicted=measured["defaults"])
    claim = "Adan bears more than Adam, defaults, second moment of noise"
    yield ordered(claim, measured["adam"], measured["defaults, noise"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, text) in enumerate((("average", "Adam"), ("adan", "Adan, b1 = b2"),
                                      ("adan, noise", "Adan where n is noise, in units of Adam's"))):  # fmt: skip
        plots.points(axes, s.weights, measured[name].mean, k, text)
    plots.prediction(axes, predicted["adan"], "closed forms")
    plots.prediction(axes, predicted["average"])
    plots.label(axes, "weight of a new gradient", "largest stable rate × curvature / √n", "second moment frozen")
    return drawn


if __name__ == "__main__":
    script()

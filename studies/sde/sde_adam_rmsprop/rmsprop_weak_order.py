"""RMSprop follows its diffusion limit to first order in eta^2: halving eta^2 halves every error of expectation.

On f = 1 - cos x, with symmetric noise: E phi(x_k) by the transfer operator on (x, log u), E phi(x_t) of the limit
dx = -(sin x dt + noise dW)/P, P = noise sqrt(u) + epsilon by the moments of exp(i n x), at t = k eta^2 = 1. Neither
draws. Both orders of the update (dividing by the new v, as libraries do, or by the old one, as in the theorem) are of
first order. What is not the limit keeps its error: noise dropped from P, k eta taken for the time, a noise that does
not grow as 1/eta. The theorem's maximum over the whole run, and test functions that grow, are not on trial: errors are
read at t = 1.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Power, Rival, Source, decays_as, log_steps, plots, script
from theorylab.models.sde import adaptive
from theorylab.models.sde.adaptive import COSINE, SINE, Observable
from theorylab.models.sde.model import Limit, Noise
from theorylab.models.sde.weak import through_last, weak_error

SOURCE = Source("abstract (order-1 weak limits); equations recalled, derived again here", kind="read")
PHI = {"cos x": COSINE, "sin x": SINE, "cos 2x": Observable(wave=2)}
WRONG = ("noise left out of P", "time k eta", "noise not grown as 1/eta")


@dataclass(frozen=True, kw_only=True)
class Setting:
    fewest: int  # steps per unit of time
    most: int
    points: int = 10
    nodes: int = 17  # functions of x
    noise: float = 2.0
    start: tuple[float, float] = (1.0, 0.5)  # x, u


QUICK = Setting(fewest=20, most=400)
FULL = Setting(fewest=20, most=5000, points=20, nodes=25)


def steps(s):
    """Steps in one unit of time, 1/eta^2."""
    return log_steps(s.fewest, s.most, s.points)


def measure(s):
    limit, noise, n, phi = Limit(noise=s.noise), Noise.symmetric(0.8), steps(s), list(PHI.values())
    wave, unsure = adaptive.limit_waves(limit, s.start, [1.0])
    truth = [wave[0, 0].real, wave[0, 0].imag, wave[1, 0].real]
    off = adaptive.limit_waves(limit, s.start, [1.0],
                               divisor=lambda t: adaptive.denominator(limit, s.start[1], t) / s.noise)  # fmt: skip
    curves = {}
    for old, order in ((False, "new v"), (True, "old v")):
        runs = [
            adaptive.expectations(
                limit.algorithm(1 / k), noise, s.start, k, phi, nodes=s.nodes, levels=12, old_denominator=old
            )
            for k in n
        ]
        for i, name in enumerate(PHI):
            ends, bounds = [value[i, -1] for value, _ in runs], [bound[i, -1] + unsure.max() for _, bound in runs]
            curves[f"{name}, {order}"] = weak_error(n, ends, truth[i], bounds)
            if name == "sin x" and not old:
                curves[WRONG[0]] = weak_error(n, ends, off[0][0, 0].imag, np.add(bounds, off[1].max()))
    # Noise that does not grow lets the law of x narrow as eta falls: so many waves hold it down to eta^2 = 1/300.
    for name, kept, some in ((WRONG[1], False, n), (WRONG[2], True, n[n <= 300])):
        runs = []
        for k in some:
            given, many = limit.algorithm(1 / k), int(k) if kept else int(k**0.5)
            given = replace(given, noise_std=limit.noise, epsilon=limit.epsilon) if kept else given
            runs.append(adaptive.expectations(given, noise, s.start, many, [SINE], nodes=31))
        ends, bounds = [value[0, -1] for value, _ in runs], [bound[0, -1] + unsure.max() for _, bound in runs]
        curves[name] = weak_error(some, ends, truth[1], bounds)
    return curves


def checks(s, measured, predicted):
    for name, curve in measured.items():
        if name in WRONG:
            rival = Rival(claim="it falls as eta^2", predicted=Power(-1))
            yield decays_as(f"{name}: the error of E sin x stays", curve, Power(0), rival=rival)
        else:
            rival = Rival(claim="as eta", predicted=Power(-0.5))
            yield decays_as(f"error of E {name} falls as eta^2", curve, Power(-1), rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    for panel, names in zip(panels, ([f"{name}, new v" for name in PHI], ["sin x, new v", *WRONG]), strict=True):
        for k, name in enumerate(names):
            plots.measurement(panel, measured[name], k, name)
        first = measured[names[0]]
        plots.prediction(panel, through_last(first, -1), "slope -1")
        plots.label(
            panel, "steps per unit of time, 1/η²", "error of expectation at t = 1", f"noise {s.noise:g}, f = 1 − cos x"
        )
    panels[1].set_ylim(top=30.0)
    return drawn


if __name__ == "__main__":
    script()

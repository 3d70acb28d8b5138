"""Momentum grows norms (1 + b) / (1 - b) times faster than the descent of matched step if gradients persist, else not.

Matched is a rate a / (1 - b). Where gradients turn w the same way each step, |w|^4 grows by 2 a^2 c^2 (1 + b) / (1
- b)^3 a step with momentum, and as with the matched descent where the radial part is removed. Under noise momentum
itself grows as the matched descent, and without the radial part (1 + b) / (1 - b) times more slowly. Leading order
in the angle that a step turns; rates are small and starts long enough for 1%.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, plots, replicate, script
from theorylab.curves import Curve
from theorylab.models.preconditioning import scale_invariance, theory_scale
from theorylab.numerics.streams import stream

SOURCE = Source("abstract (momentum's norm growth, read); slopes derived here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "Momentum lets norms grow excessively only where gradients persist: under uncorrelated gradients it grows them "
        "as descent of matched step does, and the projected step less, by (1 - b) / (1 + b)."
    ),
    case="gradients of size 1 / |w|, a fresh direction each step, b = 0.9, a = 0.02: |w|^4 grows by 0.08, not 1.52",
    check="noise: momentum grows |w|^4 by (1 + b) / (1 - b) over matched descent",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    decays: tuple[float, ...] = (0.5, 0.8, 0.9)
    rate: float = 0.02
    dim: int = 30
    start: float = 4.0
    persistent_steps: int
    noise_steps: int
    replicas: int
    seed: int


QUICK = Setting(persistent_steps=100_000, noise_steps=2000, replicas=64, seed=1)
FULL = Setting(persistent_steps=2_000_000, noise_steps=20_000, replicas=256, seed=2)
KINDS = ("momentum", "projected", "matched")


def methods(s):
    """Rates, decays and thresholds: momentum, projected and matched descent for each decay, 3 decays each."""
    b = np.array(s.decays)
    rates = np.concatenate((np.full(b.size, s.rate), np.full(b.size, s.rate), s.rate / (1 - b)))
    plain = np.full(b.size, scale_invariance.PLAIN)
    return rates, np.concatenate((b, b, 0 * b)), np.concatenate((plain, plain + scale_invariance.PROJECTED, plain))


def measure(s):
    flat, count = np.array([s.start, 0.0]), len(s.decays)
    slopes = scale_invariance.growth_slopes(*methods(s), scale_invariance.PERSISTENT, flat, s.persistent_steps,
                                            stream(0, 0))  # fmt: skip
    start = np.full(s.dim, s.start / s.dim**0.5)
    noise = replicate(scale_invariance.growth_slopes, *methods(s), scale_invariance.NOISE, start, s.noise_steps,
                      x=np.tile(s.decays, 3), replicas=s.replicas, seed=s.seed, x_name="b")  # fmt: skip
    found = {}
    for k, name in enumerate(KINDS):
        part = slice(k * count, (k + 1) * count)
        found[f"{name}, persistent"] = exact(s.decays, slopes[part], 1e-8, "b")
        found[f"{name}, noise"] = noise.at(part)
    return found


def predict(s):
    b = np.array(s.decays)
    found: dict[str, Curve] = {}
    forms = {"persistent": theory_scale.persistent_slope_leading, "noise": theory_scale.noise_slope_leading}
    for toy, form in forms.items():
        values = (form(s.rate, b, 1.0), form(s.rate, b, 1.0, True), form(s.rate / (1 - b), 0 * b, 1.0))
        found |= {f"{name}, {toy}": exact(b, row, 1e-12, "b") for name, row in zip(KINDS, values, strict=True)}
    return found


def checks(s, measured, predicted):
    matched = Rival(claim="as the matched descent", predicted=predicted["matched, persistent"])
    claim = "persistent: momentum grows |w|^4 by (1 + b) / (1 - b) over matched descent"
    yield agrees(claim, measured["momentum, persistent"], predicted["momentum, persistent"], rival=matched, within=0.02)
    rival = Rival(claim="as plain momentum", predicted=predicted["momentum, persistent"])
    for name, words in (("projected", "without the radial part"), ("matched", "the matched descent")):
        claim = f"... {words}: 2 (a c / (1 - b))^2"
        yield agrees(claim, measured[f"{name}, persistent"], predicted[f"{name}, persistent"], rival=rival, within=0.02)
    rival = Rival(claim="as the matched descent", predicted=predicted["matched, noise"])
    over = exact(s.decays, predicted["matched, noise"].mean * theory_scale.excess(np.array(s.decays)), 1e-12, "b")
    claim = "noise: momentum grows |w|^4 by (1 + b) / (1 - b) over matched descent"
    yield agrees(claim, measured["momentum, noise"], over, rival=rival, within=0.02, declared="refuted")
    claim = "... without the radial part: 2 a^2 c^2 / (1 - b^2), less than it"
    yield agrees(claim, measured["projected, noise"], predicted["projected, noise"], rival=rival, within=0.02)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(2)
    labels = {"momentum": "momentum", "projected": "projected", "matched": "descent, matched step"}
    for panel, toy in zip(axes, ("persistent", "noise"), strict=True):
        for k, (name, label) in enumerate(labels.items()):
            plots.points(panel, s.decays, measured[f"{name}, {toy}"].mean, k, label)
            plots.prediction(panel, predicted[f"{name}, {toy}"], "" if k else "derived")
        plots.label(panel, "b", "growth of |w|⁴ a step", f"{toy}, a = {s.rate:g}", log="y")
    return drawn


if __name__ == "__main__":
    script()

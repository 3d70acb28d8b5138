"""The best loss of a budget falls as f^-eta, its best size grows as f^xi, with the exponents of the phase: Ia, II, III.

Exact curves of SGD on the smooth student; for each budget f = r d the least loss over d (`frontier`). Exponents come
from two parts of the loss that meet at the best size: what is seen in order against what is missed (Ia) or smeared
(II), SGD's noise against what is smeared (III). Without SGD's noise (gradient flow) eta is the same in II and becomes
II's in III. Chinchilla's xi = 1/2 is III's alone among these. Of eta the local exponents of the last octaves are on
trial, within 3%, a band of ours that was set after they had been seen; read as rates, those of II and III stay
undecided at these budgets.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.regression import frontier, theory

SOURCE = Source("table of phases", figure="compute-optimal curves, smooth student", kind="recalled")
LAWS = {"Ia": (1.0, 0.3), "II": (0.8, 0.7), "III": (0.7, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    sizes: int  # from 50 on, half octaves
    wide: int = 4
    share: float = 0.5  # step x trace
    budgets: int  # octaves, from 2 10^5 on
    near: float = 0.03


QUICK, FULL = Setting(sizes=18, budgets=6), Setting(sizes=23, budgets=11)


def budgets(s):
    return 2e5 * 2.0 ** np.arange(s.budgets)


def measure(s):
    curves: dict[str, Curve] = {}
    for name, law in LAWS.items():
        given = {"wide": s.wide, "share": s.share}
        loss, size = frontier.best(law, s.sizes, budgets(s), **given)
        flow, _ = frontier.best(law, s.sizes, budgets(s), noisy=False, **given)
        curves[f"size, {name}"] = exact(budgets(s), size, frontier.SIZE_ERROR, "operations")
        for key, row in {"loss": loss, "gradient flow": flow}.items():
            curves[f"{key}, {name}"] = exact(budgets(s), row, frontier.LOSS_ERROR, "operations")
            slopes = -np.diff(np.log2(row))[-3:]  # of two losses
            error = 2 * np.log2(1 + frontier.LOSS_ERROR) / slopes
            curves[f"exponent of {key}, {name}"] = exact(budgets(s)[-3:], slopes, error, "operations")
    return curves


def checks(s, measured, predicted):
    cases = {"loss, Ia": ("Ia", "II"), "loss, II": ("II", "Ia"), "loss, III": ("III", "II"),
             "gradient flow, II": ("II", "Ia"), "gradient flow, III": ("II", "III")}  # fmt: skip
    for key, (name, other) in cases.items():
        eta, wrong = (theory.loss_exponent(*LAWS[key.split(", ")[1]], which) for which in (name, other))
        rival = Rival(claim=f"the formula of {other}, {wrong:.4g}", predicted=wrong)
        yield agrees(
            f"best {key}: exponent {eta:.4g}, {name}'s", measured[f"exponent of {key}"], eta, rival=rival, within=s.near
        )
    for name in ("Ia", "II"):
        xi, rival = theory.size_exponent(*LAWS[name], name), Rival(claim="as f^0.5", predicted=Power(0.5))
        yield decays_as(f"best size, {name}: as f^{xi:.4g}", measured[f"size, {name}"], Power(xi), rival=rival)


def figure(s, measured, predicted):
    (drawn, (loss, size)), f = plots.panels(2), budgets(s)
    for k, (name, law) in enumerate(LAWS.items()):
        powers = {loss: ("loss", -theory.loss_exponent(*law, name)), size: ("size", theory.size_exponent(*law, name))}
        for panel, (key, power) in powers.items():
            row = measured[f"{key}, {name}"].mean
            plots.points(panel, f, row, k, f"{name}: {law[0]}, {law[1]}")
            plots.guide(panel, f, row[-1] * (f / f[-1]) ** power, "" if k else "predicted slopes")
    plots.label(loss, "operations f", "best loss", "by phase: alpha, beta")
    plots.label(size, "operations f", "best size d")
    return drawn


if __name__ == "__main__":
    script()

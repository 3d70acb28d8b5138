"""The best loss of a budget falls as f^-eta, its best size grows as f^xi, with the exponents of the phase: Ia, II, III.

Exact curves of SGD on the smooth student, a size per half octave; for each budget f = r d the least loss over d, by the
quartic through the five sizes around it. Exponents come from two parts of the loss that meet at the best size: what
is seen in order against what is missed (Ia) or smeared (II), SGD's noise against what is smeared (III). Without SGD's
noise (gradient flow) eta is the same in II and becomes II's in III. Chinchilla's xi = 1/2 is III's alone among these.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Power, Rival, Source, agrees, decays_as, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.features import PowerLaw
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("table of phases", figure="compute-optimal curves, smooth student", kind="recalled")
LAWS = {"Ia": (1.0, 0.3), "II": (0.8, 0.7), "III": (0.7, 1.0)}


@dataclass(frozen=True, kw_only=True)
class Setting:
    sizes: int  # from 100 on, half octaves
    wide: int = 4
    share: float = 0.5  # step x trace
    budgets: int  # octaves, from 2 10^5 on
    near: float = 0.03


QUICK, FULL = Setting(sizes=16, budgets=6), Setting(sizes=21, budgets=11)


def budgets(s):
    return 2e5 * 2.0 ** np.arange(s.budgets)


def losses(s, law, noisy):
    """Loss at each budget (columns) of each size (rows): between whole steps, straight in logarithms."""
    rows = []
    for d in (round(100 * 2 ** (k / 2)) for k in range(s.sizes)):
        p = theory.smooth_problem(PowerLaw(s.wide * d, d, *law))
        g, steps = s.share / p.trace, budgets(s) / d
        around = np.unique(np.concatenate([np.floor(steps), np.floor(steps) + 1])).astype(int)
        way = p if noisy else LeastSquares(p.eigenvalues, p.error0, 0.0, "additive")
        loss = p.noise_std**2 + 2 * theory.sgd_risk(way, g, around)
        rows.append(np.interp(np.log(steps), np.log(np.maximum(around, 0.5)), np.log(loss)))
    return np.array(rows)


def optimum(s, law, noisy=True):
    """Least loss and best size per budget, (2, budgets), where the least is inside the sizes tried."""
    table, sizes = losses(s, law, noisy), np.log(100) + np.arange(s.sizes) * np.log(2) / 2
    out = []
    for column in table.T:
        k = int(np.clip(column.argmin(), 2, s.sizes - 3))
        near = sizes[k - 2 : k + 3] - sizes[k]
        fine = np.linspace(near[1], near[3], 4001)
        curve = np.polyval(np.polyfit(near, column[k - 2 : k + 3], 4), fine)
        out.append((curve.min(), sizes[k] + fine[curve.argmin()]))
    return np.exp(out).T


def measure(s):
    curves: dict[str, Curve] = {}
    for name, law in LAWS.items():
        (loss, size), flow = optimum(s, law), optimum(s, law, False)[0]
        curves[f"size, {name}"] = exact(budgets(s), size, 1e-3, "operations")
        for key, row in {"loss": loss, "gradient flow": flow}.items():
            curves[f"{key}, {name}"] = exact(budgets(s), row, 1e-4, "operations")
            curves[f"exponent of {key}, {name}"] = exact(
                budgets(s)[-3:], -np.diff(np.log2(row))[-3:], 1e-3, "operations"
            )
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

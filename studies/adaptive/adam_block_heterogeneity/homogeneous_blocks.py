"""Adam's frozen diagonal helps where each block has its own scale, and hurts where every block has every scale.

Nine eigenvalues from 1 to 5000 in three blocks, the paper's two arrangements: gradient descent sees the spectrum alone,
condition number 5000, and loses the same in both. Adam with b1 = 0, b2 = 1 divides by the sizes of the first gradient:
the condition number is then kD of D^(-1/2) H D^(-1/2). Each method at its best step size 2 / (e_min + e_max), steps
counted. It is the rates that are compared: to a hundredth of the loss Adam comes first in either arrangement.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Curve, Finding, Rival, Source, above, agrees, exact, ordered, plots, script, stacked
from theorylab.models.adaptive import blocks, quadratics
from theorylab.models.adaptive.theory import frozen

SOURCE = Source("abstract (read); the two arrangements recalled", figure="quadratic cases", kind="read")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "A diagonal preconditioner such as Adam's is no gain by itself: where every block has every scale it makes the "
        "problem worse conditioned than no preconditioner does."
    ),
    case="eigenvalues 1, 99, 4998 | 2, 100, 4999 | 3, 101, 5000: median kD about 8300 over random starts, against 5000",
    check="every scale in every block: gradient descent needs fewer steps than Adam",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    power: float = 1.0  # of the eigenvalues: below 1 for smaller condition numbers
    draws: int  # of eigenvectors and start
    ratios: tuple[tuple[str, float], ...] = (("", 1e-10), (", early", 1e-2))  # of losses, end to start
    limit: int  # of counted steps: more are taken for so many
    horizon: int = 1000
    seed: int


QUICK = Setting(power=0.5, draws=256, limit=5000, seed=1)
FULL = Setting(draws=2000, limit=500_000, seed=2)
CASES = {"all scales": blocks.HOMOGENEOUS, "one apart": blocks.HALF, "three apart": blocks.HETEROGENEOUS}


def condition(s):
    return 5000.0**s.power


def measure(s):
    """kD and steps to a ratio by draw, as replicas; losses of gradient descent from one set of coefficients."""
    curves, steps, losses = dict[str, Curve](), np.unique(np.geomspace(1, s.horizon, 12).astype(int)), []
    for name in CASES:
        drawn = blocks.draw(np.array(CASES[name]) ** s.power, s.draws, s.seed)
        sizes, ones = np.abs(drawn.gradients), np.ones_like(drawn.gradients)
        found = {"kD": blocks.frozen_conditions(drawn)}
        for (key, diagonals), (when, ratio) in product((("Adam", sizes), ("descent", ones)), s.ratios):
            found[key + when] = np.minimum(blocks.steps_needed(drawn, diagonals, ratio, s.limit), s.limit)
        curves |= {f"{key}; {name}": Curve(np.zeros(1), row[:, None], x_name="case") for key, row in found.items()}
        start = np.linalg.eigh(drawn.hessians[0])[1].sum(axis=1)  # coefficients 1 in all nine directions
        path = quadratics.frozen_path(drawn.hessians[0], ones[0], 2 / (1 + condition(s)), start, steps)
        # Steps do not expand, and each is off by 40 units of the start: 3 of the iterate, whose slow part stays.
        losses.append(exact(steps, path, 2 * condition(s) * 3 * (40 * steps + 400) * 2.0**-53))
        low, high = frozen.scaled_extremes(drawn.hessians[0], sizes[0])
        adam = quadratics.frozen_path(drawn.hessians[0], sizes[0], 2 / (low + high), start, steps)
        curves[f"loss, Adam, {name}"] = exact(steps, adam, 1e-6)
    return curves | {"loss": stacked(losses)}


def predict(s):
    """Loss of gradient descent, by the spectrum alone."""
    steps = np.unique(np.geomspace(1, s.horizon, 12).astype(int))[:, None]
    lam = np.ravel(blocks.HOMOGENEOUS) ** s.power
    loss = (lam * (1 - 2 / (1 + condition(s)) * lam) ** (2 * steps)).sum(axis=1) / 2
    return {"loss": exact(steps[:, 0], loss, 8 * s.horizon * 2.0**-53)}


def checks(s, measured, predicted):
    rival = Rival(claim="Adam's, too", measured=measured["loss, Adam, three apart"])
    yield agrees("gradient descent: one loss for all arrangements", measured["loss"], predicted["loss"], rival=rival)
    hom, half, het = ({key.split(";")[0]: x for key, x in measured.items() if key.endswith(case)} for case in CASES)
    rival = Rival(claim="... where each has its own", measured=het["descent"], predicted=het["Adam"])
    claim = "every scale in every block: gradient descent needs fewer steps than Adam"
    yield ordered(claim, hom["descent"], hom["Adam"], rival=rival, about="median")
    rival = Rival(claim="... to the end", measured=hom["Adam"], predicted=hom["descent"])
    first, second = hom["Adam, early"], hom["descent, early"]
    yield ordered("... though more to a hundredth of the loss", first, second, rival=rival, about="median")
    rival = Rival(claim="... where each block has all", measured=hom["Adam"], predicted=hom["descent"])
    claim = "each block its own scale: Adam needs fewer steps than gradient descent"
    yield ordered(claim, het["Adam"], het["descent"], rival=rival, about="median")
    rival = Rival(claim="... where each has its own", measured=het["kD"])
    yield above("every scale in every block: kD > kappa", hom["kD"], condition(s), rival=rival, about="median")
    for claim, less, more in (("one block apart: less than with none", half, hom), ("three: less still", het, half)):
        rival = Rival(claim="not less", measured=more["kD"], predicted=less["kD"])
        yield ordered(f"{claim} (kD)", less["kD"], more["kD"], rival=rival, about="median")


def figure(s, measured, predicted):
    drawn, (conditions, losses) = plots.panels(2)
    losses.set_ylim(1e-4, 1e9)  # room for the legends
    conditions.set_ylim(-0.03, 1.6)
    for k, name in enumerate(CASES):
        values = np.sort(measured[f"kD; {name}"].samples[:, 0])[:: max(1, s.draws // 200)]
        share = (np.arange(values.size) + 0.5) / values.size
        plots.line(conditions, values, share, k, f"{name}: median {np.median(measured[f'kD; {name}'].samples):.3g}")
        plots.exact_line(losses, measured[f"loss, Adam, {name}"], k, f"Adam, {name}")
    plots.guide(conditions, [condition(s)] * 2, [0, 1], "gradient descent")
    plots.label(conditions, "condition number kD", "share of draws below", f"{s.draws} random problems", log="x")
    plots.prediction(losses, predicted["loss"], "gradient descent, any")
    plots.label(losses, "steps", "loss", "first draw, best step sizes")
    return drawn


if __name__ == "__main__":
    script()

"""Adam's frozen diagonal helps where each block has its own scale, and hurts where every block has every scale.

Nine eigenvalues from 1 to 5000 in three blocks, the paper's two arrangements: gradient descent sees the spectrum alone,
condition number 5000, and loses the same in both. Adam with b1 = 0, b2 = 1 divides by the sizes of the first gradient:
the condition number is then kD of D^(-1/2) H D^(-1/2). Each method at its best step size 2 / (e_min + e_max).
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Curve, Finding, Rival, Source, above, agrees, below, exact, ordered, plots, script, stacked
from theorylab.models.adaptive import blocks, quadratics
from theorylab.models.adaptive.theory import frozen

SOURCE = Source(
    "abstract (block heterogeneity, read); the two arrangements recalled", figure="quadratic cases", kind="read"
)
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "A diagonal preconditioner such as Adam's is no gain by itself: where every block has every scale it makes the "
        "problem worse conditioned than no preconditioner does."
    ),
    case="eigenvalues 1, 99, 4998 | 2, 100, 4999 | 3, 101, 5000: median kD about 8500 over random starts, against 5000",
    check="every scale in every block: gradient descent needs fewer steps than Adam",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    draws: int  # of eigenvectors and start
    ratio: float  # of losses, end to start
    limit: int = 50_000
    horizon: int = 1000
    seed: int


QUICK = Setting(draws=128, ratio=0.03, seed=1)
FULL = Setting(draws=2000, ratio=1e-6, limit=400_000, seed=2)
CASES = {"all scales": blocks.HOMOGENEOUS, "one apart": blocks.HALF, "three apart": blocks.HETEROGENEOUS}
CONDITION = 5000.0


def measure(s):
    """kD and steps to the ratio by draw, as replicas; losses of gradient descent from one set of coefficients."""
    curves, steps = {}, np.unique(np.geomspace(1, s.horizon, 12).astype(int))
    losses = []
    for name, spectra in CASES.items():
        drawn = blocks.draw(spectra, s.draws, s.seed)
        sizes = np.abs(drawn.gradients)
        curves[f"kD, {name}"] = Curve(np.zeros(1), blocks.frozen_conditions(drawn)[:, None], x_name="case")
        for method, diagonals in (("Adam", sizes), ("descent", np.ones_like(sizes))):
            needed = np.minimum(blocks.steps_needed(drawn, diagonals, s.ratio, s.limit), s.limit)
            curves[f"steps, {method}, {name}"] = Curve(np.zeros(1), needed[:, None], x_name="case")
        start = np.linalg.eigh(drawn.hessians[0])[1].sum(axis=1)  # coefficients 1 in all nine directions
        path = quadratics.frozen_path(drawn.hessians[0], np.ones(9), 2 / (1 + CONDITION), start, steps)
        # Steps do not expand, and each is off by 40 units of the start: 3 of the iterate, whose slow part stays.
        losses.append(exact(steps, path, 2 * CONDITION * 3 * (40 * steps + 400) * 2.0**-53))
        low, high = frozen.scaled_extremes(drawn.hessians[0], sizes[0])
        adam = quadratics.frozen_path(drawn.hessians[0], sizes[0], 2 / (low + high), start, steps)
        curves[f"loss, Adam, {name}"] = exact(steps, adam, 1e-6)
    return curves | {"loss": stacked(losses)}


def predict(s):
    """Loss of gradient descent, by the spectrum alone."""
    steps = np.unique(np.geomspace(1, s.horizon, 12).astype(int))[:, None]
    eigenvalues = np.sort(np.ravel(blocks.HOMOGENEOUS))
    loss = (eigenvalues * (1 - 2 / (1 + CONDITION) * eigenvalues) ** (2 * steps)).sum(axis=1) / 2
    return {"loss": exact(steps[:, 0], loss, 8 * s.horizon * 2.0**-53)}


def checks(s, measured, predicted):
    def steps(method, case):
        return measured[f"steps, {method}, {case}"]

    rival = Rival(claim="Adam's, too", measured=measured["loss, Adam, three apart"])
    yield agrees("gradient descent: one loss for all arrangements", measured["loss"], predicted["loss"], rival=rival)
    hom, het = "all scales", "three apart"
    rival = Rival(claim="... where each has its own", measured=steps("descent", het), predicted=steps("Adam", het))
    claim = "every scale in every block: gradient descent needs fewer steps than Adam"
    yield ordered(claim, steps("descent", hom), steps("Adam", hom), rival=rival, about="median")
    rival = Rival(claim="... where each block has all", measured=steps("Adam", hom), predicted=steps("descent", hom))
    claim = "each block its own scale: Adam needs fewer steps than gradient descent"
    yield ordered(claim, steps("Adam", het), steps("descent", het), rival=rival, about="median")
    rival = Rival(claim="... where each has its own", measured=measured[f"kD, {het}"])
    yield above("every scale in every block: kD > 5000", measured[f"kD, {hom}"], CONDITION, rival=rival, about="median")
    rival = Rival(claim="... where one block has its own", measured=measured["kD, one apart"])
    yield below("each block its own scale: kD < 100", measured[f"kD, {het}"], 100.0, rival=rival, about="median")
    rival = Rival(claim="one block apart does as well as three", measured=measured["kD, one apart"], predicted=measured[f"kD, {het}"])  # fmt: skip
    claim = "one block with its own scale: kD is less than with none"
    yield ordered(claim, measured["kD, one apart"], measured[f"kD, {hom}"], rival=rival, about="median")


def figure(s, measured, predicted):
    drawn, (conditions, losses) = plots.panels(2)
    for k, name in enumerate(CASES):
        values = np.sort(measured[f"kD, {name}"].samples[:, 0])[:: max(1, s.draws // 200)]
        share = (np.arange(values.size) + 0.5) / values.size
        plots.line(conditions, values, share, k, f"{name}: median {np.median(measured[f'kD, {name}'].samples):.3g}")
        plots.exact_line(losses, measured[f"loss, Adam, {name}"], k, f"Adam, {name}")
    conditions.axvline(CONDITION, color="black", linestyle=(0, (4, 2)), linewidth=1.2, label="gradient descent")
    plots.label(
        conditions, "condition number kD", "share of draws below", f"{s.draws} draws of eigenvectors and start", log="x"
    )
    plots.prediction(losses, predicted["loss"], "gradient descent, any")
    plots.label(losses, "steps", "loss", "first draw, best step sizes")
    losses.set_ylim(1e-4, 1e6)
    return drawn


if __name__ == "__main__":
    script()

"""With large batches the heavy ball beats SGD at equal numbers of steps; with small ones noise decides, and they tie.

Both have the same step decay and the same noise sigma^2 H / M. The bias of SGD needs kappa steps, that of the heavy
ball sqrt(kappa), and the noise of both comes to the same law (step_decay_noise). So there is a batch M, about where
SGD's bias is its variance, above which momentum pays: SGD's risk stays at its bias, however large the batch. Below,
the noise of the heavy ball is a little larger, and SGD wins by a few percent.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares

SOURCE = Source("abstract and introduction, in words", figure="batch sizes, on a geometric spectrum", kind="read")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int
    condition: float
    horizons: tuple[int, ...]
    most: int = 14  # batches are powers of 4 up to this one
    few: int = 3  # batches at either end
    tie: float = 0.2
    noise_std: float = 100.0
    factor: float = 2.0
    within: float = 0.1


QUICK = Setting(dim=16, condition=16384.0, horizons=(150_000, 200_000, 300_000))
FULL = Setting(dim=64, condition=65536.0, horizons=(500_000, 700_000, 900_000, 1_200_000, 1_500_000))


def batches(s):
    return 4.0 ** np.arange(s.most + 1)


def problem(s):
    lam = np.geomspace(1, 1 / s.condition, s.dim)
    return LeastSquares(lam, np.ones(s.dim), s.noise_std, "additive")


def stages(s, horizon):
    return theory.Stages.step_decay(1.0, s.factor, horizon, s.condition)


def parts(s, momentum):
    """Bias, and noise for batch 1, at the end of every horizon, (horizons, 1) each."""
    ends = [[theory.staged_risk(p, stages(s, T), momentum)[-1] for T in s.horizons]
            for p in (problem(s).bias(), problem(s).variance())]  # fmt: skip
    return np.array(ends)[..., None]


def measure(s):
    curves = {}
    for name, momentum in (("ball", (1 - 1 / (4 * s.condition**0.5)) ** 2), ("sgd", 0.0)):
        bias, noise = parts(s, momentum)
        curves[name] = exact(batches(s), bias + noise / batches(s), 1e-8, "batch")
        curves[f"{name} balance"] = exact(s.horizons, (noise / bias)[:, 0], 1e-8)
    curves["ratio"] = exact(batches(s), curves["ball"].samples / curves["sgd"].samples, 2e-8, "batch")
    return curves


def predict(s):
    lam, sizes = problem(s).eigenvalues, []
    for T in s.horizons:
        plan = stages(s, T)
        length, last = plan.lengths[0], plan.lengths[0] * plan.step_sizes[-1] * lam
        noise = theory.step_decay_noise_leading(s.noise_std**2 * lam, lam, last, s.factor, length)
        # A mode keeps prod (1 - h l)^2K: exp(-2 K l sum of the steps) where it keeps anything.
        bias = 0.5 * lam * np.exp(-2 * length * sum(plan.step_sizes) * lam)
        sizes.append(noise.sum() / bias.sum())
    return {"balance": exact(s.horizons, sizes, 1e-12), "same": exact(s.horizons, np.full(len(sizes), sizes[0]), 1e-12)}


def checks(s, measured, predicted):
    small, large = slice(0, s.few), slice(-s.few, None)
    ball, sgd, ratio = measured["ball"], measured["sgd"], measured["ratio"]
    rival = Rival(claim="with the smallest batches", measured=ball.at(small), predicted=sgd.at(small))
    claim = f"the heavy ball beats SGD with batches of {batches(s)[-s.few]:g} and more"
    yield ordered(claim, ball.at(large), sgd.at(large), rival=rival)
    rival = Rival(claim="with the largest batches", measured=ratio.at(large))
    claim = f"with batches of {batches(s)[s.few - 1]:g} and less they tie, up to {100 * s.tie:g}%"
    yield agrees(claim, ratio.at(small), 1.0, rival=rival, within=s.tie)
    rival = Rival(claim="the same batch at every horizon", predicted=predicted["same"])
    claim = "SGD's bias is its variance at the batch that leading forms give"
    yield agrees(claim, measured["sgd balance"], predicted["balance"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (risks, gain) = plots.panels(2)
    k = len(s.horizons) // 2
    for series, (name, words) in enumerate((("sgd", "SGD"), ("ball", "heavy ball"))):
        row = measured[name].samples[k]
        plots.points(risks, batches(s), row, series, words, linestyle="-", linewidth=0.8)
    risks.axvline(predicted["balance"].mean[k], color="black", linestyle=(0, (4, 2)), label="SGD: bias = variance")
    plots.label(risks, "batch M", "excess risk", f"kappa = {s.condition:g}, T = {s.horizons[k]}")
    for k, T in enumerate(s.horizons):
        plots.points(gain, batches(s), 1 / measured["ratio"].samples[k], k, f"T = {T}", linestyle="-", linewidth=0.8)
    plots.limit(gain, 1.0, "")
    plots.label(gain, "batch M", "risk of SGD / of the heavy ball", "step decay, m tuned to kappa")
    return drawn


if __name__ == "__main__":
    script()

"""The Gauss-Newton-Bartlett estimate is unbiased for the diagonal of the Hessian; what Sophia divides by is not exact.

With labels drawn from the model, B times the squared mean gradient of a batch has the mean of p (1 - p) x^2, exactly:
scores of different samples are uncorrelated. That is the Hessian's diagonal for linear logits. All labels of a batch
are enumerated; draws of the reference step's h test its mean (1 - b2^n) diag and its second moment. One look has a
relative variance near 2, the average with b2 = 0.99 still a hundredth, and 1 / h is more than 1 / E h.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, plots, replicate, script
from theorylab.models.preconditioning import curvature, theory_curvature
from theorylab.models.preconditioning.optimisers import sophia
from theorylab.numerics.streams import generator

SOURCE = Source("the GNB estimator (recalled); identity and moments derived here", kind="derived")
METHOD = sophia.Method(0.0, period=1)


@dataclass(frozen=True, kw_only=True)
class Setting:
    classes: int = 4
    dim: int = 3
    batch: int = 5
    looks: int
    replicas: int
    seed: int


QUICK = Setting(looks=60, replicas=12_000, seed=1)
FULL = Setting(looks=600, replicas=40_000, seed=2)


def problem(s):
    """Inputs of the batch, the model's probabilities, and labels that the data have, of another model."""
    return curvature.drawn_batch(s.batch, s.dim, s.classes, generator(s.seed, 1))


def measure(s):
    inputs, probabilities, data = problem(s)
    mean, variance = curvature.gnb_moments(inputs, probabilities)
    entry = np.arange(mean.size)
    drawn = replicate(curvature.gnb_looks, METHOD, inputs, probabilities, s.looks, x=np.arange(3 * mean.size),
                      replicas=s.replicas, seed=s.seed, x_name="entry")  # fmt: skip
    parts = {name: drawn.at(slice(k * mean.size, (k + 1) * mean.size))
             for k, name in enumerate(("h", "square", "inverse"))}  # fmt: skip
    return parts | {
        "enumerated": exact(entry, mean, 1e-12, "entry"),
        "data": exact(entry, curvature.gnb_estimates(inputs, probabilities, data).ravel(), 1e-12, "entry"),
        "undivided": exact(entry, mean / s.batch, 1e-12, "entry"),
        "look": exact(entry, variance / mean**2, 1e-11, "entry"),
    }


def predict(s):
    inputs, probabilities, _ = problem(s)
    diagonal = theory_curvature.gauss_newton_diagonal(inputs, probabilities).ravel()
    look = theory_curvature.gnb_relative_variance(inputs, probabilities).ravel()
    noise = look * diagonal**2 * theory_curvature.looked_variance(METHOD.curvature_decay, s.looks)
    mean = theory_curvature.looked_share(METHOD.curvature_decay, s.looks) * diagonal
    entry = np.arange(diagonal.size)
    return {
        "diagonal": exact(entry, diagonal, 1e-12, "entry"),
        "look": exact(entry, look, 1e-12, "entry"),
        "h": exact(entry, mean, 1e-12, "entry"),
        "square": exact(entry + diagonal.size, mean**2 + noise, 1e-12, "entry"),
        "square of mean": exact(entry + diagonal.size, mean**2, 1e-12, "entry"),
        "inverse": exact(entry + 2 * diagonal.size, (1 + noise / mean**2 / 2) / mean, 1e-12, "entry"),
        "inverse of mean": exact(entry + 2 * diagonal.size, 1 / mean, 1e-12, "entry"),
    }


def checks(s, measured, predicted):
    for name, words in (("data", "with the labels of the data"), ("undivided", "without the factor B")):
        rival = Rival(claim=words, measured=measured[name])
        claim = f"over all labels: E estimate = Hessian's diagonal, not {words}"
        yield agrees(claim, measured["enumerated"], predicted["diagonal"], rival=rival)
    rival = Rival(claim="the diagonal itself, as if debiased", predicted=predicted["diagonal"])
    yield agrees("drawn: E h = (1 - b2^n) diagonal", measured["h"], predicted["h"], rival=rival)
    rival = Rival(claim="as if an average had no noise", predicted=predicted["square of mean"])
    yield agrees("... E h^2 with the noise that is left", measured["square"], predicted["square"], rival=rival)
    rival = Rival(claim="2, as of a squared normal variable", predicted=2.0)
    claim = "relative variance of a look: 2, and a fourth cumulant that fades as 1 / B"
    yield agrees(claim, measured["look"], predicted["look"], rival=rival)
    rival = Rival(claim="1 / E h", measured=predicted["inverse of mean"])
    claim = "E 1/h exceeds 1 / E h, by half its squared spread at least"
    yield above(claim, measured["inverse"], predicted["inverse"], rival=rival)


def figure(s, measured, predicted):
    drawn, (entries, spreads) = plots.panels(2)
    unit, entry = predicted["diagonal"].mean, measured["enumerated"].x
    plots.points(entries, entry, measured["enumerated"].mean / unit, 0, "labels of the model, all")
    plots.points(entries, entry, measured["data"].mean / unit, 1, "labels of the data")
    plots.points(entries, entry, measured["undivided"].mean / unit, 2, "without the factor B")
    plots.limit(entries, 1.0)
    plots.label(entries, "weight", "estimate / Hessian's diagonal", f"{s.classes} classes, B = {s.batch}", log="y")
    kept = theory_curvature.looked_variance(METHOD.curvature_decay, 10**6)
    for k, (factor, label) in enumerate(((1.0, "one look"), (kept, "average in the long run, b2 = 0.99"))):
        plots.points(spreads, entry, (factor * measured["look"].mean) ** 0.5, k, label)
        plots.limit(spreads, (2 * factor) ** 0.5)
    spreads.set_ylim(0.05, 10)
    plots.label(spreads, "weight", "relative standard deviation", "dashed: of many samples", log="y")
    return drawn


if __name__ == "__main__":
    script()

"""At equal budget warm restarts find the better of two wells no more often than one slow cooling.

f = (x^2 - 1)^2 / 4 + tilt x, gradient noise, start in the worse well. The law of x is that of a chain on cells, known
up to what half as many cells change; paths of SGD agree with it. At each end of a cycle the iterate of a single cosine
over the whole budget has been in the better well more often: what helps is time at a large step. Without a tilt both
wells are alike.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from theorylab import Finding, Rival, Source, agrees, exact, jit, ordered, plots, replicate, script, streams
from theorylab.models.regression import schedules

SOURCE = Source("abstract (restarts for multimodal functions, read); two wells of ours", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence="Restarts do not find the better of two wells more often than one slow cosine of the same length.",
    case="tilt 0.15, noise 2, largest step 0.2, 310 steps in five cycles: 0.74 for restarts, 0.78 for one cosine",
    check="restarts are in the better well more often",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    peak: float = 0.2
    noise_std: float = 2.0
    cycles: int
    cells: int
    replicas: int
    within: float
    seed: int


QUICK = Setting(cycles=3, cells=160, replicas=4000, within=0.02, seed=1)
FULL = Setting(cycles=5, cells=401, replicas=100_000, within=0.01, seed=2)
SIDE, TILT, START = 3.0, 0.15, 0.92
TOPS = {tilt: float(np.sort(np.roots([1.0, 0.0, -1.0, tilt]).real)[1]) for tilt in (0.15, 0.0)}  # between the wells


@jit.kernel
def descend(sizes, points, tilt, noise_std, x, border, stream):
    """Whether x is left of the border after each number of steps, 1.0 or 0.0."""
    normal, out, t = np.empty(1), np.empty(points.size), 0
    for k in range(points.size):
        while t < points[k]:
            streams.fill_normal(stream, normal)
            x -= sizes[t] * (x * x * x - x + tilt + noise_std * normal[0])
            t += 1
        out[k] = 1.0 if x < border else 0.0
    return out


def chain(s, sizes, points, tilt, cells):
    """Probability to be in the left well after each number of steps, by cells of a grid."""
    edges = np.linspace(-SIDE, SIDE, cells + 1)
    law, x, found, inner = np.ones(1), np.array([START]), [], edges[1:-1]
    share = np.clip((TOPS[tilt] - edges[:-1]) / (edges[1] - edges[0]), 0.0, 1.0)
    for t, size in enumerate(sizes, 1):
        after = x - size * (x**3 - x + tilt)
        below = ndtr((inner - after[:, None]) / (size * s.noise_std))
        law, x = np.diff(law @ below, prepend=0.0, append=law.sum()), (edges[1:] + edges[:-1]) / 2
        if t in points:
            found.append(law @ share)
    return np.array(found)


def plans(s):
    """Schedules by name, and the ends of cycles."""
    cycle, ends = schedules.warm_restarts(s.peak, 10, 2, s.cycles)
    return {"restarts": cycle, "cosine": schedules.cosine(s.peak, int(ends[-1]))}, ends


def measure(s):
    (sizes, ends), curves = plans(s), {}
    for name, row in sizes.items():
        found = replicate(descend, row, ends, TILT, s.noise_std, START, TOPS[TILT], x=ends, replicas=s.replicas,
                          seed=s.seed)  # fmt: skip
        curves[f"{name}, paths"] = found.bounded(0.0, 1.0)
        for key, tilt in ((name, TILT), (f"{name}, no tilt", 0.0)):
            fine, coarse = (chain(s, row, ends, tilt, cells) for cells in (s.cells, s.cells // 2))
            curves[key] = exact(ends, fine, np.abs(fine / coarse - 1))
    return curves


def checks(s, measured, predicted):
    restarts, cosine = measured["restarts"], measured["cosine"]
    for name, other in (("restarts", "cosine"), ("cosine", "restarts")):
        rival = Rival(claim=f"those of the {other}", predicted=measured[other])
        claim = f"{name}: shares of paths in the better well are the chain's"
        yield agrees(claim, measured[f"{name}, paths"], measured[name], rival=rival, within=s.within)
    rival = Rival(claim="one cosine is", measured=restarts, predicted=cosine)
    claim = "at the ends restarts are in the better well more often than one cosine"
    yield ordered(claim, cosine, restarts, rival=rival, declared="refuted")
    half = exact(cosine.x[-1:], [0.5], ulps=1)
    rival = Rival(claim="without a tilt, too", measured=half, predicted=measured["cosine, no tilt"].at([-1]))
    yield ordered("the better well is found by more than a half, one cosine", half, cosine.at([-1]), rival=rival)


def figure(s, measured, predicted):
    drawn, (wells, sizes) = plots.panels(2)
    for k, (name, text) in enumerate((("restarts", "warm restarts"), ("cosine", "one cosine"))):
        plots.measurement(wells, measured[f"{name}, paths"], k, f"{text}, paths")
        plots.guide(wells, measured[name].x, measured[name].mean, "" if k else "chain")
        row = plans(s)[0][name]
        plots.line(sizes, np.arange(row.size), row, k, text)
    plots.label(wells, "steps (ends of cycles)", "probability of the better well", "start in the worse well", log="x")
    plots.label(sizes, "steps", "step size", "the two schedules", log="")
    sizes.set_ylim(top=1.3 * s.peak)
    return drawn


if __name__ == "__main__":
    script()

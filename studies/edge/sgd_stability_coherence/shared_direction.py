"""m of n samples share a direction: the limit is 2 m / (m + n/B - 1), and shows how loose the coherence criterion is.

A step multiplies the shared direction by 1 - step size k / B, k the shared samples in the batch: in units of 1 / l_1(H)
the limit is 2 (E k)^2 / E k^2, however batches are drawn. sigma = m. Of the criterion min(2, sigma (n/B - 1)^-1/2) it
is half at least from sigma = n/B on, and 2 (n/B)^-1/2 at sigma = 1. It rises with B, also for random samples.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Power, Rival, Source, above, agrees, decays_as, exact, log_steps, monotone, plots, script, stacked
from theorylab.models.edge import operators
from theorylab.models.edge.ensembles import random_hessians
from theorylab.models.edge.operators import SAMPLINGS, LinearisedSGD

SOURCE = Source("converse (stable Hessians for every whole sigma, recalled); family derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    families: tuple[tuple[int, int, int], ...] = ((6, 1, 2), (6, 3, 1), (6, 5, 3), (10, 4, 2))  # n, m, B
    counts: tuple[int, ...] = (12, 20, 40)  # n of the map over sigma and n/B
    problems: int
    seed: int


QUICK = Setting(problems=4, seed=1)
FULL = Setting(families=((6, 1, 2), (6, 3, 1), (12, 4, 2), (14, 7, 5)), counts=(12, 24, 60), problems=100, seed=2)


def along(count, shared, batch):
    """Limit and criterion, both in units of 1 / l_1(H), by coins and along the shared direction."""
    p = LinearisedSGD.sharing(count, shared, batch, "bernoulli", private=False)
    return operators.critical_step_size(p) * p.sharpness, operators.criterion_step_size(p) * p.sharpness


def limits(given):
    return np.array([(operators.critical_step_size(p), operators.critical_rounding(p)) for p in given]).T


def in_batch(s):
    """Limits of random problems at B = 1, ..., n, a row each, and the same divided by B."""
    sizes, pairs = np.arange(1, 7), []
    for k, sampling in product(range(s.problems), SAMPLINGS[:2]):
        hessians = random_hessians(6, 3, 1 + k % 3, 0.5, 1000 * s.seed + k)
        steps, rounding = limits([LinearisedSGD(hessians, int(size), sampling) for size in sizes])
        pairs.append([exact(sizes, steps / by, rounding, "batch size") for by in (1, sizes)])
    rows, scaled = (stacked(column) for column in zip(*pairs, strict=True))
    return rows.drawn_from("random samples"), scaled


def measure(s):
    n, ratios = s.counts[-1], log_steps(4, 10_000, 30)
    loads = np.array([along(n, m, 2)[0] for m in range(1, n + 1)])
    pairs = [(n, m, b) for n in s.counts for b in (1, 2, 3) for m in range(1, n + 1)]
    share, coherent = np.array([(np.divide(*along(n, m, b)), m >= n / b) for n, m, b in pairs]).T
    alone, sigma = [np.divide(*along(int(x), 1, 1)) for x in ratios], np.arange(1, n + 1)
    whole = [LinearisedSGD.sharing(n, m, b, sampling) for (n, m, b), sampling in product(s.families, SAMPLINGS)]
    steps, rounding = limits(whole)
    return dict(zip(("batch", "per sample"), in_batch(s), strict=True)) | {
        "family": exact(range(len(whole)), steps * [p.sharpness for p in whole], rounding + 1e-14, "setting"),
        "sigma": exact(sigma, loads, ulps=256, x_name="sigma"),
        "one sample": exact(sigma, loads * n / sigma, ulps=256, x_name="sigma"),
        "coherent": exact(range(sum(coherent > 0)), share[coherent > 0], ulps=256, x_name="setting"),
        "others": exact(range(sum(coherent == 0)), share[coherent == 0], ulps=256, x_name="setting"),
        "alone": exact(ratios, alone, ulps=16 * ratios[-1], x_name="n / B"),
    }  # fmt: skip


def predict(s):
    cases = list(product(s.families, range(3)))
    rows = [[operators.shared_critical_load(m, n, b, SAMPLINGS[k - i]) for (n, m, b), k in cases] for i in (0, 1)]
    return {"family": exact(range(len(cases)), rows[0], ulps=16, x_name="setting"),
            "other sampling": exact(range(len(cases)), rows[1], ulps=16, x_name="setting")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="with another way to draw batches", predicted=predicted["other sampling"])
    yield agrees("limit = 2 (E k)^2 / E k^2 / l_1(H)", measured["family"], predicted["family"], rival=rival)
    rival = Rival(claim="as fast as B: limit / B rises", measured=measured["per sample"])
    yield monotone("the limit rises with B", measured["batch"], rival=rival, direction="increasing")
    rival = Rival(claim="also in units of a sample's sharpness", measured=measured["one sample"])
    yield monotone("limit x l_1(H) rises with sigma", measured["sigma"], rival=rival, direction="increasing")
    rival = Rival(claim="also for sigma < n/B", measured=measured["others"])
    yield above("sigma >= n/B: half the criterion at least", measured["coherent"], 0.5, rival=rival)
    stays = Rival(claim="it stays", predicted=Power(0))
    yield decays_as("sigma = 1: limit / criterion ~ (n/B)^-1/2", measured["alone"], Power(-0.5), rival=stays)


def figure(s, measured, predicted):
    drawn, (loads, share) = plots.panels(2)
    n, sigma = s.counts[-1], measured["sigma"].x
    plots.points(loads, sigma, measured["sigma"].mean, 0, "limit: radius 1", markersize=2.5)
    plots.guide(loads, sigma, operators.shared_critical_load(sigma, n, 2, "bernoulli"), "2 σ / (σ + n/B - 1)")
    plots.line(loads, sigma, [along(n, int(m), 2)[1] for m in sigma], 1, "criterion")
    plots.label(loads, "coherence σ = m", "critical step size x l_1(H)", f"n = {n}, B = 2", log="")
    ratios, sigmas, b = range(1, 41), range(1, 61), 4
    values = [[np.divide(*along(x * b, m, b)) if m <= x * b else np.nan for x in ratios] for m in sigmas]
    plots.image(share, values, (0.5, 40.5, 0.5, 60.5), (0, 1), "limit / criterion")
    plots.guide(share, ratios, ratios, "σ = n/B")
    plots.label(share, "n / B", "coherence σ = m", f"how tight the criterion is, B = {b}", log="")
    share.set_aspect("auto")
    return drawn


if __name__ == "__main__":
    script()

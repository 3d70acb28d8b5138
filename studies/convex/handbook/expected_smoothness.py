"""Minibatches without replacement: noise and smoothness interpolate L and Lmax; max(L, Lmax/b) is broken, by up to two.

Over subsets of size b of n quadratics E|grad f_B(x) - grad f_B(x*)|^2 <= 2 L_b gap with L_b = n(b-1)/(b(n-1)) L +
(n-b)/(b(n-1)) Lmax, an equality for rank-one functions of one Lmax; the noise at the solution is (n-b)/(b(n-1)) s. The
shorter max(L, Lmax/b) fails for f_i = x_1^2/2, x_1^2/2, x_2^2/2, x_2^2/2 and b = 2, by 4/3: b groups of n/b equal
functions break it by 1 + (b-1)(n-b)/(b(n-1)), the most possible, below 2. Here every subset is enumerated.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, below, exact, plots, script
from theorylab.models.convex import batches, theory

SOURCE = Source("minibatch SGD: constants of noise and expected smoothness, derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "The expected smoothness of batches without replacement is not max(L, Lmax/b): groups of equal functions break "
        "that by 1 + (b-1)(n-b)/(b(n-1)), below 2, and nothing breaks it by more."
    ),
    case="f_i = x_1^2/2, x_1^2/2, x_2^2/2, x_2^2/2 in batches of 2: the constant is 2/3, not max(1/2, 1/2)",
    check="expected smoothness <= max(L, Lmax/b)",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    groups: tuple[tuple[int, int], ...]  # n and b, b a divisor of n
    families: int
    size: int
    seed: int


QUICK = Setting(groups=((4, 2), (6, 2), (6, 3), (9, 3)), families=12, size=5, seed=1)
FULL = Setting(groups=((4, 2), (8, 2), (6, 3), (9, 3), (12, 3), (8, 4), (16, 4)), families=400, size=6, seed=2)


def families(s):
    return batches.random_families(s.families, s.size, 3, s.seed)


def constants(s, equal):
    """Smoothness, L and Lmax of the random families, (3, families, batch sizes); all of one Lmax or not."""
    each = [rows / np.linalg.norm(rows, axis=1, keepdims=True) ** equal for rows, _ in families(s)]
    found = [[batches.smoothness(a[:, :, None] * a[:, None], b) for b in range(1, s.size + 1)] for a in each]
    return np.array(found).transpose(2, 0, 1)


def curve(s, values):
    x = np.arange(1, values.shape[1] + 1)
    return exact(x, values, ulps=20_000, x_name="batch").drawn_from("random rank-one families")


def measure(s):
    found = [batches.smoothness(batches.grouped(n, b), b).expected for n, b in s.groups]
    noise = np.array([[batches.noise(rows, y, b) for b in range(1, s.size)] for rows, y in families(s)])
    return {"groups": exact(np.arange(len(found)), found, ulps=1000, x_name="case"), "noise": curve(s, noise),
            "families": curve(s, constants(s, False)[0]), "equal": curve(s, constants(s, True)[0])}  # fmt: skip


def predict(s):
    b, (n, batch), form = np.arange(1, s.size + 1), np.array(s.groups).T, theory.expected_smoothness
    shorter = 1 / batch  # of groups: L = 1/b, Lmax = 1
    (_, L, most), (_, level, one) = constants(s, False), constants(s, True)
    alone = np.array([[batches.noise(rows, y, 1)] for rows, y in families(s)])
    rows = {"families": form(L, most, s.size, b), "families, shorter": np.maximum(L, most / b),
            "equal": form(level, one, s.size, b), "equal, shorter": np.maximum(level, one / b),
            "noise": theory.minibatch_noise(alone, s.size, b[:-1]), "replaced": alone / b[:-1]}  # fmt: skip
    cases = {"groups": shorter * theory.grouped_smoothness_ratio(n, batch), "groups, shorter": shorter,
             "groups, full": form(shorter, 1.0, n, batch), "groups, 1.3": 1.3 * shorter}  # fmt: skip
    curves = {name: exact(np.arange(n.size), x, ulps=32, x_name="case") for name, x in cases.items()}
    return curves | {name: curve(s, values) for name, values in rows.items()}


def checks(s, measured, predicted):
    groups = measured["groups"]
    rival = Rival(claim="... <= L_b", predicted=predicted["groups, full"])
    shorter = predicted["groups, shorter"]
    yield below("expected smoothness <= max(L, Lmax/b)", groups, shorter, rival=rival, declared="refuted")
    rival = Rival(claim="by 1.3", predicted=predicted["groups, 1.3"])
    yield agrees("groups break it by 1 + (b-1)(n-b)/(b(n-1))", groups, predicted["groups"], rival=rival)
    rival = Rival(claim="max(L, Lmax/b)", predicted=predicted["families, shorter"])
    yield below("... <= L_b on random families", measured["families"], predicted["families"], rival=rival)
    rival = Rival(claim="max(L, Lmax/b)", predicted=predicted["equal, shorter"])
    yield agrees("= L_b where all L_i are equal and of rank one", measured["equal"], predicted["equal"], rival=rival)
    rival = Rival(claim="s/b, with replacement", predicted=predicted["replaced"])
    yield agrees("noise of a batch = (n-b)/(b(n-1)) s", measured["noise"], predicted["noise"], rival=rival)


def figure(s, measured, predicted):
    (drawn, (left, right)), (n, b) = plots.panels(2), np.array(s.groups).T
    for k, batch in enumerate(np.unique(b)):
        x = np.arange(batch, max(n) + 1)
        plots.points(left, n[b == batch], (measured["groups"].mean * b)[b == batch], k, f"b = {batch}, enumerated")
        plots.line(left, x, theory.grouped_smoothness_ratio(x, batch), k)
    plots.limit(left, 2.0, "limit 2")
    left.set_ylim(0.95, 2.7)
    plots.label(left, "components n", "constant / max(L, Lmax/b)", "b groups of n/b equal functions", log="")
    for k, (name, text) in enumerate((("families", "over L_b"), ("families, shorter", "over max(L, Lmax/b)"))):
        ratio = measured["families"].samples / predicted[name].samples
        plots.points(right, measured["families"].x, ratio.max(axis=0), k, text)
    right.set_ylim(0.5, 1.7)
    plots.label(right, "batch b", "largest constant / form", f"{s.families} random families, n = {s.size}", log="")
    return drawn


if __name__ == "__main__":
    script()

"""A smoothed loss is min(a (2/pi)^(1/2) / s, b)-smooth: |w| attains the first, and nothing in between is exceeded.

s is the least standard deviation of the Gaussian, a the Lipschitz constant before smoothing, b the smoothness, infinite
for |w|. The second derivative of the smoothed loss is (1/s) E L'(w + s e) e. It falls as 1 / s, not as 1 / s^2. Huber's
function, of slope clip(b w, -a, a), goes from b to the other bound as s grows. Sums of kinks are tried at random.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.integrate import quad

from theorylab import Rival, Source, agrees, below, exact, plots, script
from theorylab.models.gossip import theory
from theorylab.numerics.streams import generator

SOURCE = Source("smoothing makes gradients Lipschitz (recalled); the constant is derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    spreads: tuple[float, ...] = (0.05, 0.2, 0.8, 3.0)
    lipschitz: float = 1.5
    smoothness: float = 4.0
    losses: int  # random ones
    seed: int


QUICK = Setting(losses=20, seed=1)
FULL = Setting(spreads=tuple(np.geomspace(0.03, 6, 24)), losses=400, seed=2)


def curvature(slope, place, spread, kinks):
    """(1 / s) E L'(w + s e) e, by quadrature between the kinks of L'."""
    ends = np.unique(np.clip([-9.0, *(np.asarray(kinks) - place) / spread, 9.0], -9.0, 9.0))

    def weighted(e):
        return slope(place + spread * e) * e * np.exp(-(e**2) / 2)

    pieces = [quad(weighted, low, high, epsabs=1e-12)[0] for low, high in pairwise(ends)]
    return sum(pieces) / (2 * np.pi) ** 0.5 / spread


def random_shares(s):
    """Curvature over the bound, for a-Lipschitz sums of kinks; the first loss is a |w| at its kink."""
    draws, rows = generator(s.seed), [curvature(lambda x: s.lipschitz * np.sign(x), 0.0, 1.0, [0.0])]
    spreads = [1.0]
    for _ in range(s.losses):
        sizes, places, spread = draws.standard_normal(3), draws.standard_normal(3), float(draws.uniform(0.1, 3))
        sizes *= s.lipschitz / np.abs(sizes).sum()
        rows.append(
            abs(curvature(lambda x, c=sizes, t=places: c @ np.sign(x - t), draws.standard_normal(), spread, places))
        )
        spreads.append(spread)
    bound = theory.smoothness_bound(s.lipschitz, np.inf, np.array(spreads))
    return exact([0], (np.array(rows) / bound)[:, None], 1e-8, "loss").drawn_from("random kinks", s.losses)


def measure(s):
    a, b = s.lipschitz, s.smoothness
    kink = [curvature(lambda x: a * np.sign(x), 0.0, spread, [0.0]) for spread in s.spreads]
    huber = [curvature(lambda x: np.clip(b * x, -a, a), 0.0, spread, [-a / b, a / b]) for spread in s.spreads]
    rows = {"kink": kink, "huber": huber}
    return {name: exact(s.spreads, row, 1e-8, "spread s") for name, row in rows.items()} | {"random": random_shares(s)}


def predict(s):
    spreads = np.array(s.spreads)
    rows = {
        "kink": theory.smoothness_bound(s.lipschitz, np.inf, spreads),
        "huber": theory.smoothness_bound(s.lipschitz, s.smoothness, spreads),
        "squared": s.lipschitz / spreads**2,
        "first": 0.9 * theory.smoothness_bound(s.lipschitz, s.smoothness, spreads),
    }
    return {name: exact(spreads, row, ulps=8, x_name="spread s") for name, row in rows.items()}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="a / s^2", predicted=predicted["squared"])
    yield agrees("a |w| has curvature a (2/pi)^(1/2) / s at its kink", measured["kink"], predicted["kink"], rival=rival)
    rival = Rival(claim="10% less", predicted=predicted["first"])
    claim = "Huber's function stays below both bounds"
    yield below(claim, measured["huber"], predicted["huber"], rival=rival)
    rival = Rival(claim="10% less", predicted=0.9)
    yield below("sums of kinks stay below a (2/pi)^(1/2) / s", measured["random"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, s.spreads, measured["kink"].mean, 0, "a |w|")
    plots.points(axes, s.spreads, measured["huber"].mean, 1, "Huber")
    plots.prediction(axes, predicted["huber"], "min(a (2/π)^½ / s, b)")
    plots.label(axes, "spread s", "curvature at 0", f"a = {s.lipschitz:g}, b = {s.smoothness:g}")
    return drawn


if __name__ == "__main__":
    script()

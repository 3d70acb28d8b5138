"""The best step size rises when the minimiser jumps, the more the further; without shift it falls as 1/t.

Best steps are greedy (greedy_schedule): h = v / (k1 v + k2), v' = v - v^2 / (k1 v + k2) + gamma^2. Without shift v t
-> k2, h t -> 1, and the regret gains k2 / 2 per unit of log T, where constant steps lose in proportion to T.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, decays_as, exact, monotone, ordered, plots, script
from theorylab.models.regression import theory

SOURCE = Source("abstract (rates go up under shift), read; limits derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    dim: int = 20
    batch: int = 4
    noise_std: float = 1.0
    start: float = 4.0
    jump_at: int = 60
    jumps: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)  # gamma
    first: int = 4  # powers of 10 of the horizons without shift
    last: int
    within: float = 2e-2


QUICK, FULL = Setting(last=6), Setting(dim=100, batch=8, jump_at=300, first=5, last=8)


def horizons(s):
    return np.geomspace(10**s.first, 10**s.last, 2 * (s.last - s.first) + 1).astype(int)


def best(s, walks, noise_variance=1.0):
    """Greedy step sizes, and v before each step."""
    k1, k2 = theory.shift_constants(s.dim, s.batch, noise_variance * s.noise_std**2)
    return theory.greedy_schedule(k1, k2, walks, s.start)


def around_jump(s, gamma, noise_variance=1.0):
    """The best step sizes just before and after a jump by gamma."""
    return best(s, np.where(np.arange(s.jump_at + 2) == s.jump_at, gamma**2, 0.0), noise_variance)[0][-2:]


def measure(s):
    jumps, x = np.array(s.jumps), horizons(s)
    before, after = np.array([around_jump(s, gamma) for gamma in s.jumps]).T
    calm, later = np.array([around_jump(s, 0.0) for _ in s.jumps]).T
    noisy = [around_jump(s, 1.0, 10.0**k)[1] for k in range(jumps.size)]
    columns = {"before": before, "after": after, "calm": calm, "later": later, "noisy": noisy}
    curves = {name: exact(jumps, values, ulps=4 * s.jump_at, x_name="jump") for name, values in columns.items()}
    sizes, values = best(s, np.zeros(x[-1] + 1))
    regret = np.append(0.0, values.cumsum() / 2)
    for name, row in {"v t": values[x] * x, "h t": sizes[x] * x, "best": regret[x]}.items():
        curves[name] = exact(x, row, ulps=2**30)
    curves["gain"] = exact(x[1:], np.diff(regret[x]) / np.diff(np.log(x)), ulps=2**30)
    k1, k2 = 1 + (s.dim + 1) / s.batch, s.noise_std**2 * s.dim / s.batch
    keep, fresh = 1 - 0.75 / k1, k2 / (4 * k1**2)  # of a step 1 / (2 k1)
    limit = fresh / (1 - keep)
    return curves | {"constant": exact(x, (limit * x + (s.start - limit) * (1 - keep**x) / (1 - keep)) / 2, ulps=2**10)}


def predict(s):
    x, k2 = horizons(s), s.noise_std**2 * s.dim / s.batch
    limits = {"v t": k2, "v t, rival": 2 * k2, "h t": 1.0, "h t, rival": 0.5}
    curves = {name: exact(x, value + 0.0 * x, ulps=4) for name, value in limits.items()}
    return curves | {
        name: exact(x[1:], value + 0.0 * x[1:], ulps=4) for name, value in (("gain", k2 / 2), ("gain, rival", k2))
    }


def checks(s, measured, predicted):
    before, after = measured["before"], measured["after"]
    rival = Rival(claim="without a jump too", measured=measured["calm"], predicted=measured["later"])
    yield ordered("the best step is larger after a jump than before", before, after, rival=rival)
    rival = Rival(claim="and with the label noise", measured=measured["noisy"])
    yield monotone("the further the jump, the larger", after, rival=rival, direction="increasing")
    words = {"v t": ("v t -> k2", "2 k2"), "h t": ("h t -> 1", "1/2"), "gain": ("regret gains k2 / 2 per log T", "k2")}
    for name, (claim, other) in words.items():
        rival = Rival(claim=other, predicted=predicted[f"{name}, rival"])
        yield agrees(f"without shift: {claim}", measured[name], predicted[name], rival=rival, within=s.within)
    rival = Rival(claim="as log T, as the best steps' does", predicted=Power(0, 1))
    yield decays_as("without shift: regret of constant steps as T", measured["constant"], Power(1), rival=rival)


def figure(s, measured, predicted):
    drawn, (jump, still) = plots.panels(2)
    for k, gamma in enumerate(s.jumps[::2]):
        walks = np.where(np.arange(2 * s.jump_at) == s.jump_at, gamma**2, 0.0)
        plots.line(jump, np.arange(walks.size), best(s, walks)[0], k, f"jump {gamma:g}")
    plots.label(jump, "round", "best step size", f"d = {s.dim}, B = {s.batch}", log="y")
    for k, name in enumerate(("best", "constant")):
        plots.points(still, measured[name].x, measured[name].mean, k, f"{name} steps")
    plots.label(still, "horizon T", "regret", "without shift")
    return drawn


if __name__ == "__main__":
    script()

"""Over O(1 / eta^2) steps SGD with and without momentum slide down a valley of minima at one pace.

On (u v - sigma xi)^2 / 2, label noise xi, all points with v = 0 are minima, the flatter the smaller u. From (1, 0) u_k
follows exp(-eta^2 sigma^2 k / 2) for any beta, as eta -> 0. For SGD a step multiplies u^2 - v^2 by 1 - eta^2 g^2
exactly, g the residual, so that its mean is known to order eta^2, and differs from exp(-eta^2 sigma^2 k) at order eta.
SGD with the small step size (1 - beta) eta, momentum's own factor, is slower by (1 - beta)^2.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Rival, Source, agrees, exact, ordered, plots, script
from theorylab.curves import Curve
from theorylab.models.quadratics import simulation
from theorylab.models.quadratics.theory import momentum

SOURCE = Source("Theorem 4.5, in words (read); the valley and its laws derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_sizes: tuple[float, ...]
    time: float = 2.0  # eta^2 sigma^2 k
    noise_std: float = 1.0
    beta: float = 0.9
    within: float  # of the limit, at the smallest step size
    balance: float  # of the balance's mean at order eta, at the smallest step size
    replicas: int
    seed: int


QUICK = Setting(step_sizes=(0.2, 0.1, 0.0625), within=0.12, balance=0.012, replicas=2500, seed=1)
FULL = Setting(step_sizes=(0.2, 0.1, 0.05, 0.025, 0.0125), within=0.035, balance=0.002, replicas=20_000, seed=2)


def horizon(s, eta):
    return round(s.time / (eta * s.noise_std) ** 2)


def ends(s, beta, factor=1.0):
    """u and u^2 - v^2 at the end, one point a step size; one seed, so that the methods see one noise."""
    rows = []
    for eta in s.step_sizes:
        run = simulation.label_noise(s.noise_std, factor * eta, beta, [horizon(s, eta)], replicas=s.replicas,
                                     seed=s.seed)  # fmt: skip
        rows.append((run["u"].samples[:, 0], run["v"].samples[:, 0]))
    u, v = (np.array([row[part] for row in rows]).T for part in (0, 1))
    return {name: Curve(np.array(s.step_sizes), samples, x_name="step size")
            for name, samples in (("u", u), ("balance", u**2 - v**2))}  # fmt: skip


def measure(s):
    runs = {"SGD": ends(s, 0.0), "momentum": ends(s, s.beta), "small steps": ends(s, 0.0, 1 - s.beta)}
    curves = {f"{what}, {name}": curve for name, run in runs.items() for what, curve in run.items()}
    gap = np.abs(curves["balance, momentum"].samples - curves["balance, SGD"].samples)
    return curves | {"gap": replace(curves["u, SGD"], samples=gap)}


def predict(s):
    eta = np.array(s.step_sizes)
    balance = [momentum.label_noise_balance(x, s.time) for x in s.step_sizes]
    return {
        "u": exact(eta, np.full(eta.size, np.exp(-s.time / 2)), ulps=2, x_name="step size"),
        "slow": exact(eta, np.full(eta.size, np.exp(-((1 - s.beta) ** 2) * s.time / 2)), ulps=2, x_name="step size"),
        "balance": exact(eta, balance, 1e-12, x_name="step size"),
        "leading": exact(eta, np.full(eta.size, np.exp(-s.time)), ulps=2, x_name="step size"),
    }


def checks(s, measured, predicted):
    small = measured["u, SGD"].x == min(s.step_sizes)
    for name in ("SGD", "momentum"):
        rival = Rival(claim="slower by (1 - beta)^2", predicted=predicted["slow"].at(small))
        claim = f"u_k near exp(-eta^2 sigma^2 k / 2), {name}"
        yield agrees(claim, measured[f"u, {name}"].at(small), predicted["u"].at(small), rival=rival, within=s.within)
    rival = Rival(claim="exp(-eta^2 sigma^2 k)", predicted=predicted["leading"].at(small))
    claim = "E (u^2 - v^2) of SGD, to order eta"
    yield agrees(claim, measured["balance, SGD"].at(small), predicted["balance"].at(small), rival=rival,
                 within=s.balance)  # fmt: skip
    rival = Rival(claim="near exp(-eta^2 sigma^2 k / 2)", predicted=predicted["u"])
    claim = "SGD at (1 - beta) eta: slower by (1 - beta)^2"
    yield agrees(claim, measured["u, small steps"], predicted["slow"], rival=rival, within=0.05)
    half = [measured["gap"].at([k]) for k in (-1, 0)]
    half = [replace(curve, x=np.zeros(1)) for curve in half]
    rival = Rival(claim="grows", measured=half[1], predicted=half[0])
    claim = f"momentum comes nearer to SGD, run by run, from eta = {max(s.step_sizes):g} to {min(s.step_sizes):g}"
    yield ordered(claim, half[0], half[1], rival=rival)


def figure(s, measured, predicted):
    drawn, (slides, balances) = plots.panels(2)
    for k, (name, text) in enumerate(
        (("SGD", "SGD"), ("momentum", f"β = {s.beta:g}"), ("small steps", "SGD at (1 - β) η"))
    ):
        plots.measurement(slides, measured[f"u, {name}"], k, text)
    plots.prediction(slides, predicted["u"], "exp(-η²σ²k / 2)")
    plots.prediction(slides, predicted["slow"])
    plots.label(slides, "step size η", f"u_k / u_0 at η²σ²k = {s.time:g}", "label noise on (uv - σξ)² / 2", log="x")
    for k, (name, text) in enumerate((("SGD", "SGD"), ("momentum", f"β = {s.beta:g}"))):
        plots.measurement(balances, measured[f"balance, {name}"], k, text)
    plots.prediction(balances, predicted["balance"], "SGD, to order η")
    plots.line(balances, s.step_sizes, predicted["leading"].mean, 4, "exp(-η²σ²k)")
    plots.label(balances, "step size η", "E (u² - v²)", "the balance of u and v", log="x")
    return drawn


if __name__ == "__main__":
    script()

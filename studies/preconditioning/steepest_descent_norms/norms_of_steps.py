"""In each norm a step of steepest descent takes |G|_*^2 / (2 L) off, L the smoothness in that norm; Shampoo's is U V^T.

Least squares f(W) = |W A - B|_F^2 / 2 and four norms: Frobenius; spectral, where L is the sum of the min(m, n) largest
eigenvalues of A A^T, and the largest one is none; largest column; largest entry. (G G^T)^(-1/4) G (G^T G)^(-1/4) is the
orthogonal factor for every shape and rank. Layers under one modular norm max_l s_l |W_l| share one step.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, below, exact, plots, script
from theorylab.models.preconditioning import spectral
from theorylab.numerics.streams import generator

SOURCE = Source("steepest descent under norms (read); constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    shape: tuple[int, int] = (5, 8)
    steps: int = 40
    matrices: int
    seed: int


QUICK = Setting(matrices=100, seed=1)
FULL = Setting(steps=200, matrices=5000, seed=2)


def problem(s):
    draws = generator(s.seed, 1)
    return draws.standard_normal((s.shape[1], s.shape[1] + 4)), draws.standard_normal((s.shape[0], s.shape[1] + 4))


def factors(s):
    """Distances of Shampoo's direction from U V^T for random shapes and ranks, powers -1/4 and -1/2."""
    draws, rows = generator(s.seed, 2), []
    for m, n, rank in draws.integers(1, 7, (s.matrices, 3)):
        gradient = draws.standard_normal((m, rank)) @ draws.standard_normal((rank, n))
        u, sizes, v = np.linalg.svd(gradient, full_matrices=False)
        factor = u @ (v * (sizes > 1e-9 * sizes[0])[:, None])
        rows.append([np.abs(spectral.shampoo_direction(gradient, p) - factor).max() for p in (-0.25, -0.5)])
    return np.array(rows).T


def slopes(s):
    """tr(D S D^T) for random orthogonal D, the last on the top eigenvectors."""
    gram, draws, m = problem(s)[0] @ problem(s)[0].T, generator(s.seed, 3), s.shape[0]
    found = [np.linalg.qr(draws.standard_normal((s.shape[1], m)))[0] for _ in range(s.matrices)]
    found.append(np.linalg.eigh(gram)[1][:, -m:])
    return np.array([(d * (gram @ d)).sum() for d in found])


def modular(s):
    """Value of the modular step of three layers, and the duals of the layers."""
    layers = [generator(s.seed, 4 + k).standard_normal(shape) for k, shape in enumerate(((3, 4), (4, 2), (2, 2)))]
    return spectral.modular_value(layers, np.array([1.0, 2.0, 0.5]))


def measure(s):
    (inputs, targets), steps, numbers = problem(s), np.arange(s.steps), np.arange(s.matrices)
    constants = {norm: spectral.smoothness(norm, inputs @ inputs.T, s.shape[0]) for norm in spectral.NORMS}
    runs = {n: spectral.promised_falls(n, inputs, targets, s.steps, c) for n, c in constants.items()}
    found, wrong = factors(s), spectral.promised_falls("spectral", inputs, targets, 3, constants["frobenius"])
    return {norm: exact(steps, run, 1e-9) for norm, run in runs.items()} | {
        "wrong": exact(steps[:3], wrong, 1e-9),
        "factors": exact(numbers, found[0], 1e-3, "matrix").drawn_from("random matrices"),
        "squares": exact(numbers, found[1], 1e-3, "matrix").drawn_from("random matrices"),
        "slopes": exact(numbers, slopes(s)[:-1], 1e-12, "direction").drawn_from("random directions"),
        "top": exact([0], slopes(s)[-1:], 1e-12, "direction"),
        "modular": exact([0], [modular(s)[0]], 1e-12, "step"),
    }


def predict(s):
    gram, duals = problem(s)[0] @ problem(s)[0].T, modular(s)[1]
    most, largest = (spectral.smoothness(norm, gram, s.shape[0]) for norm in ("spectral", "frobenius"))
    values = {"most": most, "largest": largest, "trace": np.trace(gram), "modular": -(duals.sum() ** 2) / 2,
              "apart": -(duals**2).sum() / 2}  # fmt: skip
    return {name: exact([0], [value], 1e-12) for name, value in values.items()}


def checks(s, measured, predicted):
    rival = Rival(claim="powers -1/2", measured=measured["squares"])
    yield below("Shampoo without memory: U V^T, any shape and rank", measured["factors"], 1e-6, rival=rival)
    for norm in spectral.NORMS:
        rival = Rival(claim="spectral steps with the largest eigenvalue for L", measured=measured["wrong"])
        yield above(f"{norm}: f falls by |G|_*^2 / (2 L) or more", measured[norm], 1.0, rival=rival)
    ky_fan, largest, trace = (float(predicted[name].mean[0]) for name in ("most", "largest", "trace"))
    rival = Rival(claim="the largest eigenvalue", predicted=largest)
    yield below("no orthogonal step is steeper than the Ky Fan sum", measured["slopes"], ky_fan, rival=rival)
    rival = Rival(claim="the trace", predicted=trace)
    yield agrees("... which the top eigenvectors attain", measured["top"], ky_fan, rival=rival)
    rival = Rival(claim="each layer for itself", predicted=predicted["apart"])
    yield agrees("layers: one step, of the sum of duals", measured["modular"], predicted["modular"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.5)
    for k, norm in enumerate(spectral.NORMS):
        plots.line(axes, measured[norm].x, measured[norm].mean, k, norm)
    plots.limit(axes, 1.0)
    axes.set_ylim(0.9, 2.6)
    plots.label(axes, "steps", "fall / promised fall", f"{s.shape[0]} x {s.shape[1]}, least squares", log="")
    return drawn


if __name__ == "__main__":
    script()

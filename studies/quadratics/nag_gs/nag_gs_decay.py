"""Without noise NAG-GS shrinks by its spectral radius a step: by 1 / (1 + alpha) below alpha_c, at gamma = mu.

The kernel is run from two starts; the slope, over many steps, of the log norm of what it does to both is the rate.
With curvatures 1, 1, L the means of the notebook's two scenarios, L = 1.9 and 3, are drawn. Explicit Euler steps of the
same flow diverge at the best step of NAG-GS.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, above, agrees, exact, plots, script
from theorylab.models.quadratics import kernels, model, moments
from theorylab.models.quadratics.theory import nag
from theorylab.numerics.streams import stream

SOURCE = Source("authors' notebook (scheme and scenarios, read); rates derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    conditions: tuple[float, ...]  # L, at mu = 1
    fractions: tuple[float, ...] = (0.3, 0.6, 0.9)  # of alpha_c


QUICK = Setting(conditions=(3.0, 100.0, 1e4))
FULL = Setting(conditions=(3.0, 10.0, 100.0, 1e3, 1e4, 1e5))


def cases(s):
    """Curvature L, and a step below the best one."""
    return [(big, fraction * nag.optimal_step(1.0, 1.0, big)) for big in s.conditions for fraction in s.fractions]


def shrinks(curvature, alpha):
    """Factor per step by which simulated paths shrink in the long run."""
    last = 500 / np.log1p(alpha)  # far, without underflow
    k = np.unique(np.linspace(last / 8, last, 500).astype(np.int64))
    methods = [kernels.NagGs(alpha, 1.0, 1.0, curvature, 0.0, 0.0, *start) for start in ((1.0, 0.0), (0.0, 1.0))]
    ends = np.array([kernels.nag_gs_paths(method, k, stream(0, 0))[:2] for method in methods])
    norms = np.linalg.norm(ends.transpose(2, 0, 1), 2, axis=(1, 2))
    return np.exp(np.polynomial.Polynomial.fit(k, np.log(norms), 1).convert().coef[1])


def means(alpha, largest, steps):
    """Norms of the mean from x_0 = v_0 = 1 in curvatures 1, 1 and L, (steps,)."""
    recursion = model.nag_gs(alpha, 1.0, 1.0, np.array([1.0, largest]), 0.0)
    found = moments.run(moments.operator(recursion), model.start_at([1.0, 1.0], 3), steps).mean(1).value
    return (found**2 @ np.array([2.0, 1.0])) ** 0.5


def radii(s):
    """Spectral radii at alpha_c and the curvature L, of explicit Euler and of NAG-GS, without L = 3."""
    large = np.array([big for big in s.conditions if big > 3])
    alpha = nag.optimal_step(1.0, 1.0, large)
    flows = np.array([[[-1.0, 1.0], [1.0 - big, -1.0]] for big in large])
    euler = np.abs(np.linalg.eigvals(np.eye(2) + alpha[:, None, None] * flows)).max(axis=1)
    return large, euler, moments.radius(model.nag_gs(alpha, 1.0, 1.0, large, 0.0))[0]


def measure(s):
    shrink, (large, euler, here) = [shrinks(*case) for case in cases(s)], radii(s)
    return {"shrinks": exact(range(len(shrink)), shrink, 2.0**-40, "setting"),
            "euler": exact(large, euler, 1e-12, "L"), "here": exact(large, here, 1e-6, "L")}  # fmt: skip


def predict(s):
    big, alpha = np.array(cases(s)).T
    return {"shrinks": exact(range(big.size), nag.complex_rate(alpha, 1.0, 1.0), ulps=16, x_name="setting"),
            "best": exact(range(big.size), nag.optimal_rate(big), ulps=16, x_name="setting")}  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="by the rate at alpha_c", predicted=predicted["best"])
    claim = "simulated paths shrink by 1 / (1 + alpha) a step below alpha_c"
    yield agrees(claim, measured["shrinks"], predicted["shrinks"], rival=rival, within=1e-3)
    rival = Rival(claim="NAG-GS, too", measured=measured["here"])
    yield above("explicit Euler diverges at alpha_c", measured["euler"], 1.0, rival=rival)


def figure(s, measured, predicted):
    drawn, panels = plots.panels(2)
    steps = np.arange(61)
    for axes, largest, words in ((panels[0], 1.9, "L = 1.9 < 2 μ"), (panels[1], 3.0, "L = 3 > 2 μ")):
        best = nag.optimal_step(1.0, 1.0, largest)
        others = (2 * best, 10 * best) if largest < 2 else nag.critical_step(1.0, 1.0, largest) * np.array([0.9, 1.1])
        for k, alpha in enumerate((best, 0.5 * best, *others)):
            plots.line(axes, steps, means(alpha, largest, steps), k, f"α = {alpha:.3g}{'' if k else ' (α_c)'}")
        plots.label(axes, "iterations", "|mean of x - x*|", f"curvatures 1, 1, {largest:g}: {words}", log="y")
        axes.set_ylim(1e-16, 1e8)
    return drawn


if __name__ == "__main__":
    script()

"""Along beta at alpha = 0.7 the exponent of the best loss is Ia's up to 1/2, II's up to alpha, and then stays at III's.

Local exponents between the last two budgets, on exact curves of SGD on the smooth student (compute_optimal). Next to a
boundary of phases they turn slowly, which is what `within` leaves room for. Neither formula of Ia nor of II fits all.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.features import PowerLaw

SOURCE = Source("table of phases", figure="exponent over beta at alpha = 0.7, smooth student", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    sizes: int  # from 100 on, half octaves
    wide: int = 4
    share: float = 0.5  # step x trace
    budgets: int  # octaves, from 2 10^5 on
    betas: tuple[float, ...]
    alpha: float = 0.7
    within: float = 0.05


QUICK = Setting(sizes=14, budgets=6, betas=(0.3, 0.65, 1.1))
FULL = Setting(sizes=20, budgets=11, betas=(0.1, 0.2, 0.3, 0.4, 0.6, 0.65, 0.8, 0.9, 1.0, 1.2))


def budgets(s):
    return 2e5 * 2.0 ** np.arange(s.budgets)


def losses(s, law):
    """Loss at each budget (columns) of each size (rows): between whole steps, straight in logarithms."""
    rows = []
    for d in (round(100 * 2 ** (k / 2)) for k in range(s.sizes)):
        p = theory.smooth_problem(PowerLaw(s.wide * d, d, *law))
        g, steps = s.share / p.trace, budgets(s) / d
        around = np.unique(np.concatenate([np.floor(steps), np.floor(steps) + 1])).astype(int)
        loss = p.noise_std**2 + 2 * theory.sgd_risk(p, g, around)
        rows.append(np.interp(np.log(steps), np.log(np.maximum(around, 0.5)), np.log(loss)))
    return np.array(rows)


def least(s, law):
    """Logarithm of the least loss per budget, (budgets,), where the least is inside the sizes tried."""
    table, sizes = losses(s, law), np.log(100) + np.arange(s.sizes) * np.log(2) / 2
    out = []
    for column in table.T:
        k = int(np.clip(column.argmin(), 2, s.sizes - 3))
        near = sizes[k - 2 : k + 3] - sizes[k]
        fine = np.linspace(near[1], near[3], 4001)
        curve = np.polyval(np.polyfit(near, column[k - 2 : k + 3], 4), fine)
        out.append(curve.min())
    return np.array(out)


def measure(s):
    rows = [least(s, (s.alpha, beta)) for beta in s.betas]
    return {"exponent": exact(s.betas, [(row[-2] - row[-1]) / np.log(2) for row in rows], 1e-3, "beta")}


def predict(s):
    rows = {name: [theory.loss_exponent(s.alpha, beta, name) for beta in s.betas] for name in ("Ia", "II", "III")}
    rows["phases"] = [theory.loss_exponent(s.alpha, beta, theory.phase(s.alpha, beta)) for beta in s.betas]
    return {name: exact(s.betas, values, 1e-12, "beta") for name, values in rows.items()}


def checks(s, measured, predicted):
    for name in ("Ia", "II", "III"):
        rival = Rival(claim=f"{name}'s formula everywhere", predicted=predicted[name])
        claim = f"alpha = {s.alpha}: exponents over beta are those of the phases, not {name}'s"
        yield agrees(claim, measured["exponent"], predicted["phases"], rival=rival, within=s.within)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.points(axes, s.betas, measured["exponent"].mean, 0, "last local exponent")
    plots.prediction(axes, predicted["phases"], "phases")
    for k, name in enumerate(("Ia", "II", "III")):
        plots.exact_line(axes, predicted[name], k + 1, f"{name} everywhere (rival)")
    plots.label(axes, "beta", "exponent of the best loss", f"alpha = {s.alpha}", log="")
    return drawn


if __name__ == "__main__":
    script()

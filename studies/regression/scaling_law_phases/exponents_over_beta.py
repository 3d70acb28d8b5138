"""Along beta at alpha = 0.7 the exponent of the best loss is Ia's up to 1/2, II's up to alpha, and then stays at III's.

Local exponents between the last two budgets, on exact curves of SGD on the smooth student (as compute_optimal). Near
a boundary of phases they turn slowly, which is what `within` leaves room for. Neither Ia's formula nor II's fits all.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, plots, script
from theorylab.models.regression import frontier, theory

SOURCE = Source("table of phases", figure="exponent over beta at alpha = 0.7, smooth student", kind="recalled")


@dataclass(frozen=True, kw_only=True)
class Setting:
    sizes: int  # from 50 on, half octaves
    wide: int = 4
    share: float = 0.5  # step x trace
    budgets: int  # octaves, from 2 10^5 on
    betas: tuple[float, ...]
    alpha: float = 0.7
    within: float = 0.05


QUICK = Setting(sizes=16, budgets=6, betas=(0.3, 0.65, 1.1))
FULL = Setting(sizes=22, budgets=11, betas=(0.1, 0.2, 0.3, 0.4, 0.6, 0.65, 0.8, 0.9, 1.0, 1.2))


def exponent(s, law):
    """Local exponent of the best loss between the last two budgets, and its accuracy."""
    budgets = 2e5 * 2.0 ** np.arange(s.budgets - 2, s.budgets)
    first, last = frontier.best(law, s.sizes, budgets, wide=s.wide, share=s.share)[0]
    slope = np.log2(first / last)
    return slope, 2 * np.log2(1 + frontier.LOSS_ERROR) / slope


def measure(s):
    slopes, errors = np.transpose([exponent(s, (s.alpha, beta)) for beta in s.betas])
    return {"exponent": exact(s.betas, slopes, errors, "beta")}


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

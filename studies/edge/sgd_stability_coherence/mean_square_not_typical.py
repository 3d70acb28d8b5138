"""At 1.1 times SGD's limit the mean of |w|^2 grows, and nearly every run shrinks.

The limit of mean-square stability is where E f^2 = 1, f the random factor of a step. Typical runs follow E log |f|,
which is still negative there: a few runs carry the mean. m of n samples share a direction, so that along it
f = 1 - step size k / B, k ~ Binomial(m, B / n), and both are finite sums. A heat map of runs that have diverged shows
where E log |f| = 0, not where the theorems' E|w|^2 diverges.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from theorylab import Finding, Rival, Source, agrees, below, exact, plots, script
from theorylab.models.edge import linearised, operators
from theorylab.models.edge.operators import LinearisedSGD

SOURCE = Source("abstract (mean-square divergence, read); typical runs are ours", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence="Unstable in mean square does not mean that runs diverge: beyond the limit nearly all may converge.",
    case="n = 20, 4 samples in a shared direction, B = 2, 1.1 times the limit: E|w|^2 grows by 1.135 per step, "
    "exp E log |f|^2 = 0.887",
    check="median of |w_t|^2 stays below |w_0|^2",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    count: int = 20
    shared: int = 4
    batch: int = 2
    beyond: float = 1.1  # step size, in units of the limit
    calm: float = 0.5  # a step size at which a sample shows the mean: beyond the limit rare runs carry it
    early: tuple[int, ...] = (1, 2, 3, 4, 5)
    late: tuple[int, ...] = (20, 50, 100, 200)
    replicas: int
    seed: int


QUICK = Setting(replicas=4000, seed=1)
FULL = Setting(late=(10, 20, 50, 100, 200, 500), replicas=50_000, seed=2)


def along(s, sampling="bernoulli"):
    """The problem along the shared direction, and its limit."""
    problem = LinearisedSGD.sharing(s.count, s.shared, s.batch, sampling, private=False)
    return problem, operators.shared_critical_load(s.shared, s.count, s.batch, "bernoulli") / problem.sharpness


def factor(s, step_size):
    """E log |f| and E f^2 of a step at the step sizes, by the binomial law."""
    k = np.arange(s.shared + 1)
    sizes, weights = 1 - np.multiply.outer(step_size, k) / s.batch, binom.pmf(k, s.shared, s.batch / s.count)
    with np.errstate(divide="ignore"):
        return np.log(np.abs(sizes)) @ weights, sizes**2 @ weights


def measure(s):
    problem, limit = along(s)
    options = {"replicas": s.replicas, "seed": s.seed}
    calm = linearised.simulate(problem, [1.0], s.calm * limit, s.early, **options)
    late = linearised.simulate(problem, [1.0], s.beyond * limit, s.late, **options)
    mean = operators.mean_square(problem, [1.0], s.beyond * limit, s.late)
    return {"calm": calm["square"], "late": late["square"], "log": late["log"], "mean": exact(s.late, mean, 1e-12)}


def predict(s):
    problem, limit = along(s)
    steps, (log, square) = np.array(s.late), factor(s, s.beyond * limit)
    fixed = along(s, "without replacement")[0]
    curves = {"log": steps * log, "root": steps * np.log(square) / 2, "mean": square**steps,
              "square of mean": (1 - s.beyond * limit * problem.sharpness) ** (2 * steps)}  # fmt: skip
    return {name: exact(steps, row, 1e-12) for name, row in curves.items()} | {
        "calm": exact(s.early, operators.mean_square(problem, [1.0], s.calm * limit, s.early), ulps=64),
        "fixed": exact(s.early, operators.mean_square(fixed, [1.0], s.calm * limit, s.early), ulps=64),
    }


def checks(s, measured, predicted):
    rival = Rival(claim="as for batches without replacement", predicted=predicted["fixed"])
    yield agrees(f"E|w_t|^2 at {s.calm:g} limits: M -> E[J M J]", measured["calm"], predicted["calm"], rival=rival)
    rival = Rival(claim="it falls as (E f)^2t", predicted=predicted["square of mean"])
    claim = f"E|w_t|^2 at {s.beyond:g} limits grows as (E f^2)^t"
    yield agrees(claim, measured["mean"], predicted["mean"], rival=rival)
    rival = Rival(claim="at the rate of the root of E|w_t|^2", predicted=predicted["root"])
    yield agrees("E log |w_t| = t E log |f|, which falls", measured["log"], predicted["log"], rival=rival)
    rival = Rival(claim="its mean, too, by M -> E[J M J]", measured=measured["mean"])
    yield below("median of |w_t|^2 stays below |w_0|^2", measured["late"], 1.0, rival=rival, about="median")


def figure(s, measured, predicted):
    drawn, (runs, rates) = plots.panels(2)
    problem, limit = along(s)
    plots.exact_line(runs, measured["mean"], 0, "E|w|², M -> E[J M J]")
    plots.prediction(runs, predicted["mean"], "(E f²)^t")
    plots.measurement(runs, measured["late"], 1, "median of the runs", about="median")
    plots.line(runs, s.late, np.exp(2 * predicted["log"].mean), 2, "exp(2 t E log |f|)")
    runs.axhline(1.0, color="black", linewidth=0.8)
    plots.label(runs, "steps", "|w|² / |w_0|²", f"{s.beyond:g} times the limit")
    units = np.linspace(0.02, 3.4, 300)
    squares = [np.log(operators.growth_factor(problem, unit * limit)) for unit in units]
    plots.line(rates, units, squares, 0, "log growth of E|w|²")
    plots.line(rates, units, 2 * factor(s, units * limit)[0], 1, "growth of a typical log |w|²")
    rates.axhline(0.0, color="black", linewidth=0.8)
    rates.axvline(2 / problem.sharpness / limit, **plots.DASHES, label="2 / l_1(H): gradient descent")
    rates.set_ylim(-1.0, 2.4)
    title = f"n = {s.count}, {s.shared} share a direction, B = {s.batch}"
    plots.label(rates, "step size / limit", "per step", title, log="")
    return drawn


if __name__ == "__main__":
    script()

"""Adam returns to the worst point of [-1, 1] after every period, and its average regret tends to 2 (C - 2) / 3.

Losses C x in every third round, -x else: -1 is the best point for C > 2. With b1 = 0, b2 = 1 / (1 + C^2) the high
slope moves x from +1 by at most rate / sqrt(1 - b2), as its own square divides it; the two rounds after it move back at
least as far (theory.linear.return_ratio_bound, for every step size), and the clipping makes it x = 1 exactly. So regret
is 2 (C - 2) T / 3 after T = 3k rounds, and at most two moves a period more. Rates a / sqrt(t), and constant ones: the
failure is not one of the schedule. AMSGrad, AdamNC (AdaGrad, as b1 = 0) and SGD, from -1 on the same losses, have
regret of order sqrt(T).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np

from theorylab import Curve, Power, Rival, Source, above, agrees, below, decays_as, exact, plots, script, stacked
from theorylab.models.adaptive import simulation
from theorylab.models.adaptive.model import PeriodicLosses, method
from theorylab.models.adaptive.theory import linear

SOURCE = Source("Theorem 1 (read); exact return, regret and its constants derived here", kind="derived")


@dataclass(frozen=True, kw_only=True)
class Setting:
    highs: tuple[float, ...] = (2.5, 4.0, 8.0, 20.0)
    shown: float = 4.0  # whose regret under other methods is followed
    rates: tuple[tuple[float, bool], ...] = ((0.5, True), (5.0, True), (0.5, False))  # step size, declining
    periods: int
    settled: int = 30_000  # periods of the methods that stay near -1


QUICK = Setting(periods=30_000)
FULL = Setting(periods=3_000_000)
OTHERS = ("AMSGrad", "AdamNC", "SGD")


def grid(periods):
    return 3 * np.unique(np.geomspace(10, periods, 24).astype(int))


def run(rule, steps, setting, second_decay=None, start=1.0):
    high, step_size, declining = setting
    decay = second_decay or 1 / (1 + high**2)
    chosen = method(rule, step_size, declining=declining, second_decay=decay)
    return simulation.periodic(PeriodicLosses(high=high), chosen, start, steps)


def settings(s):
    return [(high, *rate) for high, rate in product(s.highs, s.rates)]


def measure(s):
    steps, late, curves = grid(s.periods), s.settled * np.arange(1, 4), dict[str, Curve]()
    for name, rule, decay in (("Adam", "Adam", None), ("b2 = 0.999", "Adam", 0.999), ("AMSGrad", "AMSGrad", None)):
        runs = [run(rule, steps, rates, decay) for rates in settings(s)]
        curves |= {f"{key}, {name}": stacked([found[key] for found in runs]) for key in ("point", "regret")}
    steps = grid(s.settled)
    for rule in OTHERS:
        found, more = (run(rule, x, (s.shown, 0.5, True), start=-1.0)["regret"] for x in (steps, late))
        curves[f"average, {rule}"] = exact(steps, found.mean / steps, found.rounding[0] / np.abs(found.mean))
        curves[f"late, {rule}"] = Curve(late[1:], np.diff(more.samples), True, 2 * more.rounding[:, 1:])
    return curves


def predict(s):
    steps, high = grid(s.periods), s.shown
    worst = np.array([linear.worst_point_regret(c, steps) for c, _, _ in settings(s)])
    more = [linear.worst_point_excess_bound(size, 1 / (1 + c**2), steps, down) for c, size, down in settings(s)]
    curves = {"worst": exact(steps, worst, ulps=4), "most": exact(steps, worst + more, ulps=32 + steps),
              "middle": exact(steps, worst / 2 + more, ulps=32 + steps)}  # fmt: skip
    late, mean_square = s.settled * np.arange(1, 4), (high**2 + 2) / 3
    largest = linear.periodic_second_moment(high, 1.0, 3, 1 / (1 + high**2), 0)
    for rule, square in zip(OTHERS, (largest, mean_square, 1.0), strict=True):
        form = linear.settled_regret_leading(PeriodicLosses(high=high), 0.5, square, late)
        curves[f"late, {rule}"] = exact(late[1:], np.diff(form), ulps=64)
    return curves


def checks(s, measured, predicted):
    rival = Rival(claim="with b2 = 0.999, too", measured=measured["point, b2 = 0.999"])
    yield agrees("x = 1 after every period", measured["point, Adam"], 1.0, rival=rival)
    rival = Rival(claim="of AMSGrad, too", measured=measured["regret, AMSGrad"])
    yield above("regret >= 2 (C - 2) T / 3", measured["regret, Adam"], predicted["worst"], rival=rival)
    rival = Rival(claim="as of standing at 0, (C - 2) T / 3", predicted=predicted["middle"])
    yield below("... and two moves a period more at most", measured["regret, Adam"], predicted["most"], rival=rival)
    for rule, other in zip(OTHERS, ("AdamNC", "AMSGrad", "AdamNC"), strict=True):
        rival = Rival(claim="as 1/T", predicted=Power(-1))
        yield decays_as(f"average regret of {rule} falls as T^-1/2", measured[f"average, {rule}"], -0.5, rival=rival)
        rival = Rival(claim=f"that of {other}", predicted=predicted[f"late, {other}"])
        late, form = measured[f"late, {rule}"], predicted[f"late, {rule}"]
        yield agrees(f"late regret of {rule}: 2 a (2 C - 1) sqrt(T / v) / 3", late, form, rival=rival, within=0.01)


def figure(s, measured, predicted):
    drawn, (regret, path) = plots.panels(2)
    steps, adam = grid(s.periods), measured["regret, Adam"].samples[settings(s).index((s.shown, *s.rates[0]))]
    plots.line(regret, steps, adam / steps, 0, "Adam")
    for k, rule in enumerate(OTHERS):
        plots.exact_line(regret, measured[f"average, {rule}"], k + 1, rule)
    plots.guide(regret, steps, 0 * steps + 2 * (s.shown - 2) / 3, "2 (C - 2) / 3")
    plots.label(regret, "rounds T", "average regret", f"C = {s.shown:g}, b2 = 1/(1 + C²)")
    for k, rule in enumerate(("Adam", *OTHERS)):
        plots.exact_line(path, run(rule, np.arange(91), (s.shown, 0.5, True))["point"], k, rule)
    plots.label(path, "rounds", "point x", "from x = 1, rates 0.5 / √t", log="", legend=False)
    return drawn


if __name__ == "__main__":
    script()

"""In a valley with a flat and a steep side the average does not go to the minimum but to the flat side, as sqrt(eta).

On f = a x^2 / 2 for x < 0 and b x^2 / 2 for x > 0 SGD at rest has, as eta -> 0, the density exp(-2 f / (eta s^2)): E x
= sqrt(2 / pi) (s_b - s_a), s_k = s sqrt(eta / 2k), E f = eta s^2 / 4 for any a and b, E f'' = sqrt(a b), while the mean
of many iterates lies on the flat side, with f'' = a. A smooth valley is left as eta only: E x = -eta s^2 f''' / (4
h^2). The law at rest at finite eta is solved by nodes (its error an estimate from two grids), and simulated.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Power, Rival, Source, agrees, below, decays_as, exact, plots, script
from theorylab.models.quadratics import moments, simulation, valleys
from theorylab.models.quadratics.theory import valleys as forms
from theorylab.models.quadratics.valleys import Valley
from theorylab.numerics.known import stacked

SOURCE = Source("abstract (from the rim to the centre, flatter, read); valley and law derived here", kind="derived")
NAMES = ("x", "f", "curvature")


@dataclass(frozen=True, kw_only=True)
class Setting:
    left: float = 0.25  # a
    right: float = 4.0  # b
    noise_std: float = 0.9
    step_sizes: tuple[float, ...] = (0.01, 0.014, 0.02, 0.028, 0.04, 0.056)
    within: float = 0.03  # of leading forms, at the smallest step size
    counts: tuple[int, ...] = (10, 300, 6000)
    run: float = 0.04  # simulated step size
    replicas: int
    seed: int


QUICK = Setting(replicas=1500, seed=1)
FULL = Setting(step_sizes=(0.0025, 0.005, 0.01, 0.02, 0.04, 0.08), within=0.012, replicas=4000, seed=2)


def laws(s, valley):
    """E x, E f, E f'' at rest, by step size."""
    return stacked([valleys.rest_means(valley, eta, s.noise_std) for eta in s.step_sizes])


def measure(s):
    valley, eta = Valley(s.left, s.right), np.array(s.step_sizes)
    kinked, smooth = laws(s, valley), laws(s, Valley(1.0, 1.0, bend=1.0))
    curves = {name: moments.curve(eta, kinked[:, i], "step size") for i, name in enumerate(NAMES)}
    for name, law in (("kinked", kinked), ("smooth", smooth)):
        curves[name] = moments.curve(eta, -law[:, 0], "step size")
    run = simulation.valley(valley, s.run, s.noise_std, int(40 / s.run), s.counts, replicas=s.replicas, seed=s.seed)
    for place in ("last", "average"):
        run[f"curvature {place}"] = run[f"curvature {place}"].bounded(s.left, s.right)
        curves[f"f'' {place}"] = run[f"curvature {place}"].at([-1])
    return curves | {f"simulated {name}": run[f"{name} last"] for name in NAMES} | {"mean": run["x average"].at([-1])}


def predict(s):
    eta, a, b = np.array(s.step_sizes), s.left, s.right
    rest, points = valleys.rest_means(Valley(a, b), s.run, s.noise_std), len(s.counts)
    curves = {f"simulated {name}": moments.curve(s.counts, stacked([rest[i]] * points), "points averaged")
              for i, name in enumerate(NAMES)}  # fmt: skip
    leading = {"x": [forms.kinked_mean_leading(x, a, b, s.noise_std) for x in s.step_sizes],
               "f": forms.kinked_loss_leading(eta, s.noise_std),
               "curvature": 0 * eta + forms.kinked_curvature_leading(a, b),
               "smooth": -forms.bent_mean_leading(eta, 1.0, 1.0, s.noise_std)}  # fmt: skip
    return curves | {name: exact(eta, values, ulps=8, x_name="step size") for name, values in leading.items()}


def checks(s, measured, predicted):
    small, eta = measured["x"].x == min(s.step_sizes), min(s.step_sizes)
    x = float(predicted["x"].mean[small][0])
    for name, text, wrong, value in (
        ("x", "E x = sqrt(2/pi) (s_b - s_a)", "without its sqrt(2/pi)", x * (np.pi / 2) ** 0.5),
        ("f", "E f of the last iterate = eta s^2 / 4", "eta s^2 / 2", s.noise_std**2 * eta / 2),
        ("curvature", "E f'' of the last iterate = sqrt(a b)", "(a + b) / 2", (s.left + s.right) / 2),
    ):
        rival, leading = Rival(claim=wrong, predicted=float(value)), float(predicted[name].mean[small][0])
        yield agrees(f"{text} at small steps", measured[name].at(small), leading, rival=rival, within=s.within)
    for name, power, other in (("kinked", 0.5, 1.0), ("smooth", 1.0, 0.5)):
        rival = Rival(claim=f"as eta^{other:g}", predicted=Power(other))
        claim = f"{name} valley: |E x| falls as eta^{power:g}"
        yield decays_as(claim, measured[name], Power(power), rival=rival, towards=0)
    others = {"x": ("0", 0.0), "f": ("eta s^2 / 2", s.run * s.noise_std**2 / 2), "curvature": ("a", s.left)}
    for name in NAMES:
        rival, key = Rival(claim=others[name][0], predicted=others[name][1]), f"simulated {name}"
        yield agrees(f"E {name} of the last iterate, simulated", measured[key], predicted[key], rival=rival)
    rival, rest = Rival(claim="0, the minimum", predicted=0.0), predicted["simulated x"].at([-1])
    yield agrees(f"the mean of {s.counts[-1]} iterates lies at E x", measured["mean"], rest, rival=rival)
    rival = Rival(claim="at the last iterate, too", measured=measured["f'' last"])
    claim = "E f'' at that mean is at most twice that of the flat side"
    yield below(claim, measured["f'' average"], 2 * s.left, rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, (name, form) in enumerate((("kinked", "x"), ("smooth", "smooth"))):
        plots.points(axes, measured[name].x, measured[name].mean, k, f"{name} valley")
        plots.guide(axes, measured[name].x, np.abs(predicted[form].mean), "" if k else "leading form")
    plots.label(axes, "step size η", "|E x|, to the flat side", f"kinked: curvatures {s.left:g} and {s.right:g}")
    return drawn


if __name__ == "__main__":
    script()

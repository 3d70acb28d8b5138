"""Noisy sharpness-aware steps leave a saddle the later the larger rho, and SAM later than USAM where noise is small.

Mean exit time from |x| < R at curvature -1, started on the saddle: tau = 1 + T tau, solved by collocation, so that no
path is drawn. While |g| < 1, SAM's displacement rho g/|g| is longer than USAM's. At a minimum the same rho pulls in
harder but amplifies the noise more: the time falls. At large noise the order of SAM and USAM is reversed. How sharply
the time grows with rho is not on trial: no law for it is known here, so these are orderings, in one dimension.
"""

from dataclasses import dataclass, replace

import numpy as np

from theorylab import Finding, Rival, Source, exact, monotone, ordered, plots, script
from theorylab.models.sde import sam

SOURCE = Source("abstract (saddles attract, read); exit times computed here", kind="derived")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "SAM stays longer at a saddle than USAM of the same rho where the noise is small (gradients shorter than 1); "
        "where it is large the order is reversed."
    ),
    case=(
        "curvature -1, step size 0.1, rho 0.15: 33.0 (USAM) < 63.4 (SAM) steps to |x| = 0.3 at noise 0.2, 33.0 > 28.4 "
        "to |x| = 6 at noise 4"
    ),
    check="the same at large noise",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    step_size: float = 0.1
    noise_std: float = 0.2
    half_width: float = 0.3
    large: float = 4.0  # noise and half-width, in those units of theirs that make |g| > 1
    largest: float = 0.15  # radius
    points: int
    nodes: int


QUICK = Setting(points=4, nodes=65)
FULL = Setting(points=16, nodes=129)


def times(s, method, curvature=-1.0, scale=1.0):
    radii = np.linspace(0.0, s.largest, s.points + 1)[1:]
    pairs = [
        sam.escape_steps(method, curvature, scale * s.noise_std, s.step_size, r, scale * s.half_width, s.nodes)
        for r in radii
    ]
    steps, bound = np.array(pairs).T
    return replace(exact(radii, steps, ulps=0, x_name="radius"), rounding=bound[None])


def measure(s):
    scale = s.large / s.noise_std
    curves = {method: times(s, method) for method in ("SGD", "USAM", "SAM")}
    curves |= {f"{method}, large noise": times(s, method, scale=scale) for method in ("USAM", "SAM")}
    return curves | {"USAM, minimum": times(s, "USAM", curvature=1.0)}


def checks(s, measured, predicted):
    rival = Rival(claim="the same at a minimum", measured=measured["USAM, minimum"])
    yield monotone("USAM leaves later at larger rho", measured["USAM"], direction="increasing", rival=rival)
    yield monotone("SAM leaves later at larger rho", measured["SAM"], direction="increasing", rival=rival)
    rival = Rival(claim="the same at large noise", measured=measured["USAM, large noise"],
                  predicted=measured["SAM, large noise"])  # fmt: skip
    yield ordered("USAM leaves before SAM", measured["USAM"], measured["SAM"], rival=rival)
    rival = Rival(claim="SAM leaves before SGD", measured=measured["SAM"], predicted=measured["SGD"])
    yield ordered("SGD leaves before USAM", measured["SGD"], measured["USAM"], rival=rival)


def figure(s, measured, predicted):
    drawn, (saddle, minimum) = plots.panels(2)
    for k, name in enumerate(("SAM", "USAM", "SGD")):
        plots.measurement(saddle, measured[name], k, name)
    plots.measurement(minimum, measured["USAM, minimum"], 1, "USAM")
    title = f"η = {s.step_size:g}, σ = {s.noise_std:g}, R = {s.half_width:g}"
    plots.label(saddle, "radius ρ", "mean steps to |x| ≥ R", f"saddle, curvature −1, {title}", log="")
    plots.label(minimum, "radius ρ", "mean steps to |x| ≥ R", "minimum, curvature 1 (rival)", log="y")
    return drawn


if __name__ == "__main__":
    script()

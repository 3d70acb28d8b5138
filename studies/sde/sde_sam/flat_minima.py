"""Of two minima of one depth SAM and USAM leave the sharp one more than SGD does, and the more the larger rho.

f = sin^2 x (1 + k cos x) / 2 has minima at 0, of curvature 1 + k, and at pi, of 1 - k; the share of the sharp one,
read as E (1 + cos x)/2, comes from the transfer operator at rest, so that no path is drawn. SGD prefers the flat one
already, as it is wider. At large noise and radius USAM does the reverse of what is said: it sees across the barrier.
One landscape in one dimension is on trial; that flat minima generalise is not.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, monotone, ordered, plots, script
from theorylab.models.sde import sam
from theorylab.models.sde.model import Landscape
from theorylab.models.sde.weak import weak_error

SOURCE = Source("abstract (implicit regularisation, why SAM prefers flat minima); shares computed here", kind="read")
FINDING = Finding(
    kind="needs a condition",
    sentence=(
        "USAM prefers the flat one of two minima of one depth, and the more the larger rho, where the noise is small; "
        "where it is large a larger rho leads back to the sharp one."
    ),
    case=(
        "curvatures 1.5 and 0.5, step size 0.1: at noise 1 the share of the sharp minimum is 0.380 (SGD), 0.328 "
        "(rho = 0.1), 0.237 (0.3); at noise 2.5 it is 0.453, 0.450 (0.1), 0.461 (0.2)"
    ),
    check="the same at noise 2.5",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    asymmetry: float = 0.5  # k
    step_size: float = 0.1
    noise_std: float = 1.0
    large: float = 2.5  # noise
    largest: float = 0.3  # radius
    points: int
    nodes: int


QUICK = Setting(points=4, nodes=81)
FULL = Setting(points=12, nodes=161)


def share(s, method, noise_std=None, side=1):
    """Share of the sharp minimum (`side` -1: of the flat one) over the radii."""
    landscape = Landscape(noise_std=noise_std or s.noise_std, wells=side * s.asymmetry)
    radii = np.linspace(0, s.largest, s.points + 1)[1:]
    some = radii if method != "SGD" else radii[:1]
    values, bounds = np.array([sam.stationary_cosine(landscape, method, s.step_size, r, s.nodes) for r in some]).T
    return weak_error(radii, (1 + values) / 2, 0.0, bounds / 2, "radius")


def measure(s):
    return {
        "SGD": share(s, "SGD"),
        "USAM": share(s, "USAM"),
        "SAM": share(s, "SAM"),
        "USAM, large noise": share(s, "USAM", s.large),
        "SGD, flat": share(s, "SGD", side=-1),
        "SAM, flat": share(s, "SAM", side=-1),
    }


def checks(s, measured, predicted):
    rival = Rival(claim=f"the same at noise {s.large:g}", measured=measured["USAM, large noise"])
    yield monotone("USAM's share of the sharp minimum falls with rho", measured["USAM"], rival=rival)
    rival = Rival(claim="of the flat one, too", measured=measured["SAM, flat"], predicted=measured["SGD, flat"])
    yield ordered("SAM has less of the sharp minimum than SGD", measured["SAM"], measured["SGD"], rival=rival)
    rival = Rival(claim="SAM moves more than USAM", measured=measured["SAM"], predicted=measured["USAM"])
    yield ordered("USAM has less of it than SAM", measured["USAM"], measured["SAM"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    for k, name in enumerate(("SGD", "SAM", "USAM")):
        plots.measurement(axes, measured[name], k, name)
    plots.measurement(axes, measured["USAM, large noise"], 3, f"USAM, σ = {s.large:g} (rival)")
    title = f"two minima of one depth, η = {s.step_size:g}, σ = {s.noise_std:g}"
    plots.label(axes, "radius ρ", "share of the sharp minimum", title, log="")
    return drawn


if __name__ == "__main__":
    script()

"""Full-batch SAM does not converge at a minimum: it ends on a two-cycle, |x| = eta h rho / (2 - eta h).

One direction of curvature h > 0: x <- x - eta h (x + rho sign x). The cycle attracts for eta h < 2, as the step
has slope 1 - eta h on both sides of 0; its size is proportional to rho and, to leading order only, to eta h rho / 2.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Finding, Rival, Source, agrees, exact, plots, script
from theorylab.models.sde import theory

SOURCE = Source("SAM's update; cycle derived here", kind="derived")
FINDING = Finding(
    kind="usual reading is wrong",
    sentence=(
        "That SAM minimises a regularised loss does not mean that it converges: at fixed rho full-batch SAM ends on a "
        "two-cycle about the minimum."
    ),
    case="one direction of curvature h: |x| = eta h rho / (2 - eta h), for every eta h < 2",
    check="SAM at a minimum ends on its two-cycle",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    curvature: float = 2.0
    radius: float = 0.1
    points: int
    steps: int = 4000


QUICK = Setting(points=10)
FULL = Setting(points=30)


def step_sizes(s):
    """Step sizes up to 0.95 of the stability limit 2 / h."""
    return np.linspace(0.05, 0.95, s.points) * 2 / s.curvature


def measure(s):
    eta = step_sizes(s)
    x = np.ones(eta.size)
    for _ in range(s.steps):
        gradient = s.curvature * x
        x = x - eta * s.curvature * (x + s.radius * np.sign(gradient))
    # A step adds 8 units of rounding and forgets the share 1 - |1 - eta h|.
    forgotten = 1 - np.abs(1 - eta * s.curvature)
    return {"cycle": exact(eta, np.abs(x), 16 / forgotten * 2.0**-52, "step size")}


def predict(s):
    eta = step_sizes(s)
    leading = eta * s.curvature * s.radius / 2
    return {
        "cycle": exact(eta, theory.sam_orbit(eta, s.curvature, s.radius), 16 * 2.0**-52 / (2 - eta * s.curvature),
                       "step size"),
        "leading": exact(eta, leading, ulps=4, x_name="step size"),
    }  # fmt: skip


def checks(s, measured, predicted):
    rival = Rival(claim="eta h rho / 2", predicted=predicted["leading"])
    yield agrees("SAM at a minimum ends on its two-cycle", measured["cycle"], predicted["cycle"], rival=rival)


def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1, width=5.0)
    plots.measurement(axes, measured["cycle"], 0, f"SAM after {s.steps} steps")
    plots.prediction(axes, predicted["cycle"], "η h ρ / (2 − η h)")
    plots.exact_line(axes, predicted["leading"], 1, "η h ρ / 2 (rival)")
    plots.label(axes, "step size η", "|x| on the cycle", f"h = {s.curvature:g}, ρ = {s.radius:g}")
    return drawn


if __name__ == "__main__":
    script()

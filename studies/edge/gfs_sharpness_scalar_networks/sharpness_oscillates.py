"""The sharpness of gradient flow's solution falls while loss and sharpness at the iterate go up and down.

One run at depth 4 from load 2.6 (step size x sharpness of the flow's solution): the product jumps from side to side of
its target, the largest eigenvalue of the Hessian at the iterate swings with it, and neither is monotone. The sharpness
at the minimum that gradient flow would reach is, and comes down to 2 / step size. The Hessian at the iterate is that of
products of the others, a a^T + (p - 1) B with a_i = p / w_i and B_ij = p / (w_i w_j) off the diagonal, also where it is
not the Gauss-Newton matrix a a^T.
"""

from dataclasses import dataclass

import numpy as np

from theorylab import Rival, Source, agrees, exact, monotone, plots, script
from theorylab.models.edge import model, theory

SOURCE = Source(
    "abstract (loss oscillates, sharpness of the flow's solution falls)",
    figure="trajectory panels; weights and step size are ours",
    kind="read",
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    minimum: tuple[float, ...] = (3.0, 1.0, 1.0, 0.5)  # up to scale
    product: float = 0.5
    load: float = 2.6
    steps: int


QUICK = Setting(steps=60)
FULL = Setting(steps=150)


def largest(path, share):
    """Largest eigenvalue of a a^T + share (p - 1) B at every iterate: of the Hessian, or of Gauss-Newton (share 0)."""
    values = []
    for w in path:
        d = range(w.size)
        a = np.array([np.delete(w, i).prod() for i in d])
        b = np.array([[0.0 if i == j else np.delete(w, [i, j]).prod() for j in d] for i in d])
        values.append(np.linalg.eigvalsh(np.outer(a, a) + share * (w.prod() - 1) * b)[-1])
    return exact(np.arange(len(path)), values, ulps=64)


def measure(s):
    minimum = np.array(s.minimum) / np.prod(s.minimum) ** (1 / len(s.minimum))
    step_size = s.load / theory.flow_sharpness(minimum)
    path = model.iterates(theory.flow_point(minimum, s.product), step_size, s.steps)[0]
    steps, product, rounding = (
        np.arange(s.steps + 1),
        path.prod(axis=1),
        float(theory.run_rounding(len(s.minimum), 2.0)),
    )
    curvature = np.linalg.eigvalsh(theory.hessian(path))[:, -1]
    return {
        "flow": exact(steps, theory.flow_sharpness(path), rounding),
        "iterate": exact(steps, curvature, ulps=64),  # eigenvalues to a few units of the matrix's norm
        "product": exact(steps, product, rounding),
        "loss": exact(steps, (product - 1) ** 2 / 2, ulps=2**20),  # |p - 1| > 1e-5 magnifies the units of p
        "edge": exact(steps, np.full(steps.size, theory.EDGE / step_size), ulps=4),
        "products": largest(path, 1.0),
        "Gauss-Newton": largest(path, 0.0),
    }


def checks(s, measured, predicted):
    claim = "sharpness of the flow's solution falls at every step"
    for name, words in (("iterate", "sharpness at the iterate falls, too"), ("loss", "the loss falls, too")):
        yield monotone(claim, measured["flow"], rival=Rival(claim=words, measured=measured[name]))
    rival = Rival(claim="that of Gauss-Newton", predicted=measured["Gauss-Newton"])
    yield agrees("sharpness at the iterate, from products", measured["iterate"], measured["products"], rival=rival)


def figure(s, measured, predicted):
    drawn, (product, flow, iterate) = plots.panels(3, width=3.6)
    for k, (axes, name) in enumerate(((product, "product"), (flow, "flow"), (iterate, "iterate"))):
        colour = plots.SERIES[k][0]
        axes.plot(measured[name].x, measured[name].mean, ".-", color=colour, markersize=3, linewidth=0.5, label=name)
    plots.limit(product, 1.0, "target")
    for axes in (flow, iterate):
        plots.prediction(axes, measured["edge"], "2 / step size")
    title = f"D = {len(s.minimum)}, load {s.load:g} at the start"
    plots.label(product, "steps", "product p", title, log="", legend=False)
    plots.label(flow, "steps", "sharpness", "at gradient flow's solution (dashes: 2 / step size)", log="", legend=False)
    plots.label(iterate, "steps", "sharpness", "at the iterate", log="", legend=False)
    return drawn


if __name__ == "__main__":
    script()

"""Random ReLU features learn as Gaussian ones with their second moments, up to a few percent; one-hot ones do not.

The recursion knows of the features only E psi psi^T, by the arc-cosine kernel, and the target. The simulation draws
inputs and makes the features. Their fourth moments are not Gaussian: the mean direction carries most of the variance,
and what is left is of rank D to first order. So the curves are near each other, not equal; `within` is what is claimed,
and was set after deviations of up to 8% had been seen: that the features are not Gaussian, by more, is not excluded.
"""

from dataclasses import dataclass

from theorylab import Rival, Source, agrees, exact, log_steps, plots, script
from theorylab.models.regression import theory
from theorylab.models.regression.model import LeastSquares
from theorylab.models.regression.relu import draw_features, gaussian_equivalent, simulate_relu

SOURCE = Source(
    "test loss depends on spectrum and target alone", figure="random features in place of MNIST", kind="read"
)


@dataclass(frozen=True, kw_only=True)
class Setting:
    features: int
    inputs: int
    batches: tuple[int, ...] = (4, 8)
    share: float = 0.6  # of the critical step of Gaussian features
    horizon: int
    within: tuple[float, ...] = (0.08, 0.06)
    replicas: int
    seed: int


QUICK = Setting(features=40, inputs=20, horizon=60, replicas=300, seed=1)
FULL = Setting(features=200, inputs=100, horizon=60, replicas=2500, seed=2)


def drawn_features(s, batch):
    drawn = draw_features(s.features, s.inputs, s.seed + 10, batch=batch)
    p = gaussian_equivalent(drawn)
    return drawn, p, s.share * theory.critical_step_size(p), log_steps(1, s.horizon, 9)


def measure(s):
    curves = {}
    for batch in s.batches:
        drawn, _, step_size, steps = drawn_features(s, batch)
        curves[f"{batch}"] = simulate_relu(drawn, step_size, steps, replicas=s.replicas, seed=s.seed)
    return curves


def predict(s):
    curves = {}
    for batch in s.batches:
        _, p, h, steps = drawn_features(s, batch)
        curves[f"{batch}"] = exact(steps, 2 * theory.sgd_risk(p, h, steps), 1e-9)
        # One-hot data of the same second moments: probabilities l / tr and samples of size sqrt(tr).
        total = p.trace
        hot = LeastSquares(p.eigenvalues / total, p.error0 * total**0.5, p.noise_std, "one-hot", batch)
        curves[f"hot {batch}"] = exact(steps, 2 * theory.sgd_risk(hot, h * total, steps, allow_unstable=True), 1e-9)
        plain = LeastSquares(p.eigenvalues, p.error0, 0.0, "additive")
        curves[f"descent {batch}"] = exact(steps, 2 * theory.sgd_risk(plain, h, steps), 1e-9)
    return curves


def checks(s, measured, predicted):
    for batch, within in zip(s.batches, s.within, strict=True):
        rivals = {"hot": "one-hot features of the same second moments", "descent": "gradient descent"}
        for name, words in rivals.items():
            rival = Rival(claim=words, predicted=predicted[f"{name} {batch}"])
            claim = f"ReLU features, batch {batch}: loss of Gaussian ones up to {100 * within:g}%, not {words}"
            yield agrees(claim, measured[f"{batch}"], predicted[f"{batch}"], rival=rival, within=within)


def figure(s, measured, predicted):
    drawn, axes = plots.panels(len(s.batches))
    for panel, batch in zip(axes, s.batches, strict=True):
        plots.measurement(panel, measured[f"{batch}"], 0, "ReLU features, simulated")
        plots.prediction(panel, predicted[f"{batch}"], "Gaussian features")
        plots.exact_line(panel, predicted[f"hot {batch}"], 1, "one-hot features (rival)")
        plots.exact_line(panel, predicted[f"descent {batch}"], 2, "gradient descent (rival)")
        plots.label(panel, "steps", "test loss", f"N = {s.features}, D = {s.inputs}, batch {batch}")
    return drawn


if __name__ == "__main__":
    script()

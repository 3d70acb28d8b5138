"""A small network with shared weights on data of a weak and a strong feature and noise: SGD with batches of one.

Each of n points has a label y = -1 or +1 and the patches y sqrt(U) e_1 (weak, in every point), y sqrt(V) e_2 (strong,
in the first of the points) and noise N(0, sigma^2) in the other d - 2 coordinates. m neurons for each sign s = +1, -1
see every patch: f = (1/m) sum_neurons s sum_patches relu(w . patch)^2, loss (y - f)^2 / 2, weights normal at the start.
ratio = 4 step_size V / m: the edge of a single datum is 2. Test points have the weak feature and noise, no strong one.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from theorylab.curves import Curve
from theorylab.errors import require
from theorylab.numerics.arguments import number, positive, positive_row, whole
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import fill_integers, fill_normal, fill_signs
from theorylab.running.replicas import replicate

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Data(NamedTuple):
    """What is drawn: sizes, lengths of the features, noise, and the scale of the weights at the start."""

    points: int = 20
    """n."""
    dimension: int = 100
    """d, with the two coordinates of the features."""
    strong_points: int = 16
    weak: float = 0.04
    """U."""
    strong: float = 1.0
    """V."""
    noise: float = 0.07
    """sigma."""
    neurons: int = 8
    """m, for each sign."""
    scale: float = 0.02
    tests: int = 200


@kernel
def draw_points(labels: Floats, noise: Floats, sigma: float, stream: Any) -> None:
    """Fill labels (n,) and noise patches (n, d), 0 in the coordinates of the features."""
    fill_signs(stream, labels)
    fill_normal(stream, noise.ravel())
    for i in range(labels.size):
        noise[i, 0], noise[i, 1] = 0.0, 0.0
        for k in range(2, noise.shape[1]):
            noise[i, k] *= sigma


@kernel
def respond(weights: Floats, features: Floats, noise: Floats, seen: Floats) -> float:
    """f at a point with signed feature patches features = (weak, strong) and a noise patch (d,); weights (2 m, d).

    Fills `seen` (2 m, 3), the positive parts of w . patch; the first m neurons have sign +1.
    """
    neurons, d = weights.shape
    f = 0.0
    for j in range(neurons):
        total = 0.0
        for k in range(2, d):
            total += weights[j, k] * noise[k]
        seen[j, 0] = max(weights[j, 0] * features[0], 0.0)
        seen[j, 1] = max(weights[j, 1] * features[1], 0.0)
        seen[j, 2] = max(total, 0.0)
        square = seen[j, 0] ** 2 + seen[j, 1] ** 2 + seen[j, 2] ** 2
        f += square if 2 * j < neurons else -square
    return float(2.0 * f / neurons)


@kernel
def learn(
    weights: Floats, labels: Floats, noise: Floats, data: Data, step_size: float, order: Integers, seen: Floats
) -> None:
    """SGD in place, one point of `order` a step."""
    neurons, d = weights.shape
    features = np.empty(2)
    for i in order:
        features[0] = labels[i] * data.weak**0.5
        features[1] = labels[i] * data.strong**0.5 if i < data.strong_points else 0.0
        move = step_size * 4.0 / neurons * (labels[i] - respond(weights, features, noise[i], seen))
        for j in range(neurons):
            push = move if 2 * j < neurons else -move
            weights[j, 0] += push * seen[j, 0] * features[0]
            weights[j, 1] += push * seen[j, 1] * features[1]
            if seen[j, 2] > 0.0:
                for k in range(2, d):
                    weights[j, k] += push * seen[j, 2] * noise[i, k]


@kernel
def trained(data: Data, ratios: Floats, time: float, stream: Any) -> Floats:
    """Test accuracy, accuracy on the data, and response to the weak feature, (3, points), at ratios (points,).

    All have the same data, start and test points, and the same `time` = ratio x steps. What diverged is wrong on every
    point, its response not reached: 0.
    """
    labels, noise = np.empty(data.points), np.empty((data.points, data.dimension))
    asked, fresh = np.empty(data.tests), np.empty((data.tests, data.dimension))
    start, seen = np.empty((2 * data.neurons, data.dimension)), np.empty((2 * data.neurons, 3))
    draw_points(labels, noise, data.noise, stream)
    draw_points(asked, fresh, data.noise, stream)
    fill_normal(stream, start.ravel())
    out, features = np.zeros((3, ratios.size)), np.empty(2)
    for p in range(ratios.size):
        weights = data.scale * start
        order = np.empty(round(time / ratios[p]), np.int64)
        fill_integers(stream, data.points, order)
        learn(weights, labels, noise, data, ratios[p] * data.neurons / (4.0 * data.strong), order, seen)
        for i in range(data.tests):
            features[0], features[1] = asked[i] * data.weak**0.5, 0.0
            out[0, p] += asked[i] * respond(weights, features, fresh[i], seen) > 0.0
        for i in range(data.points):
            features[0] = labels[i] * data.weak**0.5
            features[1] = labels[i] * data.strong**0.5 if i < data.strong_points else 0.0
            out[1, p] += labels[i] * respond(weights, features, noise[i], seen) > 0.0
        out[0, p], out[1, p], weak = out[0, p] / data.tests, out[1, p] / data.points, 0.0
        for j in range(data.neurons):
            weak += data.weak * max(weights[j, 0], 0.0) ** 2 / data.neurons
        out[2, p] = weak if np.isfinite(weak) else 0.0
    return out


def simulate(data: Data, ratios: ArrayLike, time: float, *, replicas: int, seed: int) -> dict[str, Curve]:
    """Curves 'test' and 'train', accuracies, and 'weak' over the ratios, a data set a replica.

    Raises InputError for sizes that are not integers >= 1, more strong points than points, dimension < 3, lengths or
    ratios that are not finite and > 0, noise or scale < 0, and as `replicate`.
    """
    for name in ("points", "neurons", "tests"):
        whole(name, getattr(data, name))
    whole("dimension", data.dimension, least=3)
    whole("strong_points", data.strong_points, least=0, most=data.points)
    for name in ("weak", "strong"):
        positive(name, getattr(data, name))
    for name in ("noise", "scale"):
        number(name, getattr(data, name), least=0.0)
    row = positive_row("ratios", ratios)
    require(positive("time", time) >= row.max(), f"time={time} is below the largest ratio: give a step to each")
    return replicate(
        trained, data, row, float(time), x=row, replicas=replicas, seed=seed, names=("test", "train", "weak"),
        x_name="step size x 4 V / m",
    )  # fmt: skip

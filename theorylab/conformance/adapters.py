"""How each package is fed with gradients and how its point is read: a few lines each, the package imported when used.

An adapter takes what makes the optimiser and its arguments, and returns a function of a sequence: the points. Packages
compute in double precision where they can.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
from collections.abc import Callable
from typing import Any

import numpy as np

from theorylab.conformance.sequences import Sequence

Make = Callable[..., Any]
Run = Callable[[Sequence], np.ndarray]
SETTINGS = {"KERAS_BACKEND": "jax", "DEV": "PYTHON"}
"""What Keras and tinygrad read from the environment when they are imported."""
DOUBLE, SINGLE = 2.0**-52, 2.0**-23
PRECISIONS = {"double": DOUBLE, "single": SINGLE, "bfloat16": 2.0**-7}
"""Spacing at 1 of numbers."""


def optax(make: Make, arguments: dict[str, Any]) -> Run:
    """Gradient transformations of optax; the loss is given to those that ask for `value`."""
    jax, library = importlib.import_module("jax"), importlib.import_module("optax")

    with jax.enable_x64(True):
        optimiser = library.with_extra_args_support(make(**arguments))
    update = jax.jit(lambda g, state, x, loss: optimiser.update(g, state, x, value=loss))

    def run(sequence: Sequence) -> np.ndarray:
        with jax.enable_x64(True):
            x = jax.numpy.asarray(sequence.start)
            state, points = optimiser.init(x), [sequence.start]
            for t in range(1, sequence.steps + 1):
                here = np.asarray(x)
                move, state = update(
                    jax.numpy.asarray(sequence.gradient(t, here)), state, x, sequence.extra("loss", t, here)
                )
                x = library.apply_updates(x, move)
                points.append(np.asarray(x))
        return np.array(points)

    return run


def keras(make: Make, arguments: dict[str, Any]) -> Run:
    """Optimisers of Keras 3, on its JAX backend."""
    jax, library = importlib.import_module("jax"), importlib.import_module("keras")

    def run(sequence: Sequence) -> np.ndarray:
        usual = library.config.floatx()
        library.config.set_floatx("float64")
        try:
            with jax.enable_x64(True):
                x, optimiser, points = library.Variable(sequence.start), make(**arguments), [sequence.start]
                for t in range(1, sequence.steps + 1):
                    optimiser.apply([jax.numpy.asarray(sequence.gradient(t, points[-1]))], [x])
                    points.append(np.array(x.value))
        finally:
            library.config.set_floatx(usual)
        return np.array(points)

    return run


def river(make: Make, arguments: dict[str, Any]) -> Run:
    """Optimisers of river, which keep a dictionary of weights."""

    def run(sequence: Sequence) -> np.ndarray:
        optimiser, x = make(**arguments), dict(enumerate(sequence.start.ravel().tolist()))
        points = [sequence.start]  # where gradients are taken: after the look ahead, if there is one
        for t in range(1, sequence.steps + 1):
            x = optimiser.step(x, dict(enumerate(sequence.gradient(t, points[-1]).ravel().tolist())))
            x = optimiser.look_ahead(x)
            points.append(np.array([x[k] for k in range(sequence.start.size)]).reshape(sequence.shape))
        return np.array(points)

    return run


def torch(make: Make, arguments: dict[str, Any]) -> Run:
    """Optimisers of torch.optim, and of the packages that are written for it."""
    library = importlib.import_module("torch")

    def run(sequence: Sequence) -> np.ndarray:
        x = library.nn.Parameter(library.tensor(sequence.start))
        optimiser, points = make([x], **arguments), [sequence.start]
        if hasattr(optimiser, "train"):
            optimiser.train()
        for t in range(1, sequence.steps + 1):
            x.grad = library.tensor(sequence.gradient(t, points[-1]))
            optimiser.step()
            points.append(x.detach().numpy().copy())
        return np.array(points)

    return run


def jaxopt(make: Make, arguments: dict[str, Any]) -> Run:
    """Solvers of jaxopt that take a function of value and gradient."""
    jax = importlib.import_module("jax")

    def run(sequence: Sequence) -> np.ndarray:
        with jax.enable_x64(True):
            solver = make(fun=lambda x, loss, gradient: (loss, gradient), value_and_grad=True, jit=False, **arguments)
            x, state, points = jax.numpy.asarray(sequence.start), None, [sequence.start]
            for t in range(1, sequence.steps + 1):
                gradient = jax.numpy.asarray(sequence.gradient(t, points[-1]))
                told = (jax.numpy.asarray(sequence.extra("loss", t, points[-1])), gradient)
                state = solver.init_state(x, *told) if state is None else state
                x, state = solver.update(x, state, *told)
                points.append(np.asarray(x))
        return np.array(points)

    return run


def tinygrad(make: Make, arguments: dict[str, Any]) -> Run:
    """Optimisers of tinygrad, in single precision, on its device that needs no compiler."""
    library = importlib.import_module("tinygrad")

    def run(sequence: Sequence) -> np.ndarray:
        with library.Context(TRAINING=1):
            x = library.Tensor(sequence.start.astype(np.float32)).is_param_(True)
            optimiser, points = make([x], **arguments), [sequence.start]
            for t in range(1, sequence.steps + 1):
                x.grad = library.Tensor(sequence.gradient(t, points[-1]).astype(np.float32))
                optimiser.step()
                points.append(x.numpy().astype(float))
        return np.array(points)

    return run


ADAPTERS: dict[str, tuple[Callable[[Make, dict[str, Any]], Run], float]] = {
    "optax": (optax, DOUBLE),
    "keras": (keras, DOUBLE),
    "jaxopt": (jaxopt, DOUBLE),
    "river": (river, DOUBLE),
    "torch": (torch, DOUBLE),
    "tinygrad": (tinygrad, SINGLE),
}
"""By the word in a file of rows, and the spacing at 1 of the numbers that the package computes with."""


def called(name: str) -> Make:
    """What a dotted name means, such as `optax.contrib.adopt`; the modules on the way are imported."""
    for variable, value in SETTINGS.items():
        os.environ.setdefault(variable, value)
    parts = name.split(".")
    found: Any = importlib.import_module(parts[0])
    for depth, part in enumerate(parts[1:], 1):
        if not hasattr(found, part):
            importlib.import_module(".".join(parts[: depth + 1]))
        found = getattr(found, part)
    made: Make = found
    return made


def installed(distribution: str) -> str | None:
    """The version of a distribution that is installed, without a build's local label; None where there is none."""
    try:
        return importlib.metadata.version(distribution).partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return None

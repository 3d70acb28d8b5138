"""Adapters: a dotted name is found, a version is read; what they feed and read is held by the rows."""

import math

import numpy as np
import pytest

from theorylab.conformance import adapters
from theorylab.conformance.adapters import ADAPTERS, called, installed
from theorylab.conformance.sequences import SEQUENCES, START


def test_a_dotted_name_is_called():
    assert called("math.sqrt") is math.sqrt
    assert called("theorylab.conformance.adapters.called") is called
    with pytest.raises(ModuleNotFoundError):
        called("theorylab.conformance.nothing")


def test_versions_are_those_of_the_distributions():
    assert installed("numpy")
    assert "+" not in installed("numpy")
    assert installed("no-such-distribution") is None


def test_an_adapter_is_named_by_its_package():
    for name, (adapter, precision) in ADAPTERS.items():
        assert adapter.__name__ == name
        assert precision in (2.0**-52, 2.0**-23)


@pytest.mark.filterwarnings("ignore")  # packages warn of themselves when they are imported
@pytest.mark.parametrize(
    ("adapter", "call", "arguments"),
    [
        (adapters.optax, "optax.sgd", {"learning_rate": 0.25}),
        (adapters.keras, "keras.optimizers.SGD", {"learning_rate": 0.25}),
        (adapters.jaxopt, "jaxopt.GradientDescent", {"stepsize": 0.25, "acceleration": False}),
        (adapters.river, "river.optim.SGD", {"lr": 0.25}),
        (adapters.torch, "torch.optim.SGD", {"lr": 0.25}),
        (adapters.tinygrad, "tinygrad.nn.optim.SGD", {"lr": 0.25}),
    ],
)
def test_gradients_go_in_and_points_come_out(adapter, call, arguments):
    package = call.partition(".")[0]
    if installed(package) is None:
        pytest.skip(f"{package} is not installed: pip install -e '.[conformance]'")
    run = adapter(called(call), arguments)
    for _ in range(2):  # each run begins anew
        for name in ("vector", "quadratic"):
            points = run(SEQUENCES[name])
            expected = [START]
            for t in range(1, 25):
                expected.append(expected[-1] - 0.25 * SEQUENCES[name].gradient(t, expected[-1]))
            assert points == pytest.approx(np.array(expected), rel=1e-5)

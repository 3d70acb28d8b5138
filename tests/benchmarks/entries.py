"""What is timed: the lab's kernels as studies call them, and the same algorithm by other means.

Every contender gives back what it computed, and is timed only after it was found to agree with ours. Contenders in C
draw from the lab's own streams; the others draw numbers of their own, and are not compared.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks.adaptive import amsgrad_rounds
from tests.benchmarks.common import Contender, Entry
from tests.benchmarks.draws import normals, normals32
from tests.benchmarks.edge import scalar_networks
from tests.benchmarks.minimax import extragradient, halpern
from tests.benchmarks.optimisers import adam_10, adam_1000, lion_10, lion_1000
from tests.benchmarks.quadratics import momentum_path
from tests.benchmarks.regression import ema_recursion, secular, sgd_paths, sgd_recursion
from tests.benchmarks.sde import rmsprop
from tests.benchmarks.separable import batch_perceptron, logistic

__all__ = ["ENTRIES", "Contender", "Entry"]

ENTRIES: dict[str, Callable[[], Entry]] = {
    f.__name__: f
    for f in (
        normals, normals32, sgd_paths, sgd_recursion, ema_recursion, secular, scalar_networks, logistic,
        batch_perceptron, rmsprop, extragradient, halpern, amsgrad_rounds, momentum_path,
        adam_1000, adam_10, lion_1000, lion_10,
    )
}  # fmt: skip

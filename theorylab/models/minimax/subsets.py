"""Samples without replacement, for kernels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_integers

Integers = NDArray[np.int64]


@kernel
def fill_subset(stream: Stream, order: Integers, out: Integers) -> None:
    """Fill `out` (b,) with b different entries of `order` (n,), b <= n, all subsets equally likely.

    Fisher and Yates: `order` is permuted in place, and may be used again.
    """
    n = order.size
    place = np.empty(1, dtype=np.int64)
    for i in range(out.size):
        fill_integers(stream, n - i, place)
        j = i + place[0]
        order[i], order[j] = order[j], order[i]
        out[i] = order[i]

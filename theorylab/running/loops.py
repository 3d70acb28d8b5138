"""Many replicas of a compiled kernel in one compiled loop, without the interpreter's lock: the bytes of single calls.

The loop is compiled once per layout of arguments, not per kernel: it takes the address of the kernel's machine code,
which is the very code that a call from Python runs. On disk it lies under the sources of this file, so that an edited
kernel never meets an old loop. Named tuples travel as plain ones, which machine code does not tell apart, so that the
loop's cache knows no class of a model or of a user.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from numba import types
from numba.core import cgutils, imputils
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.numerics.jit import allocating_strict_kernel
from theorylab.numerics.streams import restart, stream, stream_key

Floats = NDArray[np.float64]


@intrinsic
def _call(typing: Any, address: Any, arguments: Any, state: Any, example: Any) -> Any:
    """kernel(*arguments, state) for the kernel at `address`, which returns an array like `example`."""
    result = types.Array(types.float64, example.ndim, "C")

    def code(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        convention, kinds = context.call_conv, [*signature.args[1].types, signature.args[2]]
        place = builder.inttoptr(values[0], convention.get_function_type(result, kinds).as_pointer())
        given = [builder.extract_value(values[1], i) for i in range(len(kinds) - 1)] + [values[2]]
        status, out = convention.call_function(builder, place, result, kinds, given)
        # What the kernel raises is raised here.
        with cgutils.if_unlikely(builder, status.is_error):  # type: ignore[no-untyped-call]
            convention.return_status_propagate(builder, status)
        return imputils.impl_ret_new_ref(context, builder, result, out)  # type: ignore[no-untyped-call]

    return result(address, arguments, state, example), code


@allocating_strict_kernel
def _loop(
    address: int, arguments: Any, state: Any, key: Any, start: int, block: int, example: Floats, out: Floats
) -> int:
    """Fill `out` (rows, values) with sums over blocks of replicas, means where block > 1; a replica of other shape."""
    for row in range(out.shape[0]):
        for i in range(block):
            replica = start + row * block + i
            restart(key, np.uint64(replica), state)
            values: Any = _call(address, arguments, state, example)  # type: ignore[call-arg]
            if values.shape != example.shape:
                return replica
            flat = values.reshape(values.size)
            for k in range(out.shape[1]):
                out[row, k] = flat[k] if i == 0 else out[row, k] + flat[k]
        if block > 1:
            for k in range(out.shape[1]):
                out[row, k] /= block
    return -1


def rows(
    kernel: Any, arguments: tuple[Any, ...], seed: int, block: int, shape: tuple[int, ...], start: int, stop: int
) -> Floats | None:
    """What replicas start..stop gave, each of `shape`, or means of `block` of them; None where Python must call.

    It must for functions that are not compiled, arguments that are no numbers, arrays and tuples of them, and results
    that are no contiguous array of float64. Raises InputError if a replica returns another shape.
    """
    if not isinstance(kernel, Dispatcher) or stop >= 2**63 or not all(map(_is_plain, arguments)):
        return None
    state = stream(seed, start)
    signature = tuple(numba.typeof(value) for value in (*arguments, state))  # type: ignore[no-untyped-call]
    kernel.compile(signature)  # nothing is done where it is
    code: Any = kernel.overloads[signature]
    if code.signature.return_type != types.Array(types.float64, len(shape), "C"):
        return None
    address = code.library.get_pointer_to_function(code.fndesc.llvm_func_name)
    out = np.empty(((stop - start) // block, int(np.prod(shape))))
    plain = tuple(map(_plain, arguments))
    other = _loop(address, plain, state, stream_key(seed), start, block, np.empty(shape), out)
    require(other < 0, f"the kernel returns another shape for replica {other} than for the first: one is needed")
    return out.reshape(-1, *shape)


def _is_plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_plain, value))
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biufc" and value.dtype.isnative
    return isinstance(value, (bool, int, float, complex, np.number, np.bool_))


def _plain(value: Any) -> Any:
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value

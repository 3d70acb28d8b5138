"""The hand-written C, compiled on the spot; None, with a word, where there is no compiler."""

from __future__ import annotations

import ctypes
import functools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

SOURCE = Path(__file__).with_name("contenders.c")
# The freedoms of -ffast-math one by one: the flag itself would make the loaded library flush small numbers to zero in
# the whole process, the lab's own kernels included.
FREEDOMS = ("-fno-math-errno", "-fno-trapping-math", "-fassociative-math", "-freciprocal-math", "-fno-signed-zeros")
FLAGS = ("-O3", "-march=native", *FREEDOMS, "-shared", "-fPIC")
FLOATS = np.ctypeslib.ndpointer(np.float64, flags="C_CONTIGUOUS")
STREAM = np.ctypeslib.ndpointer(np.uint64, flags="C_CONTIGUOUS")
LONG, DOUBLE = ctypes.c_long, ctypes.c_double


@functools.cache
def library() -> Any:
    """The compiled library, or None."""
    compiler = os.environ.get("CC") or shutil.which("cc")
    if not compiler:
        print("no C compiler (cc) here: the column c stays empty", file=sys.stderr)
        return None
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder, "contenders.so")
        subprocess.run([compiler, *FLAGS, str(SOURCE), "-o", str(built), "-lm"], check=True)
        found = ctypes.CDLL(str(built))
    found.sgd_recursion.argtypes = [LONG, LONG, FLOATS, FLOATS, FLOATS, DOUBLE, DOUBLE, FLOATS]
    found.ema_recursion.argtypes = [LONG, LONG, *[FLOATS] * 4, DOUBLE, DOUBLE, DOUBLE, FLOATS, FLOATS, FLOATS]
    found.perceptron.argtypes, found.perceptron.restype = [LONG, LONG, FLOATS, LONG, FLOATS, FLOATS], LONG
    found.fill_normal.argtypes = [STREAM, FLOATS, LONG]
    found.sgd_path.argtypes = [LONG, LONG, LONG, DOUBLE, DOUBLE, DOUBLE, FLOATS, FLOATS, FLOATS, STREAM, FLOATS]
    found.scalar_networks.argtypes = [LONG, LONG, FLOATS, FLOATS, LONG, FLOATS]
    found.logistic.argtypes = [LONG, LONG, FLOATS, DOUBLE, LONG, FLOATS, FLOATS]
    found.rmsprop.argtypes = [LONG, FLOATS, FLOATS, *[DOUBLE] * 4, FLOATS, LONG, STREAM, FLOATS]
    found.amsgrad_rounds.argtypes = [DOUBLE, DOUBLE, LONG, *[DOUBLE] * 4, LONG, FLOATS]
    found.adam_steps.argtypes = [*[DOUBLE] * 4, LONG, LONG, LONG, *[FLOATS] * 4]
    found.lion_steps.argtypes = [*[DOUBLE] * 4, LONG, LONG, LONG, *[FLOATS] * 3]
    found.momentum_path.argtypes = [*[DOUBLE] * 5, LONG, STREAM, FLOATS]
    found.affine.argtypes = [LONG, LONG, *[FLOATS] * 7]
    found.fma_limit.argtypes, found.fma_limit.restype = [LONG], DOUBLE
    found.read_limit.argtypes, found.read_limit.restype = [LONG, LONG, FLOATS], DOUBLE
    return found


def version() -> str:
    """The compiler's own first line, or that there is none."""
    compiler = os.environ.get("CC") or shutil.which("cc")
    if not compiler:
        return "no C compiler"
    return subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]

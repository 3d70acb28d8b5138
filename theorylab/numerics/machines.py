"""What numbers depend on beside text and arguments: the processor that machine code is for, and what steers compilers.

Another vector width, a fused multiplication or another BLAS may differ in the last bits of a sum.
"""

from __future__ import annotations

import functools
import hashlib
import os
import platform
from pathlib import Path

HARMLESS = frozenset(
    f"NUMBA_{name}"
    for name in (
        "NUM_THREADS", "CACHE_DIR", "CACHE_LOCATOR_CLASSES", "DEBUG_CACHE", "DEVELOPER_MODE", "FULL_TRACEBACKS",
        "SHOW_HELP", "WARNINGS", "COLOR_SCHEME", "DISABLE_PERFORMANCE_WARNINGS", "THREADING_LAYER",
        "THREADING_LAYER_PRIORITY", "CAPTURED_ERRORS", "DISABLE_ERROR_MESSAGE_HIGHLIGHTING",
    )
)  # fmt: skip
"""Variables of Numba that move no number; any other may."""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables of which 1 is what the laboratory sets: sums that BLAS splits over threads depend on their number."""
OTHERS = ("OPENBLAS_CORETYPE", "MKL_CBWR", "MKL_ENABLE_INSTRUCTIONS", "NPY_DISABLE_CPU_FEATURES",
          "NPY_ENABLE_CPU_FEATURES")  # fmt: skip
SETTINGS_FILE = ".numba_config.yaml"
"""Where Numba reads settings as well, in the working folder."""


def settings() -> dict[str, str]:
    """What is set beside the defaults, and may move the last bits of numbers: variables by name, and Numba's file."""
    found = {
        name: value
        for name, value in sorted(os.environ.items())
        if value and (name in OTHERS or (name.startswith("NUMBA_") and name not in HARMLESS)
                      or (name in ONE_THREAD and value != "1"))
    }  # fmt: skip
    try:
        text = Path(SETTINGS_FILE).read_bytes() if Path(SETTINGS_FILE).is_file() else b""
    except OSError:
        return found
    return found | ({SETTINGS_FILE: hashlib.sha256(text).hexdigest()[:16]} if text else {})


def tag() -> str:
    """The settings in a few letters, for names of files: '' where all are the defaults."""
    told = settings()
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()[:8] if told else ""


def processor() -> str:
    """Kind of processor that kernels are compiled for, with its features and the settings that move numbers."""
    return ", ".join([_host(), *(f"{name}={value}" for name, value in settings().items())])


@functools.cache
def _host() -> str:
    from llvmlite import binding

    features = ",".join(sorted(name for name, there in binding.get_host_cpu_features().items() if there))
    return f"{binding.get_host_cpu_name()} ({hashlib.sha256(features.encode()).hexdigest()[:8]})"


def machine() -> str:
    """Hash of what the system tells of the processor, and of the settings: where it is the same, so is `processor`."""
    return hashlib.sha256("\n".join([*_told(), repr(sorted(settings().items()))]).encode()).hexdigest()[:16]


@functools.cache
def _told() -> tuple[str, ...]:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
        told = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    except OSError:
        told = []
    return (*told, platform.machine(), platform.processor())

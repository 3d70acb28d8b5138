"""Times per unit of the lab's hot kernels against the same algorithm in plain Numba, NumPy, JAX and hand-written C.

Each row interleaves its contenders in one process and keeps the median of the rounds, so that a drift of the machine
hits all alike. Columns after ours are ratios: their time over ours, more than 1 where ours is faster. `limit` is the
share of what the arithmetic units or the cache allow, measured in the same run. One thread (JAX may take more).
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks import growth, native
from tests.benchmarks.entries import ENTRIES, Entry
from theorylab.views import plots

ROUNDS = 7
COLUMNS = ("numba", "numpy", "jax", "c")
COMMAND = str(Path(sys.executable).with_name("theorylab"))
DOORS = {
    "import theorylab": (sys.executable, "-c", "import theorylab"),
    "theorylab --help": (COMMAND, "--help"),
    "theorylab list": (COMMAND, "list"),
    "theorylab run, reused": (COMMAND, "run", "--out", "out/benchmark"),
}


def clock(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def disagreement(entry: Entry) -> str:
    """Which contender computes something else than ours, in words; '' if none does. Compiles and warms up all."""
    expected = entry.ours.call()
    for name, contender in entry.others.items():
        found = contender.call()
        if expected is not None and found is not None and not np.allclose(found, expected, rtol=1e-9, atol=1e-12):
            return f"{name} differs from ours by {np.max(np.abs(np.asarray(found) - expected)):.3g}"
    return ""


def limit(entry: Entry) -> float | None:
    """Seconds that a unit needs at least: its arithmetic at the peak, or its reads at the rate of its cache level."""
    lib = native.library()
    if lib is None or not entry.flops:
        return None
    rounds = 200_000
    arithmetic = min(clock(lambda: lib.fma_limit(rounds)) for _ in range(5)) / (rounds * 64 * 2)
    cells = np.ones(max(entry.resident // 8, 64))
    turns = max(1, 20_000_000 // cells.size)
    reads = min(clock(lambda: lib.read_limit(cells.size, turns, cells)) for _ in range(5)) / (turns * cells.size * 8)
    return max(entry.flops * arithmetic, entry.bytes * reads)


def measure(name: str, entry: Entry, rounds: int) -> dict[str, Any]:
    """The row of one kernel. Raises SystemExit if a contender disagrees: what is wrong is not timed."""
    if words := disagreement(entry):
        raise SystemExit(f"{name}: {words}; nothing was timed")
    contenders = {"ours": entry.ours, **entry.others}
    times: dict[str, list[float]] = {key: [] for key in contenders}
    for _ in range(rounds):
        for key, contender in contenders.items():
            times[key].append(clock(contender.call) / contender.work)
    row: dict[str, Any] = {"kernel": name, "unit": entry.unit}
    for key in ("ours", *COLUMNS):
        row[key] = 1e9 * statistics.median(times[key]) if key in times else None
    least = limit(entry)
    row["limit_fraction"] = None if least is None else 1e9 * least / row["ours"]
    return row


def door(name: str) -> dict[str, Any]:
    """The row of a process, in seconds."""
    seconds = statistics.median(
        clock(lambda: subprocess.run(DOORS[name], check=False, capture_output=True)) for _ in range(3)
    )
    return {"kernel": name, "unit": "s / process", "ours": seconds, **dict.fromkeys((*COLUMNS, "limit_fraction"))}


def line(row: dict[str, Any], goals: dict[str, float]) -> str:
    """A row of the table, its goals met or missed at the end."""
    ratios = {key: row[key] / row["ours"] if row[key] else None for key in COLUMNS}
    cells = [f"{ratios[key]:7.2f}" if ratios[key] else f"{'-':>7}" for key in COLUMNS]
    share = f"{row['limit_fraction']:6.2f}" if row["limit_fraction"] else f"{'-':>6}"
    words = [
        f"{key} >= {goal:g}: {'not measured' if ratios[key] is None else 'met' if ratios[key] >= goal else 'missed'}"
        for key, goal in goals.items()
    ]
    return f"{row['kernel']:22} {row['unit']:23} {row['ours']:9.3g} {' '.join(cells)} {share}  {', '.join(words)}"


def machine() -> str:
    """What these times were measured on."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.is_file() else []
    model = next((text.split(":")[1].strip() for text in lines if text.startswith("model name")), platform.processor())
    cores = len([1 for text in lines if text.startswith("processor")])
    return f"{model}, {cores} cores, caches {_caches()}; {native.version()}; {_versions()}"


def _caches() -> str:
    """Sizes of the data caches of one core, nearest first."""
    found = []
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind, size = ((folder / name).read_text(encoding="ascii").strip() for name in ("type", "size"))
        found += [size] if kind != "Instruction" else []
    return " / ".join(found) or "unknown"


def _versions() -> str:
    packages = [name for name in ("numpy", "numba", "llvmlite", "jax") if importlib.util.find_spec(name)]
    python = f"Python {platform.python_version()}"
    return ", ".join([python, *(f"{name} {importlib.metadata.version(name)}" for name in packages)])


def main() -> None:
    """Time the kernels named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help=f"any of: {', '.join([*ENTRIES, *DOORS])}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the table as JSON")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of which the median counts ({ROUNDS})")
    parser.add_argument("--growth", type=Path, metavar="FILE", help="draw how time grows with size into an SVG file")
    given = parser.parse_args()
    unknown = [name for name in given.kernels if name not in ENTRIES and name not in DOORS]
    if unknown:
        parser.error(f"unknown kernel {unknown[0]!r}; choose from {', '.join([*ENTRIES, *DOORS])}")
    if given.rounds < 1:
        parser.error(f"--rounds {given.rounds} is not allowed: give an integer >= 1")
    if given.growth:
        rows = growth.measure()
        for row in rows:
            print(f"{row['axis']:12} {row['series']:36} exponent {row['exponent']:.2f}, expected {row['expected']:g}")
        given.growth.write_bytes(plots.svg(growth.figure(rows)))
        return
    print(machine())
    print(f"{'kernel':22} {'unit':23} {'ours':>9} {' '.join(f'{key:>7}' for key in COLUMNS)} {'limit':>6}  goals")
    rows = []
    for name in given.kernels or [*ENTRIES, *DOORS]:
        if name in DOORS:
            rows.append(door(name))
            print(line(rows[-1], {}))
            continue
        entry = ENTRIES[name]()
        rows.append(measure(name, entry, given.rounds))
        print(line(rows[-1], entry.goals), flush=True)
    if given.json:
        given.json.write_text(json.dumps({"kernels": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

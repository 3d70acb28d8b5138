"""Times per unit of the hot kernels against the same thing in NumPy, and of the doors of the lab as processes.

Each row interleaves its contenders and keeps the median of the rounds, so that a drift of the machine hits all alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from theorylab.regression import moments, theory
from theorylab.regression.kernels import paths
from theorylab.regression.model import LeastSquares
from theorylab.streams import fill_normal, stream

ROUNDS = 7
DIMENSION = 2000
Timed = tuple[str, float, Callable[[], object], Callable[[], object] | None]


def problem() -> tuple[LeastSquares, float]:
    p = LeastSquares.power_law(DIMENSION, 2.0, start=1.0, noise_std=1.0)
    return p, 1 / (6 * p.trace)


def normals() -> Timed:
    source, generator, out = stream(0, 0), np.random.Generator(np.random.SFC64(0)), np.empty(100_000)
    return "ns / normal", out.size, lambda: fill_normal(source, out), lambda: generator.standard_normal(out=out)


def sgd_recursion() -> Timed:
    p, step = problem()
    r, steps = theory.recursion(p, step, False), np.array([2000])

    def in_numpy() -> None:
        c = r.start.copy()
        for _ in range(200):
            c = r.keep * c + r.gain * (r.feedback * (r.eigenvalues @ c) + r.noise)

    return "ns / (coordinate step)", DIMENSION * 2000, lambda: moments.last(r, steps), scaled(in_numpy, 10)


def ema_recursion() -> Timed:
    p, step = problem()
    r, steps, a = theory.recursion(p, step, False), np.array([2000]), 0.99

    def in_numpy() -> None:
        c, cross, v = r.start.copy(), r.start.copy(), r.start.copy()
        for _ in range(200):
            v = a * a * v + 2 * a * (1 - a) * cross + (1 - a) ** 2 * c
            cross = r.contraction * (a * cross + (1 - a) * c)
            c = r.keep * c + r.gain * (r.feedback * (r.eigenvalues @ c) + r.noise)

    return "ns / (coordinate step)", DIMENSION * 2000, lambda: moments.ema(r, a, steps), scaled(in_numpy, 10)


def average_recursion() -> Timed:
    p, step = problem()
    r, steps = theory.recursion(p, step, False), np.array([2000])

    def in_numpy() -> None:
        c, cross, v = r.start.copy(), np.zeros(DIMENSION), np.zeros(DIMENSION)
        for _ in range(200):
            v = v + 2 * cross + c
            cross = r.contraction * (cross + c)
            c = r.keep * c + r.gain * (r.feedback * (r.eigenvalues @ c) + r.noise)

    return "ns / (coordinate step)", DIMENSION * 2000, lambda: moments.average(r, 0, steps), scaled(in_numpy, 10)


def sgd_paths() -> Timed:
    p, step = problem()
    data, source, generator = p.data(), stream(0, 0), np.random.Generator(np.random.SFC64(0))
    starts, steps = np.array([100]), np.array([200])

    def in_numpy() -> None:
        e, m, total = p.error0.copy(), p.error0.copy(), np.zeros(DIMENSION)
        for _ in range(200):
            x = data.scales * generator.standard_normal(DIMENSION)
            m = 0.99 * m + 0.01 * e
            total += e
            e = e + step * (p.noise_std * generator.standard_normal() - x @ e) * x

    def ours() -> object:
        return paths(data, step, 0.99, starts, steps, data.eigenvalues, 2, source)

    return "ns / (coordinate step)", DIMENSION * 200, ours, in_numpy


KERNELS: dict[str, Callable[[], Timed]] = {
    f.__name__: f for f in (normals, sgd_recursion, ema_recursion, average_recursion, sgd_paths)
}


def process(*arguments: str) -> Callable[[], Timed]:
    def timed() -> Timed:
        return "s / process", 1e9, lambda: subprocess.run(arguments, check=True, capture_output=True), None

    return timed


COMMAND = str(Path(sys.executable).with_name("theorylab"))
DOORS = {
    "import theorylab": process(sys.executable, "-c", "import theorylab"),
    "theorylab --help": process(COMMAND, "--help"),
    "theorylab list": process(COMMAND, "list"),
    "theorylab run, warm": process(COMMAND, "run", "--out", "out/benchmark"),
}


def scaled(short: Callable[[], object], times: int) -> Callable[[], object]:
    """Run `short` as often as makes its work equal to the contender's; NumPy loops have no start-up to amortise."""

    def repeated() -> None:
        for _ in range(times):
            short()

    return repeated


def clock(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def measure(timed: Timed, rounds: int) -> tuple[str, float, float | None]:
    unit, work, ours, numpy = timed
    ours()  # compiled, loaded, in cache
    times: list[list[float]] = [[], []]
    for _ in range(rounds):
        times[0].append(clock(ours))
        if numpy is not None:
            times[1].append(clock(numpy))
    scale = 1e9 / work
    return unit, scale * statistics.median(times[0]), scale * statistics.median(times[1]) if numpy else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    everything = KERNELS | DOORS
    parser.add_argument("kernels", nargs="*", metavar="KERNEL", help=f"any of: {', '.join(everything)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the table as JSON")
    arguments = parser.parse_args()
    unknown = [name for name in arguments.kernels if name not in everything]
    if unknown:
        parser.error(f"unknown kernel {unknown[0]!r}; choose from {', '.join(everything)}")
    rows = []
    print(f"{'kernel':24} {'unit':24} {'ours':>10} {'numpy':>10} {'ratio':>7}")
    for name in arguments.kernels or everything:
        unit, ours, numpy = measure(everything[name](), 3 if name in DOORS else ROUNDS)
        versus = f"{numpy:10.3g} {numpy / ours:7.1f}" if numpy else f"{'-':>10} {'-':>7}"
        print(f"{name:24} {unit:24} {ours:10.3g} {versus}")
        rows.append(
            {"kernel": name, "unit": unit, "ours": ours, "numba": None, "numpy": numpy, "jax": None, "c": None,
             "limit_fraction": None}
        )  # fmt: skip
    if arguments.json:
        arguments.json.write_text(json.dumps({"kernels": rows}, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

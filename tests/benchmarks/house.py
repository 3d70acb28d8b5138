"""What a command costs against another commit of the lab: python -m tests.benchmarks.house --against COMMIT.

Both builds run the same commands in turn, each in a folder of its own, so that a drift of the machine hits both alike;
medians of the rounds. Wall time counts where the machine is free, CPU time (children included) where it is shared. Cold
runs compile everything: their machine code goes to an empty folder.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import theorylab

ROOT = Path(theorylab.__file__).parents[1]
REUSED = "one_hot"
CHILD = """
import ctypes, json, os, resource, subprocess, sys, time
# Orphans become this process's children (PR_SET_CHILD_SUBREAPER): workers outlive the command that they work for by a
# moment, and what nobody waits for is in nobody's account.
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
began = time.perf_counter()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
wall = time.perf_counter() - began
try:
    while os.wait():
        pass
except ChildProcessError:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, code]))
"""
MAIN = "import sys; from theorylab.views.cli import main; sys.argv[0] = 'theorylab'; main()"
OLD_MAIN = "import sys; from theorylab.cli import main; sys.argv[0] = 'theorylab'; main()"


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and CPU time, and peak memory of the largest process, in MiB."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True)
class Row:
    """A comparison: arguments for this build and for the other, what has to hold, and how a round begins."""

    name: str
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    goals: tuple[tuple[str, float], ...]
    cold: bool = False


GROWTH = "per study, 500 over 95 studies"
ROWS = (
    Row("all, fresh, figures", ("run", "--all", "--fresh", "--figures"), ("run", "--fresh"),
        (("wall", 0.30), ("cpu", 0.55))),
    Row("all, fresh, no figures", ("run", "--all", "--fresh"), ("run", "--fresh"), (("wall", 0.15),)),
    Row("all, cold", ("run", "--all", "--fresh", "--figures"), ("run", "--fresh"), (("wall", 0.5),), cold=True),
    Row("all, reused", ("run", "--all", "--figures"), ("run",), (("wall", 0.25),)),
    Row("one study, reused", ("run", REUSED), ("run", REUSED), (("cpu", 0.35), ("memory", 0.65))),
)  # fmt: skip


class Build:
    """A checkout of the lab, and the folder that its runs write to."""

    def __init__(self, root: Path, work: Path) -> None:
        self.root, self.work = root, work
        self.main = MAIN if (root / "theorylab" / "views").is_dir() else OLD_MAIN
        work.mkdir(parents=True, exist_ok=True)

    def run(self, arguments: tuple[str, ...], *, cold: bool = False, **more: str) -> Cost:
        """The cost of a command; verdicts that are not as declared are no reason to stop, anything worse is."""
        variables = os.environ | {"PYTHONPATH": str(self.root)} | more
        machine_code = self.work / "cold"
        if cold:
            shutil.rmtree(machine_code, ignore_errors=True)
            variables |= {"NUMBA_CACHE_DIR": str(machine_code)}
        line = [
            sys.executable,
            "-c",
            CHILD,
            sys.executable,
            "-c",
            self.main,
            *arguments,
            "--out",
            str(self.work / "out"),
        ]
        done = subprocess.run(line, env=variables, cwd=self.work, capture_output=True, text=True, check=True)
        wall, cpu, memory, code = json.loads(done.stdout)
        if code not in (0, 1):
            raise SystemExit(f"{self.root}: theorylab {' '.join(arguments)} ended with {code}: {done.stderr}")
        return Cost(wall, cpu, memory)


def compared(rows: Sequence[Row], ours: Build, theirs: Build, rounds: int) -> dict[str, dict[str, float]]:
    """By name of a row medians of ours over theirs, by 'wall', 'cpu', 'memory'.

    All rows are of one command of theirs, which runs once in a round; the builds take turns.
    """
    cold = rows[0].cold
    if not cold:  # machine code, and what is reused
        for row in rows:
            ours.run(row.ours)
        theirs.run(rows[0].theirs)
    costs: list[tuple[list[Cost], Cost]] = []
    for _ in range(rounds):
        costs.append(([ours.run(row.ours, cold=cold) for row in rows], theirs.run(rows[0].theirs, cold=cold)))
    return {
        row.name: {
            name: statistics.median(getattr(own[i], name) for own, _ in costs)
            / statistics.median(getattr(other, name) for _, other in costs)
            for name in ("wall", "cpu", "memory")
        }
        for i, row in enumerate(rows)
    }


SYNTHETIC = '''"""Claim {i}."""
from dataclasses import dataclass
from theorylab import Rival, Source, agrees, exact, plots
SOURCE = Source("Theorem {i}", kind="derived")
@dataclass(frozen=True, kw_only=True)
class Setting:
    value: float = 1.0
QUICK, FULL = Setting(), Setting(value=2.0)
def measure(s):
    return {{"a": exact([1, 2], [s.value] * 2, 1e-12)}}
def predict(s):
    return {{"a": exact([1, 2], [s.value] * 2, 1e-12)}}
def checks(s, measured, predicted):
    yield agrees("they agree", measured["a"], predicted["a"], rival=Rival(claim="nine", predicted=9.0))
def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    return drawn
'''


def growth(build: Build, rounds: int, sizes: tuple[int, int] = (95, 500)) -> float:
    """CPU time per study at the larger number of synthetic studies over that at the smaller, fixed costs included."""
    found = []
    for count in sizes:
        package = build.work / f"synthetic{count}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        for i in range(count):
            (package / f"claim{i}.py").write_text(SYNTHETIC.format(i=i), encoding="utf-8")
        costs = [build.run(("run", str(package), "--fresh", "--no-figures")).cpu for _ in range(rounds)]
        found.append(statistics.median(costs) / count)
    return found[1] / found[0]


def checkout(commit: str, folder: Path) -> Path:
    """A checkout of a commit of this repository, made in a folder."""
    root = folder / "against"
    subprocess.run(["git", "clone", "--quiet", "--shared", str(ROOT), str(root)], check=True)
    subprocess.run(["git", "checkout", "--quiet", commit], cwd=root, check=True)
    return root


def line(name: str, found: dict[str, float], goals: tuple[tuple[str, float], ...]) -> str:
    """A row of the table, its goals met or missed at the end."""
    words = [f"{key} <= {goal:g}: {'met' if found[key] <= goal else 'missed'}" for key, goal in goals]
    cells = " ".join(f"{found[key]:8.3f}" if key in found else f"{'-':>8}" for key in ("wall", "cpu", "memory"))
    return f"{name:34} {cells}   {', '.join(words)}"


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.house", description=__doc__)
    parser.add_argument("--against", required=True, metavar="COMMIT", help="the build to compare with")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of which the median counts (5)")
    parser.add_argument("--only", metavar="REGEX", default="", help="rows whose name matches")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours, theirs = Build(ROOT, folder / "ours"), Build(checkout(given.against, folder), folder / "theirs")
        print(f"{'this build over ' + given.against:34} {'wall':>8} {'cpu':>8} {'memory':>8}   goals")
        wanted = [row for row in ROWS if re.search(given.only, row.name)]
        for _, group in itertools.groupby(wanted, key=lambda row: (row.theirs, row.cold)):
            rows = list(group)
            found = compared(rows, ours, theirs, given.rounds)
            for row in rows:
                print(line(row.name, found[row.name], row.goals), flush=True)
        if re.search(given.only, GROWTH):
            print(line(GROWTH, {"cpu": growth(ours, given.rounds)}, (("cpu", 1.1),)), flush=True)


if __name__ == "__main__":
    main()

"""A copy of the project in which one mutant at a time is run, in processes of its own that end when they take too long.

It always lies in the same place, so that machine code of what is not changed is compiled once: the cache goes by place
and by the digest of what a kernel reaches, and no mutant can be taken for the original.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorylab.numerics import sources
from theorylab.running import store
from theorylab.trials.mutation import Mutant
from theorylab.trials.reach import Witness

PARTS = ("theorylab", "studies", "tests", "pyproject.toml")
COMMAND = ("-m", "theorylab.trials.witnesses")
ALLOWED, TIMES = 120.0, 20.0
"""Processor time of a witness: seconds, and so many times what it takes without a mutant."""
WALL = 3600.0
"""Seconds after which a process that takes no processor time, a deadlock say, is ended."""


@dataclass(frozen=True)
class Said:
    """What witnesses said: whose word it was, what it said ('' if none noticed anything), whether it took too long."""

    by: str = ""
    words: str = ""
    late: bool = False
    lines: tuple[dict[str, Any], ...] = ()
    """The reports of all that were asked."""


class Tree:
    """A fresh copy of a clone under a folder, and beside it the machine code of all copies."""

    def __init__(self, clone: Path, folder: Path) -> None:
        self.root = folder.resolve() / "tree"
        self.cache = folder.resolve() / "machine-code"
        store.prepare_folder(folder)
        shutil.rmtree(self.root, ignore_errors=True)
        self.root.mkdir()
        for part in PARTS:
            if (clone / part).is_dir():
                unwanted = shutil.ignore_patterns("__pycache__", "figures")
                shutil.copytree(clone / part, self.root / part, ignore=unwanted)
            elif (clone / part).exists():
                shutil.copy2(clone / part, self.root / part)
        self._digests = {sources.digest(path)[:16] for path in self.root.joinpath("theorylab").rglob("*.py")}

    @contextlib.contextmanager
    def holding(self, mutant: Mutant, below: Path) -> Iterator[None]:
        """The copy with a mutant in a file below a folder of it, for a while."""
        path = self.root / below / mutant.file
        content, stat = path.read_bytes(), path.stat()
        try:
            path.write_bytes(mutant.applied(content))
            old = time.time() - 5  # a file as young as the process that reads it would not be trusted, nor cached
            os.utime(path, (old, old))
            yield
        finally:
            path.write_bytes(content)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            self._forget()

    def _forget(self) -> None:
        """Delete machine code of anything but the originals."""
        for path in self.cache.rglob("*.nb[ic]"):
            if not any(digest in path.name for digest in self._digests):
                path.unlink(missing_ok=True)

    def survey(self, studies: Sequence[Witness], below: Path) -> Said:
        """What all the studies say with nothing changed, and the lines that they execute below a folder of the copy."""
        return self._said(
            studies, {"traced": str(self.root / below), "tests": [], "studies": _limits(studies)}, keep=True
        )

    def ask(self, studies: Sequence[Witness]) -> Said:
        """What the studies say, one after the other up to the first that notices something."""
        return self._said(studies, {"traced": None, "tests": [], "studies": _limits(studies)})

    def try_tests(self, names: Sequence[str]) -> str:
        """The first of the tests that fails, or how the process ended before one did; '' if all pass."""
        limit = ALLOWED * TIMES
        return self._said([], {"traced": None, "tests": list(names), "limit": limit, "studies": []}).words

    def _said(self, studies: Sequence[Witness], order: dict[str, Any], keep: bool = False) -> Said:
        try:
            done = subprocess.run(
                [sys.executable, *COMMAND], input=json.dumps(order).encode(), cwd=self.root,
                env=self._environment(keep), capture_output=True, timeout=WALL, check=False,
            )  # fmt: skip
            out, status, errors = done.stdout, done.returncode, done.stderr
        except subprocess.TimeoutExpired as end:
            out, status, errors = end.stdout or b"", -signal.SIGXCPU, b""
        lines = tuple(json.loads(line) for line in out.decode().splitlines() if line.endswith("}"))
        noticed = next((line for line in lines if line["said"]), None)
        if noticed:
            return Said(noticed["name"], noticed["said"], lines=lines)
        if status == 0:
            return Said(lines=lines)
        by = studies[min(len(lines), len(studies) - 1)].name if studies else ""
        if status == -signal.SIGXCPU:
            return Said(by, "takes more processor time than its limit", late=True, lines=lines)
        last = errors.decode(errors="replace").strip().splitlines()[-1:] or ["no message"]
        return Said(by, f"broke: exit status {status}: {last[0]}", lines=lines)

    def _environment(self, keep: bool) -> dict[str, str]:
        """The process finds the copy first."""
        dropped = ("THEORYLAB_STUDIES", "THEORYLAB_SLOW", "PYTHONDONTWRITEBYTECODE")
        kept = {name: value for name, value in os.environ.items() if name not in dropped}
        found = kept | {"PYTHONPATH": str(self.root), "NUMBA_CACHE_DIR": str(self.cache)}
        return found if keep else found | {"PYTHONDONTWRITEBYTECODE": "1"}


def _limits(studies: Sequence[Witness]) -> list[dict[str, Any]]:
    return [{"name": one.name, "limit": ALLOWED + TIMES * one.seconds} for one in studies]

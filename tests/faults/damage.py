"""Files that are cut, emptied, replaced or put in another's place; and what a run makes of it."""

import json
import os
import shutil
from collections import Counter
from pathlib import Path

import numpy as np

import theorylab
from tests.faults import subject
from theorylab.running import checkpoints
from theorylab.running.checkpoints import Checkpoints
from theorylab.trials import ledgers, seeds, stored

STUDY = "harmed.walk"


def emptied(path):
    path.write_bytes(b"")


def cut(path):
    path.write_bytes(path.read_bytes()[:-9])


def torn(path):
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])


def of_another_shape(path):
    path.write_text("[5]")


def deeply_nested(path):
    path.write_text("[" * 100_000)


def not_text(path):
    path.write_bytes(b"\xff" + path.read_bytes())


def a_folder(path):
    path.unlink()
    path.mkdir()


def a_pipe(path):
    path.unlink()
    os.mkfifo(path)


def a_circle(path):
    path.unlink()
    path.symlink_to(path)


HARMS = (emptied, cut, torn, of_another_shape, deeply_nested, not_text, a_folder, a_pipe, a_circle)
KINDS = ("npz", "json", "svg", "ledger", "seeds.jsonl", ".lock")


def without(name):
    """A harm: a value that is gone from a record, or from a ledger under a checksum of its own."""

    def harm(path):
        whole = json.loads(path.read_text(encoding="utf-8"))
        holders = [whole["ledger"], whole["ledger"]["record"]] if "ledger" in whole else [whole]
        for holder in holders:
            holder.pop(name, None)
        if "ledger" in whole:
            whole["checksum"] = ledgers.checksum(whole["ledger"])
        path.write_text(json.dumps(whole), encoding="utf-8")

    return harm


MISSING = tuple(without(name) for name in ("curves", "versions", "setting", "checks", "record", "sums", "parts"))


class Ground:
    """A folder with a stored result and a list of seeds, to be harmed in copies."""

    def __init__(self, folder):
        self.folder = subject.plant(folder, "harmed")
        self.out, self.copy = folder / "whole", folder / "out"
        with subject.imported(self.folder, "harmed") as module:
            theorylab.run(module, seed=9, out=self.copy)  # paths in messages are those of copies
            self.result = theorylab.run(module, out=self.copy)
        shutil.copytree(self.copy, self.out)
        self.truth = subject.written(self.out, STUDY)
        self.memory = (self.out / seeds.SEEDS).read_bytes()

    def place(self, kind):
        """Where the file of a kind lies in the copy."""
        return {"seeds.jsonl": self.copy / seeds.SEEDS, ".lock": self.copy / ".lock"}.get(kind) or stored.files(
            self.copy, STUDY
        )[kind]

    def harm(self, kind, harm, **changes):
        """Harm the file of a kind, then run the study: (what became of it, what was said)."""
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.out, self.copy)
        harm(self.place(kind))
        with subject.imported(self.folder, "harmed") as module:
            result, words = subject.said(theorylab.run, module, out=self.copy, **changes)
            again, more = subject.said(theorylab.run, module, out=self.copy)
        same = subject.written(self.copy, STUDY) == self.truth and result.record() == self.result.record()
        if not same or more or not again.reused:
            return ("lost" if words else "silently wrong"), words
        return ("recovered" if words else "harmless"), words


def results(ground):
    """By kind of file, how often what became of it over all harms."""
    found = {kind: Counter(ground.harm(kind, harm)[0] for harm in HARMS) for kind in KINDS if kind != "seeds.jsonl"}
    # The list of seeds is read and mended when something is computed.
    found["seeds.jsonl"] = Counter(ground.harm("seeds.jsonl", harm, fresh=True)[0] for harm in HARMS)
    for kind in ("json", "ledger"):
        found[f"{kind}, values gone"] = Counter(ground.harm(kind, harm)[0] for harm in MISSING)
    return found


# Pieces ---------------------------------------------------------------------------------------------------------------

POINTS = np.arange(3.0)


def walk(points, source):
    """Uniforms, (points,)."""
    out = np.empty(points)
    theorylab.streams.fill_uniform(source, out)
    return out


def simulated(folder, seed=1):
    """Samples of a run that keeps its pieces in a folder, as bytes."""
    with theorylab.using(checkpoints=Checkpoints(folder), workers=1):
        return theorylab.replicate(walk, 3, x=POINTS, replicas=640, seed=seed).samples.tobytes()


def equal_in_size(folder):
    """Two pieces of one run that have the same size."""
    by_size = {}
    for path in sorted(folder.rglob("*.piece")):
        by_size.setdefault(path.stat().st_size, []).append(path)
    return next(paths for paths in by_size.values() if len(paths) > 1)[:2]


def swapped(one, other, foreign):
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def duplicated(one, other, foreign):
    other.write_bytes(one.read_bytes())


def of_another_seed(one, other, foreign):
    one.write_bytes((foreign / one.name).read_bytes())


def retyped(one, other, foreign):
    _, _, body = one.read_bytes().partition(b"\n")
    head, _, numbers = body.partition(b"\n")
    told = json.loads(head) | {"dtype": "<f4"}
    content = json.dumps(told).encode() + b"\n" + np.frombuffer(numbers).astype("<f4").tobytes()
    total = checkpoints.hashlib.sha256(content).hexdigest().encode()
    one.write_bytes(checkpoints._MAGIC + total + b"\n" + content)


MISPLACED = (swapped, duplicated, of_another_seed, retyped)


def piece(folder, harm):
    """Harm pieces of a run, run it again: (what became of it, what was said)."""
    before = checkpoints.FLUSH_SECONDS
    checkpoints.FLUSH_SECONDS = 0.0
    try:
        truth = simulated(folder / "kept")
        simulated(folder / "foreign", seed=2)
        one, other = equal_in_size(folder / "kept")
        foreign = one.parent if not (folder / "foreign").is_dir() else next((folder / "foreign").iterdir())
        if harm in MISPLACED:
            harm(one, other, foreign)
        else:
            harm(one)
        found, words = subject.said(simulated, folder / "kept")
        again, more = subject.said(simulated, folder / "kept")
    finally:
        checkpoints.FLUSH_SECONDS = before
    if found != truth or again != truth or more:
        return ("lost" if words else "silently wrong"), words
    return ("recovered" if words else "harmless"), words


def pieces(folder):
    """How often what became of harmed pieces, and of misplaced ones."""
    folder = Path(folder)
    return {
        name: Counter(piece(folder / name / str(k), harm)[0] for k, harm in enumerate(harms))
        for name, harms in (("piece", HARMS), ("piece, misplaced", MISPLACED))
    }

"""One flipped bit in each kind of file: loaded, it must be said, or harmless; and a run makes all good again."""

import shutil
import types
from collections import Counter

import numpy as np

import theorylab
from tests.faults import subject
from theorylab.errors import InputError
from theorylab.numerics import jit
from theorylab.numerics.jit import _Files
from theorylab.running import checkpoints, store
from theorylab.running.checkpoints import Checkpoints, _encode
from theorylab.trials import ledgers, origins, seeds, stored

RESULT = ("npz", "json", "svg", "ledger")
KINDS = (*RESULT, "piece", "seeds.jsonl", "machine code", "machine code index")
STUDY = "flipped.walk"


class Ground:
    """A folder with a file of each kind, all whole, and what is read from each when it is."""

    def __init__(self, folder):
        self.folder = subject.plant(folder, "flipped")
        self.out = folder / "out"
        with subject.imported(self.folder, "flipped") as module:
            self.result = theorylab.run(module, out=self.out)
            self.setting = stored.as_json(module.QUICK)
            self.now = origins.origin(self.folder / "flipped" / "walk.py")
        self.paths = stored.files(self.out, STUDY)
        self.truth = subject.written(self.out, STUDY)
        self.values = np.arange(12.0).reshape(4, 3)
        self.paths["piece"] = self.out / ".pieces" / "key" / "0-4.piece"
        self.paths["piece"].parent.mkdir(parents=True)
        self.paths["piece"].write_bytes(_encode(self.values, "key", 0, 4))
        self.run = seeds.line(STUDY, "0", {"seed": 7}, True)
        self.asked = seeds.line(STUDY, "0", {"seed": 1}, True)
        for seed in (7, 8):
            seeds.remember(self.out, self.run | {"seed": seed, "setting": {"seed": seed}}, [])
        self.paths["seeds.jsonl"] = self.out / seeds.SEEDS
        self.files = _Files(str(self.out), "code", "stamp")
        self.files.save("key", list(range(1000)))
        self.paths["machine code"] = self.out / "code.1.nbc"
        self.paths["machine code index"] = self.out / "code.nbi"
        self.whole = {kind: self.load(kind) for kind in KINDS}

    def load(self, kind):
        """What a program gets from the file of a kind, as something that can be compared."""
        if kind in RESULT:
            found = stored.stored(self.out, STUDY, self.now, setting=self.setting)
            return found.reason, found.checked, found.drawn, found.usable and dict(found.record)
        if kind == "piece":
            values = Checkpoints(self.paths["piece"].parents[1]).load("key", 0, 4)
            return None if values is None else values.tobytes()
        if kind == "seeds.jsonl":
            return seeds.others(self.out, self.asked)
        return self.files.load("key")

    def flip(self, kind, draws):
        """Flip a bit of the file of a kind, load it, put it back: 'said', 'harmless' or 'silently wrong'."""
        path, content = self.paths[kind], bytearray(self.paths[kind].read_bytes())
        whole = bytes(content)
        content[draws.randrange(len(content))] ^= 1 << draws.randrange(8)
        path.write_bytes(content)
        try:
            found, words = subject.said(self.load, kind)
        except InputError as refusal:  # a bit of the schema's number: a store of a later version
            found, words = None, [str(refusal)]
        finally:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(whole)
        if any(path.name in line for line in words):
            return "said"
        # Record, curves and figure are the result, whatever is made of them here.
        same = found == self.whole[kind] and kind not in ("npz", "json", "svg")
        return "harmless" if same else "silently wrong"

    def mend(self, kind, draws):
        """Flip a bit of a stored result, run the study: what became of it, one of the fates of the table."""
        out = self.folder / "again"
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(self.out, out)
        path = stored.files(out, STUDY)[kind]
        content = bytearray(path.read_bytes())
        content[draws.randrange(len(content))] ^= 1 << draws.randrange(8)
        path.write_bytes(content)
        harmed = subject.written(out, STUDY)
        with subject.imported(self.folder, "flipped") as module:
            try:
                result, words = subject.said(theorylab.run, module, out=out)
            except InputError:
                return "refused" if subject.written(out, STUDY) == harmed else "lost"
            again, more = subject.said(theorylab.run, module, out=out)
        same = subject.written(out, STUDY) == self.truth and result.record() == self.result.record()
        if not same:
            return "lost" if words else "silently wrong"
        if more or not again.reused:  # it has to be good for ever after
            return "lost"
        return "recovered" if words else "harmless"


def loaded(ground, draws, tries):
    """By kind, how often what happened to a flipped bit that is loaded."""
    return {kind: Counter(ground.flip(kind, draws) for _ in range(tries)) for kind in KINDS}


def mended(ground, draws, tries):
    """By kind of result, how often what happened to a flipped bit when the study was run."""
    return {kind: Counter(ground.mend(kind, draws) for _ in range(tries)) for kind in RESULT}


class Blind:
    """A hash of nothing: the control that shows that checksums are what is tested."""

    def __init__(self, *content):
        pass

    def update(self, content):
        """Nothing."""

    def hexdigest(self):
        """The same for everything."""
        return "0" * 64

    def digest(self):
        """The same for everything."""
        return bytes(32)


def blind(monkeypatch):
    """Switch all checksums off."""
    for module in (checkpoints, jit, ledgers, seeds, store, stored):
        monkeypatch.setattr(module, "hashlib", types.SimpleNamespace(sha256=Blind))

"""The subject of the faults: a small study of its own, how it is run, and what its result is when nothing happens."""

import atexit
import contextlib
import functools
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import theorylab
from theorylab.errors import LabWarning
from theorylab.trials import stored

ROOT = Path(theorylab.__file__).parents[1]
KINDS = ("json", "npz", "svg")
SLOW = bool(os.environ.get("THEORYLAB_SLOW"))
TEXT = '''
"""The mean of a sum of k uniforms is k / 2."""
import time
from dataclasses import dataclass
import numpy as np
from theorylab import Rival, Source, agrees, exact, plots, replicate
from theorylab.numerics.streams import fill_uniform
from theorylab.trials.hunt import Range
from {package} import numbers, words
SOURCE = Source("Theorem 1", kind="read")
@dataclass(frozen=True, kw_only=True)
class Setting:
    replicas: int = 256
    half: float = 0.5
    pause: float = 0.0  # seconds that each replica sleeps, so that a kill finds it at work
    seed: int = 1
QUICK, FULL = Setting(), Setting(replicas=512, seed=2)
def walk(pause, points, source):
    out = np.empty(points)
    fill_uniform(source, out)
    time.sleep(pause)
    return np.cumsum(out)
X = np.arange(1.0, 4.0)
def measure(s):
    return {{"sum": replicate(walk, s.pause, X.size, x=X, replicas=s.replicas, seed=s.seed)}}
def predict(s):
    return {{"sum": exact(X, s.half * X * numbers.ONE, ulps=1)}}
def checks(s, measured, predicted):
    yield agrees(words.CLAIM, measured["sum"], predicted["sum"], rival=Rival(claim="nine", predicted=9.0))
def figure(s, measured, predicted):
    drawn, (axes,) = plots.panels(1)
    plots.measurement(axes, measured["sum"], 0, "measured")
    axes.set_title("TITLE")
    return drawn
'''
# Every piece is written at once, so that a kill meets a writer as often as possible.
PREPARE = "import sys; from theorylab.running import checkpoints, locks; checkpoints.FLUSH_SECONDS = 0.0; {before}"
MAIN = PREPARE + "; from theorylab.views.cli import main; sys.argv[:] = ['theorylab', *sys.argv[1:]]; main()"
SERVER = """
import importlib, json, os, signal, sys
from theorylab.trials import batch
for name in (*batch.HEAVY, "theorylab.views.plots", "theorylab.views.cli", "theorylab.views.tables"):
    importlib.import_module(name)
signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: a status is a file
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if not child:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir(order["folder"])
        sys.path.insert(0, order["folder"])
        for number, (name, flags) in enumerate(order["streams"]):
            os.dup2(os.open(name, flags, 0o644), number)
        sys.argv[:] = ["", *order["arguments"]]
        status = 1
        try:
            exec(order["code"])
            status = 0
        except SystemExit as end:
            status = end.code
        except BaseException:
            import traceback
            traceback.print_exc()
        finally:
            try:
                sys.stdout.flush()
            except OSError:
                pass
            with open(order["status"] + ".new", "w") as file:
                file.write(str(status or 0))
            os.rename(order["status"] + ".new", order["status"])
            os._exit(0)
    print(child, flush=True)
"""


def plant(folder, package="mine"):
    """The study PACKAGE.walk and the two modules that it uses in a folder, all older than any process."""
    (folder / package).mkdir(parents=True)
    texts = {"__init__": "", "walk": TEXT.format(package=package), "numbers": "ONE = 1.0", "words": "CLAIM = 'one'"}
    for name, text in texts.items():
        path = folder / package / f"{name}.py"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (1e9, 1e9))
    return folder


def edit(path, old, new):
    """Replace a text in a file, which looks older than this process, as if it had been edited before."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (1e9, 1e9))


def line(*arguments, before="pass"):
    """The command line, as arguments of a new process; `before` it a statement."""
    return [sys.executable, "-B", "-c", MAIN.format(before=before), *map(str, arguments)]


def variables(folder):
    """Variables of a process that finds the study of a folder."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(folder)])}


def cold(folder, *arguments, before="pass", **more):
    """What the command line answers in a folder, in a process of its own, start-up included."""
    return subprocess.run(
        line(*arguments, before=before), cwd=folder, env=variables(folder), capture_output=True, text=True, check=False,
        **more,
    )  # fmt: skip


@functools.cache
def _server():
    """A process that has imported the laboratory once, and is forked for each command."""
    given = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": variables(ROOT)}
    server = subprocess.Popen([sys.executable, "-B", "-c", SERVER], **given)
    atexit.register(server.communicate)  # which closes its input, and so ends it
    return server


class Run:
    """A command in a folder, in a process forked from one that has imported the laboratory; it can be killed."""

    def __init__(self, folder, *arguments, before="pass", out=None, err=None):
        self._place = Path(tempfile.mkdtemp())
        self._place.chmod(0o777)  # another user may have to write there
        names = [os.devnull, out or str(self._place / "out"), err or str(self._place / "err")]
        flags = [os.O_RDONLY, *[os.O_WRONLY | os.O_CREAT] * 2]
        order = {
            "folder": str(folder), "arguments": [*map(str, arguments)], "code": MAIN.format(before=before),
            "streams": [*zip(names, flags, strict=True)], "status": str(self._place / "status"),
        }  # fmt: skip
        print(json.dumps(order), file=_server().stdin, flush=True)
        self.pid = int(_server().stdout.readline())

    def poll(self):
        """The exit status; None while it runs, -9 after it was killed."""
        alive = self._alive()  # first, since a status may come in between
        if (self._place / "status").exists():
            return int((self._place / "status").read_text())
        return None if alive else -9

    def _alive(self):
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self):
        """kill -9."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        while self._alive():
            time.sleep(0.002)

    def wait(self, timeout=300.0):
        """What came of it: status, output, errors."""
        end = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < end, "it hangs"
            time.sleep(0.002)
        paths = [self._place / name for name in ("out", "err")]
        out, err = (path.read_text(encoding="utf-8", errors="replace") if path.exists() else "" for path in paths)
        status = self.poll()
        shutil.rmtree(self._place)
        return subprocess.CompletedProcess([], status, out, err)


def command(folder, *arguments, before="pass"):
    """What the command line answers in a folder."""
    return Run(folder, *arguments, before=before).wait()


def written(out, study="mine.walk"):
    """The bytes of the files of a result; None for one that is not there."""
    paths = stored.files(out, study)
    return {kind: paths[kind].read_bytes() if paths[kind].is_file() else None for kind in KINDS}


def kept(out):
    """The pieces that an unfinished run has left."""
    walked = os.walk(Path(out) / ".pieces")  # which bears that folders vanish
    return sorted(Path(place, name) for place, _, names in walked for name in names if name.endswith(".piece"))


@contextlib.contextmanager
def imported(folder, package):
    """The module of a planted study, imported into this process, and forgotten afterwards."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield importlib.import_module(f"{package}.walk")
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]


def said(call, *arguments, **named):
    """What a call returned, and what the laboratory warned of meanwhile."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call(*arguments, **named)
    return result, [str(one.message) for one in caught if issubclass(one.category, LabWarning)]

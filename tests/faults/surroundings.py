"""What befalls a run from outside: a full disk, another user, a stopped process, a clock, another version beside it."""

import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter

from tests.faults import subject

HOLDER = (
    "import sys, time; from filelock import FileLock; lock = FileLock(sys.argv[1]); lock.acquire(); "
    "print('held', flush=True); time.sleep(600)"
)
RUN = ("run", "mine/walk.py")
# Nobody, who may read everything (the interpreter may lie in a folder of root's) and write what others may.
AS_ANOTHER = """
import ctypes, os
libc, one = ctypes.CDLL(None, use_errno=True), ctypes.c_uint32
libc.prctl(8, 1, 0, 0, 0)
os.setgid(65534)
os.setuid(65534)
read_all = 1 << 2
if libc.capset((one * 2)(0x20080522, 0), (one * 6)(read_all, read_all, 0, 0, 0, 0)):
    raise OSError(ctypes.get_errno(), "no capability")
"""


def truth(folder):
    """The result of an undisturbed run in a folder of its own."""
    subject.plant(folder)
    done = subject.command(folder, *RUN)
    assert done.returncode == 0, done.stderr
    return subject.written(folder / "out")


def judged(folder, expected, done):
    """What became of a result after a second, undisturbed run."""
    found = subject.written(folder / "out")
    if found == expected:
        return "recovered" if done.stderr or done.returncode else "harmless"
    return "lost" if done.stderr or done.returncode else "silently wrong"


@contextlib.contextmanager
def small_disk(folder, size):
    """A disk of that size at a folder; None where none can be mounted."""
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    try:
        failed = subprocess.run(mount, check=False, capture_output=True).returncode
    except OSError:
        failed = 1
    if failed:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def full_disk(folder, expected, size):
    """Run on a small disk, make it larger, run again: (what became of it, the first run); None where there is none."""
    subject.plant(folder)
    with small_disk(folder / "out", size) as disk:
        if disk is None:
            return None
        first = subject.command(folder, *RUN)
        subprocess.run(["mount", "-o", "remount,size=50m", disk], check=True)
        subject.command(folder, *RUN)
        return judged(folder, expected, first), first


@contextlib.contextmanager
def lock_held(path):
    """A process that holds a lock and was stopped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(path)], stdout=subprocess.PIPE) as holder:
        holder.stdout.readline()
        os.kill(holder.pid, signal.SIGSTOP)
        try:
            yield holder.pid
        finally:
            holder.kill()


def stopped_holder(folder, expected):
    """Run while a stopped process holds the folder, then again without it: (what became of it, the first run)."""
    subject.plant(folder)
    with lock_held(folder / "out" / ".lock"):
        first = subject.command(folder, *RUN, before="locks.LIMIT = 0.4")
    subject.command(folder, *RUN)
    return judged(folder, expected, first), first


def second_user(folder, expected, mode):
    """One user runs, another runs the same again and something else: (what became of it, the last run)."""
    subject.plant(folder)
    (folder / "out").mkdir()
    (folder / "out").chmod(mode)
    first = subject.command(folder, *RUN)
    assert first.returncode == 0, first.stderr
    done = subject.command(folder, *RUN, "--seed", "7", before=f"exec({AS_ANOTHER!r})")
    if done.returncode == 2:  # refused before anything was computed
        return ("refused" if subject.written(folder / "out") == expected else "lost"), done
    again = subject.command(folder, *RUN)
    return ("recovered" if subject.written(folder / "out") == expected and again.returncode == 0 else "lost"), done


def two_versions(folder):
    """Two texts of a study run in turn into one folder, each time the result has to be its own."""
    fates = Counter()
    texts = {"1.0": 0, "5.0": 1}
    subject.plant(folder)
    now = "1.0"
    for text in ("5.0", "1.0", "5.0", "1.0"):
        subject.edit(folder / "mine" / "numbers.py", now, text)
        done, now = subject.command(folder, *RUN), text
        fates["recovered" if done.returncode == texts[text] and "reused" not in done.stdout else "silently wrong"] += 1
        again = subject.command(folder, *RUN)
        fates["harmless" if again.returncode == texts[text] and "reused" in again.stdout else "lost"] += 1
    return fates


def clock(folder, expected, dates):
    """Date all files of a result and of the study so, and run: what became of it."""
    subject.plant(folder)
    subject.command(folder, *RUN)
    for path in [*(folder / "out").rglob("*"), folder / "mine" / "numbers.py"]:
        os.utime(path, (dates, dates))
    done = subject.command(folder, *RUN)
    again = subject.command(folder, *RUN)
    good = subject.written(folder / "out") == expected and done.returncode == again.returncode == 0
    return "harmless" if good else "lost"


def side_by_side(folder, expected, count=3):
    """The same run several times at once: what became of it, and what they said."""
    subject.plant(folder)
    runs = [subject.Run(folder, *RUN, "--set", "pause=0.001") for _ in range(count)]
    done = [run.wait() for run in runs]
    said = "".join(one.stderr for one in done)
    good = all(one.returncode == 0 for one in done) and not said
    found = subject.written(folder / "out")
    same = found["svg"] == expected["svg"] and not subject.kept(folder / "out")
    return ("harmless" if good and same else "lost"), said

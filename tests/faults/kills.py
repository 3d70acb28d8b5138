"""Commands that are killed at random moments, start-up included, and then run to their end."""

import math
import subprocess
import time
from collections import Counter

from tests.faults import subject

TABLE = "x,y\n1,1.0\n2,0.5\n4,0.25\n8,0.125\n16,0.0625\n"
COMMANDS = {
    "run": ("run", "mine/walk.py", "--set", "pause=0.004", "--no-figures"),
    "run with a figure and another seed": ("run", "mine/walk.py", "--set", "pause=0.002", "--seed", "7"),
    "falsify": ("falsify", "mine/walk.py", "--set", "pause=0.002", "--out", "out"),
    "judge": ("judge", "table.csv", "--json", "out/judged.json"),
    "new": ("new", "claim.py"),
}
"""What is killed: commands that write, each some seconds of work at most."""
LONG = {
    "hunt": ("hunt", "perceptron_mistakes", "--budget", "60", "--out", "out"),
    "certify": ("certify", "minimax", "--out", "out/certificates", "--json", "out/certificates.json"),
    "calibrate": ("calibrate", "--share", "0.01", "--out", "out"),
}
"""What takes longer, for the page and the long tests alone."""
ALL = COMMANDS | LONG


def planted(folder):
    """A folder with what the commands work on."""
    subject.plant(folder)
    (folder / "table.csv").write_text(TABLE)
    return folder


def result(folder):
    """All files that a command has left, without those that hold seconds; what a killed writer left counts."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and not name.startswith(("mine/", "out/.store", "out/.lock", "table.csv")):
            found[name] = path.read_bytes()
    return found


def truth(folder, name):
    """What a command leaves when nothing happens, and the seconds that it takes, with and without start-up."""
    seconds = []
    for run in (subject.cold, subject.command):
        began = time.monotonic()
        done = run(planted(folder / run.__name__), *ALL[name])
        seconds.append(time.monotonic() - began)
        assert done.returncode == 0, done.stdout + done.stderr
    assert result(folder / "cold") == result(folder / "command")
    return result(folder / "command"), seconds


def warm(folder, name):
    """A command in a process that has imported everything."""
    return subject.Run(folder, *ALL[name])


def cold(folder, name):
    """A command in a process that starts with nothing."""
    given = {"cwd": folder, "env": subject.variables(folder), "stdout": subprocess.DEVNULL}
    return subprocess.Popen(subject.line(*ALL[name]), stderr=subprocess.DEVNULL, **given)


def killed(folder, name, expected, seconds, draws, start):
    """Kill a command at a random moment, run it to its end: 'recovered', 'lost' or 'silently wrong'.

    Every second kill of a command that makes pieces comes when there are some.
    """
    planted(folder)
    makes_pieces = any("pause=" in word for word in ALL[name])
    pieces = draws.randrange(1, 40) if makes_pieces and draws.random() < 0.5 else 0
    end = time.monotonic() + (0.0 if pieces else draws.uniform(0.0, seconds))
    run = start(folder, name)
    while run.poll() is None and (len(subject.kept(folder / "out")) < pieces or time.monotonic() < end):
        time.sleep(0.002)
    run.kill()
    run.wait()
    met = bool(subject.kept(folder / "out"))
    done = subject.command(folder, *ALL[name])
    if name == "new" and done.returncode == 2:  # it was done before it was killed, and nothing is written over
        done.returncode = 0
        done.stderr = ""
    if result(folder) == expected and done.returncode == 0 and done.stderr == "":
        return "recovered, from pieces" if met else "recovered"
    return "silently wrong" if done.returncode == 0 else "lost"


def kills(folder, name, draws, tries):
    """How often what became of a command that was killed: `tries` times at work, a quarter as often from its start."""
    expected, (all_seconds, seconds) = truth(folder / "truth", name)
    fates = [killed(folder / str(k), name, expected, seconds, draws, warm) for k in range(tries)]
    fates += [
        killed(folder / f"cold {k}", name, expected, all_seconds, draws, cold) for k in range(math.ceil(tries / 4))
    ]
    return Counter(fates)

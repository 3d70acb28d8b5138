"""Several commands in one process of their own: what each answers."""

import json
import subprocess
import sys

SESSION = """
import contextlib, io, json, sys, traceback
from theorylab.views.cli import main
outcomes = []
for arguments in json.loads(sys.argv[1]):
    out, err, status = io.StringIO(), io.StringIO(), 0
    sys.argv = ["theorylab", *arguments]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as end:
            status = end.code
        except BaseException:
            traceback.print_exc()
            status = "traceback"
    outcomes.append((status, out.getvalue(), err.getvalue()))
print(json.dumps(outcomes))
"""


def answers(lines, folder, variables):
    """What the command answers to each of some lines in a folder, in one process: (status, output, errors)."""
    # -P: as for the installed command, the working folder is not on the path.
    line = [sys.executable, "-P", "-c", SESSION, json.dumps(list(lines))]
    done = subprocess.run(line, cwd=folder, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [tuple(outcome) for outcome in json.loads(done.stdout)]

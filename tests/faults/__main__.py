"""`python -m tests.faults [--write] [--tries N]`: the table of faults, printed or written to figures/FAULTS.md."""

import argparse
import random
import tempfile
from collections import Counter
from pathlib import Path

from tests.faults import damage, flips, kills, subject, surroundings

PAGE = subject.ROOT / "figures" / "FAULTS.md"
FATES = ("recovered", "refused", "harmless", "lost", "silently wrong")
HEAD = """# What becomes of a result when something goes wrong

Made by `python -m tests.faults --write`: faults done to a small simulated study, its stored files and its surroundings,
and what became of the result. *Recovered*: it was said, or had to be, and the next run left the bytes of an undisturbed
one. *Refused*: one line before anything was computed, and nothing changed. *Harmless*: nothing to say, and the right
bytes. *Lost*: said, and the result is not back. *Silently wrong*: other bytes, and no word.

"""


def table(folder, tries, killed):
    """Rows (fault, how often what became of it)."""
    draws, rows = random.Random(0), {}
    ground = flips.Ground(folder / "flips")
    for kind, fates in flips.loaded(ground, draws, tries).items():
        rows[f"one bit flipped, loaded: {kind}"] = Counter(
            {"recovered": fates["said"]} | {fate: fates[fate] for fate in ("harmless", "silently wrong")}
        )
    for kind, fates in flips.mended(ground, draws, max(tries // 8, 4)).items():
        rows[f"one bit flipped, run again: {kind}"] = fates
    for kind, fates in damage.results(damage.Ground(folder / "results")).items():
        harms = "emptied, cut, torn, of another shape, nested, no text, folder, pipe, link: "
        rows[kind if "gone" in kind else harms + kind] = fates
    for kind, fates in damage.pieces(folder / "pieces").items():
        rows[kind if "misplaced" in kind else harms + kind] = fates
    for name in kills.ALL:
        fates = kills.kills(folder / "kills" / name, name, draws, killed)
        rows[f"killed at a random moment: {name}"] = fates
    return rows | outside(folder)


def outside(folder):
    """Rows of what befalls a run from outside."""
    expected, rows = surroundings.truth(folder / "truth"), {}
    for size in ("40k", "100k", "200k"):
        if found := surroundings.full_disk(folder / f"disk {size}", expected, size):
            rows[f"disk full at {size}"] = Counter([found[0]])
    rows["lock held by a stopped process"] = Counter([surroundings.stopped_holder(folder / "lock", expected)[0]])
    for mode in (0o755, 0o777, 0o1777):
        if not surroundings.os.geteuid():
            fate = surroundings.second_user(folder / f"user {mode}", expected, mode)[0]
            rows[f"a second user of a folder of mode {mode:o}"] = Counter([fate])
    rows["two versions in one folder, in turn"] = surroundings.two_versions(folder / "versions")
    for dates in (1.0, 4e9):
        fate = surroundings.clock(folder / f"clock {dates}", expected, dates)
        rows[f"files dated {'in 1970' if dates == 1.0 else 'in 2096'}"] = Counter([fate])
    rows["the same run three times at once"] = Counter([surroundings.side_by_side(folder / "beside", expected)[0]])
    return rows


def page(rows):
    """The page, as text."""
    lines = ["| fault | tries | " + " | ".join(FATES) + " |", "|---" * (len(FATES) + 2) + "|"]
    for name, fates in rows.items():
        known = Counter({fate: sum(n for key, n in fates.items() if key.startswith(fate)) for fate in FATES})
        counts = " | ".join(str(known[fate] or "") for fate in FATES)
        lines.append(f"| {name} | {sum(fates.values())} | {counts} |")
    return HEAD + "\n".join(lines) + "\n"


def main():
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(subject.ROOT)}")
    parser.add_argument("--tries", type=int, default=150, help="bits flipped per kind of file")
    parser.add_argument("--kills", type=int, default=12, help="kills per command")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        text = page(table(Path(folder), given.tries, given.kills))
    if given.write:
        PAGE.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

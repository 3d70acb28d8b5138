"""Do the studies notice? Mutants of a model's sources are run against the studies, then the tests, that reach them.

A mutant is noticed by a study if one of its verdicts, of a claim or a rival, is not the declared one any more, or if it
breaks; the cheapest study goes first, and the first that notices settles it. What no study notices goes to the tests of
the model. `equivalent.toml` lists, with reasons, mutants that compute the same; they are run all the same.
"""

from __future__ import annotations

import dataclasses
import functools
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import theorylab
from theorylab.errors import require
from theorylab.numerics import sources
from theorylab.trials import reach
from theorylab.trials.mutation import Mutant, mutants, sample
from theorylab.trials.reach import Reach, Witness
from theorylab.trials.trees import Said, Tree
from theorylab.verdicts.intervals import clopper_pearson

CLONE = Path(theorylab.__file__).resolve().parents[1]
MODELS = Path("theorylab", "models")
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
BY_STUDY = ("verdict", "broke", "timed out")
OUTCOMES = (*BY_STUDY, "test", "nobody", "equivalent")
"""A study's verdict changed; a study broke; one took TIMES its time; only a test failed; nobody noticed; the same."""
TARGETS = {"by study": 0.9, "by study or test": 0.98}


@dataclass(frozen=True)
class Row:
    """One mutant and what became of it."""

    key: str
    file: str
    function: str
    line: int
    kind: str
    before: str
    after: str
    outcome: str
    by: str = ""
    said: str = ""
    studies: int = 0
    """How many studies reach the line; of lines that none reaches no study can say anything."""
    tests: int = 0
    reason: str = ""
    """Why it is equivalent."""
    sources: str = ""
    """Digest of all that reaches the line, at the time."""

    @property
    def noticed(self) -> bool:
        """Whether a study or a test noticed."""
        return self.outcome in BY_STUDY or self.outcome == "test"


@dataclass(frozen=True)
class Subject:
    """A model as it is audited: its files that studies reach, its mutants, and who may notice them."""

    model: str
    contents: Mapping[str, bytes]
    left_out: tuple[str, ...]
    """Files of it that no study reaches."""
    studies: Mapping[str, Path]
    tests: Mapping[str, tuple[Path, frozenset[str]]]
    """By pytest's name, the file of each test and the names that it uses."""

    @property
    def mutants(self) -> list[Mutant]:
        """All mutants of its files."""
        return [one for file, content in self.contents.items() for one in mutants(file, content)]


def models(clone: Path = CLONE) -> list[str]:
    """Names of all models."""
    return sorted(path.name for path in (clone / MODELS).iterdir() if (path / "__init__.py").is_file())


def subject(model: str, clone: Path = CLONE) -> Subject:
    """The model, its studies and its tests. Raises InputError for an unknown model, or outside a clone."""
    require((clone / "pyproject.toml").is_file(), f"{clone} is no clone of the project: models are audited there alone")
    require(model in models(clone), f"there is no model {model!r}: give one of {', '.join(models(clone))}")
    graph, home = sources.Graph(), clone / MODELS
    files = sorted((home / model).rglob("*.py"))
    claims = [path for path in sorted((clone / "studies").rglob("*.py")) if not path.name.startswith("_")]
    reached = {path: {*graph.reachable(path)} & {*files} for path in claims}
    used = set[Path]().union(*reached.values())
    named = {".".join(path.relative_to(clone / "studies").with_suffix("").parts): path for path in claims}
    return Subject(
        model,
        {path.relative_to(home).as_posix(): path.read_bytes() for path in files if path in used},
        tuple(path.relative_to(home).as_posix() for path in files if path not in used),
        {name: path for name, path in named.items() if reached[path]},
        {
            f"{path.relative_to(clone).as_posix()}::{test}": (path, names)
            for path in sorted((clone / "tests/models" / model).glob("test_*.py"))
            for test, names in reach.names_of_tests(path, graph.reachable(path)).items()
        },
    )


class Audit:
    """A model on trial in a copy of a clone; what is found is kept under a folder, line by line, and not done again."""

    def __init__(self, model: str, out: Path, clone: Path = CLONE) -> None:
        self.subject = subject(model, clone.resolve())
        self.tree = Tree(clone.resolve(), out)
        self.rows_file, self.known_file = out / f"{model}.jsonl", out / f"{model}.witnesses.jsonl"
        self.reach = Reach(self.subject.contents)
        self.unfit: dict[str, str] = {}
        """Studies and tests that notice something where nothing was changed: they are no witnesses."""
        self.earlier = 0
        """Rows taken over although something that reaches the line was edited since."""
        graph, studies, tests = sources.Graph(), self.subject.studies, self.subject.tests
        self._digests = {name: graph.digest(path) for name, path in studies.items()}
        files = {path: graph.digest(path) for path, _ in tests.values()}
        self._digests |= {name: files[path] for name, (path, _) in tests.items()}
        self._reached = {name: self.reach.of(reach.names_of([path])) for name, path in studies.items()}
        self._reached |= {name: self.reach.of(names) for name, (_, names) in tests.items()}
        self._sound: dict[str, bool] = {}

    @functools.cached_property
    def witnesses(self) -> list[Witness]:
        """Studies, each run once without a mutant for what it takes and reaches; then tests, none of them run yet."""
        studies = self.subject.studies
        known = {(line["name"], line["digest"]): line for line in _lines(self.known_file)}
        new = [name for name in studies if (name, self._digests[name]) not in known]
        known |= {(line["name"], line["digest"]): line for line in self._surveyed(new)}
        found = []
        for name in studies:
            line = known[name, self._digests[name]]
            if line["said"]:
                self.unfit[name] = line["said"]
                continue
            lines = line["lines"] and {file: frozenset(x) for file, x in line["lines"].items()}
            found.append(Witness(name, "study", line["seconds"], self._reached[name], lines))
        return found + [Witness(name, "test", 0.0, self._reached[name]) for name in self.subject.tests]

    def _surveyed(self, names: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Lines of studies that were run with nothing changed: what each says, takes and executes."""
        asked = [Witness(name, "study", 60.0, frozenset()) for name in names]
        found = {line["name"]: line for line in self.tree.survey(asked, MODELS).lines} if names else {}
        for name in names:
            line = found.get(name, {"name": name, "seconds": 0.0, "said": "broke: its process died"})
            line = {"lines": None, **line, "digest": self._digests[name]}
            _add(self.known_file, line)
            yield line

    def rows(self, budget: int, seed: int, *, survivors: bool = False, only: str | None = None) -> Iterator[Row]:
        """What became of each mutant of a sample, of all functions or only one, as it is found.

        What is kept counts if nothing that reaches the line was edited since; with `survivors` also where something
        was, if it was noticed then.
        """
        listed, kept = equivalents(), {row.key: row for row in read_rows(self.rows_file)}
        candidates = [one for one in self.subject.mutants if only in (None, one.function)]
        for mutant in sample(candidates, budget, seed):
            where = (mutant.file, mutant.function)
            now = sources.combined({name: self._digests[name] for name, at in self._reached.items() if where in at})
            row = kept.get(mutant.key)
            if row is None or not (row.sources == now or (survivors and row.noticed)):
                row = dataclasses.replace(self._tried(mutant), sources=now)
                _add(self.rows_file, dataclasses.asdict(row))
            self.earlier += row.sources != now
            yield named(dataclasses.replace(row, line=mutant.line), listed)

    def _tried(self, mutant: Mutant) -> Row:
        compiled = self.reach.compiled((mutant.file, mutant.function))
        able = [one for one in self.witnesses if one.reaches(mutant, compiled)]
        studies = sorted((one for one in able if one.kind == "study"), key=lambda one: one.seconds)
        tests = [one.name for one in able if one.kind == "test"]
        where = (mutant.key, mutant.file, mutant.function, mutant.line, mutant.kind, mutant.before, mutant.after)
        with self.tree.holding(mutant, MODELS):
            said = self.tree.ask(studies) if studies else Said()
        if said.words:
            return Row(*where, _outcome(said), said.by, said.words, len(studies), len(tests))
        failed = self._failing(mutant, tests)
        return Row(*where, "test" if failed else "nobody", "", failed, len(studies), len(tests))

    def _failing(self, mutant: Mutant, tests: Sequence[str]) -> str:
        """The first of the tests that fails with a mutant and passes without; '' if none does."""
        while left := [name for name in tests if name not in self.unfit]:
            with self.tree.holding(mutant, MODELS):
                failed = self.tree.try_tests(left)
            name = failed.partition("[")[0]
            if name not in left:  # none failed, or all together
                return failed
            if name not in self._sound:
                self._sound[name] = not self.tree.try_tests([name])
            if self._sound[name]:
                return failed
            self.unfit[name] = "fails"
        return ""

    def report(self, rows: Iterable[Row]) -> dict[str, Any]:
        """What is published of the model, as JSON values: nothing in it depends on the machine or the time."""
        found = self.subject
        kept = ("sources", "studies", "tests")
        return {
            "mutants": len(found.mutants),
            "functions": len({(one.file, one.function) for one in found.mutants}),
            "left_out": list(found.left_out),
            "unfit": sorted(self.unfit),
            "earlier": self.earlier,
            "rows": [
                {
                    name: value
                    for name, value in dataclasses.asdict(row).items()
                    if name not in kept or name == "studies"
                }
                for row in sorted(rows, key=lambda row: (row.file, row.line, row.key))
            ],
        }


def _outcome(said: Said) -> str:
    return "timed out" if said.late else "broke" if said.words.startswith("broke") else "verdict"


def named(row: Row, listed: Mapping[tuple[str, str, str, str], str]) -> Row:
    """The row, as equivalent if it is listed as that and nobody noticed anything."""
    reason = listed.get((row.file, row.function, row.before, row.after), "")
    if row.outcome in ("nobody", "equivalent"):
        return dataclasses.replace(row, outcome="equivalent" if reason else "nobody", reason=reason)
    return row


def equivalents(file: Path = EQUIVALENT) -> dict[tuple[str, str, str, str], str]:
    """Mutants that compute the same, by file, function, line before and after, with the reason."""
    found = tomllib.loads(file.read_text(encoding="utf-8")).get("mutant", [])
    return {(x["file"], x["function"], x["before"], x["after"]): x["reason"] for x in found}


def shares(rows: Iterable[Mapping[str, Any]]) -> dict[str, tuple[int, int, float, float]]:
    """For each target: how many of the mutants that are not equivalent were noticed, of how many, 95% limits.

    Clopper and Pearson's, as if the mutants were drawn independently: those of one function are alike.
    """
    outcomes = [row["outcome"] for row in rows if row["outcome"] != "equivalent"]
    found = {}
    for name, wanted in zip(TARGETS, (BY_STUDY, (*BY_STUDY, "test")), strict=True):
        count = sum(outcome in wanted for outcome in outcomes)
        low, high = (float(limit[0]) for limit in clopper_pearson(np.array([count]), len(outcomes), 0.05))
        found[name] = (count, len(outcomes), low, high)
    return found


def counts(rows: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Mutants by outcome, every outcome named."""
    found = Counter(row["outcome"] for row in rows)
    return {outcome: found[outcome] for outcome in OUTCOMES}


def read_rows(file: Path) -> list[Row]:
    """The rows kept in a file, in order; lines that are torn or of another shape are left out."""
    fields = {field.name for field in dataclasses.fields(Row)}
    return [Row(**line) for line in _lines(file) if {*line} == fields]


def _lines(file: Path) -> list[dict[str, Any]]:
    found = []
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines() if file.is_file() else []:
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            found.append(value)
    return found


def _add(file: Path, value: Mapping[str, Any]) -> None:
    """One more line, begun on a line of its own even behind a torn one."""
    with file.open("a+b") as stream:
        stream.seek(0, 2)
        if stream.tell():
            stream.seek(-1, 2)
            torn = stream.read(1) != b"\n"
        else:
            torn = False
        stream.write((b"\n" if torn else b"") + json.dumps(value).encode() + b"\n")

"""What a run found, and what of it is already on disk."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import shutil
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

import theorylab
from theorylab.errors import InputError, require
from theorylab.numerics import jit
from theorylab.running import store
from theorylab.running.checkpoints import StoreWarning
from theorylab.trials import parts

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.curves import Curve
    from theorylab.trials.citations import Source
    from theorylab.verdicts import Check


SEEDS = "seeds.jsonl"
"""List of the runs with other seeds than their study's own, in the output folder."""


@dataclass(frozen=True, eq=False)
class Result:
    """What a run found: verdicts, curves, setting. Prints as a table; a notebook shows the figure too."""

    study: str
    source: Source
    setting: Any
    checks: tuple[Check, ...]
    measured: Mapping[str, Curve]
    predicted: Mapping[str, Curve]
    seconds: float
    module: Any = dataclasses.field(repr=False)
    reused: bool = False
    """Whether the curves came from the store; the checks are made anew all the same."""
    analyses: tuple[int, ...] = ()
    """Replicas at each look of a run that went on until its checks were decided; empty for a run of fixed size."""

    @functools.cached_property
    def figure(self) -> Figure:
        """The study's figure, drawn at first use."""
        draw = functools.partial(parts.drawn, self.study, self.module, self.setting, self.measured, self.predicted)
        drawn: Figure = theorylab.shown("figure", draw)
        return drawn

    @property
    def citation(self) -> str:
        """The source in one line, with the key of its bibliography entry where there is one."""
        from theorylab.trials import papers

        file = getattr(self.module, "__file__", None)
        return papers.cite(self.source, Path(file)) if file else str(self.source)

    @property
    def as_declared(self) -> bool:
        """Whether every claim and every rival came out as the study declares; False if there is none."""
        return bool(self.checks) and all(check.as_declared for check in self.checks)

    def assert_as_declared(self) -> None:
        """Raise AssertionError, with the table of verdicts, unless all came out as the study declares."""
        __tracebackhide__ = True  # pytest shows the line that asserts, and the table
        if not self.as_declared:
            raise AssertionError(f"not as declared:\n{self!r}")

    def record(self) -> dict[str, Any]:
        """Provenance and verdicts as JSON values."""
        traced = _provenance(self.study, self.setting, self.module)
        looks = {"looks": list(self.analyses)} if self.analyses else {}
        return traced | looks | {"source": self.citation, "checks": [check.to_json() for check in self.checks]}

    def save(self, out: Path) -> dict[str, Path]:
        """Write figure (svg), record (json) and curves (npz) under out/<family>/<study>; returns their paths.

        Two processes that save under one folder take turns, so that the three files of a study belong together.
        """

        paths = files(out, self.study)
        record = self.record()
        curves = {f"measured/{k}": c for k, c in self.measured.items()}
        curves |= {f"predicted/{k}": c for k, c in self.predicted.items()}
        figure = theorylab.shown("svg", self.figure)
        store.prepare_folder(out)
        with FileLock(out / ".lock"):
            store.write_atomically(paths["svg"], figure)
            store.write_curves(paths["npz"], curves, {k: record[k] for k in record if k != "checks"})
            sums = {"curves": store.checksum(paths["npz"]), "figure": store.checksum(paths["svg"])}
            store.write_json(paths["json"], record | sums)
            _remember_seed(out, self)
        tidy(out, self.study)
        return paths

    def __repr__(self) -> str:
        return str(theorylab.shown("text", self))

    def _repr_html_(self) -> str:
        return f"{theorylab.shown('html', self)}{theorylab.shown('svg', self.figure).decode()}"


def files(out: Path, study: str) -> dict[str, Path]:
    """Where a study's files lie under a folder: svg, npz, json."""
    stem = out.joinpath(*study.split("."))
    return {kind: stem.with_name(f"{stem.name}.{kind}") for kind in ("svg", "npz", "json")}


def pieces(out: Path, study: str) -> Path:
    """Where the checkpoints of a study's unfinished runs lie under a folder."""
    return out / ".pieces" / study


def other_seeds(out: Path, result: Result) -> list[dict[str, Any]]:
    """Runs of the same study, sources and setting with other seeds than its own that `out` remembers.

    Dicts (study, sources, setting, seed, as_declared), oldest first: that somebody tried seeds until one pleased shows.
    """
    line = _seed_line(result)
    return [run for run in _seeds(out) if _but_seed(run) == _but_seed(line) and run["seed"] != line["seed"]]


def _remember_seed(out: Path, result: Result) -> None:
    """Append a run with another seed than the study's own to the folder's list."""
    seed = getattr(result.setting, "seed", None)
    line = _seed_line(result)
    own = [getattr(setting, "seed", None) for setting in (result.module.QUICK, getattr(result.module, "FULL", None))]
    if seed in (None, *own) or line in _seeds(out):
        return
    with (out / SEEDS).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _seed_line(result: Result) -> dict[str, Any]:
    traced = _provenance(result.study, result.setting, result.module)
    return {key: traced[key] for key in ("study", "sources", "setting", "seed")} | {"as_declared": result.as_declared}


def _but_seed(run: Mapping[str, Any]) -> tuple[Any, ...]:
    return run["study"], run["sources"], {k: v for k, v in run["setting"].items() if k != "seed"}


def _seeds(out: Path) -> list[dict[str, Any]]:
    """The lines of the folder's list that can be read."""
    try:
        lines = (out / SEEDS).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def tidy(out: Path, study: str) -> None:
    """Delete what a run may leave behind once its curves are stored: checkpoints, files of killed writers."""
    folder = files(out, study)["json"].parent
    if any(folder.glob(store.UNFINISHED)):
        with FileLock(out / ".lock"):
            store.sweep(folder)
    shutil.rmtree(pieces(out, study), ignore_errors=True)


@dataclass(frozen=True)
class Stored:
    """What the store holds of a run: its curves, if they are those that it would compute, or why they are not."""

    reason: str
    curves: Mapping[str, Curve] = dataclasses.field(default_factory=dict)
    record: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    figure: bool | None = None
    """Whether the figure is the one that was drawn; None if there is none."""

    @property
    def usable(self) -> bool:
        """Whether the curves may stand for a run."""
        return not self.reason

    def complete(self, result: Result) -> bool:
        """Whether the figure is there as it was drawn, and the record says what the curves give.

        A StoreWarning reports what is damaged.
        """
        said = {k: v for k, v in self.record.items() if k not in ("curves", "figure")}
        same = said == json.loads(json.dumps(result.record()))
        for whole, what, reason in (
            (same, "record", "it does not say what its curves give"),
            (self.figure is not False, "figure", "its checksum does not match the record's"),
        ):
            if not whole:
                words = f"the stored {what} of {result.study} is damaged ({reason}): made again from the curves"
                warnings.warn(words, StoreWarning, stacklevel=3)
        return same and bool(self.figure)

    def side(self, name: str) -> dict[str, Curve]:
        """The curves of one side, 'measured' or 'predicted'."""
        return {key.partition("/")[2]: curve for key, curve in self.curves.items() if key.startswith(f"{name}/")}


def stored(out: Path, study: str, setting: Any, module: Any) -> Stored:
    """What `out` holds of a run of this study at this setting, with today's sources and versions.

    A damaged file is reported by a StoreWarning. Raises InputError for a store of a later version of the lab.
    """
    paths = files(out, study)
    if not paths["json"].is_file():
        return Stored("nothing is stored")
    try:
        record = json.loads(paths["json"].read_text(encoding="utf-8"))
        schema = int(record["schema"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        warnings.warn(f"{paths['json']} is damaged ({error}): computed again", StoreWarning, stacklevel=3)
        return Stored("the record is damaged")
    require(
        schema <= store.SCHEMA,
        f"{paths['json']} was written by a later version of the lab (schema {schema}, this one has {store.SCHEMA}): "
        "choose another folder with --out, or update",
    )
    if schema < store.SCHEMA:
        return Stored(f"stored by an earlier version of the lab (schema {schema}, now {store.SCHEMA})")
    if record.get("looks"):
        return Stored("stored by a run that went on until it was decided: its limits are wider")
    if difference := _difference(record, _provenance(study, setting, module)):
        return Stored(difference)
    if not paths["npz"].is_file():
        return Stored("the record is current, but its curves are not here")
    try:
        require(store.checksum(paths["npz"]) == record["curves"], "its checksum does not match the record's")
        curves, _ = store.read_curves(paths["npz"])
    except (InputError, OSError) as error:
        warnings.warn(f"{paths['npz']} is damaged ({error}): computed again", StoreWarning, stacklevel=3)
        return Stored("the curves are damaged")
    return Stored("", curves, record, _intact(paths["svg"], record["figure"]))


def _intact(path: Path, checksum: str) -> bool | None:
    return store.checksum(path) == checksum if path.is_file() else None


def why(out: Path, study: str, setting: Any, module: Any) -> list[tuple[str, str, str]]:
    """Rows (piece, 'computed' or 'reused', why) of what a run into `out` would do. Raises InputError as `stored`."""
    found = stored(out, study, setting, module)
    if found.usable:
        curves = ("curves", "reused", f"{len(found.curves)} of the same setting, sources, versions and processor")
        figure = ("figure", "reused", "") if found.figure else ("figure", "computed", "missing, or not as it was drawn")
        return [curves, ("checks", "computed", "always, from the curves"), figure]
    kept = list(pieces(out, study).rglob("*.piece"))
    rows = [("curves", "computed", found.reason)]
    if kept:
        runs = len({path.parent for path in kept})
        words = f"{len(kept)} finished pieces of {runs} interrupted {'run' if runs == 1 else 'runs'} are here"
        rows.append(("checkpoints", "reused", f"{words}; those of other sources, settings or versions are passed over"))
    rows += [("checks", "computed", "from the curves"), ("figure", "computed", "from the curves")]
    for name, ready in jit.compiled(Path(str(module.__file__))).items():
        reason = "machine code of these sources is cached" if ready else "no machine code of these sources yet"
        rows.append((f"kernels of {name}", "reused" if ready else "computed", reason))
    return rows


def _provenance(study: str, setting: Any, module: Any) -> dict[str, Any]:
    return store.provenance(study, json.loads(json.dumps(dataclasses.asdict(setting))), Path(str(module.__file__)))


def _difference(record: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """How a stored record differs from what a run would write, in words; '' if it does not."""
    if record["setting"] != now["setting"]:
        return f"another setting: {_changes(record['setting'], now['setting'])}"
    if record["sources"] != now["sources"]:
        return f"sources changed: {', '.join(_changed_keys(record.get('files', {}), now['files'])) or now['sources']}"
    if record["versions"] != now["versions"]:
        return f"versions changed: {_changes(record['versions'], now['versions'])}"
    if record["processor"] != now["processor"]:
        return f"computed on another kind of processor: {record['processor']}, here {now['processor']}"
    return ""


def _changed_keys(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    return sorted(key for key in {*one, *other} if one.get(key) != other.get(key))


def _changes(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {one.get(key)} -> {other.get(key)}" for key in _changed_keys(one, other))

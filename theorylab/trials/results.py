"""What a run found: verdicts, curves, setting, and how they are written."""

from __future__ import annotations

import dataclasses
import functools
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import theorylab
from theorylab.errors import StoreWarning
from theorylab.running import locks, store
from theorylab.trials import origins, parts, seeds, stored
from theorylab.trials.origins import Origin
from theorylab.trials.stored import Stored
from theorylab.verdicts.outcomes import Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from theorylab.curves import Curve
    from theorylab.trials.citations import Source
    from theorylab.verdicts import Check


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
    """Whether the curves came from the store."""
    analyses: tuple[int, ...] = ()
    """Replicas at each interim analysis of a run that went on until it was decided; empty for a run of fixed size."""

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

    @property
    def curves(self) -> dict[str, Curve]:
        """All curves, by 'measured/KEY' and 'predicted/KEY'."""
        sides = {"measured": self.measured, "predicted": self.predicted}
        return {f"{side}/{key}": curve for side, curves in sides.items() for key, curve in curves.items()}

    def record(self) -> dict[str, Any]:
        """Setting, seed, versions, verdicts, and one hash of the numbers, as JSON values."""
        setting = stored.as_json(self.setting)
        interim = {"interim_analyses": list(self.analyses)} if self.analyses else {}
        return {
            "schema": store.SCHEMA,
            "study": self.study,
            "setting": setting,
            "seed": setting.get("seed"),
            "versions": store.versions(),
            "source": self.citation,
            **interim,
            "checks": [check.to_json() for check in self.checks],
            "curves": store.digest_of(self.curves),
        }

    def save(
        self, out: Path, *, figure: bool = True, now: Origin | None = None, request: Mapping[str, Any] | None = None,
        found: Stored | None = None, runs: Iterable[str] = (),
    ) -> dict[str, Path]:  # fmt: skip
        """Write record (json), curves (npz) and figure (svg) under out/FAMILY/PAPER/STUDY, and their ledger.

        `now` is what the run rests on, `request` what was asked, `runs` are the keys of its pieces, which are deleted;
        without them nothing of it is used again. Two processes that save under one folder take turns, so that the files
        of a study belong together. Returns paths.
        """
        now = now or dataclasses.replace(origins.origin(None), trusted=False)
        drawn = self._drawn() if figure else None
        record = self.record()
        own_pieces = sorted(runs)
        run = {"asked": dict(request or {}), "seconds": self.seconds, "runs": own_pieces}
        own = [getattr(setting, "seed", None) for setting in (self.module.QUICK, getattr(self.module, "FULL", None))]
        store.prepare_folder(out)
        with locks.held(out):
            # The seed first: a run that dies in between is made again, and remembered once.
            seeds.remember(out, self.remembered(now), own)
            stored.write(out, record, self.curves, drawn, now, run, found)
        stored.tidy(out, self.study, own_pieces)
        return stored.files(out, self.study)

    def _drawn(self) -> bytes | None:
        """The figure; None, with a warning, where it fails on curves that left nothing to judge."""
        try:
            return cast(bytes, theorylab.shown("svg", self.figure))
        except Exception as error:
            if all(check.verdict != Verdict.ERROR for check in self.checks):
                raise
            words = f"{self.study} has no figure: its curves cannot be drawn ({type(error).__name__}: {error})"
            warnings.warn(words, StoreWarning, stacklevel=3)
            return None

    def remembered(self, now: Origin) -> dict[str, Any]:
        """What the folder's list of seeds remembers of this run."""
        return seeds.line(self.study, now.sources, stored.as_json(self.setting), self.as_declared)

    def __repr__(self) -> str:
        return str(theorylab.shown("text", self))

    def _repr_html_(self) -> str:
        return f"{theorylab.shown('html', self)}{theorylab.shown('svg', self.figure).decode()}"

"""What the gallery shows, gathered from files: of each study its argument, run, formulas and audit; nothing is run."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorylab.errors import InputError
from theorylab.trials import papers, study
from theorylab.trials.citations import Entry, Finding, Source, head
from theorylab.trials.papers import Paper
from theorylab.trials.study import Listing
from theorylab.views import audits
from theorylab.views.report import records, words
from theorylab.views.report.records import Run

VERDICTS = ("supported", "refuted", "inconclusive", "error")
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class Field:
    """A field of a setting: its name, its value in this run, what it means ('' where nothing says)."""

    name: str
    value: str
    meaning: str


@dataclass(frozen=True)
class Strip:
    """Where interval, estimate and what the claim allows lie on a line from 0 to 100; None for an open end."""

    low: float
    high: float
    measured: float
    allowed_low: float | None
    allowed_high: float | None


@dataclass(frozen=True)
class Trial:
    """A study as a page shows it."""

    listing: Listing
    paper: Paper | None
    source: Source | None
    finding: Finding | None
    run: Run | None
    broken: str
    """Why its source, finding or record cannot be read; '' if all can."""

    @property
    def name(self) -> str:
        """Its name, FAMILY.PAPER.CLAIM of the lab's own."""
        return self.listing.name

    @property
    def short(self) -> str:
        """The last part of its name, which is enough for every command."""
        return self.name.rpartition(".")[2]

    @property
    def family(self) -> str:
        """The first part of its name."""
        return self.name.partition(".")[0]

    @property
    def sentence(self) -> str:
        """What is on trial, in one sentence: the first paragraph of the docstring."""
        return self.listing.title or self.name

    @property
    def argument(self) -> list[str]:
        """The other paragraphs of the docstring: what is assumed, and how it is tried."""
        return [paragraph.strip() for paragraph in head(self.listing.path).docstring.split("\n\n")[1:]]

    @property
    def checks(self) -> list[Mapping[str, Any]]:
        """The checks of the run, none without one."""
        return self.run.checks if self.run else []

    @property
    def verdicts(self) -> Counter[str]:
        """How many checks came out as what."""
        return Counter(str(check["verdict"]) for check in self.checks)

    @property
    def as_declared(self) -> bool:
        """Whether all claims and rivals came out as the study declares; True without a run."""
        return all(
            check["verdict"] == check["declared"] and check["rival"]["verdict"] == check["rival"]["declared"]
            for check in self.checks
        )

    @property
    def on_trial(self) -> str:
        """What the paper's page says of the study, without its name; '' where it says nothing."""
        lines = self.paper.on_trial if self.paper else ()
        return next((line for line in lines if re.match(rf"{re.escape(self.short)}\b", line)), "").partition(": ")[2]

    @property
    def claims(self) -> list[tuple[int, str]]:
        """The numbered sentences of the paper's page that the study puts on trial."""
        says = self.paper.says if self.paper else ()
        named = re.findall(r"\bclaims? (\d+(?:(?:, and |, | and |-)\d+)*)", self.on_trial)
        numbers = [int(number) for one in named for number in re.findall(r"\d+", one)]
        return [(number, says[number - 1]) for number in dict.fromkeys(numbers) if 1 <= number <= len(says)]

    @property
    def fields(self) -> list[Field]:
        """The setting of the run, field by field."""
        meanings = words.meanings(self.listing.path)
        setting = self.run.record["setting"] if self.run else {}
        return [Field(name, words.value(given), meanings.get(name, "")) for name, given in setting.items()]

    @property
    def entry(self) -> Entry | None:
        """The bibliography entry of its source; None where there is none."""
        try:
            return papers.entry_of(self.source, self.listing.path) if self.source else None
        except InputError:
            return None

    @property
    def models(self) -> list[str]:
        """The models that its file imports, by name."""
        text = self.listing.path.read_text(encoding="utf-8", errors="replace")
        return sorted(set(re.findall(r"theorylab\.models\.(\w+)", text)) | _models_of(text))


def _models_of(text: str) -> set[str]:
    """Models imported by `from theorylab.models import NAME`."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return set()
    return {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "theorylab.models"
        for alias in node.names
    }


def trials(listings: Sequence[Listing], known: Iterable[Paper], runs: Path) -> list[Trial]:
    """The studies as pages show them, in the order given; what cannot be read of one is said on its page alone."""
    owners = {one.path: paper for paper in known for one in paper.studies}
    return [_trial(listing, owners.get(listing.path), runs) for listing in listings]


def _trial(listing: Listing, paper: Paper | None, runs: Path) -> Trial:
    said, found = list[str](), dict[str, Any]()
    for name, read in (
        ("source", lambda: head(listing.path).constant("SOURCE", Source)),
        ("finding", lambda: papers.finding(listing)),
        ("run", lambda: records.last_run(listing, runs)),
    ):
        try:
            found[name] = read()
        except InputError as error:
            found[name] = None
            said.append(str(error))
    broken = head(listing.path).broken
    return Trial(listing, paper, **found, broken="; ".join([broken] * bool(broken) + said))


@dataclass(frozen=True)
class Audited:
    """What the audit says of a study: faults in the code that it was the first to notice, models without an audit."""

    noticed: list[Mapping[str, Any]]
    models: list[str]
    missing: list[str]


def audit() -> Mapping[str, Any]:
    """The tables of the audit that are committed, by model."""
    return audits.read(study.FIGURES)


def audited(trial: Trial, tables: Mapping[str, Any]) -> Audited:
    """What those tables say of a study."""
    models = trial.models
    rows = [row for model in models for row in tables.get(model, {"rows": []})["rows"] if row["by"] == trial.name]
    return Audited(rows, [m for m in models if m in tables], [m for m in models if m not in tables])


def number(value: Any, digits: int = 4) -> str:
    """A number as it is read: 0.0185, 1.2·10⁻⁵, 20 000; an en dash for none."""
    if value is None:
        return "–"
    if isinstance(value, int) or (float(value).is_integer() and abs(value) < 1e6):
        return f"{int(value):,}".replace(",", "\u202f") if abs(value) >= 10_000 else str(int(value)).replace("-", "−")
    text = f"{value:.{digits}g}"
    if "e" not in text:
        return text.replace("-", "−")
    mantissa, _, power = text.partition("e")
    shown = f"10{str(int(power)).translate(SUPERSCRIPT)}"
    return (shown if mantissa == "1" else f"{mantissa}·{shown}").replace("-", "−")


def measured(check: Mapping[str, Any]) -> str:
    """What a check measured with its interval, as it is read: 0.0185 in [0.0184, 0.0187]; 0.5 ± 3·10⁻¹⁵."""
    value, interval = check["measured"], check["interval"]
    if value is None or not interval or None in interval:
        return number(value, 5)
    half = (interval[1] - interval[0]) / 2
    if half <= 1e-6 * abs(value):
        return number(value, 5) + (f" ± {number(half, 2)}" if half else "")
    return f"{number(value, 5)} in [{number(interval[0], 5)}, {number(interval[1], 5)}]"


def allowed(pair: Sequence[float | None] | None) -> str:
    """What a claim allows, as it is read: = 0.5, ≤ 1, from 0.4 to 0.6."""
    low, high = pair or (None, None)
    if low is not None and high is not None:
        return number(low, 5) if low == high else f"from {number(low, 5)} to {number(high, 5)}"
    return f"≤ {number(high, 5)}" if high is not None else f"≥ {number(low, 5)}" if low is not None else "–"


def strip(check: Mapping[str, Any]) -> Strip | None:
    """The picture of a check's interval beside what its claim allows; None where ends are open or all coincide."""
    if check["measured"] is None or not check["interval"] or None in check["interval"] or not check["allowed"]:
        return None
    ends = [*check["interval"], check["measured"], *(end for end in check["allowed"] if end is not None)]
    low, high = min(ends), max(ends)
    if (
        not high - low > 1e-6 * max(abs(low), abs(high))
        or check["allowed"] == [None, None]
        or not math.isfinite(high - low)
    ):
        return None
    pad = 0.12 * (high - low)

    def place(x: float | None) -> float | None:
        return None if x is None else round(100 * ((x - low) + pad) / (high - low + 2 * pad), 2)

    spots = [place(x) for x in (*check["interval"], check["measured"], *check["allowed"])]
    return Strip(*spots)  # type: ignore[arg-type]

"""The site: every page from its template, the files that pages lead to, and nothing that an earlier one left."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import theorylab
from theorylab.errors import require
from theorylab.running import store
from theorylab.trials import papers, study
from theorylab.trials.citations import FINDING_KINDS
from theorylab.trials.papers import Paper
from theorylab.trials.study import Listing
from theorylab.views import pages
from theorylab.views.report import contents, figures, formulas, records, texts, words
from theorylab.views.report.contents import Trial

HERE = Path(__file__).parent
MARK = ".theorylab-report.json"
"""The file that says which files of a folder are the gallery's: nothing else is ever deleted there."""
GENERATED = ("PAPERS.md", "FINDINGS.md")
"""Pages beside the figures that the gallery has in a form of its own."""


@dataclass(frozen=True)
class Built:
    """A gallery that was built: its first page, and how much is in it."""

    index: Path
    papers: int
    studies: int
    seconds: float


def build(site: Path, runs: Path, listings: Sequence[Listing]) -> Built:
    """Write the gallery of these studies into a folder of its own; `runs` is the folder of runs.

    Studies are shown by their committed records and figures, or by those of the runs where these are newer. Raises
    InputError for a folder that holds anything else.
    """
    start = time.monotonic()
    require(listings, "there is no study to report on: install the laboratory whole, or add studies of your own")
    _require_ours(site)
    gallery = _Gallery(site, runs, listings)
    gallery.write()
    return Built(site / "index.html", len(gallery.papers), len(gallery.trials), time.monotonic() - start)


def _require_ours(site: Path) -> None:
    require(not site.exists() or site.is_dir(), f"{site} is a file: give a folder for the report")
    ours = not site.exists() or (site / MARK).is_file() or not any(site.iterdir())
    require(ours, f"{site} holds something else than a report: give another folder, or an empty one")


class _Gallery:
    """The pages of a gallery, and what they share."""

    def __init__(self, site: Path, runs: Path, listings: Sequence[Listing]) -> None:
        self.site, self.written = site, set[str]()
        self.papers: list[Paper] = papers.papers(listings)
        self.trials = contents.trials(listings, self.papers, runs)
        self.of_paper = {one.name: [t for t in self.trials if t.paper is one] for one in self.papers}
        self.audit = contents.audit()
        self.notes = {
            path.stem.lower(): _titled(path)
            for path in sorted(study.FIGURES.glob("*.md"))
            if path.name not in GENERATED
        }
        self.templates = _templates()
        self.shared = {
            "version": theorylab.__version__, "notes": {name: title for name, (title, _) in self.notes.items()},
            "verdict_words": contents.VERDICTS, "finding_kinds": FINDING_KINDS,
        }  # fmt: skip

    def write(self) -> None:
        """Write all pages and files, then delete those of an earlier gallery that are no more."""
        before = _files_of(self.site)
        self._file(MARK, json.dumps(sorted(before), indent=0).encode())  # first: what an interrupted one leaves is ours
        self._index()
        self._findings()
        self._page("papers.html", "papers.html", families=_grouped(self.papers), of_paper=self.of_paper)
        self._page("verdicts.html", "verdicts.html")
        self._page("glossary.html", "glossary.html", notation=words.notation(), glossary=words.glossary())
        for trial in self.trials:
            self._study(trial)
        for paper in self.papers:
            self._page("paper.html", f"papers/{paper.name}.html", paper=paper, trials=self.of_paper[paper.name])
        for name, (title, text) in self.notes.items():
            page = texts.markdown(text, self._link_of_note)
            self._page("note.html", f"{name}.html", title=title, page=page)
        for path in sorted((HERE / "assets").iterdir()):
            self._file(path.name, path.read_bytes())
        self._file(MARK, json.dumps(sorted(self.written), indent=0).encode())
        for name in before - self.written:
            (self.site / name).unlink(missing_ok=True)

    def _file(self, name: str, content: bytes) -> None:
        path = self.site / name
        if not path.is_file() or path.read_bytes() != content:
            store.prepare_folder(path.parent)
            path.write_bytes(content)
        self.written.add(name)

    def _page(self, template: str, name: str, **given: Any) -> None:
        given |= {"root": "../" * name.count("/"), "here": name}
        text = self.templates.get_template(template).render(**self.shared, **given)
        self._file(name, text.encode())

    def _index(self) -> None:
        totals = sum((trial.verdicts for trial in self.trials), Counter[str]())
        kinds = Counter(trial.finding.kind for trial in self.trials if trial.finding)
        self._page(
            "index.html", "index.html", trials=self.trials, groups=_by_paper(self.trials), papers=self.papers,
            families=sorted({trial.family for trial in self.trials}), totals=totals, kinds=kinds,
            undeclared=[trial for trial in self.trials if not trial.as_declared],
            running=sum(trial.run is not None for trial in self.trials),
        )  # fmt: skip

    def _findings(self) -> None:
        found = [(trial.listing, trial.finding) for trial in self.trials if trial.finding]
        order = sorted(found, key=lambda pair: (FINDING_KINDS.index(pair[1].kind), pair[0].name))
        own = all(trial.listing.own for trial in self.trials)
        self._page(
            "findings.html", "findings.html", kinds=pages.by_kind(order), command=pages.command,
            trials={trial.name: trial for trial in self.trials}, surprises=[] if own else papers.surprises(),
        )  # fmt: skip

    def _study(self, trial: Trial) -> None:
        stem, alternative = f"studies/{trial.name}", ""
        data = None
        if trial.run is not None:
            self._file(f"{stem}.json", _json(trial.run.record))
            data = records.as_csv(trial.run)
            if data is not None:
                self._file(f"{stem}.csv", data.encode())
            if trial.run.figure is not None:
                drawn = trial.run.figure.read_bytes()
                self._file(f"{stem}.svg", drawn)
                alternative = figures.alternative(trial.sentence, drawn.decode("utf-8", "replace"))
        source = trial.listing.path.read_text(encoding="utf-8", errors="replace")
        self._page(
            "study.html", f"{stem}.html", trial=trial, alternative=alternative, data=data is not None,
            audit=contents.audited(trial, self.audit), formulas=formulas.of_study(trial.listing.path),
            source=texts.coloured(source, "python"), near=self._near(trial),
        )  # fmt: skip

    def _near(self, trial: Trial) -> tuple[Trial | None, Trial | None]:
        """The studies before and after this one in its paper."""
        group = self.of_paper.get(trial.paper.name, []) if trial.paper else []
        at = group.index(trial) if trial in group else -1
        before = group[at - 1] if at > 0 else None
        return before, (group[at + 1] if 0 <= at < len(group) - 1 else None)

    def _link_of_note(self, target: str) -> str | None:
        """Where a link of a page beside the figures leads in the gallery: its file is copied; None if there is none."""
        if re.match(r"https?://|#", target):
            return target
        name = unquote(target.partition("#")[0])
        if name in GENERATED or name.removesuffix(".md").lower() in self.notes:
            return f"{name.removesuffix('.md').lower()}.html"
        path = (study.FIGURES / name).resolve()
        if not path.is_file() or study.FIGURES.resolve() not in path.parents:
            return None
        self._file(f"notes/{name}", path.read_bytes())
        return f"notes/{quote(name)}"


def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters |= {
        "prose": texts.prose, "inline": texts.inline, "typeset": texts.typeset, "coloured": texts.coloured,
        "number": contents.number, "measured": contents.measured, "allowed": contents.allowed,
        "strip": contents.strip, "counted": pages.counted, "math": Markup,
    }  # fmt: skip
    return environment


def _titled(path: Path) -> tuple[str, str]:
    """The first heading of a page in Markdown, and its text."""
    text = path.read_text(encoding="utf-8")
    return next((line[2:].strip() for line in text.splitlines() if line.startswith("# ")), path.stem), text


def _files_of(site: Path) -> set[str]:
    """The files that the gallery in a folder consists of, as its mark says; none where it cannot be read."""
    try:
        names = json.loads((site / MARK).read_text(encoding="utf-8"))
        kept = {str(name) for name in names}
    except (OSError, ValueError, TypeError):
        return set()
    return {name for name in kept if not name.startswith("/") and ".." not in Path(name).parts}


def _json(record: Mapping[str, Any]) -> bytes:
    return (json.dumps(record, indent=2, ensure_ascii=False) + "\n").encode()


def _grouped(known: Iterable[Paper]) -> dict[str, list[Paper]]:
    """Papers by family."""
    found: dict[str, list[Paper]] = {}
    for paper in known:
        found.setdefault(paper.family, []).append(paper)
    return found


def _by_paper(trials: Iterable[Trial]) -> list[tuple[Paper | None, list[Trial]]]:
    """Studies by paper, in their order; those without one together, by the folder that they are in."""
    found: dict[str, tuple[Paper | None, list[Trial]]] = {}
    for trial in trials:
        name = trial.paper.name if trial.paper else ""
        found.setdefault(name, (trial.paper, []))[1].append(trial)
    return list(found.values())

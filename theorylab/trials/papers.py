"""Papers: a folder of studies with a page and a bibliography entry, read from the files without importing them.

The page is the docstring of the folder's `__init__.py`: the title; what the paper says, in our words, each sentence
marked (read), (recalled) or (derived); `On trial:`, a line for each study; `Not on trial, because:`. C-numbers there
are those of the claims in the laboratory's working notes on the paper. The constant HEAD names the head study; HEAD of
a family's `__init__.py` names the paper whose head study is on the tour (its first paper where there is none), so that
the tour does not grow with the papers. The entry is `paper.bib` beside it; textbooks are in `studies/references.bib`.
"""

from __future__ import annotations

import csv
import functools
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from theorylab.errors import InputError, require
from theorylab.trials import study
from theorylab.trials.citations import FINDING_KINDS, Entry, Finding, Source, entries, head
from theorylab.trials.study import Listing, discover

SAYS, ON_TRIAL, NOT_ON_TRIAL = "says, in our words", "On trial", "Not on trial, because"
"""Words that begin the sections of a page, or end the line that does."""


@dataclass(frozen=True)
class Paper:
    """A paper of the laboratory: its folder's name, page, entry and studies."""

    name: str
    folder: Path
    title: str
    says: tuple[str, ...]
    on_trial: tuple[str, ...]
    not_on_trial: tuple[str, ...]
    head: str
    entry: Entry | None
    studies: tuple[Listing, ...]

    @property
    def family(self) -> str:
        """The family, the first part of the name."""
        return self.name.split(".")[0]

    @property
    def key(self) -> str:
        """The key of the entry; empty if there is none."""
        return self.entry.key if self.entry else ""

    @property
    def arxiv(self) -> str:
        """The arXiv id; empty if there is none."""
        return self.entry.arxiv if self.entry else ""

    @property
    def byline(self) -> str:
        """Authors, year, arXiv id and key, as far as they are known."""
        if self.entry is None:
            return ""
        year = f" ({self.entry.year})" if self.entry.year else ""
        more = [f"arXiv {self.arxiv}"] if self.arxiv else []
        return ", ".join([f"{', '.join(self.entry.authors)}{year}", *more, self.key])

    @property
    def text(self) -> str:
        """All that its page and entry say, in lower case."""
        parts = (self.name, self.title, self.byline, *self.says, *self.on_trial, *self.not_on_trial)
        return "\n".join(parts).lower()

    def verdicts(self) -> Counter[str]:
        """How many checks the committed records show of each verdict; empty without records."""
        found: Counter[str] = Counter()
        for listing in self.studies:
            found.update(check["verdict"] for check in recorded(listing))
        return found


def papers(listings: Iterable[Listing] | None = None) -> list[Paper]:
    """All papers, by name: the folders of studies that have a page. A study outside them is in no paper.

    `listings` are the studies to sort into papers; by default all that are discovered. A page or entry that cannot be
    read fails alone: its title says why.
    """
    found: dict[Path, list[Listing]] = {}
    for listing in discover() if listings is None else listings:
        found.setdefault(listing.path.parent, []).append(listing)
    known = [_paper(folder, tuple(studies)) for folder, studies in found.items() if (folder / "__init__.py").is_file()]
    return sorted((paper for paper in known if paper), key=lambda paper: paper.name)


def _paper(folder: Path, studies: tuple[Listing, ...]) -> Paper | None:
    page, name = head(folder / "__init__.py"), studies[0].name.rpartition(".")[0]
    try:
        chosen, entry = page.constant("HEAD", str), _entry(folder, studies)
    except InputError as error:
        return Paper(name, folder, f"(cannot be read: {error})", (), (), (), "", None, studies)
    if chosen is None:
        return None
    sections = _sections(page.docstring)
    return Paper(
        name, folder, page.title, sections.get(SAYS, ()), sections.get(ON_TRIAL, ()), sections.get(NOT_ON_TRIAL, ()),
        chosen, entry, studies,
    )  # fmt: skip


def _sections(docstring: str) -> dict[str, tuple[str, ...]]:
    """The items of each section of a page, each in one line."""
    found: dict[str, tuple[str, ...]] = {}
    for paragraph in docstring.split("\n\n")[1:]:
        first, _, rest = paragraph.partition("\n")
        name = next((s for s in (SAYS, NOT_ON_TRIAL, ON_TRIAL) if s in first), "")
        if name and first.endswith(":"):
            items = re.split(r"^(?:- |\d+\. )", rest, flags=re.MULTILINE)[1:]
            found[name] = tuple(" ".join(item.split()) for item in items)
    return found


def _entry(folder: Path, studies: tuple[Listing, ...]) -> Entry | None:
    """The entry of paper.bib; without one that of the textbook which the studies name."""
    known = entries(folder / "paper.bib")
    if known:
        require(len(known) == 1, f"{folder / 'paper.bib'} has {len(known)} entries: a paper's folder has one")
        return next(iter(known.values()))
    source = head(studies[0].path).constant("SOURCE", Source)
    return entry_of(source, studies[0].path) if source and source.key else None


def entry_of(source: Source, path: Path) -> Entry | None:
    """The bibliography entry of the study in that file: a textbook's if the source has a key, else its folder's.

    None where neither is there. A textbook's is in a references.bib above the file, or in the lab's own. Raises
    InputError for a key that is in none.
    """
    if not source.key:
        return next(iter(entries(path.parent / "paper.bib").values()), None)
    for folder in (*path.parents, study.FOLDER):
        known = entries(folder / "references.bib")
        if source.key in known:
            return known[source.key]
    raise InputError(f"no references.bib above {path} has the entry {source.key!r}: add it before a study cites it")


def cite(source: Source, path: Path) -> str:
    """The source of the study in that file as one line, with the key of its entry."""
    entry = None if source.key else entry_of(source, path)
    return f"{entry.key}, {source}" if entry else str(source)


def heads() -> list[Listing]:
    """The head study of each of the lab's papers, by name. Raises InputError where a page names none of its studies."""
    found = []
    for paper in papers(listing for listing in discover() if not listing.own):
        names = {listing.name.split(".")[-1]: listing for listing in paper.studies}
        require(paper.head in names, f"HEAD = {paper.head!r} of {paper.name}: give one of {', '.join(names)}")
        found.append(names[paper.head])
    return found


def tour() -> list[Listing]:
    """The head study of each family's head paper, by name. Raises InputError where a page names what is not there."""
    families: dict[Path, dict[str, Listing]] = {}
    for listing in heads():
        families.setdefault(listing.path.parents[1], {})[listing.path.parent.name] = listing
    found = []
    for folder, named in families.items():
        page = folder / "__init__.py"
        chosen = head(page).constant("HEAD", str) if page.is_file() else None
        require(chosen in (None, *named), f"HEAD = {chosen!r} of {page}: give a paper's folder, {', '.join(named)}")
        found.append(named[chosen or min(named)])
    return found


def finding(listing: Listing) -> Finding | None:
    """The finding that a study declares, read from its file; None if it has none."""
    try:
        found: Finding | None = head(listing.path).constant("FINDING", Finding)
    except InputError as error:
        raise InputError(f"{listing.name}: {error}") from None
    return found


def findings(listings: Iterable[Listing] | None = None) -> list[tuple[Listing, Finding]]:
    """The findings of the studies, all by default, by kind (false as stated first) and name of the study."""
    found = [(listing, one) for listing in (discover() if listings is None else listings) if (one := finding(listing))]
    return sorted(found, key=lambda pair: (FINDING_KINDS.index(pair[1].kind), pair[0].name))


def surprises() -> list[tuple[str, str]]:
    """What other people's packages do that a good guess gets wrong: of each script in findings/ command and sentence.

    The sentence is the first comment line of the script.
    """
    found = []
    for path in sorted(study.FIGURES.with_name("findings").glob("[!_.]*.sh")):
        lines = path.read_text(encoding="utf-8").splitlines()
        sentence = next((line[2:].strip() for line in lines if line.startswith("# ")), "")
        require(bool(sentence), f"{path} says nothing of itself: begin it with a comment line, the sentence to list")
        found.append((f"bash findings/{path.name}", sentence))
    return found


def recorded(listing: Listing) -> list[dict[str, Any]]:
    """The checks of a study's committed record, as JSON values; none without one."""
    path = study.FIGURES.joinpath(*listing.name.split(".")).with_suffix(".json")
    try:
        checks: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["checks"]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (ValueError, KeyError) as error:
        raise InputError(f"{path} is no record of a run ({type(error).__name__}): make it again") from None
    return checks


@dataclass(frozen=True)
class Planned:
    """A paper in scope, whether it is on trial already or not: title, family, the claim to put on trial."""

    title: str
    family: str
    claim: str


@functools.cache
def catalogue() -> tuple[Planned, ...]:
    """The papers in scope, by family and title."""
    with Path(__file__).with_name("catalogue.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple(Planned(**row) for row in rows)


def normal(title: str) -> str:
    """A title as it is compared: lower case, letters and digits alone."""
    return re.sub(r"[^a-z0-9]+", " ", title.lower()).strip()


def not_yet_on_trial(words: Iterable[str] = ()) -> list[Planned]:
    """The papers in scope that have no folder yet, and whose title, family or claim has every word."""
    there, words = {normal(paper.title) for paper in papers()}, [word.lower() for word in words]
    texts = [(one, f"{one.title} {one.family} {one.claim}".lower()) for one in catalogue()]
    return [one for one, text in texts if normal(one.title) not in there and all(word in text for word in words)]

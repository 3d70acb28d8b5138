"""Which studies a word on the command line means: one place, used by every command."""

from __future__ import annotations

import difflib
import fnmatch
import os
import re
import types
from collections.abc import Iterable
from pathlib import Path

from theorylab.errors import InputError, require
from theorylab.trials.papers import Paper, papers
from theorylab.trials.study import Listing, at_path, discover, of_module
from theorylab.trials.study import load as study_module

FORMS = "a study, family, paper's folder, arxiv:ID, bibliography key, glob, path or module"


def select(words: Iterable[str]) -> list[Listing]:
    """The studies that the words mean, each once, in the order of the words; none for no words.

    A word is a study's name (its last part is enough), a family, a paper's folder, an arXiv id (`arxiv:2502.14123`),
    a bibliography key, a glob over names (`'regression.*'`), the path of a file or folder, or an importable module or
    package; only the last two find what is not in `discover`. Raises InputError for a
    word that means nothing, naming the nearest that does, or more than one of these.
    """
    found: dict[Path, Listing] = {}
    for word in words:
        for listing in _meaning(word):
            found.setdefault(listing.path, listing)
    return list(found.values())


def one(word: str) -> Listing:
    """The one study that the word means. InputError also where it means several."""
    found = _meaning(word)
    require(len(found) == 1, f"{word!r} means {len(found)} studies: name one of {', '.join(x.name for x in found)}")
    return found[0]


def load(study: str | Listing) -> types.ModuleType:
    """The module of the study that a word means, or of a listing. Raises InputError, and whatever its import raises."""
    return study_module(one(study) if isinstance(study, str) else study)


def matching(words: Iterable[str]) -> list[Listing]:
    """The studies that every word fits: as a selector, or as text of name, claim or paper. All for no words.

    Raises InputError where none is left.
    """
    words, by_path = tuple(words), {study.path: paper for paper in papers() for study in paper.studies}
    left = discover()
    for word in words:
        known = {listing.path for listings in _readings(word).values() for listing in listings}
        left = [x for x in left if x.path in known or word.lower() in _text(x, by_path.get(x.path))]
    if not left:
        raise InputError(f"no study fits {' '.join(words)!r}{_nearest(words[0])}; `theorylab list` shows all")
    return left


def _text(listing: Listing, paper: Paper | None) -> str:
    return " ".join([listing.name, listing.title, *((paper.title, paper.byline) if paper else ())]).lower()


def _meaning(word: str) -> list[Listing]:
    readings = _readings(word)
    if not readings:
        raise InputError(f"no study is called {word!r}{_nearest(word)}; give {FORMS}: `theorylab list` shows all")
    if len({tuple(x.path for x in listings) for listings in readings.values()}) > 1:
        both = "; ".join(f"{what}: {_some(listings)}" for what, listings in readings.items())
        raise InputError(f"{word!r} is ambiguous ({both}): give a longer name")
    return next(iter(readings.values()))


def _some(listings: list[Listing]) -> str:
    names = [x.name for x in listings[:3]]
    return ", ".join(names + (["..."] if len(listings) > 3 else []))


def _readings(word: str) -> dict[str, list[Listing]]:
    """What the word means, by kind: several kinds, or none, where it is not clear."""
    listings = discover()
    if os.sep in word or word.endswith(".py") or word in (".", ".."):
        require(Path(word).expanduser().exists(), f"there is no file or folder {word}")
        found = at_path(Path(word))
        require(found, f"no study is in {word}: a study is a Python file that defines checks(s, measured, predicted)")
        return {"path": found}
    if any(mark in word for mark in "*?["):
        found = [x for x in listings if fnmatch.fnmatchcase(x.name, word)]
        return {"glob": found} if found else {}
    if word.lower().startswith("arxiv:"):
        id = re.sub(r"v\d+$", "", word.split(":", 1)[1].strip())
        found = [study for paper in papers() if paper.arxiv == id for study in paper.studies]
        return {"arXiv id": found} if found else {}
    name = word.removeprefix("studies.")
    readings: dict[str, list[Listing]] = {}
    exact = [x for x in listings if x.name in (word, name)]
    for listing in exact or [x for x in listings if x.name.endswith(f".{name}")]:
        readings[f"study {listing.name}"] = [listing]
    for paper in papers():
        if name in (paper.name, paper.name.split(".")[-1], paper.key):
            readings[f"paper {paper.name}"] = list(paper.studies)
    family = [x for x in listings if "." not in name and x.name.startswith(f"{name}.")]
    readings |= {"family": family} if family else {}
    module = [] if readings else of_module(word)
    return {"module": module} if module else readings


def _nearest(word: str) -> str:
    """The nearest word that means something, as a question; empty if none is near."""
    known: dict[str, str] = {}
    for paper in papers():
        known |= {paper.family: paper.family, paper.name.split(".")[-1]: paper.name}
        known |= {paper.key: paper.key} if paper.key else {}
        known |= {f"arxiv:{paper.arxiv}": f"arxiv:{paper.arxiv}"} if paper.arxiv else {}
    known |= {x.name.split(".")[-1]: x.name for x in discover()}
    close = difflib.get_close_matches(word.split(".")[-1] if ":" not in word else word, known, n=1, cutoff=0.5)
    return f"; did you mean {known[close[0]]!r}?" if close else ""

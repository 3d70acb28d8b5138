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

    A word is a study's name (its last part is enough, also behind its family), a family, a paper's folder, an arXiv
    id (`arxiv:2502.14123`), a bibliography key, a glob over names (`'regression.*'`), the path of a file or folder, or
    an importable module or package; only the last two find what is not in `discover`. Raises InputError for a word
    that means nothing, naming the nearest that does, or more than one of these.
    """
    lab = _Lab()
    found: dict[Path, Listing] = {}
    for word in words:
        for listing in lab.meaning(word):
            found.setdefault(listing.path, listing)
    return list(found.values())


def one(word: str) -> Listing:
    """The one study that the word means. InputError also where it means several."""
    found = _Lab().meaning(word)
    require(len(found) == 1, f"{word!r} means {len(found)} studies: name one of {', '.join(x.name for x in found)}")
    return found[0]


def load(study: str | Listing) -> types.ModuleType:
    """The module of the study that a word means, or of a listing. Raises InputError, and whatever its import raises."""
    return study_module(one(study) if isinstance(study, str) else study)


def matching(words: Iterable[str]) -> list[Listing]:
    """The studies that every word fits: as a selector, or as text of name, claim or paper. All for no words.

    Raises InputError where none is left.
    """
    lab, words = _Lab(), tuple(words)
    left = lab.matching(words)
    if not left:
        odd = next((word for word in words if not lab.matching((word,))), "")
        raise InputError(f"no study fits {' '.join(words)!r}{lab.nearest(odd)}; `theorylab list` shows all")
    return left


def papers_matching(words: Iterable[str]) -> list[Paper]:
    """The papers with a study that every word fits, as in `matching`, or whose page has every word; perhaps none."""
    lab, words = _Lab(), tuple(words)
    left = {listing.path for listing in lab.matching(words)}
    pages = {paper.name for paper in lab.papers if all(word.lower() in paper.text for word in words)}
    return [x for x in lab.papers if x.name in pages or any(study.path in left for study in x.studies)]


class _Lab:
    """The studies and papers that there are, read once for all the words of a command."""

    def __init__(self) -> None:
        self.listings = discover()
        self.names = {listing.name for listing in self.listings}
        self.papers = papers(self.listings)

    def meaning(self, word: str) -> list[Listing]:
        """The studies that a word means; InputError for none or more than one meaning."""
        readings = self.readings(word)
        if _is_path(word):
            require(Path(word).expanduser().exists(), f"there is no file or folder {word}")
            require(readings, f"no study is in {word}: a study is a file that defines checks(s, measured, predicted)")
        elif not readings and (module := of_module(word)):
            return module
        if not readings:
            raise InputError(f"no study is called {word!r}{self.nearest(word)}; give {FORMS}: see `theorylab list`")
        if len({tuple(x.path for x in listings) for listings in readings.values()}) > 1:
            both = "; ".join(f"{what}: {_some(listings)}" for what, listings in readings.items())
            raise InputError(f"{word!r} is ambiguous ({both}): give a longer name")
        return next(iter(readings.values()))

    def matching(self, words: tuple[str, ...]) -> list[Listing]:
        """The studies that every word fits; perhaps none."""
        texts = {study.path: f"{paper.title} {paper.byline}" for paper in self.papers for study in paper.studies}
        left = self.listings
        for word in words:
            known = {listing.path for listings in self.readings(word).values() for listing in listings}
            text = [f"{x.name} {x.title} {texts.get(x.path, '')}".lower() for x in left]
            left = [x for x, said in zip(left, text, strict=True) if x.path in known or word.lower() in said]
        return left

    def readings(self, word: str) -> dict[str, list[Listing]]:
        """What the word means, by kind: several kinds, or none, where that is not clear."""
        if _is_path(word):
            found = {"path": at_path(Path(word))}
        elif any(mark in word for mark in "*?["):
            found = {"glob": [x for x in self.listings if fnmatch.fnmatchcase(x.name, word)]}
        elif word.lower().startswith("arxiv:"):
            number = re.sub(r"v\d+$", "", word.split(":", 1)[1].strip())
            found = {"arXiv id": [study for x in self.papers if x.arxiv == number for study in x.studies]}
        else:
            found = self.named(word) if word in self.names else self.named(word.removeprefix("studies."))
        return {what: listings for what, listings in found.items() if listings}

    def named(self, name: str) -> dict[str, list[Listing]]:
        """What a name means: each study, paper and family that has it."""
        whole = [x for x in self.listings if x.name == name]
        studies = whole or [x for x in self.listings if x.name.endswith(f".{name}")]
        if not studies and name.count(".") == 1:  # its family and last part
            ends = name.split(".")
            studies = [x for x in self.listings if x.name.split(".")[::2] == ends]
        papers = [x for x in self.papers if name in (x.name, x.name.split(".")[-1], x.key)]
        family = [x for x in self.listings if "." not in name and x.name.startswith(f"{name}.")]
        found = {f"study {x.name}": [x] for x in studies} | {f"paper {x.name}": list(x.studies) for x in papers}
        return found | {"family": family}

    def nearest(self, word: str) -> str:
        """The nearest word that means something, as a question; empty if none is near."""
        known = {x.name.split(".")[0]: x.name.split(".")[0] for x in self.listings}
        for paper in self.papers:
            known |= {paper.name.split(".")[-1]: paper.name}
            known |= {said: said for said in (paper.key, f"arxiv:{paper.arxiv}" * bool(paper.arxiv)) if said}
        known |= {x.name.split(".")[-1]: x.name for x in self.listings}
        said = word if ":" in word else word.split(".")[-1]
        close = difflib.get_close_matches(said, known, n=1, cutoff=0.5)
        return f"; did you mean {known[close[0]]!r}?" if close else ""


def _is_path(word: str) -> bool:
    return os.sep in word or word.endswith(".py") or word in (".", "..")


def _some(listings: list[Listing]) -> str:
    names = [x.name for x in listings[:3]]
    return ", ".join(names + ["..."] * (len(listings) > 3))

"""The clinic: which optimiser was tried for which property, by which study, and what came out.

A paper's page says so, in a constant of its folder's `__init__.py` that has a line for each study about an optimiser:

    CLINIC = {"adam_worst_point": ("Adam", "regret"), "lion_box": ("Lion", "constraint")}

The words are free; those in use are rate, stability, floor, noise, outlier, zero, regret, rotation, scale, escape,
constraint, acceleration, estimate, start, step size. Being in a page is the registration: there is no other list.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from theorylab.errors import require
from theorylab.trials.citations import head
from theorylab.trials.papers import papers, recorded
from theorylab.trials.study import Listing


@dataclass(frozen=True)
class Case:
    """A study as a statement about one property of one optimiser."""

    optimiser: str
    topic: str
    listing: Listing

    @property
    def claim(self) -> str:
        """The sentence that the study puts on trial."""
        return self.listing.title

    def verdicts(self) -> Counter[str]:
        """How many checks of the committed record have each verdict; empty without one."""
        return Counter(check["verdict"] for check in recorded(self.listing))


def cases(listings: Iterable[Listing] | None = None) -> list[Case]:
    """All cases, by optimiser, property and study. InputError for a page that names no study of its folder."""
    found = []
    for paper in papers(listings):
        page = head(paper.folder / "__init__.py").constant("CLINIC", dict) or {}
        known = {listing.name.rpartition(".")[2]: listing for listing in paper.studies}
        for name, words in page.items():
            where = f"CLINIC of {paper.name}"
            require(name in known, f"{where} names {name!r}: its studies are {', '.join(sorted(known))}")
            pair = isinstance(words, tuple) and len(words) == 2 and all(isinstance(word, str) for word in words)
            require(pair, f"{where} has {words!r} for {name}: give (optimiser, property)")
            optimiser, topic = words
            found.append(Case(optimiser, topic, known[name]))
    return sorted(found, key=lambda case: (case.optimiser.lower(), case.topic, case.listing.name))

"""What a figure shows, in words: read from the texts in its SVG, for those who do not see it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

TEXT = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)
LEGEND = 7.6
"""Points: texts of this size or less are those of a legend."""


@dataclass(frozen=True)
class Text:
    """A text of a figure: where it stands, in points, how it is anchored, and whether it stands upright."""

    words: str
    x: float
    y: float
    anchor: str
    size: float
    turned: bool


def texts(svg: str) -> list[Text]:
    """The texts of an SVG as the laboratory writes it, in their order; none of those that stand nowhere."""
    styles = dict(re.findall(r"\.(\w+)\{([^}]*)\}", svg))
    found = []
    for attributes, inner in TEXT.findall(svg):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', attributes))
        style = f"{styles.get(given.get('class', ''), '')};{given.get('style', '')}"
        place = re.search(r"translate\(([-\d.e]+)[ ,]+([-\d.e]+)\)", given.get("transform", ""))
        x, y = (place[1], place[2]) if place else (given.get("x"), given.get("y"))
        if x is None or y is None:
            continue
        size = re.search(r"font-size: ?([\d.]+)", style)
        anchor = re.search(r"text-anchor: ?(\w+)", style)
        words = " ".join(html.unescape(re.sub(r"<[^>]*>", "", inner)).split())
        turned = "rotate(-90" in given.get("transform", "")
        found.append(
            Text(words, float(x), float(y), anchor[1] if anchor else "start", float(size[1]) if size else 9.0, turned)
        )
    return found


@dataclass(frozen=True)
class Panel:
    """A panel of a figure: its title, what is drawn against what, and the texts of its legend."""

    title: str
    across: str
    up: str
    legend: tuple[str, ...]

    def __str__(self) -> str:
        axes = f"{self.up} against {self.across}" if self.up and self.across else self.up or self.across
        parts = [
            f"“{self.title}”" if self.title else "",
            axes,
            f"shown are {'; '.join(self.legend)}" * bool(self.legend),
        ]
        return ", ".join(part for part in parts if part)


def panels(svg: str) -> list[Panel]:
    """The panels of a figure from left to right, as its texts tell them; none where no axis has a label."""
    found = texts(svg)
    upright = [text for text in found if not text.turned]
    plain = [text for text in upright if text.size > LEGEND and text.anchor == "middle" and not _number(text.words)]
    lowest = max((text.y for text in plain), default=0.0)
    across = sorted((text for text in plain if text.y > lowest - 2), key=lambda text: text.x)
    turned = sorted((text for text in found if text.turned), key=lambda text: text.x)
    titles = [text for text in upright if text.size > LEGEND and text.y < 32 and text.anchor == "start"]
    titles = [text for text in titles if not _number(text.words)]
    small = [text for text in upright if text.size <= LEGEND and not _number(text.words)]
    ends = [next((t.x for t in turned if text.x < t.x), float("inf")) for text in across]
    made, start = [], float("-inf")
    for text, end in zip(across, ends, strict=True):
        ups = [one.words for one in turned if start <= one.x < text.x]
        title = " ".join(one.words for one in titles if start <= one.x < end)
        legend = dict.fromkeys(one.words for one in small if start <= one.x < end)
        made.append(Panel(title, text.words, ups[-1] if ups else "", tuple(legend)))
        start = end
    return made


def _number(words: str) -> bool:
    """Whether a text is a number, a tick's label: 0.5, −3, 2·10⁻³."""
    return bool(re.fullmatch(r"[-−+\d.,·×e⁰¹²³⁴⁵⁶⁷⁸⁹⁻/π%]+", words)) or not words


def alternative(sentence: str, svg: str) -> str:
    """The text that stands for a figure: the study's sentence, then what each panel draws against what."""
    found = panels(svg)
    if not found:
        return f"Figure of the study: {sentence}"
    if len(found) == 1:
        return f"{sentence} Plot: {found[0]}."
    shown = " ".join(f"Panel {number} of {len(found)}: {panel}." for number, panel in enumerate(found, 1))
    return f"{sentence} {shown}"

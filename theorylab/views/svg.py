"""SVG files that are small and equal for equal figures: text as text, two decimals, every style written once."""

from __future__ import annotations

import hashlib
import re

FONTS = "'DejaVu Sans', Verdana, 'Bitstream Vera Sans', Geneva, sans-serif"
"""DejaVu Sans, with which the places of texts are computed, and what has the same widths or narrower ones."""
INHERITED = f"font-family:{FONTS};stroke-linejoin:round;stroke-linecap:butt"
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")


def compact(text: str) -> str:
    """The SVG that matplotlib wrote, drawn alike in about a third of the bytes.

    Coordinates have two decimals, in points. A style is a class that is named by what it says, so that several figures
    stand in one page without disturbing each other; fonts are named once, on the root.
    """
    text = re.sub(r"<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL)
    text = re.sub(r"font-family: [^;\"]*;? ?", "", text)
    text = re.sub(r'(?<=<g) id="[^"]*"', "", text)
    text = re.sub(r' transform="rotate\(-0 [^"]*"', "", text)
    text = re.sub(r'(?<= )((?:d|x|y|x1|x2|y1|y2|width|height|viewBox|transform))="([^"]*)"', _short, text)
    styles: dict[str, str] = {}
    text = re.sub(r'style="([^"]*)"', lambda match: _classed(match.group(1), styles), text)
    sheet = "".join(f".{name}{{{style}}}" for name, style in sorted(styles.items()))
    text = re.sub(r">\s+<", "><", text)
    while (shorter := re.sub(r"<g>((?:<(?!/?g[ >])[^>]*>)*)</g>|<defs></defs>", r"\1", text)) != text:
        text = shorter  # groups that say nothing
    text = text.replace("><", ">\n<")
    return re.sub(
        r"<svg [^>]*>", lambda root: f'{root[0][:-1]} style="{INHERITED}">\n<style>{sheet}</style>', text, count=1
    )


def _short(match: re.Match[str]) -> str:
    """A geometric attribute with two decimals, and no more blanks than needed."""
    value = NUMBER.sub(lambda number: _decimals(number[0]), match.group(2))
    value = re.sub(r"\s*([MLCQzZ])\s*", r"\1", value) if match.group(1) == "d" else value
    return f'{match.group(1)}="{value}"'


def _decimals(number: str) -> str:
    short = f"{float(number):.2f}".rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def _classed(style: str, styles: dict[str, str]) -> str:
    """A class attribute in place of a style; the style is noted under the class's name."""
    style = re.sub(r"\s*([:;,])\s*", r"\1", style.strip("; "))
    if not style:
        return ""
    name = f"c{hashlib.sha256(style.encode()).hexdigest()[:6]}"
    styles[name] = style
    return f'class="{name}"'

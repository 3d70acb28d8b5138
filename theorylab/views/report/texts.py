"""Texts as HTML: prose of docstrings, sources in colours, pages in Markdown. Whatever is in them is escaped first."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import count

from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import BashLexer, BibTeXLexer, PythonLexer

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "eta": "η", "theta": "θ",
    "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ",
    "phi": "φ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
"""Letters that docstrings write as words."""
SIGNS = (("<=", "≤"), (">=", "≥"), ("->", "→"), (" - ", " − "), (" +- ", " ± "))
INDEX = r"[A-Za-z0-9]{1,3}(?![\w(])"
INDEX_OR_NONE = rf"(?=_{INDEX}|(?!_\w))"
"""After a letter an index, eta_t, or none; beta_test and eta_t(x) are identifiers, which stay as they are."""
LEXERS = {"python": PythonLexer, "bibtex": BibTeXLexer, "shell": BashLexer}


def prose(text: str) -> Markup:
    """A paragraph: what stands in backquotes as code, lines that begin with a dash or are indented as they are."""
    words = text.strip("\n")
    lines = words.splitlines()
    if len(lines) > 1 and all(line.startswith(("    ", "\t")) for line in lines if line.strip()):
        return Markup("<pre tabindex='0'>{}</pre>").format(words)
    if any(re.match(r"\s*(- |\d+\. )", line) for line in lines):
        return _list(lines)
    return Markup("<p>{}</p>").format(inline(" ".join(words.split())))


def _list(lines: list[str]) -> Markup:
    """Lines before a list as a paragraph, then its items; an item goes on over indented lines."""
    before, items = list[str](), list[str]()
    for line in lines:
        if found := re.match(r"\s*(?:- |\d+\. )(.*)", line):
            items.append(found[1])
        elif items:
            items[-1] += f" {line.strip()}"
        else:
            before.append(line.strip())
    intro = Markup("<p>{}</p>").format(inline(" ".join(before))) if before else Markup("")
    return intro + Markup("<ul>{}</ul>").format(
        Markup("").join(Markup("<li>{}</li>").format(inline(item)) for item in items)
    )


def inline(text: str) -> Markup:
    """Text in which what stands in backquotes is code, and the marks (read), (recalled), (derived) are marks."""
    parts = re.split(r"`([^`]+)`", text)
    made = Markup("").join(
        Markup("<code>{}</code>").format(part) if at % 2 else typeset(part) for at, part in enumerate(parts)
    )
    return Markup(re.sub(r"^\((read|recalled|derived)[^)]*\)", r'<span class="kind \1">\g<0></span>', str(made)))


def typeset(text: str) -> Markup:
    """Formulas that stand in a line as a book sets them: w_i^2 <= sqrt eta with index, power, root and letter."""
    for typed, sign in SIGNS:
        text = text.replace(typed, sign)
    letter = rf"(?<![\w.])({'|'.join(GREEK)})(?![A-Za-z]|[0-9(.]\w){INDEX_OR_NONE}"
    text = re.sub(letter, lambda word: GREEK[word[1]], text)
    text = re.sub(r"\bsqrt ?(?=[\w(])", "√", text)
    text = re.sub(r"(?<![\w)\]−-])-(?=\d)|(?<=[=(\[,] )-(?=\w)|(?<=[(\[])-(?=\w)", "−", text)
    made = str(escape(text))
    made = re.sub(rf"(?<![\w/.])([A-Za-zα-ω])_({INDEX})", r"\1<sub>\2</sub>", made)
    made = re.sub(r"([α-ω])(\d)(?![\w.])", r"\1<sub>\2</sub>", made)
    power = r"\^(\((?:[^()<>&;]*)\)|[-−]?\d+(?:[/.]\d+)?|[A-Za-zα-ω](?![A-Za-z]))"
    return Markup(re.sub(power, lambda found: f"<sup>{found[1].strip('()').replace('-', '−')}</sup>", made))


def coloured(text: str, language: str) -> Markup:
    """A source as HTML with classes for its words; `language` is one of LEXERS."""
    return Markup(highlight(text, LEXERS[language](), HtmlFormatter(nowrap=True)))


def markdown(text: str, link: Callable[[str], str | None]) -> Markup:
    """A page in Markdown; HTML in it is text. `link` says where a link leads in the site; None: it is left out."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        inner = token.children or []
        if token.type == "heading_open":
            words = tokens[tokens.index(token) + 1].content
            token.attrSet("id", re.sub(r"[^a-z0-9_]+", "-", words.lower()).strip("-"))
        for child in inner:
            name = {"link_open": "href", "image": "src"}.get(child.type)
            if name:
                target = link(str(child.attrGet(name)))
                if target is None:
                    child.attrs.pop(name)
                else:
                    child.attrSet(name, target)
    page: str = parser.renderer.render(tokens, parser.options, {})
    number = count(1)  # regions that scroll are told apart by their names
    frame = '<div class="wide" role="region" aria-label="table {}" tabindex="0"><table>'
    framed = re.sub("<table>", lambda _: frame.format(next(number)), page)
    return Markup(framed.replace("</table>", "</table></div>"))

"""What a study says of its claim's source and of what it found; bibliography entries; both read without an import."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from theorylab.errors import InputError, require

Kind = Literal["read", "recalled", "derived"]
FindingKind = Literal["false as stated", "needs a condition", "usual reading is wrong"]
FINDING_KINDS: tuple[FindingKind, ...] = get_args(FindingKind)


@dataclass(frozen=True)
class Source:
    """Where a claim comes from: the place in the paper, the figure or theorem that the study regenerates, the kind.

    Without `figure` the study's figure is ours. The paper is that of the folder's `paper.bib`, unless `key` names a
    textbook of `studies/references.bib`. `kind` is what the claim as stated rests on: it was *read* (in the paper, its
    authors' code or a secondary text that `where` names), *recalled* and not confirmed, or *derived* here. Raises
    InputError for another kind or an empty place.
    """

    where: str
    figure: str = ""
    kind: Kind = field(kw_only=True)
    key: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        _one_of("Source", self.kind, get_args(Kind))
        require(bool(self.where), "Source(where='') is not allowed: name the place, such as 'abstract' or 'Theorem 2'")

    def __str__(self) -> str:
        parts = [self.key, self.where, self.figure]
        return f"{', '.join(part for part in parts if part)} ({self.kind})"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A claim that came out false, needs a condition, or whose usual reading is wrong.

    `sentence` says it in our words, `case` is the smallest case that shows it, `check` a part of the text of the check
    (or of its rival) that does, `settings` what `theorylab run STUDY --set` needs for that case. Raises InputError for
    another kind, or a part that is empty.
    """

    kind: FindingKind
    sentence: str
    case: str
    check: str
    settings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _one_of("Finding", self.kind, FINDING_KINDS)
        for name in ("sentence", "case", "check"):
            require(bool(getattr(self, name)), f"Finding({name}='') is not allowed: say it in words")


def _one_of(what: str, kind: str, kinds: tuple[str, ...]) -> None:
    require(kind in kinds, f"{what}(kind={kind!r}) is not allowed: give one of {', '.join(map(repr, kinds))}")


@dataclass(frozen=True)
class Entry:
    """An entry of a bibliography: its key, its fields without braces, and its text as it stands there."""

    key: str
    fields: Mapping[str, str]
    text: str

    @property
    def title(self) -> str:
        """The title."""
        return self.fields.get("title", "")

    @property
    def year(self) -> str:
        """The year."""
        return self.fields.get("year", "")

    @property
    def arxiv(self) -> str:
        """The arXiv id, without its version; empty if there is none."""
        return self.fields.get("eprint", "")

    @property
    def authors(self) -> list[str]:
        """The authors, first names first."""
        names = self.fields.get("author", "").split(" and ")
        return [" ".join(reversed(name.split(", ", 1))) for name in names if name]


def entries(path: Path) -> Mapping[str, Entry]:
    """The entries of a .bib file, by key; none if there is no such file. InputError for a file without an entry.

    An entry starts at an @ in the first column and ends at a } there; accented letters stand as themselves.
    """
    try:
        return _entries(path, path.stat().st_mtime_ns)
    except FileNotFoundError:
        return {}


@functools.cache
def _entries(path: Path, mtime: int) -> Mapping[str, Entry]:
    found = {}
    for match in re.finditer(r"^@\w+\{([^,\s]+),(.*?)^\}", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        pairs = re.findall(r"^\s*(\w+)\s*=\s*(.*?),?\s*$(?=\s*\w+\s*=|\s*\Z)", match[2], re.MULTILINE | re.DOTALL)
        fields = {name.lower(): " ".join(re.sub(r'[{}"]', "", value).split()) for name, value in pairs}
        found[match[1]] = Entry(match[1], fields, match[0])
    require(bool(found), f"{path} has no entry: write `@misc{{key,`, its fields, and a `}}` in the first column")
    return found


@dataclass(frozen=True)
class Head:
    """What a module says before its first function or class: docstring and constants; `broken` says why it cannot."""

    docstring: str = ""
    constants: Mapping[str, ast.expr] = field(default_factory=dict)
    broken: str = ""

    @property
    def title(self) -> str:
        """The docstring's first paragraph in one line, or why the file cannot be read."""
        if self.broken:
            return f"(cannot be read: {self.broken})"
        return " ".join(self.docstring.split("\n\n")[0].split())

    def constant(self, name: str, kind: type[Any]) -> Any:
        """The constant of that name, given as a literal or a call kind(literals); None if it is not there.

        Raises InputError for anything else than literals, and where kind does.
        """
        node = self.constants.get(name)
        try:
            if node is None:
                return None
            if not isinstance(node, ast.Call):
                value = ast.literal_eval(node)
                require(isinstance(value, kind), f"{name} is no {kind.__name__}")
                return value
            require(ast.unparse(node.func).split(".")[-1] == kind.__name__, f"{name} is no {kind.__name__}")
            words = {word.arg: ast.literal_eval(word.value) for word in node.keywords if word.arg}
            return kind(*map(ast.literal_eval, node.args), **words)
        except (ValueError, TypeError) as error:  # an InputError is a ValueError
            what = f"{name} cannot be read from the file: {error}"
            raise InputError(f"{what}; write it as {kind.__name__} of literals") from None


def head(path: Path) -> Head:
    """What the module in that file says of itself, read without importing it; a file is parsed once per process."""
    stat = path.stat()
    return _head(path, stat.st_mtime_ns, stat.st_size)


@functools.cache
def _head(path: Path, mtime: int, size: int) -> Head:
    try:
        text = path.read_text(encoding="utf-8")
        try:
            tree = ast.parse(_before_code(text))
        except SyntaxError:
            tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        return Head(broken=str(error))
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return Head(ast.get_docstring(tree) or "", constants)


def _before_code(text: str) -> str:
    """The text up to its first function or class; all of it if a constant that is read here stands further down.

    Parsing the heads alone keeps the listing of many studies fast.
    """
    docstring = re.match(r'\s*"""(?:[^"\\]|\\.|"(?!""))*"""', text)
    code = re.compile(r"^(?:@|def |class |async )", re.MULTILINE).search(text, docstring.end() if docstring else 0)
    if (
        docstring is None
        or code is None
        or re.search(r"^(?:SOURCE|FINDING|HEAD)\b", text[code.start() :], re.MULTILINE)
    ):
        return text
    return text[: code.start()]

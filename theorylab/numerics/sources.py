"""Which project files a piece of code can reach through its imports, and one hash over them.

A cached result (machine code, a stored run) is valid exactly as long as this hash stands. The closure is
over-approximated on purpose: every import statement counts, also those inside functions, except what only
the type checker sees. Imports made by name
at run time (`importlib.import_module`) are invisible and must not feed kernels. Of a package whose names are lazy (its
`__init__` has a literal `LAZY`: name -> module) only the modules of the names that are used count; of the lab's own
`__init__` only what it does when it is imported. `parts` cuts a study finer, to what one of its functions can reach.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import site
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import theorylab
from theorylab.numerics import parts

OURS = ("theorylab", "studies")
ROOT = Path(theorylab.__file__).resolve()
VIEWS = ROOT.with_name("views")
"""What a person sees: no number depends on it, and it is reached only by itself; by a figure what draws it."""
PLOTS = VIEWS / "plots.py"
LIBRARIES = ("numpy", "scipy", "sympy", "numba", "llvmlite", "matplotlib", "click", "rich", "filelock", "flint",
             "mpmath", "distributed", "dask", "cvxpy", "PEPit", "pytest")  # fmt: skip
"""Libraries wherever they lie; others are known by where or how they were installed."""


@dataclass(frozen=True)
class _File:
    """What one text says: its module's name and the folder of its top package, its hash, the names that it imports."""

    name: str
    home: Path
    digest: str
    imports: tuple[str, ...]


_direct: dict[tuple[Path, str], tuple[Path, ...]] = {}
"""Files that the text of a file imports, for the time of the process: an edited text is another question."""


class Graph:
    """The project's files as they are now: each is read once in the life of this object, and parsed once per process.

    Many studies share one graph, so that nothing is read for each of them again.
    """

    def __init__(self) -> None:
        self._contents: dict[Path, bytes] = {}
        self._files: dict[Path, _File] = {}
        self._found: dict[tuple[str, str, Path], tuple[Path, ...]] = {}

    def reachable(self, file: str | Path) -> tuple[Path, ...]:
        """Project files that `file` reaches by imports, itself included, sorted; libraries are left out."""
        start = Path(file).resolve()
        return tuple(sorted(self._closure([start], {start})))

    def digests(self, file: str | Path) -> dict[str, str]:
        """The first 16 hexadecimal digits of the SHA-256 of each file that `file` can reach, by module name."""
        start = Path(file).resolve()
        return self._named(self._closure([start], {start}))

    def digest(self, file: str | Path) -> str:
        """SHA-256, hexadecimal, over the names and contents of all files that `file` can reach.

        Names are relative to their package's folder, so that two checkouts of the same text agree.
        """
        start = Path(file).resolve()
        return combined({self._file(path).name: self._file(path).digest for path in self._closure([start], {start})})

    def part(
        self, file: str | Path, roots: Iterable[str], through: Iterable[str] = (), drawn: bool = False
    ) -> dict[str, str]:
        """As `digests`, of what the top-level names `roots` of a file can reach: some of its statements, and files.

        Of the statements that bind `through` only what they use is a root. `drawn`: the module that draws counts too.
        """
        path = Path(file).resolve()
        known = self._file(path)
        used = parts.reached(_statements(path, self._contents[path]), roots, through)
        names = dict.fromkeys(name for statement in used for name in statement.imports)
        found = self._named(self._closure(self._resolved(known, names), {PLOTS} if drawn else set()) - {path})
        ordered = sorted(used, key=lambda statement: (0, statement.digest) if statement.imports else (1, ""))
        own = hashlib.sha256("\n".join(statement.digest for statement in ordered).encode()).hexdigest()
        return found | {known.name: own[:16]}

    def _closure(self, pending: list[Path] | tuple[Path, ...], seen: set[Path]) -> set[Path]:
        """All files below; of what a person sees only those `seen`."""
        found: set[Path] = set()
        pending = list(pending)
        while pending:
            path = pending.pop()
            if path not in found and (path in seen or not _is_view(path)):
                found.add(path)
                pending.extend(self._imported(path))
        return found

    def _named(self, paths: Iterable[Path]) -> dict[str, str]:
        return dict(sorted((self._file(path).name, self._file(path).digest[:16]) for path in paths))

    def _file(self, path: Path) -> _File:
        if path not in self._files:
            self._contents[path] = path.read_bytes()
            self._files[path] = _read(path, self._contents[path])
        return self._files[path]

    def _imported(self, path: Path) -> tuple[Path, ...]:
        known = self._file(path)
        if (key := (path, known.digest)) not in _direct:
            _direct[key] = self._resolved(known, known.imports)
        return _direct[key]

    def _resolved(self, known: _File, names: Iterable[str]) -> tuple[Path, ...]:
        """Files that importing these names in a file would run."""
        top, files = known.name.split(".")[0], dict[Path, None]()
        for name in names:
            if (key := (name, top, known.home)) not in self._found:
                tried = (tuple(_files_of(root, tuple(name.split(".")))) for root in _roots(*key))
                self._found[key] = next(filter(None, tried), ())
            files |= dict.fromkeys(self._found[key])
        return tuple(files)


def reachable(file: str | Path) -> tuple[Path, ...]:
    """`Graph.reachable` of the files as they are now."""
    return Graph().reachable(file)


def digest(file: str | Path) -> str:
    """`Graph.digest` of the files as they are now."""
    return Graph().digest(file)


def digests(file: str | Path) -> dict[str, str]:
    """`Graph.digests` of the files as they are now."""
    return Graph().digests(file)


def combined(digests: dict[str, str]) -> str:
    """One SHA-256, hexadecimal, over hashes by name."""
    return hashlib.sha256("".join(f"{name} {value}\n" for name, value in sorted(digests.items())).encode()).hexdigest()


@functools.cache
def _read(path: Path, content: bytes) -> _File:
    name, home = _module_name(path)
    if path == ROOT:  # names given away are followed where they are used
        kept = parts.reached(_statements(path, content), ())
        content = "\n".join(statement.digest for statement in kept).encode()
        return _File(name, home, hashlib.sha256(content).hexdigest(), ())
    if "studies" in name.split(".")[:1]:  # whose parts are asked for as well
        imports = dict.fromkeys(name for statement in _statements(path, content) for name in statement.imports)
    else:
        imports = dict.fromkeys(parts.imports(content, name, path.name == "__init__.py"))
    return _File(name, home, hashlib.sha256(content).hexdigest(), tuple(imports))


@functools.cache
def _statements(path: Path, content: bytes) -> tuple[parts.Statement, ...]:
    return parts.statements(content, _module_name(path)[0], path.name == "__init__.py")


def _module_name(path: Path) -> tuple[str, Path]:
    """Dotted module name of a file, and the folder that its top package (or the file itself) lies in."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), folder


def _roots(name: str, own_top: str, home: Path) -> list[Path]:
    """Folders in which a project would keep the top-level package or module of a name; none for a library."""
    imported_top = name.split(".")[0]
    if imported_top == own_top:
        return [home]
    if imported_top in OURS:
        return [ROOT.parents[1], home]
    if imported_top in LIBRARIES or imported_top in sys.builtin_module_names or _is_library(home):
        return []
    path = [home, *(Path(entry) for entry in sys.path)]
    return [folder for folder in path if not _is_library(folder) and not _is_installed(folder, imported_top)]


def _files_of(root: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    """Files that importing root/parts would run: each package's __init__, then the module, or that of a lazy name."""
    folder, package = root, None
    for i, part in enumerate(parts):
        if (module := folder / f"{part}.py").is_file():
            yield module.resolve()
            return
        lazy: dict[str, str] = _lazy(package) if package else {}
        if lazy.get(part, part) != part:  # else it is the package of that name
            yield from _files_of(root, (*parts[:i], *lazy[part].split("."), part))
            return
        folder = folder / part
        if (found := folder / "__init__.py").is_file():
            package = found.resolve()
            yield package
        elif not folder.is_dir():
            return
    if package and package != ROOT:  # the package itself is held: any of its names may be asked for
        for name in set(_lazy(package).values()):
            yield from _files_of(root, (*parts, *name.split(".")))


def _lazy(package: Path) -> dict[str, str]:
    """Lazy names of a package and their modules, relative to it: its literal LAZY and MODULES."""
    return _lazy_in(package.read_bytes())


@functools.cache
def _lazy_in(content: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    if b"LAZY" in content:
        for node in ast.parse(content).body:
            names = [target.id for target in getattr(node, "targets", []) if isinstance(target, ast.Name)]
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict) and {*names} & {"LAZY", "MODULES"}:
                found |= ast.literal_eval(node.value)
    return found


@functools.cache
def _is_view(path: Path) -> bool:
    return VIEWS in path.parents


@functools.cache
def _library_folders() -> tuple[Path, ...]:
    places = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    places |= {site.getusersitepackages(), *site.getsitepackages()}
    return tuple(Path(place).resolve() for place in places if place)


@functools.cache
def _is_library(folder: Path) -> bool:
    folder = folder.resolve()
    return any(folder == place or place in folder.parents for place in _library_folders())


@functools.cache
def _is_installed(folder: Path, top: str) -> bool:
    """Whether a package in a folder on the path was installed there: a distribution lists it, or it holds binaries."""
    for record in folder.glob("*.dist-info/RECORD"):
        lines = record.read_text(encoding="utf-8", errors="replace").splitlines()
        if any(line.split(",")[0].split("/")[0] in (top, f"{top}.py") for line in lines):
            return True
    return any(next((folder / top).rglob(f"*{ending}"), None) for ending in (".so", ".pyd"))

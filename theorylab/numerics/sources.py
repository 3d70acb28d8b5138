"""Which project files a piece of code can reach through its imports, and one hash over them.

A cached result (machine code, a stored run) is valid exactly as long as this hash stands. The closure is
over-approximated on purpose: every import statement counts, also those inside functions, except what only
the type checker sees. Imports made by name
at run time (`importlib.import_module`) are invisible and must not feed kernels.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import site
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import theorylab

OURS = ("theorylab", "studies")
PUBLIC = theorylab.LAZY | theorylab.MODULES
"""Public names of the lab and the modules that importing them loads."""
VIEWS = Path(theorylab.__file__).with_name("views")
"""What a person sees: no number depends on it, and it is reached only by itself."""


def reachable(file: str | Path) -> tuple[Path, ...]:
    """Project files that `file` reaches by imports, itself included, sorted; libraries are left out."""
    start = Path(file).resolve()
    found: set[Path] = set()
    pending = [start]
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending.extend(file for file in _imported_files(path) if VIEWS not in file.parents)
    return tuple(sorted(found))


def digest(file: str | Path) -> str:
    """SHA-256, hexadecimal, over the names and contents of all files that `file` can reach.

    Names are relative to their package's folder, so that two checkouts of the same text agree.
    """
    total = hashlib.sha256()
    for name, path in sorted((_module_name(path)[0], path) for path in reachable(file)):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{name} {content}\n".encode())
    return total.hexdigest()


def digests(file: str | Path) -> dict[str, str]:
    """The first 16 hexadecimal digits of the SHA-256 of each file that `file` can reach, by module name."""
    found = sorted((_module_name(path)[0], path) for path in reachable(file))
    return {name: hashlib.sha256(path.read_bytes()).hexdigest()[:16] for name, path in found}


def _module_name(path: Path) -> tuple[str, Path]:
    """Dotted module name of a file, and the folder that its top package (or the file itself) lies in."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), folder


def _imported_files(path: Path) -> tuple[Path, ...]:
    stat = path.stat()
    return _resolved_imports(path, stat.st_mtime_ns, stat.st_size)


@functools.cache
def _resolved_imports(path: Path, modified: int, size: int) -> tuple[Path, ...]:
    """Project files that a file imports directly; modified and size make an edited file a new question."""
    own_name, home = _module_name(path)
    top = own_name.split(".")[0]
    files: list[Path] = []
    for name in dict.fromkeys(_imported_names(path, own_name)):
        for root in _roots(name.split(".")[0], top, home):
            if found := list(_files_of(root, name.split("."))):
                files += found
                break
    return tuple(dict.fromkeys(files))


def _imported_names(path: Path, own_name: str) -> Iterator[str]:
    """Absolute dotted names that the file imports; what a package gives may be a module or an attribute."""
    package = own_name.split(".") if path.name == "__init__.py" else own_name.split(".")[:-1]
    tree = ast.parse(path.read_bytes(), filename=str(path))
    imports = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    ours = {alias.asname or alias.name for alias in imports if alias.name == "theorylab"}
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ours:
            yield f"theorylab.{PUBLIC.get(node.attr, node.attr)}"
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = ".".join([*base, *(node.module.split(".") if node.module else [])])
            yield stem
            if stem == "theorylab" and node.names[0].name == "*":
                yield from (f"theorylab.{module}" for module in set(PUBLIC.values()))
            for alias in node.names:
                lazy = PUBLIC.get(alias.name) if stem == "theorylab" else None
                yield f"{stem}.{lazy or alias.name}"
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            pending.extend(node.orelse)  # imports for the type checker alone never run
        else:
            pending.extend(ast.iter_child_nodes(node))


def _roots(imported_top: str, own_top: str, home: Path) -> list[Path]:
    """Folders in which a project would keep the top-level package or module; none for a library."""
    if imported_top == own_top:
        return [home]
    if imported_top in OURS:
        return [Path(theorylab.__file__).resolve().parents[1], home]
    if _is_library(home):
        return []
    return [home, *(Path(entry) for entry in sys.path if not _is_library(Path(entry)))]


def _files_of(root: Path, parts: list[str]) -> Iterator[Path]:
    """Files that importing root/parts would run: each package's __init__, then the module."""
    folder = root
    for part in parts:
        if (module := folder / f"{part}.py").is_file():
            yield module.resolve()
            return
        folder = folder / part
        if (package := folder / "__init__.py").is_file():
            yield package.resolve()
        elif not folder.is_dir():
            return


@functools.cache
def _library_folders() -> tuple[Path, ...]:
    places = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    places |= {site.getusersitepackages(), *site.getsitepackages()}
    return tuple(Path(place).resolve() for place in places if place)


@functools.cache
def _is_library(folder: Path) -> bool:
    folder = folder.resolve()
    return any(folder == place or place in folder.parents for place in _library_folders())

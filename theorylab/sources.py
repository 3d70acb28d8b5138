"""Which project files a piece of code can reach through its imports, and one hash over them.

A cached result (machine code, a stored run) is valid exactly as long as this hash stands. The closure is
over-approximated on purpose: every import statement counts, also those inside functions. Imports made by name
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

OURS = ("theorylab", "studies")


def reachable(file: str | Path) -> tuple[Path, ...]:
    """Project files that `file` reaches by imports, itself included, sorted; libraries are left out."""
    start = Path(file).resolve()
    found: set[Path] = set()
    pending = [start]
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            pending.extend(_imported_files(path))
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


def _module_name(path: Path) -> tuple[str, Path]:
    """Dotted module name of a file, and the folder that its top package (or the file itself) lies in."""
    parts = [] if path.name == "__init__.py" else [path.stem]
    folder = path.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts), folder


@functools.cache
def _parsed_imports(path: Path, modified: int, size: int) -> tuple[str, ...]:
    """Absolute dotted names that the file imports; a name from a package may be a module or an attribute."""
    name, _ = _module_name(path)
    package = name.split(".") if path.name == "__init__.py" else name.split(".")[:-1]
    names: list[str] = []
    for node in ast.walk(ast.parse(path.read_bytes(), filename=str(path))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            stem = [*base, *(node.module.split(".") if node.module else [])]
            names += [".".join([*stem, alias.name]) for alias in node.names if alias.name != "*"]
            names.append(".".join(stem))
    return tuple(names)


def _imported_files(path: Path) -> Iterator[Path]:
    stat = path.stat()
    _, home = _module_name(path)
    own_top = _module_name(path)[0].split(".")[0]
    bench = Path(__file__).resolve().parents[1]
    for name in _parsed_imports(path, stat.st_mtime_ns, stat.st_size):
        top = name.split(".")[0]
        if top in OURS:
            roots = [bench, home]
        elif top == own_top or not _is_library(home):
            roots = [home, *(Path(entry or ".").resolve() for entry in sys.path if not _is_library(Path(entry)))]
        else:
            continue
        for root in roots:
            files = list(_files_of(root, name.split(".")))
            yield from files
            if files:
                break


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
        else:
            return


@functools.cache
def _library_folders() -> tuple[Path, ...]:
    places = {sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")}
    places |= {site.getusersitepackages(), *site.getsitepackages()}
    return tuple(Path(place).resolve() for place in places if place)


def _is_library(folder: Path) -> bool:
    folder = Path(folder or ".").resolve()
    return any(folder == place or place in folder.parents for place in _library_folders())

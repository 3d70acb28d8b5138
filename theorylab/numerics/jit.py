"""The one way to compile a kernel: Numba without the GIL, cached on disk by everything the kernel can reach.

Numba's own cache looks at the file of the kernel alone, so an edited helper in another file would leave stale
machine code in use. Here the hash of all reachable project files is part of the cache file's *name*: an edit
anywhere below a kernel makes a new name, an edit in another family changes nothing, and two processes that
hold different versions of the text cannot overwrite each other.

Flags. `error_model='numpy'` and the restricted fastmath set let loops vectorise and keep `isnan` working;
sums may be reassociated, so that bytes are the same for any number of threads and processes on one kind of
processor, while another vector width may differ in the last bits. `strict_kernel` gives that freedom up.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, _CacheLocator

from theorylab.numerics import sources
from theorylab.numerics.freshness import text_is_in_memory

FREEDOMS = {"reassoc", "contract", "arcp", "nsz"}
STALE_AFTER = 86_400.0  # seconds after which compiled code of another version of the sources is deleted


class Kernel(Protocol):
    """A compiled function; `py_func` is its pure-Python body, the oracle of its tests."""

    py_func: Callable[..., Any]
    __name__: str
    __module__: str

    def __call__(self, *arguments: Any) -> Any: ...


def kernel(function: Callable[..., Any]) -> Kernel:
    """The compiled function, releasing the GIL, cached by the sources that it can reach.

    Functions typed at a prompt, and functions whose sources may differ between memory and disk (edited after this
    process started, or behind the back of Python's bytecode cache), are compiled afresh in each process.
    """
    return _compiled(function, FREEDOMS)


def inner_kernel(function: Callable[..., Any]) -> Kernel:
    """As `kernel`, for what kernels call in inner loops: it counts no references to its arrays and allocates none."""
    return _compiled(function, FREEDOMS, _nrt=False)


def inlined(function: Callable[..., Any]) -> Kernel:
    """As `kernel`, for the parts that a long kernel is cut into: each becomes text of the kernel that calls it."""
    return _compiled(function, FREEDOMS, inline="always")


def strict_kernel(function: Callable[..., Any]) -> Kernel:
    """As `kernel`, with every operation rounded as written: the same bytes whatever the processor's vectors and FMA.

    For small parts that are called in inner loops: it counts no references (each costs more than a random number), so
    it works on the arrays that it is given and may allocate none.
    """
    return _compiled(function, False, _nrt=False)


def allocating_strict_kernel(function: Callable[..., Any]) -> Kernel:
    """As `strict_kernel`, for what allocates arrays or receives them from kernels."""
    return _compiled(function, False)


def _compiled(function: Callable[..., Any], fastmath: Literal[False] | set[str], **options: Any) -> Kernel:
    compiled = numba.njit(nogil=True, error_model="numpy", fastmath=fastmath, **options)(function)
    file = Path(function.__code__.co_filename)
    if file.is_file() and text_is_in_memory(file) and hasattr(compiled, "py_func"):
        how = repr((sorted(fastmath) if fastmath else [], sorted(options.items())))
        function.__dict__["compiled_as"] = hashlib.sha256(how.encode()).hexdigest()[:4]
        try:
            cache = _Cache(function)  # type: ignore[no-untyped-call]
        except RuntimeError:  # no writable folder anywhere: go on without a cache
            pass
        else:
            if isinstance(cache._impl.locator, _Locator):  # not replaced by NUMBA_CACHE_LOCATOR_CLASSES
                compiled._cache = cache
    return cast(Kernel, compiled)


def compiled(file: Path) -> dict[str, bool]:
    """By name, the modules with kernels that `file` reaches, and whether machine code of today's text is on disk."""
    found = {}
    for path in sources.reachable(file):
        if "@kernel" in path.read_text(encoding="utf-8") and path != Path(__file__).resolve():
            digest = sources.digest(path)[:16]
            name = path.stem if path.parent.name == "theorylab" else f"{path.parent.name}.{path.stem}"
            found[name] = any(any(folder.glob(f"{path.stem}.*{digest}*.nbi")) for folder in _folders(path))
    return found


def _folders(file: Path) -> list[Path]:
    """Where machine code may lie: under NUMBA_CACHE_DIR; else beside the source, else in the user's cache."""
    beside = file.resolve().parent
    apart = "_".join(beside.parts[1:])  # folders of one name in two checkouts
    if given := os.environ.get("NUMBA_CACHE_DIR"):
        return [Path(given, apart)]
    try:
        users = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser()
    except RuntimeError:  # no home
        return [beside / "__pycache__"]
    return [beside / "__pycache__", users / "theorylab" / apart]


class _Locator(_CacheLocator):
    """Where machine code lies: a writable folder; the file name has the kind of kernel and the sources' digest."""

    def __init__(self, function: Callable[..., Any], file: str, folder: Path) -> None:
        self._py_file = file  # the name that Numba's own warnings look for
        self._place = f"{function.__code__.co_firstlineno}-{function.__dict__['compiled_as']}"
        self._folder = folder
        self._digest = sources.digest(file)

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> _Locator | None:
        """A locator in the first of the folders that can be written to."""
        for folder in _folders(Path(py_file)):
            try:
                locator = cls(py_func, py_file, folder)
                locator.ensure_cache_path()
            except OSError:  # not writable
                continue
            return locator
        return None

    def get_cache_path(self) -> str:
        return str(self._folder)

    def get_source_stamp(self) -> str:
        return self._digest

    def get_disambiguator(self) -> str:
        return f"{self._place}-{self._digest[:16]}"

    def ensure_cache_path(self) -> None:
        """Make the folder, prove it writable, and drop machine code that older versions of the file left in it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=self._folder):
            pass
        for path in self._folder.glob(f"{Path(self._py_file).stem}.*.nb[ic]"):
            try:
                if self._digest[:16] not in path.name and time.time() - path.stat().st_mtime > STALE_AFTER:
                    path.unlink()
            except FileNotFoundError:  # another process was faster
                pass


class _CacheImpl(CompileResultCacheImpl):
    _locator_classes = [_Locator]  # type: ignore[list-item]  # noqa: RUF012


class _Cache(FunctionCache):
    _impl_class = _CacheImpl

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

import contextlib
import hashlib
import os
import pickle
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal, Protocol, cast

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, IndexDataCacheFile, _CacheLocator

from theorylab.errors import StoreWarning
from theorylab.numerics import machines, sources
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
            cache = _Cache(function)
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
    """Where machine code lies: a writable folder; file names have the kind of kernel, settings and sources' digest."""

    def __init__(self, function: Callable[..., Any], file: str, folder: Path) -> None:
        self._py_file = file  # the name that Numba's own warnings look for
        self._place = f"{function.__code__.co_firstlineno}-{function.__dict__['compiled_as']}{machines.tag()}"
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


class _Files(IndexDataCacheFile):
    """Index and machine code on disk, each under a checksum: what is damaged is named, and compiled again.

    What cannot be written (a full disk) is named, and compiled by the next process as well.
    """

    def save(self, key: Any, data: Any) -> None:
        """Keep machine code under its key."""
        try:
            super().save(key, data)  # type: ignore[no-untyped-call]
        except OSError as error:
            _warn(
                f"machine code cannot be kept in {self._cache_path} ({error.strerror}): the next process compiles too"
            )

    def _load_index(self) -> dict[Any, str]:
        found = self._opened(self._index_path)
        return found[2] if found and found[:2] == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._seal(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return self._opened(self._data_path(name))  # type: ignore[no-untyped-call]

    def _save_data(self, name: str, data: Any) -> None:
        self._seal(self._data_path(name), data)  # type: ignore[no-untyped-call]

    def _seal(self, path: str, what: Any) -> None:
        content: bytes = self._dump(what)  # type: ignore[no-untyped-call]
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(content).digest() + content)

    def _opened(self, path: str) -> Any:
        """What a file holds; None where there is none, or a damaged one."""
        if not os.path.isfile(path):  # noqa: PTH113 (for each kernel)
            return None
        try:
            content = Path(path).read_bytes()
            if hashlib.sha256(content[32:]).digest() == content[:32]:
                return pickle.loads(content[32:])
            words = "it is empty" if not content else "its checksum does not match"
        except OSError as error:
            words = str(error.strerror)
        except Exception as error:  # whatever an older version of a library makes of itself
            words = f"{type(error).__name__}: {error}"
        _warn(f"machine code {path} is damaged ({words}): compiled again")
        with contextlib.suppress(OSError):
            Path(path).unlink()
        return None


class _Cache(FunctionCache):
    _impl_class = _CacheImpl

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        locator = self._impl.locator
        self._cache_file = _Files(  # type: ignore[no-untyped-call]
            self._cache_path, self._impl.filename_base, locator.get_source_stamp()
        )


def _warn(message: str) -> None:
    warnings.warn(message, StoreWarning, stacklevel=4)

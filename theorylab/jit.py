"""The one way to compile a kernel: Numba without the GIL, cached on disk by everything the kernel can reach.

Numba's own cache looks at the file of the kernel alone, so an edited helper in another file would leave stale
machine code in use. Here the hash of all reachable project files is part of the cache file's *name*: an edit
anywhere below a kernel makes a new name, an edit in another family changes nothing, and two processes that
hold different versions of the text cannot overwrite each other.

Flags. `error_model='numpy'` and the restricted fastmath set let loops vectorise and keep `isnan` working;
sums may be reassociated, so that bytes are the same for any number of threads and processes on one kind of
processor, while another vector width may differ in the last bits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, cast

import numba
from numba.core.caching import (
    CompileResultCacheImpl,
    FunctionCache,
    InTreeCacheLocator,
    UserProvidedCacheLocator,
    UserWideCacheLocator,
)

import theorylab
from theorylab import sources

STALE_AFTER = 86_400.0  # seconds after which compiled code of another version of the sources is deleted


class Kernel(Protocol):
    """A compiled function; `py_func` is its pure-Python body, the oracle of its tests."""

    py_func: Callable[..., Any]
    __name__: str
    __module__: str

    def __call__(self, *arguments: Any) -> Any: ...


def kernel(function: Callable[..., Any]) -> Kernel:
    """The compiled function, releasing the GIL, cached by the sources that it can reach.

    Functions typed at a prompt, and functions whose sources changed on disk after this process started (memory
    and disk may then disagree), are compiled afresh in each process.
    """
    compiled = numba.njit(nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})(function)
    file = Path(function.__code__.co_filename)
    if file.is_file() and not _edited_since_start(file) and hasattr(compiled, "py_func"):
        try:
            cache = _Cache(function)  # type: ignore[no-untyped-call]
        except RuntimeError:  # no writable folder anywhere: go on without a cache
            pass
        else:
            if isinstance(cache._impl.locator, _Reachable):
                compiled._cache = cache  # type: ignore[attr-defined]
    return cast(Kernel, compiled)


def _edited_since_start(file: Path) -> bool:
    return any(path.stat().st_mtime > theorylab.IMPORTED_AT for path in sources.reachable(file))


class _Reachable:
    """Numba's cache locators, with the digest of the reachable sources in the file name."""

    def get_disambiguator(self: Any) -> str:
        return f"{self._lineno}-{self.get_source_stamp()[:16]}"

    def get_source_stamp(self: Any) -> str:
        if not hasattr(self, "_digest"):
            self._digest = sources.digest(self._py_file)
        return cast(str, self._digest)

    def ensure_cache_path(self: Any) -> None:
        """Make the folder, and drop machine code that older versions of the same file left in it."""
        super().ensure_cache_path()  # type: ignore[misc]
        digest = self.get_source_stamp()[:16]
        for path in Path(self.get_cache_path()).glob(f"{Path(self._py_file).stem}.*.nb[ic]"):
            try:
                if digest not in path.name and time.time() - path.stat().st_mtime > STALE_AFTER:
                    path.unlink()
            except FileNotFoundError:  # another process was faster
                pass


class _UserProvided(_Reachable, UserProvidedCacheLocator):
    pass


class _InTree(_Reachable, InTreeCacheLocator):
    pass


class _UserWide(_Reachable, UserWideCacheLocator):
    pass


class _CacheImpl(CompileResultCacheImpl):
    _locator_classes = [_UserProvided, _InTree, _UserWide]  # noqa: RUF012


class _Cache(FunctionCache):
    _impl_class = _CacheImpl

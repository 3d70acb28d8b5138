"""Results on disk: a record (JSON) and arrays (npz) that can be traced to study, setting, seed, sources, versions.

Every file appears whole or not at all. Nothing is pickled, nothing depends on the clock: the same run writes the
same bytes.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import glob
import hashlib
import io
import itertools
import json
import os
import platform
import re
import select
import stat
import sys
import tempfile
import time
import warnings
import zlib
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.errors import InputError, StoreWarning, require

if TYPE_CHECKING:
    from theorylab.curves import Curve

SCHEMA = 4
"""Of records: another number whenever a key is added, renamed or means something else."""
UNFINISHED = ".*.unfinished"
"""Names of files that are being written."""
PIECE = ".piece"
"""Ending of the files of `checkpoints`."""
PATIENCE = 60.0
"""Seconds to wait for somebody who reads a pipe."""
LIBRARIES = ("numpy", "scipy", "sympy", "numba", "matplotlib", "theorylab")


def prepare_folder(folder: Path) -> None:
    """Make the folder and prove that it can be written to; InputError says what stands in the way.

    A folder that is made is as open to others as the one it is made in, unless that is open to strangers (/tmp): who
    may write into an output folder may write below it.
    """
    try:
        _make(folder)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"cannot write to the output folder {folder}: {error.strerror}; choose another with --out DIR"
        ) from error


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    _make(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise
        return  # another process was faster
    above = folder.parent.stat().st_mode
    if not above & stat.S_ISVTX:
        with contextlib.suppress(OSError):
            folder.chmod(stat.S_IMODE(folder.stat().st_mode) | (above & 0o777))


def require_replaceable(path: Path) -> None:
    """Raise InputError where this user may not put another file in the place of the one at `path`."""
    try:
        there, above = path.lstat(), path.parent.stat()
    except OSError:
        return
    user = getattr(os, "geteuid", lambda: 0)()
    require(
        not above.st_mode & stat.S_ISVTX or user in (0, there.st_uid, above.st_uid),
        f"{path} belongs to another user, and cannot be replaced in a folder like {path.parent}: choose another folder "
        "with --out DIR",
    )


def read(path: Path) -> bytes:
    """What a regular file holds; OSError, at once, for anything else: a folder, a pipe that nobody fills."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "it is no regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read()
    finally:
        os.close(handle)


def set_aside(path: Path, why: str) -> Path:
    """Give what is at `path` another name beside it, which is returned, and say so in a StoreWarning."""
    free = (path.with_name(f"{path.name}.damaged{number or ''}") for number in itertools.count())
    other = next(one for one in free if not os.path.lexists(one))
    path.rename(other)
    warnings.warn(f"{path} {why}: kept as {other.name}", StoreWarning, stacklevel=3)
    return other


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all, also if the process dies or the disk is full.

    A folder that stands there is set aside; what writers of this file left that died on this machine is deleted.
    """
    prepare_folder(path.parent)
    if path.is_dir() and not path.is_symlink():
        set_aside(path, "is a folder where a file belongs")
    ours = f".{path.name}.{zlib.crc32(platform.node().encode()):08x}-"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f"{ours}{os.getpid()}-", suffix=".unfinished")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    for left in path.parent.glob(f"{glob.escape(ours)}*.unfinished"):
        if not _alive(left.name.removeprefix(ours).partition("-")[0]):
            with contextlib.suppress(OSError):
                left.unlink()


def _alive(process: str) -> bool:
    """Whether a process of this machine lives, by its number; in doubt it does."""
    if os.name != "posix" or not process.isdecimal():
        return True
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def sweep(folder: Path) -> None:
    """Delete what writers that were killed left unfinished in a folder; call it where no other can be writing."""
    for path in folder.glob(UNFINISHED):
        path.unlink(missing_ok=True)


def delete_pieces(folder: Path, runs: Iterable[str]) -> None:
    """Delete the pieces of these runs, and what their writers left unfinished; those of others stay."""
    for run in runs:
        for path in [*(folder / run).glob(f"*{PIECE}"), *(folder / run).glob(UNFINISHED)]:
            with contextlib.suppress(OSError):
                path.unlink()
        with contextlib.suppress(OSError):  # not there, or not empty
            (folder / run).rmdir()
    with contextlib.suppress(OSError):
        folder.rmdir()


def write_json(path: Path, value: Any) -> None:
    """Write JSON values; NaN and infinities are refused, since JSON has none."""
    write_atomically(path, _json_bytes(value))


def _json_bytes(value: Any) -> bytes:
    """JSON values as text of a file, in lines."""
    return (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode()


def write_report(path: Path, value: Any) -> None:
    """Write JSON values where a user asked for them: through links, and into a pipe or device as it is.

    Raises InputError, within PATIENCE seconds, for a pipe that nobody reads.
    """
    content = _json_bytes(value)
    if found := re.fullmatch(r"/dev/std(out|err)|/(?:dev|proc/self)/fd/(\d+)", str(path)):
        sys.stdout.flush()
        with os.fdopen(int(found[2] or {"out": 1, "err": 2}[found[1]]), "wb", closefd=False) as file:
            file.write(content)
    elif path.exists() and not path.is_file():
        _pour(path, content)
    else:
        write_atomically(path.resolve(), content)


def _pour(path: Path, content: bytes) -> None:
    """Write into a pipe or a device."""
    end, left, handle = time.monotonic() + PATIENCE, memoryview(content), -1
    try:
        while left:
            try:
                if handle < 0:
                    handle = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0))
                left = left[os.write(handle, left) :]
            except BlockingIOError:
                select.select([], [handle], [], 1.0)
            except OSError as error:
                if error.errno != errno.ENXIO:  # a pipe that nobody reads yet
                    raise
                time.sleep(0.05)
            require(not left or time.monotonic() < end, f"nobody reads from {path}: nothing more is written there")
    finally:
        if handle >= 0:
            os.close(handle)


def write_curves(path: Path, curves: Mapping[str, Curve], record: Mapping[str, Any]) -> None:
    """Write curves and the record that they belong to as one npz file."""
    import numpy as np

    arrays = {"record": np.array(json.dumps(dict(record) | {"names": list(curves)}, allow_nan=False))}
    for name, curve in curves.items():
        arrays |= {
            f"{name}/x": curve.x,
            f"{name}/samples": curve.samples,
            f"{name}/rounding": curve.rounding,
            f"{name}/exact": np.array(curve.exact),
            f"{name}/x_name": np.array(curve.x_name),
            f"{name}/block": np.array(curve.block),
            f"{name}/population": np.array(curve.population),
            f"{name}/drawn": np.array(curve.drawn),
        }
        if curve.bounds is not None:
            arrays[f"{name}/bounds"] = curve.bounds
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    write_atomically(path, buffer.getvalue())


def read_curves(path: Path) -> tuple[dict[str, Curve], dict[str, Any]]:
    """The curves and the record of a file that `write_curves` wrote.

    Raises InputError for a file that is missing, damaged or of another schema.
    """
    import numpy as np

    from theorylab.curves import Curve

    try:
        with np.load(io.BytesIO(read(path)), allow_pickle=False) as file:
            record = json.loads(str(file["record"]))
            curves = {
                name: Curve(
                    file[f"{name}/x"],
                    file[f"{name}/samples"],
                    bool(file[f"{name}/exact"]),
                    file[f"{name}/rounding"],
                    str(file[f"{name}/x_name"]),
                    int(file[f"{name}/block"]),
                    file.get(f"{name}/bounds"),
                    str(file[f"{name}/population"]),
                    int(file[f"{name}/drawn"]),
                )
                for name in record.pop("names")
            }
    except Exception as error:  # whatever a damaged archive makes of itself
        raise InputError(f"{path} cannot be read as stored curves ({error}): run the study again") from error
    require(
        record.get("schema") == SCHEMA,
        f"{path} was written with schema {record.get('schema')}, this version reads {SCHEMA}: run the study again",
    )
    return curves, record


def digest_of(curves: Mapping[str, Curve]) -> str:
    """SHA-256, hexadecimal, of the numbers of curves: what is in them, not how a file packs it."""
    import numpy as np

    total = hashlib.sha256()
    for name, curve in sorted(curves.items()):
        total.update(f"{name}|{curve.exact}|{curve.x_name}|{curve.block}|{curve.samples.shape}|".encode())
        for array in (curve.x, curve.samples, curve.rounding):
            total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that numbers depend on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in LIBRARIES}


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(read(path)).hexdigest()


@functools.cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

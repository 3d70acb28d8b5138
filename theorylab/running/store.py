"""Results on disk: a record (JSON) and arrays (npz) that can be traced to study, setting, seed, sources, versions.

Every file appears whole or not at all. Nothing is pickled, nothing depends on the clock: the same run writes the
same bytes.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import os
import platform
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theorylab.errors import InputError, require

if TYPE_CHECKING:
    from theorylab.curves import Curve

SCHEMA = 4
"""Of records: another number whenever a key is added, renamed or means something else."""
UNFINISHED = ".*.unfinished"
"""Names of files that are being written."""
LIBRARIES = ("numpy", "scipy", "sympy", "numba", "matplotlib", "theorylab")


def prepare_folder(folder: Path) -> None:
    """Make the folder and prove that it can be written to; InputError says what stands in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"cannot write to the output folder {folder}: {error.strerror}; choose another with --out DIR"
        ) from error


def write_atomically(path: Path, content: bytes) -> None:
    """Put `content` at `path`, whole or not at all, also if the process dies or the disk is full."""
    prepare_folder(path.parent)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".unfinished")
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


def sweep(folder: Path) -> None:
    """Delete what writers that were killed left unfinished in a folder; call it where no other can be writing."""
    for path in folder.glob(UNFINISHED):
        path.unlink(missing_ok=True)


def write_json(path: Path, value: Any) -> None:
    """Write JSON values; NaN and infinities are refused, since JSON has none."""
    write_atomically(path, (json.dumps(value, indent=2, allow_nan=False, ensure_ascii=False) + "\n").encode())


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
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
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


@functools.cache
def processor() -> str:
    """Kind of processor that kernels are compiled for: another one may differ in the last bits of a sum."""
    from llvmlite import binding

    return os.environ.get("NUMBA_CPU_NAME") or str(binding.get_host_cpu_name())


@functools.cache
def machine() -> str:
    """Hash of what the operating system tells of the processor: where it is the same, so is `processor`."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0].splitlines()
        told = [line for line in lines if line.startswith(("model name", "flags", "Features", "CPU part"))]
    except OSError:
        told = []
    told += [platform.machine(), platform.processor(), os.environ.get("NUMBA_CPU_NAME", "")]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


def checksum(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


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

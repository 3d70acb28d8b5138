"""Kernels: what they compute, and that machine code on disk is never older than the sources that it came from."""

import importlib
import json
import math
import os
import pickle
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import theorylab
from theorylab.errors import StoreWarning
from theorylab.numerics.jit import (
    allocating_strict_kernel,
    inlined,
    inner_kernel,
    kernel,
    strict_kernel,
    text_is_in_memory,
)

ROOT = Path(theorylab.__file__).parents[1]
KERN = """
from theorylab.numerics.jit import kernel
from {package}.constants import SCALE
from {package}.helper import inner

@kernel
def outer(x):
    return SCALE * inner(x)
"""
HELPER = "from theorylab.numerics.jit import kernel\n\n@kernel\ndef inner(x):\n    return x + 1.0\n"


def plant(root, package):
    """A kernel that uses a helper's kernel and a constant, and a module beside them; dated an hour ago."""
    folder = root / package
    folder.mkdir()
    texts = {"kern": KERN.format(package=package), "helper": HELPER, "constants": "SCALE = 10.0\n", "other": "X = 1\n"}
    for name, text in (texts | {"__init__": ""}).items():
        path = folder / f"{name}.py"
        path.write_text(text)
        os.utime(path, (time.time() - 3600,) * 2)
    return folder


def edit(path, old, new):
    """Replace text; the file keeps its size and its date, so that only its content tells."""
    stat = path.stat()
    text = path.read_text()
    assert old in text
    assert len(old) == len(new)
    path.write_text(text.replace(old, new))
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def ask(root, package, *, bytecode=False, **environment):
    """outer(1.0) in a new process, and how many of its compilations came from the disk: (value, hits, cached)."""
    text = f"""
import json
from {package}.kern import outer
print(json.dumps([outer(1.0), sum(outer.stats.cache_hits.values()), outer.stats.cache_path is not None]))
"""
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    kept |= {"PYTHONPATH": os.pathsep.join([str(root), str(ROOT)])} | environment
    kept["PYTHONDONTWRITEBYTECODE"] = "" if bytecode else "1"  # Python's own cache would hide edits of the same size
    done = subprocess.run([sys.executable, "-c", text], env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(json.loads(done.stdout))


def test_an_edit_anywhere_below_a_kernel_is_seen_by_the_next_process(tmp_path):
    folder = plant(tmp_path, "pack")
    assert ask(tmp_path, "pack") == (20.0, 0, True)
    assert ask(tmp_path, "pack") == (20.0, 1, True), "an unchanged kernel must load from disk"

    edit(folder / "other.py", "1", "2")
    assert ask(tmp_path, "pack") == (20.0, 1, True), "a module that the kernel does not import must not recompile it"

    edit(folder / "helper.py", "x + 1.0", "x + 2.0")
    assert ask(tmp_path, "pack") == (30.0, 0, True), "a kernel of another module was edited"

    edit(folder / "constants.py", "10.0", "50.0")
    assert ask(tmp_path, "pack") == (150.0, 0, True), "a constant of another module was edited"

    edit(folder / "kern.py", "SCALE * inner", "SCALE + inner")
    assert ask(tmp_path, "pack") == (53.0, 0, True), "the kernel itself was edited"

    # Back again: the first machine code is still there, and still right.
    edit(folder / "kern.py", "SCALE + inner", "SCALE * inner")
    edit(folder / "constants.py", "50.0", "10.0")
    edit(folder / "helper.py", "x + 2.0", "x + 1.0")
    assert ask(tmp_path, "pack") == (20.0, 1, True)


def test_stale_bytecode_leaves_no_stale_machine_code(tmp_path):
    folder = plant(tmp_path, "pack")
    assert ask(tmp_path, "pack", bytecode=True) == (20.0, 0, True)
    edit(folder / "constants.py", "10.0", "50.0")
    # Python itself goes on with the old text, by size and date. That must not be filed under the new one.
    assert ask(tmp_path, "pack", bytecode=True) == (20.0, 0, False)
    (folder / "constants.py").touch()
    os.utime(folder / "constants.py", (time.time() - 1800,) * 2)
    assert ask(tmp_path, "pack", bytecode=True) == (100.0, 0, True)
    assert ask(tmp_path, "pack", bytecode=True) == (100.0, 1, True)


def test_kernels_work_where_no_cache_can_be_written(tmp_path):
    plant(tmp_path, "pack")
    # A file where a folder is needed keeps out everybody, also root, from every place that a cache could lie in.
    barrier = tmp_path / "file"
    barrier.touch()
    (tmp_path / "pack" / "__pycache__").touch()
    nowhere = {name: str(barrier / "below") for name in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "HOME", "LOCALAPPDATA")}
    assert ask(tmp_path, "pack", **nowhere) == (20.0, 0, False)
    # One of the three places is enough.
    assert ask(tmp_path, "pack", NUMBA_CACHE_DIR=str(tmp_path / "given")) == (20.0, 0, True)
    assert ask(tmp_path, "pack", NUMBA_CACHE_DIR=str(tmp_path / "given")) == (20.0, 1, True)


def test_a_module_edited_between_its_import_and_that_of_theorylab_leaves_no_stale_code(tmp_path):
    folder = plant(tmp_path, "pack")
    session = """
import pathlib, sys, time
import pack.constants
assert "theorylab" not in sys.modules
time.sleep(0.05)
path = pathlib.Path(pack.constants.__file__)
path.write_text(path.read_text().replace("10.0", "50.0"))
time.sleep(0.05)
from pack.kern import outer
outer(1.0)
"""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    subprocess.run([sys.executable, "-B", "-c", session], env=environment, check=True)
    assert "50.0" in (folder / "constants.py").read_text()
    value, _, _ = ask(tmp_path, "pack")
    assert value == 100.0


@pytest.fixture
def fresh(tmp_path, monkeypatch):
    """Plants a package and imports its kernel into this process; forgets it afterwards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    planted = []

    def load(package, edited=None):
        folder = plant(tmp_path, package)
        planted.append(package)
        if edited:
            os.utime(folder / edited)  # dated now, which is after this process started
        importlib.invalidate_caches()
        return importlib.import_module(f"{package}.kern").outer

    yield load
    for name in [n for n in sys.modules if n.split(".")[0] in planted]:
        del sys.modules[name]


def test_kernels_are_cached_unless_a_source_of_theirs_was_edited_after_the_start(fresh):
    # Memory may hold the text from before the edit, disk the one after it: such code must not be kept.
    untouched = fresh("pack_a")
    assert untouched(1.0) == 20.0
    assert untouched.stats.cache_path is not None
    for package, edited in (("pack_b", "kern.py"), ("pack_c", "helper.py"), ("pack_d", "constants.py")):
        outer = fresh(package, edited)
        assert outer(1.0) == 20.0
        assert outer.stats.cache_path is None, f"{edited} was edited"
    beside = fresh("pack_e", "other.py")
    assert beside.stats.cache_path is not None


def test_a_kernel_without_a_file_is_compiled_without_a_cache():
    scope = {}
    exec("def double(x):\n    return 2.0 * x", scope)
    double = kernel(scope["double"])
    assert double(3.0) == 6.0
    assert double.stats.cache_path is None


def doubled_sum(x):
    """Twice the sum."""
    total = 0.0
    for value in x:
        total += value
    return 2.0 * total


@kernel
def not_numbers(x):
    return np.array([math.isnan(x), np.isnan(x), x != x, math.isinf(x), np.isinf(x), np.isfinite(x)])


@kernel
def quotient(a, b):
    return a / b


def test_the_python_body_stays_at_hand():
    compiled = kernel(doubled_sum)
    assert compiled.py_func is doubled_sum
    assert compiled.__name__ == "doubled_sum"
    assert compiled.__module__ == __name__
    assert compiled.__doc__ == "Twice the sum."
    x = np.linspace(0, 1, 1000)
    assert compiled(x) == pytest.approx(doubled_sum(x), rel=1e-13)


@pytest.mark.parametrize("x", [1.0, 0.0, -0.0, np.nan, np.inf, -np.inf])
def test_nan_and_infinity_are_recognised_inside_kernels(x):
    expected = [np.isnan(x)] * 3 + [np.isinf(x)] * 2 + [np.isfinite(x)]
    assert not_numbers(x).tolist() == expected


def test_division_by_zero_gives_infinity_or_nan():
    # Divergence is a value, not an exception: a kernel cannot raise in the middle of a thousand replicas.
    assert quotient(1.0, 0.0) == np.inf
    assert quotient(-1.0, 0.0) == -np.inf
    assert np.isnan(quotient(0.0, 0.0))


def test_kernels_can_run_side_by_side():
    assert kernel(doubled_sum).targetoptions["nogil"], "threads would wait for each other"


def muladd(a, b, c):
    """Fused by a processor that can and may, two roundings where every operation is rounded as written."""
    return a * b + c


@pytest.mark.parametrize("compiled", [kernel, inner_kernel, strict_kernel, allocating_strict_kernel])
def test_every_kind_of_kernel_computes(compiled):
    assert compiled(muladd)(2.0, 3.0, 1.0) == 7.0


@pytest.mark.parametrize("compiled", [strict_kernel, allocating_strict_kernel])
def test_strict_kernels_round_every_operation_as_written(compiled):
    a, b = 1.0 + 2.0**-30, 1.0 - 2.0**-30
    assert compiled(muladd)(a, b, -1.0) == 0.0  # fused, it would be -2^-60
    assert compiled(muladd).targetoptions.get("fastmath", False) is False


def test_one_function_compiled_in_two_ways_has_two_codes_on_disk():
    ways = [how(muladd) for how in (kernel, strict_kernel, allocating_strict_kernel)]
    assert len({way._cache._impl.filename_base for way in ways}) == 3


def test_a_file_written_after_the_start_is_not_in_memory(tmp_path):
    assert text_is_in_memory(Path(theorylab.__file__))
    late = tmp_path / "late.py"
    late.write_text("x = 1\n")
    os.utime(late, (time.time() + 10, time.time() + 10))
    assert not text_is_in_memory(late)


@inlined
def add_row(rows, k):
    for i in range(rows.shape[1]):
        rows[0, i] += rows[k, i]


@kernel
def column_sums(values):
    rows = np.zeros((values.shape[0] + 1, values.shape[1]))
    rows[1:] = values
    for k in range(1, rows.shape[0]):
        add_row(rows, k)
    return rows[0]


def test_an_inlined_part_writes_into_the_arrays_of_its_kernel():
    values = np.arange(12.0).reshape(4, 3)
    assert column_sums(values).tolist() == values.sum(axis=0).tolist()


def doubled(x):
    """Twice a number."""
    return 2.0 * x


def emptied(path):
    path.write_bytes(b"")


def flipped(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def exchanged(path):
    path.write_bytes(pickle.dumps(("0.0", "stamp", {})))


@pytest.mark.parametrize("ending", ["nbi", "nbc"])
@pytest.mark.parametrize("harm", [emptied, flipped, exchanged])
def test_damaged_machine_code_is_named_and_made_again(tmp_path, monkeypatch, ending, harm):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernel(doubled)(1.0) == 2.0
    (path,) = tmp_path.rglob(f"*.{ending}")
    harm(path)
    again = kernel(doubled)
    with pytest.warns(StoreWarning, match=rf"^machine code .*{ending} is damaged \(.*\): compiled again"):
        assert again(1.0) == 2.0
    after = kernel(doubled)
    assert after(1.0) == 2.0
    assert sum(after.stats.cache_hits.values()) == 1, "it was not made again"


def test_machine_code_that_cannot_be_kept_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernel(doubled)(1.0) == 2.0
    (path,) = tmp_path.rglob("*.nbi")
    path.unlink()
    path.mkdir()
    again = kernel(doubled)
    with pytest.warns(StoreWarning, match="machine code cannot be kept in .*: the next process compiles too"):
        assert again(1.0) == 2.0


def test_what_steers_the_compiler_has_machine_code_of_its_own(monkeypatch):
    before = kernel(doubled)._cache._impl.filename_base
    monkeypatch.setenv("NUMBA_OPT", "1")
    assert kernel(doubled)._cache._impl.filename_base != before

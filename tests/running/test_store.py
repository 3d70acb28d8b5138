"""Results on disk: whole or not there, readable again, the same bytes for the same run, traced to their origin."""

import dataclasses
import gc
import json
import os
import platform
import stat
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

import theorylab
from theorylab import Curve
from theorylab.errors import InputError
from theorylab.running import store

RECORD = {"schema": store.SCHEMA, "study": "family.claim", "setting": {"dim": 3, "rate": 0.1}, "seed": 4}


def curves():
    x, samples = np.array([1.0, 2.0, 4.0]), np.random.default_rng(0).normal(size=(5, 3))
    diverged = samples.copy()
    diverged[2, 1:] = [np.inf, np.nan]
    return {
        "measured/bias, ema": Curve(x, samples, rounding=1e-9 * np.abs(samples), x_name="epochs"),
        "measured/diverged": Curve(x, diverged),
        "predicted/exact": Curve(x, samples[:1], exact=True, rounding=[[1e-12, 0.0, 0.5]]),
        "α": Curve([], np.zeros((1, 0))),
    }


def same(one, other):
    return list(one) == list(other) and all(
        np.array_equal(getattr(one[name], part), getattr(other[name], part), equal_nan=True)
        for name in one
        for part in ("x", "samples", "rounding")
    )


@pytest.fixture
def stored(tmp_path):
    path = tmp_path / "claim.npz"
    store.write_curves(path, curves(), RECORD)
    return path


def test_curves_and_record_come_back_as_they_were_written(stored):
    read, record = store.read_curves(stored)
    written = curves()
    assert record == RECORD
    assert same({name: read[name] for name in written}, written)
    assert len(read) == len(written)
    for name, curve in written.items():
        assert (read[name].exact, read[name].x_name) == (curve.exact, curve.x_name)


def test_nothing_is_pickled(stored):
    with np.load(stored, allow_pickle=False) as file:
        assert all(file[name].dtype.kind in "fUbi" for name in file.files)


def test_no_date_is_written(stored):
    with zipfile.ZipFile(stored) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_curves_are_the_same_bytes(stored, tmp_path):
    store.write_curves(tmp_path / "again.npz", curves(), RECORD)
    assert (tmp_path / "again.npz").read_bytes() == stored.read_bytes()


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_failure_in_the_middle_leaves_the_old_file_whole_and_nothing_else(stored, monkeypatch, broken, error):
    before = stored.read_bytes()

    def fail(*arguments, **named):
        raise error

    monkeypatch.setattr(broken, fail)
    with pytest.raises(type(error)):
        store.write_atomically(stored, b"half of the new one")
    with pytest.raises(type(error)):
        store.write_curves(stored, {}, RECORD)
    with pytest.raises(type(error)):
        store.write_json(stored.with_name("new.json"), {})
    monkeypatch.undo()
    assert stored.read_bytes() == before
    assert [path.name for path in stored.parent.iterdir()] == [stored.name]


def test_what_is_written_is_flushed_before_it_gets_its_name(tmp_path, monkeypatch):
    # Else a crash of the machine could leave an empty file under the final name.
    events = []
    monkeypatch.setattr(os, "fsync", lambda handle: events.append("flushed"))
    replace = Path.replace
    monkeypatch.setattr(Path, "replace", lambda self, target: events.append("named") or replace(self, target))
    store.write_atomically(tmp_path / "file", b"x")
    assert events == ["flushed", "named"]


def test_a_file_replaces_an_older_one_and_folders_are_made(tmp_path):
    path = tmp_path / "a" / "b" / "file"
    store.write_atomically(path, b"old")
    store.write_atomically(path, b"new")
    assert path.read_bytes() == b"new"
    assert [p.name for p in path.parent.iterdir()] == ["file"]


@pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")
def test_files_have_the_permissions_of_any_new_file(tmp_path):
    store.write_atomically(tmp_path / "ours", b"")
    (tmp_path / "theirs").touch()
    assert stat.S_IMODE((tmp_path / "ours").stat().st_mode) == stat.S_IMODE((tmp_path / "theirs").stat().st_mode)


def refused(path):
    with pytest.raises(InputError) as caught:
        store.read_curves(path)
    message = str(caught.value)
    assert str(path) in message
    assert "run the study again" in message
    assert "\n" not in message


def test_missing_files_and_folders_are_refused(tmp_path):
    refused(tmp_path / "missing.npz")
    refused(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04", b"\x80\x04N.", b"\x93NUMPY"])
def test_files_of_another_kind_are_refused(tmp_path, content):
    path = tmp_path / "claim.npz"
    path.write_bytes(content)
    refused(path)


def test_truncated_files_are_refused(stored):
    content = stored.read_bytes()
    for length in range(0, len(content), 29):
        stored.write_bytes(content[:length])
        refused(stored)


def test_damaged_numbers_are_refused(stored):
    # Every byte of the compressed samples, one at a time: a checksum stands between them and a curve.
    with zipfile.ZipFile(stored) as file:
        entry = file.getinfo("measured/bias, ema/samples.npy")
    content = bytearray(stored.read_bytes())
    start = content.index(b"samples.npy", entry.header_offset) + len(b"samples.npy") + 20  # past the extra field
    for position in range(start, start + entry.compress_size):
        damaged = content.copy()
        damaged[position] ^= 0xFF
        stored.write_bytes(damaged)
        refused(stored)


def test_damage_anywhere_is_refused_or_harmless(tmp_path):
    path, written = tmp_path / "claim.npz", {"a": Curve([1.0], [[2.0]])}
    store.write_curves(path, written, RECORD)
    content = bytearray(path.read_bytes())
    for position in range(len(content)):
        damaged = content.copy()
        damaged[position] ^= 0xFF
        path.write_bytes(damaged)
        try:
            read, record = store.read_curves(path)
        except InputError:
            continue
        assert record == RECORD
        assert same(read, written), position


def test_a_damaged_file_is_closed(tmp_path, monkeypatch):
    path = tmp_path / "claim.npz"
    path.write_bytes(b"PK\x03\x04")
    leaks = []
    monkeypatch.setattr(sys, "unraisablehook", lambda problem: leaks.append(problem.exc_value))
    refused(path)
    gc.collect()
    for leak in leaks:
        raise leak


def test_a_single_array_is_refused(tmp_path):
    np.save(tmp_path / "claim.npy", np.zeros(3))
    refused(tmp_path / "claim.npy")


def test_an_archive_that_lacks_a_part_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros(3))
    refused(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", record=np.array(json.dumps(RECORD)), **{"curve/x": np.zeros(3)})
    refused(tmp_path / "b.npz")
    np.savez(tmp_path / "c.npz", record=np.array("{"))
    refused(tmp_path / "c.npz")


@pytest.mark.parametrize("schema", [store.SCHEMA + 1, None, str(store.SCHEMA)])
def test_another_schema_is_refused_and_named(tmp_path, schema):
    path = tmp_path / "claim.npz"
    store.write_curves(path, curves(), RECORD | {"schema": schema})
    refused(path)
    with pytest.raises(InputError, match=f"schema {schema}, this version reads {store.SCHEMA}"):
        store.read_curves(path)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_json_has_no_nan(tmp_path, value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.write_json(tmp_path / "a.json", {"measured": [1.0, value]})
    with pytest.raises(ValueError, match="not JSON compliant"):
        store.write_curves(tmp_path / "a.npz", {}, RECORD | {"measured": value})
    assert not list(tmp_path.iterdir())


def test_json_is_text_that_people_can_read(tmp_path):
    store.write_json(tmp_path / "a.json", {"claim": "λ > 0", "values": [1, None]})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert "λ > 0" in text
    assert text.endswith("}\n")
    assert json.loads(text) == {"claim": "λ > 0", "values": [1, None]}


@pytest.mark.parametrize("below", [".", "sub", "sub/sub"])
def test_a_folder_that_cannot_be_written_is_refused_in_one_line(tmp_path, below):
    # A regular file where a folder is needed keeps out everybody, also root.
    barrier = tmp_path / "file"
    barrier.touch()
    folder = barrier / below
    for attempt in (
        lambda: store.prepare_folder(folder),
        lambda: store.write_atomically(folder / "x", b""),
        lambda: store.write_json(folder / "x.json", {}),
        lambda: store.write_curves(folder / "x.npz", {}, RECORD),
    ):
        with pytest.raises(InputError, match=r"^cannot write to the output folder .*; choose another") as caught:
            attempt()
        assert "\n" not in str(caught.value)
        assert str(folder) in str(caught.value)


def test_a_prepared_folder_is_empty(tmp_path):
    store.prepare_folder(tmp_path / "a" / "b")
    assert not list((tmp_path / "a" / "b").iterdir())


def test_the_numbers_of_curves_have_one_digest():
    digest = store.digest_of(curves())
    assert digest == store.digest_of(dict(reversed(curves().items())))
    for name, curve in curves().items():
        for change in ({"x_name": "other"}, {"block": 2}, {"samples": curve.samples + 1}, {"x": curve.x + 1}):
            if curve.x.size or "block" in change:
                assert store.digest_of(curves() | {name: dataclasses.replace(curve, **change)}) != digest


def test_versions_are_those_of_python_and_the_libraries():
    versions = store.versions()
    assert versions["python"] == platform.python_version()
    assert versions["numpy"] == np.__version__
    assert {"scipy", "numba", "matplotlib", "sympy", "theorylab"} <= set(versions)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A study with random numbers, run and saved twice, with one thread and with three."""
    folders = [tmp_path_factory.mktemp("run") for _ in range(2)]
    for folder, workers in zip(folders, (1, 3), strict=True):
        with theorylab.using(workers=workers):
            theorylab.run("one_hot", out=folder, replicas=200)
    return folders


@pytest.mark.parametrize("kind", ["json", "npz", "svg"])
def test_the_same_run_writes_the_same_bytes(saved, kind):
    one, other = (folder / "regression" / "ema_linear_regression" / f"one_hot.{kind}" for folder in saved)
    assert one.read_bytes() == other.read_bytes()


def test_a_saved_run_can_be_read_and_traced(saved):
    folder = saved[0] / "regression" / "ema_linear_regression"
    assert sorted(path.name for path in folder.iterdir()) == ["one_hot.json", "one_hot.npz", "one_hot.svg"]
    record = json.loads((folder / "one_hot.json").read_text(encoding="utf-8"))
    assert record["study"] == "regression.ema_linear_regression.one_hot"
    assert record["setting"]["replicas"] == 200
    assert record["seed"] == record["setting"]["seed"]
    assert record["checks"]
    read, inner = store.read_curves(folder / "one_hot.npz")
    assert inner == {name: record[name] for name in ("schema", "study", "setting", "seed")}
    assert record["curves"] == store.digest_of(read)
    again = theorylab.run("one_hot", replicas=200)
    for name, curve in again.measured.items():
        assert np.array_equal(read[f"measured/{name}"].samples, curve.samples)
    for name, curve in again.predicted.items():
        assert np.array_equal(read[f"predicted/{name}"].samples, curve.samples)


def test_one_result_saved_twice_writes_the_same_figure(tmp_path):
    result = theorylab.run("ema_tail_equivalence")
    one, other = (result.save(tmp_path / name)["svg"] for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_sweeping_removes_what_killed_writers_left_and_nothing_else(tmp_path):
    store.write_atomically(tmp_path / "whole.json", b"{}")
    left = tmp_path / store.UNFINISHED.replace("*", "x")
    left.write_bytes(b"half")
    store.sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["whole.json"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as on POSIX")
def test_what_is_no_regular_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(OSError, match="it is no regular file"):
            store.read(path)
    refused(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as on POSIX")
def test_a_pipe_that_nobody_reads_is_left_in_limited_time(tmp_path, monkeypatch):
    monkeypatch.setattr(store, "PATIENCE", 0.2)
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InputError, match=r"^nobody reads from .*pipe"):
        store.write_report(path, {})
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # there, and reading nothing
    with pytest.raises(InputError, match=r"^nobody reads from .*pipe"):
        store.write_report(path, {"long": "x" * 10**6})
    os.close(reader)


def test_a_report_follows_a_link_and_a_result_takes_its_place(tmp_path):
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_text("{}")
    link.symlink_to(target)
    store.write_report(link, {"a": 1})
    assert link.is_symlink()
    assert json.loads(target.read_text()) == {"a": 1}
    store.write_json(link, {"a": 2})
    assert not link.is_symlink()


def test_what_is_set_aside_gets_a_name_that_is_free(tmp_path):
    for number in ("", "1", "2"):
        (tmp_path / "x").touch()
        with pytest.warns(store.StoreWarning, match=rf"x is odd: kept as x\.damaged{number}$"):
            assert store.set_aside(tmp_path / "x", "is odd") == tmp_path / f"x.damaged{number}"


def test_a_folder_in_the_place_of_a_file_is_set_aside_and_keeps_what_it_holds(tmp_path):
    for number in ("", "1"):
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "note").write_text("kept")
        with pytest.warns(store.StoreWarning, match=rf"is a folder where a file belongs: kept as x\.damaged{number}$"):
            store.write_atomically(tmp_path / "x", b"whole")
        assert (tmp_path / "x").read_bytes() == b"whole"
        assert (tmp_path / f"x.damaged{number}" / "note").read_text() == "kept"
        (tmp_path / "x").unlink()


@pytest.mark.skipif(os.name != "posix", reason="permissions as on POSIX")
@pytest.mark.parametrize(("mode", "expected"), [(0o755, 0o755), (0o777, 0o777), (0o775, 0o775), (0o1777, 0o755)])
def test_a_new_folder_is_as_open_as_the_one_it_is_made_in(tmp_path, mode, expected):
    tmp_path.chmod(mode)
    before = os.umask(0o022)
    store.prepare_folder(tmp_path / "a" / "b")
    os.umask(before)
    assert [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("a", "a/b")] == [expected] * 2


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="giving files away needs root")
def test_a_file_of_another_user_in_a_folder_for_all_cannot_be_replaced(tmp_path, monkeypatch):
    tmp_path.chmod(0o1777)
    (tmp_path / "x").touch()
    store.require_replaceable(tmp_path / "x")
    monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(InputError, match=r"belongs to another user, .* choose another folder with --out DIR"):
        store.require_replaceable(tmp_path / "x")
    store.require_replaceable(tmp_path / "nothing")


def test_what_dead_writers_of_a_file_left_is_deleted_and_that_of_others_stays(tmp_path, monkeypatch):
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True)
    target = tmp_path / "a[1].json"
    names = []
    monkeypatch.setattr(store.tempfile, "mkstemp", lambda **given: names.append(given["prefix"]) or stop())

    def stop():
        raise OSError("no file")

    with pytest.raises(OSError, match="no file"):
        store.write_atomically(target, b"new")
    monkeypatch.undo()
    ours = names[0].rpartition(f"{os.getpid()}-")[0]
    dead, living = f"{ours}{int(ended.stdout)}-x.unfinished", f"{ours}{os.getppid()}-x.unfinished"
    kept = [living, f"{ours}none-x.unfinished", f".a[1].json.00000000-{int(ended.stdout)}-x.unfinished"]
    kept.append(f".other{ours}{int(ended.stdout)}-x.unfinished")
    for name in (dead, *kept):
        (tmp_path / name).write_bytes(b"half")
    store.write_atomically(target, b"new")
    assert target.read_bytes() == b"new"
    assert {path.name for path in tmp_path.iterdir()} == {target.name, *kept}

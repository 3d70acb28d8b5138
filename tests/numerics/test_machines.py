"""The processor and what steers compilers have one name, which changes with whatever may move a number."""

import pytest

from theorylab.numerics import machines


def names():
    return machines.processor(), machines.machine(), machines.tag()


@pytest.fixture(autouse=True)
def plain(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in machines.settings():
        monkeypatch.delenv(name)


def test_defaults_have_no_tag():
    assert machines.settings() == {}
    assert machines.tag() == ""
    assert names() == names()


@pytest.mark.parametrize(
    ("name", "value"),
    [("NUMBA_CPU_NAME", "generic"), ("NUMBA_CPU_FEATURES", "+avx"), ("NUMBA_OPT", "0"), ("NUMBA_DISABLE_JIT", "1"),
     ("OPENBLAS_CORETYPE", "Haswell"), ("OPENBLAS_NUM_THREADS", "4"), ("NPY_DISABLE_CPU_FEATURES", "AVX2")],
)  # fmt: skip
def test_what_moves_numbers_changes_every_name(monkeypatch, name, value):
    before = names()
    monkeypatch.setenv(name, value)
    assert all(one != other for one, other in zip(before, names(), strict=True))
    assert f"{name}={value}" in machines.processor()


@pytest.mark.parametrize("name", ["NUMBA_NUM_THREADS", "NUMBA_CACHE_DIR", "OMP_NUM_THREADS", "PATH"])
def test_what_moves_none_changes_none(monkeypatch, name):
    before = names()
    monkeypatch.setenv(name, "3")
    assert names() == before


def test_settings_in_the_file_of_numba_count(tmp_path):
    before = names()
    (tmp_path / machines.SETTINGS_FILE).write_text("opt: 0\n")
    assert all(one != other for one, other in zip(before, names(), strict=True))

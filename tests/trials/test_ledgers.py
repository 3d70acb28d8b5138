"""Ledgers and records are read with care: what is damaged, of another study or of another version is a sentence."""

import json

import pytest

from theorylab.errors import InputError, StoreWarning
from theorylab.running import store
from theorylab.trials import ledgers, stored

STUDY = "a.b.c"


@pytest.fixture
def paths(tmp_path):
    return stored.files(tmp_path, STUDY)


@pytest.mark.parametrize("content", [b"", b"5", b"[", b"[" * 100_000, b"\xff", b'{"a": 1'])
def test_what_is_no_record_is_empty(paths, content):
    assert ledgers.record_at(paths["json"]) == {}
    store.write_atomically(paths["json"], content)
    assert ledgers.record_at(paths["json"]) == {}


@pytest.mark.parametrize("content", [b"", b"5", b"[" * 100_000, b"\xff", b'{"ledger": 5, "checksum": ""}'])
def test_a_damaged_ledger_is_said_in_one_line(paths, content):
    store.write_atomically(paths["ledger"], content)
    with pytest.warns(StoreWarning, match=r"is damaged \(.*\): computed again$") as caught:
        assert ledgers.read(paths, STUDY) == ({}, "the ledger is damaged")
    assert "\n" not in str(caught[0].message)


def test_a_ledger_of_one_checksum_and_another_content_is_damaged(paths):
    ledger = {"schema": store.SCHEMA, "study": STUDY}
    store.write_json(paths["ledger"], {"checksum": ledgers.checksum({}), "ledger": ledger})
    with pytest.warns(StoreWarning, match="its checksum does not match"):
        ledgers.read(paths, STUDY)
    ledgers.write(paths["ledger"], ledger)
    with pytest.warns(StoreWarning, match="its asked is missing, or of another kind|KeyError"):
        ledgers.read(paths, STUDY)


def test_versions_are_told_apart(paths):
    assert ledgers.read(paths, STUDY) == ({}, "nothing is stored")
    store.write_json(paths["json"], {"schema": store.SCHEMA})
    assert ledgers.read(paths, STUDY) == ({}, "a record is here, but not what it was made from")
    store.write_json(paths["json"], {"schema": store.SCHEMA - 1})
    assert ledgers.read(paths, STUDY)[1].startswith("stored by an earlier version of the lab")
    store.write_json(paths["json"], {"schema": store.SCHEMA + 1})
    with pytest.raises(InputError, match="was written by a later version of the lab"):
        ledgers.read(paths, STUDY)


def test_an_error_has_words():
    assert ledgers.words(OSError(28, "No space left on device")) == "No space left on device"
    assert ledgers.words(InputError("no")) == "no"
    assert ledgers.words(KeyError("x")) == "KeyError: 'x'"
    assert json.dumps(ledgers.RECORD, default=str)

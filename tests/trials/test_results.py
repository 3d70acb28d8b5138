"""A result is as declared only if every check is; its record is plain JSON."""

import dataclasses
import json

import pytest

import theorylab
from theorylab.running import store
from theorylab.trials import stored
from theorylab.trials.results import Result

EMA = "regression.ema_linear_regression"


@pytest.fixture(scope="module")
def result():
    return theorylab.run("ema_variance", dim=8)


def test_a_record_is_json_and_names_the_source(result):
    record = result.record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert record["study"] == f"{EMA}.ema_variance"
    assert record["source"] == f"li2025ema, {result.source}"
    assert [check["claim"] for check in record["checks"]] == [check.claim for check in result.checks]


def test_a_result_is_as_declared_only_if_every_check_is(result):
    check = result.checks[0]
    other = dataclasses.replace(check, verdict=theorylab.Verdict.INCONCLUSIVE)
    lost_rival = dataclasses.replace(
        check, rival=dataclasses.replace(check.rival, verdict=theorylab.Verdict.INCONCLUSIVE)
    )
    assert dataclasses.replace(result, checks=(check, check)).as_declared
    for bad in ((), (check, other), (lost_rival,)):
        assert not dataclasses.replace(result, checks=bad).as_declared
    assert isinstance(result, Result)


def test_tidying_leaves_what_is_finished_and_nothing_else(tmp_path, result):
    result.save(tmp_path)
    finished = stored.files(tmp_path, result.study)
    half = finished["json"].with_name(store.UNFINISHED.replace("*", "x"))
    half.write_bytes(b"half")
    pieces = stored.pieces(tmp_path, result.study)
    pieces.mkdir(parents=True)
    stored.tidy(tmp_path, result.study)
    assert all(path.is_file() for path in finished.values())
    assert not half.exists()
    assert not pieces.exists()

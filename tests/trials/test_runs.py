"""Studies are run by name and by module, at a size or until decided; and what a run is refused."""

import dataclasses

import numpy as np
import pytest

import theorylab
from theorylab.errors import InputError
from theorylab.running import replicas
from theorylab.trials import selectors

EMA = "regression.ema_linear_regression"
STUDY = "ema_bias_and_variance"


@pytest.fixture(scope="module")
def result():
    return theorylab.run("ema_variance", dim=8)


def test_a_study_runs_by_name_and_by_module_with_changes(result):
    module = selectors.load("ema_variance")
    for found in (
        result,
        theorylab.run(module, dim=8),
        theorylab.run(f"{EMA}.ema_variance", dim="8"),
    ):
        assert found.study == f"{EMA}.ema_variance"
        assert found.source == module.SOURCE
        assert found.setting == dataclasses.replace(module.QUICK, dim=8)
        assert found.checks == result.checks
        assert found.as_declared
        assert found.seconds > 0


def test_a_run_writes_nothing_unless_told_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    theorylab.run("ema_variance", dim=8)
    assert not list(tmp_path.iterdir())
    theorylab.run("ema_variance", dim=8, out="here")
    assert sorted(path.suffix for path in (tmp_path / "here").rglob("ema_variance.*")) == [".json", ".npz", ".svg"]


def test_the_full_setting_is_another_one(monkeypatch):
    module = selectors.load("ema_variance")
    seen = []
    monkeypatch.setattr(module, "measure", lambda s: seen.append(s) or {})
    monkeypatch.setattr(module, "predict", lambda s: {})
    monkeypatch.setattr(module, "checks", lambda s, measured, predicted: ())
    with pytest.raises(InputError, match="yielded nothing at this setting"):  # it would have shown nothing
        theorylab.run(module, full=True)
    assert seen == [module.FULL]


def test_progress_and_workers_of_the_context_reach_the_simulation_of_a_run():
    seen = []
    with theorylab.using(workers=1, progress=lambda *report: seen.append(report)):
        theorylab.run("ema_bias_and_variance", replicas=100)
    assert seen[-1][1:] == (100, 100)


def test_bad_values_for_a_run_are_refused():
    with pytest.raises(InputError, match=r"step_size=-1\.0 is not allowed"):
        theorylab.run("one_hot", step_size=-1)


def test_a_run_goes_on_until_it_is_decided_and_its_numbers_are_those_of_one_run():
    result = theorylab.run(STUDY, until="decided", replicas=40)
    assert all(check.decided for check in result.checks)
    assert len(result.analyses) > 1, "the first look decided: the study cannot show growth"
    assert result.analyses == tuple(40 * 2**k for k in range(len(result.analyses)))
    assert result.setting.replicas == result.analyses[-1]
    at_once = theorylab.run(STUDY, replicas=result.analyses[-1])
    for name, curve in at_once.measured.items():
        assert curve.samples.tobytes() == result.measured[name].samples.tobytes()
    assert result.record()["interim_analyses"] == list(result.analyses)
    assert "interim_analyses" not in at_once.record()


def test_a_run_that_grows_computes_each_replica_once(monkeypatch):
    asked = []
    stream = replicas.stream
    monkeypatch.setattr(replicas, "stream", lambda seed, r: asked.append(r) or stream(seed, r))
    result = theorylab.run(STUDY, until="decided", replicas=40)
    counts = np.bincount(asked)
    # Replica 0 is called at each look to see the shape of what comes, and its stream is made once more as a test.
    assert (counts[1:] == counts[1]).all()
    assert counts.size == result.analyses[-1]
    assert counts[0] < counts[1] + 4 * len(result.analyses) * counts[1]


def test_a_budget_ends_a_run_that_cannot_be_decided():
    result = theorylab.run(STUDY, until="decided", replicas=2, budget=9)
    assert result.analyses == (2, 4, 8)
    assert not result.as_declared


def test_an_exact_study_is_decided_at_once():
    result = theorylab.run("ema_variance", until="decided")
    assert result.analyses == ()
    assert result.as_declared


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"until": "tomorrow"}, r"^until='tomorrow' is not allowed: give 'decided'"),
        ({"budget": 100}, "has no meaning without until='decided'"),
        ({"until": "decided", "budget": 3}, r"^budget=3 is not allowed: the first analysis alone takes 200 replicas"),
    ],
)
def test_what_cannot_be_a_run_until_decided_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        theorylab.run(STUDY, **given)

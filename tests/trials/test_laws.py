"""The panel of laws: what it holds, and that it can tell an instrument that breaks its level."""

import numpy as np
import pytest

from theorylab.trials import laws
from theorylab.verdicts import intervals, tails


def only(monkeypatch, *names):
    monkeypatch.setattr(laws, "LAWS", tuple(law for law in laws.LAWS if law.name in names))
    assert len(laws.LAWS) == len(names)


def test_the_panel_is_as_wide_as_it_promises():
    names = [law.name for law in laws.LAWS]
    assert len(set(names)) == len(names) >= 40
    assert len(laws.SIZES) == 5
    assert {"light", "skewed", "heavy", "stable", "mixture", "discrete", "few values", "correlated", "bounded"} == {
        law.kind for law in laws.LAWS
    }
    assert set(laws.LIGHT) <= set(names)


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.name)
def test_means_of_laws_are_their_means(law):
    if law.beyond == "infinite variance" or law.name in ("Pareto(2.1)", "Pareto(2.5)", "t(2.1)"):
        return  # no standard error to judge by
    samples = law.draw(np.random.default_rng(1), (400_000, law.points))
    error = samples.std(axis=0) / len(samples) ** 0.5
    assert (np.abs(samples.mean(axis=0) - law.mean) <= 5 * error).all()


def test_levels_hold_where_they_are_promised(monkeypatch):
    only(monkeypatch, "normal", "exponential", "gamma(0.5)", "Bernoulli(0.01)", "1 + Bernoulli(0.01)", "Poisson(0.05)",
         "Bernoulli(0.01), bounds declared", "exponential along 6 points, memory 1", "t(3)")  # fmt: skip
    rows = laws.panel(500)
    assert [row for row in rows if not row["holds"]] == []
    assert all(row["warned"] <= 0.04 for row in rows if row["law"] in laws.LIGHT and row["replicas"] != "any")


def test_a_tail_that_is_seen_is_warned_about(monkeypatch):
    only(monkeypatch, "log-normal(2)", "Pareto(1.5)")
    rows = [row for row in laws.panel(200) if row["replicas"] in (256, 512, 1024)]
    assert all(row["warned"] > 0.9 and row["holds"] for row in rows)


def test_a_branch_that_no_replica_took_is_said_to_be_beyond_all_limits(monkeypatch):
    only(monkeypatch, "normal + 1% jumps of 30")
    row = laws.panel(400)[0]
    assert (row["holds"], row["beyond"]) == (False, "a branch of 1%")
    # Half of the samples of 64 have no jump: they are normal, and no warning can be right for them.
    assert row["warned"] <= 1 - 0.99**64 + 0.1


def test_limits_without_warnings_or_corrections_would_be_found_out(monkeypatch):
    only(monkeypatch, "log-normal(2)", "normal^4")
    for name in ("SHARE", "SHAPE", "GAP"):
        monkeypatch.setattr(tails, name, np.inf)
    monkeypatch.setattr(intervals, "_long", lambda quantile, g: np.full(g.shape, quantile))
    broken = {row["law"] for row in laws.panel(500) if not row["holds"]}
    assert broken == {"log-normal(2)", "normal^4"}

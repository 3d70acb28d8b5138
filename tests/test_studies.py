"""Every discovered study gives the verdicts that it declares, at its quick setting."""

import pytest

import theorylab


@pytest.mark.parametrize("name", [listing.name for listing in theorylab.discover()])
def test_quick_verdicts_are_as_declared(name):
    result = theorylab.run(name)
    assert result.checks, f"{name} puts no claim on trial"
    unexpected = [
        f"{c.claim}: {c.verdict}, rival {c.rival.verdict} ({c.note})" for c in result.checks if not c.as_declared
    ]
    assert not unexpected, "\n".join(unexpected)


def test_some_study_is_discovered():
    assert theorylab.discover()

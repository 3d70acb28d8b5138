"""Every figure of the family draws at the quick setting, without a warning."""

import pytest

import theorylab
from theorylab.views import plots

NAMES = [listing.name for listing in theorylab.discover() if listing.name.startswith("edge.")]


@pytest.mark.parametrize("name", NAMES)
def test_the_figure_draws(name):
    assert plots.svg(theorylab.run(name).figure).startswith(b"<?xml")

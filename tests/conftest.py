"""Imported before any test module: theorylab settles the number of BLAS threads, which numpy reads when loaded."""

import os

import pytest

import theorylab  # noqa: F401


def pytest_collection_modifyitems(items):
    """Tests marked slow wait until they are asked for."""
    if not os.environ.get("THEORYLAB_SLOW"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="takes minutes: set THEORYLAB_SLOW=1 to run it"))

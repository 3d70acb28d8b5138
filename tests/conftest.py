"""Imported before any test module: theorylab settles the number of BLAS threads, which numpy reads when loaded."""

import functools
import os
import re
import sys
from collections.abc import Iterable

import pytest

import theorylab
from theorylab.running.tasks import available_cores
from theorylab.trials import selectors

os.environ.pop("COLUMNS", None)  # widths of tables are those of a pipe, whatever started the tests


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One more than there are cores: tests of kills, locks and clusters wait for clocks and processes."""
    return available_cores() + 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """With --dist loadfile: a file to a worker, but the studies by family, as their file takes longest."""
    if config.getvalue("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class ByFileOrFamily(LoadFileScheduling):
        def _split_scope(self, nodeid):
            file, _, test = nodeid.partition("::")
            family = re.search(r"\[(\w+)\.", test) if file == "tests/test_studies.py" else None
            return f"{file}:{family[1]}" if family else file

    return ByFileOrFamily(config, log)


def pytest_collection_modifyitems(items):
    """Tests marked slow wait until they are asked for."""
    if not os.environ.get("THEORYLAB_SLOW"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="takes minutes: set THEORYLAB_SLOW=1 to run it"))


@pytest.fixture(autouse=True)
def own_studies_are_forgotten(tmp_path_factory):
    """Modules that a test loads from its folder are not there for the next one, which may use the same names."""
    path, before, base = list(sys.path), set(sys.modules), str(tmp_path_factory.getbasetemp())
    yield
    sys.path[:] = path
    for name in set(sys.modules) - before:
        folders = getattr(sys.modules[name], "__path__", ())  # of torch.classes something that is no list
        places = [getattr(sys.modules[name], "__file__", None), *(folders if isinstance(folders, Iterable) else ())]
        if any(str(place).startswith(base) for place in places):
            del sys.modules[name]


@pytest.fixture(scope="session")
def quick():
    """quick(name): the result of a study at its quick setting, and what its simulation reported: (result, reports).

    Every study runs once per session; a test that changes anything runs its own.
    """

    @functools.cache
    def run(name):
        reports = []
        with theorylab.using(progress=lambda *report: reports.append(report)):
            return theorylab.run(name), reports

    return lambda name: run(selectors.one(name).name)

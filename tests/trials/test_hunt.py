"""The hunt finds what is planted, runs nothing outside the assumptions, and gives what it found as a run."""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import theorylab
from theorylab import Rival, Source, agrees, below, exact
from theorylab.curves import Curve
from theorylab.errors import InputError
from theorylab.trials.hunt import Candidate, Hunt, Range, hunt, tightness
from theorylab.verdicts import above
from theorylab.views import hunts, plots


@dataclass(frozen=True, kw_only=True)
class Setting:
    x: float = 0.2
    sizes: tuple[int, ...] = (1, 2)
    factor: float = 1.0


RUN: list[Setting] = []


def synthetic(factor: float = 1.0, **more: Any) -> types.ModuleType:
    """A study of f(x, n) = n sin(x) / (n + 1e-3 (n - 7)^2) <= factor, whose supremum 1 is at x = pi/2, n = 7."""
    module = types.ModuleType("synthetic")

    def measure(s: Setting) -> dict[str, Curve]:
        RUN.append(s)
        n = np.array(s.sizes, float)
        return {"f": exact(np.arange(n.size), n * np.sin(s.x) / (n + 1e-3 * (n - 7) ** 2), 1e-15)}

    def checks(s: Setting, measured: dict[str, Curve], predicted: dict[str, Curve]) -> Any:
        rival = Rival(claim="half", predicted=0.05)
        yield below("f stays below its bound", measured["f"], s.factor, rival=rival)
        noisy = Curve(np.zeros(1), np.random.default_rng(0).standard_normal((64, 1)))
        yield agrees("noise has mean 0", noisy, 0.0, rival=Rival(claim="9", predicted=9.0))

    parts = {
        "SOURCE": Source("x", kind="derived"), "QUICK": Setting(factor=factor), "FULL": Setting(factor=factor),
        "checks": checks, "measure": measure, "predict": lambda s: {},
        "figure": lambda s, measured, predicted: plots.panels(1)[0],
        "SPACE": {"x": Range(0, 3), "sizes": Range(1, 40, integer=True)},
    } | more  # fmt: skip
    for name, part in parts.items():
        setattr(module, name, part)
    return module


def test_the_extremal_setting_is_found() -> None:
    (found,) = hunt(synthetic(), budget=200)
    assert found.best is not None
    assert found.best.tightness == pytest.approx(1, abs=1e-9)
    assert found.best.values["sizes"] == 7
    assert found.best.values["x"] == pytest.approx(np.pi / 2, abs=1e-4)
    assert not found.counterexample
    assert found.words.startswith("attained")
    assert found.setting["sizes"] == (7,)


def test_a_constant_ten_per_cent_too_small_is_caught() -> None:
    (found,) = hunt(synthetic(factor=0.9), budget=60)
    assert found.counterexample
    assert found.unexpected
    assert "counterexample" in found.words


def test_a_constant_with_room_is_not_broken() -> None:
    (found,) = hunt(synthetic(factor=1.25), budget=60)
    assert found.best is not None
    assert found.best.tightness == pytest.approx(0.8, abs=1e-3)
    assert found.words.startswith("not broken: tightness 0.8")


def test_rounding_alone_is_no_counterexample() -> None:
    # The largest value is attained up to the rounding bound of 1e-15: a ratio above 1 in the last place is not enough.
    (found,) = hunt(synthetic(factor=1 - 1e-15), budget=100)
    assert not found.counterexample


def test_what_the_assumptions_exclude_is_never_run() -> None:
    RUN.clear()
    module = synthetic(allowed=lambda s: "x beyond 1" if s.x > 1 else "")
    (found,) = hunt(module, budget=120)
    assert max(s.x for s in RUN) <= 1
    assert found.outside > 0
    assert {c.outside for c in found.candidates if c.outside} == {"x beyond 1"}
    assert found.best is not None
    assert found.best.values["x"] == pytest.approx(1, abs=1e-3)


def test_what_the_model_refuses_counts_as_outside() -> None:
    inner = synthetic().measure

    def measure(s: Setting) -> dict[str, Curve]:
        if s.sizes[0] > 10:
            raise InputError("too large")
        return inner(s)  # type: ignore[no-any-return]

    (found,) = hunt(synthetic(measure=measure), budget=60)
    assert any(c.outside == "too large" for c in found.candidates)


def test_the_same_seed_finds_the_same_and_the_budget_is_kept() -> None:
    first, second, other = (hunt(synthetic(), budget=50, seed=seed)[0] for seed in (1, 1, 2))
    assert first.to_json() == second.to_json()
    assert first.candidates != other.candidates
    assert len(first.candidates) <= 50


def test_claims_are_named_by_text_or_number_and_must_be_exact() -> None:
    assert hunt(synthetic(), "BELOW its", budget=20)[0].claim == "f stays below its bound"
    assert len(hunt(synthetic(), "1", budget=20)) == 1
    with pytest.raises(InputError, match="no exact check of synthetic is called 'noise'; there are 1: f stays"):
        hunt(synthetic(), "noise", budget=20)


@pytest.mark.parametrize(
    ("given", "more", "words"),
    [
        ({"budget": 3}, {}, "budget=3 is not allowed: give an integer >= 20"),
        ({}, {"SPACE": {}}, "has no SPACE: add SPACE"),
        ({}, {"SPACE": {"y": Range(0, 1)}}, "names 'y', which its setting has not"),
        ({}, {"allowed": lambda s: "nothing is"}, "holds no setting that its assumptions allow: nothing is"),
        ({"x": 1.0, "sizes": (3,)}, {}, "nothing is left to search"),
    ],
)
def test_bad_requests_are_named(given: dict[str, Any], more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        hunt(synthetic(**more), **given)


@pytest.mark.parametrize(
    ("arguments", "words"), [((1, 1), "empty"), ((0, 1, True), "no logarithm"), ((0, 1, False, False, 0), "nothing")]
)
def test_bad_ranges_are_refused(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        Range(*arguments)


def test_tightness_is_one_at_the_edge_of_every_kind() -> None:
    one = exact([0.0], [2.0], 0.0)
    rival = Rival(claim="r", predicted=50.0)
    assert tightness(below("c", one, 2.0, rival=Rival(claim="r", predicted=1.0))) == pytest.approx(1)
    assert tightness(below("c", one, 4.0, rival=Rival(claim="r", predicted=1.0))) == pytest.approx(0.5)
    assert tightness(above("c", one, 1.0, rival=rival)) == pytest.approx(0.5)
    assert tightness(agrees("c", one, 1.6, rival=rival, within=0.5)) == pytest.approx(0.5)
    assert tightness(agrees("c", one, 2.0, rival=rival)) is None
    assert tightness(
        below("c", exact([0.0], [-1.0], 0.0), 0.0, rival=Rival(claim="r", predicted=-2.0))
    ) == pytest.approx(0)
    assert tightness(below("c", exact([0.0], [np.inf], 0.0), 0.0, rival=Rival(claim="r", predicted=-2.0))) == np.inf


def test_the_figure_shows_every_field() -> None:
    (found,) = hunt(synthetic(), budget=30)
    drawn = hunts.figure(found)
    assert [axes.get_xlabel() for axes in drawn.axes] == ["x", "sizes"]
    assert plots.svg(drawn).startswith(b"<?xml")


HUNTED = [listing.name for listing in theorylab.discover() if "\nSPACE = " in listing.path.read_text(encoding="utf-8")]


def test_the_five_kinds_of_bounds_are_hunted() -> None:
    assert {name.split(".")[-1] for name in HUNTED} >= {
        "ema_effective_dimension", "asgd_variance", "flow_sharpness_falls", "perceptron_mistakes", "planar_maps",
    }  # fmt: skip


@pytest.mark.parametrize("name", HUNTED)
def test_no_study_is_refuted_within_its_assumptions_and_each_best_setting_runs(name: str) -> None:
    for found in hunt(name, budget=40):
        assert not found.unexpected, found.command
        assert found.best is not None
        run = theorylab.run(name, **found.setting)
        assert plots.svg(run.figure)  # a run by hand draws it, whatever the setting
        again = next(check for check in run.checks if check.claim == found.claim)
        assert tightness(again) == found.best.tightness
        assert str(again.verdict) == found.best.verdict


@pytest.mark.parametrize(
    ("name", "claim", "least"),
    [("planar_maps", "2D", 0.999), ("perceptron_mistakes", "mistakes", 0.85),
     ("ema_effective_dimension", ">= low", 0.7), ("asgd_variance", "variance of SGD <", 0.99)],
)  # fmt: skip
def test_near_extremal_settings_are_found_and_a_smaller_constant_there_is_caught(
    name: str, claim: str, least: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    (found,) = hunt(name, claim, budget=300)
    assert found.best is not None
    assert found.best.tightness is not None
    assert least < found.best.tightness <= 1 + 1e-9
    # The theorem made false by a tenth of what it has left: the same hunt breaks it.
    module = theorylab.load(name)
    factor = 0.9 * found.best.tightness
    whole = module.checks

    def false(s: Any, measured: Any, predicted: Any) -> Any:
        for check in whole(s, measured, predicted):
            if claim in check.claim:
                assert check.recheck is not None
                trial = {"below": 1 / factor - 1, "above": 1 / factor - 1, "ordered": 1 / factor - 1}[check.kind]
                if check.recheck.wrong_by[0](trial, check.recheck.level):
                    yield below(check.claim, exact([0.0], [2.0], 0.0), 1.0, rival=Rival(claim="r", predicted=0.5))
                    continue
            yield check

    monkeypatch.setattr(module, "checks", false)
    (caught,) = hunt(name, claim, budget=300)
    assert caught.counterexample


def test_the_command_of_a_full_hunt_is_a_full_run() -> None:
    (found,) = hunt("planar_maps", budget=20, full=True)
    assert found.command.startswith("theorylab run minimax.halpern_convergence_rate.planar_maps --full --set ")
    assert "--full" not in hunt("planar_maps", budget=20)[0].command


def test_a_hunt_shows_what_it_found_and_in_a_notebook_its_figure():
    best = Candidate({"x": 0.5}, 0.9, "supported", "")
    found = Hunt(
        "a.study", "a < b", "below", "supported", best, {"x": 0.5}, (best, Candidate({"x": 2.0}, None, "", "x <= 1"))
    )
    assert repr(found).splitlines() == [
        "a.study: a < b", "  not broken: tightness 0.9", "  1 runs, 1 outside the assumptions",
        "  theorylab run a.study --set x=0.5",
    ]  # fmt: skip
    html = found._repr_html_()
    assert "a &lt; b" in html
    assert html.count("</svg>") == 1

"""A search, among the settings that a theorem's assumptions allow, for the one that comes nearest to breaking it.

A study says what may be searched: `SPACE`, a mapping from fields of its setting to a `Range`, or to a fixed value for
the time of the hunt; and, where not all of that satisfies the assumptions, `allowed(setting)`, which gives '' or what
fails. Every candidate is checked, run deterministically, and judged as in any run: a counterexample is a setting at
which the study itself comes out refuted. What is sought is the largest tightness,

    below   measured / bound          above   bound / measured       (1: the bound is attained)
    else    |measured - allowed middle| / half of what is allowed,

by SciPy's differential evolution and a local polish, all within a budget of runs.
"""

from __future__ import annotations

import contextlib
import html
import math
import types
import typing
import warnings
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import differential_evolution, minimize

import theorylab
from theorylab.errors import DivergedError, InputError, StudyError, require
from theorylab.trials import parts
from theorylab.trials.selectors import load
from theorylab.trials.study import Listing, changed, name_of
from theorylab.verdicts import Check, Verdict

LEAST_BUDGET = 20
POLISH = 0.25
"""Share of the budget that is kept for the local search around the best candidate."""
OUT = 1e100
"""What the search sees of a candidate outside the assumptions: the worst of all."""


@dataclass(frozen=True)
class Range:
    """Values low to high of a field, `log`: even in the logarithm; in a tuple field all `copies` entries are equal."""

    low: float
    high: float
    log: bool = False
    integer: bool = False
    copies: int = 1

    def __post_init__(self) -> None:
        require(
            math.isfinite(self.low) and math.isfinite(self.high) and self.low < self.high,
            f"{self} is empty: give finite low < high",
        )
        require(not self.log or self.low > 0, f"{self} has no logarithm: give low > 0")
        require(self.copies >= 1, f"{self} holds nothing: give copies >= 1")

    def value(self, share: float) -> Any:
        """The value at a share of the range, 0 to 1."""
        if self.log:
            value = math.exp((1 - share) * math.log(self.low) + share * math.log(self.high))
        else:
            value = (1 - share) * self.low + share * self.high
        value = min(max(value, self.low), self.high)
        return round(value) if self.integer else value


@dataclass(frozen=True)
class Candidate:
    """A setting that was tried: the searched fields, the tightness, the check's verdict; `outside`: what it breaks."""

    values: Mapping[str, Any]
    tightness: float | None
    verdict: str
    outside: str = ""


@dataclass(frozen=True)
class Hunt:
    """What one search found: all candidates in order, and the best. `claim` is refuted by the best or by nothing."""

    study: str
    claim: str
    kind: str
    declared: str
    best: Candidate | None
    setting: Mapping[str, Any]
    """The fields that the best candidate sets, as `study.run` takes them; empty if there is none."""
    candidates: tuple[Candidate, ...] = field(repr=False)
    full: bool = False
    """Whether the fields that are not set are those of the study's full setting."""

    @property
    def outside(self) -> int:
        """How many candidates broke the assumptions, and were not run."""
        return sum(bool(candidate.outside) for candidate in self.candidates)

    @property
    def counterexample(self) -> bool:
        """Whether the best candidate refutes the claim."""
        return self.best is not None and self.best.verdict == Verdict.REFUTED

    @property
    def unexpected(self) -> bool:
        """Whether a claim that is declared supported is refuted."""
        return self.counterexample and self.declared == Verdict.SUPPORTED

    @property
    def words(self) -> str:
        """What was found, in words."""
        if self.best is None or self.best.tightness is None:
            return "nothing to judge: no candidate satisfied the assumptions deterministically"
        if self.counterexample:
            return f"counterexample: tightness {self.best.tightness:.6g}"
        if self.best.tightness >= 1 - 1e-6:
            return f"attained: tightness 1 - {max(0.0, 1 - self.best.tightness):.0e}"
        return f"not broken: tightness {self.best.tightness:.4g}"

    def __repr__(self) -> str:
        runs = f"{len(self.candidates) - self.outside} runs, {self.outside} outside the assumptions"
        return "\n  ".join(filter(None, (f"{self.study}: {self.claim}", self.words, runs, self.command)))

    def _repr_html_(self) -> str:
        """For notebooks: what was found, and the figure of all that was tried."""
        drawn = theorylab.shown("svg", theorylab.shown("hunt", self)).decode() if self.candidates else ""
        return f"<pre>{html.escape(repr(self))}</pre>{drawn}"

    @property
    def command(self) -> str:
        """The run of the best setting: a command that gives the same verdict again."""
        if self.best is None:
            return ""
        return (
            f"theorylab run {self.study} "
            + ("--full " if self.full else "")
            + " ".join(f"--set {k}={_text(v)}" for k, v in self.setting.items())
        )

    def to_json(self) -> dict[str, Any]:
        """The hunt as JSON values, the setting as it can be given to a run."""

        def values(candidate: Candidate) -> dict[str, Any]:
            return {"setting": dict(candidate.values), "tightness": _finite(candidate.tightness),
                    "verdict": candidate.verdict, "outside": candidate.outside}  # fmt: skip

        return {
            "study": self.study,
            "claim": self.claim,
            "kind": self.kind,
            "found": self.words,
            "counterexample": self.counterexample,
            "runs": len(self.candidates) - self.outside,
            "outside": self.outside,
            "best": None if self.best is None else values(self.best) | {"setting": dict(self.setting)},
            "command": self.command,
            "candidates": [values(candidate) for candidate in self.candidates],
        }


def hunt(
    study: str | Listing | types.ModuleType,
    claim: str | None = None,
    *,
    budget: int = 300,
    seed: int = 0,
    full: bool = False,
    **changes: Any,
) -> list[Hunt]:
    """One hunt per check that rests on no replicas, or of the one that `claim` names (part of its text, or its number).

    Each search may run the study `budget` times; a setting that was run for one check is not run again for another.
    `changes` of the setting hold for all candidates. The same arguments give the same result. Raises InputError for a
    study without SPACE, a claim that is not there, a budget below LEAST_BUDGET, or a space that is not of the setting.
    """
    module = load(study) if isinstance(study, (str, Listing)) else study
    name = name_of(module)
    require(
        isinstance(budget, int) and budget >= LEAST_BUDGET,
        f"budget={budget!r} is not allowed: give an integer >= {LEAST_BUDGET}",
    )
    space: Mapping[str, Any] = getattr(module, "SPACE", {})
    require(
        space,
        f"{name} has no SPACE: add SPACE = {{'field of its setting': Range(low, high)}} (theorylab.trials.hunt) to it",
    )
    ranges = {key: value for key, value in space.items() if isinstance(value, Range)}
    fixed = {key: value for key, value in space.items() if not isinstance(value, Range)} | changes
    ranges = {key: value for key, value in ranges.items() if key not in changes}
    require(ranges, f"nothing is left to search in {name}: all of its SPACE is set")
    parts.require_whole(name, module)
    setting = changed(name, parts.setting(name, module, full), fixed)
    ground = _Ground(module, name, setting, ranges, {})
    checks = ground.checks({key: value.value(0.5) for key, value in ranges.items()}) or ground.any_checks()
    found = []
    for number, check in enumerate(checks):
        if _named(claim, number, check) and not check.noisy:
            found.append(_search(ground, number, check, budget, seed, fixed, full))
    titles = "; ".join(f"{i + 1}: {check.claim}" for i, check in enumerate(checks))
    require(found, f"no exact check of {name} is called {claim!r}; there are {titles}" if claim else
            f"{name} has no exact check: {titles}")  # fmt: skip
    return found


@dataclass
class _Ground:
    """The study, what may be searched, and what was run already: its checks, or what they break, by setting."""

    module: Any
    name: str
    setting: Any
    ranges: Mapping[str, Range]
    known: dict[tuple[Any, ...], tuple[Check, ...] | str]

    def values(self, shares: NDArray[np.float64]) -> dict[str, Any]:
        """The searched fields at these shares of their ranges."""
        return {key: space.value(float(s)) for (key, space), s in zip(self.ranges.items(), shares, strict=True)}

    def fields(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values as their fields take them: tuples hold copies. InputError for a field that is not there."""
        hints = typing.get_type_hints(type(self.setting))
        for key in values:
            require(key in hints, f"SPACE of {self.name} names {key!r}, which its setting has not")
        return {
            key: (value,) * self.ranges[key].copies if typing.get_origin(hints[key]) is tuple else value
            for key, value in values.items()
        }

    def run(self, values: Mapping[str, Any]) -> tuple[Check, ...] | str:
        """The checks at these values, or what of the assumptions they break."""
        key = tuple(values.values())
        if key not in self.known:
            self.known[key] = self._run(values)
        return self.known[key]

    def _run(self, values: Mapping[str, Any]) -> tuple[Check, ...] | str:
        module = self.module
        try:
            setting = changed(self.name, self.setting, self.fields(values))
            if words := getattr(module, "allowed", lambda setting: "")(setting):
                return str(words)
            with warnings.catch_warnings():  # far out in the space numbers may overflow: the verdict says so
                warnings.simplefilter("ignore", RuntimeWarning)
                measured, predicted = (part(self.name, module, setting) for part in (parts.measured, parts.predicted))
                return tuple(module.checks(setting, measured, predicted))
        except StudyError:
            raise
        except (InputError, DivergedError) as error:
            return str(error)

    def checks(self, values: Mapping[str, Any]) -> tuple[Check, ...]:
        found = self.run(values)
        return () if isinstance(found, str) else found

    def any_checks(self) -> tuple[Check, ...]:
        """The checks at the first of some places that the assumptions allow. InputError if they allow none."""
        reason = ""
        for shares in np.random.default_rng(0).random((50, len(self.ranges))):
            found = self.run(self.values(shares))
            if not isinstance(found, str):
                return found
            reason = found
        raise InputError(f"the SPACE of {self.name} holds no setting that its assumptions allow: {reason}")


class _SpentError(Exception):
    """The budget is spent."""


def _search(
    ground: _Ground, number: int, check: Check, budget: int, seed: int, fixed: Mapping[str, Any], full: bool
) -> Hunt:
    tried: dict[tuple[Any, ...], Candidate] = {}
    limit = budget

    def objective(shares: NDArray[np.float64]) -> float:
        values = ground.values(np.clip(shares, 0, 1))
        key = tuple(values.values())
        if key not in tried:
            if len(tried) >= limit:
                raise _SpentError
            tried[key] = _candidate(ground.run(values), number, values)
        tightness = tried[key].tightness
        return OUT if tightness is None or math.isnan(tightness) else -min(tightness, OUT)

    draws = np.random.default_rng([seed, zlib.crc32(f"{ground.name}/{check.claim}".encode())])
    size = len(ground.ranges)
    limit = max(LEAST_BUDGET // 2, round((1 - POLISH) * budget))
    bounds = [(0.0, 1.0)] * size
    people = max(4, min(15, limit // (4 * size)))
    _spend(differential_evolution, objective, bounds, rng=draws, init="sobol", popsize=people, maxiter=10 * budget,
           tol=0.0, polish=False, mutation=(0.4, 1.0))  # fmt: skip
    limit = budget
    if best := _best(tried):
        start = np.array([_share(space, best.values[key]) for key, space in ground.ranges.items()])
        for width in (0.1, 0.01, 1e-4):  # a simplex starts again around the best, ever smaller
            corners = np.vstack([start, start + width * np.where(start > 0.5, -1, 1) * np.eye(size)])
            options = {"initial_simplex": corners, "xatol": 1e-12, "fatol": 1e-15, "maxfev": 20 * budget}
            _spend(minimize, objective, start, method="Nelder-Mead", bounds=bounds, options=options)
            best = _best(tried) or best
            start = np.array([_share(space, best.values[key]) for key, space in ground.ranges.items()])
    best = _best(tried)
    return Hunt(
        ground.name,
        check.claim,
        check.kind,
        str(check.declared),
        best,
        {**fixed, **ground.fields(best.values)} if best else {},
        tuple(tried.values()),
        full,
    )


def _spend(search: Callable[..., object], *arguments: Any, **options: Any) -> None:
    with contextlib.suppress(_SpentError):
        search(*arguments, **options)


def _candidate(found: tuple[Check, ...] | str, number: int, values: Mapping[str, Any]) -> Candidate:
    if isinstance(found, str):
        return Candidate(values, None, "", found or "outside")
    if number >= len(found):
        return Candidate(values, None, "", f"only {len(found)} checks at this setting")
    check = found[number]
    return Candidate(values, tightness(check), str(check.verdict))


def tightness(check: Check) -> float | None:
    """How near a check comes to what it allows: 1 at its edge, more beyond; None where it has no such measure.

    Infinite where it is refuted without a number: what was measured left the finite numbers.
    """
    if check.measured is None or check.allowed is None:
        return math.inf if check.verdict == Verdict.REFUTED else None
    low, high = check.allowed
    if low is None and high is not None:
        return check.measured / high if high > 0 else 1 + check.measured - high
    if low is not None and high is None:
        return (low / check.measured if check.measured > 0 else math.inf) if low > 0 else 1 + low - check.measured
    if low is None or high is None or high <= low:
        return None
    return abs(check.measured - (low + high) / 2) / ((high - low) / 2)


def _best(tried: Mapping[tuple[Any, ...], Candidate]) -> Candidate | None:
    """The tightest candidate, refuted ones first."""
    known = [candidate for candidate in tried.values() if candidate.tightness is not None]
    return max(known, key=lambda c: (c.verdict == Verdict.REFUTED, c.tightness), default=None)


def _named(claim: str | None, number: int, check: Check) -> bool:
    return claim is None or claim == str(number + 1) or (not claim.isdigit() and claim.lower() in check.claim.lower())


def _share(space: Range, value: Any) -> float:
    if space.log:
        return math.log(value / space.low) / math.log(space.high / space.low)
    return float((value - space.low) / (space.high - space.low))


def _text(value: Any) -> str:
    """The value as --set takes it."""
    if isinstance(value, tuple):
        return ",".join(map(repr, value))
    return value if isinstance(value, str) else repr(value)


def _finite(value: float | None) -> float | None:
    return float(value) if value is not None and math.isfinite(value) else None

"""How verdicts move over fresh seeds: what a seed picked to please would hide."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from scipy.stats import binom

from theorylab.errors import require
from theorylab.trials import parts
from theorylab.trials.results import Result
from theorylab.trials.runs import run
from theorylab.trials.selectors import load
from theorylab.trials.study import Listing, name_of
from theorylab.verdicts import Verdict

FAILURE = 1e-3
"""Probability of calling verdicts wrong too often when they are wrong as often as their level says."""


def fresh_seeds(seed: int, count: int) -> list[int]:
    """`count` seeds that belong to `seed` and to nothing else: the same for everybody, chosen by nobody."""
    source = np.random.SeedSequence(seed, spawn_key=(int.from_bytes(b"replicate", "big"),))
    return [int(word) for word in source.generate_state(count)]


def over_fresh_seeds(study: str | Listing, count: int, *, full: bool = False, **changes: Any) -> list[dict[str, Any]]:
    """Rows (study, claim, declared, verdicts, seeds, unexpected_seeds, excessive), one per claim.

    The study is run with `count` fresh seeds. `verdicts` counts what came out, `unexpected_seeds` are those where claim
    or rival came out otherwise than declared.
    `excessive`: wrong verdicts come more often than their error probability explains, or verdicts are not as declared
    for half of the seeds or more. Further arguments as of `theorylab.run`. Raises InputError as that does, and for
    a study whose setting has no seed.
    """
    module = load(study)
    parts.require_whole(name_of(module), module)
    setting = parts.setting(name_of(module), module, full)
    require(hasattr(setting, "seed"), f"{name_of(module)} has no seed: its verdicts cannot move")
    seeds = fresh_seeds(setting.seed, count)
    results = [run(module, full=full, seed=seed, **changes) for seed in seeds]
    return [_row(results, seeds, i) for i in range(len(results[0].checks))]


def _row(results: list[Result], seeds: list[int], i: int) -> dict[str, Any]:
    checks = [result.checks[i] for result in results]
    unexpected = [seed for seed, check in zip(seeds, checks, strict=True) if not check.as_declared]
    decided = [check for check in checks if check.verdict in (Verdict.REFUTED, Verdict.SUPPORTED)]
    wrong = sum(check.verdict != check.declared for check in decided)
    level = max(check.error_probability for check in checks)
    return {
        "study": results[0].study,
        "claim": checks[0].claim,
        "declared": str(checks[0].declared),
        "verdicts": dict(Counter(str(check.verdict) for check in checks)),
        "seeds": seeds,
        "unexpected_seeds": unexpected,
        "excessive": bool(wrong > binom.isf(FAILURE, len(checks), level)) or 2 * len(unexpected) >= len(checks),
    }

"""What every kind of check asks of its arguments: a claim in words, Curves, and a Rival, or one sentence says so."""

from __future__ import annotations

import functools
import inspect
import numbers
from collections.abc import Callable
from typing import Any, ParamSpec

from theorylab.curves import Curve
from theorylab.errors import InputError, require
from theorylab.verdicts.checks import Check
from theorylab.verdicts.outcomes import Rival

Arguments = ParamSpec("Arguments")
RIVAL = "rival=Rival(claim='...', predicted=...), with what the same data must reject"
CURVE = "a Curve, made by exact(x, values, rounding) or replicate(kernel, ...)"


def asked(kind: Callable[Arguments, Check]) -> Callable[Arguments, Check]:
    """The same kind of check, which raises InputError where an argument is no Rival, Curve or number, as it has to be.

    What has to be what is read from its signature.
    """
    signature = inspect.signature(kind)

    @functools.wraps(kind)
    def check(*arguments: Arguments.args, **named: Arguments.kwargs) -> Check:
        try:
            given = signature.bind(*arguments, **named)
        except TypeError as error:
            hint = f": write {RIVAL}" if "'rival'" in str(error) else ""
            raise InputError(f"{kind.__name__} was called with other arguments than it takes, {error}{hint}") from None
        for name, value in given.arguments.items():
            _require(kind.__name__, name, str(signature.parameters[name].annotation), value)
        return kind(*arguments, **named)

    return check


def _require(kind: str, name: str, annotation: str, value: Any) -> None:
    what = "None" if value is None else f"a {type(value).__name__}"
    if name == "claim":
        require(isinstance(value, str), f"{kind} needs its claim in words, first: it was given {what}")
    elif annotation == "Rival":
        require(isinstance(value, Rival), f"{kind} needs a rival, not {what}: write {RIVAL}")
    elif annotation == "Curve":
        require(isinstance(value, Curve), f"{kind} needs {name} to be {CURVE}, not {what}")
    elif annotation == "Side":
        right = isinstance(value, (Curve, numbers.Real))
        require(right, f"{kind} needs {name} to be a number or {CURVE}, not {what}")

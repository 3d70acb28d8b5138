"""What goes wrong, by whose hand: the caller's input, or the numbers."""

from __future__ import annotations


class InputError(ValueError):
    """Bad input from the caller: the message says what was given, what is allowed, what to do."""


class StudyError(InputError):
    """A study that is not whole, or whose part returns something else: the message says what to write."""


class LabWarning(UserWarning):
    """Something that a user should know of, and that stops nothing: a line on the command line."""


class StudyWarning(LabWarning):
    """A study that was left out, and why."""


class DivergedError(ArithmeticError):
    """A simulation left the finite numbers where it was not expected to."""


class StoppedError(RuntimeError):
    """A run was stopped from outside, a worker killed for instance; what was finished may be kept in checkpoints."""


class StoreWarning(LabWarning):
    """Something on disk could not be read or written; the run goes on without it."""


def require(condition: object, message: str) -> None:
    """Raise InputError(message) unless the condition holds."""
    if not condition:
        raise InputError(message)


def error_level(level: float) -> None:
    """Nothing, for an error probability in (0, 1); InputError otherwise. Here, since it needs no array."""
    require(0 < level < 1, f"level={level} is not allowed: an error probability lies in (0, 1)")

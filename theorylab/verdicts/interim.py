"""Interim analyses: a run that grows until its checks are decided is judged several times, and no error grows by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class InterimAnalysis:
    """One of the analyses of a growing run: its number from 0, and the replicas at the first one."""

    number: int
    first: int

    def spends(self, level: float) -> float:
        """This analysis' part of an error level: level / ((k+1)(k+2)), which sums to the level over all of them."""
        return level / ((self.number + 1) * (self.number + 2))


_analysis: ContextVar[InterimAnalysis | None] = ContextVar("analysis", default=None)


def current_analysis() -> InterimAnalysis | None:
    """The analysis at which checks are being made, if their run goes on until they are decided."""
    return _analysis.get()


@contextmanager
def interim(analysis: InterimAnalysis | None) -> Iterator[None]:
    """Within this context checks are one analysis of many: means get confidence sequences, rates a part of their level.

    With None they are those of a run of fixed size.
    """
    token = _analysis.set(analysis)
    try:
        yield
    finally:
        _analysis.reset(token)

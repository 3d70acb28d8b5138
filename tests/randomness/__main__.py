"""Writes the bytes of streams to standard output without end, for the batteries of TestU01 (see battery.c).

words: the words of one stream. replicas: word 0 of replicas 0 to 4095, then word 1 of all, up to word 63, then the
next 4096 replicas. normals: 32-bit words from one stream's normals through the normal distribution function.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from itertools import count

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from theorylab.numerics.streams import BLOCK, WORDS, _more_words, fill_normal, stream

GROUP, FIRST = 4096, 64


def words(seed: int) -> Iterator[NDArray[np.uint64]]:
    source = stream(seed, 0)
    while True:
        block = np.empty((256, BLOCK), np.uint64)
        for row in block:
            _more_words(source)
            row[:] = source[WORDS : WORDS + BLOCK]
        yield block


def replicas(seed: int) -> Iterator[NDArray[np.uint64]]:
    for group in count():
        block = np.empty((GROUP, FIRST), np.uint64)
        for i in range(GROUP):
            source = stream(seed, group * GROUP + i)
            _more_words(source)
            block[i] = source[WORDS : WORDS + FIRST]
        yield np.ascontiguousarray(block.T)


def normals(seed: int) -> Iterator[NDArray[np.uint32]]:
    source, block = stream(seed, 0), np.empty(100_000)
    while True:
        fill_normal(source, block)
        yield (ndtr(block) * 2.0**32).clip(0, 2.0**32 - 1).astype(np.uint32)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.randomness", description=__doc__)
    parser.add_argument("kind", choices=("words", "replicas", "normals"))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    try:
        for block in {"words": words, "replicas": replicas, "normals": normals}[arguments.kind](arguments.seed):
            sys.stdout.buffer.write(block.data)
    except BrokenPipeError:  # the battery has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()

"""Random streams for kernels: one per replica, fixed by (seed, replica) alone.

Kernels see a stream only through the `fill_*` functions below; how it works inside is nobody else's business.
A stream is used by one replica in one thread and is never shared.

Inside are 64 generators xoshiro256++ side by side (Blackman and Vigna, ACM TOMS 47:36, 2021), started at random
places of their period 2^256 - 1, which a processor steps in vectors. They write a block of words; uniforms, integers,
signs and all further distributions are made of these in order, while normals, and those in float32, take blocks of
their own. Two runs that make the same calls draw the same numbers, and a run of one kind of draw does not depend on how
it is cut into calls.

Words, uniforms, integers and signs are integer arithmetic. Normals and exponentials are IEEE arithmetic without
freedom for the compiler (`numerics.elementary`): all these bytes are the same on every processor. Stable and Student
draws call the mathematical library of the machine, and their last bits may differ with it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from theorylab.errors import require
from theorylab.numerics.elementary import (
    as_bits,
    as_bits32,
    as_float,
    as_float32,
    centred32,
    cos_pi,
    cos_pi32,
    half_open32,
    high_product,
    log,
    log32,
    open_uniform,
    sin_pi,
    sin_pi32,
)
from theorylab.numerics.jit import strict_kernel

Stream: TypeAlias = NDArray[np.uint64]
"""State of the 64 lanes (4, 64), blocks of words, of normals as bits, of float32 ones, and how much of each is used."""

LANES = 64
BLOCK = 512  # words, or normals, made at once: with the state 10 KB, which leaves a kernel most of its L1 cache

# Places in the state. Unsigned, as all places below: one that might be negative, and so count from the end, would keep
# the compiler from vectorising.
WIDTH, FULL, HALF, ROWS = (np.uint64(n) for n in (LANES, BLOCK, BLOCK // 2, BLOCK // LANES))
SECOND, THIRD, WORDS = (np.uint64(n * LANES) for n in (2, 3, 4))
NORMALS = WORDS + FULL
SHORTS = NORMALS + FULL  # words that hold two float32 normals each
WORDS_USED = SHORTS + FULL
NORMALS_USED, SHORTS_USED = WORDS_USED + np.uint64(1), WORDS_USED + np.uint64(2)
SIZE = int(SHORTS_USED) + 1
NONE, ONE, TWO = np.uint64(0), np.uint64(1), np.uint64(2)

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
STAFFORD_1, STAFFORD_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


def stream(seed: int, replica: int) -> Stream:
    """The random stream of replica number `replica` under `seed`, both integers >= 0: always the same one.

    A flat array that the `fill_*` functions advance; it may be pickled and copied, and then goes on from there.
    Raises InputError for negative or non-integer arguments.
    """
    _whole(seed=seed, replica=replica)
    number = int(replica)
    fresh = np.zeros(SIZE, np.uint64)
    restart(_key(int(seed), number >> 64), np.uint64(number & 0xFFFFFFFFFFFFFFFF), fresh)
    return fresh


def generator(seed: int, key: int = 0) -> Generator:
    """NumPy generator for what is drawn outside kernels (data sets, starts, random problems), fixed by (seed, key).

    Independent of every replica's stream. Raises InputError as `stream`.
    """
    _whole(seed=seed, key=key)
    return np.random.default_rng(SeedSequence(int(seed), spawn_key=(int(key), 1)))


def _whole(**values: int) -> None:
    for name, value in values.items():
        require(
            isinstance(value, (int, np.integer)) and not isinstance(value, bool) and value >= 0,
            f"{name}={value!r} is not allowed: give an integer >= 0",
        )


@lru_cache(maxsize=1024)
def _key(seed: int, high: int) -> NDArray[np.uint64]:
    """256 random bits of the seed and of what of the replica's number is beyond 64 bits (nearly always 0).

    The lengths come first, so that no two pairs give SeedSequence the same words; the 2 is not `generator`'s 1.
    """
    words = SeedSequence([seed.bit_length(), high.bit_length(), seed, high, 2])
    return words.generate_state(4, np.uint64).astype(np.uint64)


def stream_key(seed: int) -> NDArray[np.uint64]:
    """The key (4,) that `restart` needs for the streams of a seed. Raises InputError as `stream`."""
    _whole(seed=seed)
    return _key(int(seed), 0)


@strict_kernel
def _mixed(word: np.uint64) -> np.uint64:
    """A bijection of 64-bit words in which every bit of the input moves half of the output (splitmix64's)."""
    word = (word ^ (word >> np.uint64(30))) * STAFFORD_1
    word = (word ^ (word >> np.uint64(27))) * STAFFORD_2
    return word ^ (word >> np.uint64(31))


@strict_kernel
def restart(key: NDArray[np.uint64], replica: np.uint64, fresh: Stream) -> None:
    """Make `fresh` the stream of a replica < 2^64, under the `stream_key` of its seed, with nothing drawn.

    Two replicas would share a lane only if 128 mixed bits coincide.
    """
    place = _mixed(_mixed(replica ^ key[0]) + key[1])
    twist = _mixed(_mixed(replica ^ key[2]) + key[3])
    for i in range(WORDS):
        fresh[i] = _mixed(_mixed(place + i * GOLDEN) ^ twist)
    fresh[WORDS_USED] = fresh[NORMALS_USED] = FULL
    fresh[SHORTS_USED] = TWO * FULL


@strict_kernel
def _advance(stream: Stream, place: Any) -> None:
    """BLOCK words at `place`: each row of 64 is one step of xoshiro256++ in every lane."""
    for row in range(ROWS):
        start = place + row * WIDTH
        for i in range(WIDTH):
            s0, s1, s2, s3 = stream[i], stream[WIDTH + i], stream[SECOND + i], stream[THIRD + i]
            total = s0 + s3
            stream[start + i] = ((total << np.uint64(23)) | (total >> np.uint64(41))) + s0
            shifted = s1 << np.uint64(17)
            s2 ^= s0
            s3 ^= s1
            stream[WIDTH + i] = s1 ^ s2
            stream[i] = s0 ^ s3
            stream[SECOND + i] = s2 ^ shifted
            stream[THIRD + i] = (s3 << np.uint64(45)) | (s3 >> np.uint64(19))


@strict_kernel
def _more_words(stream: Stream) -> None:
    _advance(stream, WORDS)
    stream[WORDS_USED] = NONE


@strict_kernel
def _more_normals(stream: Stream) -> None:
    """Box and Muller (Ann. Math. Stat. 29:610, 1958) on a block of words, in place: HALF radii, HALF angles."""
    _advance(stream, NORMALS)
    for i in range(HALF):
        radius = math.sqrt(-2.0 * log(open_uniform(stream[NORMALS + i])))
        angle = stream[NORMALS + HALF + i]
        w = 0.5 * open_uniform(angle) - 0.25  # an eighth turn to each side; two further bits give the full circle
        s, c = sin_pi(w), cos_pi(w)
        swap = (angle & ONE) != NONE
        radius = -radius if (angle & TWO) != NONE else radius
        stream[NORMALS + i] = as_bits(radius * (s if swap else c))
        stream[NORMALS + HALF + i] = as_bits(radius * (c if swap else s))
    stream[NORMALS_USED] = NONE


@strict_kernel
def _more_shorts(stream: Stream) -> None:
    """Box and Muller on a block of words cut into halves, in place: BLOCK radii, BLOCK angles, in float32."""
    _advance(stream, SHORTS)
    halves = stream.view(np.uint32)
    radii, angles = TWO * SHORTS, TWO * SHORTS + FULL
    for i in range(FULL):
        radius = math.sqrt(np.float32(-2.0) * log32(half_open32(halves[radii + i])))
        angle = halves[angles + i]
        w = centred32(angle)
        s, c = sin_pi32(w), cos_pi32(w)
        swap = np.uint32(angle & np.uint32(1)) != np.uint32(0)
        radius = -radius if np.uint32(angle & np.uint32(2)) != np.uint32(0) else radius
        halves[radii + i] = as_bits32(radius * (s if swap else c))
        halves[angles + i] = as_bits32(radius * (c if swap else s))
    stream[SHORTS_USED] = NONE


@strict_kernel
def _word(stream: Stream) -> np.uint64:
    """The next word."""
    if stream[WORDS_USED] == FULL:
        _more_words(stream)
    at = stream[WORDS_USED]
    stream[WORDS_USED] = at + ONE
    return stream[WORDS + at]  # type: ignore[no-any-return]


@strict_kernel
def fill_normal(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent standard normals: 52-bit radius, |z| <= 8.6, all bits of the mantissa."""
    if out.size == 1 and stream[NORMALS_USED] < FULL:  # the commonest call, spared the loops
        at = stream[NORMALS_USED]
        out[0] = as_float(stream[NORMALS + at])
        stream[NORMALS_USED] = at + ONE
        return
    size, done = np.uint64(out.size), NONE
    while done < size:
        if stream[NORMALS_USED] == FULL:
            _more_normals(stream)
        at = stream[NORMALS_USED]
        count = min(size - done, FULL - at)
        for i in range(count):
            out[done + i] = as_float(stream[NORMALS + at + i])
        stream[NORMALS_USED] = at + count
        done += count


@strict_kernel
def fill_normal32(stream: Stream, out: NDArray[np.float32]) -> None:
    """Fill `out` (n,), float32, with independent standard normals: 31-bit radius, 23-bit angle, |z| <= 6.7.

    For kernels that need speed more than digits. It shares no number with `fill_normal`.
    """
    halves = stream.view(np.uint32)
    size, done = np.uint64(out.size), NONE
    while done < size:
        if stream[SHORTS_USED] == TWO * FULL:
            _more_shorts(stream)
        at = stream[SHORTS_USED]
        count = min(size - done, TWO * FULL - at)
        for i in range(count):
            out[done + i] = as_float32(halves[TWO * SHORTS + at + i])
        stream[SHORTS_USED] = at + count
        done += count


@strict_kernel
def fill_uniform(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent uniforms on [0, 1), multiples of 2^-53."""
    size, done = np.uint64(out.size), NONE
    while done < size:
        if stream[WORDS_USED] == FULL:
            _more_words(stream)
        at = stream[WORDS_USED]
        count = min(size - done, FULL - at)
        for i in range(count):
            out[done + i] = np.int64(stream[WORDS + at + i] >> np.uint64(11)) * 2.0**-53
        stream[WORDS_USED] = at + count
        done += count


@strict_kernel
def fill_exponential(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent exponentials of mean 1: -log of a 52-bit uniform, at most 36.8."""
    size, done = np.uint64(out.size), NONE
    while done < size:
        if stream[WORDS_USED] == FULL:
            _more_words(stream)
        at = stream[WORDS_USED]
        count = min(size - done, FULL - at)
        for i in range(count):
            out[done + i] = -log(open_uniform(stream[WORDS + at + i]))
        stream[WORDS_USED] = at + count
        done += count


@strict_kernel
def fill_signs(stream: Stream, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent fair signs, -1.0 or +1.0: the top bit of a word each."""
    size, done = np.uint64(out.size), NONE
    while done < size:
        if stream[WORDS_USED] == FULL:
            _more_words(stream)
        at = stream[WORDS_USED]
        count = min(size - done, FULL - at)
        for i in range(count):
            out[done + i] = as_float((stream[WORDS + at + i] & np.uint64(1 << 63)) | np.uint64(0x3FF << 52))
        stream[WORDS_USED] = at + count
        done += count


@strict_kernel
def fill_integers(stream: Stream, high: int, out: NDArray[np.int64]) -> None:
    """Fill `out` (n,) with independent integers, uniform on 0, ..., high - 1 (1 <= high < 2^63), without bias.

    Lemire, ACM TOMACS 29:3 (2019): the upper half of word * high, redrawn where the lower half is one of the few that
    some results have too many of.
    """
    bound = np.uint64(high)
    for i in range(out.size):
        word = _word(stream)
        if word * bound < bound:
            excess = (np.uint64(0) - bound) % bound
            while word * bound < excess:
                word = _word(stream)
        out[i] = np.int64(high_product(word, bound))


@strict_kernel
def fill_stable(stream: Stream, alpha: float, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent symmetric alpha-stable numbers, 0 < alpha <= 2, E exp(itX) = exp(-|t|^alpha).

    alpha = 2 is normal with variance 2 and alpha = 1 is Cauchy; far tails of a small alpha overflow to infinity.
    Chambers, Mallows and Stuck, JASA 71:340 (1976), in logarithms; two words each.
    """
    for i in range(out.size):
        u, waited = open_uniform(_word(stream)), -log(open_uniform(_word(stream)))
        angle = math.pi * (u - 0.5)
        size = (math.log(math.cos((1.0 - alpha) * angle)) - math.log(waited)) * ((1.0 - alpha) / alpha)
        size -= math.log(math.sin(math.pi * min(u, 1.0 - u))) / alpha  # log cos(angle), exact near its zeros
        out[i] = math.sin(alpha * angle) * math.exp(size)


@strict_kernel
def fill_student(stream: Stream, freedom: float, out: NDArray[np.float64]) -> None:
    """Fill `out` (n,) with independent Student t numbers of `freedom` > 0 degrees; far tails of a small one overflow.

    Bailey, Math. Comp. 62:779 (1994): a polar method as for normals, with another radius; two words each.
    """
    for i in range(out.size):
        size = math.expm1(-2.0 / freedom * log(open_uniform(_word(stream))))
        out[i] = math.sqrt(freedom * size) * math.cos(2.0 * math.pi * open_uniform(_word(stream)))

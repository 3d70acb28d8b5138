"""log, exp, sin and cos as polynomials that a loop can vectorise, and the words of a float, for kernels.

float64, and with 32 in its name float32: fewer terms, half the room.

Every operation is IEEE arithmetic in a written order (`strict_kernel`, fused multiply-add where written), so that
results are the same bytes on every processor. The polynomials are Chebyshev fits of 50-digit values, each of a
remainder behind its exactly known first term; the tests refit them and hold the errors given below.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from theorylab.numerics.jit import Kernel, strict_kernel

LOG = (0.666666666666667, 0.39999999999899505, 0.28571428625975487, 0.2222221113479508, 0.18182889125261723,
       0.15331721600556042, 0.14616449685043406)  # fmt: skip
"""(2 artanh(s) / s - 2) / s^2 in powers of s^2, |s| <= (sqrt(2) - 1) / (sqrt(2) + 1)."""
SIN = (-5.167712780049969, 2.5501640398766154, -0.5992645291845385, 0.08214587730641625, -0.0073701436435937495,
       0.00046221110224187623)  # fmt: skip
"""(sin(pi w) / w - pi) / w^2 in powers of w^2, |w| <= 1/4."""
COS = (-4.934802200544679, 4.058712126416765, -1.3352627688538095, 0.23533063028399223, -0.025806887964701878,
       0.001929493874894941, -0.00010370082971594627)  # fmt: skip
"""(cos(pi w) - 1) / w^2 in powers of w^2, |w| <= 1/4."""
EXP = (0.5, 0.1666666666666667, 0.04166666666666667, 0.008333333333326141, 0.0013888888888883752,
       0.00019841269874800493, 2.4801587325533363e-05, 2.7557255425746435e-06, 2.7557273661348637e-07,
       2.510520637395701e-08, 2.0914679376583935e-09)  # fmt: skip
"""(exp(r) - 1 - r) / r^2 in powers of r, |r| <= log(2) / 2."""
LOG32 = (np.float32(0.66666687), np.float32(0.3998878), np.float32(0.2957995))
SIN32 = (np.float32(-5.1677127), np.float32(2.5501635), np.float32(-0.5992288), np.float32(0.081229575))
COS32 = (np.float32(-4.934802), np.float32(4.0587106), np.float32(-1.3351378), np.float32(0.23212542))
"""LOG, SIN and COS with fewer terms, rounded to float32."""

PI = float(np.pi)
LOG2_E = 1.4426950408889634
ROUNDER = 6755399441055744.0  # 1.5 * 2^52: adding it rounds to an integer
SHIFTED = 4503599627372544.0  # 2^52 + 2048: adding an integer > -2048 puts it, and 2048, into the last bits
LN2_HIGH = 0.6931471803691238  # 32 bits: times an exponent it is exact
LN2_LOW = 1.9082149292705877e-10
ROOT_HALF = np.uint64(0x3FE6A09E667F3BCD)  # bits of sqrt(1/2)
MANTISSA = np.uint64(0x000FFFFFFFFFFFFF)
EXPONENT = np.uint64(0xFFF0000000000000)
ONE = np.uint64(0x3FF0000000000000)  # bits of 1.0
BIG = np.uint64(0x4330000000000000)  # bits of 2^52
TWELVE, FIFTY_TWO, BIAS, UNIT = np.uint64(12), np.uint64(52), np.uint64(1024), np.uint64(1)
HALF_STEP = 1.0 - 2.0**-53

PI32, LN2_32, HALF32, ONE32, TWO32 = map(np.float32, (np.pi, np.log(2), 0.5, 1.0, 2.0))
HALF_STEP32 = np.float32(1.0 - 2.0**-24)
STEP32 = np.float32(2.0**-31)
ROOT_HALF32, ONE_BITS32, EXPONENT32 = np.uint32(0x3F3504F3), np.uint32(0x3F800000), np.uint32(0xFF800000)


def _machine_code(definition: Callable[..., Any]) -> Kernel:
    return cast(Kernel, intrinsic(definition))


@_machine_code
def as_float(typing: Any, bits: Any) -> Any:
    """In a kernel: the float64 whose bits are this uint64."""
    return types.float64(types.uint64), lambda context, builder, sign, args: builder.bitcast(args[0], ir.DoubleType())


@_machine_code
def as_bits(typing: Any, value: Any) -> Any:
    """In a kernel: the uint64 of the bits of this float64."""
    return types.uint64(types.float64), lambda context, builder, sign, args: builder.bitcast(args[0], ir.IntType(64))


@_machine_code
def as_float32(typing: Any, bits: Any) -> Any:
    """In a kernel: the float32 whose bits are this uint32."""
    return types.float32(types.uint32), lambda context, builder, sign, args: builder.bitcast(args[0], ir.FloatType())


@_machine_code
def as_bits32(typing: Any, value: Any) -> Any:
    """In a kernel: the uint32 of the bits of this float32."""
    return types.uint32(types.float32), lambda context, builder, sign, args: builder.bitcast(args[0], ir.IntType(32))


@_machine_code
def fused32(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """In a kernel: a * b + c of float32, rounded once."""
    kinds = types.float32(types.float32, types.float32, types.float32)
    return kinds, lambda context, builder, sign, args: builder.fma(*args)


@_machine_code
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """In a kernel: a * b + c of float64, rounded once (slow, but the same, on a processor without FMA)."""
    kinds = types.float64(types.float64, types.float64, types.float64)
    return kinds, lambda context, builder, sign, args: builder.fma(*args)


@_machine_code
def high_product(typing: Any, a: Any, b: Any) -> Any:
    """In a kernel: the upper 64 of the 128 bits of the product of two uint64."""

    def generate(context: Any, builder: Any, sign: Any, args: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(builder.zext(args[0], wide), builder.zext(args[1], wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


@strict_kernel
def open_uniform(word: np.uint64) -> float:
    """The upper 52 bits of a uint64 as (k + 1/2) / 2^52, exactly: inside (0, 1), symmetric about 1/2."""
    return as_float((word >> TWELVE) | ONE) - HALF_STEP  # type: ignore[no-any-return]


@strict_kernel
def log(x: float) -> float:
    """Natural logarithm of a normal x > 0, error < 1 ulp: x = 2^e (1 + f), s = f / (2 + f), log(1 + f) = 2 artanh(s).

    Subtracting f^2 / 2 and adding the rest in this order is the device of fdlibm's e_log.c (Sun Microsystems, 1993).
    """
    shifted = as_bits(x) - ROOT_HALF
    f = as_float(as_bits(x) - (shifted & EXPONENT)) - 1.0
    # The sign of the exponent is shifted in by hand: adding 1024 first keeps the number positive.
    e = as_float(((shifted + (BIAS << FIFTY_TWO)) >> FIFTY_TWO) | BIG) - 4503599627371520.0
    s = f / (2.0 + f)
    z = s * s
    p = fused(LOG[6], z, LOG[5])
    p = fused(p, z, LOG[4])
    p = fused(p, z, LOG[3])
    p = fused(p, z, LOG[2])
    p = fused(p, z, LOG[1])
    p = fused(p, z, LOG[0]) * z
    square = 0.5 * f * f
    return e * LN2_HIGH - ((square - fused(s, square + p, e * LN2_LOW)) - f)  # type: ignore[no-any-return]


@strict_kernel
def exp(x: float) -> float:
    """Exponential, error < 1 ulp (2 where it is subnormal): x = n log 2 + r; 0 below -746, infinite from 710 on."""
    x = 710.0 if x > 710.0 else x
    x = -746.0 if x < -746.0 else x
    n = (x * LOG2_E + ROUNDER) - ROUNDER
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    p = fused(EXP[10], r, EXP[9])
    p = fused(p, r, EXP[8])
    p = fused(p, r, EXP[7])
    p = fused(p, r, EXP[6])
    p = fused(p, r, EXP[5])
    p = fused(p, r, EXP[4])
    p = fused(p, r, EXP[3])
    p = fused(p, r, EXP[2])
    p = fused(p, r, EXP[1])
    p = fused(p, r, EXP[0])
    # 2^n as a product of two powers, each of which is a normal number also where 2^n is not.
    whole = as_bits(n + SHIFTED) & MANTISSA
    half = whole >> UNIT
    first, second = as_float((half - UNIT) << FIFTY_TWO), as_float((whole - half - UNIT) << FIFTY_TWO)
    return (1.0 + fused(r * r, p, r)) * first * second  # type: ignore[no-any-return]


@strict_kernel
def sin_pi(w: float) -> float:
    """sin(pi w) for |w| <= 1/4, error < 1.5 ulp."""
    y = w * w
    p = fused(SIN[5], y, SIN[4])
    p = fused(p, y, SIN[3])
    p = fused(p, y, SIN[2])
    p = fused(p, y, SIN[1])
    p = fused(p, y, SIN[0])
    return w * fused(p, y, PI)  # type: ignore[no-any-return]


@strict_kernel
def cos_pi(w: float) -> float:
    """cos(pi w) for |w| <= 1/4, error < 1 ulp."""
    y = w * w
    p = fused(COS[6], y, COS[5])
    p = fused(p, y, COS[4])
    p = fused(p, y, COS[3])
    p = fused(p, y, COS[2])
    p = fused(p, y, COS[1])
    p = fused(p, y, COS[0])
    return fused(p, y, 1.0)  # type: ignore[no-any-return]


@strict_kernel
def half_open32(word: np.uint32) -> np.float32:
    """The upper 31 bits k of a uint32 as (k + 1/2) / 2^31, rounded to float32: from 2^-32 to 1."""
    return (np.float32(np.int32(np.uint32(word >> np.uint32(1)))) + HALF32) * STEP32


@strict_kernel
def centred32(word: np.uint32) -> np.float32:
    """The upper 23 bits k of a uint32 as (k + 1/2) / 2^24 - 1/4, exactly: an eighth turn to each side of 0."""
    bits = np.uint32(np.uint32(word >> np.uint32(9)) | ONE_BITS32)
    return HALF32 * (as_float32(bits) - HALF_STEP32) - np.float32(0.25)  # type: ignore[no-any-return]


@strict_kernel
def log32(x: np.float32) -> np.float32:
    """Natural logarithm of a normal 0 < x <= 1, error < 2 ulp: as `log`."""
    bits = as_bits32(x)
    e = np.float32(np.int32(np.int32(bits - ROOT_HALF32) >> np.int32(23)))
    scale = np.uint32(np.uint32(bits - ROOT_HALF32) & EXPONENT32)
    f = as_float32(np.uint32(bits - scale)) - ONE32
    s = f / (TWO32 + f)
    z = s * s
    p = fused32(LOG32[2], z, LOG32[1])
    p = fused32(p, z, LOG32[0]) * z
    square = HALF32 * f * f
    return fused32(e, LN2_32, f - (square - s * (square + p)))  # type: ignore[no-any-return]


@strict_kernel
def sin_pi32(w: np.float32) -> np.float32:
    """sin(pi w) for |w| <= 1/4, error < 2 ulp."""
    y = w * w
    p = fused32(SIN32[3], y, SIN32[2])
    p = fused32(p, y, SIN32[1])
    p = fused32(p, y, SIN32[0])
    return w * fused32(p, y, PI32)  # type: ignore[no-any-return]


@strict_kernel
def cos_pi32(w: np.float32) -> np.float32:
    """cos(pi w) for |w| <= 1/4, error < 1 ulp."""
    y = w * w
    p = fused32(COS32[3], y, COS32[2])
    p = fused32(p, y, COS32[1])
    p = fused32(p, y, COS32[0])
    return fused32(p, y, ONE32)  # type: ignore[no-any-return]

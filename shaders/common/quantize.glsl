// SPDX-License-Identifier: MIT
// quantize.glsl - Symmetric quantisation of a row of weights: w -> s K(q), the nearest of the levels
// q = -most .. most, most = 2^(bits - 1) - 1, halves away from zero. Uniform: K(q) = q (Jacob et al. 2018,
// eq. 12, without their zero point). Companded by `bend`: K(q) = q (8 + bend |q|), closer levels for small
// weights, as a quantiser whose compressor is a root. "Peak" rule: s = max|w| / K(most).
//
// Every device gives the same bits. A step has 8 significant bits (a bfloat16), K(q) and K(q) + K(q + 1)
// at most 16, so s K(q) and the middles between levels are exact in float and the comparisons below decide,
// however inexact the guess before them is: uniform up to 16 bits, companded by 8 up to 7.
#ifndef INR_COMMON_QUANTIZE
#define INR_COMMON_QUANTIZE

#include "common/math.glsl"

// Rows below this are zeros: their steps would come near numbers that some devices flush.
#define INR_QUANTIZE_TINY R(1e-30)

#ifndef INR_REAL_DOUBLE

// Step of a row whose greatest |w| is peak; inverse: 1 / most, rounded.
FN real inr_quantize_step(real peak, real inverse)
{
    uint32 bits = inr_real_to_bits(peak * inverse);
    return peak < INR_QUANTIZE_TINY ? R(0.0) : inr_bits_to_real((bits + 0xffffu) & 0xffff0000u);
}

// K(q), a whole number.
FN real inr_quantize_curve(real q, real bend)
{
    return bend > R(0.0) ? q * (R(8.0) + bend * inr_abs(q)) : q;
}

// The q >= 0 with K(q) = x, not rounded.
FN real inr_quantize_uncurve(real x, real bend)
{
    return bend > R(0.0) ? R(2.0) * x / (R(8.0) + inr_sqrt(R(64.0) + R(4.0) * bend * x)) : x;
}

// Midway between K(q) and K(q + 1).
FN real inr_quantize_middle(real q, real bend)
{
    return R(0.5) * (inr_quantize_curve(q, bend) + inr_quantize_curve(q + R(1.0), bend));
}

// q as a number; NaN stays one.
FN real inr_quantize_level(real w, real s, real most, real bend)
{
    real a = inr_abs(w);
    real q = inr_nearest(inr_quantize_uncurve(a / s, bend)).n;
    if (s == R(0.0))
        return R(0.0);
    if (a < inr_quantize_middle(q - R(1.0), bend) * s)
        q = q - R(1.0);
    else if (a >= inr_quantize_middle(q, bend) * s)
        q = q + R(1.0);
    q = q > most ? most : q;
    return w < R(0.0) ? R(0.0) - q : q; // no -0: whole numbers have none
}

// Learnt steps (LSQ, Esser et al. 2020). The parameter p is the place of a bfloat16 among all of them,
// 2048 to 1 and 0 for s = 1: a logarithm to base 2^16, straight within an octave, which needs no rounding
// of its own on any device. A change of p by a learning rate moves small and great steps alike, so their
// factor 1 / sqrt(n most) is not needed.
#define INR_QUANTIZE_PLACES R(2048.0)

FN real inr_quantize_learnt(real p)
{
    real k = p > R(-6.0) ? (p < R(7.0) ? p : R(7.0)) : R(-6.0);
    return inr_bits_to_real(TO_UINT(TO_INT(inr_nearest(k * INR_QUANTIZE_PLACES).n) + 16256) << 16);
}

// The p of a step.
FN real inr_quantize_place(real s)
{
    return TO_REAL(TO_INT(inr_real_to_bits(s) >> 16) - 16256) / INR_QUANTIZE_PLACES;
}

// d s / d p, the rounding taken as straight.
FN real inr_quantize_place_slope(real s)
{
    return R(16.0) * inr_bits_to_real(inr_real_to_bits(s) & 0x7f800000u);
}

// d seen / d s of a weight w that is seen as s K(q), the rounding taken as straight (their eq. 3); within:
// |w| < s K(most), else its own gradient is 0.
FN real inr_quantize_slope(real w, real seen, real s, bool within)
{
    return (within ? seen - w : seen) / s;
}

#endif

#endif

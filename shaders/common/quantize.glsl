// SPDX-License-Identifier: MIT
// quantize.glsl - Uniform symmetric quantisation of a row of weights: w -> s q with
// q = clip(round(w / s), -most, most), most = 2^(bits - 1) - 1, halves away from zero (Jacob et al. 2018,
// eq. 12, without their zero point; "max" rule: s = max|w| / most).
//
// Every device gives the same bits. A step has 8 significant bits (a bfloat16, rounded up), so q s and
// (q +- 1/2) s are exact in float for up to 16 bits and the comparisons below decide, however inexact the
// division before them is.
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

// q as a number; NaN stays one.
FN real inr_quantize_level(real w, real s, real most)
{
    real a = inr_abs(w);
    real q = inr_nearest(a / s).n;
    if (s == R(0.0))
        return R(0.0);
    if (a < (q - R(0.5)) * s)
        q = q - R(1.0);
    else if (a >= (q + R(0.5)) * s)
        q = q + R(1.0);
    q = q > most ? most : q;
    return w < R(0.0) ? R(0.0) - q : q; // no -0: whole numbers have none
}

#endif

#endif

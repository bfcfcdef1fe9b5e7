// SPDX-License-Identifier: MIT
// fixed.glsl - Whole numbers of 64 bits in two words, in units of 2^-32: sums of them do not depend on
// the order, and no device needs 64-bit arithmetic for them. Float only.
#ifndef INR_FIXED
#define INR_FIXED

#include "common/math.glsl"

STRUCT(inr_fixed)
{
    uint32 low;
    uint32 high;
};

FN inr_fixed inr_fixed_negate(inr_fixed x)
{
    x.low = ~x.low + 1u;
    x.high = ~x.high + (x.low == 0u ? 1u : 0u);
    return x;
}

// The nearest, ties to even; what is above 2^30 becomes about 2^30.
FN inr_fixed inr_fixed_from(real x)
{
    uint32 bits = inr_real_to_bits(x);
    uint32 exponent = (bits >> 23) & 0xffu;
    uint32 digits = exponent == 0u ? 0u : (bits & 0x7fffffu) | 0x800000u; // x = digits 2^(exponent - 150)
    inr_fixed r;
    r.low = 0u;
    r.high = 0u;
    if (exponent >= 157u) {
        r.high = 0x3fffffffu;
    } else if (exponent >= 118u) { // digits 2^shift
        uint32 shift = exponent - 118u;
        r.low = shift < 32u ? digits << shift : 0u;
        r.high = shift == 0u ? 0u : (shift < 32u ? digits >> (32u - shift) : digits << (shift - 32u));
    } else if (exponent >= 93u) { // digits 2^-shift, shift 1 .. 25
        uint32 shift = 118u - exponent;
        uint32 rest = digits & ((1u << shift) - 1u);
        uint32 tie = 1u << (shift - 1u);
        r.low = digits >> shift;
        r.low += rest > tie || (rest == tie && (r.low & 1u) == 1u) ? 1u : 0u;
    }
    if ((bits >> 31) != 0u)
        r = inr_fixed_negate(r);
    return r;
}

// As a number of units. Two roundings of 2^-24.
FN real inr_fixed_units(inr_fixed x)
{
    bool negative = (x.high >> 31) != 0u;
    if (negative)
        x = inr_fixed_negate(x);
    real r = TO_REAL(x.high) * R(4294967296.0) + TO_REAL(x.low);
    return negative ? -r : r;
}

#endif

// SPDX-License-Identifier: MIT
// math.glsl - Elementary functions with the same accuracy on every machine, free of branches, so
// that loops over them vectorise.
//
// GLSL: the Vulkan specification bounds sin and cos only to 2^-11 absolute and only inside
// [-pi, pi], which the arguments of sine networks leave; exp, log and tanh have loose bounds too.
// C, float: calls to libm do not vectorise. Both use the polynomials below, minimax fits whose
// error (stated beside each) is at or below one rounding of float. C, double maps to libm.
//
// NaN goes in and comes out; infinite arguments of exp saturate, those of sine and cosine give NaN.
#ifndef INR_COMMON_MATH
#define INR_COMMON_MATH

#include "common/subset.h"

STRUCT(inr_sc)
{
    real s;
    real c;
};

// A value and its derivative.
STRUCT(inr_slope)
{
    real f;
    real d;
};

STRUCT(inr_gaussian)
{
    real cdf;
    real pdf;
};

#define INR_PI R(3.1415926535897932)

FN real inr_sign(real x)
{
    return x > R(0.0) ? R(1.0) : (x < R(0.0) ? R(-1.0) : R(0.0));
}

#ifdef INR_REAL_DOUBLE

// Below this |argument| closed forms that cancel give way to their power series.
#define INR_SERIES_LIMIT R(0.1)

FN real inr_abs(real x)
{
    return fabs(x);
}

FN inr_sc inr_sincos(real x)
{
    inr_sc r;
    r.s = sin(x);
    r.c = cos(x);
    return r;
}

FN inr_sc inr_sincos_turns(real t)
{
    return inr_sincos(R(2.0) * INR_PI * (t - rint(t)));
}

FN real inr_exp2i(int n)
{
    return ldexp(1.0, n);
}

FN real inr_exp(real x)
{
    return exp(x);
}

FN real inr_exp_constant(real x)
{
    return exp(x);
}

FN real inr_expm1(real x)
{
    return expm1(x);
}

FN real inr_two_atanh(real s)
{
    return 2.0 * atanh(s);
}

FN real inr_log1p_unit(real u)
{
    return log1p(u);
}

FN real inr_log(real x)
{
    return log(x);
}

FN real inr_log1m(real x)
{
    return log1p(-x);
}

FN real inr_erf(real x)
{
    return erf(x);
}

FN inr_gaussian inr_normal(real z)
{
    inr_gaussian n;
    n.cdf = 0.5 * erfc(-0.70710678118654752 * z);
    n.pdf = 0.39894228040143268 * exp(-0.5 * z * z);
    return n;
}

FN inr_slope inr_tanh_slope(real x)
{
    inr_slope r;
    real c = cosh(x);
    r.f = tanh(x);
    r.d = 1.0 / (c * c);
    return r;
}

#else

#define INR_SERIES_LIMIT R(1.0)

// The integer nearest to x as a number, and its low bits (two's complement, at least 9 of them).
STRUCT(inr_integer)
{
    real n;
    uint32 bits;
};

#ifdef GL_core_profile

float inr_abs(float x)
{
    return abs(x);
}

uint inr_real_to_bits(float x)
{
    return floatBitsToUint(x);
}

float inr_bits_to_real(uint b)
{
    return uintBitsToFloat(b);
}

inr_integer inr_nearest(float x)
{
    inr_integer r;
    r.n = roundEven(x);
    r.bits = uint(int(r.n));
    return r;
}

#else

FN float inr_abs(float x)
{
    return fabsf(x);
}

FN uint32_t inr_real_to_bits(float x)
{
    uint32_t b;
    memcpy(&b, &x, sizeof b);
    return b;
}

FN float inr_bits_to_real(uint32_t b)
{
    float x;
    memcpy(&x, &b, sizeof x);
    return x;
}

// Adding 1.5 * 2^23 leaves no fraction bits: the sum's low bits are the integer. |x| < 2^22.
FN inr_integer inr_nearest(float x)
{
    inr_integer r;
    float t = x + 12582912.0f;
    r.bits = inr_real_to_bits(t);
    r.n = t - 12582912.0f;
    return r;
}

#endif

// sin(r) for |r| <= 1.6 (error 5e-9).
FN real inr_sine_poly(real r)
{
    real q = r * r;
    real p = R(2.6000246901114728e-6);
    p = p * q + R(-1.9806601708044185e-4);
    p = p * q + R(8.3330171065605434e-3);
    p = p * q + R(-1.6666657089049397e-1);
    return r + r * q * p;
}

// (-1)^n sin and cos of r, |r| a quarter turn at most. cos r = sin(pi/2 - |r|) needs no second
// polynomial and stays accurate at its zero. Where the caller's reduction has run out of digits
// r is noise, and the clamp keeps the result in [-1, 1].
FN inr_sc inr_sincos_half_turn(real r, uint32 n)
{
    r = r < R(-1.6) ? R(-1.6) : (r > R(1.6) ? R(1.6) : r);
    INR_PRECISE real c = (R(1.57079637050628662109375) - inr_abs(r)) - R(4.37113900018624283e-8);
    uint32 flip = n << 31;
    inr_sc sc;
    sc.s = inr_bits_to_real(inr_real_to_bits(inr_sine_poly(r)) ^ flip);
    sc.c = inr_bits_to_real(inr_real_to_bits(inr_sine_poly(c)) ^ flip);
    return sc;
}

#ifdef __FMA__

// Fused, n pi_part is not rounded, and two parts of 24 bits serve up to |x| = 1e6, absolute error
// 1.5e-7. Clearing the top bit of r's exponent does what the clamp does above, |r| < 2, in one
// instruction; it makes a number of NaN too, so loops built this way look for NaN elsewhere.
FN inr_sc inr_sincos(real x)
{
    inr_integer k = inr_nearest(x * 0.31830988618379067f);
    float r = __builtin_fmaf(k.n, -3.14159274101257324f, x);
    r = __builtin_fmaf(k.n, 8.74227765734758577e-8f, r);
    r = inr_bits_to_real(inr_real_to_bits(r) & 0xbfffffffu);
    float c = (1.57079637050628662109375f - inr_abs(r)) - 4.37113900018624283e-8f;
    uint32_t flip = k.bits << 31;
    inr_sc sc;
    sc.s = inr_bits_to_real(inr_real_to_bits(inr_sine_poly(r)) ^ flip);
    sc.c = inr_bits_to_real(inr_real_to_bits(inr_sine_poly(c)) ^ flip);
    return sc;
}

#else

// Cody and Waite's reduction by pi in three parts of 8, 9 and 24 bits: products with n < 2^15, that
// is |x| < 1e5, are exact. Absolute error 1.5e-7 there, growing to noise at 1e7.
FN inr_sc inr_sincos(real x)
{
    inr_integer k = inr_nearest(x * R(0.31830988618379067));
    INR_PRECISE real r =
        ((x - k.n * R(3.140625)) - k.n * R(9.670257568359375e-4)) - k.n * R(6.2783295730096264e-7);
    return inr_sincos_half_turn(r, k.bits);
}

#endif

// Sine and cosine of 2 pi t. The reduction is exact, so large t cost only the digits they lack.
FN inr_sc inr_sincos_turns(real t)
{
    INR_PRECISE real h = R(2.0) * t;
    inr_integer k = inr_nearest(h);
    INR_PRECISE real r = h - k.n;
    return inr_sincos_half_turn(r * INR_PI, k.bits);
}

// 2^n, -126 <= n <= 127.
FN real inr_exp2i(int n)
{
    return inr_bits_to_real(TO_UINT(n + 127) << 23);
}

// exp(x) = scale (1 + rest), the reduction of inr_exp and inr_expm1, for -88 <= x <= 88.37 where
// scale is finite; at the lower end it is 0. rest = exp(r) - 1 for |r| <= log(2)/2 (error 3e-9).
STRUCT(inr_power)
{
    real scale;
    real rest;
};

FN inr_power inr_exp_parts(real x)
{
    inr_integer k = inr_nearest(x * R(1.4426950408889634));
    INR_PRECISE real r = (x - k.n * R(0.693359375)) - k.n * R(-2.1219444005469058e-4);
    real p = R(1.395059486182351e-3);
    p = p * r + R(8.3689526450664195e-3);
    p = p * r + R(4.166620426155311e-2);
    p = p * r + R(1.6666518315903496e-1);
    p = p * r + R(5.0000000956607554e-1);
    inr_power e;
    e.rest = r + r * r * p;
    e.scale = inr_bits_to_real((k.bits << 23) + 0x3f800000u);
    return e;
}

FN real inr_exp_clamp(real x)
{
    return x < R(-88.0) ? R(-88.0) : (x > R(88.37) ? R(88.37) : x);
}

// exp(x): relative error 1.5e-7; 0 below -87.7, saturates at 2.4e38 above 88.37.
FN real inr_exp(real x)
{
    inr_power e = inr_exp_parts(inr_exp_clamp(x));
    return e.scale * (R(1.0) + e.rest);
}

// exp(x) of an x that all elements of a loop share. gcc does not vectorise a loop that holds a
// choice by such a value, so the clamp to [-88, 88] is one of bits, an integer minimum. NaN counts
// as 88.
FN real inr_exp_constant(real x)
{
    uint32 b = inr_real_to_bits(x);
    uint32 m = b & 0x7fffffffu;
    m = m < 0x42b00000u ? m : 0x42b00000u;
    inr_power e = inr_exp_parts(inr_bits_to_real(m | (b & 0x80000000u)));
    return e.scale * (R(1.0) + e.rest);
}

// exp(x) - 1 without cancellation near 0.
FN real inr_expm1(real x)
{
    inr_power e = inr_exp_parts(inr_exp_clamp(x));
    return e.scale * e.rest + (e.scale - R(1.0));
}

// 2 atanh(s) = log((1 + s) / (1 - s)), |s| <= 1/3 (relative error 5e-9).
FN real inr_two_atanh(real s)
{
    real q = s * s;
    real p = R(2.8024445638244966e-1);
    p = p * q + R(2.7999144058198108e-1);
    p = p * q + R(4.0021698861392429e-1);
    p = p * q + R(6.6666413136169725e-1);
    return R(2.0) * s + s * q * p;
}

// log(1 + u), 0 <= u <= 1.
FN real inr_log1p_unit(real u)
{
    return inr_two_atanh(u / (R(2.0) + u));
}

// x = 2^e m with m from sqrt(1/2) to sqrt(2); log(x) = e log(2) + 2 atanh(s), s = (m - 1) / (m + 1).
// NaN makes m and with it everything NaN.
STRUCT(inr_binary)
{
    real e;
    real m;
};

FN inr_binary inr_frexp(real x)
{
    int e = TO_INT(inr_real_to_bits(x) - 0x3f3504f3u) >> 23;
    inr_binary b;
    b.e = TO_REAL(e);
    b.m = x * inr_exp2i(-e);
    return b;
}

FN real inr_log_parts(real e, real s)
{
    return e * R(0.693359375) + (e * R(-2.1219444005469058e-4) + inr_two_atanh(s));
}

// log(x): relative error 3e-7. Below the least normal number, and of negative ones, -104.
FN real inr_log(real x)
{
    inr_binary b = inr_frexp(x);
    real f = inr_log_parts(b.e, (b.m - R(1.0)) / (b.m + R(1.0)));
    return x < R(1.17549435e-38) ? R(-104.0) : f;
}

// log(1 - x), as accurate for 0 <= x <= 1: near 0 the series takes x itself.
FN real inr_log1m(real x)
{
    real rest = R(1.0) - x;
    bool near = x < R(0.25);
    inr_binary b = inr_frexp(rest);
    real s = (near ? -x : b.m - R(1.0)) / (near ? R(2.0) - x : b.m + R(1.0));
    real f = inr_log_parts(near ? R(0.0) : b.e, s);
    return rest < R(1.17549435e-38) ? R(-104.0) : f;
}

// exp(x^2) erfc(x), x >= 0: t times a polynomial in s, where t = 1 / (1 + x/2) and s = 1 - t.
// Computed as (x/2) t, s keeps its digits near 0, where the function is steep (relative error 4e-8,
// x < 9.4).
FN real inr_erfcx(real x)
{
    real t = R(1.0) / (R(1.0) + R(0.5) * x);
    real s = R(0.5) * x * t;
    real p = R(-0.058846940152989811);
    p = p * s + R(0.18728859920773957);
    p = p * s + R(-0.14824147910664787);
    p = p * s + R(-0.0236447843609804);
    p = p * s + R(-0.11878789500831392);
    p = p * s + R(0.21484022876255681);
    p = p * s + R(0.48623069762427023);
    p = p * s + R(-1.2567503912103124);
    p = p * s + R(0.99999995798328541);
    return p * t;
}

// Absolute error 2e-7.
FN real inr_erf(real x)
{
    real m = inr_abs(x);
    real f = R(1.0) - inr_erfcx(m) * inr_exp(-(m * m));
    return x < R(0.0) ? -f : f;
}

// Distribution and density of the standard normal; one exponential serves both, and the lower tail
// keeps its relative accuracy.
FN inr_gaussian inr_normal(real z)
{
    real e = inr_exp(R(-0.5) * (z * z));
    real tail = R(0.5) * e * inr_erfcx(R(0.70710678118654752) * inr_abs(z));
    inr_gaussian n;
    n.cdf = z < R(0.0) ? tail : R(1.0) - tail;
    n.pdf = R(0.39894228040143268) * e;
    return n;
}

// With m = exp(-2|x|) - 1: tanh |x| = -m / (2 + m), and its derivative 4 (1 + m) / (2 + m)^2. One
// exponential gives m, accurate near 0, and 1 + m, accurate where tanh saturates.
FN inr_slope inr_tanh_slope(real x)
{
    inr_power e = inr_exp_parts(inr_exp_clamp(R(-2.0) * inr_abs(x)));
    real m = e.scale * e.rest + (e.scale - R(1.0));
    real inv = R(1.0) / (R(2.0) + m);
    real t = m * inv;
    inr_slope r;
    r.f = x < R(0.0) ? t : -t;
    r.d = R(4.0) * (e.scale * (R(1.0) + e.rest)) * inv * inv;
    return r;
}

#endif

FN real inr_tanh(real x)
{
    return inr_tanh_slope(x).f;
}

// The exponential is taken of -|x|: no overflow, and both tails keep their relative accuracy.
FN inr_slope inr_sigmoid_slope(real x)
{
    real e = inr_exp(-inr_abs(x));
    real inv = R(1.0) / (R(1.0) + e);
    inr_slope r;
    r.f = (x < R(0.0) ? e : R(1.0)) * inv;
    r.d = e * inv * inv;
    return r;
}

FN real inr_sigmoid(real x)
{
    return inr_sigmoid_slope(x).f;
}

// log(cosh(x)) and tanh(x). With m = exp(-|x|) - 1, e = 1 + m and w = e^2 - 1 = m (2 + m):
//   |x| <  1   cosh x = 1 + m^2 / (2 e)                    no cancellation near 0
//   |x| >= 1   cosh x = exp(|x|) (1 + w / 2)               no overflow
FN inr_slope inr_log_cosh_slope(real x)
{
    real a = inr_abs(x);
    real m = inr_expm1(-a);
    real m2 = m * m;
    real w = m * (R(2.0) + m);
    bool near = a < R(1.0);
    real s = (near ? m2 : w) / (near ? R(4.0) * (R(1.0) + m) + m2 : R(4.0) + w);
    real t = w / (R(2.0) + w);
    inr_slope r;
    r.f = (near ? R(0.0) : a) + inr_two_atanh(s);
    r.d = x < R(0.0) ? t : -t;
    return r;
}

#endif

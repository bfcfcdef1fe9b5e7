// SPDX-License-Identifier: MIT
// random.glsl - Counter-based random numbers: Philox4x32-10 (Salmon et al. 2011, Parallel Random
// Numbers: As Easy as 1, 2, 3). The same key and counter give the same four words in C and in GLSL,
// on any device, in any order, so a draw is named and never stored.
//
//     inr_random(seed_lo, seed_hi, stream, step, index)
// key = seed, counter = (index, step, stream, 0). Streams keep the uses of one seed apart; their
// numbers decide what a seed means, so never change one.
#ifndef INR_COMMON_RANDOM
#define INR_COMMON_RANDOM

#include "common/subset.h"

#define INR_STREAM_INIT 1u
#define INR_STREAM_BATCH 2u
#define INR_STREAM_ENCODING 3u
#define INR_STREAM_PROBE 4u
#define INR_STREAM_GAMMA 5u
#define INR_STREAM_SINGULAR 6u
#define INR_STREAM_KERNELS 7u
#define INR_STREAM_NOISE 9u
#define INR_STREAM_KEEP 10u
#define INR_STREAM_LEVEL 8u
#define INR_STREAM_SURFACE 11u // points of a surface, what is added to them, points of the cube
#define INR_STREAM_NEAR 12u
#define INR_STREAM_CUBE 13u
#define INR_STREAM_SURFACE_TEST 14u // the same three, held out
#define INR_STREAM_NEAR_TEST 15u
#define INR_STREAM_CUBE_TEST 16u
#define INR_STREAM_CLOUD 17u // points that become a file
#define INR_STREAM_LATENT 18u // .. 24u: noise on each grid of latents
#define INR_STREAM_MEASURE 32u // .. 36u: points that shapes are compared at

STRUCT(inr_u4)
{
    uint32 x;
    uint32 y;
    uint32 z;
    uint32 w;
};

// High word of the 64-bit product.
FN uint32 inr_mulhi(uint32 a, uint32 b)
{
#ifdef GL_core_profile
    uint hi;
    uint lo;
    umulExtended(a, b, hi, lo);
    return hi;
#else
    return (uint32_t)(((uint64_t)a * b) >> 32);
#endif
}

FN inr_u4 inr_philox(uint32 c0, uint32 c1, uint32 c2, uint32 c3, uint32 k0, uint32 k1)
{
    inr_u4 c;
    c.x = c0;
    c.y = c1;
    c.z = c2;
    c.w = c3;
    for (int i = 0; i < 10; i++) {
        uint32 h0 = inr_mulhi(0xD2511F53u, c.x);
        uint32 l0 = 0xD2511F53u * c.x;
        uint32 h1 = inr_mulhi(0xCD9E8D57u, c.z);
        uint32 l1 = 0xCD9E8D57u * c.z;
        c.x = h1 ^ c.y ^ k0;
        c.y = l1;
        c.z = h0 ^ c.w ^ k1;
        c.w = l0;
        k0 += 0x9E3779B9u;
        k1 += 0xBB67AE85u;
    }
    return c;
}

FN inr_u4 inr_random(uint32 seed_lo, uint32 seed_hi, uint32 stream, uint32 step, uint32 index)
{
    return inr_philox(index, step, stream, 0u, seed_lo, seed_hi);
}

// [0, 1): the upper 24 bits, so every value is exact in float.
FN real inr_uniform01(uint32 r)
{
    return TO_REAL(r >> 8) * R(5.9604644775390625e-8);
}

// 0 .. n - 1 (Lemire's multiply and shift; the bias is below n / 2^32).
FN uint32 inr_bounded(uint32 r, uint32 n)
{
    return inr_mulhi(r, n);
}

#endif

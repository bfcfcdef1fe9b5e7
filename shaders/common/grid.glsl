// SPDX-License-Identifier: MIT
// grid.glsl - Where the samples of a grid lie, and which of them a batch draws.
#ifndef INR_COMMON_GRID
#define INR_COMMON_GRID

#include "common/random.glsl"

// How a batch draws from the pool.
#define INR_BATCH_FULL 0u       // the whole pool in order
#define INR_BATCH_RANDOM 1u     // independent draws with replacement
#define INR_BATCH_STRATIFIED 2u // one draw from each of B equal runs of the pool

// Coordinate in [-1, 1] of sample i of n along one axis: pixel centres -1 + (2 i + 1) / n, or with
// corners != 0 both ends included, -1 + 2 i / (n - 1). One division of integers that are exact in
// float up to 2^23 samples an axis, and symmetric: coord(i) = -coord(n - 1 - i).
FN real inr_grid_coord(uint32 i, uint32 n, int corners)
{
    bool ends = corners != 0;
    real top = ends ? TO_REAL(2u * i) - TO_REAL(n - 1u) : TO_REAL(2u * i + 1u) - TO_REAL(n);
    uint32 below = ends ? n - 1u : n;
    return top / TO_REAL(below == 0u ? 1u : below);
}

// The i of the nearest inr_grid_coord(i, n, corners), clamped into the grid.
FN uint32 inr_grid_index(real x, uint32 n, int corners)
{
    real scaled = corners != 0 ? (x + R(1.0)) * TO_REAL(n - 1u) : (x + R(1.0)) * TO_REAL(n) - R(1.0);
    real i = R(0.5) * scaled + R(0.5);
    real last = TO_REAL(n - 1u);
    return TO_UINT(i < R(0.0) ? R(0.0) : (i > last ? last : i));
}

// Index into a pool of n > 0 samples of sample i of batch number step, a batch holding B > 0.
// STRATIFIED cuts the pool into B runs whose lengths differ by at most one, and takes one draw from
// run i: as unbiased as RANDOM with less variance, and neighbours in the batch are neighbours in
// memory. With B > n each sample is taken in turn.
FN uint32 inr_batch_index(uint32 mode, uint32 i, uint32 B, uint32 n, uint32 seed_lo, uint32 seed_hi,
                          uint32 step)
{
    if (mode == INR_BATCH_FULL || (mode == INR_BATCH_STRATIFIED && B > n))
        return i % n;
    uint32 r = inr_random(seed_lo, seed_hi, INR_STREAM_BATCH, step, i).x;
    if (mode == INR_BATCH_RANDOM)
        return inr_bounded(r, n);
    uint32 rest = n % B;
    uint32 start = i * (n / B) + (i < rest ? i : rest);
    return start + inr_bounded(r, n / B + (i < rest ? 1u : 0u));
}

#endif

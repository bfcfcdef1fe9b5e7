// SPDX-License-Identifier: MIT
// grid.glsl - Where the samples of a grid lie, and which of them a batch draws.
#ifndef INR_COMMON_GRID
#define INR_COMMON_GRID

#include "common/random.glsl"

// How a batch draws from the pool.
#define INR_BATCH_FULL 0u       // the whole pool in order
#define INR_BATCH_RANDOM 1u     // independent draws with replacement
#define INR_BATCH_STRATIFIED 2u // one draw from each of B equal runs of the pool

// Where the samples of an axis lie in [-1, 1].
#define INR_LATTICE_CENTRES 0 // pixel centres, -1 + (2 i + 1) / n
#define INR_LATTICE_CORNERS 1 // both ends included, -1 + 2 i / (n - 1)
#define INR_LATTICE_LEFT 2    // left edges of pixels, -1 + 2 i / n: half a pixel off; for comparisons

// Coordinate of sample i of n along one axis. One division of integers that are exact in float up
// to 2^23 samples an axis; CENTRES and CORNERS are symmetric: coord(i) = -coord(n - 1 - i).
FN real inr_grid_coord(uint32 i, uint32 n, int lattice)
{
    bool ends = lattice == INR_LATTICE_CORNERS;
    uint32 half_step = lattice == INR_LATTICE_CENTRES ? 1u : 0u;
    uint32 below = ends ? n - 1u : n;
    real top = TO_REAL(2u * i + half_step) - TO_REAL(below);
    return top / TO_REAL(below == 0u ? 1u : below);
}

// The i of the nearest inr_grid_coord(i, n, lattice), clamped into the grid.
FN uint32 inr_grid_index(real x, uint32 n, int lattice)
{
    real steps = lattice == INR_LATTICE_CORNERS ? TO_REAL(n - 1u) : TO_REAL(n);
    real offset = lattice == INR_LATTICE_CENTRES ? R(0.0) : R(0.5);
    real i = R(0.5) * ((x + R(1.0)) * steps) + offset;
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

// SPDX-License-Identifier: MIT
// latent.h - Shape of latent-coded pictures, and rows of buffers shared by the kernels that train
// them and the C code that records them.
#ifndef INR_COMMON_LATENT_H
#define INR_COMMON_LATENT_H

#include "common/subset.h"

#define INR_LATENT_LEVELS  7
#define INR_LATENT_NEAR    12
#define INR_LATENT_COARSE  4
#define INR_LATENT_CONTEXT (INR_LATENT_NEAR + INR_LATENT_COARSE)
#define INR_LATENT_ENTROPY 16 // width of the entropy network
#define INR_LATENT_HIDDEN  32 // of the synthesis network
#define INR_LATENT_EDGE    4  // channels between the convolutions
#define INR_LATENT_TAPS    9

// Rows from which on a grid is large: networks learn enough from some of them.
#define INR_LATENT_MANY_ROWS 64

// Where the neighbours of a point of the same grid are, rows and columns away, in the order of what
// they tell (Cool-Chic 5.0, its table of priorities).
#define INR_LATENT_NEAR_DY 0, -1, -1, -1, 0, -2, -3, 0, -1, -2, -2, -1
#define INR_LATENT_NEAR_DX -1, 0, -1, 1, -2, 0, 0, -3, -2, 1, -1, 2

// Samples of a tile, one for each thread of a workgroup of the kernels that sum over samples, and
// the most workgroups that one grid, or the picture, gets: each takes several tiles where there are
// more. Part of what a file's bytes depend on, so the same for every device.
#define INR_LATENT_GROUP      64u
#define INR_LATENT_GROUPS_MAX 2048u

// How one step is taken.
STRUCT(inr_latent_step_row)
{
    uint32 hard; // round; else soft rounding twice with noise between
    uint32 draw; // number of the noise
    uint32 seed_lo;
    uint32 seed_hi;
    real inverse; // 1 / temperature
    real noise;
    real rescale; // latents are multiplied by this first
    real step;    // what a latent of 1 is to the synthesis
    real weight;  // of the squared error
    real beta2;   // of latents
    real blend;   // part of a grid's mean in what divides a latent's step
    real rate;    // of grid 0, corrected for the first means' beginning
    real growth;
    real correct; // of latents' second means
    uint32 every; // networks learn from one tile of so many of large grids,
    uint32 turn;  // those whose number and this are a multiple
    real rate_entropy;
    real rate_synthesis;
    real correct_networks;
};

// Grid k: its points begin at `at` where those of all grids are in a row. Its plane j, at `plane` +
// j points, is grid k + j at the size of grid k. Workgroups `first` to `first` + `groups` - 1.
STRUCT(inr_latent_grid_row)
{
    uint32 width;
    uint32 height;
    uint32 points;
    uint32 at;
    uint32 plane;
    uint32 first;
    uint32 groups;
};

// A sum over workgroups, of `count` partial ones from `at` on: the gradient of parameter `target`,
// or `scale` times it is result `target`.
STRUCT(inr_latent_sum_row)
{
    uint32 at;
    uint32 count;
    uint32 parameter; // 1, or 0 for a result
    uint32 target;
    real scale;
};

// Results: means of each grid's second means, bits of each grid, the squared error.
#define INR_LATENT_RESULT_BITS   INR_LATENT_LEVELS
#define INR_LATENT_RESULT_SQUARE (2 * INR_LATENT_LEVELS)
#define INR_LATENT_RESULTS       (2 * INR_LATENT_LEVELS + 1)

// Sums of a tile, [left][right], where a right row of ones comes last, but first where said; the
// entropy network's by layer: mean and scale by (h2, context), h2 by h1 with ones first, h1 by
// context; then the bits.
#define INR_LATENT_SUMS_E3      (2 * (INR_LATENT_ENTROPY + INR_LATENT_CONTEXT + 1))
#define INR_LATENT_SUMS_E2      (INR_LATENT_ENTROPY * (INR_LATENT_ENTROPY + 1))
#define INR_LATENT_SUMS_E1      (INR_LATENT_ENTROPY * (INR_LATENT_CONTEXT + 1))
#define INR_LATENT_SUMS_BITS    (INR_LATENT_SUMS_E3 + INR_LATENT_SUMS_E2 + INR_LATENT_SUMS_E1)
#define INR_LATENT_SUMS_ENTROPY (INR_LATENT_SUMS_BITS + 1)
// Hidden units by 7 grids; 4 channels by hidden units and grids.
#define INR_LATENT_SUMS_S1        (INR_LATENT_HIDDEN * (INR_LATENT_LEVELS + 1))
#define INR_LATENT_SUMS_S2        (4 * (INR_LATENT_HIDDEN + INR_LATENT_LEVELS + 1))
#define INR_LATENT_SUMS_SYNTHESIS (INR_LATENT_SUMS_S1 + INR_LATENT_SUMS_S2)
// 4 outputs of a convolution by 4 inputs at each tap, [tap][input]; of the second, the squared
// error follows.
#define INR_LATENT_SUMS_EDGE (4 * (4 * INR_LATENT_TAPS + 1))

STRUCT(inr_push_latent)
{
    uint32 grid;  // grow, shrink: the larger of the two
    uint32 width; // of the picture
    uint32 height;
    uint32 points;   // of all grids
    uint32 groups;   // that sum
    uint32 partials; // where their sums begin, each [groups]
    uint32 units;    // INR_LATENT_ENTROPY: of a loop that compilers are not to unroll, which takes
                     // them long
};

#endif

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

// Where the neighbours of a point of the same grid are, rows and columns away, in the order of what
// they tell (Cool-Chic 5.0, its table of priorities).
#define INR_LATENT_NEAR_DY 0, -1, -1, -1, 0, -2, -3, 0, -1, -2, -2, -1
#define INR_LATENT_NEAR_DX -1, 0, -1, 1, -2, 0, 0, -3, -2, 1, -1, 2

#endif

// SPDX-License-Identifier: MIT
// params.h - Push constants and buffer rows shared by the kernels and the C code that records them.
// Scalars only, so that C and std430 agree on every offset.
#ifndef INR_COMMON_PARAMS
#define INR_COMMON_PARAMS

#include "common/grid_level.h"

#ifndef GL_core_profile
#include <stddef.h>
#endif

// Threads of a workgroup in every kernel but matmul.comp, which takes its shape when specialised.
#define INR_GROUP 64u

// No effective entry, no parameter (map tables).
#define INR_NO_SOURCE 0xffffffffu

// A row of the step table: struct inr_step of exec.h.
STRUCT(inr_step_row)
{
    uint32 index;
    real rate;
    real correct1;
    real correct2;
    real fade;
    real gain;
    real share;
    uint32 level;
};

// Which samples of a batch fill the columns of a slot.
STRUCT(inr_push_sample)
{
    uint32 row;    // of the step table
    uint32 first;  // number in the batch of column 0
    uint32 count;  // columns to fill
    uint32 stride; // length of a slot's row
    uint32 batch;  // samples a step
    uint32 pool;   // samples to draw from
    uint32 seed_lo;
    uint32 seed_hi;
    // sample_values
    uint32 components; // values a sample
    uint32 part;       // samples in each part of the pool but the last
    real scale;
    real shift;
    // sample_grid
    uint32 dims;
    uint32 shape0;
    uint32 shape1;
    uint32 shape2;
    uint32 lattice;
};

STRUCT(inr_push_encode)
{
    uint32 count;
    uint32 stride;
    uint32 dims;
    uint32 table; // effective offset of the frequencies
    uint32 frequencies;
    uint32 include_input;
};

STRUCT(inr_push_lookup)
{
    uint32 count;
    uint32 stride;
    uint32 dims;
    uint32 lattice; // of the grid
    uint32 points0; // on each axis
    uint32 points1;
    uint32 points2;
    uint32 table0; // effective offset of each axis
    uint32 table1;
    uint32 table2;
};

// One axis of a lookup.
STRUCT(inr_push_lookup_axis)
{
    uint32 count;
    uint32 stride;
    uint32 axis;
    uint32 lattice;
    uint32 rows;
    uint32 points;
    uint32 table;
    uint32 accumulate;
};

// A grid op, forward and back.
STRUCT(inr_push_grid)
{
    uint32 count;
    uint32 stride;
    uint32 axis0; // coordinates that the op spans
    uint32 axis1;
    uint32 axis2;
    uint32 level; // first of the op's
    uint32 levels;
    uint32 features;
    real fixed_scale; // backward: batch channels, see common/fixed.glsl
};

// The nearest radial basis functions of each column.
STRUCT(inr_push_nearest)
{
    uint32 count;
    uint32 stride;
    uint32 words; // where the tree of cells begins ...
    uint32 bits0; // ... and its size
    uint32 bits1;
    uint32 bits2;
    uint32 depth;
    uint32 centre; // in the parameters
    uint32 shape;
    real metric0; // scales of the axes
    real metric1;
    real metric2;
};

// Their features, and those features' gradient.
STRUCT(inr_push_compose)
{
    uint32 count;
    uint32 stride;
    uint32 features;
    uint32 weight;      // in the parameters
    uint32 frequencies; // effective offset
    real fixed_scale;   // backward: as for grids
};

STRUCT(inr_push_msc)
{
    uint32 count;
    uint32 stride;
    uint32 frequencies; // effective offset
};

// The gradient of a table after the last micro-batch.
STRUCT(inr_push_table)
{
    uint32 n;
    real l2;
    real unit; // of fixed-point sums
};

// The total variation of a table of one level.
STRUCT(inr_push_variation)
{
    uint32 offset; // of the table in the parameters
    uint32 n;      // its scalars
    uint32 features;
    uint32 points0;
    uint32 points1;
    uint32 points2;
    real share; // weight over the number of cells and features
};

STRUCT(inr_push_rbf)
{
    uint32 count;
    uint32 stride;
    uint32 dims;
    uint32 rows;
    uint32 centre; // effective offsets
    uint32 gamma;
    uint32 slice;
    uint32 out_slice;
};

STRUCT(inr_push_pair)
{
    uint32 count;
    uint32 stride;
};

STRUCT(inr_push_norm)
{
    uint32 count;
    uint32 stride;
    uint32 rows;
    uint32 gamma; // effective offsets
    uint32 delta;
    uint32 slice;
    uint32 out_slice;
    real epsilon;
};

STRUCT(inr_push_matmul)
{
    uint32 m;
    uint32 n;
    uint32 k;
    uint32 slice;   // k handled by one slice, a multiple of the tile's depth
    uint32 k_first; // first term of the slice that this dispatch adds
    uint32 accumulate;
    uint32 a_offset;
    uint32 a_stride;
    uint32 b_offset;
    uint32 b_stride;
    uint32 c_offset;
    uint32 c_row;
    uint32 c_column;
    uint32 c_slice;
    uint32 bias;
};

STRUCT(inr_push_act)
{
    uint32 count;
    uint32 stride;
    uint32 units;
    uint32 constants; // effective offset
};

STRUCT(inr_push_loss)
{
    uint32 count;
    uint32 stride;
    uint32 channels;
    real constant;
    real scale; // 1 / (batch channels)
};

// The geometry loss and its weights (common/geometry.h).
STRUCT(inr_push_geometry)
{
    uint32 count;
    uint32 stride;
    real scale; // 1 / batch
    real on;
    real off;
    real sharpness;
    real normal;
    real eikonal;
    real distance;
};

// Measurements of a grid; the z axis of the dispatch counts channels.
STRUCT(inr_push_readout)
{
    uint32 threads; // measurements, or points of the grid
    uint32 points;  // of the grid
    uint32 count;   // measurements
    uint32 width;   // of the grid
    uint32 height;
    uint32 factor;   // mean: on the first axis
    uint32 factor_y; // ... 1 where there is no such axis
    uint32 factor_z;
    uint32 angles; // radon
};

// The fused chain.
STRUCT(inr_push_fused)
{
    uint32 count;
    uint32 stride;
    real constant; // of the loss
    real gain;     // factor of the outputs' gradient, which sums and inputs' gradient then have too
    real back;     // what the inputs' gradient is multiplied by to undo it
};

// Forms of packed weights.
#define INR_FUSED_FLOATS  0u
#define INR_FUSED_ROUNDED 1u // floats that are halves, those before `first` sums of two
#define INR_FUSED_SUMS    2u // floats that are sums of two halves
#define INR_FUSED_HALVES  3u // halves, then low halves

STRUCT(inr_push_fused_pack)
{
    uint32 floats;
    uint32 weights;
    uint32 first; // weights of the first layer that are packed in pairs
};

STRUCT(inr_push_fused_sums)
{
    uint32 n;
    uint32 blocks;
    uint32 pitch;
    uint32 accumulate;
    real scale;
};

STRUCT(inr_push_row_sums)
{
    uint32 count;
    uint32 stride;
    uint32 slice;
    uint32 out_offset;
    uint32 out_slice;
};

STRUCT(inr_push_reduce)
{
    uint32 n;      // sums to make
    uint32 slices; // terms of each
    uint32 pitch;  // distance of the terms of one sum
    uint32 in_offset;
    uint32 out_offset;
    uint32 accumulate;
    real scale;
};

STRUCT(inr_push_map)
{
    uint32 n;
    uint32 first; // map_backward: parameter of the first thread
};

STRUCT(inr_push_quantize)
{
    uint32 n;    // rows
    uint32 on;   // 0: copy
    uint32 mode; // INR_QUANTIZE_HIGHEST: the highest level; else that of step row `row`
    uint32 row;
};
#define INR_QUANTIZE_HIGHEST 0u
#define INR_QUANTIZE_LEVEL   1u // ... seen,
#define INR_QUANTIZE_PULL    2u // ... or its gradient, where quantised is d_params;
#define INR_QUANTIZE_LEARN   3u // gradients of learnt steps, and of their weights

STRUCT(inr_push_optimizer)
{
    uint32 row;
    uint32 first; // parameter of the first thread
    uint32 n;
    real beta1;
    real beta2;
    real epsilon;
    real decay;
    real absolute;
    real factor; // of the step's rate
    real fade1;  // sparse: of inr_optimizer_correction
    real fade2;
};

// A weight matrix that Muon steps, on the device: places of it among the parameters, of what
// becomes its direction, and of the squares of its shorter side.
STRUCT(inr_muon_row)
{
    uint32 param;
    uint32 rows;
    uint32 cols;
    uint32 x;
    uint32 square;
};
#define INR_MUON_GROUP  256u // threads of muon_begin
#define INR_MUON_TILE   16u  // edge of a tile of muon_product
#define INR_MUON_GRAM   0u   // modes of it
#define INR_MUON_SQUARE 1u
#define INR_MUON_STEP   2u
#define INR_MUON_LAST   3u

STRUCT(inr_push_muon)
{
    real beta;
};

STRUCT(inr_push_average)
{
    uint32 n;
    real share; // of the lag
};

// The kernels that measure what a device can do.
STRUCT(inr_push_ceiling)
{
    uint32 n;       // repetitions
    uint32 threads; // memory
    real tiny;      // 1e-20, unknown to the compiler
};

#ifndef GL_core_profile
_Static_assert(sizeof(inr_step_row) == 8 * 4, "scalars only");
_Static_assert(sizeof(inr_push_sample) == 17 * 4, "scalars only");
_Static_assert(sizeof(inr_push_matmul) == 15 * 4, "scalars only");
_Static_assert(offsetof(inr_push_sample, scale) == 40, "scalars only");
#endif

#endif

#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// muon_product: one of the products of a Newton-Schulz step, for all matrices, r rows and c columns each:
//   GRAM    s [r][r] <- x x^T
//   SQUARE  t [r][r] <- b s + c s^2
//   STEP    y [r][c] <- a x + t x
//   LAST    d_params <- direction, from the step after which no other comes
// A workgroup makes a tile of one of them, (x, y) its column and row, z the matrix.
//
// binding   access  shape
// 0 table   r       [matrices]
// 1 left    r       x, s, t
// 2 right   r       x, s, x
// 3 result  rw      s, t, y or d_params
#include "common/kernel.glsl"
#include "common/math.glsl"
#include "common/optimizer.glsl"

layout(local_size_x = INR_MUON_TILE, local_size_y = INR_MUON_TILE) in;
layout(constant_id = 0) const uint MODE = 0; // INR_MUON_*

layout(std430, binding = 0) readonly buffer Table { inr_muon_row table[]; };
layout(std430, binding = 1) readonly buffer Left { real left[]; };
layout(std430, binding = 2) readonly buffer Right { real right[]; };
layout(std430, binding = 3) buffer Result { real result[]; };

const uint PITCH = INR_MUON_TILE + 1;
const bool STEPS = MODE == INR_MUON_STEP || MODE == INR_MUON_LAST;

shared real tile_a[INR_MUON_TILE * PITCH];
shared real tile_b[INR_MUON_TILE * PITCH];

void main()
{
    const inr_muon_row matrix = table[gl_WorkGroupID.z];
    const uint r = min(matrix.rows, matrix.cols), c = max(matrix.rows, matrix.cols);
    const uint width = STEPS ? c : r, terms = MODE == INR_MUON_GRAM ? c : r;
    const uint lx = gl_LocalInvocationID.x, ly = gl_LocalInvocationID.y;
    const uint first_j = gl_WorkGroupID.x * INR_MUON_TILE, first_i = gl_WorkGroupID.y * INR_MUON_TILE;
    const uint i = first_i + ly, j = first_j + lx;
    const uint left_at = MODE == INR_MUON_GRAM ? matrix.x : matrix.square;
    const uint right_at = MODE == INR_MUON_SQUARE ? matrix.square : matrix.x;
    if (first_i >= r || first_j >= width)
        return;
    real sum = R(0.0);
    for (uint k0 = 0; k0 < terms; k0 += INR_MUON_TILE) {
        uint k = k0 + lx, row = first_j + ly;
        tile_a[ly * PITCH + lx] = i < r && k < terms ? left[left_at + i * terms + k] : R(0.0);
        if (STEPS) /* [terms][c] */
            tile_b[ly * PITCH + lx] = k0 + ly < terms && j < c ? right[right_at + (k0 + ly) * c + j] : R(0.0);
        else /* the transpose of [width][terms] */
            tile_b[lx * PITCH + ly] = row < width && k < terms ? right[right_at + row * terms + k] : R(0.0);
        barrier();
        for (uint l = 0; l < INR_MUON_TILE; l++)
            sum += tile_a[ly * PITCH + l] * tile_b[l * PITCH + lx];
        barrier();
    }
    if (i >= r || j >= width)
        return;
    if (MODE == INR_MUON_GRAM)
        result[matrix.square + i * r + j] = sum;
    else if (MODE == INR_MUON_SQUARE)
        result[matrix.square + i * r + j] = INR_MUON_B * left[left_at + i * r + j] + INR_MUON_C * sum;
    else {
        real y = INR_MUON_A * right[right_at + i * c + j] + sum;
        if (MODE == INR_MUON_STEP)
            result[matrix.x + i * c + j] = y;
        else /* x is the transpose of a tall matrix */
            result[matrix.param + (matrix.rows <= matrix.cols ? i * c + j : inr_muon_transposed(i * c + j, r, c))] =
                inr_muon_direction(y, real(c));
    }
}

#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// matmul: C[i][j] = (C[i][j] | bias[i] | 0) + sum_k A[i][k] B[k][j], the products of an affine op:
//   forward          A = W          B = in         C = out            k over inputs
//   data gradient    A = W^T        B = d_out      C = d_in           k over outputs
//   weight gradient  A = d_out      B = in^T       C = partial sums   k over samples, in slices
// Each workgroup makes a tile of LY * RM rows and LX * RN columns in registers, TK terms at a time
// through shared memory. With LY = 1 no two threads share a column, and DIRECT reads B in place. With
// STEPS a dispatch adds STEPS * TK terms without any loop: a software device turns loads of one
// address by all lanes into one load only where no branch surrounds them.
//
// binding    access  shape
// 0 a        r       [m][k], or with A_ACROSS its transpose
// 1 b        r       [k][n], or with B_DOWN its transpose
// 2 c        rw      strides c_row, c_column; c_slice between the partial sums of slices
// 3 bias     r       [m], only with BIAS
#include "common/params.h"

layout(local_size_x_id = 0, local_size_y_id = 1) in;
layout(constant_id = 2) const uint RM = 8;
layout(constant_id = 3) const uint RN = 8;
layout(constant_id = 4) const uint TK = 16;
layout(constant_id = 5) const uint A_ACROSS = 0; // consecutive i are neighbours in memory
layout(constant_id = 6) const uint B_DOWN = 0;   // consecutive k are neighbours in memory
layout(constant_id = 7) const uint DIRECT = 0;
layout(constant_id = 8) const uint BIAS = 0;
layout(constant_id = 9) const uint STEPS = 0; // 0: as many as there are terms

const uint LX = gl_WorkGroupSize.x;
const uint LY = gl_WorkGroupSize.y;
const uint THREADS = LX * LY;
const uint TM = LY * RM;
const uint TN = LX * RN;
const uint PAD = 4; // keeps the transposing stores off a single bank
const uint A_PITCH = TM + PAD;
const uint B_PITCH = TN + PAD;

layout(std430, binding = 0) readonly buffer A { real a[]; };
layout(std430, binding = 1) readonly buffer B { real b[]; };
layout(std430, binding = 2) buffer C { real c[]; };
layout(std430, binding = 3) readonly buffer Bias { real bias[]; };
layout(push_constant) uniform Push { inr_push_matmul push; };

shared real tile_a[TK * A_PITCH];
shared real tile_b[DIRECT != 0 ? 1 : TK * B_PITCH];

real load_b(uint k, uint j, uint k_end)
{
    bool inside = k < k_end && j < push.n;
    uint at = push.b_offset + (B_DOWN != 0 ? j * push.b_stride + k : k * push.b_stride + j);
    real v = b[inside ? at : 0];
    return inside ? v : R(0.0);
}

void fill_a(uint thread, uint row, uint k0, uint k_end)
{
    [[unroll]] for (uint t = 0; t < TM * TK; t += THREADS) {
        uint at = t + thread;
        uint i = A_ACROSS != 0 ? at % TM : at / TK;
        uint k = A_ACROSS != 0 ? at / TM : at % TK;
        if (TM * TK % THREADS != 0 && at >= TM * TK)
            break;
        bool inside = row + i < push.m && k0 + k < k_end;
        uint from = push.a_offset + (A_ACROSS != 0 ? (k0 + k) * push.a_stride + row + i
                                                   : (row + i) * push.a_stride + k0 + k);
        real v = a[inside ? from : 0];
        tile_a[k * A_PITCH + i] = inside ? v : R(0.0);
    }
}

void fill_b(uint thread, uint column, uint k0, uint k_end)
{
    [[unroll]] for (uint t = 0; t < TN * TK; t += THREADS) {
        uint at = t + thread;
        uint j = B_DOWN != 0 ? at / TK : at % TN;
        uint k = B_DOWN != 0 ? at % TK : at / TN;
        if (TN * TK % THREADS != 0 && at >= TN * TK)
            break;
        tile_b[k * B_PITCH + j] = load_b(k0 + k, column + j, k_end);
    }
}

// sum += A[row + ..][k0 .. k0 + TK) B[k0 .. k0 + TK)[column + ..] of this thread's rows and columns.
void add_terms(uint lx, uint ly, uint row, uint column, uint k0, uint k_end,
               inout real sum[RM][RN])
{
    uint thread = ly * LX + lx;
    fill_a(thread, row, k0, k_end);
    if (DIRECT == 0)
        fill_b(thread, column, k0, k_end);
    barrier();
    [[unroll]] for (uint k = 0; k < TK; k++) {
        real x[RN];
        [[unroll]] for (uint s = 0; s < RN; s++)
            x[s] = DIRECT != 0 ? load_b(k0 + k, column + lx + LX * s, k_end)
                               : tile_b[k * B_PITCH + lx + LX * s];
        [[unroll]] for (uint r = 0; r < RM; r++) {
            real w = tile_a[k * A_PITCH + ly * RM + r];
            [[unroll]] for (uint s = 0; s < RN; s++)
                sum[r][s] += w * x[s];
        }
    }
    barrier();
}

void main()
{
    uint lx = gl_LocalInvocationID.x;
    uint ly = LY == 1 ? 0 : gl_LocalInvocationID.y;
    uint row = gl_WorkGroupID.y * TM;
    uint column = gl_WorkGroupID.x * TN;
    uint k_begin = gl_WorkGroupID.z * push.slice;
    uint k_end = min(push.k, k_begin + push.slice);
    k_begin += push.k_first;

    real sum[RM][RN];
    [[unroll]] for (uint r = 0; r < RM; r++)
        [[unroll]] for (uint s = 0; s < RN; s++)
            sum[r][s] = R(0.0);
    [[unroll]] for (uint step_ = 0; step_ < STEPS; step_++)
        add_terms(lx, ly, row, column, k_begin + step_ * TK, k_end, sum);
    if (STEPS == 0)
        for (uint k = k_begin; k < k_end; k += TK)
            add_terms(lx, ly, row, column, k, k_end, sum);

    uint base = push.c_offset + gl_WorkGroupID.z * push.c_slice;
    [[unroll]] for (uint r = 0; r < RM; r++) {
        uint i = row + ly * RM + r;
        [[unroll]] for (uint s = 0; s < RN; s++) {
            uint j = column + lx + LX * s;
            if (i >= push.m || j >= push.n)
                continue;
            uint at = base + i * push.c_row + j * push.c_column;
            real start = R(0.0);
            if (push.accumulate != 0)
                start = c[at];
            else if (BIAS != 0)
                start = bias[push.bias + i];
            c[at] = start + sum[r][s];
        }
    }
}

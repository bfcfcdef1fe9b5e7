#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// muon_begin: a workgroup a matrix: m <- momentum, x <- what it looks ahead to, of norm 1, with the shorter
// side as rows; formulas in optimizer.glsl.
//
// binding     access  shape
// 0 table     r       [matrices]
// 1 d_params  r       [n_trainable]
// 2 m         rw      [n_trainable]
// 3 x         rw      matrix after matrix
#include "common/kernel.glsl"
#include "common/math.glsl"
#include "common/optimizer.glsl"

layout(local_size_x = INR_MUON_GROUP) in;

layout(std430, binding = 0) readonly buffer Table { inr_muon_row table[]; };
layout(std430, binding = 1) readonly buffer DParams { real d_params[]; };
layout(std430, binding = 2) buffer M { real moment[]; };
layout(std430, binding = 3) buffer X { real x[]; };
layout(push_constant) uniform Push { inr_push_muon push; };

shared real squares[INR_MUON_GROUP];

// Where entry i of the matrix lies in x.
uint place(inr_muon_row matrix, uint i)
{
    return matrix.x + (matrix.rows <= matrix.cols ? i : inr_muon_transposed(i, matrix.rows, matrix.cols));
}

void main()
{
    const inr_muon_row matrix = table[gl_WorkGroupID.x];
    const uint lane = gl_LocalInvocationID.x, n = matrix.rows * matrix.cols;
    real sum = R(0.0);
    for (uint i = lane; i < n; i += INR_MUON_GROUP) {
        uint at = matrix.param + i;
        real m = inr_muon_momentum(moment[at], d_params[at], push.beta);
        real ahead = inr_muon_momentum(m, d_params[at], push.beta);
        moment[at] = m;
        x[place(matrix, i)] = ahead;
        sum += ahead * ahead;
    }
    squares[lane] = sum;
    barrier();
    [[unroll]] for (uint half_size = INR_MUON_GROUP / 2; half_size > 0; half_size /= 2) {
        if (lane < half_size)
            squares[lane] += squares[lane + half_size];
        barrier();
    }
    real normaliser = inr_muon_normaliser(squares[0]);
    for (uint i = lane; i < n; i += INR_MUON_GROUP)
        x[place(matrix, i)] *= normaliser;
}

#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// ceiling_matrix: 8 n products of fragments a subgroup, in 8 sums that do not wait for one another.
//
// binding  access  shape
// 0 sink   w       [8][FRAGMENT_M][FRAGMENT_N], never written: nothing is as large as 1
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint FRAGMENT_M = 16;
layout(constant_id = 1) const uint FRAGMENT_N = 16;
layout(constant_id = 2) const uint FRAGMENT_K = 16;

#include "fused/matrix.glsl"

const uint A_SIZE = FRAGMENT_M * FRAGMENT_K;
const uint B_SIZE = FRAGMENT_K * FRAGMENT_N;

layout(std430, binding = 0) writeonly buffer Sink { real sink[]; };
layout(push_constant) uniform Push { inr_push_ceiling push; };

shared float16_t a_values[2 * A_SIZE];
shared float16_t b_values[4 * B_SIZE];

// Of either sign and not zero: units draw less power, and run faster, on zeros.
float16_t value(uint i)
{
    return float16_t(push.tiny + R(0.125) * real(i % 7) - R(0.3));
}

void main()
{
    MATRIX_A(a, 2);
    MATRIX_B(b, 4);
    MATRIX_SUM(sum, 8);
    for (uint i = gl_LocalInvocationIndex; i < 2 * A_SIZE; i += INR_GROUP)
        a_values[i] = value(i);
    for (uint i = gl_LocalInvocationIndex; i < 4 * B_SIZE; i += INR_GROUP)
        b_values[i] = value(3 * i);
    barrier();
    [[unroll]] for (uint j = 0; j < 2; j++)
        MATRIX_LOAD_A(a[j], a_values, j * A_SIZE, FRAGMENT_K, false);
    [[unroll]] for (uint j = 0; j < 4; j++)
        MATRIX_LOAD_B(b[j], b_values, j * B_SIZE, FRAGMENT_N, false);
    [[unroll]] for (uint j = 0; j < 8; j++)
        MATRIX_ZERO(sum[j]);
    for (uint i = 0; i < push.n; i++)
        [[unroll]] for (uint j = 0; j < 8; j++)
            MATRIX_ADD(sum[j], a[j % 2], b[j / 2]);
    if (push.tiny >= R(1.0))
        [[unroll]] for (uint j = 0; j < 8; j++)
            MATRIX_STORE_SUM(sum[j], sink, j * FRAGMENT_M * FRAGMENT_N, FRAGMENT_N, false);
}

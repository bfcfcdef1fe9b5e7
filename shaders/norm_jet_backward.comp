#version 450
#extension GL_GOOGLE_include_directive : require
#extension GL_EXT_control_flow_attributes : require
// SPDX-License-Identifier: MIT
// norm_jet_backward: with v, w_k, c_k of norm_jet, G = gamma d_out, W_k = gamma d_out_k, A_k = mean of W_k v and
//     V = G - sum_k (scale c_k W_k + A_k (w_k + scale c_k v))
// the gradients are
//     d_in   (+)= scale (V - mean of V - v (mean of V v + sum_k mean of W_k w_k))
//     d_in_k (+)= scale (W_k - mean of W_k - v A_k).
// The means of v and w_k are 0 and that of v^2 is 1, so one pass over the rows gives all means. One thread a
// sample; tangents as in norm_jet.
//
// binding      access  shape
// 0 in         r       [rows][stride]
// 1 effective  r       gamma [rows] at `gamma`
// 2 moments    r       [2][stride], of norm_jet
// 3 d_out      r       [rows][stride]
// 4 d_in       rw      [rows][stride]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;
layout(constant_id = 0) const uint TANGENTS = 3;
layout(constant_id = 1) const uint ACCUMULATE = 0;

layout(std430, binding = 0) readonly buffer In { real slot_in[]; };
layout(std430, binding = 1) readonly buffer Effective { real effective[]; };
layout(std430, binding = 2) readonly buffer Moments { real moments[]; };
layout(std430, binding = 3) readonly buffer DOut { real d_out[]; };
layout(std430, binding = 4) buffer DIn { real d_in[]; };
layout(push_constant) uniform Push { inr_push_norm push; };

void put(uint at, real d)
{
    d_in[at] = (ACCUMULATE != 0 ? d_in[at] : R(0.0)) + d;
}

void main()
{
    uint j = inr_thread();
    if (j >= push.count)
        return;
    real mean = moments[j];
    real scale = moments[push.stride + j];
    real share = R(1.0) / real(push.rows);
    real sum = R(0.0);  // mean of V
    real along = R(0.0); // mean of V v, and of W_k w_k
    real middle[TANGENTS]; // mean of in_k
    real c[TANGENTS];      // scale c_k
    real sums[TANGENTS];   // mean of W_k
    real a[TANGENTS];      // A_k
    [[unroll]] for (uint k = 0; k < TANGENTS; k++) {
        uint tangent = j + (1 + k) * push.count;
        middle[k] = moments[tangent];
        c[k] = scale * moments[push.stride + tangent];
        sums[k] = R(0.0);
        a[k] = R(0.0);
    }
    for (uint r = 0; r < push.rows; r++) {
        uint at = r * push.stride + j;
        real gamma = effective[push.gamma + r] * share;
        real v = (slot_in[at] - mean) * scale;
        real g = gamma * d_out[at];
        sum += g;
        along += g * v;
        [[unroll]] for (uint k = 0; k < TANGENTS; k++) {
            uint tangent = at + (1 + k) * push.count;
            real w = gamma * d_out[tangent];
            sums[k] += w;
            a[k] += w * v;
            along += w * (scale * (slot_in[tangent] - middle[k]) - c[k] * v);
        }
    }
    [[unroll]] for (uint k = 0; k < TANGENTS; k++) {
        sum -= c[k] * sums[k];
        along -= R(2.0) * c[k] * a[k];
    }
    for (uint r = 0; r < push.rows; r++) {
        uint at = r * push.stride + j;
        real gamma = effective[push.gamma + r];
        real v = (slot_in[at] - mean) * scale;
        real d = gamma * d_out[at];
        [[unroll]] for (uint k = 0; k < TANGENTS; k++) {
            uint tangent = at + (1 + k) * push.count;
            real w = gamma * d_out[tangent];
            d -= c[k] * w + a[k] * (scale * (slot_in[tangent] - middle[k]));
            put(tangent, scale * (w - sums[k] - v * a[k]));
        }
        put(at, scale * (d - sum - v * along));
    }
}

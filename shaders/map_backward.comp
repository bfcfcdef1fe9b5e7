#version 450
#extension GL_GOOGLE_include_directive : require
// SPDX-License-Identifier: MIT
// map_backward: d_params[first + p] = sum of +-d_effective over the entries that read it, listed in
// uses[start[p] .. start[p + 1]) as index << 1 with the sign in bit 0. The order is that of the maps.
//
// binding        access  shape
// 0 start        r       [n + 1]
// 1 uses         r       [start[n]]
// 2 d_effective  r       [n_effective]
// 3 d_params     w       [first + n]
#include "common/kernel.glsl"

layout(local_size_x = INR_GROUP) in;

layout(std430, binding = 0) readonly buffer Start { uint start[]; };
layout(std430, binding = 1) readonly buffer Uses { uint uses[]; };
layout(std430, binding = 2) readonly buffer DEffective { real d_effective[]; };
layout(std430, binding = 3) writeonly buffer DParams { real d_params[]; };
layout(push_constant) uniform Push { inr_push_map push; };

void main()
{
    uint p = inr_thread();
    if (p >= push.n)
        return;
    real sum = R(0.0);
    for (uint u = start[p]; u < start[p + 1]; u++) {
        real v = d_effective[uses[u] >> 1];
        sum += (uses[u] & 1u) != 0 ? -v : v;
    }
    d_params[push.first + p] = sum;
}

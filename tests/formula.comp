// SPDX-License-Identifier: MIT
// formula.comp - Calls every formula that C and GLSL share: a row that is not GLSL fails here.
#version 450
#extension GL_GOOGLE_include_directive : require

#include "common/subset.h"
#include "common/math.glsl"
#include "common/random.glsl"
#include "common/grid.glsl"
#include "act/registry.glsl"
#include "enc/chebyshev.glsl"
#include "enc/frequency.glsl"
#include "enc/grid.glsl"
#include "enc/kernel.glsl"
#include "loss/geometry.glsl"
#include "loss/registry.glsl"

layout(local_size_x = 32) in;
layout(constant_id = 0) const uint ROW = 0u;
layout(std430, binding = 0) readonly buffer In { float data[]; } src;
layout(std430, binding = 1) writeonly buffer Out { float data[]; } dst;

#define ACT_SCALAR_CASE(id, name)                                                                  \
    case id: {                                                                                     \
        act_jet j = act_##name(z.a, p);                                                            \
        r = j.f + j.d + j.d2 + act_##name##_dp(z.a, p, k) + act_##name##_dpz(z.a, p, k);           \
        break;                                                                                     \
    }
#define ACT_PLANE_CASE(id, name)                                                                   \
    case id: {                                                                                     \
        act_h h = act_##name(z, p);                                                                \
        act_z b = act_##name##_b(z, h, h, p);                                                      \
        act_h t = act_##name##_t(z, h, b, p);                                                      \
        act_z tb = act_##name##_tb(z, h, b, h, p);                                                 \
        r = h.u + h.v + b.a + t.u + tb.a + act_##name##_bp(z, h, h, p, k) +                        \
            act_##name##_tbp(z, h, b, h, p, k);                                                    \
        break;                                                                                     \
    }
#define LOSS_CASE(id, name)                                                                        \
    case 64 + id: {                                                                                \
        inr_loss l = loss_##name(z.a, z.b, p[0]);                                                  \
        r = l.f + l.d;                                                                             \
        break;                                                                                     \
    }

void main()
{
    uint i = gl_GlobalInvocationID.x;
    act_z z;
    z.a = src.data[4u * i];
    z.b = src.data[4u * i + 1u];
    z.c = src.data[4u * i + 2u];
    z.d = src.data[4u * i + 3u];
    float p[ACT_CONSTANTS] = float[ACT_CONSTANTS](30.0, 1.0, 0.5, 0.25, 0.125, 0.0);
    int k = int(i % 6u);
    float r = 0.0;
    switch (ROW) {
        ACT_SCALAR_LIST(ACT_SCALAR_CASE)
        ACT_PLANE_LIST(ACT_PLANE_CASE)
        LOSS_LIST(LOSS_CASE)
    default: {
        inr_sc sc = enc_frequency(z.a * enc_octave_frequency(k, INR_PI));
        uint n = inr_batch_index(INR_BATCH_STRATIFIED, i, 100u, 1000u, 1u, 2u, 3u);
        inr_kernel_jet ivq = enc_kernel_ivq_jet(z.a, z.b, z.c, z.d, z.a, z.b, z.c, z.d, z.a);
        inr_kernel_jet hat = enc_kernel_hat_jet(z.a, z.b, z.c, z.d);
        inr_geometry_point y = inr_geometry_point(z.a, z.b, z.c, z.d);
        inr_geometry_point t = inr_geometry_point(z.d, z.c, z.b, z.a);
        inr_geometry_loss l =
            loss_geometry(y, t, z.a, inr_geometry(z.a, z.b, z.c, z.d, z.a, z.b));
        r = ivq.a + hat.a + l.a + enc_grid_slope(k, z.a, k) * enc_grid_rate(z.b, z.c) +
            enc_chebyshev_next_slope(z.a, z.b, z.c, z.d, z.a) +
            enc_kernel_share_slope(z.a, z.b, z.c, z.d) + enc_kernel_compose_slope(z.a, z.b) +
            enc_kernel_unit_second(z.a, z.b);
        r += sc.s + sc.c + inr_tanh(z.b) + inr_sigmoid(z.c) + inr_erf(z.d) +
            inr_grid_coord(n, 1000u, 0) + inr_uniform01(n) +
            enc_chebyshev_next(enc_chebyshev_argument(z.a), z.b, z.c) +
            TO_REAL(inr_grid_index(z.d, 1000u, 0));
    }
    }
    dst.data[i] = r;
}

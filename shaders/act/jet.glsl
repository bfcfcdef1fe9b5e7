// SPDX-License-Identifier: MIT
// jet.glsl - Tangents of the activation chosen in act/switch.glsl, and what hands them back. Planes as there.
#ifndef INR_ACT_JET
#define INR_ACT_JET

#include "act/switch.glsl"
#include "act/planes.glsl"

layout(constant_id = 4) const uint TANGENTS = 0;

const act_z ACT_Z0 = act_z(R(0.0), R(0.0), R(0.0), R(0.0));

act_h act_plane_tangent(act_z z, act_h h, act_z t, IN real p[ACT_CONSTANTS])
{
    switch (ACTIVATION) {
#define X(id, name) case id: return act_##name##_t(z, h, t, p);
        ACT_PLANE_LIST(X)
#undef X
    }
    return act_wire_t(z, h, t, p);
}

act_z act_plane_second(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS])
{
    switch (ACTIVATION) {
#define X(id, name) case id: return act_##name##_tb(z, h, t, g, p);
        ACT_PLANE_LIST(X)
#undef X
    }
    return act_wire_tb(z, h, t, g, p);
}

// d/dp_k of <g, tangent along t>
real act_tangent_constant(act_z z, act_h h, act_z t, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    switch (ACTIVATION) {
#define X(id, name) case id: return g.u * t.a * act_##name##_dpz(z.a, p, k);
        ACT_SCALAR_LIST(X)
#undef X
#define X(id, name) case id: return act_##name##_tbp(z, h, t, g, p, k);
        ACT_PLANE_LIST(X)
#undef X
    }
    return R(0.0);
}

#endif

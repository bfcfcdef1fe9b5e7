// SPDX-License-Identifier: MIT
// switch.glsl - The rows of the registry behind one specialisation constant, as planes: a scalar
// activation reads plane a and writes plane u. A driver that freezes ACTIVATION keeps one case.
#ifndef INR_ACT_SWITCH
#define INR_ACT_SWITCH

#include "common/math.glsl"
#include "act/registry.glsl"

layout(constant_id = 0) const uint ACTIVATION = 0;
layout(constant_id = 1) const uint PLANES_IN = 1;
layout(constant_id = 2) const uint PLANES_OUT = 1;

const bool IS_PLANE = ACTIVATION >= 32;

act_jet act_scalar(real z, IN real p[ACT_CONSTANTS])
{
    switch (ACTIVATION) {
#define X(id, name) case id: return act_##name(z, p);
        ACT_SCALAR_LIST(X)
#undef X
    }
    return act_none(z, p);
}

act_h act_plane(act_z z, IN real p[ACT_CONSTANTS])
{
    switch (ACTIVATION) {
#define X(id, name) case id: return act_##name(z, p);
        ACT_PLANE_LIST(X)
#undef X
    }
    return act_wire(z, p);
}

// h = act(z)
act_h act_forward(act_z z, IN real p[ACT_CONSTANTS])
{
    if (IS_PLANE)
        return act_plane(z, p);
    act_h h;
    h.u = act_scalar(z.a, p).f;
    h.v = R(0.0);
    return h;
}

act_z act_plane_backward(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    switch (ACTIVATION) {
#define X(id, name) case id: return act_##name##_b(z, h, g, p);
        ACT_PLANE_LIST(X)
#undef X
    }
    return act_wire_b(z, h, g, p);
}

// dL/dz from g = dL/dh
act_z act_backward(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS])
{
    if (IS_PLANE)
        return act_plane_backward(z, h, g, p);
    act_z r;
    r.a = g.u * act_scalar(z.a, p).d;
    r.b = R(0.0);
    r.c = R(0.0);
    r.d = R(0.0);
    return r;
}

// dL/dp_k from g = dL/dh
real act_constant(act_z z, act_h h, act_h g, IN real p[ACT_CONSTANTS], int k)
{
    switch (ACTIVATION) {
#define X(id, name) case id: return g.u * act_##name##_dp(z.a, p, k);
        ACT_SCALAR_LIST(X)
#undef X
#define X(id, name) case id: return act_##name##_bp(z, h, g, p, k);
        ACT_PLANE_LIST(X)
#undef X
    }
    return R(0.0);
}

#endif

// SPDX-License-Identifier: MIT
// registry.glsl - The list of activations: stable id, name, what they read, default constants.
//
// Scalar activations: one pre-activation z in, one value out, applied element by element.
//     act_jet act_NAME(real z, IN real p[ACT_CONSTANTS])          value, first, second derivative
//     real    act_NAME_dp(real z, IN real p[ACT_CONSTANTS], int k)  derivative by constant k
//     real    act_NAME_dpz(real z, IN real p[ACT_CONSTANTS], int k) ... of the first derivative
// Plane activations: a unit reads 1-4 pre-activation planes and writes 1-2 value planes. A complex
// number is a pair of planes. Unit i of plane k is row k * units + i of the slot.
//     act_h act_NAME(act_z z, IN real p[])                        value
//     act_z act_NAME_b(act_z z, act_h h, act_h g, IN real p[])    adjoint: dL/dz from g = dL/dh
//     act_h act_NAME_t(act_z z, act_h h, act_z t, IN real p[])    tangent: dh along dz = t
//     act_z act_NAME_tb(act_z z, act_h h, act_z t, act_h g, IN real p[])
//                                                 d/dz of <g, tangent>: the second derivative
//     real  act_NAME_bp(act_z z, act_h h, act_h g, IN real p[], int k)  dL/dp_k
//     real  act_NAME_tbp(act_z z, act_h h, act_z t, act_h g, IN real p[], int k)
//                                                 d/dp_k of <g, tangent>
// In the first layer of a complex field the pre-activations are real: only the first half of the
// planes exists and the others are zero.
//
// Ids go into files: never reuse one.
#ifndef INR_ACT_REGISTRY
#define INR_ACT_REGISTRY

#include "common/math.glsl"

#define ACT_CONSTANTS 6

STRUCT(act_jet)
{
    real f;
    real d;
    real d2;
};

STRUCT(act_z)
{
    real a;
    real b;
    real c;
    real d;
};

STRUCT(act_h)
{
    real u;
    real v;
};

#include "act/none.glsl"
#include "act/sine.glsl"
#include "act/relu.glsl"
#include "act/gelu.glsl"
#include "act/tanh.glsl"
#include "act/sigmoid.glsl"
#include "act/softplus.glsl"
#include "act/gauss.glsl"
#include "act/gabor.glsl"
#include "act/finer.glsl"
#include "act/sinc.glsl"
#include "act/hosc.glsl"
#include "act/incode.glsl"
#include "act/fkan.glsl"
#include "act/gabor2.glsl"
#include "act/wire.glsl"
#include "act/wire2d.glsl"
#include "act/paon.glsl"
#include "act/morlet.glsl"

// X(id, name): the table of names, constants and help lives in src/field/activation.c.
#define ACT_SCALAR_LIST(X)                                                                         \
    X(0, none)                                                                                     \
    X(1, sine)                                                                                     \
    X(2, relu)                                                                                     \
    X(3, gelu)                                                                                     \
    X(4, tanh)                                                                                     \
    X(5, sigmoid)                                                                                  \
    X(6, softplus)                                                                                 \
    X(7, gauss)                                                                                    \
    X(8, gabor)                                                                                    \
    X(9, finer)                                                                                    \
    X(10, sinc)                                                                                    \
    X(11, hosc)                                                                                    \
    X(12, incode)                                                                                  \
    X(13, fkan)

#define ACT_PLANE_LIST(X)                                                                          \
    X(32, gabor2)                                                                                  \
    X(33, wire)                                                                                    \
    X(34, wire2d)                                                                                  \
    X(35, paon)                                                                                    \
    X(36, morlet)

#endif

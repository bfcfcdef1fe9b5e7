// SPDX-License-Identifier: MIT
// geometry.glsl - The loss of a distance field by points and normals, of one sample (Sitzmann et al. 2020,
// eq. 6, with the weights of their code):
//
//     on w_on |f| + (1 - on) w_off exp(-sharpness |f|) + on w_normal (1 - cos(g, n))
//         + w_eikonal | |g| - 1 | + w_distance |f - distance|
//
// with the value f, its gradient g by the coordinates, the normal n of the surface and on = 1 on it. The
// loss is the mean over all samples, on the surface or not.
// Kinks: at f = 0, f = distance and |g| = 1 the derivative of the term is taken as 0. A gradient shorter
// than GEOMETRY_LEAST has no direction: cos is then (g . n) / GEOMETRY_LEAST, as in PyTorch, but it and |g|
// hand back no derivative.
#ifndef INR_LOSS_GEOMETRY_GLSL
#define INR_LOSS_GEOMETRY_GLSL

#include "common/geometry.h"
#include "common/math.glsl"

#define GEOMETRY_LEAST R(1e-8)

STRUCT(inr_geometry_loss)
{
    real loss;
    real f; // derivatives by the value
    real a; // and by the gradient
    real b;
    real c;
};

// A value with its gradient, or a distance with its normal; components of missing axes are 0.
STRUCT(inr_geometry_point)
{
    real f;
    real a;
    real b;
    real c;
};

FN real geometry_dot(inr_geometry_point x, inr_geometry_point y)
{
    return x.a * y.a + x.b * y.b + x.c * y.c;
}

FN inr_geometry_loss loss_geometry(inr_geometry_point y, inr_geometry_point t, real on, inr_geometry w)
{
    real off = TO_REAL(w.off) * (R(1.0) - on) * inr_exp(-TO_REAL(w.sharpness) * inr_abs(y.f));
    real size = inr_sqrt(geometry_dot(y, y));
    real normal = inr_sqrt(geometry_dot(t, t));
    bool turns = size > GEOMETRY_LEAST;
    real inv = R(1.0) / (turns ? size : GEOMETRY_LEAST);
    real inv_normal = R(1.0) / (normal > GEOMETRY_LEAST ? normal : GEOMETRY_LEAST);
    real cosine = geometry_dot(y, t) * inv * inv_normal;
    inr_geometry_loss l;
    l.loss = on * (TO_REAL(w.on) * inr_abs(y.f) + TO_REAL(w.normal) * (R(1.0) - cosine)) + off +
             TO_REAL(w.eikonal) * inr_abs(size - R(1.0)) + TO_REAL(w.distance) * inr_abs(y.f - t.f);
    l.f = (on * TO_REAL(w.on) - TO_REAL(w.sharpness) * off) * inr_sign(y.f) +
          TO_REAL(w.distance) * inr_sign(y.f - t.f);
    real along = turns ? TO_REAL(w.eikonal) * inr_sign(size - R(1.0)) : R(0.0); // g / |g|
    real across = turns ? -on * TO_REAL(w.normal) * inv : R(0.0);               // n - cos g / |g|
    along = inv * (along - across * cosine);
    across = across * inv_normal;
    l.a = along * y.a + across * t.a;
    l.b = along * y.b + across * t.b;
    l.c = along * y.c + across * t.c;
    return l;
}

#endif

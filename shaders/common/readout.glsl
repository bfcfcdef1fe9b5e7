// SPDX-License-Identifier: MIT
// readout.glsl - Measurements that see many points of a grid: their ids, and the formula of one kind.
//
// Parallel-beam projections of a picture (Radon 1917) are taken as the sum over the rows of the
// picture turned by each angle about its centre: bilinear, zeros outside, on the same canvas (Kim and
// Fridovich-Keil 2025). Here is what both directions share: where a pixel of the turned picture lies in the
// picture, and how much it sees of a pixel there. Forward sums over what a turned pixel sees, the
// adjoint over what sees a pixel: the same products, so one is the transpose of the other.
#ifndef INR_COMMON_READOUT
#define INR_COMMON_READOUT

#include "common/subset.h"

#define INR_READ_POINTS 0 // none: a sample is the field at its point
#define INR_READ_MEAN 1   // means over blocks of factor points on every axis
#define INR_READ_RADON 2  // projections of a picture

// Half of the longest side of what can see a pixel, in turned pixels: sqrt(2), rounded up.
#define INR_RADON_REACH R(1.41422)
// Turned pixels of an axis that can see a pixel.
#define INR_RADON_SEERS 3

STRUCT(inr_radon_point)
{
    real x;
    real y;
};

// Pixel (x, y), from the centre of the picture turned counter-clockwise by an angle of cosine c and
// sine s, in the picture, from its centre; y points down.
FN inr_radon_point inr_radon_source(real x, real y, real c, real s)
{
    inr_radon_point p;
    p.x = c * x - s * y;
    p.y = s * x + c * y;
    return p;
}

// The way back.
FN inr_radon_point inr_radon_turned(real x, real y, real c, real s)
{
    inr_radon_point p;
    p.x = c * x + s * y;
    p.y = c * y - s * x;
    return p;
}

// Bilinear weight of a pixel at distance d along one axis.
FN real inr_radon_hat(real d)
{
    real w = R(1.0) - (d < R(0.0) ? -d : d);
    return w > R(0.0) ? w : R(0.0);
}

#endif

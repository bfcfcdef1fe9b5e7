// SPDX-License-Identifier: MIT
// optimizer.glsl - One parameter's update. Moments and rates as in Kingma & Ba 2015 (Adam, algorithm 1),
// Loshchilov & Hutter 2019 (AdamW: decoupled weight decay), SGD with heavy-ball momentum as in PyTorch.
#ifndef INR_OPTIMIZER
#define INR_OPTIMIZER

#include "common/subset.h"

#define INR_OPTIMIZER_ADAM  0
#define INR_OPTIMIZER_ADAMW 1
#define INR_OPTIMIZER_SGD   2

STRUCT(inr_moments)
{
    real w;
    real m;
    real v;
};

// rate: learning rate; c1, c2: bias corrections 1 / (1 - beta^t); g: gradient.
FN inr_moments inr_optimizer_step(int kind, inr_moments s, real g, real rate, real c1, real c2,
                                  real beta1, real beta2, real epsilon, real decay)
{
    if (kind == INR_OPTIMIZER_SGD) {
        s.m = beta1 * s.m + (g + decay * s.w);
        s.w = s.w - rate * s.m;
        return s;
    }
    if (kind == INR_OPTIMIZER_ADAMW)
        s.w = s.w - rate * decay * s.w;
    else
        g = g + decay * s.w;
    s.m = beta1 * s.m + (R(1.0) - beta1) * g;
    s.v = beta2 * s.v + (R(1.0) - beta2) * g * g;
    s.w = s.w - rate * (s.m * c1) / (inr_sqrt(s.v * c2) + epsilon);
    return s;
}
#endif

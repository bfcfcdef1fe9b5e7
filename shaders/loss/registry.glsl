// SPDX-License-Identifier: MIT
// registry.glsl - The list of losses: stable id, name.
//
//     inr_loss loss_NAME(real y, real t, real k)   value and derivative by the prediction y
// for one element; t is the target and k the row's constant. Sums and means over a batch are the
// caller's. Ids go into files: never reuse one.
#ifndef INR_LOSS_REGISTRY
#define INR_LOSS_REGISTRY

#include "common/math.glsl"

STRUCT(inr_loss)
{
    real f;
    real d;
};

#include "loss/l2.glsl"
#include "loss/l1.glsl"
#include "loss/huber.glsl"
#include "loss/logcosh.glsl"
#include "loss/relative_l2.glsl"
#include "loss/mape.glsl"
#include "loss/bce.glsl"
#include "loss/truncated.glsl"

// X(id, name): the table of names, constants and help lives in src/field/loss.c.
#define LOSS_LIST(X)                                                                               \
    X(0, l2)                                                                                       \
    X(1, l1)                                                                                       \
    X(2, huber)                                                                                    \
    X(3, logcosh)                                                                                  \
    X(4, relative_l2)                                                                              \
    X(5, mape)                                                                                     \
    X(6, bce)                                                                                      \
    X(7, truncated)

#endif

// SPDX-License-Identifier: MIT
// optimizer.glsl - One parameter's update. Moments and rates as in Kingma & Ba 2015 (Adam, algorithm 1),
// Loshchilov & Hutter 2019 (AdamW: decoupled weight decay), SGD with heavy-ball momentum as in PyTorch.
// Muon (Jordan et al. 2024) steps matrices by orthogonal ones, see below; all that is no matrix takes AdamW's.
#ifndef INR_OPTIMIZER
#define INR_OPTIMIZER

#include "common/math.glsl"

#define INR_OPTIMIZER_ADAM  0
#define INR_OPTIMIZER_ADAMW 1
#define INR_OPTIMIZER_SGD   2
#define INR_OPTIMIZER_MUON  3 // of a matrix, whose gradient is a direction of Muon

STRUCT(inr_moments)
{
    real w;
    real m;
    real v;
};

// w towards 0 by at most `by`: the proximal step of by |w| (Tibshirani 1996). NaN stays NaN.
FN real inr_shrink(real w, real by)
{
    return w - (w > by ? by : w < R(0.0) - by ? R(0.0) - by : w);
}

// rate: learning rate; c1, c2: bias corrections 1 / (1 - beta^t); g: gradient. decay: of the weight's own
// size; absolute: of rate absolute, whatever the size.
FN inr_moments inr_optimizer_step(int kind, inr_moments s, real g, real rate, real c1, real c2,
                                  real beta1, real beta2, real epsilon, real decay, real absolute)
{
    if (kind == INR_OPTIMIZER_SGD) {
        s.m = beta1 * s.m + (g + decay * s.w);
        s.w = inr_shrink(s.w - rate * s.m, rate * absolute);
        return s;
    }
    if (kind == INR_OPTIMIZER_MUON) {
        s.w = s.w - rate * decay * s.w;
        s.w = inr_shrink(s.w - rate * g, rate * absolute);
        return s;
    }
    if (kind == INR_OPTIMIZER_ADAMW)
        s.w = s.w - rate * decay * s.w;
    else
        g = g + decay * s.w;
    s.m = beta1 * s.m + (R(1.0) - beta1) * g;
    s.v = beta2 * s.v + (R(1.0) - beta2) * g * g;
    s.w = inr_shrink(s.w - rate * (s.m * c1) / (inr_sqrt(s.v * c2) + epsilon), rate * absolute);
    return s;
}

// Muon. The momentum of a matrix of gradients G, looked ahead by a step (Nesterov):
//     M <- beta M + (1 - beta) G,  U = beta M + (1 - beta) G,
// is made orthogonal, U = P S Q^T -> P Q^T, by Newton-Schulz steps from U / |U|_F:
//     X <- a X + b (X X^T) X + c (X X^T)^2 X,
// whose a, b, c send singular values from 1e-3 on to between 0.7 and 1.2 in five of them. The direction is
// max(rows, cols)^0.5 X, whose entries have a root mean square near 1 whatever the shape (Liu et al. 2025,
// eq. 4, who take 0.2 of it): so rates are much what they are for Adam.
#define INR_MUON_STEPS 5
#define INR_MUON_A R(3.4445)
#define INR_MUON_B R(-4.775)
#define INR_MUON_C R(2.0315)

FN real inr_muon_momentum(real m, real g, real beta)
{
    return beta * m + (R(1.0) - beta) * g;
}

// 1 / |U|_F of the sum of the squares; 0: no direction can be told.
FN real inr_muon_normaliser(real squares)
{
    return squares < R(1e-30) ? R(0.0) : R(1.0) / inr_sqrt(squares);
}

// The direction of an entry of X, whose matrix has a longer side of that many.
FN real inr_muon_direction(real x, real longer)
{
    return inr_sqrt(longer) * x;
}

// Where entry `at` of [rows][cols] lies in the transpose.
FN uint32 inr_muon_transposed(uint32 at, uint32 rows, uint32 cols)
{
    return at % cols * rows + at / cols;
}

// Bias correction 1 / (1 - beta^t) of a scalar that takes its step number t; fade: -log(beta), at most 88.
FN real inr_optimizer_correction(real fade, real t)
{
    return R(-1.0) / inr_expm1(-fade * t);
}

// The average of a weight over steps t = 1, 2 ... with decay d (EMA of tiny-cuda-nn, Mueller 2021):
//     e_t = [d e_{t-1} (1 - d^{t-1}) + (1 - d) w_t] / (1 - d^t).
// What is kept is how far it lags behind, u_t = (e_t - w_t) (1 - d^t) / d^{t-r} with r a step not long
// before t, for which this becomes
//     u_t = u_{t-1} - (1 - d^{t-1}) d^{r-t+1} (w_t - w_{t-1}):
// a weight that stands still keeps its u, so that sparse steps do not visit it. A new r multiplies u by
// d^{r' - r}, the fade. gain, fade and the share d^{t-r} / (1 - d^t) follow from t (schedule.c).
FN real inr_lag_step(real u, real fade, real gain, real before, real after)
{
    return fade * u - gain * (after - before);
}

FN real inr_lag_average(real w, real u, real share)
{
    return w + share * u;
}
#endif

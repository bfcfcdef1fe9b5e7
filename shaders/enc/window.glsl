// SPDX-License-Identifier: MIT
// window.glsl - A Gaussian window of the distance to its centre: the envelope of Gabor filters
// (Fathony et al., ICLR 2021, eq. 9) and the elements of a scaling field.
#ifndef INR_ENC_WINDOW
#define INR_ENC_WINDOW

#include "common/math.glsl"

// exp(-gamma squares / 2), squares = |x - mu|^2.
FN real enc_window(real squares, real gamma)
{
    return inr_exp(R(-0.5) * gamma * squares);
}

// Derivative of a window y along an axis on which x is `away` from the centre.
FN real enc_window_slope(real y, real away, real gamma)
{
    return -gamma * away * y;
}

// What gradients g_k of those slopes give to the centre and to gamma, with turn = sum_k g_k away_k:
//     d mu_j = gamma y (g_j - gamma away_j turn),   d gamma = y turn (gamma squares / 2 - 1).
FN real enc_window_centre(real away, real g, real turn, real gamma)
{
    return g - gamma * away * turn;
}

FN real enc_window_width(real squares, real turn, real gamma)
{
    return turn * (R(0.5) * gamma * squares - R(1.0));
}

#endif

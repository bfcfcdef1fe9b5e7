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

#endif

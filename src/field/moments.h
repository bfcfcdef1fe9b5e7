/* SPDX-License-Identifier: MIT
 *
 * moments.h - Second moments of an activation and of its derivative under a normal pre-activation:
 * the two numbers that variance-informed initialisation is made of.
 */
#ifndef INR_FIELD_MOMENTS_H
#define INR_FIELD_MOMENTS_H

#include <stdbool.h>

#include "field/activation.h"

struct inr_moments {
    double f2; /* E |h|^2, h the value planes of a unit */
    double d2; /* E |J|^2, J = dh/dz: squares summed over value planes and pre-activation planes */
    double error; /* relative, of the worse of the two; 0: closed form */
};

/* Moments of a unit whose pre-activation planes are independent N(0, sigma^2), sigma > 0, with the
 * constants p. `first`: the unit stands in the first layer, where a complex row reads real
 * pre-activations, the imaginary planes being 0. Scalar rows by quadrature, plane rows in closed
 * form. Results may be infinite or 0 for absurd constants: check before dividing. False: a plane
 * row that has no closed form here. */
bool inr_moments_of(const struct inr_activation *act, const float p[INR_ACTIVATION_CONSTANTS],
                    double sigma, bool first, struct inr_moments *out);

#endif

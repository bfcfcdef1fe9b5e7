/* SPDX-License-Identifier: MIT
 *
 * generate.h - What the generated signals share: what is asked for, and the row of the table.
 */
#ifndef INR_SIGNAL_GENERATE_H
#define INR_SIGNAL_GENERATE_H

#include "inrush/signal.h"

/* What is asked for, checked. */
struct inr_generate_request {
    int dims;         /* 2 or 3, one that the row offers */
    double bandwidth; /* [0.1, 0.9] */
    uint32_t side;    /* points per axis */
    uint32_t seed;
};

/* Fill values [side^dims], C order with the last coordinate fastest. */
typedef enum inr_status inr_generate_fill(const struct inr_generate_request *request, float *values,
                                          struct inr_error *err);

inr_generate_fill inr_generate_bandlimited, inr_generate_spheres, inr_generate_sierpinski,
    inr_generate_star, inr_generate_phantom;

/* The cut-off of band-limited noise in cycles per sample, along any direction. */
double inr_noise_cutoff(double bandwidth);

/* Band-limited noise in double; side must be odd. Errors: INR_ERR_MEMORY. */
enum inr_status inr_noise_generate(const struct inr_generate_request *request, double *values,
                                   struct inr_error *err);

/* How many balls the request has, and their radius in cells. */
size_t inr_spheres_count(const struct inr_generate_request *request, double *radius);

#endif

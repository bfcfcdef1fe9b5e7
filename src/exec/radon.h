/* SPDX-License-Identifier: MIT
 *
 * radon.h - Projections of a picture (common/readout.glsl) and their transpose, on the host.
 */
#ifndef INR_EXEC_RADON_H
#define INR_EXEC_RADON_H

#include "exec/readout.h"

/* m [angles][columns] from the image, and back into it; every sum is one thread's. turns: [angles]
 * of cosine and sine, filled in here. */
void inr_radon_project(const struct inr_readout *r, const float *image, float *m, int threads);
void inr_radon_adjoint(const struct inr_readout *r, const float *m, float *image, float *turns,
                       int threads);

#endif

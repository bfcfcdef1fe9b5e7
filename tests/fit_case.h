/* SPDX-License-Identifier: MIT
 *
 * fit_case.h - Small generated pictures and quick settings that tests of fits and models share.
 */
#ifndef INR_TEST_FIT_CASE_H
#define INR_TEST_FIT_CASE_H

#include "inrush/fit.h"

/* A smooth picture with an edge; F32 samples run from -0.5 to 4. The caller frees it. */
struct inr_image inr_case_image(uint32_t width, uint32_t height, uint32_t channels,
                                enum inr_depth depth);

/* A field small enough for hundreds of steps a second, on one CPU thread. */
struct inr_fit_config inr_case_config(const char *preset);

#endif

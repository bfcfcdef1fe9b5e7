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

/* Fails with the sentence where the status is another. */
void inr_case_check(enum inr_status status, enum inr_status wanted, const struct inr_error *err);

/* inr_fit with that status; the caller frees the model, which may be NULL. */
struct inr_model *inr_case_fit(const struct inr_fit_input *input,
                               const struct inr_fit_config *config, const struct inr_model *resume,
                               const struct inr_fit_watch *watch, enum inr_status wanted);

/* inr_fit makes no model, and says these words. */
void inr_case_refuse(const struct inr_fit_input *input, const struct inr_fit_config *config,
                     enum inr_status wanted, const char *words);

#endif

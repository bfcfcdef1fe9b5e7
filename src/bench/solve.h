/* SPDX-License-Identifier: MIT
 *
 * solve.h - The largest field of a kind that does not exceed a size.
 */
#ifndef INR_BENCH_SOLVE_H
#define INR_BENCH_SOLVE_H

#include "bench/suite.h"

/* What a size means: trainable scalars, or bytes of the saved model. Both come from the field that
 * would be made, so no count is written down twice. */

/* The settings that size a field of this configuration: flags separated by commas, "width" or
 * "log2-table,width": the first is made as large as fits, then the next fills what is left. "shape"
 * stands for --resolution in proportion to the signal. */
const char *inr_bench_knob(const struct inr_fit_config *config);

/* Bytes of the file of a finished fit of that configuration, without optimiser state, with the
 * longest texts the file may come to hold. */
enum inr_status inr_bench_bytes(const struct inr_fit_config *config, uint64_t *bytes,
                                struct inr_error *err);

/* Set the knobs (NULL: inr_bench_knob) to their largest values whose count (mode INR_BENCH_BYTES:
 * whose bytes) is at most `size`; by bisection, as both grow with every knob. dims and channels are
 * set; shape [dims]: points of what is trained on, which also fills in what is left to the signal.
 * Errors: INR_ERR_USAGE (nothing is small enough, no such setting), INR_ERR_MEMORY. */
enum inr_status inr_bench_solve(struct inr_fit_config *config, const char *knobs,
                                const uint32_t *shape, enum inr_bench_mode mode, uint64_t size,
                                struct inr_error *err);

#endif

/* SPDX-License-Identifier: MIT
 *
 * readout.h - Steps whose measurements see the whole grid: the field is evaluated everywhere, the
 * loss is taken of the measurements, and its gradient goes back through the field a second time.
 */
#ifndef INR_EXEC_CPU_READOUT_H
#define INR_EXEC_CPU_READOUT_H

#include "exec/cpu/exec.h"

/* Memory for the pool's readout, and its targets; replaces what was there. Nothing to do for pools
 * without one. Errors: INR_ERR_MEMORY, INR_ERR_USAGE (a batch that is not all of the pool). */
enum inr_status inr_cpu_readout_set(struct inr_cpu_exec *exec, const struct inr_pool *pool,
                                    struct inr_error *err);
void inr_cpu_readout_free(struct inr_cpu_exec *exec);

/* Values on the grid, measurements, loss, and the loss's gradient on the grid; then result is that
 * of the step. */
void inr_cpu_readout_forward(struct inr_cpu_exec *exec, struct inr_step_result *result);

/* The gradient of points first .. first + n into the output's slot [channels][ld], 0 up to
 * n_padded. */
void inr_cpu_readout_give(const struct inr_cpu_exec *exec, uint32_t first, int n, int n_padded,
                          float *out);

#endif

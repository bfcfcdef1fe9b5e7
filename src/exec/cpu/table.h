/* SPDX-License-Identifier: MIT
 *
 * table.h - Gradients and updates of the tables of grid ops.
 *
 * Every worker adds to a gradient of its own and marks the blocks it touches; memory that no sample
 * reaches is never read nor written. The update visits marked blocks, sums the workers' parts in
 * their order, and clears them on the way.
 */
#ifndef INR_EXEC_CPU_TABLE_H
#define INR_EXEC_CPU_TABLE_H

#include "exec/cpu/exec.h"

/* Memory of a worker's table gradient, in bytes; and that of the exec's own. */
uint64_t inr_cpu_table_bytes(const struct inr_exec_config *config);
uint64_t inr_cpu_table_shared_bytes(const struct inr_exec_config *config);

/* Allocate for training; what is there is released by _free, also after a failure. */
bool inr_cpu_table_create(struct inr_cpu_exec *exec);
void inr_cpu_table_free(struct inr_cpu_exec *exec);

/* The scale of fixed-point sums over a batch of that size: a gradient of one unit of loss a sample
 * and channel is 2^32. */
double inr_cpu_table_scale(const struct inr_cpu_exec *exec, uint32_t batch);

/* Sum the workers' gradients, with those of the regularisers, into d_params [n_table], and clear
 * them. */
void inr_cpu_table_gradient(struct inr_cpu_exec *exec, float *d_params);

/* From the workers' gradients to new tables; clears them. */
void inr_cpu_table_apply(struct inr_cpu_exec *exec, const struct inr_step *step);

#endif

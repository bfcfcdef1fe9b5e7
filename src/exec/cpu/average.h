/* SPDX-License-Identifier: MIT
 *
 * average.h - The average of the parameters over the steps, where results are made of it: kept as
 * the lag behind the parameters, see inr_lag_step.
 */
#ifndef INR_EXEC_CPU_AVERAGE_H
#define INR_EXEC_CPU_AVERAGE_H

#include "exec/cpu/exec.h"

/* Floats that an average takes; 0: the exec keeps none. */
uint64_t inr_cpu_average_floats(const struct inr_exec_config *config);

/* The lag of sparse tables fades in a pass of its own, in the few steps that ask for it. */
void inr_cpu_average_fade(struct inr_cpu_exec *exec, const struct inr_step *step);

/* Let params and effective be those of the average, or those of training again. */
void inr_cpu_average_show(struct inr_cpu_exec *exec, bool show);

#endif

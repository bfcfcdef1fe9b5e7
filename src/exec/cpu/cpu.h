/* SPDX-License-Identifier: MIT
 *
 * cpu.h - The CPU backend: tiles of samples that stay in cache, OpenBLAS for the products, OpenMP
 * across tiles.
 */
#ifndef INR_EXEC_CPU_CPU_H
#define INR_EXEC_CPU_CPU_H

#include "exec/exec.h"

extern const struct inr_exec_backend inr_cpu_backend;

/* Fill in the device that stands for this machine's CPU: index 0, always usable. */
void inr_cpu_describe(struct inr_device *out);

/* Cores this process may use, at least 1. */
int inr_cpu_threads(void);

/* Samples a tile of this exec's program holds: a speed measurement repeats its products at that
 * size. */
int inr_cpu_tile(const struct inr_exec *exec);

#endif

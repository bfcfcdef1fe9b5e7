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

/* Columns of the products this exec computes: forward and data gradient take a block of a tile at a
 * time, the weight gradient the whole tile. For measurements of speed. */
void inr_cpu_columns(const struct inr_exec *exec, int *tile, int *block);

#endif

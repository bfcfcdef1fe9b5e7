/* SPDX-License-Identifier: MIT
 *
 * muon.h - Directions of Muon: the momenta of weight matrices made orthogonal, see
 * common/optimizer.glsl.
 */
#ifndef INR_EXEC_CPU_MUON_H
#define INR_EXEC_CPU_MUON_H

#include "exec/cpu/exec.h"

/* Floats that a thread needs beside the rest; 0: another optimiser, or no matrix. */
size_t inr_cpu_muon_floats(const struct inr_exec_config *config);

/* Of the program's matrices: m <- momentum, d_params <- direction. All else stays. */
void inr_cpu_muon(struct inr_cpu_exec *exec);

#endif

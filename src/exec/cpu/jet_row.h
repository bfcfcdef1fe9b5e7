/* SPDX-License-Identifier: MIT
 *
 * jet_row.h - Rows of jets in the files compiled once per instruction set: values and tangents.
 *
 * Every loop takes three tangents; those that are missing repeat the last one, which is harmless
 * where each is written for itself, and have share 0 in sums.
 */
#ifndef INR_EXEC_CPU_JET_ROW_H
#define INR_EXEC_CPU_JET_ROW_H

#include "exec/cpu/isa.h"

/* Values and three tangents of a row. */
struct inr_cpu_jet_row {
    float *f, *a, *b, *c;
};

/* Row r of a slot whose first sample is the first of a block of n. */
INR_CPU_INLINE struct inr_cpu_jet_row inr_cpu_jet_row(const float *slot, int r, int tangents, int n,
                                                      int ld)
{
    float *f = (float *)slot + (size_t)r * (size_t)ld;
    const struct inr_cpu_jet_row row = {f, f + n, f + (tangents > 1 ? 2 : 1) * n, f + tangents * n};
    return row;
}

/* Shares of the second and the third tangent. */
struct inr_cpu_jet_shares {
    float b, c;
};

INR_CPU_INLINE struct inr_cpu_jet_shares inr_cpu_jet_shares(int tangents)
{
    const struct inr_cpu_jet_shares s = {tangents > 1 ? 1.0f : 0.0f, tangents > 2 ? 1.0f : 0.0f};
    return s;
}

#endif

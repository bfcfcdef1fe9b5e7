/* SPDX-License-Identifier: MIT
 *
 * build_internal.h - Growing a program, for the files that build ops.
 */
#ifndef INR_FIELD_BUILD_INTERNAL_H
#define INR_FIELD_BUILD_INTERNAL_H

#include "field/build.h"

/* Append an op that writes a new slot of `rows`; returns the slot. */
int inr_build_op(struct inr_builder *b, struct inr_op op, int rows, bool learns);

/* Room for n numbers of the effective array; returns the offset. */
size_t inr_build_effective(struct inr_builder *b, size_t n);

bool inr_build_learns(const struct inr_builder *b, int slot);

/* Append n levels to the program's; returns the index of the first. */
int inr_build_levels(struct inr_builder *b, const inr_grid_level *levels, int n);

#endif

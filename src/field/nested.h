/* SPDX-License-Identifier: MIT
 *
 * nested.h - Several networks in one field: level k of N has the first ceil(k / N) of the units of
 * every hidden layer and a bias of the outputs of its own (Yu et al. 2019, "Slimmable Neural
 * Networks"; for pictures Hoshikawa et al. 2024, "Adaptive Neural Images").
 *
 * The tensors are those of the largest network. Only biases of the outputs are more: [N][channels],
 * first those of the highest level, then those of N - 1, down to 1.
 */
#ifndef INR_FIELD_NESTED_H
#define INR_FIELD_NESTED_H

#include "inrush/field.h"

/* The field holds several networks. */
bool inr_field_nests(const struct inr_field_config *config);

/* Of `units` those of level `level`. */
int inr_nested_units(const struct inr_field_config *config, int units, int level);

/* The lowest level, from 1, that a scalar of a slice belongs to; 1 in a field of one network. */
int inr_nested_shell(const struct inr_field *field, const struct inr_slice *slice, size_t i);

/* Network `level`, 1 .. nested - 1, as a field of its own. Errors: INR_ERR_USAGE, INR_ERR_MEMORY.
 */
enum inr_status inr_nested_extract(const struct inr_field *whole, int level, struct inr_field **out,
                                   struct inr_error *err);

#endif

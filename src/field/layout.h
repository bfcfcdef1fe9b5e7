/* SPDX-License-Identifier: MIT
 *
 * layout.h - Where each tensor lives in the flat parameter array: names, shapes and counts, for
 * architectures that add tensors and for those who bring the values.
 */
#ifndef INR_FIELD_LAYOUT_H
#define INR_FIELD_LAYOUT_H

#include "field/activation.h"
#include "inrush/field.h"

/* As inr_field_create, but params stays NULL: reading a file checks the sizes against the file
 * before it allocates. inr_field_free releases it, params included (malloc) where the caller set
 * them. */
enum inr_status inr_field_layout(const struct inr_field_config *config, struct inr_field **out,
                                 struct inr_error *err);

/* Units of hidden layer 0 .. layers. */
int inr_field_units(const struct inr_field_config *config, int layer);

/* Trainable scalars of the field of a configuration whose dims and channels are set. Errors:
 * INR_ERR_USAGE, INR_ERR_MEMORY. */
enum inr_status inr_field_count(const struct inr_field_config *config, uint64_t *parameters,
                                struct inr_error *err);

/* A layout under construction; a failed allocation is remembered and reported at the end. */
struct inr_layout {
    struct inr_field *field;
    const struct inr_activation *act;
    size_t capacity;
    bool failed;
};

/* Append a trainable tensor; `name` is a format with `layer` for its %d. */
void inr_layout_add(struct inr_layout *layout, enum inr_role role, int layer, int rows, int cols,
                    const char *name);

/* Append one that does not learn. Frozen tensors come last. */
void inr_layout_add_frozen(struct inr_layout *layout, enum inr_role role, int layer, int rows,
                           int cols, const char *name);

/* Append the affine layer `layer` of an MLP: its weight by the field's reparameterisation and
 * activation, and its bias. */
void inr_layout_affine(struct inr_layout *layout, int layer, int n_in, int n_out);

#endif

/* SPDX-License-Identifier: MIT
 *
 * build.h - What architectures build programs from: one call an op. Slots, the effective array and
 * the maps grow as needed; a failed allocation is remembered and reported once, at the end.
 */
#ifndef INR_FIELD_BUILD_H
#define INR_FIELD_BUILD_H

#include "field/activation.h"
#include "field/program.h"

struct inr_builder {
    const struct inr_field *field;
    const struct inr_activation *act;
    const struct inr_program_grid *grid; /* or NULL */
    struct inr_program *program;
    bool failed; /* out of memory: later calls do nothing and return slot 0 */
};

/* The slice of that role and layer, or NULL. */
const struct inr_slice *inr_build_find(const struct inr_builder *b, enum inr_role role, int layer);

/* Each returns the slot that its op writes. */

/* Features of the coordinates by the field's encoding; slot 0 for identity. */
int inr_build_encode(struct inr_builder *b);
/* The same for table encodings. */
int inr_build_grid(struct inr_builder *b);
/* The affine layer made of the slices of number `layer`: real or complex, plain or
 * reparameterised, with or without a bias. */
int inr_build_affine(struct inr_builder *b, int layer, int in);
/* The affine layer of given slices; bias may be NULL. */
int inr_build_product(struct inr_builder *b, const struct inr_slice *weight,
                      const struct inr_slice *bias, int in);
/* Layer 0 of the encoding: a lookup where the grid makes that cheaper, otherwise encode and affine.
 */
int inr_build_first(struct inr_builder *b);
/* The field's activation with its constants of layer `layer`. */
int inr_build_act(struct inr_builder *b, int layer, int in);
/* The activation of the outputs, or the way from opponent colours to RGB; `in` itself where the
 * field has none. */
int inr_build_output(struct inr_builder *b, int in);
/* Layer norm by slices INR_ROLE_NORM_SCALE and INR_ROLE_NORM_SHIFT. */
int inr_build_norm(struct inr_builder *b, int in);
int inr_build_mul(struct inr_builder *b, int in, int in2);
int inr_build_add(struct inr_builder *b, int in, int in2);
/* Gaussian windows of trainable centres and inverse variances, or n fixed ones, which
 * inr_program_create fills in. */
int inr_build_rbf(struct inr_builder *b, const struct inr_slice *centre,
                  const struct inr_slice *gamma);
int inr_build_fixed_rbf(struct inr_builder *b, int n);
/* Features of the field's nearest kernels; their cells are made from where the centres are now. */
int inr_build_kernels(struct inr_builder *b);
/* in + sin(n in) of the first layer's units. */
int inr_build_msc(struct inr_builder *b, int in);
/* Slot 0: the coordinates. Called once, before all others. */
int inr_build_input(struct inr_builder *b);

#endif

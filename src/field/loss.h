/* SPDX-License-Identifier: MIT
 *
 * loss.h - The table of losses: names, help and constants of the rows of
 * shaders/loss/registry.glsl, which holds their formulas (field/formula.h).
 */
#ifndef INR_FIELD_LOSS_H
#define INR_FIELD_LOSS_H

#include <stdbool.h>
#include <stddef.h>

/* Not struct inr_loss: that is what a formula returns. */
struct inr_loss_kind {
    int id;                    /* of the registry; goes into files */
    const char *name;          /* as in a configuration */
    const char *summary;       /* one line: formula of one element, origin */
    const char *constant_name; /* NULL: the row has no constant k */
    float constant_default;    /* > 0 when there is one */
    bool unit;                 /* outputs and targets lie in [0, 1] */
    bool has_kink;             /* the derivative jumps at y = t */
    bool jets;                 /* reads the gradient by the coordinates: loss geometry */
};

#define INR_LOSS_GEOMETRY 16 /* ids below are of losses of one element */

/* Rows have static storage. Lookups return NULL when there is no such row. */
size_t inr_loss_count(void);
const struct inr_loss_kind *inr_loss_at(size_t index);
const struct inr_loss_kind *inr_loss_by_name(const char *name);
const struct inr_loss_kind *inr_loss_by_id(int id);

#endif

/* SPDX-License-Identifier: MIT
 *
 * slab.h - Values of a source on a grid, some slices at a time; what is far from the surface is not
 * asked for.
 */
#ifndef INR_SHAPE_SLAB_H
#define INR_SHAPE_SLAB_H

#include "shape/source.h"

struct inr_slab {
    const struct inr_ask *ask;
    const float *axis[3]; /* coordinates of the points, [n[d]] */
    uint32_t n[3];
    uint32_t depth;       /* slices at once, a multiple of a block's */
    uint32_t first;       /* slice of the slab that `values` begins with; n[2]: none left */
    uint32_t count;       /* slices in it */
    bool sparse;          /* leave out blocks whose middle is far from the surface */
    float *values;        /* [count][n[1]][n[0]], negative inside */
    float *coords, *some; /* of one call: [batch][3], [batch] */
    uint32_t *where;      /* of one call: place in `values` */
    float *middles;       /* of the slab's blocks */
};

/* The arrays axis[] are borrowed. Errors: INR_ERR_MEMORY. Release with inr_slab_free in every case.
 */
enum inr_status inr_slab_create(struct inr_slab *slab, const struct inr_ask *ask,
                                float *const axis[3], const uint32_t n[3], bool sparse,
                                struct inr_error *err);
void inr_slab_free(struct inr_slab *slab);

/* Fill in the next slab; `values` and `count` are its. Errors: those of the source. */
enum inr_status inr_slab_next(struct inr_slab *slab, struct inr_error *err);

#endif

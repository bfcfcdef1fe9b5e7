/* SPDX-License-Identifier: MIT
 *
 * ply.h - The header of a PLY file (Turk 1994).
 */
#ifndef INR_SHAPE_PLY_H
#define INR_SHAPE_PLY_H

#include "shape/shape_internal.h"

#define INR_PLY_ELEMENTS   16
#define INR_PLY_PROPERTIES 64

enum inr_ply_type {
    INR_PLY_NONE,
    INR_PLY_I8,
    INR_PLY_U8,
    INR_PLY_I16,
    INR_PLY_U16,
    INR_PLY_I32,
    INR_PLY_U32,
    INR_PLY_F32,
    INR_PLY_F64
};

enum inr_ply_kind { INR_PLY_OTHER, INR_PLY_VERTICES, INR_PLY_FACES, INR_PLY_STRIPS };

struct inr_ply_property {
    enum inr_ply_type type;  /* of the value, of a list of its values */
    enum inr_ply_type count; /* of a list's length; NONE: not a list */
    int target;              /* vertex: 0..2 x y z, 3..5 normal; face: 0 its corners; -1: other */
};

struct inr_ply_element {
    uint64_t n;
    enum inr_ply_kind kind;
    int first, end; /* its properties */
};

struct inr_ply_header {
    bool text, big; /* big: binary, most significant byte first */
    int n_elements, n_properties;
    struct inr_ply_element elements[INR_PLY_ELEMENTS];
    struct inr_ply_property properties[INR_PLY_PROPERTIES];
    size_t bytes; /* of the header itself */
};

/* False when the bytes are no whole PLY header. */
bool inr_ply_parse(const uint8_t *data, size_t size, struct inr_ply_header *header);

#endif

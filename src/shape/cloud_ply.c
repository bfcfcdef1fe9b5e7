/* SPDX-License-Identifier: MIT
 *
 * cloud_ply.c - The vertices of PLY files without faces (Turk 1994), text or binary.
 *
 * Assimp makes triangles of three points in a row there, so clouds have a reader of their own.
 */
#define _XOPEN_SOURCE 700 /* newlocale */

#include "shape/cloud_text.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ELEMENTS   16
#define MAX_PROPERTIES 64
#define TOKEN          64

enum type { NONE, I8, U8, I16, U16, I32, U32, F32, F64 };

struct property {
    enum type type;  /* of the value, of a list of its values */
    enum type count; /* of a list's length; NONE: not a list */
    int target;      /* 0..2: x y z, 3..5: normal, -1: something else */
};

struct element {
    uint64_t n;
    bool vertices, faces;
    int first, end; /* its properties */
};

struct header {
    bool text, big;
    int n_elements, n_properties;
    struct element elements[MAX_ELEMENTS];
    struct property properties[MAX_PROPERTIES];
    size_t bytes; /* of the header itself */
};

static enum type type_of(const char *name)
{
    static const struct {
        const char *name;
        enum type type;
    } rows[] = {
        {"char", I8},   {"int8", I8},     {"uchar", U8},   {"uint8", U8},
        {"short", I16}, {"int16", I16},   {"ushort", U16}, {"uint16", U16},
        {"int", I32},   {"int32", I32},   {"uint", U32},   {"uint32", U32},
        {"float", F32}, {"float32", F32}, {"double", F64}, {"float64", F64},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].type;
    return NONE;
}

static int target_of(const char *name)
{
    static const char *const names[] = {"x", "y", "z", "nx", "ny", "nz"};
    for (int i = 0; i < 6; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    return -1;
}

static bool take_property(struct header *h, char words[5][TOKEN], int n)
{
    if (h->n_elements == 0 || h->n_properties == MAX_PROPERTIES)
        return false;
    struct property *p = &h->properties[h->n_properties++];
    const bool list = n == 5 && strcmp(words[1], "list") == 0;
    if (!list && n != 3)
        return false;
    p->count = list ? type_of(words[2]) : NONE;
    p->type = type_of(words[list ? 3 : 1]);
    p->target = list ? -1 : target_of(words[2]);
    h->elements[h->n_elements - 1].end = h->n_properties;
    return p->type != NONE && (!list || (p->count != NONE && p->count < F32));
}

static bool take_element(struct header *h, char words[5][TOKEN], int n)
{
    if (n != 3 || h->n_elements == MAX_ELEMENTS)
        return false;
    const size_t digits = strspn(words[2], "0123456789");
    if (digits == 0 || digits > 18 || words[2][digits])
        return false;
    h->elements[h->n_elements++] = (struct element){.n = strtoull(words[2], NULL, 10),
                                                    .vertices = strcmp(words[1], "vertex") == 0,
                                                    .faces = strcmp(words[1], "face") == 0 ||
                                                             strcmp(words[1], "tristrips") == 0,
                                                    .first = h->n_properties,
                                                    .end = h->n_properties};
    return true;
}

static bool take_format(struct header *h, char words[5][TOKEN], int n)
{
    h->text = n >= 2 && strcmp(words[1], "ascii") == 0;
    h->big = n >= 2 && strcmp(words[1], "binary_big_endian") == 0;
    return h->text || h->big || (n >= 2 && strcmp(words[1], "binary_little_endian") == 0);
}

static int words_of(const uint8_t *at, const uint8_t *end, char words[5][TOKEN])
{
    char more[TOKEN];
    int n = 0;
    while ((at = inr_cloud_token(at, end, n < 5 ? words[n] : more, TOKEN)) != NULL)
        n++;
    return n;
}

/* False when it is no whole PLY header. */
static bool parse_header(const uint8_t *data, size_t size, struct header *h)
{
    const uint8_t *at = data, *end = data + size;
    bool format = false;
    memset(h, 0, sizeof *h);
    for (int line = 0;; line++) {
        char words[5][TOKEN] = {{0}};
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop)
            return false;
        const int n = words_of(at, stop, words);
        at = stop + 1;
        bool good = true;
        if (line == 0)
            good = n == 1 && strcmp(words[0], "ply") == 0;
        else if (strcmp(words[0], "format") == 0)
            good = format = take_format(h, words, n);
        else if (strcmp(words[0], "element") == 0)
            good = take_element(h, words, n);
        else if (strcmp(words[0], "property") == 0)
            good = take_property(h, words, n);
        else if (strcmp(words[0], "end_header") == 0)
            break;
        else
            good = n == 0 || strcmp(words[0], "comment") == 0 || strcmp(words[0], "obj_info") == 0;
        if (!good)
            return false;
    }
    h->bytes = (size_t)(at - data);
    return format;
}

bool inr_cloud_is_ply(const uint8_t *head, size_t size)
{
    struct header h;
    uint64_t faces = 0, vertices = 0;
    if (!parse_header(head, size, &h))
        return false;
    for (int i = 0; i < h.n_elements; i++) {
        faces |= h.elements[i].faces ? h.elements[i].n : 0;
        vertices |= h.elements[i].vertices ? h.elements[i].n : 0;
    }
    return faces == 0 && vertices != 0;
}

struct cursor {
    const uint8_t *at, *end;
    bool text, big;
};

static bool next_binary(struct cursor *c, enum type type, double *out)
{
    static const unsigned sizes[] = {
        [I8] = 1, [U8] = 1, [I16] = 2, [U16] = 2, [I32] = 4, [U32] = 4, [F32] = 4, [F64] = 8};
    const unsigned size = sizes[type];
    uint64_t bits = 0;
    if ((size_t)(c->end - c->at) < size)
        return false;
    for (unsigned i = 0; i < size; i++)
        bits |= (uint64_t)c->at[c->big ? size - 1 - i : i] << 8 * i;
    c->at += size;
    if (type == F64) {
        memcpy(out, &bits, sizeof bits);
    } else if (type == F32) {
        const uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof single);
        *out = (double)single;
    } else {
        const uint64_t sign = (uint64_t)1 << (8 * size - 1);
        const bool is_signed = type == I8 || type == I16 || type == I32;
        *out = (double)bits - (is_signed && (bits & sign) ? 2.0 * (double)sign : 0.0);
    }
    return true;
}

static bool next_value(struct cursor *c, enum type type, double *out)
{
    char token[TOKEN];
    if (!c->text)
        return next_binary(c, type, out);
    const uint8_t *after = inr_cloud_token(c->at, c->end, token, sizeof token);
    if (!after || !inr_cloud_number(token, out))
        return false;
    c->at = after;
    return true;
}

/* One element of the file; values of x y z and the normal go to row. */
static bool next_row(struct cursor *c, const struct header *h, const struct element *e,
                     double row[6])
{
    for (int i = e->first; i < e->end; i++) {
        const struct property *p = &h->properties[i];
        double value, length = 1.0;
        if (p->count != NONE && !next_value(c, p->count, &length))
            return false;
        for (double k = 0.0; k < length; k++) {
            if (!next_value(c, p->type, &value))
                return false;
            if (p->target >= 0)
                row[p->target] = value;
        }
    }
    return true;
}

static enum inr_status damaged(struct inr_error *err, const char *name, const char *what)
{
    return inr_fail(err, INR_ERR_INPUT, "%s: damaged PLY: %s; export it again", name, what);
}

static enum inr_status read_rows(struct cursor *c, const struct header *h, const char *name,
                                 struct inr_mesh *mesh, struct inr_error *err)
{
    for (int i = 0; i < h->n_elements; i++) {
        const struct element *e = &h->elements[i];
        for (uint64_t k = 0; e->first < e->end && k < e->n; k++) {
            double row[6] = {0};
            if (!next_row(c, h, e, row))
                return inr_fail(
                    err, INR_ERR_INPUT,
                    "%s: damaged PLY: of %llu %s only %llu can be read; export it again", name,
                    (unsigned long long)e->n, e->vertices ? "vertices" : "elements",
                    (unsigned long long)k);
            for (int d = 0; e->vertices && d < 3; d++) {
                mesh->vertices[3 * k + (uint64_t)d] = (float)row[d];
                if (mesh->normals)
                    mesh->normals[3 * k + (uint64_t)d] = (float)row[3 + d];
            }
        }
        if (e->vertices)
            return INR_OK;
    }
    return INR_OK;
}

/* Which of the six targets the vertices have, as bits. */
static unsigned targets_of(const struct header *h, const struct element *e)
{
    unsigned bits = 0;
    for (int i = e->first; i < e->end; i++)
        if (h->properties[i].target >= 0)
            bits |= 1u << h->properties[i].target;
    return bits;
}

enum inr_status inr_cloud_decode_ply(const uint8_t *data, size_t size, const char *name,
                                     struct inr_mesh **out, struct inr_error *err)
{
    struct header h;
    const struct element *vertices = NULL;
    *out = NULL;
    if (!parse_header(data, size, &h))
        return damaged(err, name, "the header is not complete");
    for (int i = 0; !vertices && i < h.n_elements; i++)
        if (h.elements[i].vertices)
            vertices = &h.elements[i];
    if (!vertices || vertices->n == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: has no vertices; give a mesh or a cloud", name);
    const unsigned targets = targets_of(&h, vertices);
    if ((targets & 7) != 7)
        return damaged(err, name, "the vertices lack x, y or z");
    if (vertices->n > size - h.bytes)
        return damaged(err, name, "the file is too short for its number of vertices");
    enum inr_status status =
        inr_mesh_create((size_t)vertices->n, 0, (targets & 56) == 56, out, err);
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (status == INR_OK && plain == (locale_t)0)
        status = inr_shape_no_memory(err, name);
    if (status == INR_OK) {
        struct cursor c = {data + h.bytes, data + size, h.text, h.big};
        locale_t before = uselocale(plain);
        status = read_rows(&c, &h, name, *out, err);
        uselocale(before);
    }
    if (plain != (locale_t)0)
        freelocale(plain);
    if (status != INR_OK) {
        inr_mesh_free(*out);
        *out = NULL;
    }
    return status;
}

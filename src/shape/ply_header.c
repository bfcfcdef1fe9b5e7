/* SPDX-License-Identifier: MIT
 *
 * ply_header.c - What a PLY file says that it holds.
 */
#include "shape/cloud_text.h"
#include "shape/ply.h"

#include <stdlib.h>
#include <string.h>

#define TOKEN 64

static enum inr_ply_type type_of(const char *name)
{
    static const struct {
        const char *name;
        enum inr_ply_type type;
    } rows[] = {
        {"char", INR_PLY_I8},     {"int8", INR_PLY_I8},     {"uchar", INR_PLY_U8},
        {"uint8", INR_PLY_U8},    {"short", INR_PLY_I16},   {"int16", INR_PLY_I16},
        {"ushort", INR_PLY_U16},  {"uint16", INR_PLY_U16},  {"int", INR_PLY_I32},
        {"int32", INR_PLY_I32},   {"uint", INR_PLY_U32},    {"uint32", INR_PLY_U32},
        {"float", INR_PLY_F32},   {"float32", INR_PLY_F32}, {"double", INR_PLY_F64},
        {"float64", INR_PLY_F64},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (strcmp(rows[i].name, name) == 0)
            return rows[i].type;
    return INR_PLY_NONE;
}

static int target_of(enum inr_ply_kind kind, bool list, const char *name)
{
    static const char *const names[] = {"x", "y", "z", "nx", "ny", "nz"};
    for (int i = 0; kind == INR_PLY_VERTICES && !list && i < 6; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if ((kind == INR_PLY_FACES || kind == INR_PLY_STRIPS) && list &&
        (strcmp(name, "vertex_indices") == 0 || strcmp(name, "vertex_index") == 0))
        return 0;
    return -1;
}

static enum inr_ply_kind kind_of(const char *name)
{
    return strcmp(name, "vertex") == 0      ? INR_PLY_VERTICES
           : strcmp(name, "face") == 0      ? INR_PLY_FACES
           : strcmp(name, "tristrips") == 0 ? INR_PLY_STRIPS
                                            : INR_PLY_OTHER;
}

static bool take_property(struct inr_ply_header *h, char words[5][TOKEN], int n)
{
    if (h->n_elements == 0 || h->n_properties == INR_PLY_PROPERTIES)
        return false;
    struct inr_ply_property *p = &h->properties[h->n_properties++];
    const bool list = n == 5 && strcmp(words[1], "list") == 0;
    if (!list && n != 3)
        return false;
    p->count = list ? type_of(words[2]) : INR_PLY_NONE;
    p->type = type_of(words[list ? 3 : 1]);
    p->target = target_of(h->elements[h->n_elements - 1].kind, list, words[list ? 4 : 2]);
    h->elements[h->n_elements - 1].end = h->n_properties;
    return p->type != INR_PLY_NONE &&
           (!list || (p->count != INR_PLY_NONE && p->count < INR_PLY_F32));
}

static bool take_element(struct inr_ply_header *h, char words[5][TOKEN], int n)
{
    if (n != 3 || h->n_elements == INR_PLY_ELEMENTS)
        return false;
    const size_t digits = strspn(words[2], "0123456789");
    if (digits == 0 || digits > 18 || words[2][digits])
        return false;
    h->elements[h->n_elements++] = (struct inr_ply_element){.n = strtoull(words[2], NULL, 10),
                                                            .kind = kind_of(words[1]),
                                                            .first = h->n_properties,
                                                            .end = h->n_properties};
    return true;
}

static bool take_format(struct inr_ply_header *h, char words[5][TOKEN], int n)
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

bool inr_ply_parse(const uint8_t *data, size_t size, struct inr_ply_header *h)
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

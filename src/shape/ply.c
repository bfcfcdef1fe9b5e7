/* SPDX-License-Identifier: MIT
 *
 * ply.c - Meshes and clouds of points from PLY files, text or binary.
 *
 * Assimp makes triangles of a cloud's points, three in a row, and never returns from a file that
 * ends within the header.
 */
#define _XOPEN_SOURCE 700 /* newlocale */

#include "shape/ply.h"

#include "shape/cloud_text.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN 64

/* Corners from which a polygon is tried to be cut into a fan. */
#define FANS 16

struct cursor {
    const uint8_t *at, *end;
    bool text, big;
};

static bool next_binary(struct cursor *c, enum inr_ply_type type, double *out)
{
    static const unsigned sizes[] = {
        [INR_PLY_I8] = 1,  [INR_PLY_U8] = 1,  [INR_PLY_I16] = 2, [INR_PLY_U16] = 2,
        [INR_PLY_I32] = 4, [INR_PLY_U32] = 4, [INR_PLY_F32] = 4, [INR_PLY_F64] = 8};
    const unsigned size = sizes[type];
    uint64_t bits = 0;
    if ((size_t)(c->end - c->at) < size)
        return false;
    for (unsigned i = 0; i < size; i++)
        bits |= (uint64_t)c->at[c->big ? size - 1 - i : i] << 8 * i;
    c->at += size;
    if (type == INR_PLY_F64) {
        memcpy(out, &bits, sizeof bits);
    } else if (type == INR_PLY_F32) {
        const uint32_t narrow = (uint32_t)bits;
        float single;
        memcpy(&single, &narrow, sizeof single);
        *out = (double)single;
    } else {
        const uint64_t sign = (uint64_t)1 << (8 * size - 1);
        const bool is_signed = type == INR_PLY_I8 || type == INR_PLY_I16 || type == INR_PLY_I32;
        *out = (double)bits - (is_signed && (bits & sign) ? 2.0 * (double)sign : 0.0);
    }
    return true;
}

static bool next_value(struct cursor *c, enum inr_ply_type type, double *out)
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

/* ---- rows ---- */

/* What is being read. corners: of the face of the moment; triangles grow with the faces. */
struct reader {
    struct cursor c;
    const struct inr_ply_header *h;
    const char *name;
    struct inr_mesh *mesh; /* its vertices; no triangles yet */
    double row[6];
    uint32_t *corners, *triangles;
    size_t n_corners, corner_room, n_triangles, triangle_room;
};

/* Room for `more` words beyond n. */
static bool grow(uint32_t **words, size_t *room, size_t n, size_t more)
{
    if (n + more <= *room)
        return true;
    const size_t wanted = (n + more) * 2 + 64;
    uint32_t *grown = realloc(*words, wanted * sizeof *grown);
    if (!grown)
        return false;
    *words = grown;
    *room = wanted;
    return true;
}

static enum inr_status damaged(struct inr_error *err, const char *name, const char *what)
{
    return inr_fail(err, INR_ERR_INPUT, "%s: damaged PLY: %s; export it again", name, what);
}

/* A value on its way to where it belongs. */
static bool take(struct reader *r, const struct inr_ply_element *e,
                 const struct inr_ply_property *p, double value)
{
    if (p->target < 0)
        return true;
    if (e->kind == INR_PLY_VERTICES) {
        r->row[p->target] = value;
        return true;
    }
    if (!grow(&r->corners, &r->corner_room, r->n_corners, 1))
        return false;
    r->corners[r->n_corners++] =
        value >= 0.0 && value < 4294967295.0 ? (uint32_t)value : UINT32_MAX;
    return true;
}

/* One element of the file. */
static enum inr_status next_row(struct reader *r, const struct inr_ply_element *e, uint64_t number,
                                struct inr_error *err)
{
    r->n_corners = 0;
    for (int i = e->first; i < e->end; i++) {
        const struct inr_ply_property *p = &r->h->properties[i];
        double value, length = 1.0;
        bool good = p->count == INR_PLY_NONE || next_value(&r->c, p->count, &length);
        for (double k = 0.0; good && k < length; k++) {
            good = next_value(&r->c, p->type, &value);
            if (good && !take(r, e, p, value))
                return inr_shape_no_memory(err, r->name);
        }
        if (!good)
            return inr_fail(err, INR_ERR_INPUT,
                            "%s: damaged PLY: of %llu %s only %llu can be read; export it again",
                            r->name, (unsigned long long)e->n,
                            e->kind == INR_PLY_VERTICES ? "vertices"
                            : e->kind == INR_PLY_FACES  ? "faces"
                                                        : "elements",
                            (unsigned long long)number);
    }
    return INR_OK;
}

/* ---- faces ---- */

static bool cross_of(const struct reader *r, const uint32_t t[3], double out[3])
{
    for (int k = 0; k < 3; k++)
        if (t[k] >= r->mesh->n_vertices)
            return false;
    const struct inr_mesh one = {.vertices = r->mesh->vertices, .triangles = (uint32_t *)t};
    inr_mesh_cross(&one, 0, out);
    return true;
}

/* How many triangles of the fan from corner k lie the wrong way round for the polygon's normal. */
static size_t folds_of(const struct reader *r, size_t k, const double normal[3])
{
    const uint32_t *c = r->corners;
    const size_t n = r->n_corners;
    size_t folds = 0;
    for (size_t i = 1; i + 1 < n; i++) {
        const uint32_t t[3] = {c[k], c[(k + i) % n], c[(k + i + 1) % n]};
        double out[3] = {0};
        if (cross_of(r, t, out))
            folds += out[0] * normal[0] + out[1] * normal[1] + out[2] * normal[2] < 0.0;
    }
    return folds;
}

/* The corner whose fan folds least: 0 for a convex polygon, the inward corner of a dart. */
static size_t best_fan(const struct reader *r)
{
    double normal[3] = {0};
    size_t best = 0, least = SIZE_MAX;
    for (size_t i = 1; i + 1 < r->n_corners; i++) {
        const uint32_t t[3] = {r->corners[0], r->corners[i], r->corners[i + 1]};
        double out[3] = {0};
        if (!cross_of(r, t, out))
            return 0;
        for (int d = 0; d < 3; d++)
            normal[d] += out[d];
    }
    for (size_t k = 0; k < r->n_corners && k < FANS && least > 0; k++) {
        const size_t folds = folds_of(r, k, normal);
        if (folds < least) {
            least = folds;
            best = k;
        }
    }
    return best;
}

static bool put_triangle(struct reader *r, uint32_t a, uint32_t b, uint32_t c)
{
    if (!grow(&r->triangles, &r->triangle_room, 3 * r->n_triangles, 3))
        return false;
    uint32_t *out = r->triangles + 3 * r->n_triangles++;
    out[0] = a;
    out[1] = b;
    out[2] = c;
    return true;
}

static bool put_face(struct reader *r)
{
    const uint32_t *c = r->corners;
    const size_t n = r->n_corners, k = n > 3 ? best_fan(r) : 0;
    bool good = true;
    for (size_t i = 1; good && i + 1 < n; i++)
        good = put_triangle(r, c[k], c[(k + i) % n], c[(k + i + 1) % n]);
    return good;
}

/* Every corner makes a triangle with the two before it; -1 starts anew. */
static bool put_strip(struct reader *r)
{
    const uint32_t *c = r->corners;
    bool good = true;
    for (size_t i = 0, start = 0; good && i < r->n_corners; i++) {
        if (c[i] == UINT32_MAX)
            start = i + 1;
        else if (i >= start + 2)
            good = (i - start) % 2 == 0 ? put_triangle(r, c[i - 2], c[i - 1], c[i])
                                        : put_triangle(r, c[i - 1], c[i - 2], c[i]);
    }
    return good;
}

/* ---- the file ---- */

static void put_vertex(struct reader *r, uint64_t i)
{
    for (size_t d = 0; d < 3; d++) {
        r->mesh->vertices[3 * i + d] = (float)r->row[d];
        if (r->mesh->normals)
            r->mesh->normals[3 * i + d] = (float)r->row[3 + d];
    }
}

static enum inr_status read_rows(struct reader *r, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (int i = 0; i < r->h->n_elements; i++) {
        const struct inr_ply_element *e = &r->h->elements[i];
        for (uint64_t k = 0; e->first < e->end && k < e->n; k++) {
            status = next_row(r, e, k, err);
            if (status != INR_OK)
                return status;
            if (e->kind == INR_PLY_VERTICES)
                put_vertex(r, k);
            if ((e->kind == INR_PLY_FACES && !put_face(r)) ||
                (e->kind == INR_PLY_STRIPS && !put_strip(r)))
                return inr_shape_no_memory(err, r->name);
        }
    }
    return INR_OK;
}

/* Hand the triangles over; a cloud is left as it is. Normals are kept for clouds only. */
static enum inr_status finish(struct reader *r, bool faces, struct inr_error *err)
{
    if (!faces)
        return INR_OK;
    if (r->n_triangles == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: has no triangles; give a mesh", r->name);
    if (r->n_triangles >= UINT32_MAX / 3)
        return inr_fail(err, INR_ERR_INPUT, "%s: has too many triangles; simplify it", r->name);
    free(r->mesh->normals);
    r->mesh->normals = NULL;
    r->mesh->triangles = r->triangles;
    r->mesh->n_triangles = r->n_triangles;
    r->triangles = NULL;
    return INR_OK;
}

/* The vertices' element, and which of its six targets it has, as bits. Faces before the vertices
 * could not be cut. */
static enum inr_status plan(const struct inr_ply_header *h, size_t bytes, const char *name,
                            const struct inr_ply_element **vertices, unsigned *targets, bool *faces,
                            struct inr_error *err)
{
    for (int i = 0; i < h->n_elements; i++) {
        const struct inr_ply_element *e = &h->elements[i];
        if (e->kind == INR_PLY_VERTICES && *vertices)
            return damaged(err, name, "there are two kinds of vertices");
        if (e->kind == INR_PLY_VERTICES)
            *vertices = e;
        if ((e->kind == INR_PLY_FACES || e->kind == INR_PLY_STRIPS) && e->n > 0) {
            *faces = true;
            if (!*vertices)
                return damaged(err, name, "the faces come before the vertices");
        }
    }
    if (!*vertices || (*vertices)->n == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: has no vertices; give a mesh or a cloud", name);
    for (int i = (*vertices)->first; i < (*vertices)->end; i++)
        *targets |= h->properties[i].target >= 0 ? 1u << h->properties[i].target : 0;
    if ((*targets & 7) != 7)
        return damaged(err, name, "the vertices lack x, y or z");
    if ((*vertices)->n > bytes)
        return damaged(err, name, "the file is too short for its number of vertices");
    return INR_OK;
}

bool inr_ply_probe(const uint8_t *head, size_t size)
{
    return size >= 4 && memcmp(head, "ply", 3) == 0 && (head[3] == '\n' || head[3] == '\r');
}

enum inr_status inr_ply_decode(const uint8_t *data, size_t size, const char *name,
                               struct inr_mesh **out, struct inr_error *err)
{
    struct inr_ply_header h;
    struct reader r = {.h = &h, .name = name};
    const struct inr_ply_element *vertices = NULL;
    unsigned targets = 0;
    bool faces = false;
    *out = NULL;
    if (!inr_ply_parse(data, size, &h))
        return damaged(err, name, "the header is not complete");
    enum inr_status status = plan(&h, size - h.bytes, name, &vertices, &targets, &faces, err);
    if (status == INR_OK)
        status = inr_mesh_create((size_t)vertices->n, 0, (targets & 56) == 56, &r.mesh, err);
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    if (status == INR_OK && plain == (locale_t)0)
        status = inr_shape_no_memory(err, name);
    if (status == INR_OK) {
        locale_t before = uselocale(plain);
        r.c = (struct cursor){data + h.bytes, data + size, h.text, h.big};
        status = read_rows(&r, err);
        uselocale(before);
    }
    if (status == INR_OK)
        status = finish(&r, faces, err);
    if (plain != (locale_t)0)
        freelocale(plain);
    free(r.corners);
    free(r.triangles);
    if (status == INR_OK)
        *out = r.mesh;
    else
        inr_mesh_free(r.mesh);
    return status;
}

/* SPDX-License-Identifier: MIT
 *
 * caps.c - Closes a mesh: fans of triangles over the rims of its holes.
 *
 * An edge that more triangles pass one way than the other is a rim, as often as the difference.
 * Rims that share vertices are the border of something, so that a fan from any one point over all
 * of them has no border but theirs: with its caps a mesh winds a whole number of times around every
 * point, whatever its triangles are like.
 */
#include "shape/surface_internal.h"

#include <stdlib.h>
#include <string.h>

struct cap {
    uint32_t from, to; /* as the cap passes the edge */
};

struct rims {
    struct cap *caps;
    size_t n, room;
    uint32_t *parent;  /* [n_vertices] of a forest: vertices joined by rims */
    double (*sums)[4]; /* [n_vertices] of the places of a root's rims, and their number */
};

static bool add_cap(struct rims *rims, uint32_t from, uint32_t to)
{
    if (rims->n == rims->room) {
        const size_t room = rims->room ? 2 * rims->room : 64;
        struct cap *caps = realloc(rims->caps, room * sizeof *caps);
        if (!caps)
            return false;
        rims->caps = caps;
        rims->room = room;
    }
    rims->caps[rims->n++] = (struct cap){from, to};
    return true;
}

/* Stops when there are more than `most`. */
static bool find_rims(struct rims *rims, const struct inr_mesh *mesh, const struct inr_edges *edges,
                      size_t most)
{
    bool good = true;
    for (size_t v = 0; v < mesh->n_vertices; v++)
        for (size_t at = edges->first[v], end; at < edges->first[v + 1]; at = end) {
            const uint32_t other = edges->halves[at].other;
            size_t away = 0;
            end = inr_edges_end(edges, v, at);
            for (size_t i = at; i < end; i++)
                away += mesh->triangles[edges->halves[i].side] == v;
            const size_t back = end - at - away;
            for (size_t k = back; good && k < away && rims->n <= most; k++)
                good = add_cap(rims, other, (uint32_t)v);
            for (size_t k = away; good && k < back && rims->n <= most; k++)
                good = add_cap(rims, (uint32_t)v, other);
        }
    return good;
}

/* The middle of each set of rims. */
static void find_middles(struct rims *rims, const struct inr_mesh *mesh)
{
    for (size_t v = 0; v < mesh->n_vertices; v++)
        rims->parent[v] = (uint32_t)v;
    for (size_t i = 0; i < rims->n; i++) {
        const uint32_t a = inr_forest_root(rims->parent, rims->caps[i].from);
        rims->parent[a] = inr_forest_root(rims->parent, rims->caps[i].to);
    }
    for (size_t i = 0; i < rims->n; i++) {
        double *sum = rims->sums[inr_forest_root(rims->parent, rims->caps[i].from)];
        for (size_t d = 0; d < 3; d++)
            sum[d] += (double)mesh->vertices[3 * (size_t)rims->caps[i].from + d];
        sum[3] += 1.0;
    }
}

static enum inr_status make_fans(struct rims *rims, const struct inr_mesh *mesh,
                                 struct inr_mesh **out, struct inr_error *err)
{
    const enum inr_status status = inr_mesh_create(3 * rims->n, rims->n, false, out, err);
    for (size_t i = 0; status == INR_OK && i < rims->n; i++) {
        const struct cap cap = rims->caps[i];
        const double *sum = rims->sums[inr_forest_root(rims->parent, cap.from)];
        float *corner = (*out)->vertices + 9 * i;
        memcpy(corner, mesh->vertices + 3 * (size_t)cap.from, 3 * sizeof *corner);
        memcpy(corner + 3, mesh->vertices + 3 * (size_t)cap.to, 3 * sizeof *corner);
        for (size_t d = 0; d < 3; d++) {
            corner[6 + d] = (float)(sum[d] / sum[3]);
            (*out)->triangles[3 * i + d] = (uint32_t)(3 * i + d);
        }
    }
    return status;
}

enum inr_status inr_mesh_caps(const struct inr_mesh *mesh, const struct inr_edges *edges,
                              size_t most, struct inr_mesh **out, bool *too_many,
                              struct inr_error *err)
{
    struct rims rims = {0};
    enum inr_status status = INR_OK;
    *out = NULL;
    bool good = find_rims(&rims, mesh, edges, most);
    *too_many = rims.n > most;
    if (good && rims.n > 0 && !*too_many) {
        rims.parent = malloc(mesh->n_vertices * sizeof *rims.parent);
        rims.sums = calloc(mesh->n_vertices, sizeof *rims.sums);
        good = rims.parent && rims.sums;
        if (good) {
            find_middles(&rims, mesh);
            status = make_fans(&rims, mesh, out, err);
        }
    }
    free(rims.caps);
    free(rims.parent);
    free(rims.sums);
    return good ? status : inr_shape_no_memory(err, "mesh");
}

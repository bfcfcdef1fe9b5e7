/* SPDX-License-Identifier: MIT
 *
 * mesh_case.c - Fields as sources; counts of edges, fans and places by sorting.
 */
#include "mesh_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum inr_status shape_values(void *data, const float *coords, size_t n, float *out,
                             struct inr_error *err)
{
    struct shape *shape = data;
    (void)err;
    shape->points += n;
    shape->largest = n > shape->largest ? n : shape->largest;
    for (size_t i = 0; i < n; i++) {
        const double x[3] = {(double)coords[3 * i], (double)coords[3 * i + 1],
                             (double)coords[3 * i + 2]};
        out[i] = (float)shape->value(x);
    }
    return INR_OK;
}

static int by_key(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

static int by_place(const void *a, const void *b)
{
    return memcmp(a, b, 3 * sizeof(float));
}

static void *need(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    if (!p)
        abort();
    return p;
}

static void count_edges(const struct inr_mesh *mesh, struct mesh_facts *facts)
{
    const size_t n = 3 * mesh->n_triangles;
    uint64_t *keys = need(n, sizeof *keys);
    size_t edges = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t a = mesh->triangles[i];
        const uint32_t b = mesh->triangles[i % 3 == 2 ? i - 2 : i + 1];
        keys[i] = (uint64_t)a << 32 | b;
    }
    qsort(keys, n, sizeof *keys, by_key);
    for (size_t i = 0; i < n; i++) {
        const uint64_t opposite = keys[i] << 32 | keys[i] >> 32;
        const bool again = i > 0 && keys[i] == keys[i - 1];
        const bool paired = bsearch(&opposite, keys, n, sizeof *keys, by_key) != NULL;
        facts->double_edges += again;
        facts->open_edges += !paired;
        edges += !again && (!paired || keys[i] < opposite);
    }
    facts->euler = (long)mesh->n_vertices - (long)edges + (long)mesh->n_triangles;
    free(keys);
}

static uint32_t root(uint32_t *parent, uint32_t i)
{
    while (parent[i] != i)
        i = parent[i] = parent[parent[i]];
    return i;
}

struct spoke {
    uint64_t edge;      /* both ends, the smaller first */
    uint32_t corner[2]; /* 3 * triangle + place, at the smaller and the larger end */
};

static int by_edge(const void *a, const void *b)
{
    const struct spoke *x = a, *y = b;
    return (x->edge > y->edge) - (x->edge < y->edge);
}

/* Corners at one vertex belong to one fan when triangles lead from one to the other by edges that
 * end there. */
static void count_fans(const struct inr_mesh *mesh, struct mesh_facts *facts)
{
    const size_t n = 3 * mesh->n_triangles;
    struct spoke *spokes = need(n, sizeof *spokes);
    uint32_t *parent = need(n, sizeof *parent), *fans = need(mesh->n_vertices, sizeof *fans);
    for (size_t i = 0; i < n; i++) {
        const size_t next = i % 3 == 2 ? i - 2 : i + 1;
        const uint32_t a = mesh->triangles[i], b = mesh->triangles[next];
        const bool rising = a < b;
        parent[i] = (uint32_t)i;
        spokes[i].edge = rising ? (uint64_t)a << 32 | b : (uint64_t)b << 32 | a;
        spokes[i].corner[!rising] = (uint32_t)i;
        spokes[i].corner[rising] = (uint32_t)next;
    }
    qsort(spokes, n, sizeof *spokes, by_edge);
    for (size_t i = 1; i < n; i++)
        for (int end = 0; spokes[i].edge == spokes[i - 1].edge && end < 2; end++)
            parent[root(parent, spokes[i].corner[end])] = root(parent, spokes[i - 1].corner[end]);
    for (size_t i = 0; i < n; i++)
        fans[mesh->triangles[i]] += parent[i] == i;
    for (size_t v = 0; v < mesh->n_vertices; v++) {
        facts->unused += fans[v] == 0;
        facts->pinched += fans[v] > 1;
    }
    free(fans);
    free(parent);
    free(spokes);
}

static void measure(const struct inr_mesh *mesh, struct mesh_facts *facts)
{
    for (size_t t = 0; t < mesh->n_triangles; t++) {
        double p[3][3], cross[3], area = 0.0;
        for (size_t k = 0; k < 3; k++)
            for (size_t d = 0; d < 3; d++)
                p[k][d] = (double)mesh->vertices[3 * (size_t)mesh->triangles[3 * t + k] + d];
        for (size_t d = 0; d < 3; d++) {
            const size_t u = (d + 1) % 3, v = (d + 2) % 3;
            cross[d] = (p[1][u] - p[0][u]) * (p[2][v] - p[0][v]) -
                       (p[1][v] - p[0][v]) * (p[2][u] - p[0][u]);
            facts->volume += p[0][d] * cross[d] / 6.0;
            area += cross[d] * cross[d];
        }
        facts->area += 0.5 * sqrt(area);
        facts->degenerate += area > 0.0 ? 0 : 1;
    }
}

struct mesh_facts mesh_facts(const struct inr_mesh *mesh)
{
    struct mesh_facts facts = {0};
    const size_t size = 3 * sizeof(float);
    float *places = need(mesh->n_vertices, size);
    for (size_t i = 0; i < 3 * mesh->n_vertices; i++)
        places[i] = mesh->vertices[i] + 0.0f; /* -0 is 0 */
    qsort(places, mesh->n_vertices, size, by_place);
    for (size_t i = 1; i < mesh->n_vertices; i++)
        facts.twins += memcmp(places + 3 * i, places + 3 * i - 3, size) == 0;
    free(places);
    count_edges(mesh, &facts);
    count_fans(mesh, &facts);
    measure(mesh, &facts);
    return facts;
}

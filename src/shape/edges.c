/* SPDX-License-Identifier: MIT
 *
 * edges.c - Which triangles meet at an edge.
 */
#include "shape/shape_internal.h"

#include <stdlib.h>

static void ends(const struct inr_mesh *mesh, uint32_t side, uint32_t *from, uint32_t *to)
{
    const uint32_t corner = side % 3, base = side - corner;
    *from = mesh->triangles[side];
    *to = mesh->triangles[base + (corner + 1) % 3];
}

static int compare(const void *a, const void *b)
{
    const struct inr_half_edge *x = a, *y = b;
    if (x->other != y->other)
        return x->other < y->other ? -1 : 1;
    return x->side < y->side ? -1 : x->side > y->side;
}

enum inr_status inr_edges_init(struct inr_edges *edges, const struct inr_mesh *mesh,
                               struct inr_error *err)
{
    const size_t n = 3 * mesh->n_triangles;
    edges->first = calloc(mesh->n_vertices + 2, sizeof *edges->first);
    edges->halves = malloc((n ? n : 1) * sizeof *edges->halves);
    if (!edges->first || !edges->halves) {
        inr_edges_finish(edges);
        return inr_shape_no_memory(err, "mesh");
    }
    /* counted one place ahead, so that filling leaves first[] where it should be */
    for (uint32_t s = 0; s < n; s++) {
        uint32_t a, b;
        ends(mesh, s, &a, &b);
        edges->first[(size_t)(a < b ? a : b) + 2]++;
    }
    for (size_t v = 2; v < mesh->n_vertices + 2; v++)
        edges->first[v] += edges->first[v - 1];
    for (uint32_t s = 0; s < n; s++) {
        uint32_t a, b;
        ends(mesh, s, &a, &b);
        const size_t at = edges->first[(size_t)(a < b ? a : b) + 1]++;
        edges->halves[at] = (struct inr_half_edge){a < b ? b : a, s};
    }
    for (size_t v = 0; v < mesh->n_vertices; v++)
        qsort(edges->halves + edges->first[v], edges->first[v + 1] - edges->first[v],
              sizeof *edges->halves, compare);
    return INR_OK;
}

void inr_edges_finish(struct inr_edges *edges)
{
    free(edges->first);
    free(edges->halves);
    edges->first = NULL;
    edges->halves = NULL;
}

size_t inr_edges_end(const struct inr_edges *edges, size_t v, size_t at)
{
    const uint32_t other = edges->halves[at].other;
    while (at < edges->first[v + 1] && edges->halves[at].other == other)
        at++;
    return at;
}

void inr_edges_count(const struct inr_edges *edges, const struct inr_mesh *mesh,
                     struct inr_mesh_report *report)
{
    report->open_edges = report->crowded_edges = report->inconsistent = 0;
    for (size_t v = 0; v < mesh->n_vertices; v++)
        for (size_t at = edges->first[v], end; at < edges->first[v + 1]; at = end) {
            size_t away = 0; /* sides that leave v here; each needs one that comes back */
            end = inr_edges_end(edges, v, at);
            for (size_t i = at; i < end; i++)
                away += mesh->triangles[edges->halves[i].side] == v;
            report->open_edges += end - at == 1;
            report->crowded_edges += end - at > 2;
            report->inconsistent += end - at > 1 && 2 * away != end - at;
        }
}

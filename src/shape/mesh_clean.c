/* SPDX-License-Identifier: MIT
 *
 * mesh_clean.c - Makes of whatever a reader found a mesh that questions can be asked of.
 *
 * Readers disagree about shared vertices (STL has none, assimp splits OBJ's at every texture seam),
 * so those in exactly one place are joined here, for all formats alike.
 */
#include "shape/shape_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool finite3(const float *p)
{
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
}

/* Scale to unit length; false when there is no direction. */
static bool make_unit(float *n)
{
    const double x = (double)n[0], y = (double)n[1], z = (double)n[2];
    const double length = sqrt(x * x + y * y + z * z);
    if (!isfinite(length) || length <= 0.0)
        return false;
    n[0] = (float)(x / length);
    n[1] = (float)(y / length);
    n[2] = (float)(z / length);
    return true;
}

/* map[i]: the first vertex in the place of i, or UINT32_MAX where it is bad. */
static enum inr_status map_vertices(struct inr_mesh *mesh, uint32_t *map,
                                    struct inr_mesh_report *report, struct inr_error *err)
{
    struct inr_row_table table;
    enum inr_status status = inr_row_table_init(&table, mesh->n_vertices, err);
    uint32_t(*rows)[3] = malloc((mesh->n_vertices + 1) * sizeof *rows);
    if (status == INR_OK && !rows)
        status = inr_shape_no_memory(err, "mesh");
    for (size_t i = 0; status == INR_OK && i < mesh->n_vertices; i++) {
        float *p = mesh->vertices + 3 * i;
        map[i] = UINT32_MAX;
        if (!finite3(p) || (mesh->normals && !make_unit(mesh->normals + 3 * i))) {
            report->bad_vertices++;
            continue;
        }
        for (int d = 0; d < 3; d++)
            p[d] += 0.0f; /* -0 and 0 are one place */
        memcpy(rows[i], p, sizeof rows[i]);
        map[i] = inr_row_table_add(&table, (const uint32_t(*)[3])rows, (uint32_t)i);
    }
    free(rows);
    inr_row_table_finish(&table);
    return status;
}

/* Least corner first, the order round the triangle kept. */
static void rotate(uint32_t *t)
{
    while (t[0] > t[1] || t[0] > t[2]) {
        const uint32_t first = t[0];
        t[0] = t[1];
        t[1] = t[2];
        t[2] = first;
    }
}

static enum inr_status map_triangles(struct inr_mesh *mesh, const uint32_t *map,
                                     struct inr_mesh_report *report, struct inr_error *err)
{
    struct inr_row_table table;
    enum inr_status status = inr_row_table_init(&table, mesh->n_triangles, err);
    if (status != INR_OK)
        return status;
    uint32_t(*rows)[3] = (uint32_t(*)[3])mesh->triangles;
    size_t kept = 0;
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        uint32_t t[3];
        bool bad = false;
        for (int k = 0; k < 3; k++) {
            t[k] = rows[i][k] < mesh->n_vertices ? map[rows[i][k]] : UINT32_MAX;
            bad |= t[k] == UINT32_MAX;
        }
        if (bad) {
            report->bad_triangles++;
        } else if (t[0] == t[1] || t[1] == t[2] || t[2] == t[0]) {
            report->degenerate++;
        } else {
            rotate(t);
            memcpy(rows[kept], t, sizeof t);
            if (inr_row_table_add(&table, (const uint32_t(*)[3])rows, (uint32_t)kept) == kept)
                kept++;
            else
                report->duplicates++;
        }
    }
    mesh->n_triangles = kept;
    inr_row_table_finish(&table);
    return INR_OK;
}

/* Keep the vertices that are in use, in their order; map becomes their new index. */
static void compact(struct inr_mesh *mesh, uint32_t *map, bool cloud,
                    struct inr_mesh_report *report)
{
    uint8_t *used = (uint8_t *)(map + mesh->n_vertices);
    size_t kept = 0;
    memset(used, 0, mesh->n_vertices);
    for (size_t i = 0; i < 3 * mesh->n_triangles; i++)
        used[mesh->triangles[i]] = 1;
    for (size_t i = 0; i < mesh->n_vertices; i++) {
        if (map[i] != UINT32_MAX && map[i] != i) {
            if (cloud)
                report->duplicates++;
            else
                report->merged_vertices++;
            continue;
        }
        if (map[i] == UINT32_MAX || (!cloud && !used[i]))
            continue;
        memmove(mesh->vertices + 3 * kept, mesh->vertices + 3 * i, 3 * sizeof *mesh->vertices);
        if (mesh->normals)
            memmove(mesh->normals + 3 * kept, mesh->normals + 3 * i, 3 * sizeof *mesh->normals);
        map[i] = (uint32_t)kept++;
    }
    for (size_t i = 0; i < 3 * mesh->n_triangles; i++)
        mesh->triangles[i] = map[mesh->triangles[i]];
    mesh->n_vertices = kept;
}

static enum inr_status refuse_empty(const struct inr_mesh *mesh, bool cloud, const char *name,
                                    const struct inr_mesh_report *report, struct inr_error *err)
{
    double box[2][3], area = 0.0;
    inr_mesh_box(mesh, box);
    if (cloud ? mesh->n_vertices == 0 : mesh->n_triangles == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: nothing is left: %zu points are not finite, %zu triangles have such a "
                        "corner or one that is not there, %zu are degenerate; export it again",
                        name, report->bad_vertices, report->bad_triangles, report->degenerate);
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        double n[3];
        inr_mesh_cross(mesh, i, n);
        area += sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    }
    if (inr_box_longest(box) <= 0.0 || (!cloud && area <= 0.0))
        return inr_fail(err, INR_ERR_INPUT, "%s: all %s, so there is no surface; %s", name,
                        inr_box_longest(box) <= 0.0 ? "points are in one place"
                                                    : "triangles have an area of zero",
                        "give a mesh with some extent");
    return INR_OK;
}

/* A closed mesh whose triangles agree that its outside is inside. */
static enum inr_status turn(struct inr_mesh *mesh, struct inr_mesh_report *report,
                            struct inr_error *err)
{
    struct inr_edges edges;
    enum inr_status status = inr_edges_init(&edges, mesh, err);
    if (status != INR_OK)
        return status;
    inr_edges_count(&edges, mesh, report);
    inr_edges_finish(&edges);
    if (report->open_edges || report->inconsistent || inr_mesh_volume(mesh) >= 0.0)
        return INR_OK;
    report->turned = true;
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        uint32_t *t = mesh->triangles + 3 * i;
        const uint32_t second = t[1];
        t[1] = t[2];
        t[2] = second;
    }
    return INR_OK;
}

enum inr_status inr_mesh_clean(struct inr_mesh *mesh, const char *name,
                               struct inr_mesh_report *report, struct inr_error *err)
{
    const bool cloud = !mesh->triangles;
    /* one word for the map and one byte for "in use" a vertex */
    uint32_t *map = malloc((mesh->n_vertices + 1) * (sizeof *map + 1));
    if (!map)
        return inr_shape_no_memory(err, name);
    enum inr_status status = map_vertices(mesh, map, report, err);
    if (status == INR_OK && !cloud)
        status = map_triangles(mesh, map, report, err);
    if (status == INR_OK)
        compact(mesh, map, cloud, report);
    free(map);
    if (status == INR_OK)
        status = refuse_empty(mesh, cloud, name, report, err);
    if (status == INR_OK && !cloud)
        status = turn(mesh, report, err);
    return status;
}

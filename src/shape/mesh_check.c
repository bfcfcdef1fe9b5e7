/* SPDX-License-Identifier: MIT
 *
 * mesh_check.c - What is wrong with a mesh, counted and in a sentence.
 */
#include "shape/shape_internal.h"

#include <float.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Below this many floats along the longest side, rounding shows in a fit. */
#define FEW_STEPS 1e4

uint32_t inr_forest_root(uint32_t *parent, uint32_t v)
{
    while (parent[v] != v) {
        parent[v] = parent[parent[v]];
        v = parent[v];
    }
    return v;
}

enum inr_status inr_mesh_count_components(const struct inr_mesh *mesh, size_t *count,
                                          struct inr_error *err)
{
    uint32_t *parent = malloc(mesh->n_vertices * sizeof *parent);
    if (!parent)
        return inr_shape_no_memory(err, "mesh");
    for (size_t v = 0; v < mesh->n_vertices; v++)
        parent[v] = (uint32_t)v;
    *count = mesh->n_vertices;
    for (size_t i = 0; i < 3 * mesh->n_triangles; i++) {
        const uint32_t a = inr_forest_root(parent, mesh->triangles[i - i % 3]);
        const uint32_t b = inr_forest_root(parent, mesh->triangles[i]);
        *count -= a != b;
        parent[a > b ? a : b] = a > b ? b : a;
    }
    free(parent);
    return INR_OK;
}

enum inr_status inr_mesh_count_two_sided(const struct inr_mesh *mesh, size_t *count,
                                         struct inr_error *err)
{
    struct inr_row_table table;
    uint32_t(*rows)[3] = malloc(mesh->n_triangles * sizeof *rows);
    enum inr_status status = inr_row_table_init(&table, mesh->n_triangles, err);
    *count = 0;
    if (status == INR_OK && !rows)
        status = inr_shape_no_memory(err, "mesh");
    for (size_t i = 0; status == INR_OK && i < mesh->n_triangles; i++) {
        const uint32_t *t = mesh->triangles + 3 * i;
        uint32_t low = t[0] < t[1] ? t[0] : t[1], high = t[0] < t[1] ? t[1] : t[0];
        low = t[2] < low ? t[2] : low;
        high = t[2] > high ? t[2] : high;
        rows[i][0] = low;
        rows[i][1] = t[0] + t[1] + t[2] - low - high;
        rows[i][2] = high;
        *count += inr_row_table_add(&table, (const uint32_t(*)[3])rows, (uint32_t)i) != i;
    }
    free(rows);
    inr_row_table_finish(&table);
    return status;
}

static void measure(const struct inr_mesh *mesh, struct inr_mesh_report *report)
{
    inr_mesh_box(mesh, report->box);
    report->area = 0.0;
    report->volume = inr_mesh_volume(mesh);
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        double n[3];
        inr_mesh_cross(mesh, i, n);
        const double twice = sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        report->needles += twice <= 0.0;
        report->area += 0.5 * twice;
    }
    double size = 0.0;
    for (int d = 0; d < 3; d++)
        size = fmax(size, fmax(fabs(report->box[0][d]), fabs(report->box[1][d])));
    /* the gap between neighbouring floats of this size */
    const double gap = (double)FLT_EPSILON * exp2(floor(log2(fmax(size, (double)FLT_MIN))));
    report->steps = inr_box_longest(report->box) / gap;
}

enum inr_status inr_mesh_check(const struct inr_mesh *mesh, struct inr_mesh_report *report,
                               struct inr_error *err)
{
    struct inr_edges edges = {0};
    report->vertices = mesh->n_vertices;
    report->triangles = mesh->n_triangles;
    report->normals = mesh->normals != NULL;
    report->needles = report->two_sided = report->crossing_edges = report->components = 0;
    report->open_edges = report->crowded_edges = report->inconsistent = 0;
    report->closed = false;
    measure(mesh, report);
    if (!mesh->triangles || !mesh->n_triangles)
        return INR_OK;
    enum inr_status status = inr_mesh_count_components(mesh, &report->components, err);
    if (status == INR_OK)
        status = inr_mesh_count_two_sided(mesh, &report->two_sided, err);
    if (status == INR_OK)
        status = inr_edges_init(&edges, mesh, err);
    if (status == INR_OK) {
        inr_edges_count(&edges, mesh, report);
        status = inr_mesh_count_crossings(mesh, &edges, &report->crossing_edges, err);
        inr_edges_finish(&edges);
    }
    report->closed = report->open_edges == 0;
    return status;
}

bool inr_mesh_report_worrying(const struct inr_mesh_report *r)
{
    return r->bad_vertices || r->bad_triangles || r->open_edges || r->crowded_edges ||
           r->inconsistent || r->two_sided || r->crossing_edges || r->steps < FEW_STEPS ||
           (r->triangles == 0 && !r->normals);
}

struct sentence {
    char *text;
    size_t size, used;
};

#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
static void
say(struct sentence *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (s->used < s->size) {
        const int n = vsnprintf(s->text + s->used, s->size - s->used, format, args);
        s->used += n > 0 ? (size_t)n : 0;
    }
    va_end(args);
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

static void say_faults(struct sentence *s, const struct inr_mesh_report *r)
{
    const struct {
        size_t n;
        const char *one, *many;
    } rows[] = {
        {r->open_edges, "open edge", "open edges"},
        {r->crowded_edges, "edge of more than two triangles", "edges of more than two triangles"},
        {r->inconsistent, "edge whose triangles disagree about the outside",
         "edges whose triangles disagree about the outside"},
        {r->two_sided, "triangle that is there from both sides",
         "triangles that are there from both sides"},
        {r->crossing_edges, "edge that pierces another triangle",
         "edges that pierce another triangle"},
        {r->needles, "triangle without area", "triangles without area"},
        {r->bad_vertices, "vertex that is no number dropped",
         "vertices that are no number dropped"},
        {r->bad_triangles, "triangle with a bad corner dropped",
         "triangles with a bad corner dropped"},
        {r->degenerate, "degenerate triangle dropped", "degenerate triangles dropped"},
        {r->duplicates, "duplicate dropped", "duplicates dropped"},
    };
    const char *join = ", with ";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].n == 0)
            continue;
        say(s, "%s%zu %s", join, rows[i].n, rows[i].n == 1 ? rows[i].one : rows[i].many);
        join = ", ";
    }
}

void inr_mesh_report_text(const struct inr_mesh_report *r, char *text, size_t size)
{
    struct sentence s = {text, size, 0};
    if (size)
        text[0] = '\0';
    if (r->triangles == 0)
        say(&s, "a cloud of %zu point%s %s normals", r->vertices, plural(r->vertices),
            r->normals ? "with" : "without");
    else
        say(&s, "%s mesh of %zu triangle%s in %zu piece%s",
            !r->closed          ? "an open"
            : r->crossing_edges ? "a closed but self-intersecting"
                                : "a closed",
            r->triangles, plural(r->triangles), r->components, plural(r->components));
    say_faults(&s, r);
    if (r->turned)
        say(&s, "; it faced inwards and was turned round");
    if (r->steps < FEW_STEPS)
        say(&s,
            "; so far from the origin that 32-bit floats leave only %.0f steps along its longest "
            "side: move it to the origin in double precision",
            r->steps);
}

/* SPDX-License-Identifier: MIT
 *
 * march.c - Marching cubes: one vertex for each edge of the grid that crosses the surface, found
 * again by the cells that share the edge.
 */
#include "shape/march.h"

#include <stdlib.h>
#include <string.h>

/* Cells of a row that are skipped together where all their points lie on one side. */
#define RUN 16u

enum { OUTSIDE, INSIDE, BOTH };

enum inr_status inr_march_create(struct inr_march *march, const uint32_t n[3],
                                 struct inr_error *err)
{
    const size_t slice = (size_t)n[0] * n[1];
    bool whole = true;
    *march = (struct inr_march){.n = {n[0], n[1], n[2]}, .n_runs = (n[0] + RUN - 2) / RUN};
    const enum inr_status status = inr_cube_table_create(&march->table, err);
    if (status != INR_OK)
        return status;
    for (int d = 0; d < 3; d++)
        whole &= (march->axis[d] = malloc(n[d] * sizeof(float))) != NULL;
    for (int s = 0; s < 2; s++) {
        whole &= (march->values[s] = malloc(slice * sizeof(float))) != NULL;
        whole &= (march->sides[s] = malloc((size_t)n[1] * march->n_runs)) != NULL;
        whole &= (march->along_x[s] = malloc(slice * sizeof(uint32_t))) != NULL;
        whole &= (march->along_y[s] = malloc(slice * sizeof(uint32_t))) != NULL;
    }
    whole &= (march->along_z = malloc(slice * sizeof(uint32_t))) != NULL;
    return whole ? INR_OK
                 : inr_fail(err, INR_ERR_MEMORY,
                            "out of memory for slices of %u x %u points; a lower resolution "
                            "needs less",
                            n[0], n[1]);
}

void inr_march_free(struct inr_march *march)
{
    inr_cube_table_free(&march->table);
    for (int d = 0; d < 3; d++)
        free(march->axis[d]);
    for (int s = 0; s < 2; s++) {
        free(march->values[s]);
        free(march->sides[s]);
        free(march->along_x[s]);
        free(march->along_y[s]);
    }
    free(march->along_z);
    free(march->vertices);
    free(march->triangles);
    *march = (struct inr_march){0};
}

/* Room for `more` further elements of three words each. */
static enum inr_status make_room(void **array, size_t n, size_t *room, size_t more,
                                 struct inr_error *err)
{
    if (n + more <= *room)
        return INR_OK;
    const size_t wanted = (*room + more) * 3 / 2 + 1024;
    void *grown = realloc(*array, wanted * 3 * sizeof(float));
    if (!grown)
        return inr_fail(err, INR_ERR_MEMORY,
                        "out of memory for a mesh of more than %zu corners or triangles; a lower "
                        "resolution needs less",
                        n);
    *array = grown;
    *room = wanted;
    return INR_OK;
}

static enum inr_status room_for(struct inr_march *m, size_t vertices, size_t triangles,
                                struct inr_error *err)
{
    void *v = m->vertices, *t = m->triangles;
    if (m->n_vertices + vertices >= UINT32_MAX)
        return inr_fail(err, INR_ERR_USAGE,
                        "the mesh has more than 2^32 vertices; ask for a lower resolution");
    enum inr_status status = make_room(&v, m->n_vertices, &m->room_vertices, vertices, err);
    m->vertices = v;
    if (status == INR_OK)
        status = make_room(&t, m->n_triangles, &m->room_triangles, triangles, err);
    m->triangles = t;
    return status;
}

/* Where values fa at a and fb at b, of opposite sign, are 0. */
static float crossing(float a, float b, float fa, float fb, float clear)
{
    const double t = (double)fa / ((double)fa - (double)fb);
    const float x = (float)((double)a + t * ((double)b - (double)a));
    const float low = a + clear, high = b - clear;
    return x < low ? low : x > high ? high : x;
}

static uint32_t add_vertex(struct inr_march *m, float x, float y, float z)
{
    float *v = m->vertices + 3 * m->n_vertices;
    v[0] = x;
    v[1] = y;
    v[2] = z;
    return (uint32_t)m->n_vertices++;
}

static uint32_t run_end(const struct inr_march *m, uint32_t run)
{
    const uint32_t end = (run + 1) * RUN;
    return end < m->n[0] - 1 ? end : m->n[0] - 1;
}

/* Sides of the runs of a row: of their points, the first of the next run included. */
static void find_sides(struct inr_march *m, uint32_t j)
{
    const uint32_t now = m->taken & 1;
    const float *f = m->values[now] + (size_t)j * m->n[0];
    uint8_t *sides = m->sides[now] + (size_t)j * m->n_runs;
    for (uint32_t run = 0; run < m->n_runs; run++) {
        const float *at = f + run * RUN;
        const uint32_t points = run_end(m, run) - run * RUN + 1;
        int inside = 0;
        for (uint32_t i = 0; i < points; i++)
            inside += at[i] < 0.0f;
        sides[run] = inside == 0 ? OUTSIDE : inside == (int)points ? INSIDE : BOTH;
    }
}

/* Two runs without an edge from one to the other that crosses the surface. */
static bool alike(uint8_t a, uint8_t b)
{
    return a == b && a != BOTH;
}

/* Vertices on the edges of a run of row j, and on those that lead to it from the slice before. The
 * last point of a run belongs to the next, but for the last run. */
static void cross_run(struct inr_march *m, uint32_t j, uint32_t run)
{
    const uint32_t n0 = m->n[0], now = m->taken & 1, k = m->taken;
    const uint32_t first = run * RUN, edges = run_end(m, run);
    const uint32_t end = run + 1 == m->n_runs ? n0 : edges;
    const size_t at = (size_t)j * n0, side = (size_t)j * m->n_runs + run;
    const float *f = m->values[now] + at, *before = m->values[!now] + at;
    const float *ax = m->axis[0], y = m->axis[1][j], z = m->axis[2][k];
    for (uint32_t i = first; m->sides[now][side] == BOTH && i < edges; i++)
        if ((f[i] < 0.0f) != (f[i + 1] < 0.0f))
            m->along_x[now][at + i] =
                add_vertex(m, crossing(ax[i], ax[i + 1], f[i], f[i + 1], m->clear), y, z);
    if (j + 1 < m->n[1] && !alike(m->sides[now][side], m->sides[now][side + m->n_runs]))
        for (uint32_t i = first; i < end; i++)
            if ((f[i] < 0.0f) != (f[i + n0] < 0.0f))
                m->along_y[now][at + i] = add_vertex(
                    m, ax[i], crossing(y, m->axis[1][j + 1], f[i], f[i + n0], m->clear), z);
    if (k > 0 && !alike(m->sides[now][side], m->sides[!now][side]))
        for (uint32_t i = first; i < end; i++)
            if ((before[i] < 0.0f) != (f[i] < 0.0f))
                m->along_z[at + i] = add_vertex(
                    m, ax[i], y, crossing(m->axis[2][k - 1], z, before[i], f[i], m->clear));
}

/* A cell between the last two slices; corner c is at values[c >> 2][at + (c & 1) + ...]. */
struct cell {
    size_t at[2]; /* of its corners with y = 0 and 1, x = 0, in a slice */
    const float *low, *high;
    int pattern;
};

/* Whether the inside corners of an ambiguous face are joined: the saddle of the bilinear
 * interpolant is inside. Products of two floats are exact in double, and both cells of a face see
 * the same four values, so they agree. */
static bool joined(const struct cell *c, int face)
{
    int corners[4];
    double v[4];
    inr_cube_face_corners(face, corners);
    for (int i = 0; i < 4; i++) {
        const int k = corners[i];
        v[i] = (double)(k & 4 ? c->high : c->low)[c->at[k >> 1 & 1] + (size_t)(k & 1)];
    }
    return v[0] < 0.0 ? v[0] * v[2] > v[1] * v[3] : v[1] * v[3] > v[0] * v[2];
}

static const struct inr_cube_way *choose_way(const struct inr_march *m, const struct cell *c)
{
    const int faces = m->table.ambiguous[c->pattern];
    uint32_t way = 0;
    for (int face = 0, j = 0; face < INR_CUBE_FACES; face++)
        if (faces >> face & 1)
            way |= (uint32_t)joined(c, face) << j++;
    return &m->table.ways[m->table.first[c->pattern] + way];
}

static uint32_t vertex_of(const struct inr_march *m, const struct cell *c, int edge)
{
    const uint32_t now = m->taken & 1;
    const size_t u = edge & 1, v = edge >> 1 & 1;
    switch (edge / 4) {
    case 0: /* u along y, v along z */
        return m->along_x[v ? now : !now][c->at[u]];
    case 1: /* u along z, v along x */
        return m->along_y[u ? now : !now][c->at[0] + v];
    default: /* u along x, v along y */
        return m->along_z[c->at[v] + u];
    }
}

/* The middle of the corners that share triangles with the centre; each is in two of them. */
static uint32_t add_centre(struct inr_march *m, const struct inr_cube_way *way,
                           const uint32_t vertices[], int centre)
{
    double sum[3] = {0.0};
    int n = 0;
    for (int t = 0; t < way->n_triangles; t++) {
        if (way->corners[t][2] != centre) /* it is always the last */
            continue;
        for (int d = 0; d < 3; d++)
            sum[d] += (double)m->vertices[3 * (size_t)vertices[way->corners[t][0]] + (size_t)d];
        n++;
    }
    return add_vertex(m, (float)(sum[0] / n), (float)(sum[1] / n), (float)(sum[2] / n));
}

static enum inr_status march_cell(struct inr_march *m, const struct cell *c, struct inr_error *err)
{
    uint32_t vertices[INR_CUBE_EDGES + INR_CUBE_MAX_CENTRES];
    const struct inr_cube_way *way = choose_way(m, c);
    const enum inr_status status = room_for(m, way->n_centres, way->n_triangles, err);
    if (status != INR_OK)
        return status;
    for (int t = 0; t < way->n_triangles; t++)
        for (int k = 0; k < 3; k++)
            if (way->corners[t][k] < INR_CUBE_EDGES)
                vertices[way->corners[t][k]] = vertex_of(m, c, way->corners[t][k]);
    for (int i = 0; i < way->n_centres; i++)
        vertices[INR_CUBE_EDGES + i] = add_centre(m, way, vertices, INR_CUBE_EDGES + i);
    for (int t = 0; t < way->n_triangles; t++)
        for (int k = 0; k < 3; k++)
            m->triangles[3 * m->n_triangles + 3 * (size_t)t + (size_t)k] =
                vertices[way->corners[t][k]];
    m->n_triangles += way->n_triangles;
    return INR_OK;
}

/* Which of the four corners with x = 0 are inside: bits 0, 2, 4, 6, where those with x = 1 follow
 * by a shift. */
static int inside_bits(const struct cell *c)
{
    return (c->low[c->at[0]] < 0.0f) | (c->low[c->at[1]] < 0.0f) << 2 |
           (c->high[c->at[0]] < 0.0f) << 4 | (c->high[c->at[1]] < 0.0f) << 6;
}

static enum inr_status march_run(struct inr_march *m, uint32_t j, uint32_t run,
                                 struct inr_error *err)
{
    const uint32_t now = m->taken & 1, first = run * RUN, end = run_end(m, run);
    struct cell c = {.low = m->values[!now], .high = m->values[now]};
    c.at[0] = (size_t)j * m->n[0] + first;
    c.at[1] = c.at[0] + m->n[0];
    int left = inside_bits(&c);
    for (uint32_t i = first; i < end; i++) {
        const int near = left;
        struct cell next = c;
        next.at[0]++;
        next.at[1]++;
        left = inside_bits(&next);
        c.pattern = near | left << 1;
        if (c.pattern != 0 && c.pattern != INR_CUBE_PATTERNS - 1) {
            const enum inr_status status = march_cell(m, &c, err);
            if (status != INR_OK)
                return status;
        }
        c = next;
    }
    return INR_OK;
}

static enum inr_status march_row(struct inr_march *m, uint32_t j, struct inr_error *err)
{
    const uint32_t now = m->taken & 1;
    const uint8_t *low = m->sides[!now] + (size_t)j * m->n_runs, *low_next = low + m->n_runs;
    const uint8_t *high = m->sides[now] + (size_t)j * m->n_runs, *high_next = high + m->n_runs;
    enum inr_status status = INR_OK;
    for (uint32_t run = 0; status == INR_OK && run < m->n_runs; run++)
        if (!alike(low[run], low_next[run]) || !alike(high[run], high_next[run]) ||
            low[run] != high[run])
            status = march_run(m, j, run, err);
    return status;
}

float *inr_march_next(struct inr_march *march)
{
    return march->values[march->taken & 1];
}

enum inr_status inr_march_slice(struct inr_march *march, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (uint32_t j = 0; j < march->n[1]; j++)
        find_sides(march, j);
    for (uint32_t j = 0; status == INR_OK && j < march->n[1]; j++) {
        status = room_for(march, 3 * (size_t)march->n[0], 0, err);
        for (uint32_t run = 0; status == INR_OK && run < march->n_runs; run++)
            cross_run(march, j, run);
    }
    if (march->taken > 0)
        for (uint32_t j = 0; status == INR_OK && j + 1 < march->n[1]; j++)
            status = march_row(march, j, err);
    march->taken++;
    return status;
}

enum inr_status inr_march_finish(struct inr_march *march, struct inr_mesh **mesh,
                                 struct inr_error *err)
{
    enum inr_status status = room_for(march, 1, 1, err); /* an empty mesh has its arrays too */
    struct inr_mesh *made = status == INR_OK ? calloc(1, sizeof *made) : NULL;
    if (status == INR_OK && !made)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a mesh");
    if (status != INR_OK)
        return status;
    /* Giving room back cannot fail in a way that matters. */
    void *v = realloc(march->vertices, (march->n_vertices + 1) * 3 * sizeof(float));
    void *t = realloc(march->triangles, (march->n_triangles + 1) * 3 * sizeof(uint32_t));
    made->vertices = v ? v : march->vertices;
    made->triangles = t ? t : march->triangles;
    made->n_vertices = march->n_vertices;
    made->n_triangles = march->n_triangles;
    march->vertices = NULL;
    march->triangles = NULL;
    *mesh = made;
    return INR_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * cube_table.c - Derives the table of marching cubes from what happens on the faces of a cell.
 *
 * On each face segments join the crossed edges, with the inside always on the same hand; the
 * neighbour sees the same segments from behind. Each crossed edge thus ends one segment and starts
 * another, and the segments of a cell close into loops. A loop is cut into triangles by diagonals
 * that do not lie in a face, so that no edge of the mesh has more than two triangles; where there
 * are no such diagonals, by a corner in its middle.
 */
#include "shape/cube_table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

static int axis_place(int corner, int axis)
{
    return corner >> axis & 1;
}

int inr_cube_edge_between(int a, int b)
{
    const int along = (a ^ b) == 1 ? 0 : (a ^ b) == 2 ? 1 : 2;
    return 4 * along + axis_place(a, (along + 1) % 3) + 2 * axis_place(a, (along + 2) % 3);
}

void inr_cube_face_corners(int face, int corners[4])
{
    const int axis = face / 2, side = face % 2, u = (axis + 1) % 3, v = (axis + 2) % 3;
    /* u x v points along the axis, out of the cell on its far side. */
    const int places[4][2] = {{0, 0}, {1, 0}, {1, 1}, {0, 1}};
    for (int i = 0; i < 4; i++)
        corners[side ? i : 3 - i] = side << axis | places[i][0] << u | places[i][1] << v;
}

static void edge_middle(int edge, double at[3])
{
    const int along = edge / 4;
    at[along] = 0.5;
    at[(along + 1) % 3] = edge & 1;
    at[(along + 2) % 3] = edge >> 1 & 1;
}

static bool share_face(int a, int b)
{
    double p[3], q[3];
    edge_middle(a, p);
    edge_middle(b, q);
    for (int d = 0; d < 3; d++)
        if (p[d] == q[d] && p[d] != 0.5)
            return true;
    return false;
}

/* What a diagonal costs: the square of its length; infinite in a face. */
static double diagonal(int a, int b)
{
    double p[3], q[3], sum = 0.0;
    if (share_face(a, b))
        return (double)INFINITY;
    edge_middle(a, p);
    edge_middle(b, q);
    for (int d = 0; d < 3; d++)
        sum += (p[d] - q[d]) * (p[d] - q[d]);
    return sum;
}

/* The cheapest way to cut a polygon, by the cheapest ways to cut what lies beyond each diagonal. */
struct cutting {
    const int *loop;
    int n;
    double cost[INR_CUBE_EDGES][INR_CUBE_EDGES];
    int apex[INR_CUBE_EDGES][INR_CUBE_EDGES];
};

static void find_cuts(struct cutting *c)
{
    for (int span = 1; span < c->n; span++)
        for (int i = 0; i + span < c->n; i++) {
            const int j = i + span;
            const bool side = span == 1 || span == c->n - 1;
            double best = span == 1 ? 0.0 : (double)INFINITY; /* stays so: no cut exists */
            c->apex[i][j] = i + 1;
            for (int k = i + 1; k < j; k++) {
                const double cost = c->cost[i][k] + c->cost[k][j];
                if (cost < best) {
                    best = cost;
                    c->apex[i][j] = k;
                }
            }
            c->cost[i][j] = best + (side ? 0.0 : diagonal(c->loop[i], c->loop[j]));
        }
}

static void emit_cuts(const struct cutting *c, int i, int j, struct inr_cube_way *way)
{
    if (j - i < 2)
        return;
    const int k = c->apex[i][j];
    uint8_t *t = way->corners[way->n_triangles++];
    t[0] = (uint8_t)c->loop[i];
    t[1] = (uint8_t)c->loop[k];
    t[2] = (uint8_t)c->loop[j];
    emit_cuts(c, i, k, way);
    emit_cuts(c, k, j, way);
}

/* Follow the segments of one face: next[edge] = edge, with the inside on the right seen from
 * outside the cell. An edge is left or entered by walking the corners in turn. */
static void join_face(int pattern, int face, bool joined, int next[INR_CUBE_EDGES])
{
    int corners[4];
    inr_cube_face_corners(face, corners);
    for (int i = 0; i < 4; i++) {
        const int from = corners[i], to = corners[(i + 1) % 4];
        if ((pattern >> from & 1) || !(pattern >> to & 1))
            continue; /* not where the walk enters the inside */
        /* It leaves at the first exit that follows; across a joined face at the one before. */
        int k = i + 1;
        while (pattern >> corners[(k + 1) % 4] & 1)
            k++;
        if (joined)
            k += 2;
        next[inr_cube_edge_between(from, to)] =
            inr_cube_edge_between(corners[k % 4], corners[(k + 1) % 4]);
    }
}

/* A fan around a corner of its own, for loops that no diagonals outside the faces can cut. */
static void emit_fan(const struct cutting *c, struct inr_cube_way *way)
{
    const int centre = INR_CUBE_EDGES + way->n_centres++;
    for (int i = 0; i < c->n; i++) {
        uint8_t *t = way->corners[way->n_triangles++];
        t[0] = (uint8_t)c->loop[i];
        t[1] = (uint8_t)c->loop[(i + 1) % c->n];
        t[2] = (uint8_t)centre;
    }
}

static void build_way(int pattern, int joined, struct inr_cube_way *way)
{
    int next[INR_CUBE_EDGES];
    bool done[INR_CUBE_EDGES] = {false};
    for (int e = 0; e < INR_CUBE_EDGES; e++)
        next[e] = -1;
    for (int face = 0; face < INR_CUBE_FACES; face++)
        join_face(pattern, face, joined >> face & 1, next);
    for (int start = 0; start < INR_CUBE_EDGES; start++) {
        struct cutting c = {.n = 0};
        int loop[INR_CUBE_EDGES];
        if (next[start] < 0 || done[start])
            continue;
        for (int e = start; !done[e]; e = next[e]) {
            done[e] = true;
            loop[c.n++] = e;
        }
        c.loop = loop;
        find_cuts(&c);
        if (isfinite(c.cost[0][c.n - 1]))
            emit_cuts(&c, 0, c.n - 1, way);
        else
            emit_fan(&c, way);
    }
}

static bool ambiguous_face(int pattern, int face)
{
    int c[4];
    inr_cube_face_corners(face, c);
    const int a = pattern >> c[0] & 1, b = pattern >> c[1] & 1;
    return a != b && (pattern >> c[2] & 1) == a && (pattern >> c[3] & 1) == b;
}

static int count_bits(int bits)
{
    int n = 0;
    for (; bits; bits &= bits - 1)
        n++;
    return n;
}

/* Bit j of `way` for the j-th of the faces. */
static int spread_bits(int faces, int way)
{
    int joined = 0;
    for (int face = 0, j = 0; face < INR_CUBE_FACES; face++)
        if (faces >> face & 1)
            joined |= (way >> j++ & 1) << face;
    return joined;
}

enum inr_status inr_cube_table_create(struct inr_cube_table *table, struct inr_error *err)
{
    uint32_t n = 0;
    for (int pattern = 0; pattern < INR_CUBE_PATTERNS; pattern++) {
        int faces = 0;
        for (int face = 0; face < INR_CUBE_FACES; face++)
            faces |= ambiguous_face(pattern, face) << face;
        table->ambiguous[pattern] = (uint8_t)faces;
        table->first[pattern] = (uint16_t)n;
        n += 1u << count_bits(faces);
    }
    table->n_ways = n;
    table->ways = calloc(n, sizeof *table->ways);
    if (!table->ways)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the table of marching cubes");
    for (int pattern = 0; pattern < INR_CUBE_PATTERNS; pattern++) {
        const int faces = table->ambiguous[pattern];
        for (int way = 0; way < 1 << count_bits(faces); way++)
            build_way(pattern, spread_bits(faces, way), &table->ways[table->first[pattern] + way]);
    }
    return INR_OK;
}

void inr_cube_table_free(struct inr_cube_table *table)
{
    free(table->ways);
    *table = (struct inr_cube_table){0};
}

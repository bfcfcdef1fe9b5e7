/* SPDX-License-Identifier: MIT
 *
 * solid_case.c - Solids and slow distances, sharing nothing with the code under test.
 */
#include "solid_case.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define PI 3.14159265358979323846

static struct inr_mesh *need(size_t n_vertices, size_t n_triangles, bool normals)
{
    struct inr_mesh *mesh;
    if (inr_mesh_create(n_vertices, n_triangles, normals, &mesh, NULL) != INR_OK)
        abort();
    return mesh;
}

static void set(float *out, double x, double y, double z)
{
    out[0] = (float)x;
    out[1] = (float)y;
    out[2] = (float)z;
}

struct inr_mesh *solid_cube(float low, float high)
{
    /* corner i: bit 0 is x, bit 1 y, bit 2 z; counterclockwise from outside */
    static const uint32_t faces[12][3] = {{0, 2, 1}, {1, 2, 3}, {4, 5, 6}, {5, 7, 6},
                                          {0, 1, 4}, {1, 5, 4}, {2, 6, 3}, {3, 6, 7},
                                          {0, 4, 2}, {2, 4, 6}, {1, 3, 5}, {3, 7, 5}};
    struct inr_mesh *mesh = need(8, 12, false);
    for (size_t i = 0; i < 8; i++)
        for (size_t d = 0; d < 3; d++)
            mesh->vertices[3 * i + d] = i >> d & 1 ? high : low;
    memcpy(mesh->triangles, faces, sizeof faces);
    return mesh;
}

struct inr_mesh *solid_torus(double major, double minor, uint32_t around, uint32_t across)
{
    struct inr_mesh *mesh = need((size_t)around * across, 2 * (size_t)around * across, false);
    uint32_t *t = mesh->triangles;
    for (uint32_t i = 0; i < around; i++)
        for (uint32_t j = 0; j < across; j++) {
            const double u = 2.0 * PI * i / around, v = 2.0 * PI * j / across;
            const double r = major + minor * cos(v);
            const uint32_t a = i * across + j, b = (i + 1) % around * across + j;
            const uint32_t c = (i + 1) % around * across + (j + 1) % across;
            const uint32_t d = i * across + (j + 1) % across;
            const uint32_t two[6] = {a, b, c, a, c, d};
            set(mesh->vertices + 3 * (size_t)a, r * cos(u), r * sin(u), minor * sin(v));
            memcpy(t, two, sizeof two);
            t += 6;
        }
    return mesh;
}

struct inr_mesh *solid_sphere_cloud(double radius, size_t n)
{
    struct inr_mesh *mesh = need(n, 0, true);
    for (size_t i = 0; i < n; i++) {
        const double z = 1.0 - (2.0 * (double)i + 1.0) / (double)n, r = sqrt(1.0 - z * z);
        const double angle = (double)i * PI * (3.0 - sqrt(5.0));
        set(mesh->normals + 3 * i, r * cos(angle), r * sin(angle), z);
        set(mesh->vertices + 3 * i, radius * r * cos(angle), radius * r * sin(angle), radius * z);
    }
    return mesh;
}

struct inr_mesh *solid_join(const struct inr_mesh *a, const struct inr_mesh *b)
{
    struct inr_mesh *mesh =
        need(a->n_vertices + b->n_vertices, a->n_triangles + b->n_triangles, false);
    memcpy(mesh->vertices, a->vertices, 3 * a->n_vertices * sizeof(float));
    memcpy(mesh->vertices + 3 * a->n_vertices, b->vertices, 3 * b->n_vertices * sizeof(float));
    memcpy(mesh->triangles, a->triangles, 3 * a->n_triangles * sizeof(uint32_t));
    for (size_t i = 0; i < 3 * b->n_triangles; i++)
        mesh->triangles[3 * a->n_triangles + i] = b->triangles[i] + (uint32_t)a->n_vertices;
    return mesh;
}

void solid_turn(struct inr_mesh *mesh, size_t begin, size_t end)
{
    for (size_t i = begin; i < end; i++) {
        const uint32_t second = mesh->triangles[3 * i + 1];
        mesh->triangles[3 * i + 1] = mesh->triangles[3 * i + 2];
        mesh->triangles[3 * i + 2] = second;
    }
}

void solid_cut(struct inr_mesh *mesh, size_t n)
{
    mesh->n_triangles -= n;
}

static double to_segment(const double *p, const double *a, const double *b)
{
    double ab = 0.0, ap = 0.0, sum = 0.0;
    for (int d = 0; d < 3; d++) {
        ab += (b[d] - a[d]) * (b[d] - a[d]);
        ap += (p[d] - a[d]) * (b[d] - a[d]);
    }
    const double t = ab > 0.0 ? fmin(fmax(ap / ab, 0.0), 1.0) : 0.0;
    for (int d = 0; d < 3; d++)
        sum += pow(p[d] - a[d] - t * (b[d] - a[d]), 2.0);
    return sqrt(sum);
}

static void cross(const double *u, const double *v, double *out)
{
    for (int d = 0; d < 3; d++)
        out[d] = u[(d + 1) % 3] * v[(d + 2) % 3] - u[(d + 2) % 3] * v[(d + 1) % 3];
}

/* To the plane where p stands above the triangle, else infinite. */
static double to_face(const double *p, double t[3][3])
{
    double u[3], v[3], n[3], length = 0.0, height = 0.0;
    for (int d = 0; d < 3; d++) {
        u[d] = t[1][d] - t[0][d];
        v[d] = t[2][d] - t[0][d];
    }
    cross(u, v, n);
    for (int d = 0; d < 3; d++) {
        length += n[d] * n[d];
        height += n[d] * (p[d] - t[0][d]);
    }
    if (length <= 0.0)
        return (double)INFINITY;
    for (int k = 0; k < 3; k++) {
        double side[3], to[3], inward[3], inner = 0.0;
        for (int d = 0; d < 3; d++) {
            side[d] = t[(k + 1) % 3][d] - t[k][d];
            to[d] = p[d] - t[k][d];
        }
        cross(n, side, inward);
        for (int d = 0; d < 3; d++)
            inner += inward[d] * to[d];
        if (inner < 0.0)
            return (double)INFINITY;
    }
    return fabs(height) / sqrt(length);
}

double solid_distance(const struct inr_mesh *mesh, const float *point)
{
    const double p[3] = {(double)point[0], (double)point[1], (double)point[2]};
    double best = (double)INFINITY;
    for (size_t i = 0; i < mesh->n_triangles; i++) {
        double t[3][3];
        for (size_t k = 0; k < 3; k++)
            for (size_t d = 0; d < 3; d++)
                t[k][d] = (double)mesh->vertices[3 * (size_t)mesh->triangles[3 * i + k] + d];
        best = fmin(best, to_face(p, t));
        for (int k = 0; k < 3; k++)
            best = fmin(best, to_segment(p, t[k], t[(k + 1) % 3]));
    }
    return best;
}

double solid_cube_distance(double low, double high, const float *p)
{
    double outside = 0.0, inside = -(double)INFINITY;
    for (int d = 0; d < 3; d++) {
        const double past = fmax(low - (double)p[d], (double)p[d] - high);
        outside += past > 0.0 ? past * past : 0.0;
        inside = fmax(inside, past);
    }
    return inside > 0.0 ? sqrt(outside) : inside;
}

double solid_torus_distance(double major, double minor, const float *p)
{
    const double ring = hypot((double)p[0], (double)p[1]) - major;
    return hypot(ring, (double)p[2]) - minor;
}

float solid_random(uint32_t *state, float low, float high)
{
    *state = *state * 1664525u + 1013904223u;
    return low + (high - low) * (float)(*state >> 8) * 0x1p-24f;
}

/* SPDX-License-Identifier: MIT
 *
 * triangle.c - The closest point of a triangle.
 */
#include "shape/surface_internal.h"

#include <math.h>
#include <string.h>

static double dot(const double *u, const double *v)
{
    return u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
}

/* out = a + t ab; returns the squared distance to p. */
static double along(const double p[3], const double a[3], const double ab[3], double t,
                    double out[3])
{
    double sum = 0.0;
    for (int d = 0; d < 3; d++) {
        out[d] = a[d] + t * ab[d];
        sum += (p[d] - out[d]) * (p[d] - out[d]);
    }
    return sum;
}

/* The closest of the three sides, for triangles without area. */
static double closest_side(const double p[3], const double corner[3][3], double out[3],
                           int *feature)
{
    double best = (double)INFINITY;
    for (int k = 0; k < 3; k++) {
        const double *a = corner[k], *b = corner[(k + 1) % 3];
        double ab[3], ap[3], place[3];
        for (int d = 0; d < 3; d++) {
            ab[d] = b[d] - a[d];
            ap[d] = p[d] - a[d];
        }
        const double length = dot(ab, ab);
        const double t = length > 0.0 ? fmin(fmax(dot(ap, ab) / length, 0.0), 1.0) : 0.0;
        const double squared = along(p, a, ab, t, place);
        if (squared < best) {
            best = squared;
            memcpy(out, place, sizeof place);
            *feature = t <= 0.0   ? INR_FEATURE_CORNER + k
                       : t >= 1.0 ? INR_FEATURE_CORNER + (k + 1) % 3
                                  : INR_FEATURE_EDGE + k;
        }
    }
    return best;
}

double inr_triangle_closest(const double p[3], const float *fa, const float *fb, const float *fc,
                            double out[3], int *feature)
{
    double t[3][3], ab[3], ac[3], bc[3], ap[3], bp[3], cp[3];
    for (int d = 0; d < 3; d++) {
        t[0][d] = (double)fa[d];
        t[1][d] = (double)fb[d];
        t[2][d] = (double)fc[d];
        ab[d] = t[1][d] - t[0][d];
        ac[d] = t[2][d] - t[0][d];
        bc[d] = t[2][d] - t[1][d];
        ap[d] = p[d] - t[0][d];
        bp[d] = p[d] - t[1][d];
        cp[d] = p[d] - t[2][d];
    }
    const double d1 = dot(ab, ap), d2 = dot(ac, ap), d3 = dot(ab, bp), d4 = dot(ac, bp);
    const double d5 = dot(ab, cp), d6 = dot(ac, cp);
    const double va = d3 * d6 - d5 * d4, vb = d5 * d2 - d1 * d6, vc = d1 * d4 - d3 * d2;
    if (!(va + vb + vc > 0.0))
        return closest_side(p, (const double(*)[3])t, out, feature);
    *feature = INR_FEATURE_CORNER;
    if (d1 <= 0.0 && d2 <= 0.0)
        return along(p, t[0], ab, 0.0, out);
    *feature = INR_FEATURE_CORNER + 1;
    if (d3 >= 0.0 && d4 <= d3)
        return along(p, t[1], ab, 0.0, out);
    *feature = INR_FEATURE_CORNER + 2;
    if (d6 >= 0.0 && d5 <= d6)
        return along(p, t[2], ab, 0.0, out);
    *feature = INR_FEATURE_EDGE;
    if (vc <= 0.0 && d1 >= 0.0 && d3 <= 0.0)
        return along(p, t[0], ab, d1 / (d1 - d3), out);
    *feature = INR_FEATURE_EDGE + 2;
    if (vb <= 0.0 && d2 >= 0.0 && d6 <= 0.0)
        return along(p, t[0], ac, d2 / (d2 - d6), out);
    *feature = INR_FEATURE_EDGE + 1;
    if (va <= 0.0 && d4 >= d3 && d5 >= d6)
        return along(p, t[1], bc, (d4 - d3) / ((d4 - d3) + (d5 - d6)), out);
    *feature = INR_FEATURE_FACE;
    const double v = vb / (va + vb + vc), w = vc / (va + vb + vc);
    double start[3];
    for (int d = 0; d < 3; d++)
        start[d] = t[0][d] + v * ab[d];
    return along(p, start, ac, w, out);
}

void inr_scene_normal(const struct inr_scene *scene, size_t i, double out[3])
{
    const struct inr_mesh mesh = {.vertices = scene->vertices, .triangles = scene->triangles};
    inr_mesh_cross(&mesh, i, out);
    const double length = sqrt(dot(out, out));
    for (int d = 0; d < 3; d++)
        out[d] = length > 0.0 ? out[d] / length : 0.0;
}

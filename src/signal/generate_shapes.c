/* SPDX-License-Identifier: MIT
 *
 * generate_shapes.c - Signals that are drawn: balls, Sierpinski's triangle, the star, the phantom.
 *
 * Lengths that a description gives for a side of 1000 cells scale with the side.
 */
#include "signal/generate.h"

#include <math.h>

#include "signal/mt19937.h"

#define PI 3.14159265358979323846

/* ---- balls ---- */

size_t inr_spheres_count(const struct inr_generate_request *r, double *radius)
{
    const double n = (double)r->side, occupied = 0.1;
    *radius = n / (100.0 * r->bandwidth);
    const double area = PI * *radius * *radius;
    return (size_t)(r->dims == 2 ? occupied * n * n / area
                                 : occupied * n * n * n / (area * *radius * 4.0 / 3.0));
}

/* The cells of an axis within `radius` of a centre, which lies in [0, side). */
static void reach(double centre, double radius, uint32_t side, uint32_t *first, uint32_t *end)
{
    const double low = ceil(centre - radius), high = floor(centre + radius) + 1.0;
    *first = low > 0.0 ? (uint32_t)low : 0;
    *end = high < (double)side ? (uint32_t)high : side;
}

/* Set the cells of one ball. centre: slowest coordinate first; with two axes the first is 0. */
static void fill_ball(const double centre[3], double radius, const struct inr_generate_request *r,
                      float *values)
{
    uint32_t first[3] = {0}, end[3] = {1, 1, 1};
    for (int d = 3 - r->dims; d < 3; d++)
        reach(centre[d], radius, r->side, &first[d], &end[d]);
    for (uint32_t z = first[0]; z < end[0]; z++)
        for (uint32_t y = first[1]; y < end[1]; y++) {
            float *row = values + ((size_t)z * r->side + y) * r->side;
            for (uint32_t x = first[2]; x < end[2]; x++) {
                const double dz = (double)z - centre[0], dy = (double)y - centre[1];
                const double dx = (double)x - centre[2];
                if (sqrt(dz * dz + dy * dy + dx * dx) <= radius)
                    row[x] = 1.0f;
            }
        }
}

enum inr_status inr_generate_spheres(const struct inr_generate_request *r, float *values,
                                     struct inr_error *err)
{
    struct inr_mt19937 mt;
    double radius;
    const size_t count = inr_spheres_count(r, &radius);
    (void)err;
    inr_mt19937_seed(&mt, r->seed);
    for (size_t i = 0; i < count; i++) {
        double centre[3] = {0};
        for (int d = 3 - r->dims; d < 3; d++)
            centre[d] = (double)r->side * inr_mt19937_double(&mt);
        fill_ball(centre, radius, r, values);
    }
    return INR_OK;
}

/* ---- Sierpinski's triangle ---- */

/* Where the study's plot has the triangle, in parts of the side: its base and its apex. */
static const double base_left = 0.035, base_right = 0.965, base_row = 0.9087;

/* True when a point given by its barycentric coordinates lies in the set after `depth` levels: each
 * keeps the three corners, where one coordinate is at least a half, and enlarges the point's. */
static bool in_triangle(double u, double v, double w, int depth)
{
    if (u < 0.0 || v < 0.0 || w < 0.0)
        return false;
    for (; depth > 0; depth--) {
        if (u < 0.5 && v < 0.5 && w < 0.5)
            return false;
        u = u >= 0.5 ? 2.0 * u - 1.0 : 2.0 * u;
        v = v >= 0.5 ? 2.0 * v - 1.0 : 2.0 * v;
        w = 1.0 - u - v;
    }
    return true;
}

enum inr_status inr_generate_sierpinski(const struct inr_generate_request *r, float *values,
                                        struct inr_error *err)
{
    const double n = (double)r->side, width = (base_right - base_left) * n;
    const double height = width * sqrt(3.0) / 2.0;
    /* A tenth in binary is no tenth: 10 times 0.3 must not fall below 3. */
    const int depth = (int)floor(10.0 * r->bandwidth + 1e-9) - 1;
    (void)err;
    for (uint32_t y = 0; y < r->side; y++)
        for (uint32_t x = 0; x < r->side; x++) {
            const double apex = (base_row * n - ((double)y + 0.5)) / height;
            const double right = ((double)x + 0.5 - base_left * n) / width - apex / 2.0;
            const bool inside = in_triangle(apex, right, 1.0 - apex - right, depth);
            values[(size_t)y * r->side + x] = inside ? 1.0f : 0.0f;
        }
    return INR_OK;
}

/* ---- the star ---- */

enum { SECTORS = 80, RINGS = 9 };

/* The outer radius in parts of the side, whose half is the centre. */
static const double star_radius = 0.48;

/* True when (x, y), relative to the centre, lies between two directions less than pi apart. */
static bool between(double x, double y, const double from[2], const double to[2])
{
    return from[0] * y - from[1] * x >= 0.0 && to[0] * y - to[1] * x <= 0.0;
}

enum inr_status inr_generate_star(const struct inr_generate_request *r, float *values,
                                  struct inr_error *err)
{
    const double n = (double)r->side;
    double edge[SECTORS + 1][2];
    (void)err;
    for (int i = 0; i <= SECTORS; i++) {
        edge[i][0] = cos(2.0 * PI * i / SECTORS);
        edge[i][1] = sin(2.0 * PI * i / SECTORS);
    }
    for (uint32_t row = 0; row < r->side; row++)
        for (uint32_t column = 0; column < r->side; column++) {
            const double x = (double)column - n / 2.0, y = (double)row - n / 2.0;
            bool bright = false;
            if (sqrt(x * x + y * y) > star_radius * n)
                continue;
            /* The sector of the point's angle, and its neighbours, in case it lies on an edge. */
            const int guess = (int)floor(atan2(y, x) * SECTORS / (2.0 * PI)) + SECTORS;
            for (int i = guess - 1; i <= guess + 1 && !bright; i++)
                bright = i % 2 == 0 && between(x, y, edge[i % SECTORS], edge[i % SECTORS + 1]);
            values[(size_t)row * r->side + column] = bright ? 1.0f : 0.0f;
        }
    return INR_OK;
}

int inr_star_ring(uint32_t side, uint32_t column, uint32_t row)
{
    const double n = (double)side, x = (double)column - n / 2.0, y = (double)row - n / 2.0;
    const int ring = (int)(sqrt(x * x + y * y) / (star_radius * n / RINGS));
    return ring < RINGS ? ring : -1;
}

/* ---- the phantom ---- */

/* Ellipses add up: their value in tenths, centre, half axes, and rotation in degrees against the
 * clock; coordinates in [-1,1] with y up. Shepp and Logan 1974, table I, with the values of Toft
 * 1996 (The Radon Transform, table B.3), which the eye can tell apart. */
static const struct {
    int tenths;
    double x, y, a, b, degrees;
} ellipses[] = {
    {10, 0.0, 0.0, 0.69, 0.92, 0.0},     {-8, 0.0, -0.0184, 0.6624, 0.874, 0.0},
    {-2, 0.22, 0.0, 0.11, 0.31, -18.0},  {-2, -0.22, 0.0, 0.16, 0.41, 18.0},
    {1, 0.0, 0.35, 0.21, 0.25, 0.0},     {1, 0.0, 0.1, 0.046, 0.046, 0.0},
    {1, 0.0, -0.1, 0.046, 0.046, 0.0},   {1, -0.08, -0.605, 0.046, 0.023, 0.0},
    {1, 0.0, -0.606, 0.023, 0.023, 0.0}, {1, 0.06, -0.605, 0.023, 0.046, 0.0},
};

enum inr_status inr_generate_phantom(const struct inr_generate_request *r, float *values,
                                     struct inr_error *err)
{
    const double n = (double)r->side;
    (void)err;
    for (uint32_t row = 0; row < r->side; row++)
        for (uint32_t column = 0; column < r->side; column++) {
            const double x = (2.0 * column + 1.0) / n - 1.0, y = 1.0 - (2.0 * row + 1.0) / n;
            int tenths = 0;
            for (size_t i = 0; i < sizeof ellipses / sizeof ellipses[0]; i++) {
                const double dx = x - ellipses[i].x, dy = y - ellipses[i].y;
                const double angle = ellipses[i].degrees * PI / 180.0;
                const double u = (dx * cos(angle) + dy * sin(angle)) / ellipses[i].a;
                const double v = (dy * cos(angle) - dx * sin(angle)) / ellipses[i].b;
                tenths += u * u + v * v <= 1.0 ? ellipses[i].tenths : 0;
            }
            values[(size_t)row * r->side + column] = (float)tenths / 10.0f;
        }
    return INR_OK;
}

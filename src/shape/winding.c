/* SPDX-License-Identifier: MIT
 *
 * winding.c - Generalised winding numbers (Jacobson et al. 2013, eq. 5) by a tree of expansions.
 *
 * Near triangles count by their solid angle (Van Oosterom and Strackee 1983); a far group counts by
 * its dipole and the first derivative of that (Barill et al. 2018, eq. 11 and 12, orders 1 and 2),
 * whose moments are exact for triangles. Far means farther than FAR times the group's radius: the
 * error is then below 0.05, which cannot move a clear 0 or 1 across 1/2.
 */
#include "shape/surface_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FAR   2.0
#define LEAF  8
#define PI    3.14159265358979323846
#define DEPTH 64 /* of the tree: halves of at most 2^32 triangles */

struct node {
    double centre[3];    /* of its area */
    double dipole[3];    /* sum of area vectors */
    double moment[3][3]; /* sum of (place - centre) times area vector */
    double reach;        /* farthest corner from the centre */
    uint32_t begin, end; /* its triangles in `order` */
    uint32_t right;      /* second child; the first follows the node itself; 0: a leaf */
};

struct inr_winding {
    const struct inr_scene *scene;
    uint32_t *order;
    struct node *nodes;
    size_t n_nodes;
    float *middles; /* while building: [n_triangles][3] */
};

static void corners(const struct inr_scene *s, uint32_t i, const float *out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = s->vertices + 3 * (size_t)s->triangles[3 * (size_t)i + (size_t)k];
}

/* ---- building ---- */

/* Order begin..end so that what lies below position `middle` is not above the rest along the axis
 * (Hoare 1961). */
static void halve(const struct inr_winding *w, size_t begin, size_t end, size_t middle, int axis)
{
    uint32_t *order = w->order;
    const float *key = w->middles + axis;
    while (end - begin > 1) {
        const float pivot = key[3 * (size_t)order[begin + (end - begin - 1) / 2]];
        size_t low = begin, high = end - 1;
        for (;; low++, high--) {
            while (key[3 * (size_t)order[low]] < pivot)
                low++;
            while (key[3 * (size_t)order[high]] > pivot)
                high--;
            if (low >= high)
                break;
            const uint32_t swap = order[low];
            order[low] = order[high];
            order[high] = swap;
        }
        /* order[.. high] <= pivot <= order[high + 1 ..], and neither is empty */
        if (middle <= high)
            end = high + 1;
        else
            begin = high + 1;
    }
}

static int widest_axis(const struct inr_winding *w, size_t begin, size_t end)
{
    int best = 0;
    float widest = -1.0f;
    for (int d = 0; d < 3; d++) {
        float low = INFINITY, high = -INFINITY;
        for (size_t i = begin; i < end; i++) {
            const float x = w->middles[3 * (size_t)w->order[i] + (size_t)d];
            low = fminf(low, x);
            high = fmaxf(high, x);
        }
        if (high - low > widest) {
            widest = high - low;
            best = d;
        }
    }
    return best;
}

/* Centre, dipole, moment and reach of a node's triangles. */
static void expand(const struct inr_winding *w, struct node *node)
{
    const struct inr_mesh mesh = {.vertices = w->scene->vertices, .triangles = w->scene->triangles};
    double total = 0.0, even[3] = {0};
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = node->begin; i < node->end; i++) {
            const float *t[3];
            double vector[3], middle[3];
            corners(w->scene, w->order[i], t);
            inr_mesh_cross(&mesh, w->order[i], vector);
            const double area =
                0.5 * sqrt(vector[0] * vector[0] + vector[1] * vector[1] + vector[2] * vector[2]);
            for (int d = 0; d < 3; d++)
                middle[d] = ((double)t[0][d] + (double)t[1][d] + (double)t[2][d]) / 3.0;
            for (int d = 0; pass == 0 && d < 3; d++) {
                node->centre[d] += area * middle[d];
                even[d] += middle[d] / (double)(node->end - node->begin);
                node->dipole[d] += 0.5 * vector[d];
            }
            total += pass == 0 ? area : 0.0;
            for (int r = 0; pass == 1 && r < 3; r++)
                for (int c = 0; c < 3; c++)
                    node->moment[r][c] += (middle[r] - node->centre[r]) * 0.5 * vector[c];
            for (int k = 0; pass == 1 && k < 3; k++) {
                double squared = 0.0;
                for (int d = 0; d < 3; d++)
                    squared += pow((double)t[k][d] - node->centre[d], 2.0);
                node->reach = fmax(node->reach, squared);
            }
        }
        for (int d = 0; pass == 0 && d < 3; d++)
            node->centre[d] = total > 0.0 ? node->centre[d] / total : even[d];
    }
    node->reach = sqrt(node->reach);
}

static void build(struct inr_winding *w, size_t begin, size_t end)
{
    struct node *node = &w->nodes[w->n_nodes++];
    memset(node, 0, sizeof *node);
    node->begin = (uint32_t)begin;
    node->end = (uint32_t)end;
    expand(w, node);
    if (end - begin <= LEAF)
        return;
    const size_t middle = begin + (end - begin) / 2;
    halve(w, begin, end, middle, widest_axis(w, begin, end));
    build(w, begin, middle);
    node->right = (uint32_t)w->n_nodes;
    build(w, middle, end);
}

enum inr_status inr_winding_create(const struct inr_scene *scene, struct inr_winding **out,
                                   struct inr_error *err)
{
    const size_t n = scene->n_triangles;
    struct inr_winding *w = *out = calloc(1, sizeof *w);
    if (!w)
        return inr_shape_no_memory(err, "mesh");
    w->scene = scene;
    w->order = malloc(n * sizeof *w->order);
    w->middles = malloc(n * 3 * sizeof *w->middles);
    /* halves of more than LEAF triangles hold more than LEAF / 2 */
    w->nodes = malloc((2 * (n / (LEAF / 2)) + 2) * sizeof *w->nodes);
    if (!w->order || !w->middles || !w->nodes) {
        inr_winding_destroy(w);
        *out = NULL;
        return inr_shape_no_memory(err, "mesh");
    }
    for (size_t i = 0; i < n; i++) {
        const float *t[3];
        corners(scene, (uint32_t)i, t);
        w->order[i] = (uint32_t)i;
        for (size_t d = 0; d < 3; d++)
            w->middles[3 * i + d] = (t[0][d] + t[1][d] + t[2][d]) / 3.0f;
    }
    build(w, 0, n);
    free(w->middles);
    w->middles = NULL;
    return INR_OK;
}

void inr_winding_destroy(struct inr_winding *w)
{
    if (!w)
        return;
    free(w->order);
    free(w->middles);
    free(w->nodes);
    free(w);
}

/* ---- asking ---- */

/* Half the solid angle of a triangle seen from q, positive from inside, as the argument of x + iy.
 */
static void half_angle(const float *t[3], const double q[3], double *x, double *y)
{
    double v[3][3], length[3];
    for (int k = 0; k < 3; k++) {
        for (int d = 0; d < 3; d++)
            v[k][d] = (double)t[k][d] - q[d];
        length[k] = sqrt(v[k][0] * v[k][0] + v[k][1] * v[k][1] + v[k][2] * v[k][2]);
    }
    const double *a = v[0], *b = v[1], *c = v[2];
    const double ab = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const double bc = b[0] * c[0] + b[1] * c[1] + b[2] * c[2];
    const double ca = c[0] * a[0] + c[1] * a[1] + c[2] * a[2];
    *y = a[0] * (b[1] * c[2] - b[2] * c[1]) + a[1] * (b[2] * c[0] - b[0] * c[2]) +
         a[2] * (b[0] * c[1] - b[1] * c[0]);
    *x = length[0] * length[1] * length[2] + ab * length[2] + bc * length[0] + ca * length[1];
}

/* Solid angle of a leaf. The triangles' numbers x + iy are multiplied, which adds their arguments
 * for the price of one atan2; a product that passes the negative real axis has turned once. */
static double near_angle(const struct inr_winding *w, const struct node *node, const double q[3])
{
    double re = 1.0, im = 0.0, turns = 0.0;
    for (uint32_t i = node->begin; i < node->end; i++) {
        const float *t[3];
        double x, y;
        corners(w->scene, w->order[i], t);
        half_angle(t, q, &x, &y);
        const double size = fabs(x) + fabs(y);
        if (size <= 0.0)
            continue; /* q is a corner */
        const double before = im;
        const double product = (re * x - im * y) / size;
        im = (re * y + im * x) / size;
        re = product;
        turns += y > 0.0 && before >= 0.0 && im < 0.0 ? 1.0 : 0.0;
        turns -= y < 0.0 && before < 0.0 && im >= 0.0 ? 1.0 : 0.0;
    }
    return 2.0 * (atan2(im, re) + 2.0 * PI * turns);
}

/* Solid angle of a far node; r points from q to its centre. */
static double far_angle(const struct node *node, const double r[3], double squared)
{
    const double inverse = 1.0 / (squared * sqrt(squared));
    double sum = 0.0, trace = 0.0, quadratic = 0.0;
    for (int i = 0; i < 3; i++) {
        sum += node->dipole[i] * r[i];
        trace += node->moment[i][i];
        for (int j = 0; j < 3; j++)
            quadratic += r[i] * node->moment[i][j] * r[j];
    }
    return (sum + trace - 3.0 * quadratic / squared) * inverse;
}

double inr_winding_number(const struct inr_winding *w, const double q[3])
{
    uint32_t stack[DEPTH];
    int top = 0;
    double sum = 0.0;
    stack[top++] = 0;
    while (top > 0) {
        const uint32_t index = stack[--top];
        const struct node *node = &w->nodes[index];
        const double r[3] = {node->centre[0] - q[0], node->centre[1] - q[1],
                             node->centre[2] - q[2]};
        const double squared = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
        if (squared > FAR * FAR * node->reach * node->reach) {
            sum += far_angle(node, r, squared);
        } else if (node->right) {
            stack[top++] = node->right;
            stack[top++] = index + 1;
        } else {
            sum += near_angle(w, node, q);
        }
    }
    return sum / (4.0 * PI);
}

/* SPDX-License-Identifier: MIT
 *
 * surface.c - Exact distances to a mesh or a cloud, and points drawn from it.
 *
 * Embree narrows the search in float with some slack; every candidate is measured in double, and of
 * equal ones the first in the mesh wins, so that the answer does not depend on Embree's tree.
 */
#include "shape/surface_internal.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

/* Coordinates that leave float's squares and Embree's tolerances in peace. */
#define LARGEST  1e6
#define SMALLEST 1e-6

/* ---- making ---- */

static enum inr_status check_coordinates(const struct inr_surface *s, struct inr_error *err)
{
    double size = 0.0, longest = 0.0;
    for (int d = 0; d < 3; d++) {
        size = fmax(size, fmax(fabs(s->box[0][d]), fabs(s->box[1][d])));
        longest = fmax(longest, s->box[1][d] - s->box[0][d]);
    }
    if (size <= LARGEST && longest >= SMALLEST)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE,
                    "a surface of size %g at a distance of %g from the origin cannot be measured "
                    "in floats; let the mesh enter a frame first",
                    longest, size);
}

/* What INR_SIGN_AUTO means for a mesh. Pseudo-normals are right wherever the surface is one piece
 * that closes without crossing itself, and cost nothing beside the distance. */
static enum inr_status choose_for_mesh(struct inr_surface *s, const struct inr_mesh *mesh,
                                       const struct inr_edges *edges, struct inr_error *err)
{
    struct inr_mesh_report r = {0};
    inr_edges_count(edges, mesh, &r);
    s->closed = r.open_edges == 0;
    if (s->sign != INR_SIGN_AUTO)
        return INR_OK;
    s->sign = INR_SIGN_WINDING;
    if (!s->closed)
        return INR_OK;
    enum inr_status status = inr_mesh_count_two_sided(mesh, &r.two_sided, err);
    if (status == INR_OK)
        status = inr_mesh_count_components(mesh, &r.components, err);
    if (status == INR_OK && (r.inconsistent || r.two_sided))
        s->sign = INR_SIGN_STAB;
    if (status != INR_OK || s->sign == INR_SIGN_STAB || r.crowded_edges || r.components > 1 ||
        inr_mesh_volume(mesh) <= 0.0)
        return status;
    status = inr_mesh_count_crossings(mesh, edges, &r.crossing_edges, err);
    if (r.crossing_edges == 0)
        s->sign = INR_SIGN_NORMAL;
    return status;
}

static enum inr_status choose_for_cloud(struct inr_surface *s, const struct inr_mesh *mesh,
                                        struct inr_error *err)
{
    if (s->sign == INR_SIGN_AUTO)
        s->sign = mesh->normals ? INR_SIGN_NORMAL : INR_SIGN_NONE;
    if (s->sign == INR_SIGN_WINDING || s->sign == INR_SIGN_STAB)
        return inr_fail(err, INR_ERR_USAGE,
                        "a cloud of points has no triangles for the sign '%s'; use normal or none",
                        inr_sign_name(s->sign));
    if (s->sign == INR_SIGN_NORMAL && !mesh->normals)
        return inr_fail(err, INR_ERR_USAGE,
                        "the cloud of points has no normals to take a sign from; give it normals "
                        "or use the sign none");
    return INR_OK;
}

static enum inr_status add_up_areas(struct inr_surface *s, struct inr_error *err)
{
    const struct inr_mesh mesh = {.vertices = s->scene.vertices, .triangles = s->scene.triangles};
    s->cumulative = malloc(s->scene.n_triangles * sizeof *s->cumulative);
    if (!s->cumulative)
        return inr_shape_no_memory(err, "mesh");
    for (size_t i = 0; i < s->scene.n_triangles; i++) {
        double n[3];
        inr_mesh_cross(&mesh, i, n);
        s->area += 0.5 * sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        s->cumulative[i] = s->area;
    }
    if (s->area > 0.0)
        return INR_OK;
    return inr_fail(err, INR_ERR_INPUT,
                    "all triangles have an area of zero; give a mesh with some extent");
}

static enum inr_status prepare_mesh(struct inr_surface *s, const struct inr_mesh *mesh,
                                    struct inr_error *err)
{
    struct inr_edges edges;
    enum inr_status status = inr_edges_init(&edges, mesh, err);
    if (status != INR_OK)
        return status;
    const bool chosen = s->sign == INR_SIGN_AUTO;
    status = choose_for_mesh(s, mesh, &edges, err);
    /* Where AUTO goes by normals the mesh closes, and a ray says the same. */
    if (status == INR_OK && (s->sign == INR_SIGN_WINDING || (chosen && s->sign == INR_SIGN_NORMAL)))
        status = inr_turns_create(&s->scene, mesh, &edges, &s->turns, err);
    if (status == INR_OK)
        status = inr_scene_build(&s->scene, err);
    if (status == INR_OK)
        status = add_up_areas(s, err);
    if (status == INR_OK && s->sign == INR_SIGN_NORMAL)
        status = inr_surface_make_normals(s, mesh, &edges, err);
    if (status == INR_OK && s->sign == INR_SIGN_WINDING)
        status = inr_winding_create(&s->scene, &s->winding, err);
    inr_edges_finish(&edges);
    return status;
}

static enum inr_status prepare_cloud(struct inr_surface *s, const struct inr_mesh *mesh,
                                     struct inr_error *err)
{
    enum inr_status status = choose_for_cloud(s, mesh, err);
    if (status == INR_OK)
        status = inr_scene_build(&s->scene, err);
    s->area = (double)mesh->n_vertices;
    if (status != INR_OK || !mesh->normals)
        return status;
    s->normals = malloc(mesh->n_vertices * 3 * sizeof *s->normals);
    if (!s->normals)
        return inr_shape_no_memory(err, "cloud");
    memcpy(s->normals, mesh->normals, mesh->n_vertices * 3 * sizeof *s->normals);
    return inr_cloud_measure(s, err);
}

enum inr_status inr_surface_create(const struct inr_mesh *mesh, enum inr_sign sign, int threads,
                                   struct inr_surface **out, struct inr_error *err)
{
    *out = NULL;
    if (mesh->n_vertices == 0 || (mesh->triangles && mesh->n_triangles == 0))
        return inr_fail(err, INR_ERR_INPUT,
                        "the mesh is empty, so it has no surface; give another");
    struct inr_surface *s = calloc(1, sizeof *s);
    if (!s)
        return inr_shape_no_memory(err, "mesh");
    s->sign = sign;
    s->threads = threads > 0 ? threads : omp_get_num_procs();
    inr_mesh_box(mesh, s->box);
    s->tiny = 1e-7 * inr_box_longest(s->box);
    enum inr_status status = check_coordinates(s, err);
    if (status == INR_OK)
        status = inr_scene_init(&s->scene, mesh, threads, err);
    if (status == INR_OK)
        status = mesh->triangles ? prepare_mesh(s, mesh, err) : prepare_cloud(s, mesh, err);
    if (status != INR_OK) {
        inr_surface_destroy(s);
        return status;
    }
    *out = s;
    return INR_OK;
}

void inr_surface_destroy(struct inr_surface *s)
{
    if (!s)
        return;
    inr_scene_finish(&s->scene);
    inr_turns_destroy(s->turns);
    inr_winding_destroy(s->winding);
    free(s->cumulative);
    free(s->corner_normals);
    free(s->side_normals);
    free(s->normals);
    free(s->radii);
    free(s);
}

enum inr_sign inr_surface_sign(const struct inr_surface *surface)
{
    return surface->sign;
}

double inr_surface_area(const struct inr_surface *surface)
{
    return surface->area;
}

/* ---- distances ---- */

struct search {
    const struct inr_surface *surface;
    const double *p;
    double squared;
    struct inr_nearest *out;
};

static bool visit(struct RTCPointQueryFunctionArguments *args)
{
    struct search *s = args->userPtr;
    const struct inr_scene *scene = &s->surface->scene;
    const uint32_t *t = scene->triangles + 3 * (size_t)args->primID;
    double place[3];
    int feature;
    const double squared = inr_triangle_closest(
        s->p, scene->vertices + 3 * (size_t)t[0], scene->vertices + 3 * (size_t)t[1],
        scene->vertices + 3 * (size_t)t[2], place, &feature);
    if (squared > s->squared || (squared == s->squared && args->primID > s->out->primitive))
        return false;
    s->squared = squared;
    s->out->primitive = args->primID;
    s->out->feature = feature;
    memcpy(s->out->position, place, sizeof place);
    args->query->radius = (float)(sqrt(squared) * (1.0 + 1e-6) + s->surface->tiny);
    return true;
}

void inr_mesh_nearest(const struct inr_surface *surface, const double p[3], struct inr_nearest *out)
{
    struct RTCPointQueryContext context;
    struct RTCPointQuery query = {
        .x = (float)p[0], .y = (float)p[1], .z = (float)p[2], .time = 0.0f, .radius = INFINITY};
    struct search search = {surface, p, (double)INFINITY, out};
    memset(out, 0, sizeof *out);
    out->primitive = UINT32_MAX;
    rtcInitPointQueryContext(&context);
    rtcPointQuery(surface->scene.scene, &query, &context, visit, &search);
    out->distance = sqrt(search.squared);
    inr_scene_normal(&surface->scene, out->primitive, out->normal);
}

static bool finite3(const float *p)
{
    return isfinite(p[0]) && isfinite(p[1]) && isfinite(p[2]);
}

static void answer(const struct inr_surface *s, const float *point, float *distance,
                   float *position, float *normal)
{
    struct inr_nearest nearest;
    const double p[3] = {(double)point[0], (double)point[1], (double)point[2]};
    if (!finite3(point)) {
        for (int d = 0; d < 3; d++)
            nearest.position[d] = nearest.normal[d] = (double)NAN;
        nearest.distance = (double)NAN;
    } else if (s->scene.triangles) {
        inr_mesh_nearest(s, p, &nearest);
    } else {
        inr_cloud_nearest(s, p, &nearest);
    }
    if (distance)
        *distance = (float)(isfinite(nearest.distance) && inr_surface_behind(s, p, &nearest)
                                ? -nearest.distance
                                : nearest.distance);
    for (int d = 0; d < 3; d++) {
        if (position)
            position[d] = (float)nearest.position[d];
        if (normal)
            normal[d] = (float)nearest.normal[d];
    }
}

void inr_surface_closest(const struct inr_surface *surface, const float *points, size_t n,
                         float *distance, float *position, float *normal)
{
#pragma omp parallel for num_threads(surface->threads) schedule(dynamic, 128)
    for (size_t i = 0; i < n; i++)
        answer(surface, points + 3 * i, distance ? distance + i : NULL,
               position ? position + 3 * i : NULL, normal ? normal + 3 * i : NULL);
}

void inr_surface_distance(const struct inr_surface *surface, const float *points, size_t n,
                          float *out)
{
    inr_surface_closest(surface, points, n, out, NULL, NULL);
}

void inr_surface_occupancy(const struct inr_surface *surface, const float *points, size_t n,
                           float *out)
{
    const bool alone = inr_surface_alone(surface);
#pragma omp parallel for num_threads(surface->threads) schedule(dynamic, 128)
    for (size_t i = 0; i < n; i++) {
        const double p[3] = {(double)points[3 * i], (double)points[3 * i + 1],
                             (double)points[3 * i + 2]};
        float distance = NAN;
        if (!alone)
            answer(surface, points + 3 * i, &distance, NULL, NULL);
        else if (finite3(points + 3 * i))
            distance = inr_surface_encloses(surface, p) ? -1.0f : 1.0f;
        out[i] = distance < 0.0f ? 1.0f : 0.0f;
    }
}

void inr_surface_winding(const struct inr_surface *surface, const float *points, size_t n,
                         float *out)
{
#pragma omp parallel for num_threads(surface->threads) schedule(dynamic, 128)
    for (size_t i = 0; i < n; i++) {
        const double p[3] = {(double)points[3 * i], (double)points[3 * i + 1],
                             (double)points[3 * i + 2]};
        out[i] = surface->winding ? (float)inr_surface_turns(surface, p) : 0.0f;
    }
}

/* ---- samples ---- */

/* The first triangle whose cumulative area exceeds x; one without area never is. */
static size_t triangle_at(const struct inr_surface *s, double x)
{
    size_t low = 0, high = s->scene.n_triangles - 1;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (s->cumulative[middle] > x)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void sample_mesh(const struct inr_surface *s, inr_u4 r, float *point, float *normal)
{
    const double share = ((double)r.x * 2097152.0 + (double)(r.w >> 11)) * 0x1p-53;
    const double root = sqrt((double)r.y * 0x1p-32), other = (double)r.z * 0x1p-32;
    const size_t t = triangle_at(s, share * s->area);
    const double weight[3] = {1.0 - root, root * (1.0 - other), root * other};
    double n[3];
    for (size_t d = 0; d < 3; d++) {
        double sum = 0.0;
        for (size_t k = 0; k < 3; k++)
            sum += weight[k] *
                   (double)s->scene.vertices[3 * (size_t)s->scene.triangles[3 * t + k] + d];
        point[d] = (float)sum;
    }
    if (!normal)
        return;
    inr_scene_normal(&s->scene, t, n);
    for (int d = 0; d < 3; d++)
        normal[d] = (float)n[d];
}

void inr_surface_sample(const struct inr_surface *s, uint64_t seed, uint32_t stream, uint64_t first,
                        size_t n, float *points, float *normals)
{
#pragma omp parallel for num_threads(s->threads) schedule(static)
    for (size_t i = 0; i < n; i++) {
        const uint64_t number = first + i;
        const inr_u4 r = inr_random((uint32_t)seed, (uint32_t)(seed >> 32), stream,
                                    (uint32_t)(number >> 32), (uint32_t)number);
        if (s->scene.triangles) {
            sample_mesh(s, r, points + 3 * i, normals ? normals + 3 * i : NULL);
            continue;
        }
        const size_t at = inr_bounded(r.x, (uint32_t)s->scene.n_vertices);
        memcpy(points + 3 * i, s->scene.vertices + 3 * at, 3 * sizeof *points);
        if (normals && s->normals)
            memcpy(normals + 3 * i, s->normals + 3 * at, 3 * sizeof *normals);
    }
}

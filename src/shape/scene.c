/* SPDX-License-Identifier: MIT
 *
 * scene.c - Setting up Embree for a mesh or a cloud.
 */
#include "shape/scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum inr_status embree_failed(enum RTCError code, struct inr_error *err)
{
    if (code == RTC_ERROR_OUT_OF_MEMORY)
        return inr_shape_no_memory(err, "search tree of a mesh");
    return inr_fail(err, INR_ERR_FAILED,
                    "Embree reports error %d while it sorts a mesh; check its installation",
                    (int)code);
}

static void point_bounds(const struct RTCBoundsFunctionArguments *args)
{
    const struct inr_scene *scene = args->geometryUserPtr;
    const float *p = scene->vertices + 3 * (size_t)args->primID;
    struct RTCBounds *out = args->bounds_o;
    out->lower_x = out->upper_x = p[0];
    out->lower_y = out->upper_y = p[1];
    out->lower_z = out->upper_z = p[2];
}

static void make_triangles(struct inr_scene *s)
{
    s->geometry = rtcNewGeometry(s->device, RTC_GEOMETRY_TYPE_TRIANGLE);
    s->vertices = rtcSetNewGeometryBuffer(s->geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                                          3 * sizeof *s->vertices, s->n_vertices);
    s->triangles = rtcSetNewGeometryBuffer(s->geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3,
                                           3 * sizeof *s->triangles, s->n_triangles);
}

static void make_points(struct inr_scene *s)
{
    s->geometry = rtcNewGeometry(s->device, RTC_GEOMETRY_TYPE_USER);
    s->vertices = malloc(s->n_vertices * 3 * sizeof *s->vertices);
    rtcSetGeometryUserPrimitiveCount(s->geometry, (unsigned)s->n_vertices);
    rtcSetGeometryUserData(s->geometry, s);
    rtcSetGeometryBoundsFunction(s->geometry, point_bounds, NULL);
}

enum inr_status inr_scene_init(struct inr_scene *s, const struct inr_mesh *mesh, int threads,
                               struct inr_error *err)
{
    char config[32];
    memset(s, 0, sizeof *s);
    snprintf(config, sizeof config, "threads=%d", threads > 0 ? threads : 0);
    s->device = rtcNewDevice(config);
    if (!s->device)
        return embree_failed(rtcGetDeviceError(NULL), err);
    s->n_vertices = mesh->n_vertices;
    s->n_triangles = mesh->n_triangles;
    s->scene = rtcNewScene(s->device);
    if (mesh->triangles)
        make_triangles(s);
    else
        make_points(s);
    if (!s->scene || !s->vertices || (mesh->triangles && !s->triangles)) {
        const enum inr_status status = embree_failed(rtcGetDeviceError(s->device), err);
        inr_scene_finish(s);
        return status;
    }
    memcpy(s->vertices, mesh->vertices, s->n_vertices * 3 * sizeof *s->vertices);
    if (mesh->triangles)
        memcpy(s->triangles, mesh->triangles, s->n_triangles * 3 * sizeof *s->triangles);
    return INR_OK;
}

enum inr_status inr_scene_build(struct inr_scene *s, struct inr_error *err)
{
    rtcCommitGeometry(s->geometry);
    rtcAttachGeometry(s->scene, s->geometry);
    rtcSetSceneFlags(s->scene, RTC_SCENE_FLAG_ROBUST);
    rtcCommitScene(s->scene);
    const enum RTCError code = rtcGetDeviceError(s->device);
    if (code == RTC_ERROR_NONE)
        return INR_OK;
    return embree_failed(code, err);
}

void inr_scene_finish(struct inr_scene *s)
{
    if (s->scene)
        rtcReleaseScene(s->scene);
    if (s->geometry)
        rtcReleaseGeometry(s->geometry);
    if (s->device)
        rtcReleaseDevice(s->device);
    if (!s->n_triangles)
        free(s->vertices);
    memset(s, 0, sizeof *s);
}

struct RTCRay inr_scene_ray(const float from[3], const float along[3], float end, uint32_t id)
{
    return (struct RTCRay){.org_x = from[0],
                           .org_y = from[1],
                           .org_z = from[2],
                           .dir_x = along[0],
                           .dir_y = along[1],
                           .dir_z = along[2],
                           .tfar = end,
                           .mask = UINT32_MAX,
                           .id = id};
}

/* SPDX-License-Identifier: MIT
 *
 * shape_mesh.c - Meshes of shapes, and clouds of points on them.
 */
#include "cli/json.h"
#include "cli/picture.h"
#include "cli/shape.h"

#define RESOLUTION 256

enum inr_status inr_cli_shape_mesh(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                   struct inr_mesh **mesh, struct inr_error *err)
{
    struct inr_extract_options options = INR_EXTRACT_DEFAULT;
    struct inr_cli_shape_watch meshing = {cli, "meshing"};
    const struct inr_shape_watch watch = inr_cli_shape_watch(&meshing);
    long resolution;
    enum inr_status status =
        inr_cli_get_integer(&cli->args, "resolution", 2, 16384, RESOLUTION, &resolution, err);
    if (status != INR_OK)
        return status;
    options.resolution = (uint32_t)resolution;
    options.open = inr_cli_count(&cli->args, "open") > 0;
    status = inr_shape_extract(&shape->source, &options, &watch, mesh, err);
    inr_cli_progress_clear(&cli->progress);
    if (status == INR_OK)
        inr_mesh_leave(*mesh, &shape->frame);
    return status;
}

static enum inr_status report(struct inr_cli *cli, const struct inr_mesh *mesh, const char *path,
                              struct inr_error *err)
{
    if (!cli->json && mesh->n_triangles > 0)
        inr_cli_notice(cli, "%s: %zu vertices, %zu triangles", path, mesh->n_vertices,
                       mesh->n_triangles);
    else if (!cli->json)
        inr_cli_notice(cli, "%s: %zu points with normals", path, mesh->n_vertices);
    if (!cli->json)
        return INR_OK;
    json_t *json = json_object();
    inr_cli_json_text(json, "output", path);
    inr_cli_json_integer(json, mesh->n_triangles > 0 ? "vertices" : "points", mesh->n_vertices);
    if (mesh->n_triangles > 0)
        inr_cli_json_integer(json, "triangles", mesh->n_triangles);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
    return inr_cli_json_print(json, err);
}

/* --points, 0: none asked for, and --seed. */
static enum inr_status read_points(const struct inr_cli *cli, long *points, long *seed,
                                   struct inr_error *err)
{
    enum inr_status status =
        inr_cli_get_integer(&cli->args, "points", 1, 4294967294L, 0, points, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "seed", 0, 4294967295L, 0, seed, err);
    if (status == INR_OK && *points == 0 && inr_cli_count(&cli->args, "seed") > 0)
        status = inr_fail(err, INR_ERR_USAGE, "--seed is for --points; leave it out");
    return status;
}

static enum inr_status write_points(struct inr_cli *cli, const struct inr_mesh *mesh, long points,
                                    long seed, const char *path, struct inr_error *err)
{
    struct inr_cli_device device;
    struct inr_mesh *cloud = NULL;
    enum inr_status status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK)
        status = inr_mesh_sample(mesh, (uint64_t)seed, (size_t)points, device.threads, &cloud, err);
    if (status == INR_OK)
        status = inr_mesh_write(path, cloud, err);
    if (status == INR_OK)
        status = report(cli, cloud, path, err);
    inr_mesh_free(cloud);
    return status;
}

enum inr_status inr_cli_shape_write_mesh(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                         const struct inr_mesh *mesh, const char *path,
                                         struct inr_error *err)
{
    static const char *const others[] = {"size",  "scale",       "crop",     "slice",
                                         "depth", "camera",      "sinogram", "fov",
                                         "up",    "transparent", "floating", NULL};
    static const char *const grid[] = {"resolution", "open", NULL};
    struct inr_mesh *made = NULL;
    long points = 0, seed = 0;
    enum inr_status status = inr_cli_shape_refuse(cli, others, "not for meshes", err);
    if (status == INR_OK && mesh != NULL)
        status = inr_cli_shape_refuse(cli, grid, "not for points of a mesh's own triangles", err);
    if (status == INR_OK)
        status = read_points(cli, &points, &seed, err);
    if (status == INR_OK)
        status = inr_mesh_check_write(path, points > 0, err);
    if (status == INR_OK && mesh == NULL)
        status = inr_cli_shape_mesh(cli, shape, &made, err);
    mesh = mesh != NULL ? mesh : made;
    if (status == INR_OK && mesh->n_triangles == 0)
        status = inr_fail(err, INR_ERR_INPUT,
                          "the field has no surface on this grid: it is all outside; a larger "
                          "--resolution finds smaller parts");
    if (status == INR_OK && points > 0)
        status = write_points(cli, mesh, points, seed, path, err);
    if (status == INR_OK && points == 0)
        status = inr_mesh_write(path, mesh, err);
    if (status == INR_OK && points == 0)
        status = report(cli, mesh, path, err);
    inr_mesh_free(made);
    return status;
}

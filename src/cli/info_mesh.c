/* SPDX-License-Identifier: MIT
 *
 * info_mesh.c - What `inrush info` says of a mesh or a cloud of points.
 */
#include "cli/info_mesh.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/json.h"
#include "cli/picture.h"
#include "inrush/shape.h"

static void json_counts(json_t *json, const struct inr_mesh_report *r)
{
    const struct {
        const char *key;
        size_t n;
    } rows[] = {
        {"vertices", r->vertices},
        {"triangles", r->triangles},
        {"components", r->components},
        {"open_edges", r->open_edges},
        {"crowded_edges", r->crowded_edges},
        {"inconsistent_edges", r->inconsistent},
        {"crossing_edges", r->crossing_edges},
        {"two_sided", r->two_sided},
        {"without_area", r->needles},
        {"degenerate", r->degenerate},
        {"duplicates", r->duplicates},
        {"merged_vertices", r->merged_vertices},
        {"bad_vertices", r->bad_vertices},
        {"bad_triangles", r->bad_triangles},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        inr_cli_json_integer(json, rows[i].key, rows[i].n);
}

static enum inr_status print_json(const char *path, const struct inr_mesh_report *r,
                                  struct inr_error *err)
{
    json_t *json = json_object();
    inr_cli_json_text(json, "type", r->triangles ? "mesh" : "cloud");
    json_counts(json, r);
    inr_cli_json_bool(json, "closed", r->closed);
    inr_cli_json_bool(json, "turned", r->turned);
    inr_cli_json_bool(json, "normals", r->normals);
    json_t *box = json_array();
    for (int side = 0; side < 2; side++) {
        json_t *corner = json_array();
        for (int d = 0; d < 3; d++)
            json_array_append_new(corner, json_real(r->box[side][d]));
        json_array_append_new(box, corner);
    }
    json_object_set_new(json, "box", box);
    inr_cli_json_number(json, "area", r->area);
    if (r->closed)
        inr_cli_json_number(json, "volume", r->volume);
    inr_cli_json_integer(json, "bytes", inr_cli_file_size(path));
    return inr_cli_json_print(json, err);
}

static void print_text(const char *path, const struct inr_mesh_report *r)
{
    char text[512];
    inr_mesh_report_text(r, text, sizeof text);
    printf("%s: %s\nvertices     %zu\n", path, text, r->vertices);
    if (r->triangles)
        printf("triangles    %zu\n", r->triangles);
    printf("box          %.6g %.6g %.6g to %.6g %.6g %.6g\n", r->box[0][0], r->box[0][1],
           r->box[0][2], r->box[1][0], r->box[1][1], r->box[1][2]);
    if (r->triangles)
        printf("area         %.6g\n", r->area);
    if (r->closed)
        printf("volume       %.6g\n", r->volume);
    printf("bytes        %" PRIu64 "\n", inr_cli_file_size(path));
}

enum inr_status inr_cli_info_mesh(struct inr_cli *cli, const char *path, struct inr_error *err)
{
    struct inr_mesh *mesh = NULL;
    struct inr_mesh_report report;
    enum inr_status status = inr_mesh_read(path, &mesh, &report, err);
    inr_mesh_free(mesh);
    if (status != INR_OK)
        return status;
    if (cli->json)
        return print_json(path, &report, err);
    print_text(path, &report);
    return INR_OK;
}

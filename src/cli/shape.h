/* SPDX-License-Identifier: MIT
 *
 * shape.h - Shapes on the command line: a model or a mesh in, a mesh or a picture or scores out.
 */
#ifndef INR_CLI_SHAPE_H
#define INR_CLI_SHAPE_H

#include "inrush/extract.h"

#include "cli/cli.h"

/* Free space between a mesh and the box it is sampled in, as a share of half its longest side. */
#define INR_CLI_SHAPE_MARGIN 0.1

/* What a line of progress says, and the watch that shows it and stops at Ctrl-C. */
struct inr_cli_shape_watch {
    struct inr_cli *cli;
    const char *what; /* "meshing" */
};
struct inr_shape_watch inr_cli_shape_watch(struct inr_cli_shape_watch *watch);

/* A shape that can be asked for its values: a model or a mesh file. */
struct inr_cli_shape {
    struct inr_shape_source source; /* in field coordinates */
    struct inr_frame frame;         /* of its own units */
    const struct inr_model *model;  /* borrowed, or NULL */
    struct inr_model_shape *asked;
    struct inr_surface *surface;
};

/* Open one of the two, the other NULL. The mesh is moved into its frame. Release with
 * inr_cli_shape_close in every case. */
enum inr_status inr_cli_shape_open(struct inr_cli *cli, const struct inr_model *model,
                                   struct inr_mesh *mesh, struct inr_cli_shape *shape,
                                   struct inr_error *err);
void inr_cli_shape_close(struct inr_cli_shape *shape);

/* Read a mesh, and say what is wrong with it. *closed may be NULL. */
enum inr_status inr_cli_mesh_read(struct inr_cli *cli, const char *path, struct inr_mesh **mesh,
                                  bool *closed, struct inr_error *err);

/* The surface of a shape as a mesh in its own units, by --resolution and --open, with a line of
 * progress. It may be empty. */
enum inr_status inr_cli_shape_mesh(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                   struct inr_mesh **mesh, struct inr_error *err);

/* Refuse options, of a list that ends with NULL, which would change nothing: "--NAME is WHY". */
enum inr_status inr_cli_shape_refuse(const struct inr_cli *cli, const char *const *names,
                                     const char *why, struct inr_error *err);

/* Write a mesh, or a cloud of --points on it, and report it: of `mesh`, in its own units, or, where
 * that is NULL, of the shape's surface. */
enum inr_status inr_cli_shape_write_mesh(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                         const struct inr_mesh *mesh, const char *path,
                                         struct inr_error *err);

/* Write a mesh or a picture, as the suffix says, and report it. */
enum inr_status inr_cli_shape_write(struct inr_cli *cli, const struct inr_cli_shape *shape,
                                    const char *path, struct inr_error *err);

/* Draw a model as it is seen by default, small. */
enum inr_status inr_cli_shape_preview(struct inr_cli *cli, const struct inr_model *model,
                                      const struct inr_cli_device *device, const char *path,
                                      struct inr_error *err);

/* Compare two shapes, files of meshes or models, and print the scores. */
enum inr_status inr_cli_shape_compare(struct inr_cli *cli, const char *reference, const char *test,
                                      struct inr_error *err);

#define INR_CLI_OPTION_RESOLUTION                                                                  \
    {                                                                                              \
        .name = "resolution", .value = "N", .group = "Shapes",                                     \
        .help = "samples along the longest side of the grid that becomes a mesh, 2 to 16384; "     \
                "default: 256"                                                                     \
    }

#endif

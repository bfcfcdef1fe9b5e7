/* SPDX-License-Identifier: MIT
 *
 * picture.h - Files that go in and out: which are models, which names may be written, model ->
 * picture.
 */
#ifndef INR_CLI_PICTURE_H
#define INR_CLI_PICTURE_H

#include "cli/cli.h"

/* True when `path` holds a model, by its first bytes or its suffix .inr. */
bool inr_cli_is_model(const char *path);

/* True when `path` holds a NumPy array, by its first bytes. */
bool inr_cli_is_array(const char *path);

/* True when both names lead to the same existing file. */
bool inr_cli_same_file(const char *a, const char *b);

/* Size of a file in bytes, 0 when it cannot be told. */
uint64_t inr_cli_file_size(const char *path);

/* Refuse "-", folders, missing folders and, without `overwrite`, existing files. Errors:
 * INR_ERR_USAGE, INR_ERR_OUTPUT. */
enum inr_status inr_cli_check_output(const char *path, bool overwrite, struct inr_error *err);

/* The same for what `render` and `signal` write, with --force; its suffix must name a format of
 * arrays, sounds or pictures. */
enum inr_status inr_cli_check_signal_output(const struct inr_cli *cli, const char *path,
                                            struct inr_error *err);

/* Write a sinogram: an array as it is, a picture with its greatest value as white, which a notice
 * tells. `rows` may be scaled. */
enum inr_status inr_cli_write_sinogram(struct inr_cli *cli, const char *path,
                                       struct inr_signal *rows, struct inr_error *err);

/* Render a resolved view row by row into a picture file. `depth` NULL: the source's, as far as the
 * format holds it; else "8", "16" or "float". Ctrl-C ends it without a file (INR_INTERRUPTED). */
enum inr_status inr_cli_write_picture(struct inr_cli *cli, const struct inr_model *model,
                                      const struct inr_cli_device *device,
                                      const struct inr_view *view, const char *depth,
                                      const char *path, struct inr_error *err);

/* The depth of "8", "16" or "float". Errors: INR_ERR_USAGE. */
enum inr_status inr_cli_parse_depth(const char *text, enum inr_depth *depth, struct inr_error *err);

/* "8-bit", "16-bit", "float". */
const char *inr_cli_depth_text(enum inr_depth depth);

#endif

/* SPDX-License-Identifier: MIT
 *
 * info_mesh.h - What `inrush info` says of a mesh or a cloud of points.
 */
#ifndef INR_CLI_INFO_MESH_H
#define INR_CLI_INFO_MESH_H

#include "cli/cli.h"

enum inr_status inr_cli_info_mesh(struct inr_cli *cli, const char *path, struct inr_error *err);

#endif

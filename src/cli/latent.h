/* SPDX-License-Identifier: MIT
 *
 * latent.h - Latent-coded pictures on the command line.
 */
#ifndef INR_CLI_LATENT_H
#define INR_CLI_LATENT_H

#include "cli/cli.h"
#include "inrush/codec.h"

/* True when `path` holds one, by its first bytes. */
bool inr_cli_is_latent(const char *path);

/* Read a picture, latent-coded or in a common format; release *image. parts: NULL, or where the
 * bytes of a latent-coded one are. Errors: INR_ERR_INPUT, INR_ERR_MEMORY. */
enum inr_status inr_cli_image_read(const char *path, struct inr_image *image,
                                   struct inr_codec_parts *parts, struct inr_error *err);

/* `decompress`: to a picture file at its own size; --depth as elsewhere, other views are refused.
 */
enum inr_status inr_cli_latent_render(struct inr_cli *cli, const char *path, const char *output,
                                      struct inr_error *err);

/* `info` */
enum inr_status inr_cli_latent_info(struct inr_cli *cli, const char *path, struct inr_error *err);

#endif

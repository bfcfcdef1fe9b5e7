/* SPDX-License-Identifier: MIT
 *
 * tcnn.h - Settings as tiny-cuda-nn and instant-ngp write them, rewritten as ours.
 */
#ifndef INR_FIT_TCNN_H
#define INR_FIT_TCNN_H

#include "fit/json_tree.h"

/* Rewrite a tree of settings in place. Any file may nest optimizers and say "Grid"; a file is taken
 * for one of tiny-cuda-nn when an optimizer wraps another, or network.otype is FullyFusedMLP,
 * CutlassMLP or MegakernelMLP: what it leaves unsaid is then what that program does, where that
 * program decides it, and the preset hash where not. `shape`: of a mesh. Errors: INR_ERR_INPUT
 * (what has no counterpart here), INR_ERR_MEMORY. */
enum inr_status inr_tcnn_translate(json_t *root, bool shape, const char *name,
                                   struct inr_error *err);

#endif

/* SPDX-License-Identifier: MIT
 *
 * vulkan_ref.h - A case on the Vulkan backend against the reference in double.
 */
#ifndef VULKAN_REF_H
#define VULKAN_REF_H

#include "program_ref.h"
#include "vulkan_case.h"

/* The samples of a case whose batch is its whole pool of 8-bit values on a grid; free() batch.x. */
void vulkan_ref_batch(const struct vulkan_case *c, struct program_ref_batch *batch);

/* max |found - expected| must be at most `allowed` times max |expected|. */
void vulkan_ref_close(const float *found, const double *expected, size_t n, double allowed,
                      const char *what, const char *of);

/* Values, loss and gradient of a case; the gradient of every tensor is relative to its largest
 * entry. overrides may be NULL. */
void vulkan_ref_check(const struct vulkan_case_config *config,
                      const struct inr_vk_overrides *overrides, double allowed, const char *what);

#endif

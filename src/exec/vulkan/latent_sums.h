/* SPDX-License-Identifier: MIT
 *
 * latent_sums.h - The table of latent_sums.comp.
 */
#ifndef INR_EXEC_VULKAN_LATENT_SUMS_H
#define INR_EXEC_VULKAN_LATENT_SUMS_H

#include "exec/vulkan/latent_plan.h"

/* rows [parameters + INR_LATENT_RESULTS], of which the number in use is returned. */
uint32_t inr_vk_latent_sums_fill(const struct inr_vk_latent_plan *plan, inr_latent_sum_row *rows);

#endif

/* SPDX-License-Identifier: MIT
 *
 * matrix.h - Matrix units: whether a device has those that our kernels were compiled for.
 */
#ifndef INR_EXEC_VULKAN_MATRIX_H
#define INR_EXEC_VULKAN_MATRIX_H

#include <stdbool.h>

#include <volk.h>

/* Products of [m][k] and [k][n] halves with sums of 32 bits by a subgroup. m 0: none. */
struct inr_vk_matrix {
    uint32_t m, n, k;
};

/* What a physical device offers: the largest shape with sides of at most 16. */
struct inr_vk_matrix inr_vk_matrix_probe(VkPhysicalDevice physical);

/* Whether kernels may use halves in shared memory and in buffers. */
bool inr_vk_halves_probe(VkPhysicalDevice physical);

/* Features to enable where either is there; the structs live in `features`. */
struct inr_vk_matrix_features {
    VkPhysicalDevice16BitStorageFeatures storage;
    VkPhysicalDeviceShaderFloat16Int8Features arithmetic;
    union {
        VkPhysicalDeviceCooperativeMatrixFeaturesNV nv;
#ifdef VK_KHR_cooperative_matrix
        VkPhysicalDeviceCooperativeMatrixFeaturesKHR khr;
#endif
    } matrix;
};

/* Put them in front of `next`, and return the new front. *extension: the name of the one to enable,
 * or NULL. */
void *inr_vk_matrix_enable(struct inr_vk_matrix_features *features, bool halves, bool matrix,
                           void *next, const char **extension);

#endif

/* SPDX-License-Identifier: MIT
 *
 * matrix.c - Matrix units by VK_KHR_cooperative_matrix or VK_NV_cooperative_matrix, whichever the
 * kernels were compiled for.
 */
#include "exec/vulkan/matrix.h"

#include "exec/vulkan/device.h"

#define MOST 64 /* shapes a device may list */

bool inr_vk_halves_probe(VkPhysicalDevice physical)
{
    VkPhysicalDevice16BitStorageFeatures storage = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES};
    VkPhysicalDeviceShaderFloat16Int8Features arithmetic = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES, .pNext = &storage};
    VkPhysicalDeviceFeatures2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                     .pNext = &arithmetic};
    vkGetPhysicalDeviceFeatures2(physical, &all);
    return storage.storageBuffer16BitAccess && arithmetic.shaderFloat16;
}

/* The better of the best so far and another shape. */
static void consider(struct inr_vk_matrix *best, uint32_t m, uint32_t n, uint32_t k)
{
    const bool fits = m <= 16 && n <= 16 && k <= 16 && 16 % m == 0 && 16 % n == 0 && 16 % k == 0;
    if (fits && m * n * k > best->m * best->n * best->k)
        *best = (struct inr_vk_matrix){m, n, k};
}

#if defined(INR_MATRIX_KHR) && defined(VK_KHR_cooperative_matrix)

struct inr_vk_matrix inr_vk_matrix_probe(VkPhysicalDevice physical)
{
    struct inr_vk_matrix best = {0};
    VkCooperativeMatrixPropertiesKHR list[MOST];
    uint32_t n = MOST;
    VkPhysicalDeviceCooperativeMatrixFeaturesKHR matrix = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR};
    VkPhysicalDeviceFeatures2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                     .pNext = &matrix};
    if (!inr_vk_has_extension(physical, VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME) ||
        !inr_vk_halves_probe(physical))
        return best;
    vkGetPhysicalDeviceFeatures2(physical, &all);
    for (uint32_t i = 0; i < MOST; i++)
        list[i] = (VkCooperativeMatrixPropertiesKHR){
            .sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_KHR};
    if (!matrix.cooperativeMatrix ||
        vkGetPhysicalDeviceCooperativeMatrixPropertiesKHR(physical, &n, list) < VK_SUCCESS)
        return best;
    for (uint32_t i = 0; i < n; i++)
        if (list[i].AType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
            list[i].BType == VK_COMPONENT_TYPE_FLOAT16_KHR &&
            list[i].CType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
            list[i].ResultType == VK_COMPONENT_TYPE_FLOAT32_KHR &&
            list[i].scope == VK_SCOPE_SUBGROUP_KHR)
            consider(&best, list[i].MSize, list[i].NSize, list[i].KSize);
    return best;
}

#elif defined(INR_MATRIX_NV)

struct inr_vk_matrix inr_vk_matrix_probe(VkPhysicalDevice physical)
{
    struct inr_vk_matrix best = {0};
    VkCooperativeMatrixPropertiesNV list[MOST];
    uint32_t n = MOST;
    VkPhysicalDeviceCooperativeMatrixFeaturesNV matrix = {
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV};
    VkPhysicalDeviceFeatures2 all = {.sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_FEATURES_2,
                                     .pNext = &matrix};
    if (!inr_vk_has_extension(physical, VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME) ||
        !inr_vk_halves_probe(physical) || !vkGetPhysicalDeviceCooperativeMatrixPropertiesNV)
        return best;
    vkGetPhysicalDeviceFeatures2(physical, &all);
    for (uint32_t i = 0; i < MOST; i++)
        list[i] = (VkCooperativeMatrixPropertiesNV){
            .sType = VK_STRUCTURE_TYPE_COOPERATIVE_MATRIX_PROPERTIES_NV};
    if (!matrix.cooperativeMatrix ||
        vkGetPhysicalDeviceCooperativeMatrixPropertiesNV(physical, &n, list) < VK_SUCCESS)
        return best;
    for (uint32_t i = 0; i < n; i++)
        if (list[i].AType == VK_COMPONENT_TYPE_FLOAT16_NV &&
            list[i].BType == VK_COMPONENT_TYPE_FLOAT16_NV &&
            list[i].CType == VK_COMPONENT_TYPE_FLOAT32_NV &&
            list[i].DType == VK_COMPONENT_TYPE_FLOAT32_NV && list[i].scope == VK_SCOPE_SUBGROUP_NV)
            consider(&best, list[i].MSize, list[i].NSize, list[i].KSize);
    return best;
}

#else

struct inr_vk_matrix inr_vk_matrix_probe(VkPhysicalDevice physical)
{
    (void)physical;
    (void)consider;
    return (struct inr_vk_matrix){0};
}

#endif

void *inr_vk_matrix_enable(struct inr_vk_matrix_features *f, bool halves, bool matrix, void *next,
                           const char **extension)
{
    *extension = NULL;
    if (!halves)
        return next;
    f->storage = (VkPhysicalDevice16BitStorageFeatures){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_16BIT_STORAGE_FEATURES,
        .pNext = next,
        .storageBuffer16BitAccess = VK_TRUE};
    f->arithmetic = (VkPhysicalDeviceShaderFloat16Int8Features){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_SHADER_FLOAT16_INT8_FEATURES,
        .pNext = &f->storage,
        .shaderFloat16 = VK_TRUE};
    next = &f->arithmetic;
    if (!matrix)
        return next;
#if defined(INR_MATRIX_KHR) && defined(VK_KHR_cooperative_matrix)
    *extension = VK_KHR_COOPERATIVE_MATRIX_EXTENSION_NAME;
    f->matrix.khr = (VkPhysicalDeviceCooperativeMatrixFeaturesKHR){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_KHR,
        .pNext = next,
        .cooperativeMatrix = VK_TRUE};
    next = &f->matrix.khr;
#elif defined(INR_MATRIX_NV)
    *extension = VK_NV_COOPERATIVE_MATRIX_EXTENSION_NAME;
    f->matrix.nv = (VkPhysicalDeviceCooperativeMatrixFeaturesNV){
        .sType = VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_COOPERATIVE_MATRIX_FEATURES_NV,
        .pNext = next,
        .cooperativeMatrix = VK_TRUE};
    next = &f->matrix.nv;
#endif
    return next;
}

/* SPDX-License-Identifier: MIT
 *
 * instance.c - The Vulkan loader, an instance without any window system, and the validation layer.
 */
#include "exec/vulkan/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALIDATION_LAYER "VK_LAYER_KHRONOS_validation"
#ifndef VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME
#define VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME "VK_KHR_portability_enumeration"
#endif

static const char *result_text(VkResult result)
{
    switch (result) {
    case VK_ERROR_OUT_OF_HOST_MEMORY:
        return "out of host memory";
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return "out of device memory";
    case VK_ERROR_INITIALIZATION_FAILED:
        return "initialisation failed";
    case VK_ERROR_DEVICE_LOST:
        return "the device was lost";
    case VK_ERROR_LAYER_NOT_PRESENT:
        return "a layer is missing";
    case VK_ERROR_EXTENSION_NOT_PRESENT:
        return "an extension is missing";
    case VK_ERROR_TOO_MANY_OBJECTS:
        return "too many objects";
    default:
        return "an unexpected result";
    }
}

enum inr_status inr_vk_result(VkResult result, const char *call, struct inr_error *err)
{
    if (result == VK_SUCCESS)
        return INR_OK;
    const char *name = strstr(call, "vk");
    name = name ? name : call;
    const int length = (int)strcspn(name, "(");
    switch (result) {
    case VK_ERROR_DEVICE_LOST:
        return inr_fail(err, INR_ERR_DEVICE_LOST,
                        "The Vulkan device was lost (%.*s); the driver may have stopped a kernel "
                        "that ran too long",
                        length, name);
    case VK_ERROR_OUT_OF_HOST_MEMORY:
    case VK_ERROR_OUT_OF_DEVICE_MEMORY:
        return inr_fail(err, INR_ERR_MEMORY, "%.*s: %s", length, name, result_text(result));
    case VK_ERROR_INCOMPATIBLE_DRIVER:
        return inr_fail(err, INR_ERR_NO_DEVICE, "The Vulkan loader found no driver that works");
    default:
        return inr_fail(err, INR_ERR_FAILED, "%.*s: %s (VkResult %d)", length, name,
                        result_text(result), (int)result);
    }
}

static VKAPI_ATTR VkBool32 VKAPI_CALL on_message(VkDebugUtilsMessageSeverityFlagBitsEXT severity,
                                                 VkDebugUtilsMessageTypeFlagsEXT types,
                                                 const VkDebugUtilsMessengerCallbackDataEXT *data,
                                                 void *user)
{
    (void)severity;
    (void)types;
    inr_logf(user, INR_LOG_ERROR, "Vulkan: %s", data->pMessage);
    return VK_FALSE;
}

static bool wants_validation(void)
{
    const char *value = getenv("INRUSH_VALIDATION");
    return value && *value && strcmp(value, "0") != 0;
}

static bool has_extension(const char *layer, const char *name)
{
    uint32_t n = 0;
    if (vkEnumerateInstanceExtensionProperties(layer, &n, NULL) != VK_SUCCESS || n == 0)
        return false;
    VkExtensionProperties *list = calloc(n, sizeof *list);
    bool found = false;
    if (list && vkEnumerateInstanceExtensionProperties(layer, &n, list) >= VK_SUCCESS)
        for (uint32_t i = 0; i < n && !found; i++)
            found = strcmp(list[i].extensionName, name) == 0;
    free(list);
    return found;
}

static bool has_layer(const char *name)
{
    uint32_t n = 0;
    if (vkEnumerateInstanceLayerProperties(&n, NULL) != VK_SUCCESS || n == 0)
        return false;
    VkLayerProperties *list = calloc(n, sizeof *list);
    bool found = false;
    if (list && vkEnumerateInstanceLayerProperties(&n, list) >= VK_SUCCESS)
        for (uint32_t i = 0; i < n && !found; i++)
            found = strcmp(list[i].layerName, name) == 0;
    free(list);
    return found;
}

/* The loader keeps its functions in volk's table, which every instance shares. */
static enum inr_status load(struct inr_error *err)
{
    if (volkInitialize() != VK_SUCCESS)
        return inr_fail(err, INR_ERR_NO_DEVICE, "No Vulkan loader (libvulkan.so.1) is installed");
    if (volkGetInstanceVersion() < VK_API_VERSION_1_1)
        return inr_fail(err, INR_ERR_NO_DEVICE, "The Vulkan loader is older than 1.2");
    return INR_OK;
}

static enum inr_status create_instance(struct inr_vk_instance *instance, bool validation,
                                       const VkDebugUtilsMessengerCreateInfoEXT *messages,
                                       struct inr_error *err)
{
    const char *layer = VALIDATION_LAYER;
    const char *extensions[4];
    uint32_t n = 0;
    VkInstanceCreateFlags flags = 0;
    if (instance->debug_utils)
        extensions[n++] = VK_EXT_DEBUG_UTILS_EXTENSION_NAME;
    if (has_extension(NULL, VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME)) {
        extensions[n++] = VK_KHR_PORTABILITY_ENUMERATION_EXTENSION_NAME;
        flags |= VK_INSTANCE_CREATE_ENUMERATE_PORTABILITY_BIT_KHR;
    }
    if (validation)
        extensions[n++] = VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME;
    const VkValidationFeatureEnableEXT enable =
        VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT;
    const VkValidationFeaturesEXT features = {
        .sType = VK_STRUCTURE_TYPE_VALIDATION_FEATURES_EXT,
        .pNext = messages,
        .enabledValidationFeatureCount = 1,
        .pEnabledValidationFeatures = &enable,
    };
    const VkApplicationInfo application = {
        .sType = VK_STRUCTURE_TYPE_APPLICATION_INFO,
        .pApplicationName = "inrush",
        .applicationVersion =
            VK_MAKE_API_VERSION(0, INR_VERSION_MAJOR, INR_VERSION_MINOR, INR_VERSION_PATCH),
        .pEngineName = "inrush",
        .apiVersion = VK_API_VERSION_1_2,
    };
    const VkInstanceCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_INSTANCE_CREATE_INFO,
        .pNext = validation ? &features : NULL,
        .flags = flags,
        .pApplicationInfo = &application,
        .enabledLayerCount = validation ? 1 : 0,
        .ppEnabledLayerNames = &layer,
        .enabledExtensionCount = n,
        .ppEnabledExtensionNames = extensions,
    };
    return INR_VK(vkCreateInstance(&info, NULL, &instance->handle));
}

enum inr_status inr_vk_instance_create(struct inr_vk_instance *instance, const struct inr_log *log,
                                       struct inr_error *err)
{
    *instance = (struct inr_vk_instance){0};
    if (log)
        instance->log = *log;
    enum inr_status status = load(err);
    if (status != INR_OK)
        return status;
    const bool validation = wants_validation();
    if (validation && (!has_layer(VALIDATION_LAYER) ||
                       !has_extension(VALIDATION_LAYER, VK_EXT_VALIDATION_FEATURES_EXTENSION_NAME)))
        return inr_fail(err, INR_ERR_FAILED,
                        "INRUSH_VALIDATION is set but " VALIDATION_LAYER
                        " is not installed; install it or unset the variable");
    instance->debug_utils = has_extension(NULL, VK_EXT_DEBUG_UTILS_EXTENSION_NAME);
    const VkDebugUtilsMessengerCreateInfoEXT messages = {
        .sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT,
        .messageSeverity = VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT |
                           VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT,
        .messageType = VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT |
                       VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT,
        .pfnUserCallback = on_message,
        .pUserData = &instance->log,
    };
    status = create_instance(instance, validation, &messages, err);
    if (status != INR_OK)
        return status;
    volkLoadInstanceOnly(instance->handle);
    if (validation && instance->debug_utils)
        status = INR_VK(vkCreateDebugUtilsMessengerEXT(instance->handle, &messages, NULL,
                                                       &instance->messenger));
    if (status != INR_OK)
        inr_vk_instance_destroy(instance);
    return status;
}

void inr_vk_instance_destroy(struct inr_vk_instance *instance)
{
    if (!instance->handle)
        return;
    if (instance->messenger)
        vkDestroyDebugUtilsMessengerEXT(instance->handle, instance->messenger, NULL);
    vkDestroyInstance(instance->handle, NULL);
    *instance = (struct inr_vk_instance){0};
}

enum inr_status inr_vk_physical_devices(const struct inr_vk_instance *instance,
                                        VkPhysicalDevice **devices, uint32_t *n,
                                        struct inr_error *err)
{
    *devices = NULL;
    *n = 0;
    enum inr_status status = INR_VK(vkEnumeratePhysicalDevices(instance->handle, n, NULL));
    if (status != INR_OK || *n == 0)
        return status;
    VkPhysicalDevice *list = calloc(*n, sizeof *list);
    if (!list)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the list of devices");
    status = INR_VK(vkEnumeratePhysicalDevices(instance->handle, n, list));
    if (status != INR_OK) {
        free(list);
        return status;
    }
    *devices = list;
    return INR_OK;
}

/* SPDX-License-Identifier: MIT
 *
 * keep_driver.c - Linked into sanitized tests: keeps the software Vulkan driver and the validation
 * layer mapped. They leak a little and are unloaded before the leak check, which then has no name
 * left to suppress (lsan.supp).
 */
#include <dlfcn.h>

__attribute__((constructor)) static void keep_driver(void)
{
    /* What is not installed cannot leak. */
    (void)dlopen("libvulkan_lvp.so", RTLD_NOW | RTLD_NODELETE);
    (void)dlopen("libVkLayer_khronos_validation.so", RTLD_NOW | RTLD_NODELETE);
}

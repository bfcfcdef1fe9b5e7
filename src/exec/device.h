/* SPDX-License-Identifier: MIT
 *
 * device.h - What can run a program: the CPU and the Vulkan devices found at run time.
 */
#ifndef INR_EXEC_DEVICE_H
#define INR_EXEC_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inrush/inrush.h"

enum inr_device_kind {
    INR_DEVICE_CPU,             /* our own CPU backend */
    INR_DEVICE_VULKAN_DISCRETE, /* in order of preference for `auto` */
    INR_DEVICE_VULKAN_INTEGRATED,
    INR_DEVICE_VULKAN_VIRTUAL,
    INR_DEVICE_VULKAN_SOFTWARE /* lavapipe and the like: used only when named */
};

struct inr_device {
    enum inr_device_kind kind;
    int index;              /* 0 = cpu, Vulkan devices from 1 in the driver's order */
    char name[256];         /* "cpu: AMD EPYC (2 threads, AVX-512)", "NVIDIA H200" ... */
    char driver[256];       /* driver name and version; OpenBLAS core for the CPU */
    uint32_t api_version;   /* Vulkan: VK_MAKE_API_VERSION; cpu 0 */
    uint64_t memory;        /* bytes of device-local memory, or of RAM */
    uint64_t max_buffer;    /* largest storage-buffer range in bytes */
    uint32_t shared_memory; /* bytes a workgroup may share */
    uint32_t subgroup;      /* subgroup size; cpu: SIMD lanes */
    char matrix[16];        /* shape m x n x k of its matrix units as we use them, or empty */
    bool usable;            /* meets the requirements */
    char why_not[128];      /* when not usable */
};

/* All devices, the CPU first. A missing loader or driver is not an error: *note (size note_size)
 * then says what was (not) found. The caller frees *devices with free(). */
enum inr_status inr_devices_list(struct inr_device **devices, size_t *n, char *note,
                                 size_t note_size, struct inr_error *err);

/* Choose by `wish`: "auto" or NULL (a hardware Vulkan device if there is one, else the CPU), "cpu",
 * "gpu" (the first hardware Vulkan device), a number of the list, or part of a name without regard
 * to case. `why` says in one line what was chosen and why. Errors: INR_ERR_NO_DEVICE with the list.
 */
enum inr_status inr_device_choose(const char *wish, struct inr_device *device, char *why,
                                  size_t why_size, struct inr_error *err);

/* "discrete GPU", "CPU" ... */
const char *inr_device_kind_text(enum inr_device_kind kind);

#endif

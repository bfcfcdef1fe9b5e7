/* SPDX-License-Identifier: MIT
 *
 * device.c - The list of devices and the choice among them.
 */
#include "exec/device.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/cpu/cpu.h"
#include "exec/vulkan/vulkan.h"

const char *inr_device_kind_text(enum inr_device_kind kind)
{
    switch (kind) {
    case INR_DEVICE_CPU:
        return "CPU";
    case INR_DEVICE_VULKAN_DISCRETE:
        return "discrete GPU";
    case INR_DEVICE_VULKAN_INTEGRATED:
        return "integrated GPU";
    case INR_DEVICE_VULKAN_VIRTUAL:
        return "virtual GPU";
    case INR_DEVICE_VULKAN_SOFTWARE:
        return "software Vulkan";
    }
    return "?";
}

enum inr_status inr_devices_list(struct inr_device **devices, size_t *n, char *note,
                                 size_t note_size, struct inr_error *err)
{
    struct inr_device *vulkan = NULL;
    size_t n_vulkan = 0;
    *devices = NULL;
    *n = 0;
    enum inr_status status = inr_vk_devices_list(&vulkan, &n_vulkan, note, note_size, err);
    if (status != INR_OK)
        return status;
    struct inr_device *list = calloc(n_vulkan + 1, sizeof *list);
    if (!list) {
        free(vulkan);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the list of devices");
    }
    inr_cpu_describe(&list[0]);
    if (n_vulkan)
        memcpy(list + 1, vulkan, n_vulkan * sizeof *list);
    free(vulkan);
    *devices = list;
    *n = n_vulkan + 1;
    return INR_OK;
}

static bool is_hardware(const struct inr_device *d)
{
    return d->kind == INR_DEVICE_VULKAN_DISCRETE || d->kind == INR_DEVICE_VULKAN_INTEGRATED ||
           d->kind == INR_DEVICE_VULKAN_VIRTUAL;
}

/* The first usable hardware device of the best kind, or NULL. */
static const struct inr_device *best_hardware(const struct inr_device *list, size_t n)
{
    const struct inr_device *best = NULL;
    for (size_t i = 0; i < n; i++)
        if (is_hardware(&list[i]) && list[i].usable && (!best || list[i].kind < best->kind))
            best = &list[i];
    return best;
}

static bool contains(const char *text, const char *part)
{
    const size_t n = strlen(part);
    for (; *text; text++) {
        size_t i = 0;
        while (i < n && tolower((unsigned char)text[i]) == tolower((unsigned char)part[i]))
            i++;
        if (i == n)
            return true;
    }
    return false;
}

static bool same(const char *a, const char *b)
{
    return strlen(a) == strlen(b) && contains(a, b);
}

/* A number of the list, else the first device whose name holds `wish`. */
static const struct inr_device *named(const struct inr_device *list, size_t n, const char *wish)
{
    char *end;
    const long number = strtol(wish, &end, 10);
    if (*wish && !*end) {
        for (size_t i = 0; i < n; i++)
            if (list[i].index == number)
                return &list[i];
        return NULL;
    }
    for (size_t i = 0; *wish && i < n; i++)
        if (contains(list[i].name, wish))
            return &list[i];
    return NULL;
}

/* "0 cpu: ..., 1 llvmpipe ..." */
static void list_names(const struct inr_device *list, size_t n, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (size_t i = 0; i < n && used < size; i++) {
        const int wrote = snprintf(text + used, size - used, "%s%d %s", i ? ", " : "",
                                   list[i].index, list[i].name);
        used += wrote > 0 ? (size_t)wrote : 0;
    }
}

static const struct inr_device *choose_auto(const struct inr_device *list, size_t n,
                                            const char *note, char *why, size_t why_size)
{
    const struct inr_device *best = best_hardware(list, n);
    if (best) {
        snprintf(why, why_size, "%s, the first hardware Vulkan device (%s)", best->name,
                 inr_device_kind_text(best->kind));
        return best;
    }
    const char *reason = note;
    char text[512];
    for (size_t i = 1; i < n; i++) {
        if (is_hardware(&list[i])) {
            snprintf(text, sizeof text, "%s cannot be used: %s", list[i].name, list[i].why_not);
            reason = text;
        } else if (!*reason) {
            snprintf(text, sizeof text,
                     "Vulkan offers only %s, which runs on the CPU and is used when named",
                     list[i].name);
            reason = text;
        }
    }
    snprintf(why, why_size, "%s, as there is no Vulkan GPU%s%s", list[0].name, *reason ? ": " : "",
             reason);
    return &list[0];
}

static enum inr_status choose(const struct inr_device *list, size_t n, const char *note,
                              const char *wish, struct inr_device *device, char *why,
                              size_t why_size, struct inr_error *err)
{
    const struct inr_device *found;
    if (!wish || same(wish, "auto")) {
        found = choose_auto(list, n, note, why, why_size);
    } else {
        found = same(wish, "cpu")   ? &list[0]
                : same(wish, "gpu") ? best_hardware(list, n)
                                    : named(list, n, wish);
        if (found)
            snprintf(why, why_size, "%s, as asked for", found->name);
    }
    char names[384];
    list_names(list, n, names, sizeof names);
    if (!found)
        return inr_fail(err, INR_ERR_NO_DEVICE, "No device matches '%s'; there are: %s. %s", wish,
                        names, note);
    if (!found->usable)
        return inr_fail(err, INR_ERR_NO_DEVICE, "Device %s cannot be used: %s", found->name,
                        found->why_not);
    *device = *found;
    return INR_OK;
}

enum inr_status inr_device_choose(const char *wish, struct inr_device *device, char *why,
                                  size_t why_size, struct inr_error *err)
{
    char note[256] = "";
    char unused[1];
    if (!why) {
        why = unused;
        why_size = sizeof unused;
    }
    if (why_size)
        why[0] = 0;
    if (wish && same(wish, "cpu")) {
        /* No need to wake up a driver. */
        inr_cpu_describe(device);
        snprintf(why, why_size, "%s, as asked for", device->name);
        return INR_OK;
    }
    struct inr_device *list;
    size_t n;
    enum inr_status status = inr_devices_list(&list, &n, note, sizeof note, err);
    if (status != INR_OK)
        return status;
    status = choose(list, n, note, wish, device, why, why_size, err);
    free(list);
    return status;
}

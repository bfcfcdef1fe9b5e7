/* SPDX-License-Identifier: MIT
 *
 * device.c - Devices and the self-test as the public interface shows them.
 */
#include "exec/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/selftest.h"
#include "inrush/fit.h"

static void copy_text(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text);
}

static struct inr_device_info describe(const struct inr_device *device, int chosen)
{
    struct inr_device_info info = {
        .index = device->index,
        .kind = inr_device_kind_text(device->kind),
        .memory = device->memory,
        .max_buffer = device->max_buffer,
        .shared_memory = device->shared_memory,
        .subgroup = device->subgroup,
        .usable = device->usable,
        .chosen = device->index == chosen,
    };
    copy_text(info.name, sizeof info.name, device->name);
    copy_text(info.matrix, sizeof info.matrix, device->matrix);
    copy_text(info.driver, sizeof info.driver, device->driver);
    copy_text(info.note, sizeof info.note, device->usable ? "" : device->why_not);
    /* The packing of VK_MAKE_API_VERSION: 3 bits variant, 7 major, 10 minor, 12 patch. */
    uint32_t v = device->api_version;
    if (v)
        snprintf(info.api, sizeof info.api, "%u.%u.%u", v >> 22 & 0x7f, v >> 12 & 0x3ff, v & 0xfff);
    return info;
}

enum inr_status inr_devices(const char *wish, struct inr_device_info **devices, size_t *n,
                            char why[256], char note[256], struct inr_error *err)
{
    struct inr_device *list = NULL;
    struct inr_device chosen = {.index = -1};
    *devices = NULL;
    *n = 0;
    enum inr_status status = inr_devices_list(&list, n, note, 256, err);
    if (status == INR_OK)
        status = inr_device_choose(wish, &chosen, why, 256, err);
    if (status == INR_OK) {
        *devices = calloc(*n ? *n : 1, sizeof **devices);
        if (!*devices)
            status = inr_fail(err, INR_ERR_MEMORY, "out of memory for the list of devices");
    }
    for (size_t i = 0; status == INR_OK && i < *n; i++)
        (*devices)[i] = describe(&list[i], chosen.index);
    free(list);
    if (status != INR_OK)
        *n = 0;
    return status;
}

struct report {
    void (*line)(void *user, const char *kernel, const char *detail, double error, double tolerance,
                 bool pass);
    void *user;
    int failed;
};

static void count_line(void *user, const char *kernel, const char *detail, double error,
                       double tolerance, bool pass)
{
    struct report *report = user;
    report->failed += pass ? 0 : 1;
    if (report->line)
        report->line(report->user, kernel, detail, error, tolerance, pass);
}

enum inr_status inr_selftest(const char *device,
                             void (*line)(void *user, const char *kernel, const char *detail,
                                          double error, double tolerance, bool pass),
                             void *user, const struct inr_log *log, struct inr_error *err)
{
    struct inr_device chosen;
    char why[256];
    struct report report = {line, user, 0};
    enum inr_status status = inr_device_choose(device, &chosen, why, sizeof why, err);
    if (status != INR_OK)
        return status;
    inr_logf(log, INR_LOG_INFO, "%s", why);
    status = inr_selftest_run(&chosen, log, count_line, &report, err);
    if (status == INR_OK && report.failed)
        return inr_fail(err, INR_ERR_FAILED, "%d checks of %s failed", report.failed, chosen.name);
    return status;
}

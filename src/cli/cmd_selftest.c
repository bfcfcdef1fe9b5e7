/* SPDX-License-Identifier: MIT
 *
 * cmd_selftest.c - `inrush selftest`: every kernel of a Vulkan device against the CPU.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/text.h"

static const struct inr_cli_option options[] = {
    {.name = "device",
     .value = "WISH",
     .group = "Device",
     .help = "a number or part of a name; default: the GPU that would be chosen, else a software "
             "device"},
    {.name = NULL},
};

struct tally {
    bool colour;
    int passed, failed;
};

static void print_line(void *user, const char *kernel, const char *detail, double error,
                       double tolerance, bool pass)
{
    struct tally *tally = user;
    const char *on = !tally->colour ? "" : pass ? "\033[32m" : "\033[1;31m";
    printf("%s%s%s  %-20s %-28s error %.3g, tolerance %.3g\n", on, pass ? "PASS" : "FAIL",
           tally->colour ? "\033[0m" : "", kernel, detail, error, tolerance);
    fflush(stdout); /* a driver that crashes should not take the lines before with it */
    tally->passed += pass;
    tally->failed += !pass;
}

static bool is_gpu(const struct inr_device_info *device)
{
    return device->index != 0 && device->usable;
}

/* The chosen device if it is no CPU, else the first usable Vulkan device, which is then software.
 */
static const struct inr_device_info *pick(const struct inr_device_info *devices, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (devices[i].chosen && is_gpu(&devices[i]))
            return &devices[i];
    for (size_t i = 0; i < n; i++)
        if (is_gpu(&devices[i]))
            return &devices[i];
    return NULL;
}

static enum inr_status no_device(const char *wish, const char *note, struct inr_error *err)
{
    if (wish != NULL)
        return inr_fail(err, INR_ERR_NO_DEVICE,
                        "'%s' is the CPU, the reference itself; name a Vulkan device", wish);
    return inr_fail(err, INR_ERR_NO_DEVICE,
                    "no usable Vulkan device%s%s%s; install the driver of your GPU (Debian: "
                    "mesa-vulkan-drivers, which also brings a software device, or nvidia-driver)",
                    note[0] != '\0' ? " (" : "", note, note[0] != '\0' ? ")" : "");
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *wish = inr_cli_get(&cli->args, "device");
    struct inr_device_info *devices = NULL;
    struct tally tally = {.colour = inr_cli_colour(stdout)};
    size_t n = 0;
    char why[256] = "", note[256] = "", name[32];
    const struct inr_device_info *device;
    enum inr_status status =
        inr_devices(wish != NULL ? wish : "auto", &devices, &n, why, note, err);

    if (status != INR_OK)
        return status;
    device = pick(devices, n);
    if (wish != NULL && n > 0 && devices[0].chosen)
        device = NULL; /* the CPU was asked for by name; do not test something else */
    if (device == NULL) {
        free(devices);
        return no_device(wish, note, err);
    }
    printf("inrush " INR_VERSION " (" INR_BUILD_TYPE "), %s, %s, driver %s, Vulkan %s\n",
           device->name, device->kind, device->driver, device->api);
    fflush(stdout);
    snprintf(name, sizeof name, "%d", device->index);
    free(devices);
    status = inr_selftest(name, print_line, &tally, &cli->log, err);
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    if (status == INR_OK && tally.failed > 0)
        status = INR_ERR_FAILED;
    return status;
}

const struct inr_cli_command inr_cli_selftest = {
    .name = "selftest",
    .summary = "check every kernel of a Vulkan device against the CPU",
    .usage = "[options]",
    .text = "The first line names version, device and driver: paste it into a bug report together "
            "with the lines that say FAIL.",
    .examples = "inrush selftest\n"
                "inrush selftest --device llvmpipe",
    .options = options,
    .run = run,
};

/* SPDX-License-Identifier: MIT
 *
 * cmd_selftest.c - `inrush selftest`: every kernel of a Vulkan device against the CPU.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"
#include "inrush/codec.h"

static const struct inr_cli_option options[] = {
    {.name = "device",
     .value = "WISH",
     .group = "Device",
     .help = "a number or part of a name; default: the GPU that would be chosen, else a software "
             "device"},
    INR_CLI_OPTION_JSON,
    {.name = NULL},
};

struct tally {
    bool colour;
    int passed, failed;
    json_t *rows; /* NULL: print lines */
};

static void print_line(void *user, const char *kernel, const char *detail, double error,
                       double tolerance, bool pass)
{
    struct tally *tally = user;
    const char *on = !tally->colour ? "" : pass ? "\033[32m" : "\033[1;31m";
    tally->passed += pass;
    tally->failed += !pass;
    if (tally->rows != NULL) {
        json_t *row = json_object();
        inr_cli_json_text(row, "kernel", kernel);
        inr_cli_json_text(row, "detail", detail);
        inr_cli_json_number(row, "error", error);
        inr_cli_json_number(row, "tolerance", tolerance);
        inr_cli_json_bool(row, "pass", pass);
        json_array_append_new(tally->rows, row);
        return;
    }
    printf("%s%s%s  %-20s %-28s error %.3g, tolerance %.3g\n", on, pass ? "PASS" : "FAIL",
           tally->colour ? "\033[0m" : "", kernel, detail, error, tolerance);
    fflush(stdout); /* a driver that crashes should not take the lines before with it */
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

/* Run the kernels of one device and print the outcome. */
static enum inr_status test_device(struct inr_cli *cli, const struct inr_device_info *device,
                                   struct inr_error *err)
{
    struct tally tally = {.colour = inr_cli_colour(stdout),
                          .rows = cli->json ? json_array() : NULL};
    char name[32];
    enum inr_status status;

    if (!cli->json)
        printf("inrush " INR_VERSION " (" INR_BUILD_TYPE "), %s, %s, driver %s, Vulkan %s\n",
               device->name, device->kind, device->driver, device->api);
    fflush(stdout);
    snprintf(name, sizeof name, "%d", device->index);
    status = inr_selftest(name, print_line, &tally, &cli->log, err);
    if (status == INR_OK || status == INR_ERR_FAILED) {
        const enum inr_status latents =
            inr_codec_selftest(name, print_line, &tally, &cli->log, err);
        status = status == INR_OK ? latents : status;
    }
    if (status == INR_OK && tally.passed + tally.failed == 0)
        status = inr_fail(err, INR_ERR_FAILED, "%s: no kernel was tested", device->name);
    if (status == INR_OK && tally.failed > 0)
        status = INR_ERR_FAILED;
    if (cli->json) {
        json_t *json = json_object();
        enum inr_status printed;
        inr_cli_json_text(json, "version", INR_VERSION);
        inr_cli_json_text(json, "device", device->name);
        inr_cli_json_text(json, "driver", device->driver);
        inr_cli_json_text(json, "api", device->api);
        inr_cli_json_integer(json, "passed", (uint64_t)tally.passed);
        inr_cli_json_integer(json, "failed", (uint64_t)tally.failed);
        json_object_set_new(json, "kernels", tally.rows);
        printed = inr_cli_json_print(json, err);
        return status != INR_OK ? status : printed;
    }
    printf("%d passed, %d failed\n", tally.passed, tally.failed);
    return status;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *wish = inr_cli_get(&cli->args, "device");
    struct inr_device_info *devices = NULL;
    const struct inr_device_info *device;
    size_t n = 0;
    char why[256] = "", note[256] = "";
    enum inr_status status =
        inr_devices(wish != NULL ? wish : "auto", &devices, &n, why, note, err);

    if (status != INR_OK)
        return status;
    device = pick(devices, n);
    if (wish != NULL && strcmp(wish, "auto") != 0 && n > 0 && devices[0].chosen)
        device = NULL; /* the CPU was asked for by name; do not test something else */
    status = device != NULL ? test_device(cli, device, err) : no_device(wish, note, err);
    free(devices);
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

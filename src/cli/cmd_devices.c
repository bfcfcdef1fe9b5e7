/* SPDX-License-Identifier: MIT
 *
 * cmd_devices.c - `inrush devices`: what was found, what is chosen, and why.
 */
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"

static const struct inr_cli_option options[] = {
    {.name = "device",
     .value = "WISH",
     .group = "Device",
     .help = "show what this wish chooses: auto, cpu, a number, or part of a name"},
    INR_CLI_OPTION_JSON,
    {.name = NULL},
};

static json_t *json_device(const struct inr_device_info *device)
{
    json_t *json = json_object();
    json_object_set_new(json, "index", json_integer(device->index));
    inr_cli_json_text(json, "kind", device->kind);
    inr_cli_json_text(json, "name", device->name);
    inr_cli_json_text(json, "driver", device->driver);
    inr_cli_json_text(json, "api", device->api);
    inr_cli_json_integer(json, "memory", device->memory);
    inr_cli_json_integer(json, "max_buffer", device->max_buffer);
    inr_cli_json_integer(json, "shared_memory", device->shared_memory);
    inr_cli_json_integer(json, "subgroup", device->subgroup);
    inr_cli_json_text(json, "matrix", device->matrix);
    inr_cli_json_bool(json, "usable", device->usable);
    inr_cli_json_bool(json, "chosen", device->chosen);
    inr_cli_json_text(json, "note", device->note);
    return json;
}

static void print_device(const struct inr_device_info *device)
{
    char memory[32];
    inr_cli_bytes(device->memory, memory);
    printf("%c %d  %s  (%s%s%s%s%s%s)\n", device->chosen ? '*' : ' ', device->index, device->name,
           device->kind, device->memory > 0 ? ", " : "", device->memory > 0 ? memory : "",
           device->api[0] != '\0' ? ", Vulkan " : "", device->api,
           device->usable ? "" : ", not usable");
    if (device->driver[0] != '\0')
        printf("     driver: %s\n", device->driver);
    if (device->matrix[0] != '\0')
        printf("     matrix units: %s, 16-bit factors and 32-bit sums\n", device->matrix);
    if (device->note[0] != '\0')
        printf("     %s\n", device->note);
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *wish = inr_cli_get(&cli->args, "device");
    struct inr_device_info *devices = NULL;
    size_t n = 0;
    char why[256] = "", note[256] = "";
    enum inr_status status =
        inr_devices(wish != NULL ? wish : "auto", &devices, &n, why, note, err);
    if (status == INR_OK && cli->json) {
        json_t *json = json_object(), *list = json_array();
        for (size_t i = 0; i < n; i++)
            json_array_append_new(list, json_device(&devices[i]));
        json_object_set_new(json, "devices", list);
        inr_cli_json_text(json, "why", why);
        inr_cli_json_text(json, "note", note);
        status = inr_cli_json_print(json, err);
    } else if (status == INR_OK) {
        for (size_t i = 0; i < n; i++)
            print_device(&devices[i]);
        printf("%s\n", why);
        if (note[0] != '\0')
            printf("%s\n", note);
    }
    free(devices);
    return status;
}

const struct inr_cli_command inr_cli_devices = {
    .name = "devices",
    .summary = "list devices and say which one is chosen and why",
    .usage = "[options]",
    .examples = "inrush devices\n"
                "inrush devices --device nvidia --json",
    .options = options,
    .run = run,
};

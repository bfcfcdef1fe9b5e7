/* SPDX-License-Identifier: MIT
 *
 * commands.c - The table of commands. A new command is one file and one row here.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/text.h"

static const struct inr_cli_command *const commands[] = {
    &inr_cli_fit,        &inr_cli_render,     &inr_cli_eval,         &inr_cli_info,
    &inr_cli_compress,   &inr_cli_decompress, &inr_cli_spectrum_row, &inr_cli_signal,
    &inr_cli_list,       &inr_cli_devices,    &inr_cli_selftest,     &inr_cli_bench,
    &inr_cli_completion, &inr_cli_help,
};

const struct inr_cli_command *inr_cli_command_at(size_t index)
{
    return index < sizeof commands / sizeof commands[0] ? commands[index] : NULL;
}

enum inr_status inr_cli_command_find(const char *name, const struct inr_cli_command **command,
                                     struct inr_error *err)
{
    struct inr_cli_nearest nearest;
    char names[256] = "";
    size_t length = 0;
    inr_cli_nearest_begin(&nearest, name);
    for (size_t i = 0; inr_cli_command_at(i) != NULL; i++) {
        const char *candidate = inr_cli_command_at(i)->name;
        if (strcmp(candidate, name) == 0) {
            *command = inr_cli_command_at(i);
            return INR_OK;
        }
        inr_cli_nearest_try(&nearest, candidate);
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s", i > 0 ? ", " : "",
                                   candidate);
    }
    if (nearest.best != NULL)
        return inr_fail(err, INR_ERR_USAGE, "unknown command '%s'; did you mean '%s'?", name,
                        nearest.best);
    return inr_fail(err, INR_ERR_USAGE, "unknown command '%s'; the commands are %s", name, names);
}

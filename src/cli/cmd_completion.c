/* SPDX-License-Identifier: MIT
 *
 * cmd_completion.c - `inrush completion`: a completion script for a shell.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"

static const struct {
    const char *name;
    void (*print)(FILE *out);
} shells[] = {
    {"bash", inr_cli_print_bash},
    {"zsh", inr_cli_print_zsh},
    {"fish", inr_cli_print_fish},
};

static const char *shell_at(size_t index)
{
    return index < sizeof shells / sizeof shells[0] ? shells[index].name : NULL;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const char *name = cli->args.operands[0];
    for (size_t i = 0; shell_at(i) != NULL; i++) {
        if (strcmp(shell_at(i), name) == 0) {
            shells[i].print(stdout);
            return INR_OK;
        }
    }
    return inr_fail(err, INR_ERR_USAGE, "unknown shell '%s'; the shells are bash, zsh and fish",
                    name);
}

const struct inr_cli_command inr_cli_completion = {
    .name = "completion",
    .summary = "print a completion script for bash, zsh or fish",
    .usage = "bash|zsh|fish",
    .examples = "source <(inrush completion bash)\n"
                "inrush completion fish > ~/.config/fish/completions/inrush.fish",
    .min_operands = 1,
    .max_operands = 1,
    .word_at = shell_at,
    .run = run,
};

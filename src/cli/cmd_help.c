/* SPDX-License-Identifier: MIT
 *
 * cmd_help.c - `inrush help`: the commands, one command, or the manual page.
 */
#include "cli/cli.h"
#include "cli/help.h"

static const struct inr_cli_option options[] = {
    {.name = "man", .group = "Output", .help = "print the manual page in roff", .hidden = true},
    {.name = NULL},
};

static const char *command_name_at(size_t index)
{
    const struct inr_cli_command *command = inr_cli_command_at(index);
    return command != NULL ? command->name : NULL;
}

static enum inr_status run(struct inr_cli *cli, struct inr_error *err)
{
    const struct inr_cli_command *command;
    enum inr_status status;
    if (inr_cli_count(&cli->args, "man") > 0) {
        inr_cli_print_man(stdout);
        return INR_OK;
    }
    if (cli->args.n_operands == 0) {
        inr_cli_print_help(stdout);
        return INR_OK;
    }
    status = inr_cli_command_find(cli->args.operands[0], &command, err);
    if (status == INR_OK)
        inr_cli_print_command_help(stdout, command);
    return status;
}

const struct inr_cli_command inr_cli_help = {
    .name = "help",
    .summary = "explain the program or a command",
    .usage = "[COMMAND]",
    .examples = "inrush help fit",
    .options = options,
    .max_operands = 1,
    .word_at = command_name_at,
    .run = run,
};

/* SPDX-License-Identifier: MIT
 *
 * help.h - Help, man page and completions, all derived from the tables of commands and options.
 */
#ifndef INR_CLI_HELP_H
#define INR_CLI_HELP_H

#include <stdbool.h>
#include <stdio.h>

#include "cli/options.h"

/* `inrush help`: the commands. */
void inr_cli_print_help(FILE *out);

/* `inrush help COMMAND`: usage, options by heading, examples. */
void inr_cli_print_command_help(FILE *out, const struct inr_cli_command *command);

/* `inrush --version`: version, build type and features, or the version alone. */
void inr_cli_print_version(FILE *out, bool brief);

/* Distinct headings of a command's options in the order they appear; NULL past the end. */
const char *inr_cli_group_at(const struct inr_cli_command *command, size_t index);

/* A row of the table of exit codes; false past the end. */
bool inr_cli_exit_code_at(size_t index, int *code, const char **meaning);

/* The index-th valid value of an option, or NULL past the end. Values that are words of the table
 * are copied into buffer. */
const char *inr_cli_value_at(const struct inr_cli_option *option, size_t index, char buffer[64]);

/* The manual page inrush(1) in roff. */
void inr_cli_print_man(FILE *out);

/* Completion scripts. */
void inr_cli_print_bash(FILE *out);
void inr_cli_print_zsh(FILE *out);
void inr_cli_print_fish(FILE *out);

#endif

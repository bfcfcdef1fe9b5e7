/* SPDX-License-Identifier: MIT
 *
 * completion_fish.c - Writes the completion script for fish from the tables.
 */
#include "cli/cli.h"
#include "cli/help.h"

/* Text inside single quotes. */
static void put_quoted(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            fputc('\\', out);
        fputc(*text, out);
    }
}

static void put_fish_option(FILE *out, const struct inr_cli_command *command,
                            const struct inr_cli_option *option)
{
    char buffer[64];
    const char *value;
    fprintf(out, "complete -c inrush -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            option->name);
    if (option->letter != 0)
        fprintf(out, " -s %c", option->letter);
    if (option->value != NULL)
        fputs(option->file ? " -r -F" : " -x", out);
    if (inr_cli_value_at(option, 0, buffer) != NULL) {
        fputs(" -a '", out);
        for (size_t i = 0; (value = inr_cli_value_at(option, i, buffer)) != NULL; i++)
            fprintf(out, "%s%s", i > 0 ? " " : "", value);
        fputc('\'', out);
    }
    fputs(" -d '", out);
    put_quoted(out, option->help);
    fputs("'\n", out);
}

void inr_cli_print_fish(FILE *out)
{
    const struct inr_cli_command *command;
    struct inr_cli_option option;
    const char *word;
    fputs("# fish completion for inrush\n", out);
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++) {
        fprintf(out, "complete -c inrush -f -n __fish_use_subcommand -a %s -d '", command->name);
        put_quoted(out, command->summary);
        fputs("'\n", out);
    }
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++) {
        for (size_t j = 0; inr_cli_option_at(command, j, &option); j++)
            if (!option.hidden)
                put_fish_option(out, command, &option);
        if (command->word_at == NULL)
            continue;
        fprintf(out, "complete -c inrush -f -n '__fish_seen_subcommand_from %s' -a '",
                command->name);
        for (size_t j = 0; (word = command->word_at(j)) != NULL; j++)
            fprintf(out, "%s%s", j > 0 ? " " : "", word);
        fputs("'\n", out);
    }
}

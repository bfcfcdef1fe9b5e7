/* SPDX-License-Identifier: MIT
 *
 * completion_zsh.c - Writes the completion script for zsh from the tables.
 */
#include "cli/cli.h"
#include "cli/help.h"

/* Text inside single quotes and inside [...] of an option specification. */
static void put_quoted(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (*text == '\\')
            fputs("\\\\", out);
        else if (*text == '[' || *text == ']' || *text == ':')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

/* What may follow an option: ':N:(a b c)', ':FILE:_files' or ':N: '. */
static void put_zsh_value(FILE *out, const struct inr_cli_option *option)
{
    char buffer[64];
    const char *value = inr_cli_value_at(option, 0, buffer);
    if (option->value == NULL)
        return;
    fputc(':', out);
    put_quoted(out, option->value);
    fputc(':', out);
    if (value == NULL) {
        fputs(option->file ? "_files" : " ", out);
        return;
    }
    for (size_t i = 0; (value = inr_cli_value_at(option, i, buffer)) != NULL; i++)
        fprintf(out, "%s%s", i == 0 ? "(" : " ", value);
    fputc(')', out);
}

static void put_zsh_command(FILE *out, const struct inr_cli_command *command)
{
    struct inr_cli_option option;
    fprintf(out, "    %s)\n        _arguments -s", command->name);
    for (size_t i = 0; inr_cli_option_at(command, i, &option); i++) {
        if (option.hidden)
            continue;
        /* A name given twice is listed twice: zsh wants one specification a spelling. */
        for (int spelling = option.letter != 0 ? 0 : 1; spelling < 2; spelling++) {
            fputs(" \\\n            '", out);
            if (spelling == 0)
                fprintf(out, "*-%c", option.letter);
            else
                fprintf(out, "*--%s%s", option.name, option.value != NULL ? "=" : "");
            fputc('[', out);
            put_quoted(out, option.help);
            fputc(']', out);
            put_zsh_value(out, &option);
            fputc('\'', out);
        }
    }
    if (command->word_at != NULL) {
        const char *word;
        fputs(" \\\n            '1:argument:(", out);
        for (size_t i = 0; (word = command->word_at(i)) != NULL; i++)
            fprintf(out, "%s%s", i > 0 ? " " : "", word);
        fputs(")'", out);
    } else {
        fputs(" \\\n            '*:file:_files'", out);
    }
    fputs(" ;;\n", out);
}

void inr_cli_print_zsh(FILE *out)
{
    const struct inr_cli_command *command;
    fputs("#compdef inrush\n"
          "# zsh completion for inrush\n"
          "_inrush()\n{\n"
          "    local -a commands\n"
          "    commands=(\n",
          out);
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++) {
        fprintf(out, "        '%s:", command->name);
        put_quoted(out, command->summary);
        fputs("'\n", out);
    }
    fputs("    )\n"
          "    if ((CURRENT == 2)); then\n"
          "        _describe command commands\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    ((CURRENT--))\n"
          "    case $command in\n",
          out);
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++)
        put_zsh_command(out, command);
    fputs("    esac\n"
          "}\n"
          "# Works autoloaded from $fpath and sourced alike.\n"
          "if [[ $funcstack[1] == _inrush ]]; then\n"
          "    _inrush \"$@\"\n"
          "else\n"
          "    compdef _inrush inrush\n"
          "fi\n",
          out);
}

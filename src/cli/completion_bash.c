/* SPDX-License-Identifier: MIT
 *
 * completion_bash.c - Writes the completion script for bash from the tables.
 */
#include "cli/cli.h"
#include "cli/help.h"

static bool has_values(const struct inr_cli_option *option)
{
    char buffer[64];
    return inr_cli_value_at(option, 0, buffer) != NULL;
}

/* One branch a command: every option word, and the words its first operand may be. */
static void put_words(FILE *out)
{
    const struct inr_cli_command *command;
    struct inr_cli_option option;
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++) {
        const char *word;
        fprintf(out, "    %s)\n        options='", command->name);
        for (size_t j = 0; inr_cli_option_at(command, j, &option); j++) {
            if (option.hidden)
                continue;
            fprintf(out, "--%s ", option.name);
            if (option.letter != 0)
                fprintf(out, "-%c ", option.letter);
        }
        fputs("'\n        words='", out);
        for (size_t j = 0; command->word_at != NULL && (word = command->word_at(j)) != NULL; j++)
            fprintf(out, "%s ", word);
        fputs("' ;;\n", out);
    }
}

/* One branch an option with a value, keyed by command so that equal names may differ. */
static void put_values(FILE *out)
{
    const struct inr_cli_command *command;
    struct inr_cli_option option;
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++) {
        for (size_t j = 0; inr_cli_option_at(command, j, &option); j++) {
            char buffer[64];
            const char *value;
            if (option.value == NULL || option.hidden)
                continue;
            fprintf(out, "    %s:--%s", command->name, option.name);
            if (option.letter != 0)
                fprintf(out, "|%s:-%c", command->name, option.letter);
            if (option.file) {
                fputs(")\n        COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", out);
                continue;
            }
            fputs(")\n        ", out);
            if (has_values(&option)) {
                fputs("COMPREPLY=($(compgen -W '", out);
                for (size_t k = 0; (value = inr_cli_value_at(&option, k, buffer)) != NULL; k++)
                    fprintf(out, "%s ", value);
                fputs("' -- \"$cur\")); ", out);
            }
            fputs("return ;;\n", out);
        }
    }
}

void inr_cli_print_bash(FILE *out)
{
    const struct inr_cli_command *command;
    fputs("# bash completion for inrush\n"
          "_inrush()\n{\n"
          "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command='' options='' words='' i\n"
          "    COMPREPLY=()\n"
          "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
          "        if [[ ${COMP_WORDS[i]} != -* ]]; then\n"
          "            command=${COMP_WORDS[i]}\n"
          "            break\n"
          "        fi\n"
          "    done\n"
          "    # bash splits --option=value into three words\n"
          "    if [[ $cur == '=' ]]; then\n"
          "        cur=''\n"
          "    elif [[ $prev == '=' ]]; then\n"
          "        prev=${COMP_WORDS[COMP_CWORD-2]}\n"
          "    fi\n"
          "    if [[ -z $command ]]; then\n"
          "        COMPREPLY=($(compgen -W '",
          out);
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++)
        fprintf(out, "%s ", command->name);
    fputs("--help --version' -- \"$cur\"))\n        return\n    fi\n    case $command:$prev in\n",
          out);
    put_values(out);
    fputs("    esac\n    case $command in\n", out);
    put_words(out);
    fputs("    esac\n"
          "    if [[ $cur == -* ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
          "    elif [[ -n $words ]]; then\n"
          "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
          "    else\n"
          "        COMPREPLY=($(compgen -f -- \"$cur\"))\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _inrush inrush\n",
          out);
}

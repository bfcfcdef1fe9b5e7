/* SPDX-License-Identifier: MIT
 *
 * help.c - Prints help on standard output from the tables that parsing uses.
 */
#include "cli/help.h"

#include <string.h>

#include "inrush/fit.h"

#include "cli/cli.h"
#include "cli/text.h"

enum { HELP_COLUMN = 28 };

bool inr_cli_exit_code_at(size_t index, int *code, const char **meaning)
{
    static const struct {
        enum inr_status code;
        const char *meaning;
    } rows[] = {
        {INR_OK, "done"},
        {INR_ERR_FAILED, "failed"},
        {INR_ERR_USAGE, "wrong option or argument"},
        {INR_ERR_INPUT, "an input could not be read or is not valid"},
        {INR_ERR_OUTPUT, "an output could not be written; an older file is untouched"},
        {INR_ERR_NO_DEVICE, "no device matches what was asked for"},
        {INR_ERR_DEVICE_LOST, "the device was lost while working"},
        {INR_ERR_MEMORY, "out of memory, on the host or the device"},
        {INR_TARGET_MISSED, "the budget ended before the target; the result is written"},
        {INR_INTERRUPTED, "interrupted; what was reached is saved"},
    };
    if (index >= sizeof rows / sizeof rows[0])
        return false;
    *code = (int)rows[index].code;
    *meaning = rows[index].meaning;
    return true;
}

const char *inr_cli_value_at(const struct inr_cli_option *option, size_t index, char buffer[64])
{
    struct inr_registry_row row;
    const char *p = option->words;
    if (option->table > 0)
        return inr_registry_at((enum inr_registry)(option->table - 1), index, &row) ? row.name
                                                                                    : NULL;
    while (p != NULL && *p != '\0') {
        size_t length = strcspn(p, " ");
        if (index-- == 0) {
            inr_cli_text_copy(buffer, 64, p, length);
            return buffer;
        }
        p += length;
        p += strspn(p, " ");
    }
    return NULL;
}

const char *inr_cli_group_at(const struct inr_cli_command *command, size_t index)
{
    struct inr_cli_option option, earlier;
    for (size_t i = 0; inr_cli_option_at(command, i, &option); i++) {
        bool repeated = option.hidden;
        for (size_t j = 0; j < i && !repeated; j++)
            repeated = inr_cli_option_at(command, j, &earlier) && !earlier.hidden &&
                       strcmp(earlier.group, option.group) == 0;
        if (!repeated && index-- == 0)
            return option.group;
    }
    return NULL;
}

/* The help of an option and, when they come from a table, its valid values. */
static void with_values(const struct inr_cli_option *option, char *text, size_t size)
{
    char buffer[64];
    const char *value;
    size_t n = (size_t)snprintf(text, size, "%s", option->help);
    if (option->table == 0)
        return;
    for (size_t i = 0; n < size && (value = inr_cli_value_at(option, i, buffer)) != NULL; i++)
        n += (size_t)snprintf(text + n, size - n, "%s%s", i == 0 ? " (" : ", ", value);
    if (n < size)
        snprintf(text + n, size - n, ")");
}

static void print_option(FILE *out, const struct inr_cli_option *option)
{
    char left[96], text[1024], letter[8] = "    ";
    size_t length;
    if (option->letter != 0)
        snprintf(letter, sizeof letter, "-%c, ", option->letter);
    length = (size_t)snprintf(left, sizeof left, "  %s--%s%s%s", letter, option->name,
                              option->value != NULL ? " " : "",
                              option->value != NULL ? option->value : "");
    fputs(left, out);
    if (length + 2 > HELP_COLUMN) {
        fprintf(out, "\n%*s", HELP_COLUMN, "");
    } else {
        fprintf(out, "%*s", (int)(HELP_COLUMN - length), "");
    }
    with_values(option, text, sizeof text);
    inr_cli_wrap(out, text, HELP_COLUMN, HELP_COLUMN);
}

static void print_options(FILE *out, const struct inr_cli_command *command)
{
    struct inr_cli_option option;
    const char *group;
    for (size_t g = 0; (group = inr_cli_group_at(command, g)) != NULL; g++) {
        fprintf(out, "\n%s:\n", group);
        for (size_t i = 0; inr_cli_option_at(command, i, &option); i++)
            if (!option.hidden && strcmp(option.group, group) == 0)
                print_option(out, &option);
    }
}

static void print_lines(FILE *out, const char *lines, const char *prefix)
{
    while (*lines != '\0') {
        size_t length = strcspn(lines, "\n");
        fprintf(out, "%s%.*s\n", prefix, (int)length, lines);
        lines += length + (lines[length] == '\n');
    }
}

void inr_cli_print_command_help(FILE *out, const struct inr_cli_command *command)
{
    fprintf(out, "inrush %s: %s\n\nUsage: inrush %s %s\n", command->name, command->summary,
            command->name, command->usage);
    if (command->examples != NULL) {
        fputs("\nExamples:\n", out);
        print_lines(out, command->examples, "  ");
    }
    if (command->text != NULL) {
        fputc('\n', out);
        inr_cli_wrap(out, command->text, 0, 0);
    }
    print_options(out, command);
}

void inr_cli_print_help(FILE *out)
{
    const struct inr_cli_command *command;
    fputs("inrush " INR_VERSION ": fits implicit neural representations to images,\n"
          "on any Vulkan GPU or on the CPU\n\n"
          "Usage: inrush COMMAND [arguments] [options]\n\nExamples:\n"
          "  inrush fit photo.png -o photo.inr\n"
          "  inrush render photo.inr -o large.png --scale 2\n"
          "  inrush eval photo.inr photo.png\n\nCommands:\n",
          out);
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++) {
        fprintf(out, "  %-12s", command->name);
        inr_cli_wrap(out, command->summary, 14, 14);
    }
    print_options(out, NULL);
    fputs("\n'inrush help COMMAND' or 'inrush COMMAND --help' explains a command.\n", out);
}

void inr_cli_print_version(FILE *out, bool brief)
{
    if (brief) {
        fputs(INR_VERSION "\n", out);
        return;
    }
    fputs("inrush " INR_VERSION " (" INR_BUILD_TYPE " build)\n"
          "features: vulkan (loaded at run time), openblas, openmp",
          out);
#if defined(__SANITIZE_ADDRESS__)
    fputs(", address sanitizer", out);
#endif
    fputc('\n', out);
}

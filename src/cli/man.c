/* SPDX-License-Identifier: MIT
 *
 * man.c - Writes the manual page inrush(1) from the tables of commands and options.
 */
#include <string.h>

#include "cli/cli.h"
#include "cli/help.h"

/* Text with roff's special characters escaped; a line may not start with a dot or an apostrophe. */
static void put(FILE *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if ((p == text || p[-1] == '\n') && (*p == '.' || *p == '\''))
            fputs("\\&", out);
        if (*p == '\\')
            fputs("\\e", out);
        else if (*p == '-')
            fputs("\\-", out);
        else if (*p == '\'')
            fputs("\\(aq", out);
        else if (*p == '^')
            fputs("\\(ha", out);
        else if (*p == '~')
            fputs("\\(ti", out);
        else if (*p == '`')
            fputs("\\(ga", out);
        else
            fputc(*p, out);
    }
}

/* Newlines of a help text separate paragraphs. */
static void put_paragraphs(FILE *out, const char *text)
{
    while (*text != '\0') {
        char line[1024];
        size_t length = strcspn(text, "\n");
        snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (length > 0) {
            fputs(".PP\n", out);
            put(out, line);
            fputc('\n', out);
        }
        text += length + (text[length] == '\n');
    }
}

static void put_examples(FILE *out, const char *lines)
{
    fputs(".PP\n.nf\n.RS\n", out);
    put(out, lines);
    fputs("\n.RE\n.fi\n", out);
}

static void put_option(FILE *out, const struct inr_cli_option *option)
{
    char buffer[64];
    const char *value;
    fputs(".TP\n", out);
    if (option->letter != 0)
        fprintf(out, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", out);
    put(out, option->name);
    fputs("\\fR", out);
    if (option->value != NULL) {
        fputs(" \\fI", out);
        put(out, option->value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put(out, option->help);
    for (size_t i = 0; (value = inr_cli_value_at(option, i, buffer)) != NULL; i++) {
        fputs(i == 0 ? ";\none of " : ", ", out);
        put(out, value);
    }
    fputc('\n', out);
}

/* The options of a command without the common ones, which have a section of their own. */
static void put_command(FILE *out, const struct inr_cli_command *command)
{
    struct inr_cli_option option, common;
    fputs(".SS inrush ", out);
    put(out, command->name);
    fputc(' ', out);
    put(out, command->usage);
    fputc('\n', out);
    fprintf(out, "%c", command->summary[0] - (command->summary[0] >= 'a' ? 'a' - 'A' : 0));
    put(out, command->summary + 1);
    fputs(".\n", out);
    if (command->text != NULL)
        put_paragraphs(out, command->text);
    if (command->examples != NULL)
        put_examples(out, command->examples);
    for (size_t i = 0; inr_cli_option_at(command, i, &option); i++) {
        bool is_common = option.hidden;
        for (size_t j = 0; !is_common && inr_cli_option_at(NULL, j, &common); j++)
            is_common = strcmp(common.name, option.name) == 0;
        if (!is_common)
            put_option(out, &option);
    }
}

static void put_exit_codes(FILE *out)
{
    const char *meaning;
    int code;
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; inr_cli_exit_code_at(i, &code, &meaning); i++) {
        fprintf(out, ".TP\n%d\n", code);
        put(out, meaning);
        fputc('\n', out);
    }
}

void inr_cli_print_man(FILE *out)
{
    const struct inr_cli_command *command;
    struct inr_cli_option option;

    fputs(
        ".TH INRUSH 1 \"\" \"inrush " INR_VERSION "\" \"User Commands\"\n"
        ".SH NAME\ninrush \\- fit implicit neural representations to images\n"
        ".SH SYNOPSIS\n\\fBinrush\\fR \\fICOMMAND\\fR [\\fIarguments\\fR] [\\fIoptions\\fR]\n"
        ".SH DESCRIPTION\n"
        "Fits small neural networks to images on any Vulkan GPU or on the CPU, renders them at "
        "any\n"
        "size, and measures them.\n"
        "Results go to standard output, messages and progress to standard error.\n"
        "Options may stand before or after the arguments; \\fB\\-\\-\\fR ends the options.\n"
        "An input named \\fB\\-\\fR is standard input where an image or a configuration is read.\n"
        "Existing outputs are kept unless \\fB\\-f\\fR is given, and every output appears "
        "complete\n"
        "under its name or not at all.\n"
        ".SH OPTIONS\nThese work with every command.\n",
        out);
    for (size_t i = 0; inr_cli_option_at(NULL, i, &option); i++)
        put_option(out, &option);
    fputs(".SH COMMANDS\n", out);
    for (size_t i = 0; (command = inr_cli_command_at(i)) != NULL; i++)
        put_command(out, command);
    put_exit_codes(out);
    fputs(
        ".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nWhen set and not empty, messages have no colour.\n"
        ".SH FILES\nA model (.inr) is a valid safetensors file; the configuration, the source and\n"
        "the result of the fit are in its metadata.\n",
        out);
}

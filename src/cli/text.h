/* SPDX-License-Identifier: MIT
 *
 * text.h - Small helpers for words and numbers that people read and type.
 */
#ifndef INR_CLI_TEXT_H
#define INR_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Copy at most `length` bytes of `text` into out[size], always with a NUL. */
void inr_cli_text_copy(char *out, size_t size, const char *text, size_t length);

/* The candidate with the fewest typing mistakes, if it is near enough to be worth suggesting. */
struct inr_cli_nearest {
    const char *word;
    const char *best; /* NULL: nothing near */
    size_t distance;
};

void inr_cli_nearest_begin(struct inr_cli_nearest *nearest, const char *word);
void inr_cli_nearest_try(struct inr_cli_nearest *nearest, const char *candidate);

/* Print `text` wrapped at 80 columns. The cursor stands at column `column`; lines after the first
 * start at `indent`. Ends with a newline. A newline in `text` starts a new line. */
void inr_cli_wrap(FILE *out, const char *text, size_t column, size_t indent);

/* 12345678 -> "12.3 M". */
void inr_cli_si(double value, char out[32]);

/* 12345678 -> "11.8 MiB". */
void inr_cli_bytes(uint64_t bytes, char out[32]);

/* 3725 seconds -> "1:02:05", 65 -> "1:05". */
void inr_cli_duration(double seconds, char out[32]);

/* True when `out` is a terminal that shows colours and the user has not set NO_COLOR. */
bool inr_cli_colour(FILE *out);

/* A whole number at *text that fits 32 bits; *text moves behind it. False when there is none. */
bool inr_cli_read_u32(const char **text, uint32_t *value);

/* True when all of `text` is a finite number. */
bool inr_cli_read_number(const char *text, double *value);

#endif

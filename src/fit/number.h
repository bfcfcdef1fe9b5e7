/* SPDX-License-Identifier: MIT
 *
 * number.h - Numbers and names as text that reads back to the same, whatever the locale.
 */
#ifndef INR_FIT_NUMBER_H
#define INR_FIT_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Text of a finite double that reads back to the same bits; "inf" for +infinity. */
void inr_number_print(double value, char out[40]);

/* The whole of `text` as a number, as inr_number_print writes them. */
bool inr_number_read(const char *text, double *out);

/* The whole of `text` as a whole number: decimal digits only. */
bool inr_number_read_whole(const char *text, uint64_t most, uint64_t *out);

/* The double with the fewest decimal digits that rounds to `value`: 0.1f gives 0.1. */
double inr_number_shortest(float value);

/* True for valid UTF-8 without control characters. */
bool inr_text_is_utf8(const char *text);

/* Copy `text` into out[size], cut at a character, with '?' for what is not UTF-8: names of files
 * and devices go into JSON, which holds nothing else. */
void inr_text_copy_utf8(char *out, size_t size, const char *text);

#endif

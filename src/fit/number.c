/* SPDX-License-Identifier: MIT
 *
 * number.c - Numbers and names as text. JSON's own printer is used because it knows no locale.
 */
#include "fit/number.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void inr_number_print(double value, char out[40])
{
    out[0] = '\0';
    if (isinf(value)) {
        memcpy(out, "inf", 4);
        return;
    }
    json_t *number = json_real(value);
    size_t n = json_dumpb(number, out, 39, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    out[n < 39 ? n : 0] = '\0';
    json_decref(number);
}

bool inr_number_read(const char *text, double *out)
{
    if (strcmp(text, "inf") == 0) {
        *out = (double)INFINITY;
        return true;
    }
    json_t *number = json_loads(text, JSON_DECODE_ANY, NULL);
    bool good = json_is_number(number);
    if (good)
        *out = json_number_value(number);
    json_decref(number);
    return good;
}

bool inr_number_read_whole(const char *text, uint64_t most, uint64_t *out)
{
    size_t n = strlen(text);
    if (n == 0 || n > 20 || strspn(text, "0123456789") != n)
        return false;
    errno = 0;
    unsigned long long value = strtoull(text, NULL, 10);
    if (errno || value > most)
        return false;
    *out = value;
    return true;
}

double inr_number_shortest(float value)
{
    for (int digits = 6; digits <= 9; digits++) {
        char text[40];
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        double candidate = strtod(text, NULL);
        if ((float)candidate == value)
            return candidate;
    }
    return (double)value;
}

/* Length of the UTF-8 character at s, or 0. Overlong forms and surrogates are not characters. */
static size_t character(const unsigned char *s)
{
    if (s[0] < 0x80)
        return s[0] >= 0x20 && s[0] != 0x7f;
    size_t n = s[0] >= 0xc2 && s[0] <= 0xdf   ? 2
               : (s[0] & 0xf0) == 0xe0        ? 3
               : s[0] >= 0xf0 && s[0] <= 0xf4 ? 4
                                              : 0;
    for (size_t i = 1; i < n; i++)
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
        (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
        return 0;
    return n;
}

bool inr_text_is_utf8(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        size_t n = character(s);
        if (n == 0)
            return false;
        s += n;
    }
    return true;
}

void inr_text_copy_utf8(char *out, size_t size, const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t used = 0;
    while (*s) {
        size_t n = character(s);
        size_t step = n ? n : 1;
        if (used + step >= size)
            break;
        if (n)
            memcpy(out + used, s, n);
        else
            out[used] = '?';
        used += step;
        s += step;
    }
    out[used] = '\0';
}

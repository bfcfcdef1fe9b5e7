/* SPDX-License-Identifier: MIT
 *
 * text.c - Wrapping, near misses, and numbers with units.
 */
#include "cli/text.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WORD_MAX_LENGTH = 40, LINE_WIDTH = 80 };

void inr_cli_text_copy(char *out, size_t size, const char *text, size_t length)
{
    if (length >= size)
        length = size - 1;
    memcpy(out, text, length);
    out[length] = '\0';
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance with swaps of neighbours counted as one mistake; letter case is ignored. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[3][WORD_MAX_LENGTH + 1];
    size_t n = strlen(a), m = strlen(b);
    if (n > WORD_MAX_LENGTH || m > WORD_MAX_LENGTH)
        return WORD_MAX_LENGTH;
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *row = rows[i % 3];
        const size_t *up = rows[(i - 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            int p = tolower((unsigned char)a[i - 1]), q = tolower((unsigned char)b[j - 1]);
            row[j] = least(least(up[j], row[j - 1]) + 1, up[j - 1] + (p != q));
            if (i > 1 && j > 1 && p == tolower((unsigned char)b[j - 2]) &&
                q == tolower((unsigned char)a[i - 2]))
                row[j] = least(row[j], rows[(i - 2) % 3][j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

void inr_cli_nearest_begin(struct inr_cli_nearest *nearest, const char *word)
{
    size_t length = strlen(word);
    nearest->word = word;
    nearest->best = NULL;
    /* A third of the letters may be wrong, one in short words; more is guessing. */
    nearest->distance = (length < 3 ? 1 : length < 9 ? 2 : length / 3) + 1;
}

void inr_cli_nearest_try(struct inr_cli_nearest *nearest, const char *candidate)
{
    size_t length = strlen(nearest->word);
    size_t d = distance(nearest->word, candidate);
    /* Someone who typed the start of a name meant that name. */
    if (d >= nearest->distance && nearest->best == NULL && length >= 3 &&
        strncmp(nearest->word, candidate, length) == 0)
        d = nearest->distance - 1;
    if (d < nearest->distance) {
        nearest->distance = d;
        nearest->best = candidate;
    }
}

void inr_cli_wrap(FILE *out, const char *text, size_t column, size_t indent)
{
    bool start = true;
    while (*text != '\0') {
        if (*text == '\n') {
            fprintf(out, "\n%*s", text[1] == '\n' || text[1] == '\0' ? 0 : (int)indent, "");
            column = indent;
            start = true;
            text++;
            continue;
        }
        size_t length = strcspn(text, " \n");
        if (!start && column + 1 + length > LINE_WIDTH) {
            fprintf(out, "\n%*s", (int)indent, "");
            column = indent;
            start = true;
        }
        column += (size_t)fprintf(out, "%s%.*s", start ? "" : " ", (int)length, text);
        start = false;
        text += length;
        while (*text == ' ')
            text++;
    }
    fputc('\n', out);
}

void inr_cli_si(double value, char out[32])
{
    static const char *const prefix[] = {"", "k", "M", "G", "T", "P"};
    size_t i = 0;
    while (fabs(value) >= 999.5 && i + 1 < sizeof prefix / sizeof prefix[0]) {
        value /= 1000.0;
        i++;
    }
    snprintf(out, 32, "%.3g %s", value, prefix[i]);
}

void inr_cli_bytes(uint64_t bytes, char out[32])
{
    static const char *const unit[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t i = 0;
    while (value >= 1000.0 && i + 1 < sizeof unit / sizeof unit[0]) {
        value /= 1024.0;
        i++;
    }
    if (i == 0)
        snprintf(out, 32, "%" PRIu64 " B", bytes);
    else
        snprintf(out, 32, "%.*f %s", value < 10.0 ? 2 : 1, value, unit[i]);
}

void inr_cli_duration(double seconds, char out[32])
{
    uint64_t s = seconds > 0.0 && seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 0;
    if (!(seconds < 1e9))
        snprintf(out, 32, "?");
    else if (s >= 3600)
        snprintf(out, 32, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(out, 32, "%" PRIu64 ":%02" PRIu64, s / 60, s % 60);
}

bool inr_cli_colour(FILE *out)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    if (no != NULL && no[0] != '\0')
        return false;
    return isatty(fileno(out)) && term != NULL && strcmp(term, "dumb") != 0;
}

bool inr_cli_read_u32(const char **text, uint32_t *value)
{
    uint64_t v = 0;
    const char *p = *text;
    for (; isdigit((unsigned char)*p); p++) {
        v = v * 10 + (uint64_t)(*p - '0');
        if (v > UINT32_MAX)
            return false;
    }
    if (p == *text)
        return false;
    *text = p;
    *value = (uint32_t)v;
    return true;
}

bool inr_cli_read_number(const char *text, double *value)
{
    char *end;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value);
}

/* SPDX-License-Identifier: MIT
 *
 * verdict.c - Who won, and by how much.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/suite.h"
#include "bench/table.h"

/* Differences below this are within what another seed changes. */
#define TIE_DB 0.1

/* An exact result counts as this: where single precision ends. */
#define EXACT_DB 150.0

#define MODELS_MAX 64

struct totals {
    const struct inr_bench_results *results;
    const char *mode;
    uint64_t size;
    struct inr_bench_mean *out;
    size_t n;
};

static bool same_number(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

/* Whether two rows differ in nothing but the model. */
static bool compares(const struct inr_bench_row *a, const struct inr_bench_row *b)
{
    return a->seed == b->seed && a->size == b->size && strcmp(a->mode, b->mode) == 0 &&
           strcmp(a->signal, b->signal) == 0 && strcmp(a->task, b->task) == 0 &&
           strcmp(a->shape, b->shape) == 0 && same_number(a->bandwidth, b->bandwidth);
}

static bool counts(const struct totals *t, const struct inr_bench_row *row)
{
    return inr_bench_row_done(row) && row->size == t->size && strcmp(row->mode, t->mode) == 0;
}

/* The row of a model in the comparison of `row`, or NULL. */
static const struct inr_bench_row *partner(const struct totals *t, const struct inr_bench_row *row,
                                           const char *model)
{
    for (size_t i = 0; i < t->results->n; i++) {
        const struct inr_bench_row *other = &t->results->rows[i];
        if (counts(t, other) && strcmp(other->model, model) == 0 && compares(other, row))
            return other;
    }
    return NULL;
}

static void list_models(struct totals *t, size_t most)
{
    for (size_t i = 0; i < t->results->n; i++) {
        const struct inr_bench_row *row = &t->results->rows[i];
        size_t k = 0;
        while (k < t->n && strcmp(t->out[k].model, row->model) != 0)
            k++;
        if (counts(t, row) && k == t->n && t->n < most)
            t->out[t->n++] = (struct inr_bench_mean){row->model, row->family, 0.0};
    }
}

static int by_psnr(const void *a, const void *b)
{
    const struct inr_bench_mean *x = a, *y = b;
    return (x->psnr < y->psnr) - (x->psnr > y->psnr);
}

size_t inr_bench_rank(const struct inr_bench_results *results, const char *mode, uint64_t size,
                      struct inr_bench_mean *out, size_t most, size_t *over)
{
    struct totals t = {results, mode, size, out, 0};
    *over = 0;
    list_models(&t, most);
    for (size_t i = 0; i < results->n; i++) {
        const struct inr_bench_row *row = &results->rows[i];
        bool complete = counts(&t, row) && t.n > 0 && strcmp(row->model, out[0].model) == 0;
        for (size_t k = 0; complete && k < t.n; k++)
            complete = partner(&t, row, out[k].model) != NULL;
        for (size_t k = 0; complete && k < t.n; k++)
            out[k].psnr += fmin(partner(&t, row, out[k].model)->psnr, EXACT_DB);
        *over += complete;
    }
    if (*over == 0)
        return 0;
    for (size_t k = 0; k < t.n; k++)
        out[k].psnr /= (double)*over;
    qsort(out, t.n, sizeof *out, by_psnr);
    return t.n;
}

/* ", 1.20 dB above hash" */
static void put_lead(FILE *out, const struct inr_bench_mean *means, size_t n)
{
    if (n < 2)
        return;
    const double lead = means[0].psnr - means[1].psnr;
    if (lead < TIE_DB)
        fprintf(out, ", level with %s (%.2f dB apart)", means[1].model, lead);
    else
        fprintf(out, ", %.2f dB above %s", lead, means[1].model);
}

/* " (the best INR, finer, is 0.83 dB above the best grid or hybrid, hash)" */
static void put_families(FILE *out, const struct inr_bench_mean *means, size_t n)
{
    size_t inr = n, grid = n;
    for (size_t k = n; k-- > 0;)
        *(strcmp(means[k].family, "inr") == 0 ? &inr : &grid) = k;
    if (inr == n || grid == n || inr + grid == 1) /* the first two have been compared */
        return;
    const double lead = means[inr].psnr - means[grid].psnr;
    if (fabs(lead) < TIE_DB)
        fprintf(out, " (the best INR, %s, and the best grid or hybrid, %s, are level)",
                means[inr].model, means[grid].model);
    else
        fprintf(out, " (the best INR, %s, is %.2f dB %s the best grid or hybrid, %s)",
                means[inr].model, fabs(lead), lead > 0.0 ? "above" : "below", means[grid].model);
}

static double seconds_of(const struct inr_bench_results *results, const char *mode)
{
    double most = 0.0;
    for (size_t i = 0; i < results->n; i++)
        if (strcmp(results->rows[i].mode, mode) == 0 && results->rows[i].seconds > most)
            most = results->rows[i].seconds;
    return most;
}

static void put_condition(FILE *out, const struct inr_bench_results *results, const char *mode,
                          uint64_t size)
{
    char digits[32];
    inr_bench_digits(size, digits, sizeof digits);
    if (strcmp(mode, "time") == 0)
        fprintf(out, "in equal time (%.2g s)", seconds_of(results, mode));
    else
        fprintf(out, "at equal %s (%s)", mode, digits);
}

/* The clause of one mode at one size; false: nothing to say. */
static bool put_clause(FILE *out, const struct inr_bench_results *results, const char *mode,
                       uint64_t size, const char *before)
{
    struct inr_bench_mean means[MODELS_MAX];
    size_t over = 0;
    const size_t n = inr_bench_rank(results, mode, size, means, MODELS_MAX, &over);
    if (n == 0)
        return false;
    fputs(before, out);
    put_condition(out, results, mode, size);
    fprintf(out, " %s %s %.2f dB", means[0].model, n > 1 ? "wins with" : "reaches", means[0].psnr);
    if (over > 1)
        fprintf(out, " on average of %zu", over);
    put_lead(out, means, n);
    put_families(out, means, n);
    return true;
}

/* The signal when all rows have the same; else their suite. */
static const char *subject_of(const struct inr_bench_results *results)
{
    for (size_t i = 1; i < results->n; i++)
        if (strcmp(results->rows[i].signal, results->rows[0].signal) != 0)
            return results->rows[0].suite;
    return results->rows[0].signal;
}

/* Everything about one size as a line, or nothing. */
static void put_size(FILE *out, const struct inr_bench_results *results, uint64_t size)
{
    char *text = NULL;
    size_t length = 0;
    FILE *clauses = open_memstream(&text, &length);
    bool said = false;
    if (!clauses)
        return;
    for (int mode = 0; mode < INR_BENCH_MODE_COUNT; mode++)
        said |= put_clause(clauses, results, inr_bench_mode_name(mode), size, said ? "; " : "");
    if (fclose(clauses) == 0 && said)
        fprintf(out, "%s: %s.\n", subject_of(results), text);
    free(text);
}

char *inr_bench_verdict(const struct inr_bench_results *results)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return NULL;
    for (size_t i = 0; i < results->n; i++) {
        size_t first = 0;
        while (results->rows[first].size != results->rows[i].size)
            first++;
        if (first == i)
            put_size(out, results, results->rows[i].size);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    if (length > 0)
        text[length - 1] = '\0';
    return text;
}

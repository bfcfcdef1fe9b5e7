/* SPDX-License-Identifier: MIT
 *
 * spectrum_print.c - Spectra and FreSh's table as text, JSON and CSV.
 */
#include <math.h>
#include <string.h>

#include "base/file.h"

#include "cli/json.h"
#include "cli/spectrum.h"

enum { BAR_WIDTH = 30 };

void inr_cli_signal_text(const struct inr_signal *signal, char *out, size_t size)
{
    static const char *const kinds[] = {"signal", "signal", "picture", "volume"};
    size_t n = (size_t)snprintf(
        out, size, "%s, %u", signal->rate > 0.0 ? "sound" : kinds[signal->dims], signal->shape[0]);
    for (int d = 1; d < signal->dims && n < size; d++)
        n += (size_t)snprintf(out + n, size - n, " x %u", signal->shape[d]);
    if (n < size && signal->rate > 0.0)
        n += (size_t)snprintf(out + n, size - n, " samples at %.6g Hz", signal->rate);
    if (n < size)
        snprintf(out + n, size - n, ", %u channel%s", signal->channels,
                 signal->channels == 1 ? "" : "s");
}

/* ---- text ---- */

static void put_bar(double share)
{
    for (int i = 0; i < (int)lround(share * BAR_WIDTH); i++)
        putchar('#');
}

/* The first bin after the group that starts with bin m: groups grow by half or a third, so that
 * there are two to an octave. 1 2 3 4 6 8 12 16 24 ... */
static int group_end(int m)
{
    int power = 1;
    while (power * 2 <= m)
        power *= 2;
    return m < 3 ? m + 1 : m == power ? m + power / 2 : power * 2;
}

static double sum_of(const double *values, int first, int end)
{
    double sum = 0.0;
    for (int m = first; m < end; m++)
        sum += values[m - 1];
    return sum;
}

static void print_groups(const struct inr_cli_spectrum *found)
{
    const double total = sum_of(found->fresh, 1, found->bins + 1);
    double most = 0.0, loudest = 0.0;
    for (int pass = 0; pass < 2; pass++)
        for (int m = 1, end; m <= found->bins; m = end) {
            end = group_end(m) < found->bins + 1 ? group_end(m) : found->bins + 1;
            const double share = sum_of(found->fresh, m, end) / total;
            const double power = sum_of(found->radial, m, end) / (end - m);
            if (pass == 0) {
                most = fmax(most, share);
                loudest = fmax(loudest, power);
                continue;
            }
            char cycles[32], level[32] = "-";
            snprintf(cycles, sizeof cycles, end - m > 1 ? "%d-%d" : "%d", m, end - 1);
            if (power > 0.0)
                snprintf(level, sizeof level, "%.1f dB", 10.0 * log10(power / loudest) + 0.0);
            printf("%8s  %11s  %6.2f %%  ", cycles, level, 100.0 * share);
            put_bar(share / most);
            putchar('\n');
        }
}

static void print_candidates(const struct inr_fresh_result *r)
{
    printf("\n%16s  distance     std\n", inr_knob_name(r->knob));
    for (int i = 0; i < r->n; i++) {
        const struct inr_fresh_candidate *c = &r->candidates[i];
        char spread[32] = "-";
        if (c->inits == 0)
            continue;
        if (c->inits > 1)
            snprintf(spread, sizeof spread, "%.3f", c->std);
        printf("%16.4g  %8.3f  %6s%s\n", c->value, c->distance, spread,
               i == r->choice ? "  <-- choice" : "");
    }
}

void inr_cli_print_spectrum(const struct inr_cli_spectrum *found)
{
    const struct inr_fresh_result *r = &found->result;
    const struct inr_fresh_candidate *best = &r->candidates[r->choice];
    char text[128];
    if (found->flat) {
        printf("%s has no spectrum because it is %s", found->name,
               inr_signal_points(&found->signal) == 1 ? "a single point" : "constant");
        if (found->chosen)
            printf("; %s stays %.4g", inr_knob_name(r->knob), best->value);
        putchar('\n');
        return;
    }
    inr_cli_signal_text(&found->signal, text, sizeof text);
    printf("%s: %s; %d bins\n\n", found->name, text, found->bins);
    /* The radial column is a mean over coefficients, FreSh's a sum over diagonals. */
    puts("  cycles  radial power  magnitude (FreSh)");
    print_groups(found);
    if (!found->chosen)
        return;
    print_candidates(r);
    printf("\nchoice: %s %.4g, distance %.3f of %d bins", inr_knob_name(r->knob), best->value,
           best->distance, r->bins);
    if (best->inits > 1)
        printf(", std %.3f over %d initialisations", best->std, best->inits);
    if (r->n > 1 && (r->choice == 0 || r->choice == r->n - 1))
        printf("; it is the %s value tried", r->choice == 0 ? "least" : "greatest");
    putchar('\n');
}

/* ---- JSON ---- */

static json_t *json_numbers(const double *values, int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(list, json_real(values[i]));
    return list;
}

static json_t *json_candidates(const struct inr_fresh_result *r)
{
    json_t *list = json_array();
    for (int i = 0; i < r->n; i++) {
        const struct inr_fresh_candidate *c = &r->candidates[i];
        json_t *row = json_object();
        inr_cli_json_number(row, "value", c->value);
        inr_cli_json_number(row, "distance", c->distance);
        inr_cli_json_number(row, "std", c->inits > 1 ? c->std : (double)NAN);
        inr_cli_json_integer(row, "inits", (uint64_t)c->inits);
        json_array_append_new(list, row);
    }
    return list;
}

enum inr_status inr_cli_json_spectrum(const struct inr_cli_spectrum *found, struct inr_error *err)
{
    const struct inr_fresh_result *r = &found->result;
    json_t *json = json_object(), *shape = json_array();
    inr_cli_json_text(json, "source", found->name);
    for (int d = 0; d < found->signal.dims; d++)
        json_array_append_new(shape, json_integer((json_int_t)found->signal.shape[d]));
    json_object_set_new(json, "shape", shape);
    inr_cli_json_integer(json, "channels", found->signal.channels);
    if (found->signal.rate > 0.0)
        inr_cli_json_number(json, "rate", found->signal.rate);
    inr_cli_json_bool(json, "flat", found->flat);
    inr_cli_json_integer(json, "bins", (uint64_t)found->bins);
    json_object_set_new(json, "spectrum", json_numbers(found->fresh, found->bins));
    json_object_set_new(json, "radial", json_numbers(found->radial, found->bins));
    inr_cli_json_number(json, "choice",
                        found->chosen ? r->candidates[r->choice].value : (double)NAN);
    json_object_set_new(json, "candidates", json_candidates(r));
    if (found->chosen) {
        inr_cli_json_text(json, "preset", found->preset);
        inr_cli_json_text(json, "knob", inr_knob_name(r->knob));
        inr_cli_json_integer(json, "inits", (uint64_t)r->inits);
        json_object_set_new(json, "field", json_numbers(r->field, r->flat ? 0 : r->bins));
    }
    return inr_cli_json_print(json, err);
}

/* ---- CSV ---- */

enum inr_status inr_cli_csv_spectrum(const struct inr_cli_spectrum *found, const char *path,
                                     struct inr_error *err)
{
    struct inr_outfile out;
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status != INR_OK)
        return status;
    fputs("cycles,fresh,radial,field\n", out.stream);
    for (int m = 0; m < found->bins; m++) {
        fprintf(out.stream, "%d,%.9g,%.9g,", m + 1, found->fresh[m], found->radial[m]);
        if (found->chosen && !found->flat)
            fprintf(out.stream, "%.9g", found->result.field[m]);
        fputc('\n', out.stream);
    }
    return inr_outfile_commit(&out, err);
}

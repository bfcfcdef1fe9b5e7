/* SPDX-License-Identifier: MIT
 *
 * test_rate.c - Rates and distortions: differences against SciPy's, means, published points, other
 * programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/process.h"
#include "bench/rate/coder.h"
#include "bench/rate/table.h"

static struct inr_rate_curve curve(const double (*points)[2], size_t n)
{
    struct inr_rate_curve c = {.n = n};
    for (size_t i = 0; i < n; i++)
        c.points[i] = (struct inr_rate_point){.bpp = points[i][0], .psnr = points[i][1]};
    return c;
}

#define CURVE(...)                                                                                 \
    curve((const double[][2]){__VA_ARGS__}, sizeof((const double[][2]){__VA_ARGS__}) / 16)

/* Values of scipy.interpolate.PchipInterpolator 1.17 of log10 of the rates, integrated by
 * scipy.integrate.quad between the knots. */
static void test_bd_rate(void **state)
{
    (void)state;
    const struct inr_rate_curve jpeg = CURVE({.2212, 23.78}, {.3266, 26.58}, {.5084, 29.04},
                                             {.7860, 31.31}, {1.2398, 33.79}, {2.3502, 37.91});
    const struct inr_rate_curve vtm =
        CURVE({.0482, 26.15}, {.1125, 28.49}, {.2458, 31.20}, {.4905, 34.26}, {.8748, 37.42});
    const struct inr_rate_curve nif =
        CURVE({.1271, 27.13}, {.4451, 31.22}, {.7073, 32.97}, {1.5826, 36.41});
    const struct inr_rate_curve coin = CURVE({.1604, 24.64}, {.3074, 26.41});
    const struct inr_rate_curve line = CURVE({.3, 27.0}, {.9, 33.0});
    const struct inr_bd bd = inr_bd_rate(&jpeg, &vtm);
    assert_true(fabs(bd.rate + 69.6902258268) < 1e-6);
    assert_true(bd.low == 26.15 && bd.high == 37.42);
    assert_true(fabs(inr_bd_rate(&jpeg, &nif).rate + 41.6656419651) < 1e-6);
    assert_true(fabs(inr_bd_rate(&jpeg, &coin).rate + 20.3809619881) < 1e-6);
    assert_true(fabs(inr_bd_rate(&vtm, &jpeg).rate - 229.9265755940) < 1e-6);
    assert_true(fabs(inr_bd_rate(&jpeg, &line).rate + 15.0808709208) < 1e-6);
    assert_true(fabs(inr_bd_rate(&jpeg, &jpeg).rate) < 1e-12);
    /* nothing in common, one point, and a point that falls back */
    const struct inr_rate_curve above = CURVE({3.0, 40.0}, {4.0, 42.0}), one = CURVE({.5, 30.0});
    const struct inr_rate_curve dent =
        CURVE({.1271, 27.13}, {.4451, 31.22}, {.5, 31.0}, {.7073, 32.97}, {1.5826, 36.41});
    assert_true(isnan(inr_bd_rate(&jpeg, &above).rate));
    assert_true(isnan(inr_bd_rate(&jpeg, &one).rate));
    assert_true(inr_bd_rate(&jpeg, &dent).rate == inr_bd_rate(&jpeg, &nif).rate);
}

static void add_row(struct inr_bench_results *results, const char *picture, const char *model,
                    double rate, double bpp, double psnr)
{
    struct inr_bench_row row;
    struct inr_error err = {0};
    inr_bench_row_init(&row);
    snprintf(row.key, sizeof row.key, "%016zu", results->n);
    snprintf(row.signal, sizeof row.signal, "%s", picture);
    snprintf(row.model, sizeof row.model, "%s", model);
    snprintf(row.family, sizeof row.family, "%s", strcmp(model, "weights") == 0 ? "inr" : "codec");
    snprintf(row.mode, sizeof row.mode, "rate");
    snprintf(row.status, sizeof row.status, isnan(bpp) ? "failed" : "done");
    row.rate = rate;
    row.bpp = bpp;
    row.psnr = psnr;
    assert_int_equal(inr_bench_results_add(results, &row, NULL, NULL, &err), INR_OK);
}

/* Means of PSNR, not PSNR of means; failed rows are left out; Kodak's bring what was published. */
static void test_curves(void **state)
{
    (void)state;
    struct inr_bench_results results = {0};
    struct inr_rate_tables tables;
    struct inr_error err = {0};
    char verdict[1024];
    add_row(&results, "kodim01.png", "weights", .4, .41, 30.0);
    add_row(&results, "kodim02.png", "weights", .4, .43, 34.0);
    add_row(&results, "kodim01.png", "weights", .1, .1, 24.0);
    add_row(&results, "kodim02.png", "weights", .1, (double)NAN, (double)NAN);
    add_row(&results, "kodim01.png", "jpeg", .1, .2, 24.0);
    add_row(&results, "kodim01.png", "jpeg", .4, .84, 32.0);
    assert_int_equal(inr_rate_tables_make(&results, NULL, &tables, &err), INR_OK);
    const struct inr_rate_curve *weights = inr_rate_curve_find(&tables.curves, "weights");
    assert_true(tables.curves.measured == 2 && tables.curves.n > 20);
    assert_true(tables.curves.pictures == 2);
    assert_int_equal(weights->n, 2);
    assert_true(weights->points[0].asked == .1 && weights->points[0].pictures == 1);
    assert_true(weights->points[1].psnr == 32.0 && fabs(weights->points[1].bpp - .42) < 1e-12);
    assert_string_equal(tables.anchor->name, "jpeg");
    assert_true(fabs(inr_bd_rate(tables.anchor, weights).rate + 50.0) < 1e-9);
    /* not the same pictures */
    assert_false(inr_rate_comparable(tables.anchor, weights));
    inr_rate_verdict(&tables, verdict, sizeof verdict);
    assert_string_equal(verdict, "");
    add_row(&results, "kodim02.png", "jpeg", .1, .2, 24.0);
    add_row(&results, "kodim02.png", "jpeg", .4, .84, 32.0);
    add_row(&results, "kodim02.png", "weights", .1, .1, 24.0);
    inr_rate_tables_free(&tables);
    assert_int_equal(inr_rate_tables_make(&results, NULL, &tables, &err), INR_OK);
    inr_rate_verdict(&tables, verdict, sizeof verdict);
    assert_string_equal(verdict,
                        "weights takes 50.0 % fewer bytes than jpeg for the same PSNR, from "
                        "24.0 to 32.0 dB.");
    /* two of 24 pictures say nothing about means over 24 */
    assert_false(inr_rate_comparable(tables.anchor, inr_rate_curve_find(&tables.curves, "VTM")));
    inr_rate_tables_free(&tables);
    assert_int_equal(inr_rate_tables_make(&results, "VTM", &tables, &err), INR_OK);
    assert_true(tables.anchor->published);
    inr_rate_tables_free(&tables);
    assert_int_equal(inr_rate_tables_make(&results, "nothing", &tables, &err), INR_ERR_USAGE);
    add_row(&results, "mine.png", "jpeg", .4, .84, 32.0);
    assert_int_equal(inr_rate_tables_make(&results, NULL, &tables, &err), INR_OK);
    assert_int_equal(tables.curves.n, 2);
    inr_rate_tables_free(&tables);
    inr_bench_results_free(&results);
}

static void test_published(void **state)
{
    (void)state;
    struct inr_rate_curve at[INR_RATE_CURVES_MAX];
    struct inr_rate_curves curves = {.at = at};
    struct inr_error err = {0};
    memset(at, 0, sizeof at);
    assert_int_equal(inr_rate_published(&curves, &err), INR_OK);
    assert_true(curves.n >= 30 && curves.n < INR_RATE_CURVES_MAX);
    for (size_t i = 0; i < curves.n; i++) {
        assert_ptr_equal(inr_rate_curve_find(&curves, at[i].name), &at[i]); /* one of a name */
        assert_true(at[i].n >= 4 && at[i].n < INR_RATE_POINTS_MAX && at[i].source[0]);
        for (size_t p = 1; p < at[i].n; p++)
            assert_true(at[i].points[p].bpp > at[i].points[p - 1].bpp &&
                        at[i].points[p].psnr > at[i].points[p - 1].psnr);
    }
    /* C3's authors give +5.0 % against VTM: it is a little behind VTM */
    const double c3 =
        inr_bd_rate(inr_rate_curve_find(&curves, "VTM"), inr_rate_curve_find(&curves, "C3")).rate;
    assert_true(c3 > 3.0 && c3 < 8.0);
}

/* Results of before there were rates are read as they are. */
static void test_older_rows(void **state)
{
    (void)state;
    struct inr_bench_row row, back;
    const struct inr_bench_field *field;
    inr_bench_row_init(&row);
    memcpy(row.key, "0123456789abcdef", 17);
    char *line = inr_bench_row_line(&row);
    json_t *json = json_loads(line, 0, NULL);
    for (size_t i = 0; (field = inr_bench_field_at(i)); i++)
        if (field->late)
            assert_int_equal(json_object_del(json, field->name), 0);
    assert_true(inr_bench_row_from_json(json, &back));
    assert_true(isnan(back.bpp) && back.settings[0] == '\0');
    json_object_del(json, "psnr");
    assert_false(inr_bench_row_from_json(json, &back));
    json_decref(json);
    free(line);
}

static bool at_once(void *user)
{
    ++*(int *)user;
    return true;
}

static void test_process(void **state)
{
    (void)state;
    char sh[512];
    struct inr_process_result result;
    struct inr_error err = {0};
    int asked = 0;
    assert_false(inr_process_find("no-such-program-there-is", sh, sizeof sh));
    assert_false(inr_process_find("sh", sh, 3));
    assert_true(inr_process_find("sh", sh, sizeof sh));
    const char *const says[] = {sh, "-c", "echo one; echo two >&2; cat", NULL};
    assert_int_equal(inr_process_run(says, 20.0, NULL, NULL, &result, &err), INR_OK);
    assert_string_equal(result.text, "one\ntwo\n");
    const char *const much[] = {sh, "-c", "head -c 300000 /dev/zero | tr '\\0' x", NULL};
    assert_int_equal(inr_process_run(much, 20.0, NULL, NULL, &result, &err), INR_OK);
    assert_int_equal(strlen(result.text), sizeof result.text - 1);
    const char *const fails[] = {sh, "-c", "echo what is wrong; exit 3", NULL};
    assert_int_equal(inr_process_run(fails, 20.0, NULL, NULL, &result, &err), INR_ERR_FAILED);
    assert_non_null(strstr(err.text, "exit code 3): what is wrong"));
    /* what it starts ends with it, and neither is waited for */
    const char *const sleeps[] = {sh, "-c", "sleep 60 & sleep 60", NULL};
    const double begin = inr_now();
    err = (struct inr_error){0};
    assert_int_equal(inr_process_run(sleeps, 0.05, NULL, NULL, &result, &err), INR_ERR_FAILED);
    assert_non_null(strstr(err.text, "took more than"));
    err = (struct inr_error){0};
    assert_int_equal(inr_process_run(sleeps, 50.0, at_once, &asked, &result, &err),
                     INR_INTERRUPTED);
    assert_int_equal(asked, 1);
    assert_true(inr_now() - begin < 20.0);
    const char *const none[] = {"/no/such/program", NULL};
    err = (struct inr_error){0};
    assert_int_equal(inr_process_run(none, 1.0, NULL, NULL, &result, &err), INR_ERR_FAILED);
}

static void test_tools(void **state)
{
    (void)state;
    struct inr_rate_tool tools[INR_RATE_TOOLS_MAX];
    struct inr_error err = {0};
    char missing[400];
    size_t n;
    assert_int_equal(inr_rate_tools_find("weights", tools, &n, missing, sizeof missing, &err),
                     INR_OK);
    assert_int_equal(n, 1);
    assert_string_equal(tools[0].version, "inrush " INR_VERSION);
    assert_string_equal(missing, "");
    static const char *const wrong[] = {"", "jpeg,", "jpg", "jpeg,,webp", "webp jpeg"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(inr_rate_tools_find(wrong[i], tools, &n, missing, sizeof missing, &err),
                         INR_ERR_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bd_rate),   cmocka_unit_test(test_curves),
        cmocka_unit_test(test_published), cmocka_unit_test(test_older_rows),
        cmocka_unit_test(test_process),   cmocka_unit_test(test_tools),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

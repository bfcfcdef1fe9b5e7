/* SPDX-License-Identifier: MIT
 *
 * test_plot.c - Ticks are round and lie where they say, nothing leaves the page, failures are told.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plot/chart.h"

static const char svg_path[] = "test_plot.svg";
static char page[1 << 16];

/* A chart of 400 x 300 with these axes and a line; the file comes back in `page`. */
static struct inr_chart draw(struct inr_axis x, struct inr_axis y)
{
    static const double at[] = {1.0, 2.0, 3.0, 4.0}, values[] = {0.5, -1e300, NAN, 1e300};
    struct inr_chart chart = {.title = "t", .width = 400, .height = 300, .x = x, .y = y};
    struct inr_canvas *canvas = NULL;
    struct inr_error err = {0};
    chart.x.label = "x<&>";
    chart.y.label = "\xC2\xB1 y\xFF";
    if (inr_canvas_open(svg_path, 400, 300, "a & b", &canvas, &err) != INR_OK)
        fail_msg("%s", err.text);
    inr_chart_begin(&chart, canvas);
    inr_chart_line(&chart, at, values, 4, &(struct inr_stroke){.ink = INR_INK_1, .width = 2.0},
                   true);
    inr_chart_legend(&chart, &(struct inr_stroke){.ink = INR_INK_1, .width = 2.0}, "legend");
    if (inr_canvas_finish(canvas, &err) != INR_OK)
        fail_msg("%s", err.text);
    FILE *in = fopen(svg_path, "rb");
    assert_non_null(in);
    const size_t n = fread(page, 1, sizeof page - 1, in);
    page[n] = '\0';
    fclose(in);
    return chart;
}

/* The texts of the ticks of one axis in order, separated by blanks. Ticks are the soft ink; those
 * of y end at their place, those of x are centred. */
static void ticks(bool of_x, char *out, size_t size)
{
    const char *wanted = of_x ? "text-anchor=\"middle\"" : "text-anchor=\"end\"";
    size_t used = 0;
    out[0] = '\0';
    for (const char *p = page; (p = strstr(p, "<text class=\"f1\"")) != NULL; p++) {
        const char *end = strchr(p, '>');
        const char *anchor = strstr(p, wanted);
        if (anchor && anchor < end)
            used += (size_t)snprintf(out + used, size - used, "%s%.*s", used ? " " : "",
                                     (int)(strchr(end, '<') - end - 1), end + 1);
    }
}

static void ticks_are_round(void **state)
{
    (void)state;
    static const struct {
        double low, high;
        bool log;
        const char *texts;
    } rows[] = {
        {0, 1, false, "0 0.2 0.4 0.6 0.8 1"},
        {1, 64, false, "10 20 30 40 50 60"},
        {-3, 4, false, "-3 -2 -1 0 1 2 3 4"},
        {0, 0.0031, false, "0 0.0005 0.001 0.0015 0.002 0.0025 0.003"},
        {1e6, 2e6, false, "1e+06 1.2e+06 1.4e+06 1.6e+06 1.8e+06 2e+06"},
        {1, 64, true, "1 2 5 10 20 50"},
        {1, 4096, true, "1 10 100 1000"},
        {2e-7, 5e-2, true,
         "10\u207B\u2076 10\u207B\u2075 10\u207B\u2074 10\u207B\u00B3 10\u207B\u00B2"},
        {1e-30, 1.0, true,
         "10\u207B\u00B3\u2070 10\u207B\u00B2\u2075 10\u207B\u00B2\u2070 "
         "10\u207B\u00B9\u2075 10\u207B\u00B9\u2070 10\u207B\u2075 10\u2070"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char texts[512];
        draw((struct inr_axis){.low = rows[i].low, .high = rows[i].high, .log = rows[i].log},
             (struct inr_axis){.low = 0, .high = 1});
        ticks(true, texts, sizeof texts);
        if (strcmp(texts, rows[i].texts) != 0)
            fail_msg("%g to %g: '%s', not '%s'", rows[i].low, rows[i].high, texts, rows[i].texts);
    }
}

static void values_have_their_place(void **state)
{
    (void)state;
    const struct inr_chart c = draw((struct inr_axis){.low = 1, .high = 100, .log = true},
                                    (struct inr_axis){.low = -1, .high = 3});
    const struct inr_point low = inr_chart_at(&c, 1, -1), middle = inr_chart_at(&c, 10, 1);
    /* Places are sums of a few doubles below 1000. */
    assert_true(fabs(low.x - c.x0) < 1e-9 && fabs(low.y - c.y1) < 1e-9);
    assert_true(fabs(middle.x - 0.5 * (c.x0 + c.x1)) < 1e-9);
    assert_true(fabs(middle.y - 0.5 * (c.y0 + c.y1)) < 1e-9);
    assert_non_null(strstr(page, "<title>a &amp; b</title>"));
    assert_non_null(strstr(page, ">x&lt;&amp;&gt;</text>"));
    assert_non_null(strstr(page, ">\xC2\xB1 y?</text>"));
}

/* Whatever the ranges and values, every number in the file is finite and on the page. */
static void nothing_leaves_the_page(void **state)
{
    (void)state;
    static const struct inr_axis axes[] = {
        {.low = 0, .high = 0},
        {.low = 5, .high = 5},
        {.low = 3, .high = -3},
        {.low = NAN, .high = INFINITY},
        {.low = 0, .high = 0, .log = true},
        {.low = -1, .high = 10, .log = true},
        {.low = 1, .high = INFINITY, .log = true},
        {.low = 1e-300, .high = 1e300, .log = true},
    };
    for (size_t i = 0; i < sizeof axes / sizeof axes[0]; i++) {
        draw((struct inr_axis){.low = 0, .high = 5}, axes[i]);
        const char *odd = strstr(page, "nan") ? strstr(page, "nan") : strstr(page, "inf");
        if (odd)
            fail_msg("axis %zu: %.60s", i, odd > page + 30 ? odd - 30 : page);
        for (char *p = page; (p = strstr(p, "points=\"")) != NULL; p++) {
            char *at = p + strlen("points=\"");
            while (*at != '"') {
                const double x = strtod(at, &at), y = strtod(at + 1, &at);
                if (x < 0.0 || x > 400.0 || y < 0.0 || y > 300.0)
                    fail_msg("axis %zu: a point at %g, %g", i, x, y);
                at += *at == ' ';
            }
        }
    }
}

static void failures_are_told(void **state)
{
    (void)state;
    struct inr_canvas *canvas = NULL;
    struct inr_error err = {0};
    assert_true(inr_canvas_can_write("a.SVG") && inr_canvas_can_write("b/c.png"));
    assert_false(inr_canvas_can_write("png") || inr_canvas_can_write("a.png/b"));
    assert_int_equal(inr_canvas_open("a.pdf", 9, 9, "", &canvas, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "a.pdf: a plot is an SVG or a PNG"));
    assert_null(canvas);
    inr_canvas_abort(canvas);
    /* A full disk, in both formats. */
    static const char *const names[] = {"test_plot_full.svg", "test_plot_full.png"};
    for (size_t i = 0; i < 2; i++) {
        unlink(names[i]);
        if (access("/dev/full", W_OK) != 0 || symlink("/dev/full", names[i]) != 0)
            continue;
        memset(&err, 0, sizeof err);
        assert_int_equal(inr_canvas_open(names[i], 9, 9, "", &canvas, &err), INR_OK);
        assert_int_equal(inr_canvas_finish(canvas, &err), INR_ERR_OUTPUT);
        assert_non_null(strstr(err.text, "disk is full"));
        unlink(names[i]);
    }
    /* Giving up leaves no file. */
    assert_int_equal(inr_canvas_open("test_plot_none.png", 9, 9, "", &canvas, &err), INR_OK);
    inr_canvas_abort(canvas);
    assert_int_not_equal(access("test_plot_none.png", F_OK), 0);
}

/* A drawing for a page has neither a size nor colours of its own; the page's rules have them. */
static void drawings_go_into_pages(void **state)
{
    (void)state;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    struct inr_canvas *canvas = NULL;
    struct inr_error err = {0};
    assert_int_equal(inr_canvas_embed(out, 40, 30, "\"<a>\" \xFF", &canvas, &err), INR_OK);
    for (int mark = 0; mark < INR_MARK_COUNT; mark++)
        inr_canvas_mark(canvas, (struct inr_point){20, 15}, (enum inr_mark)mark, INR_INK_10);
    assert_int_equal(inr_canvas_finish(canvas, &err), INR_OK);
    inr_canvas_put_style(out);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(strncmp(text, "<svg viewBox=\"0 0 40 30\"", 24), 0);
    assert_non_null(strstr(text, "aria-label=\"&quot;&lt;a&gt;&quot; ?\""));
    assert_null(strstr(text, "<style"));
    char rule[16];
    snprintf(rule, sizeof rule, ".f%d{fill:", (int)INR_INK_10);
    const char *dark = strstr(text, "prefers-color-scheme:dark");
    assert_non_null(dark);
    assert_true(strstr(text, rule) != NULL && strstr(text, rule) < dark && strstr(dark, rule));
    free(text);
}

static void sizes_have_units(void **state)
{
    (void)state;
    char texts[512];
    draw((struct inr_axis){.low = 5e3, .high = 2e6, .log = true, .si = true},
         (struct inr_axis){.low = 0, .high = 1});
    ticks(true, texts, sizeof texts);
    assert_string_equal(texts, "5 k 10 k 20 k 50 k 100 k 200 k 500 k 1 M 2 M");
}

static int clean_up(void **state)
{
    (void)state;
    return unlink(svg_path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_round),         cmocka_unit_test(values_have_their_place),
        cmocka_unit_test(nothing_leaves_the_page), cmocka_unit_test(failures_are_told),
        cmocka_unit_test(drawings_go_into_pages),  cmocka_unit_test(sizes_have_units),
    };
    return cmocka_run_group_tests(tests, NULL, clean_up);
}

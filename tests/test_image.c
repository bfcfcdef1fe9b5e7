/* SPDX-License-Identifier: MIT
 *
 * test_image.c - What is written comes back bit for bit; what cannot be written is refused.
 */
#include "folder_case.h"
#include "inrush/signal.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* ---- pictures ---- */

static uint32_t noise(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Runs, ramps and noise, so that every way of packing is met. For .hdr the floats are values RGBE
 * can hold: 8 bits times a power of two common to the pixel, the largest at least 128. */
static struct inr_image make(uint32_t width, uint32_t height, uint32_t channels,
                             enum inr_depth depth, bool rgbe)
{
    struct inr_image image = {
        .width = width, .height = height, .channels = channels, .depth = depth};
    size_t n = (size_t)width * height * channels;
    uint32_t seed = width * 31 + height;
    image.pixels = malloc(n * inr_depth_size(depth));
    assert_non_null(image.pixels);
    float unit = 1.0f;
    for (size_t i = 0; i < n; i++) {
        size_t pixel = i / channels;
        uint32_t v = pixel % 64 < 32 ? (uint32_t)(pixel / 32) * 777u : noise(&seed);
        if (i % channels == 0)
            unit = ldexpf(1.0f, (int)(v % 40) - 20);
        if (depth == INR_DEPTH_U8)
            ((uint8_t *)image.pixels)[i] = (uint8_t)v;
        else if (depth == INR_DEPTH_U16)
            ((uint16_t *)image.pixels)[i] = (uint16_t)v;
        else if (rgbe)
            ((float *)image.pixels)[i] = (float)(i % channels ? v % 256 : 128 + v % 128) * unit;
        else
            ((float *)image.pixels)[i] = ((float)v - 8e6f) * 1.37e-3f;
    }
    return image;
}

/* Write in strips of `strip` rows. */
static enum inr_status write_image(const char *path, const struct inr_image *image, uint32_t strip,
                                   struct inr_error *err)
{
    struct inr_image_writer *w = NULL;
    enum inr_status status = inr_image_writer_open(path, image, &w, err);
    if (status != INR_OK)
        return status;
    float *rows = malloc((size_t)strip * image->width * image->channels * sizeof *rows);
    assert_non_null(rows);
    for (uint32_t y = 0; y < image->height && status == INR_OK; y += strip) {
        uint32_t n = image->height - y < strip ? image->height - y : strip;
        inr_image_rows(image, y, n, rows);
        status = inr_image_writer_rows(w, rows, n, err);
    }
    free(rows);
    return inr_image_writer_finish(w, err);
}

static struct inr_image read_image(const char *path)
{
    struct inr_image image;
    struct inr_error err = {0};
    if (inr_image_read(path, &image, &err) != INR_OK)
        fail_msg("%s", err.text);
    return image;
}

static void expect_same(const char *what, const struct inr_image *a, const struct inr_image *b)
{
    size_t n = (size_t)a->width * a->height * a->channels * inr_depth_size(a->depth);
    if (a->width != b->width || a->height != b->height || a->channels != b->channels ||
        a->depth != b->depth || memcmp(a->pixels, b->pixels, n) != 0)
        fail_msg("%s: %u x %u, %u channels, depth %d came back as %u x %u, %u, %d or changed", what,
                 a->width, a->height, a->channels, (int)a->depth, b->width, b->height, b->channels,
                 (int)b->depth);
}

/* ---- round trips ---- */

static const struct {
    const char *name;
    unsigned channels; /* bit per count */
    enum inr_depth depth;
} lossless[] = {
    {"a.png", 0x1e, INR_DEPTH_U8},  {"a.png", 0x1e, INR_DEPTH_U16}, {"a.PNG", 0x08, INR_DEPTH_U8},
    {"a.ppm", 0x08, INR_DEPTH_U8},  {"a.ppm", 0x08, INR_DEPTH_U16}, {"a.pgm", 0x02, INR_DEPTH_U8},
    {"a.pgm", 0x02, INR_DEPTH_U16}, {"a.pnm", 0x0a, INR_DEPTH_U8},  {"a.pnm", 0x0a, INR_DEPTH_U16},
    {"a.pam", 0x1e, INR_DEPTH_U8},  {"a.pam", 0x1e, INR_DEPTH_U16}, {"a.pfm", 0x0a, INR_DEPTH_F32},
    {"a.hdr", 0x08, INR_DEPTH_F32}, {"a.bmp", 0x18, INR_DEPTH_U8},  {"a.tga", 0x1e, INR_DEPTH_U8},
};

static void lossless_formats_round_trip(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1},   {1, 2},   {2, 1},   {1, 37},  {37, 1},
                                        {7, 5},   {8, 8},   {9, 3},   {64, 33}, {127, 2},
                                        {128, 2}, {129, 2}, {300, 4}, {255, 7}};
    for (size_t i = 0; i < sizeof lossless / sizeof lossless[0]; i++)
        for (size_t s = 0; s < sizeof sizes / sizeof sizes[0]; s++)
            for (uint32_t channels = 1; channels <= 4; channels++) {
                if (!(lossless[i].channels & (1u << channels)))
                    continue;
                struct inr_image a = make(sizes[s][0], sizes[s][1], channels, lossless[i].depth,
                                          strstr(lossless[i].name, "hdr") != NULL);
                struct inr_error err = {0};
                if (channels == 4 && strstr(lossless[i].name, "bmp"))
                    ((uint8_t *)a.pixels)[3] |= 1; /* a wholly clear BMP reads as opaque */
                const char *path = in_folder(lossless[i].name);
                if (write_image(path, &a, 3, &err) != INR_OK)
                    fail_msg("%s", err.text);
                struct inr_image b = read_image(path);
                expect_same(lossless[i].name, &a, &b);
                inr_image_free(&a);
                inr_image_free(&b);
            }
    assert_true(count_files() <= sizeof lossless / sizeof lossless[0]);
}

/* Formats without grey hold it as three equal channels. */
static void grey_becomes_rgb(void **state)
{
    (void)state;
    static const char *const names[] = {"a.ppm", "a.bmp", "a.hdr"};
    for (size_t i = 0; i < 3; i++) {
        struct inr_image a = make(9, 4, 1, i == 2 ? INR_DEPTH_F32 : INR_DEPTH_U8, true);
        assert_int_equal(write_image(in_folder(names[i]), &a, 9, NULL), INR_OK);
        struct inr_image b = read_image(in_folder(names[i]));
        assert_int_equal(b.channels, 3);
        for (uint32_t p = 0; p < 9 * 4 * 3; p++)
            assert_true(inr_image_sample(&b, p / 3 % 9, p / 27, p % 3) ==
                        inr_image_sample(&a, p / 3 % 9, p / 27, 0));
        inr_image_free(&a);
        inr_image_free(&b);
    }
}

/* JPEG is lossy; a smooth ramp comes back within a few levels. */
static void jpeg_is_close(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1}, {17, 3}, {64, 40}};
    for (size_t s = 0; s < 3; s++) {
        struct inr_image a = make(sizes[s][0], sizes[s][1], 3, INR_DEPTH_U8, false);
        size_t n = (size_t)a.width * a.height * 3;
        for (size_t i = 0; i < n; i++)
            ((uint8_t *)a.pixels)[i] = (uint8_t)(40 + i / 3 % a.width * 2 + i / 3 / a.width);
        assert_int_equal(write_image(in_folder("a.jpg"), &a, 8, NULL), INR_OK);
        struct inr_image b = read_image(in_folder("a.jpg"));
        assert_int_equal(b.width, a.width);
        assert_int_equal(b.height, a.height);
        assert_int_equal(b.channels, 3);
        for (size_t i = 0; i < n; i++)
            assert_in_range(((uint8_t *)b.pixels)[i] + 6 - ((uint8_t *)a.pixels)[i], 0, 12);
        inr_image_free(&a);
        inr_image_free(&b);
    }
}

/* RGBE keeps 8 bits of the brightest channel; its range ends where floats do. */
static void hdr_rounds_to_nearest(void **state)
{
    (void)state;
    float in[] = {1.0f,  0.5f, 0.001f, 255.9f,  1e-3f, 0.0f,
                  -3.0f, 2.0f, 2.0f,   3.4e38f, 1.0f,  1e-45f};
    struct inr_image a = {
        .width = 4, .height = 1, .channels = 3, .depth = INR_DEPTH_F32, .pixels = in};
    assert_int_equal(write_image(in_folder("a.hdr"), &a, 1, NULL), INR_OK);
    struct inr_image b = read_image(in_folder("a.hdr"));
    const float *out = b.pixels;
    assert_true(out[0] == 1.0f && out[1] == 0.5f && out[2] == 0.0f);
    assert_true(out[3] == 256.0f);
    assert_true(out[6] == 0.0f && out[7] == 2.0f);
    assert_true(isfinite(out[9]) && out[9] > 1.6e38f);
    inr_image_free(&b);
}

/* ---- samples ---- */

static void samples_scale_to_one(void **state)
{
    (void)state;
    uint16_t wide[] = {0, 65535, 32768, 1};
    uint8_t narrow[] = {0, 255, 128, 1};
    struct inr_image a = {
        .width = 2, .height = 2, .channels = 1, .depth = INR_DEPTH_U16, .pixels = wide};
    assert_true(inr_image_sample(&a, 1, 0, 0) == 1.0f);
    assert_true(inr_image_sample(&a, 0, 1, 0) == 32768.0f / 65535.0f);
    a.depth = INR_DEPTH_U8;
    a.pixels = narrow;
    float row[2];
    inr_image_rows(&a, 1, 1, row);
    assert_true(row[0] == 128.0f / 255.0f && row[1] == 1.0f / 255.0f);
    assert_int_equal(inr_depth_size(INR_DEPTH_U8), 1);
    assert_int_equal(inr_depth_size(INR_DEPTH_U16), 2);
    assert_int_equal(inr_depth_size(INR_DEPTH_F32), 4);
    inr_image_free(NULL);
}

/* Every level of both depths is a fixed point, and what lies between goes to the nearest. */
static void quantise_keeps_levels(void **state)
{
    (void)state;
    for (uint32_t top = 255; top <= 65535; top += 65535 - 255) {
        enum inr_depth depth = top == 255 ? INR_DEPTH_U8 : INR_DEPTH_U16;
        for (uint32_t i = 0; i <= top; i++) {
            float level = (float)i / (float)top;
            float v[3] = {level, level + 0.4f / (float)top, level - 0.4f / (float)top};
            inr_quantise(v, 3, depth);
            assert_true(v[0] == level && v[1] == level && v[2] == level);
        }
    }
    float odd[] = {-1.0f, 2.0f, NAN, INFINITY};
    inr_quantise(odd, 4, INR_DEPTH_U8);
    assert_true(odd[0] == 0.0f && odd[1] == 1.0f && odd[2] == 0.0f && odd[3] == 1.0f);
    float free_value = 1.7f;
    inr_quantise(&free_value, 1, INR_DEPTH_F32);
    assert_true(free_value == 1.7f);
}

/* What inr_quantise says is what the file holds. */
static void quantise_agrees_with_the_file(void **state)
{
    (void)state;
    static const enum inr_depth depths[] = {INR_DEPTH_U8, INR_DEPTH_U16};
    for (size_t d = 0; d < 2; d++) {
        struct inr_image a = {.width = 100, .height = 1, .channels = 1, .depth = depths[d]};
        struct inr_image_writer *w = NULL;
        float row[100], back[100];
        uint32_t seed = 3;
        for (size_t i = 0; i < 100; i++)
            row[i] = (float)noise(&seed) / (float)(1 << 23) - 0.5f;
        assert_int_equal(inr_image_writer_open(in_folder("a.png"), &a, &w, NULL), INR_OK);
        assert_int_equal(inr_image_writer_rows(w, row, 1, NULL), INR_OK);
        assert_int_equal(inr_image_writer_finish(w, NULL), INR_OK);
        struct inr_image b = read_image(in_folder("a.png"));
        inr_image_rows(&b, 0, 1, back);
        inr_quantise(row, 100, depths[d]);
        assert_memory_equal(row, back, sizeof row);
        inr_image_free(&b);
    }
}

static void suffix_decides(void **state)
{
    (void)state;
    assert_true(inr_image_can_write("x.png") && inr_image_can_write("a.b/x.JPeG"));
    assert_false(inr_image_can_write("x.gif"));
    assert_false(inr_image_can_write("png"));
    assert_false(inr_image_can_write("a.png/x"));
    assert_int_equal(inr_image_depth_for("x.png", INR_DEPTH_U16), INR_DEPTH_U16);
    assert_int_equal(inr_image_depth_for("x.png", INR_DEPTH_F32), INR_DEPTH_U16);
    assert_int_equal(inr_image_depth_for("x.jpg", INR_DEPTH_U16), INR_DEPTH_U8);
    assert_int_equal(inr_image_depth_for("x.hdr", INR_DEPTH_U8), INR_DEPTH_F32);
}

/* ---- refusals of the writer ---- */

static void writer_names_what_it_can_hold(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t channels;
        enum inr_depth depth;
        const char *words;
    } cases[] = {
        {"a.png", 3, INR_DEPTH_F32, "8-bit and 16-bit"},
        {"a.jpg", 3, INR_DEPTH_U16, "JPEG holds 8-bit samples, not 16-bit"},
        {"a.hdr", 3, INR_DEPTH_U8, "32-bit float"},
        {"a.pfm", 4, INR_DEPTH_F32, "grey and RGB, not RGB + alpha"},
        {"a.pgm", 3, INR_DEPTH_U8, "PGM holds grey"},
        {"a.ppm", 4, INR_DEPTH_U8, "PPM holds RGB"},
        {"a.jpg", 4, INR_DEPTH_U8, "JPEG holds RGB"},
        {"a.bmp", 2, INR_DEPTH_U8, "grey + alpha"},
        {"a.gif", 3, INR_DEPTH_U8, ".png"},
        {"a.png", 5, INR_DEPTH_U8, "1 to 4 channels"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct inr_image a = {
            .width = 4, .height = 4, .channels = cases[i].channels, .depth = cases[i].depth};
        struct inr_image_writer *w = NULL;
        struct inr_error err = {0};
        assert_int_equal(inr_image_writer_open(in_folder(cases[i].name), &a, &w, &err),
                         INR_ERR_USAGE);
        if (!strstr(err.text, cases[i].words))
            fail_msg("expected '%s' in '%s'", cases[i].words, err.text);
        assert_null(w);
    }
    struct inr_image large = {.width = 70000, .height = 1, .channels = 3, .depth = INR_DEPTH_U8};
    struct inr_image_writer *w = NULL;
    struct inr_error err = {0};
    assert_int_equal(inr_image_writer_open(in_folder("a.jpg"), &large, &w, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "65535"));
    assert_int_equal(count_files(), 0);
}

static void unfinished_pictures_leave_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png", "a.ppm", "a.pam", "a.jpg", "a.bmp", "a.tga"};
    float row[12] = {0};
    for (size_t i = 0; i < 6; i++) {
        struct inr_image a = {.width = 4, .height = 2, .channels = 3, .depth = INR_DEPTH_U8};
        struct inr_image_writer *w = NULL;
        struct inr_error err = {0};
        assert_int_equal(inr_image_writer_open(in_folder(names[i]), &a, &w, &err), INR_OK);
        assert_int_equal(inr_image_writer_rows(w, row, 1, &err), INR_OK);
        assert_int_equal(inr_image_writer_finish(w, &err), INR_ERR_FAILED);
        assert_non_null(strstr(err.text, "1 of 2 rows"));
        assert_int_equal(inr_image_writer_open(in_folder(names[i]), &a, &w, NULL), INR_OK);
        inr_image_writer_abort(w);
    }
    inr_image_writer_abort(NULL);
    assert_int_equal(count_files(), 0);
}

static void too_many_rows_are_refused(void **state)
{
    (void)state;
    float rows[8] = {0};
    struct inr_image a = {.width = 4, .height = 1, .channels = 1, .depth = INR_DEPTH_U8};
    struct inr_image_writer *w = NULL;
    assert_int_equal(inr_image_writer_open(in_folder("a.png"), &a, &w, NULL), INR_OK);
    assert_int_equal(inr_image_writer_rows(w, rows, 2, NULL), INR_ERR_FAILED);
    assert_int_equal(inr_image_writer_finish(w, NULL), INR_ERR_FAILED);
    assert_int_equal(count_files(), 0);
}

static void diverged_floats_are_refused(void **state)
{
    (void)state;
    float row[6] = {0.0f, 0.0f, 0.0f, 0.0f, NAN, 0.0f};
    struct inr_image a = {.width = 2, .height = 1, .channels = 3, .depth = INR_DEPTH_F32};
    struct inr_image_writer *w = NULL;
    struct inr_error err = {0};
    assert_int_equal(inr_image_writer_open(in_folder("a.pfm"), &a, &w, &err), INR_OK);
    assert_int_equal(inr_image_writer_rows(w, row, 1, &err), INR_ERR_OUTPUT);
    assert_non_null(strstr(err.text, "x 1, y 0, channel 1 is not a number"));
    assert_int_equal(inr_image_writer_finish(w, &err), INR_ERR_OUTPUT);
    assert_int_equal(count_files(), 0);
}

/* A full disk ends the writing before the last row, in every format, with one sentence. */
static void full_disk_is_noticed(void **state)
{
    (void)state;
    static const char *const names[] = {"a.png", "a.ppm", "a.pam", "a.pfm",
                                        "a.hdr", "a.jpg", "a.bmp", "a.tga"};
    for (size_t i = 0; i < 8; i++) {
        bool floats = i == 3 || i == 4;
        struct inr_image a = make(200, 300, 3, floats ? INR_DEPTH_F32 : INR_DEPTH_U8, true);
        struct inr_error err = {0};
        assert_int_equal(symlink("/dev/full", in_folder(names[i])), 0);
        assert_int_equal(write_image(in_folder(names[i]), &a, 50, &err), INR_ERR_OUTPUT);
        assert_non_null(strstr(err.text, "disk is full"));
        inr_image_free(&a);
    }
}

/* Into a pipe, where nothing can be sought back to. */
static void pipe_gets_the_same_bytes(void **state)
{
    (void)state;
    struct inr_image a = make(16, 16, 3, INR_DEPTH_F32, false);
    int ends[2];
    char name[64];
    uint8_t piped[4096];
    assert_int_equal(pipe(ends), 0);
    snprintf(name, sizeof name, "/dev/fd/%d", ends[1]);
    assert_int_equal(symlink(name, in_folder("pipe.pfm")), 0);
    assert_int_equal(write_image(in_folder("pipe.pfm"), &a, 5, NULL), INR_OK);
    close(ends[1]);
    size_t n = 0;
    for (ssize_t got; (got = read(ends[0], piped + n, sizeof piped - n)) > 0;)
        n += (size_t)got;
    close(ends[0]);
    FILE *f = fopen(in_folder("copy.pfm"), "wb");
    assert_non_null(f);
    fwrite(piped, 1, n, f);
    fclose(f);
    struct inr_image b = read_image(in_folder("copy.pfm"));
    expect_same("pipe", &a, &b);
    inr_image_free(&a);
    inr_image_free(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(lossless_formats_round_trip),
        TEST(grey_becomes_rgb),
        TEST(jpeg_is_close),
        TEST(hdr_rounds_to_nearest),
        cmocka_unit_test(samples_scale_to_one),
        cmocka_unit_test(quantise_keeps_levels),
        TEST(quantise_agrees_with_the_file),
        cmocka_unit_test(suffix_decides),
        TEST(writer_names_what_it_can_hold),
        TEST(unfinished_pictures_leave_nothing),
        TEST(too_many_rows_are_refused),
        TEST(diverged_floats_are_refused),
        TEST(full_disk_is_noticed),
        TEST(pipe_gets_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

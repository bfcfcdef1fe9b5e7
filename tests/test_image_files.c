/* SPDX-License-Identifier: MIT
 *
 * test_image_files.c - Reading: unusual files are understood, damaged ones refused with a sentence.
 */
#include "signal/image_internal.h"

#include <dirent.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct inr_image decode(const void *data, size_t size)
{
    struct inr_image image;
    struct inr_error err = {0};
    if (inr_image_decode(data, size, "file", &image, &err) != INR_OK)
        fail_msg("%s", err.text);
    return image;
}

/* The image is zeroed, and the sentence starts with the name, holds `words` and says what to try.
 */
static void expect_refusal(const void *data, size_t size, const char *words)
{
    struct inr_image image;
    struct inr_error err = {0};
    assert_int_equal(inr_image_decode(data, size, "file", &image, &err), INR_ERR_INPUT);
    assert_null(image.pixels);
    assert_null(image.icc);
    if (strncmp(err.text, "file: ", 6) != 0 || !strstr(err.text, words) || !strchr(err.text, ';'))
        fail_msg("expected '%s' in '%s'", words, err.text);
}

static void expect_shape(const struct inr_image *image, uint32_t width, uint32_t height,
                         uint32_t channels, enum inr_depth depth)
{
    assert_int_equal(image->width, width);
    assert_int_equal(image->height, height);
    assert_int_equal(image->channels, channels);
    assert_int_equal(image->depth, depth);
}

/* ---- PNG files made with libpng ---- */

struct bytes {
    uint8_t data[1 << 16];
    size_t size;
};

static void append(png_structp png, png_bytep data, size_t n)
{
    struct bytes *out = png_get_io_ptr(png);
    assert_true(out->size + n <= sizeof out->data);
    memcpy(out->data + out->size, data, n);
    out->size += n;
}

static void no_flush(png_structp png)
{
    (void)png;
}

struct png_recipe {
    uint32_t width, height;
    int type, bits, interlace;
    void (*notes)(png_structp png, png_infop info); /* further chunks, or NULL */
};

/* rows: [height][bytes of a packed row] */
static void make_png(struct bytes *out, const struct png_recipe *r, uint8_t *rows)
{
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    assert_non_null(png);
    png_infop info = png_create_info_struct(png);
    assert_non_null(info);
    if (setjmp(png_jmpbuf(png)))
        fail_msg("libpng refused the fixture");
    out->size = 0;
    png_set_write_fn(png, out, append, no_flush);
    png_set_IHDR(png, info, r->width, r->height, r->bits, r->type, r->interlace,
                 PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    if (r->notes)
        r->notes(png, info);
    png_write_info(png, info);
    size_t stride = png_get_rowbytes(png, info);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < r->height; y++)
            png_write_row(png, rows + y * stride);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
}

static struct bytes file;

static void small_greys_fill_the_range(void **state)
{
    (void)state;
    for (int bits = 1; bits <= 4; bits *= 2) {
        uint8_t rows[1] = {0xE4}; /* 11 10 01 00, 1110 0100 */
        uint32_t per_byte = (uint32_t)(8 / bits), top = (1u << bits) - 1;
        const struct png_recipe r = {per_byte,           1,   PNG_COLOR_TYPE_GRAY, bits,
                                     PNG_INTERLACE_NONE, NULL};
        make_png(&file, &r, rows);
        struct inr_image a = decode(file.data, file.size);
        expect_shape(&a, per_byte, 1, 1, INR_DEPTH_U8);
        for (uint32_t x = 0; x < per_byte; x++) {
            uint32_t level = (0xE4u >> (8 - (uint32_t)bits * (x + 1))) & top;
            assert_int_equal(((uint8_t *)a.pixels)[x], level * 255 / top);
        }
        inr_image_free(&a);
    }
}

static void palette_notes(png_structp png, png_infop info)
{
    const png_color colours[3] = {{10, 20, 30}, {40, 50, 60}, {70, 80, 90}};
    png_byte alpha[2] = {0, 128};
    png_set_PLTE(png, info, colours, 3);
    png_set_tRNS(png, info, alpha, 2, NULL);
}

static void palette_becomes_rgba(void **state)
{
    (void)state;
    static const uint8_t want[] = {10, 20, 30, 0, 40, 50, 60, 128, 70, 80, 90, 255};
    uint8_t rows[] = {0x18}; /* 00 01 10 */
    const struct png_recipe r = {
        3, 1, PNG_COLOR_TYPE_PALETTE, 2, PNG_INTERLACE_NONE, palette_notes};
    make_png(&file, &r, rows);
    struct inr_image a = decode(file.data, file.size);
    expect_shape(&a, 3, 1, 4, INR_DEPTH_U8);
    assert_memory_equal(a.pixels, want, sizeof want);
    inr_image_free(&a);
}

static void clear_grey(png_structp png, png_infop info)
{
    const png_color_16 clear = {.gray = 0x1234};
    png_set_tRNS(png, info, NULL, 0, &clear);
}

static void clear_grey_becomes_alpha(void **state)
{
    (void)state;
    uint8_t rows[] = {0x12, 0x34, 0x12, 0x35};
    static const uint16_t want[] = {0x1234, 0, 0x1235, 65535};
    const struct png_recipe r = {2, 1, PNG_COLOR_TYPE_GRAY, 16, PNG_INTERLACE_NONE, clear_grey};
    make_png(&file, &r, rows);
    struct inr_image a = decode(file.data, file.size);
    expect_shape(&a, 2, 1, 2, INR_DEPTH_U16);
    assert_memory_equal(a.pixels, want, sizeof want);
    inr_image_free(&a);
}

static void interlaced_equals_plain(void **state)
{
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1}, {1, 9}, {9, 1}, {5, 3}, {8, 8}, {17, 13}};
    static uint8_t rows[17 * 13 * 8];
    for (size_t i = 0; i < sizeof rows; i++)
        rows[i] = (uint8_t)(i * 37 + i / 11);
    for (size_t s = 0; s < 6; s++)
        for (int bits = 8; bits <= 16; bits += 8) {
            struct png_recipe r = {sizes[s][0], sizes[s][1], PNG_COLOR_TYPE_RGB_ALPHA,
                                   bits,        0,           NULL};
            r.interlace = PNG_INTERLACE_NONE;
            make_png(&file, &r, rows);
            struct inr_image a = decode(file.data, file.size);
            r.interlace = PNG_INTERLACE_ADAM7;
            make_png(&file, &r, rows);
            struct inr_image b = decode(file.data, file.size);
            assert_int_equal(a.depth, b.depth);
            assert_memory_equal(a.pixels, b.pixels,
                                (size_t)a.width * a.height * 4 * inr_depth_size(a.depth));
            inr_image_free(&a);
            inr_image_free(&b);
        }
}

/* ---- colour notes ---- */

static const char *scratch_path(const char *suffix)
{
    static char path[300];
    snprintf(path, sizeof path, "%s/test_image_files_%ld%s", INR_BUILD_DIR, (long)getpid(), suffix);
    return path;
}

/* Write one grey-blue pixel row with the notes of `head`, read it back, remove the file. */
static struct inr_image through_file(const struct inr_image *head, const char *suffix)
{
    struct inr_image_writer *w = NULL;
    struct inr_image back = {0};
    struct inr_error err = {0};
    float row[24];
    for (size_t i = 0; i < 24; i++)
        row[i] = (float)i / 24.0f;
    const char *path = scratch_path(suffix);
    if (inr_image_writer_open(path, head, &w, &err) != INR_OK ||
        inr_image_writer_rows(w, row, 1, &err) != INR_OK ||
        inr_image_writer_finish(w, &err) != INR_OK || inr_image_read(path, &back, &err) != INR_OK)
        fail_msg("%s", err.text);
    unlink(path);
    return back;
}

/* The least profile libpng takes: a header with its size, class, spaces, signature and white point,
 * and one tag. `size` bytes in all. */
static uint8_t *make_profile(size_t size)
{
    static const uint8_t white[12] = {0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D};
    uint8_t *p = calloc(1, size);
    assert_non_null(p);
    for (size_t i = 160; i < size; i++)
        p[i] = (uint8_t)(i * 7 + i / 251);
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(size >> (24 - 8 * i));
    p[8] = 4;
    memcpy(p + 12, "mntrRGB XYZ ", 12);
    memcpy(p + 36, "acsp", 4);
    memcpy(p + 68, white, sizeof white);
    p[131] = 1; /* one tag: signature, offset, size */
    memcpy(p + 132, "desc", 4);
    p[139] = 144;
    p[143] = 16;
    return p;
}

static void png_notes_travel(void **state)
{
    (void)state;
    struct inr_image head = {.width = 8, .height = 1, .channels = 3, .depth = INR_DEPTH_U16};
    struct inr_image a = through_file(&head, ".png");
    assert_true(a.png_gamma == 0 && a.png_srgb == 0 && a.icc == NULL);
    inr_image_free(&a);

    head.png_gamma = 100000;
    a = through_file(&head, ".png");
    assert_int_equal(a.png_gamma, 100000);
    assert_int_equal(a.png_srgb, 0);
    inr_image_free(&a);

    head.png_gamma = 0;
    head.png_srgb = 2;
    a = through_file(&head, ".png");
    assert_int_equal(a.png_srgb, 2);
    struct inr_image again = through_file(&a, ".png");
    assert_int_equal(again.png_srgb, a.png_srgb);
    assert_int_equal(again.png_gamma, a.png_gamma);
    inr_image_free(&a);
    inr_image_free(&again);
}

static void profiles_travel(void **state)
{
    (void)state;
    static const char *const suffixes[] = {".png", ".jpg"};
    /* The last one takes three segments of a JPEG. */
    static const size_t sizes[] = {300, 4000, 140000};
    for (size_t f = 0; f < 2; f++)
        for (size_t s = 0; s < 3; s++) {
            struct inr_image head = {.width = 8, .height = 1, .channels = 3};
            head.icc = make_profile(sizes[s]);
            head.icc_size = sizes[s];
            snprintf(head.icc_name, sizeof head.icc_name, "Some display");
            struct inr_image a = through_file(&head, suffixes[f]);
            assert_int_equal(a.icc_size, sizes[s]);
            assert_memory_equal(a.icc, head.icc, sizes[s]);
            if (f == 0)
                assert_string_equal(a.icc_name, "Some display");
            inr_image_free(&a);
            free(head.icc);
        }
}

/* A profile that libpng does not accept is left out; the picture is written all the same. */
static void wrong_profile_is_left_out(void **state)
{
    (void)state;
    uint8_t nonsense[50] = {1, 2, 3};
    struct inr_image head = {
        .width = 8, .height = 1, .channels = 3, .icc = nonsense, .icc_size = sizeof nonsense};
    struct inr_image a = through_file(&head, ".png");
    assert_null(a.icc);
    inr_image_free(&a);
}

/* ---- the Netpbm family and Radiance, from text ---- */

struct example {
    const char *text;
    size_t size;
    uint32_t width, height, channels;
    enum inr_depth depth;
    double samples[8];
};

#define TEXT(t) t, sizeof t - 1

static const struct example examples[] = {
    {TEXT("P1\n3 2\n010\n1 0 1\n"), 3, 2, 1, INR_DEPTH_U8, {1, 0, 1, 0, 1, 0}},
    {TEXT("P4 9 1\n\x55\x80"), 9, 1, 1, INR_DEPTH_U8, {1, 0, 1, 0, 1, 0, 1, 0}},
    {TEXT("P2#c\n# d\n2 1 # e\n3\n3 1"), 2, 1, 1, INR_DEPTH_U8, {1, 1 / 3.0}},
    {TEXT("P3 1 1 65535 65535 0 13107\n"), 1, 1, 3, INR_DEPTH_U16, {1, 0, 0.2}},
    {TEXT("P5\n2 1\n5\n\x05\x01"), 2, 1, 1, INR_DEPTH_U8, {1, 0.2}},
    {TEXT("P5 2 1 1023\n\x03\xff\x00\x00"), 2, 1, 1, INR_DEPTH_U16, {1, 0}},
    {TEXT("P6\r\n1 1\r\n255\n\xff\x33\x00"), 1, 1, 3, INR_DEPTH_U8, {1, 0.2, 0}},
    {TEXT("P7\n# c\nWIDTH 1\nHEIGHT 1\nDEPTH 2\nMAXVAL 255\nTUPLTYPE A B\nENDHDR\n\xff\x33"),
     1,
     1,
     2,
     INR_DEPTH_U8,
     {1, 0.2}},
    {TEXT("Pf\n1 2\n1.0\n\x3f\x80\x00\x00\x40\x00\x00\x00"), 1, 2, 1, INR_DEPTH_F32, {2, 1}},
    {TEXT("PF 1 1 -0.5e3\n\x00\x00\x80\x3f\x00\x00\x00\x00\x00\x00\x00\xc0"),
     1,
     1,
     3,
     INR_DEPTH_F32,
     {1, 0, -2}},
    {TEXT("#?RADIANCE\nEXPOSURE=2\nFORMAT=32-bit_rle_rgbe\n\n-Y 1 +X 2\n\x80\x40\x00\x81"
          "\x80\x80\x80\x80"),
     2,
     1,
     3,
     INR_DEPTH_F32,
     {1, 0.5, 0, 0.5, 0.5, 0.5}},
    /* The older runs: a pixel and "once more". */
    {TEXT("#?RGBE\n\n-Y 1 +X 2\n\x80\x40\x00\x81\x01\x01\x01\x01"),
     2,
     1,
     3,
     INR_DEPTH_F32,
     {1, 0.5, 0, 1, 0.5, 0}},
};

static void text_examples_are_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        const struct example *e = &examples[i];
        struct inr_image a = decode(e->text, e->size);
        expect_shape(&a, e->width, e->height, e->channels, e->depth);
        size_t n = (size_t)e->width * e->height * e->channels;
        for (size_t k = 0; k < n && k < 8; k++) {
            size_t pixel = k / e->channels;
            double got =
                (double)inr_image_sample(&a, (uint32_t)(pixel % e->width),
                                         (uint32_t)(pixel / e->width), (uint32_t)(k % e->channels));
            if (fabs(got - e->samples[k]) > 1e-6)
                fail_msg("example %zu, sample %zu: %g instead of %g", i, k, got, e->samples[k]);
        }
        inr_image_free(&a);
    }
}

static void damaged_text_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t size;
        const char *words;
    } cases[] = {
        {TEXT(""), "empty"},
        {TEXT("hello, this is not a picture"), "not an image"},
        {TEXT("P5 0 4 255\n"), "no pixels"},
        {TEXT("P5 3 1 255\nab"), "ends too early"},
        {TEXT("P5 3 1 0\nabc"), "maximum"},
        {TEXT("P5 3 1 65536\nabcdef"), "maximum"},
        {TEXT("P5 1 1 5\n\x06"), "larger than the maximum"},
        {TEXT("P5 x"), "no width"},
        {TEXT("P5 99999 99999 255\nabc"), "more than the 2147483647 pixels"},
        {TEXT("P5 99999999999999999999 1 255\nabc"), "pixels"},
        {TEXT("P6 40000 40000 255\nabc"), "ends too early"},
        {TEXT("P2 2 1 9\n1"), "ends"},
        {TEXT("P2 2 1 9\n1 x"), "no number"},
        {TEXT("P2 1 1 9\n10"), "larger than the maximum"},
        {TEXT("P1 2 1\n12"), "no 0 or 1"},
        {TEXT("P7\nWIDTH 1\nHEIGHT 1\nDEPTH 5\nMAXVAL 9\nENDHDR\nabcde"), "DEPTH 5"},
        {TEXT("P7\nWIDTH 1\nCOLOUR 1\n"), "not understood"},
        {TEXT("Pf\n1 1\n0.0\nabcd"), "scale"},
        {TEXT("Pf\n1 2\n-1\nabcd"), "ends too early"},
        {TEXT("Pf\n2 1\n1.0\n\x3f\x80\x00\x00\x7f\xc0\x00\x00"), "x 1, y 0, channel 0 is not a"},
        {TEXT("PF\n1 1\n1.0\n\x3f\x80\x00\x00\x7f\x80\x00\x00\x00\x00\x00\x00"),
         "channel 1 is infinite"},
        {TEXT("#?RADIANCE\nFORMAT=32-bit_rle_xyze\n\n-Y 1 +X 1\nabcd"), "FORMAT"},
        {TEXT("#?RADIANCE\n\n+Y 1 +X 1\nabcd"), "top left"},
        {TEXT("#?RADIANCE\n\n-Y 2 +X 1\nabcd"), "too early"},
        {TEXT("#?RADIANCE\n\n-Y 30000 +X 30000\nabcd"), "too small"},
        {TEXT("#?RADIANCE\n\n-Y 1 +X 9\n\x02\x02\x00\x09\x8a"), "a run is wrong"},
        {TEXT("#?RADIANCE\n\n-Y 1 +X 9\n\x02\x02\x00\x08\x8a"), "a run is wrong"},
        {TEXT("#?RADIANCE\n\n-Y 1 +X 2\n\x01\x01\x01\x01\x00\x00\x00\x00"), "a run is wrong"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        expect_refusal(cases[i].text, cases[i].size, cases[i].words);
}

/* ---- damage ---- */

static void refuses_wrong_checksums(void **state)
{
    (void)state;
    uint8_t rows[3 * 5] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    const struct png_recipe r = {1, 5, PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_NONE, NULL};
    make_png(&file, &r, rows);
    /* The last byte of the checksum of IHDR, then one within IDAT. */
    file.data[32] ^= 1;
    expect_refusal(file.data, file.size, "CRC");
    file.data[32] ^= 1;
    file.data[45] ^= 1;
    expect_refusal(file.data, file.size, "damaged PNG");
}

static uint32_t png_crc(const uint8_t *data, size_t n)
{
    uint32_t crc = 0xFFFFFFFFu;
    for (size_t i = 0; i < n; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

/* A small file that claims a huge picture is refused before memory is asked for. */
static void refuses_bombs(void **state)
{
    (void)state;
    uint8_t row[3] = {0};
    const struct png_recipe r = {1, 1, PNG_COLOR_TYPE_RGB, 8, PNG_INTERLACE_NONE, NULL};
    make_png(&file, &r, row);
    static const struct {
        uint32_t width, height;
        const char *words;
    } claims[] = {{40000, 40000, "cannot hold 40000 x 40000"},
                  {2000000000, 2, "more than the 2147483647 pixels"},
                  {0, 1, "PNG"}};
    for (size_t i = 0; i < 3; i++) {
        for (int b = 0; b < 4; b++) {
            file.data[16 + b] = (uint8_t)(claims[i].width >> (24 - 8 * b));
            file.data[20 + b] = (uint8_t)(claims[i].height >> (24 - 8 * b));
        }
        uint32_t crc = png_crc(file.data + 12, 17);
        for (int b = 0; b < 4; b++)
            file.data[29 + b] = (uint8_t)(crc >> (24 - 8 * b));
        expect_refusal(file.data, file.size, claims[i].words);
    }
}

/* A Huffman table that names 16 * 255 symbols, at which stb_image writes beyond its own. */
static void refuses_overfull_huffman_tables(void **state)
{
    (void)state;
    uint8_t jpeg[2 + 4 + 17 + 2] = {0xFF, 0xD8, 0xFF, 0xC4, 0, 19, 0};
    memset(jpeg + 7, 255, 16);
    jpeg[23] = 0xFF;
    jpeg[24] = 0xD9;
    expect_refusal(jpeg, sizeof jpeg, "Huffman");
}

/* ---- every file of the corpus: whole, cut at every byte, with every bit flipped ---- */

static void for_each_seed(void (*check)(const char *name, const uint8_t *data, size_t size))
{
    const char *folder = INR_TEST_DIR "/fuzz/corpus/image";
    DIR *dir = opendir(folder);
    size_t n = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[600];
        uint8_t *data = NULL;
        size_t size = 0;
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        assert_int_equal(inr_file_read(path, 1 << 20, &data, &size, NULL), INR_OK);
        check(entry->d_name, data, size);
        free(data);
        n++;
    }
    closedir(dir);
    assert_true(n >= 12);
}

/* The decoder gets a copy of exactly `size` bytes, so that the sanitizer sees a read beyond them.
 */
static enum inr_status try_decode(const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size ? size : 1);
    struct inr_image image;
    struct inr_error err = {0};
    assert_non_null(copy);
    memcpy(copy, data, size);
    enum inr_status status = inr_image_decode(copy, size, "file", &image, &err);
    assert_true((status == INR_OK) == (image.pixels != NULL));
    assert_true((status == INR_OK) == (err.text[0] == '\0'));
    inr_image_free(&image);
    free(copy);
    return status;
}

static void check_whole(const char *name, const uint8_t *data, size_t size)
{
    if (try_decode(data, size) != INR_OK)
        fail_msg("%s is refused", name);
}

/* A cut file is refused, always, but for trailing blanks of text and padding of BMP rows. */
static void check_cuts(const char *name, const uint8_t *data, size_t size)
{
    bool padded = strstr(name, "plain") || strstr(name, "rgb.bmp");
    for (size_t n = 0; n < size; n++)
        if (try_decode(data, n) == INR_OK && !(padded && n + 3 >= size))
            fail_msg("%s: the first %zu of %zu bytes pass for a picture", name, n, size);
}

static void check_flips(const char *name, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size);
    (void)name;
    assert_non_null(copy);
    memcpy(copy, data, size);
    for (size_t bit = 0; bit < size * 8; bit++) {
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
        enum inr_status status = try_decode(copy, size);
        assert_true(status == INR_OK || status == INR_ERR_INPUT || status == INR_ERR_MEMORY);
        copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(copy);
}

static void corpus_is_understood(void **state)
{
    (void)state;
    for_each_seed(check_whole);
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    for_each_seed(check_cuts);
}

static void every_flipped_bit_is_survived(void **state)
{
    (void)state;
    for_each_seed(check_flips);
}

static void unreadable_paths_are_named(void **state)
{
    (void)state;
    struct inr_image image;
    struct inr_error err = {0};
    assert_int_equal(inr_image_read("/nowhere/at.png", &image, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "/nowhere/at.png: no such file"));
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_image_read("/", &image, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "is a folder"));
    assert_null(image.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_greys_fill_the_range),
        cmocka_unit_test(palette_becomes_rgba),
        cmocka_unit_test(clear_grey_becomes_alpha),
        cmocka_unit_test(interlaced_equals_plain),
        cmocka_unit_test(png_notes_travel),
        cmocka_unit_test(profiles_travel),
        cmocka_unit_test(wrong_profile_is_left_out),
        cmocka_unit_test(text_examples_are_understood),
        cmocka_unit_test(damaged_text_is_refused),
        cmocka_unit_test(refuses_wrong_checksums),
        cmocka_unit_test(refuses_bombs),
        cmocka_unit_test(refuses_overfull_huffman_tables),
        cmocka_unit_test(corpus_is_understood),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_flipped_bit_is_survived),
        cmocka_unit_test(unreadable_paths_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

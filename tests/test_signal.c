/* SPDX-License-Identifier: MIT
 *
 * test_signal.c - Arrays and sounds as signals: every type and order, and what is damaged.
 */
#include <math.h>
#include <setjmp.h>
#include <sndfile.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "folder_case.h"
#include "signal/signal_internal.h"

/* ---- .npy files, written here from the format's description ---- */

struct file {
    uint8_t bytes[8192];
    size_t size;
};

static void put(struct file *f, const void *data, size_t n)
{
    assert_true(f->size + n <= sizeof f->bytes);
    memcpy(f->bytes + f->size, data, n);
    f->size += n;
}

static void put_header(struct file *f, unsigned version, const char *text)
{
    const size_t length = strlen(text);
    const uint8_t head[12] = {
        0x93, 'N', 'U', 'M', 'P', 'Y', (uint8_t)version, 0, (uint8_t)length, (uint8_t)(length >> 8),
        0,    0};
    f->size = 0;
    put(f, head, version == 1 ? 10 : 12);
    put(f, text, length);
}

static struct file array(const char *descr, const char *fortran, const char *shape)
{
    struct file f;
    char text[256];
    snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }    \n", descr,
             fortran, shape);
    put_header(&f, 1, text);
    return f;
}

/* The low bytes of `bits`, in the order that `descr` names. */
static void put_bits(struct file *f, const char *descr, uint64_t bits)
{
    const unsigned size = (unsigned)(descr[2] - '0');
    for (unsigned i = 0; i < size; i++) {
        const unsigned shift = 8 * (descr[0] == '>' ? size - 1 - i : i);
        const uint8_t byte = (uint8_t)(bits >> shift);
        put(f, &byte, 1);
    }
}

static void put_float(struct file *f, float value)
{
    put(f, &value, sizeof value); /* tests of values run on little-endian machines; see main */
}

/* From a buffer of the exact size, so that the address sanitizer sees a read past the end. */
static enum inr_status decode(const uint8_t *data, size_t size, struct inr_signal *signal,
                              struct inr_error *err)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    memset(err, 0, sizeof *err);
    enum inr_status status = inr_signal_decode(copy, size, "a.npy", signal, err);
    free(copy);
    if (status != INR_OK && (signal->values || signal->dims || !err->text[0]))
        fail_msg("a failure left something behind or said nothing");
    return status;
}

static struct inr_signal read_file(const struct file *f)
{
    struct inr_signal signal;
    struct inr_error err;
    if (decode(f->bytes, f->size, &signal, &err) != INR_OK)
        fail_msg("%s", err.text);
    return signal;
}

static void refuse(const struct file *f, const char *words)
{
    struct inr_signal signal;
    struct inr_error err;
    const enum inr_status status = decode(f->bytes, f->size, &signal, &err);
    if (status != INR_ERR_INPUT || !strstr(err.text, words) || !strstr(err.text, "a.npy: "))
        fail_msg("status %d, '%s' does not say '%s'", (int)status, err.text, words);
}

static void expect_shape(const struct inr_signal *s, int dims, uint32_t x, uint32_t y, uint32_t z,
                         uint32_t channels)
{
    if (s->dims != dims || s->shape[0] != x || s->shape[1] != y || s->shape[2] != z ||
        s->channels != channels)
        fail_msg("%d axes, %u x %u x %u, %u channels", s->dims, s->shape[0], s->shape[1],
                 s->shape[2], s->channels);
}

/* ---- values ---- */

static void every_type_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *descr; /* without byte order */
        uint64_t bits[4];
        double values[4];
    } rows[] = {
        {"b1", {0, 1, 1, 0}, {0, 1, 1, 0}},
        {"u1", {0, 255, 51, 1}, {0, 1, 0.2, 1 / 255.0}},
        {"u2", {0, 65535, 13107, 258}, {0, 1, 0.2, 258 / 65535.0}},
        {"u4", {0, 0xFFFFFFFF, 0x33333333, 0x01020304}, {0, 1, 0.2, 16909060 / 4294967295.0}},
        {"u8",
         {0, UINT64_MAX, 0x3333333333333333, 0x0102030405060708},
         {0, 1, 0.2, 72623859790382848.0 / 18446744073709551615.0}},
        {"i1", {0x80, 0x7F, 0, 0xFF}, {0, 1, 128 / 255.0, 127 / 255.0}},
        {"i2", {0x8000, 0x7FFF, 0, 0x0102}, {0, 1, 32768 / 65535.0, 33026 / 65535.0}},
        {"i4",
         {0x80000000, 0x7FFFFFFF, 0, 0x01020304},
         {0, 1, 2147483648 / 4294967295.0, 2164392708 / 4294967295.0}},
        {"i8", {0x8000000000000000, 0x7FFFFFFFFFFFFFFF, 0, 0xC000000000000000}, {0, 1, 0.5, 0.25}},
        /* one, the least subnormal, the greatest, minus 2 */
        {"f2", {0x3C00, 0x0001, 0x7BFF, 0xC000}, {1, 5.9604644775390625e-8, 65504, -2}},
        {"f4",
         {0x3F800000, 0xC0490FDB, 0x00000001, 0x7F7FFFFF},
         {1, -3.1415927410125732, 1.401298464324817e-45, 3.4028234663852886e38}},
        {"f8",
         {0x3FF0000000000000, 0xC00921FB54442D18, 0x3FB999999999999A, 1},
         {1, -3.141592653589793, 0.1, 0}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (const char *order = "<>|"; *order; order++) {
            char descr[4] = {*order, rows[i].descr[0], rows[i].descr[1], '\0'};
            if (*order == '|' && descr[2] != '1')
                continue;
            struct file f = array(descr, "False", "(2, 2)");
            for (size_t j = 0; j < 4; j++)
                put_bits(&f, descr, rows[i].bits[j]);
            struct inr_signal s = read_file(&f);
            expect_shape(&s, 2, 2, 2, 1, 1);
            /* Both sides are the double quotient rounded to a float once. */
            for (size_t j = 0; j < 4; j++)
                if (s.values[j] != (float)rows[i].values[j])
                    fail_msg("%s: value %zu is %.9g, not %.9g", descr, j, (double)s.values[j],
                             rows[i].values[j]);
            assert_true(s.rate == 0.0);
            const char *base = rows[i].descr;
            assert_int_equal(s.sample, base[0] == 'f'            ? INR_SAMPLE_FLOAT
                                       : base[0] == 'b'          ? INR_SAMPLE_BOOL
                                       : strcmp(base, "u1") == 0 ? INR_SAMPLE_U8
                                       : strcmp(base, "u2") == 0 ? INR_SAMPLE_U16
                                                                 : INR_SAMPLE_INTEGER);
            inr_signal_free(&s);
        }
}

static void axes_keep_their_order(void **state)
{
    (void)state;
    /* Element [i][j][k][c] has the value 1000 i + 100 j + 10 k + c, in both orders. */
    for (int fortran = 0; fortran < 2; fortran++) {
        struct file f = array("<f4", fortran ? "True" : "False", "(5, 6, 7, 2)");
        for (int n = 0; n < 5 * 6 * 7 * 2; n++) {
            int c = n % 2, k = n / 2 % 7, j = n / 14 % 6, i = n / 84;
            if (fortran)
                i = n % 5, j = n / 5 % 6, k = n / 30 % 7, c = n / 210;
            put_float(&f, (float)(1000 * i + 100 * j + 10 * k + c));
        }
        struct inr_signal s = read_file(&f);
        expect_shape(&s, 3, 7, 6, 5, 2);
        assert_int_equal(inr_signal_points(&s), 210);
        for (uint32_t z = 0; z < 5; z++)
            for (uint32_t y = 0; y < 6; y++)
                for (uint32_t x = 0; x < 7; x++)
                    for (uint32_t c = 0; c < 2; c++)
                        assert_true(s.values[((z * 6 + y) * 7 + x) * 2 + c] ==
                                    (float)(1000 * z + 100 * y + 10 * x + c));
        inr_signal_free(&s);
    }
}

static void shapes_mean_what_they_say(void **state)
{
    (void)state;
    static const struct {
        const char *shape;
        int dims;
        uint32_t x, y, z, channels;
    } rows[] = {
        {"(9,)", 1, 9, 1, 1, 1},         {"(1,)", 1, 1, 1, 1, 1},      {"(9, 2)", 2, 2, 9, 1, 1},
        {"(5, 9, 3)", 2, 9, 5, 1, 3},    {"(5, 9, 1)", 2, 9, 5, 1, 1}, {"(5, 3, 3)", 3, 3, 3, 5, 1},
        {"(5, 9, 5)", 3, 5, 9, 5, 1},    {"(2, 9, 3)", 3, 3, 9, 2, 1}, {"(1, 1, 1)", 3, 1, 1, 1, 1},
        {"(3, 2, 5, 4)", 3, 5, 2, 3, 4}, {"( 4 ,5,)", 2, 5, 4, 1, 1},  {"(7L, 5L)", 2, 5, 7, 1, 1},
        {"(5, 5, 4)", 2, 5, 5, 1, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct file f = array("|u1", "False", rows[i].shape);
        const uint32_t n = rows[i].x * rows[i].y * rows[i].z * rows[i].channels;
        for (uint32_t j = 0; j < n; j++)
            put_bits(&f, "|u1", j);
        struct inr_signal s = read_file(&f);
        expect_shape(&s, rows[i].dims, rows[i].x, rows[i].y, rows[i].z, rows[i].channels);
        inr_signal_free(&s);
    }
}

/* Every version, other quotes, other orders of the keys. */
static void headers_vary(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n",
        "{\"shape\":(3,),\"descr\":\"|u1\",\"fortran_order\":True}",
        "{ 'fortran_order' : False ,\n 'shape' : ( 3 , ) , 'descr' : '|u1' }   \n",
    };
    for (unsigned version = 1; version <= 3; version++)
        for (size_t i = 0; i < 3; i++) {
            struct file f;
            put_header(&f, version, texts[i]);
            put(&f, "\0\377\63", 3);
            struct inr_signal s = read_file(&f);
            expect_shape(&s, 1, 3, 1, 1, 1);
            assert_true(s.values[0] == 0.0f && s.values[1] == 1.0f && s.values[2] == 0.2f);
            inr_signal_free(&s);
        }
}

/* ---- what is refused ---- */

static void bad_values_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *descr, *fortran, *words;
        uint64_t bits;
    } rows[] = {
        {"<f4", "False", "index [1, 0, 2] is not a number", 0x7FC00000},
        {">f4", "True", "index [1, 0, 2] is infinite", 0xFF800000},
        {"<f2", "False", "index [1, 0, 2] is not a number", 0x7E00},
        {"<f2", "True", "index [1, 0, 2] is infinite", 0xFC00},
        {"<f8", "False", "index [1, 0, 2] is too large for a 32-bit float", 0x7FE0000000000000},
        {"|b1", "False", "index [1, 0, 2] is neither 0 nor 1", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        /* [1][0][2] of (2, 3, 5): 1 * 15 + 2 in C order, 1 + 2 * 6 in Fortran order. */
        const size_t bad = rows[i].fortran[0] == 'T' ? 13 : 17;
        struct file f = array(rows[i].descr, rows[i].fortran, "(2, 3, 5)");
        for (size_t j = 0; j < 30; j++)
            put_bits(&f, rows[i].descr, j == bad ? rows[i].bits : 0);
        refuse(&f, rows[i].words);
    }
}

static void wrong_headers_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } rows[] = {
        {"", "does not start with a brace"},
        {"{", "not a dictionary"},
        {"{}", "lacks descr"},
        {"{'descr': '<f4', 'shape': (1,)}", "lacks descr, fortran_order or shape"},
        {"{'descr': '<f4' 'shape': (1,)}", "lacks a comma"},
        {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,)}", "descr"},
        {"{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)}", "fortran_order"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1.0,)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (,)}", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,", "shape"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "follows"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'more': 1}", "a key"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': ()}", "one number"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (4, 0)}", "axis 1"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2, 2, 5)}", "4 axes are too many"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1)}", "5 axes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}", "more than"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536)}", "more than"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2147483647,)}", "8589934588 bytes"},
        {"{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}", "needs 8 bytes of values and"},
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,)}", "the file has 4"},
        {"{'descr': 'f4', 'fortran_order': False, 'shape': (1,)}", "no byte order"},
        {"{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}", "no byte order"},
        {"{'descr': '', 'fortran_order': False, 'shape': (1,)}", "type ''"},
        {"{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}", "type '<c8'"},
        {"{'descr': '|O', 'fortran_order': False, 'shape': (1,)}", "type '|O'"},
        {"{'descr': '<U4', 'fortran_order': False, 'shape': (1,)}", "type '<U4'"},
        {"{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}", "type '<f16'"},
        {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", "fields with names"},
    };
    for (unsigned version = 1; version <= 3; version++)
        for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
            struct file f;
            put_header(&f, version, rows[i].text);
            put_float(&f, 1.0f);
            refuse(&f, rows[i].words);
        }
    struct file f = array("<f4", "False", "(1,)");
    put_float(&f, 1.0f);
    f.bytes[6] = 4;
    refuse(&f, "version 4.0");
    f.bytes[6] = 1, f.bytes[7] = 1;
    refuse(&f, "version 1.1");
    f.bytes[7] = 0, f.bytes[9] = 0x7F;
    refuse(&f, "the header should be");
    f.bytes[9] = 0, f.bytes[0] = 0x92;
    refuse(&f, "not in a format that is known");
    f.size = 0;
    refuse(&f, "empty");
}

static void every_cut_is_refused(void **state)
{
    (void)state;
    struct file f = array(">i2", "False", "(4, 5)");
    for (uint64_t i = 0; i < 20; i++)
        put_bits(&f, ">i2", i * 3001);
    struct inr_signal s = read_file(&f);
    inr_signal_free(&s);
    for (size_t size = 0; size < f.size; size++) {
        struct inr_signal signal;
        struct inr_error err;
        assert_int_equal(decode(f.bytes, size, &signal, &err), INR_ERR_INPUT);
    }
    put(&f, "x", 1);
    refuse(&f, "needs 40 bytes of values and the file has 41");
}

static void every_flipped_bit_is_survived(void **state)
{
    (void)state;
    struct file f = array("<f4", "True", "(3, 4)");
    for (int i = 0; i < 12; i++)
        put_float(&f, (float)i);
    for (size_t bit = 0; bit < f.size * 8; bit++) {
        struct inr_signal signal;
        struct inr_error err;
        f.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        if (decode(f.bytes, f.size, &signal, &err) == INR_OK)
            inr_signal_free(&signal);
        f.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
}

/* ---- files on disk ---- */

static size_t load_file(const char *name, uint8_t *out, size_t room)
{
    FILE *in = fopen(in_folder(name), "rb");
    assert_non_null(in);
    const size_t size = fread(out, 1, room, in);
    fclose(in);
    assert_true(size < room);
    return size;
}

static void files_are_told_apart_by_content(void **state)
{
    (void)state;
    struct inr_signal s;
    struct inr_error err = {0};
    struct file f = array("|u1", "False", "(2, 3)");
    put(&f, "\0\377\0\377\0\377", 6);
    save("array.png", f.bytes, f.size);
    assert_int_equal(inr_signal_read(in_folder("array.png"), &s, &err), INR_OK);
    expect_shape(&s, 2, 3, 2, 1, 1);
    inr_signal_free(&s);

    static const char picture[] = "P2\n3 2\n4\n0 1 2 3 4 0\n";
    save("picture.npy", picture, sizeof picture - 1);
    assert_int_equal(inr_signal_read(in_folder("picture.npy"), &s, &err), INR_OK);
    expect_shape(&s, 2, 3, 2, 1, 1);
    assert_true(s.values[4] == 1.0f && s.values[2] == 128.0f / 255.0f);
    assert_int_equal(s.sample, INR_SAMPLE_U8);
    inr_signal_free(&s);

    static const char text[] = "once upon a time there was a signal, and it was very long";
    save("text.wav", text, sizeof text - 1);
    assert_int_equal(inr_signal_read(in_folder("text.wav"), &s, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "text.wav: not in a format that is known"));
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_signal_read("/nowhere/at.npy", &s, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "/nowhere/at.npy: no such file"));
    assert_null(s.values);
}

/* ---- sounds ---- */

enum { FRAMES = 3000, RATE = 8000 };

static void write_sound(const char *name, int format, int channels, const float *values)
{
    SF_INFO info = {.samplerate = RATE, .channels = channels, .format = format};
    SNDFILE *file = sf_open(in_folder(name), SFM_WRITE, &info);
    assert_non_null(file);
    assert_int_equal(sf_writef_float(file, values, FRAMES), FRAMES);
    assert_int_equal(sf_close(file), 0);
}

/* The tolerance is one step of the integer format, 2^-15 or 2^-23; lossy Vorbis keeps a tone to a
 * few hundredths. */
static void sounds_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int format;
        double tolerance;
    } rows[] = {
        {"a.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 1.0 / 32768},
        {"b.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 0.0},
        {"c.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 1.0 / 8388608},
        {"d.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 1.0 / 32768},
        {"e.ogg", SF_FORMAT_OGG | SF_FORMAT_VORBIS, 0.05},
    };
    static float values[FRAMES * 2];
    for (int i = 0; i < FRAMES * 2; i++)
        values[i] = 0.5f * sinf(0.05f * (float)i);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int channels = 1; channels <= 2; channels++) {
            struct inr_signal s;
            struct inr_error err = {0};
            write_sound(rows[i].name, rows[i].format, channels, values);
            if (inr_signal_read(in_folder(rows[i].name), &s, &err) != INR_OK)
                fail_msg("%s", err.text);
            expect_shape(&s, 1, FRAMES, 1, 1, (uint32_t)channels);
            assert_true(s.rate == RATE);
            const size_t n = FRAMES * (size_t)channels;
            for (size_t j = 0; j < n; j++)
                if (fabs((double)s.values[j] - (double)values[j]) > rows[i].tolerance)
                    fail_msg("%s: sample %zu is %g, not %g", rows[i].name, j, (double)s.values[j],
                             (double)values[j]);
            inr_signal_free(&s);
        }
}

static void damaged_sounds_are_refused(void **state)
{
    (void)state;
    static float values[FRAMES];
    static uint8_t bytes[65536];
    struct inr_signal s;
    struct inr_error err;
    for (int i = 0; i < FRAMES; i++)
        values[i] = 0.5f * sinf(0.1f * (float)i);
    static const struct {
        const char *name;
        int format;
    } rows[] = {
        {"cut.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
        {"cut.aiff", SF_FORMAT_AIFF | SF_FORMAT_PCM_16},
        {"cut.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        write_sound(rows[i].name, rows[i].format, 1, values);
        const size_t size = load_file(rows[i].name, bytes, sizeof bytes);
        for (size_t part = 0; part < 8; part++)
            if (decode(bytes, size * part / 8, &s, &err) != INR_ERR_INPUT)
                fail_msg("%s: %zu of 8 parts are taken for the whole", rows[i].name, part);
    }
    values[1234] = NAN;
    write_sound("nan.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 1, values);
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_signal_read(in_folder("nan.wav"), &s, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "frame 1234 (0.1542 s), channel 0 is not a number"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_read),
        cmocka_unit_test(axes_keep_their_order),
        cmocka_unit_test(shapes_mean_what_they_say),
        cmocka_unit_test(headers_vary),
        cmocka_unit_test(bad_values_are_named),
        cmocka_unit_test(wrong_headers_are_refused),
        cmocka_unit_test(every_cut_is_refused),
        cmocka_unit_test(every_flipped_bit_is_survived),
        cmocka_unit_test(files_are_told_apart_by_content),
        cmocka_unit_test(sounds_are_read),
        cmocka_unit_test(damaged_sounds_are_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}

/* SPDX-License-Identifier: MIT
 *
 * inrz_write.c - Writes the files of tests/golden/inrz that are not there yet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/file.h"
#include "field/quantize.h"
#include "inrz_case.h"

static void write_new(const char *path, const void *data, size_t size)
{
    struct inr_outfile out;
    struct inr_error err = {0};
    if (access(path, F_OK) == 0)
        return;
    if (inr_outfile_open(&out, path, &err) != INR_OK || fwrite(data, 1, size, out.stream) != size ||
        inr_outfile_commit(&out, &err) != INR_OK)
        fail_msg("%s: %s", path, err.text);
    printf("wrote %s, %zu bytes\n", path, size);
}

static void write_case(const struct inrz_case *g, const char *folder)
{
    char path[512], line[1024];
    struct inr_model *model = inrz_case_make(g), *back = NULL;
    const struct inr_codec_settings settings = {
        .quantizer = {.bits = g->bits,
                      .granularity = g->row ? INR_QUANTIZE_ROW : INR_QUANTIZE_TENSOR,
                      .compand = g->compand},
        .profile = g->profile};
    struct inr_signal signal;
    struct inr_error err = {0};
    uint8_t *bytes;
    size_t size, used;
    if (inr_codec_pack(model, &settings, &bytes, &size, &err) != INR_OK)
        fail_msg("%s: %s", g->name, err.text);
    if (g->level > 0) {
        struct inr_codec_level levels[INR_MAX_NESTED];
        int n;
        assert_int_equal(inr_codec_levels(bytes, size, g->name, levels, &n, &err), INR_OK);
        size = (size_t)levels[g->level - 1].bytes;
    }
    if (inr_codec_unpack_level(bytes, size, g->level, g->name, &back, &err) != INR_OK)
        fail_msg("%s: %s", g->name, err.text);
    snprintf(path, sizeof path, "%s/accept/%s.inrz", folder, g->name);
    write_new(path, bytes, size);
    inrz_render(back, "cpu", NULL, &signal);
    const size_t n = inr_signal_points(&signal) * signal.channels;
    char *text = malloc(sizeof line + 40 + 16 * n);
    assert_non_null(text);
    inrz_describe(back, line, sizeof line);
    used = (size_t)sprintf(text, "%s\n%016" PRIx64 "\n", line, inrz_hash(back));
    for (size_t i = 0; i < n; i++)
        used += (size_t)sprintf(text + used, "%.5f%c", (double)signal.values[i],
                                i % 12 == 11 || i + 1 == n ? '\n' : ' ');
    snprintf(path, sizeof path, "%s/accept/%s.txt", folder, g->name);
    write_new(path, text, used);
    free(text);
    free(bytes);
    inr_signal_free(&signal);
    inr_model_free(back);
    inr_model_free(model);
}

/* The CRC of a header that is not what it was. */
static void mend_header(uint8_t *bytes)
{
    const size_t n = 6 + (size_t)bytes[5];
    const uint32_t crc = (uint32_t)crc32_z(0, bytes, n);
    for (int i = 0; i < 4; i++)
        bytes[n + (size_t)i] = (uint8_t)(crc >> 8 * i);
}

/* Files with one thing wrong, made of those of accept/; see reject.txt. */
static const struct {
    const char *name, *from;
    size_t at;     /* of the byte that is changed, from the end where `behind` */
    uint8_t value; /* xor */
    bool behind, mended;
    int kept, added; /* bytes: 0 all but `added` at the end */
} broken[] = {
    {.name = "empty", .from = "rgb", .kept = -1},
    {.name = "not-ours", .from = "rgb", .at = 0, .value = 1},
    {.name = "newer-version", .from = "rgb", .at = 4, .value = 3},
    {.name = "cut-in-header", .from = "rgb", .kept = 20},
    {.name = "cut-in-weights", .from = "rgb", .kept = 181},
    {.name = "header-flipped", .from = "rgb", .at = 20, .value = 4},
    {.name = "weights-flipped", .from = "rgb", .at = 12, .value = 4, .behind = true},
    {.name = "crc-flipped", .from = "rgb", .at = 1, .value = 4, .behind = true},
    {.name = "bytes-behind", .from = "rgb", .added = 3},
    {.name = "newer-method", .from = "rgb", .at = 6, .value = 77, .mended = true},
    {.name = "four-axes", .from = "rgb", .at = 7, .value = 8, .mended = true},
    {.name = "no-such-task", .from = "rgb", .at = 8, .value = 0x40, .mended = true},
    {.name = "no-pixels", .from = "rgb", .at = 9, .value = 8, .mended = true},
    {.name = "no-channels", .from = "rgb", .at = 11, .value = 3, .mended = true},
    {.name = "newer-setting", .from = "rgb", .at = 16, .value = 200, .mended = true},
    {.name = "newer-extras", .from = "ct", .at = 14, .value = 64, .mended = true},
    {.name = "nested-cut", .from = "nested", .kept = 280},
    {.name = "negative-frame", .from = "sdf", .at = 52, .value = 0x80, .mended = true},
};

static void write_broken(const char *folder, size_t i)
{
    char path[512];
    uint8_t *whole;
    size_t size;
    struct inr_error err = {0};
    snprintf(path, sizeof path, "%s/accept/%s.inrz", folder, broken[i].from);
    assert_int_equal(inr_file_read(path, 1 << 20, &whole, &size, &err), INR_OK);
    uint8_t *bytes = calloc(size + 8, 1);
    assert_non_null(bytes);
    memcpy(bytes, whole, size);
    bytes[broken[i].behind ? size - broken[i].at : broken[i].at] ^= broken[i].value;
    if (broken[i].mended)
        mend_header(bytes);
    size_t kept = size + (size_t)broken[i].added;
    if (broken[i].kept != 0)
        kept = broken[i].kept < 0 ? 0 : (size_t)broken[i].kept;
    snprintf(path, sizeof path, "%s/reject/%s.inrz", folder, broken[i].name);
    write_new(path, bytes, kept);
    free(bytes);
    free(whole);
}

/* Headers that ask for more than there is. */
static void write_hostile(const char *folder)
{
    static const struct {
        const char *name;
        int width, layers;
        uint64_t weights; /* bytes that are said to follow */
    } hostile[] = {{"wide-field", 4096, 16, 10}, {"many-weights", 6, 1, UINT64_C(1) << 60}};
    char path[512];
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        struct inr_bytes header = {0}, out = {0};
        struct inr_model *model = inrz_case_make(inrz_case_at(1));
        model->config.field.width = hostile[i].width;
        model->config.field.layers = hostile[i].layers;
        model->config.field.quantizer.bits = 8;
        inr_codec_put_header(&header, model, false);
        inr_bytes_put(&out, "INRZ\1", 5);
        inr_bytes_put_varint(&out, header.size);
        inr_bytes_put(&out, header.data, header.size);
        inr_bytes_put_u32(&out, (uint32_t)crc32_z(0, out.data, out.size));
        inr_bytes_put_varint(&out, hostile[i].weights);
        inr_bytes_put(&out, "0123456789", 10);
        inr_bytes_put_u32(&out, (uint32_t)crc32_z(0, out.data + out.size - 10, 10));
        snprintf(path, sizeof path, "%s/reject/%s.inrz", folder, hostile[i].name);
        write_new(path, out.data, out.size);
        free(header.data);
        free(out.data);
        inr_model_free(model);
    }
    /* 2^60 pixels: sides of 2^30 */
    struct inr_bytes out = {0};
    static const uint8_t before[] = {0, 0x22, 1};
    inr_bytes_put(&out, "INRZ\1", 5);
    inr_bytes_put_varint(&out, sizeof before + 10 + 1);
    inr_bytes_put(&out, before, sizeof before);
    inr_bytes_put_varint(&out, UINT64_C(1) << 30);
    inr_bytes_put_varint(&out, UINT64_C(1) << 30);
    inr_bytes_put_byte(&out, 3);
    inr_bytes_put_u32(&out, (uint32_t)crc32_z(0, out.data, out.size));
    snprintf(path, sizeof path, "%s/reject/many-pixels.inrz", folder);
    write_new(path, out.data, out.size);
    free(out.data);
}

void inrz_write(const char *folder)
{
    const struct inrz_case *g;
    for (size_t i = 0; (g = inrz_case_at(i)); i++)
        write_case(g, folder);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++)
        write_broken(folder, i);
    write_hostile(folder);
}

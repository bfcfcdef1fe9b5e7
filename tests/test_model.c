/* SPDX-License-Identifier: MIT
 *
 * test_model.c - Model files: what is written is read back, and damage is refused with a sentence.
 *
 * Leaves test_model_plain.inr and test_model_state.inr for tests/check_safetensors.py.
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/file.h"
#include "fit/model.h"
#include "fit_case.h"

#define PLAIN INR_BUILD_DIR "/test_model_plain.inr"
#define STATE INR_BUILD_DIR "/test_model_state.inr"

struct bytes {
    uint8_t *data;
    size_t size;
};

static struct bytes read_bytes(const char *path)
{
    struct bytes b = {0};
    struct inr_error err = {0};
    assert_int_equal(inr_file_read(path, 1u << 24, &b.data, &b.size, &err), INR_OK);
    return b;
}

/* Parse a copy of the exact size, so that the address sanitizer sees a read past the end. */
static enum inr_status parse(const uint8_t *data, size_t size, struct inr_model **model,
                             struct inr_error *err)
{
    uint8_t *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, data, size);
    enum inr_status status = inr_model_parse(copy, size, "m.inr", model, err);
    free(copy);
    return status;
}

static void make(const char *preset, bool state, const char *path)
{
    static const uint8_t profile[] = "not really a profile, but seven bytes more than 8 n";
    struct inr_image image = inr_case_image(12, 10, 3, INR_DEPTH_U8);
    struct inr_fit_config config = inr_case_config(preset);
    struct inr_model *model = NULL, *back = NULL;
    struct inr_error err = {0};
    image.icc = malloc(sizeof profile);
    assert_non_null(image.icc);
    memcpy(image.icc, profile, sizeof profile);
    image.icc_size = sizeof profile;
    memcpy(image.icc_name, "pro\xe9", 5);
    image.png_gamma = 45455;
    config.field.width = 6;
    config.field.layers = 1;
    config.field.n_frequencies = config.field.n_frequencies ? 3 : 0;
    config.keep_state = state;
    config.steps = 12;
    if (state)
        config.schedule = 0; /* constant: keeps the best parameters as well */
    assert_int_equal(inr_fit_image(&image, &config, NULL, NULL,
                                   "a/b/\xff"
                                   "name.png",
                                   &model, &err),
                     INR_OK);
    assert_int_equal(inr_model_save(model, path, &err), INR_OK);
    uint64_t counted = 0;
    assert_int_equal(inr_model_bytes(model, &counted, &err), INR_OK);
    struct bytes whole = read_bytes(path);
    assert_int_equal(counted, whole.size);
    free(whole.data);
    if (inr_model_load(path, &back, &err) != INR_OK)
        fail_msg("%s", err.text);
    const struct inr_field *x = inr_model_field(model), *y = inr_model_field(back);
    const struct inr_model_info *a = inr_model_info(model), *b = inr_model_info(back);
    assert_int_equal(x->n_params, y->n_params);
    assert_memory_equal(x->params, y->params, x->n_params * sizeof *x->params);
    assert_true(a->psnr == b->psnr && a->ssim == b->ssim && a->seconds == b->seconds);
    assert_true(a->steps == b->steps && a->total_steps == b->total_steps && b->complete);
    assert_true(a->width == b->width && a->height == b->height && a->depth == b->depth);
    assert_string_equal(b->source, "?name.png");
    assert_string_equal(a->source_hash, b->source_hash);
    assert_string_equal(a->device, b->device);
    assert_string_equal(b->version, INR_VERSION);
    assert_memory_equal(&model->scale, &back->scale, sizeof model->scale);
    assert_int_equal(back->source.icc_size, sizeof profile);
    assert_memory_equal(back->source.icc, profile, sizeof profile);
    assert_int_equal(back->source.png_gamma, 45455);
    assert_int_equal(inr_model_can_resume(back), state);
    if (state) {
        assert_memory_equal(model->training.m, back->training.m, x->n_trainable * sizeof(float));
        assert_memory_equal(model->training.v, back->training.v, x->n_trainable * sizeof(float));
        assert_memory_equal(model->training.best, back->training.best, x->n_params * sizeof(float));
        assert_true(model->training.best_mse == back->training.best_mse);
    }
    char *p = inr_fit_config_to_json(inr_model_config(model));
    char *q = inr_fit_config_to_json(inr_model_config(back));
    assert_string_equal(p, q);
    free(p);
    free(q);
    inr_model_free(model);
    inr_model_free(back);
    inr_image_free(&image);
}

static void test_round_trip(void **state)
{
    (void)state;
    struct inr_registry_row row;
    for (size_t i = 0; inr_registry_at(INR_REGISTRY_PRESET, i, &row); i++)
        make(row.name, i % 2 == 0, INR_BUILD_DIR "/test_model.inr");
    make("siren", false, PLAIN);
    make("ffn", true, STATE);
}

static void test_truncated(void **state)
{
    (void)state;
    struct bytes b = read_bytes(PLAIN);
    for (size_t n = 0; n < b.size; n++) {
        struct inr_model *model = NULL;
        struct inr_error err = {0};
        if (parse(b.data, n, &model, &err) != INR_ERR_INPUT || model || !err.text[0])
            fail_msg("accepted %zu of %zu bytes", n, b.size);
    }
    /* And one byte too many. */
    uint8_t *longer = calloc(1, b.size + 1);
    struct inr_model *model = NULL;
    assert_non_null(longer);
    memcpy(longer, b.data, b.size);
    assert_int_equal(parse(longer, b.size + 1, &model, NULL), INR_ERR_INPUT);
    free(longer);
    free(b.data);
}

/* Any flipped byte is found, wherever it lies. */
static void test_flipped(void **state)
{
    (void)state;
    struct bytes b = read_bytes(STATE);
    const size_t body = 8 + b.data[0] + ((size_t)b.data[1] << 8);
    static const uint8_t masks[] = {0x01, 0x10, 0x20, 0xff};
    for (size_t i = 0; i < b.size; i++)
        for (size_t k = 0; k < (i < body ? sizeof masks : 1); k++) {
            struct inr_model *model = NULL;
            struct inr_error err = {0};
            b.data[i] ^= masks[k];
            enum inr_status status = parse(b.data, b.size, &model, &err);
            b.data[i] ^= masks[k];
            if (status != INR_ERR_INPUT || model || !err.text[0])
                fail_msg("byte %zu of %zu, mask %x: accepted", i, body, masks[k]);
        }
    free(b.data);
}

/* Rewrite a file with one text of the header replaced by another, and a new checksum where the body
 * has changed. Returns the status of parsing the result. */
static enum inr_status edited(const char *from, const char *to, bool poison, struct inr_error *err)
{
    struct bytes b = read_bytes(PLAIN);
    size_t length = b.data[0] + ((size_t)b.data[1] << 8);
    char *header = calloc(1, length + 1);
    assert_non_null(header);
    memcpy(header, b.data + 8, length);
    uint8_t *body = b.data + 8 + length;
    size_t body_size = b.size - 8 - length;
    if (poison) {
        memcpy(body, "\0\0\xc0\x7f", 4); /* NaN */
        char *crc = strstr(header, "\"crc32\":\"");
        assert_non_null(crc);
        char digits[9];
        snprintf(digits, sizeof digits, "%08lx", crc32(0, body, (uInt)body_size));
        memcpy(crc + 9, digits, 8);
    }
    char *place = strstr(header, from);
    if (!place)
        fail_msg("the header has no %s", from);
    size_t made = length - strlen(from) + strlen(to);
    uint8_t *out = malloc(8 + made + body_size);
    assert_non_null(out);
    for (int i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)made >> (8 * i));
    size_t before = (size_t)(place - header);
    memcpy(out + 8, header, before);
    memcpy(out + 8 + before, to, strlen(to));
    memcpy(out + 8 + before + strlen(to), place + strlen(from), length - before - strlen(from));
    memcpy(out + 8 + made, body, body_size);
    struct inr_model *model = NULL;
    enum inr_status status = parse(out, 8 + made + body_size, &model, err);
    inr_model_free(model);
    free(out);
    free(header);
    free(b.data);
    return status;
}

static void test_edited_headers(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *part;
    } cases[] = {
        {"\"format_version\":\"1\"", "\"format_version\":\"2\"", "version 2"},
        {"\"format\":\"inrush\"", "\"format\":\"pt\"", "not a model"},
        {"\"task\":\"image\"", "\"task\":\"sound\"", "task"},
        {"\"width\":\"12\"", "\"width\":\"0\"", "width"},
        {"\"width\":\"12\"", "\"width\":\"12x\"", "width"},
        {"\"width\":\"12\"", "\"width\":12", "only texts"},
        {"\"width\":\"12\",", "", "width is missing"},
        {"\"channels\":\"3\"", "\"channels\":\"4\"", "net.2.weight"},
        {"\"depth\":\"u8\"", "\"depth\":\"u9\"", "depth"},
        {"\"complete\":\"true\"", "\"complete\":\"yes\"", "complete"},
        {"\"target_scale\":\"2.0\"", "\"target_scale\":\"0.0\"", "target_scale"},
        {"\"target_scale\":\"2.0\"", "\"target_scale\":\"1e39\"", "target_scale"},
        {"\"steps\":\"12\"", "\"steps\":\"-1\"", "steps"},
        {"\\\"n_neurons\\\": 6", "\\\"n_neurons\\\": 4096", "net.0.weight"},
        {"\\\"n_neurons\\\": 6", "\\\"n_neurons\\\": 0", "n_neurons"},
        {"\\\"n_hidden_layers\\\": 2", "\\\"n_hidden_layers\\\": 65", "net.2.weight"},
        {"\\\"n_hidden_layers\\\": 2", "\\\"n_hidden_layers\\\": 1", "net."},
        {"\\\"activation\\\": \\\"Sine\\\"", "\\\"activation\\\": \\\"Nosuch\\\"", "Nosuch"},
        {"\"net.0.bias\"", "\"net.0.biaz\"", "net.0.bias"},
        {"\"net.0.bias\":{",
         "\"more\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
         "\"net.0.bias\":{",
         "gap"},
        {"\"shape\":[6,2]", "\"shape\":[2,6]", "F32 [6, 2]"},
        {"\"shape\":[6,2]", "\"shape\":[12]", "F32 [6, 2]"},
        {"\"shape\":[6,2]", "\"shape\":[4294967296,4294967296]", "larger than the file"},
        {"\"shape\":[6,2]", "\"shape\":[9223372036854775807,2]", "larger than the file"},
        {"\"shape\":[6,2]", "\"shape\":[-6,-2]", "above 0"},
        {"\"shape\":[6,2]", "\"shape\":[6,2,1]", "shape"},
        {"\"data_offsets\":[0,48]", "\"data_offsets\":[0,44]", "do not match"},
        {"\"data_offsets\":[0,48]", "\"data_offsets\":[48,0]", "outside"},
        {"\"data_offsets\":[0,48]", "\"data_offsets\":[4,52]", "gap"},
        {"\"data_offsets\":[0,48]", "\"data_offsets\":[0]", "two numbers"},
        {"\"dtype\":\"F32\"", "\"dtype\":\"F64\"", "dtype"},
        {"{\"dtype\":\"F32\",", "{\"dtype\":\"F32\",\"x\":1,", "nothing else"},
        {"\"net.0.bias\"", "\"net.0.weight\"", "duplicate"},
        {"{\"__metadata__\"", "[\"__metadata__\"", "header"},
        {"\"__metadata__\"", "\"metadata\"", "metadata"},
        {"\"png_gamma\":\"45455\"", "\"png_gamma\":\"45456\"", "checksum of the metadata"},
        {"\\\"first_omega\\\": 30.0", "\\\"first_omega\\\": 70.0", "checksum of the metadata"},
        {",\"metadata_crc32\"", ",\"more\"", "checksum of the metadata"},
    };
    struct inr_error err = {0};
    assert_int_equal(edited("{", "{", false, &err), INR_OK);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        err = (struct inr_error){0};
        if (edited(cases[i].from, cases[i].to, false, &err) != INR_ERR_INPUT)
            fail_msg("accepted: %s", cases[i].to);
        if (!strstr(err.text, cases[i].part) || strncmp(err.text, "m.inr", 5) != 0)
            fail_msg("%s: \"%s\" lacks \"%s\"", cases[i].to, err.text, cases[i].part);
    }
    err = (struct inr_error){0};
    assert_int_equal(edited("{", "{", true, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "not a finite number"));
}

/* Files that an earlier build wrote stay readable. */
static void test_older_files(void **state)
{
    (void)state;
    static const char *const paths[] = {INR_TEST_DIR "/fuzz/corpus/model/plain.inr",
                                        INR_TEST_DIR "/fuzz/corpus/model/state.inr"};
    for (size_t i = 0; i < 2; i++) {
        struct inr_model *model = NULL;
        struct inr_error err = {0};
        if (inr_model_load(paths[i], &model, &err) != INR_OK)
            fail_msg("%s", err.text);
        assert_int_equal(inr_model_can_resume(model), i == 1);
        inr_model_free(model);
    }
}

static void test_other_files(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } files[] = {{"", 0},
                 {"\x89PNG\r\n\x1a\n0000000000", 18},
                 {"\2\0\0\0\0\0\0\0{}", 10},
                 {"\2\0\0\0\0\0\0\0[]", 10},
                 {"\0\0\0\1\1\0\0\0{}", 10},
                 {"\xff\xff\xff\xff\xff\xff\xff\xff{}", 10},
                 {"\x14\0\0\0\0\0\0\0{\"__metadata__\":{}}  ", 28}};
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct inr_model *model = NULL;
        struct inr_error err = {0};
        assert_int_equal(parse((const uint8_t *)files[i].bytes, files[i].size, &model, &err),
                         INR_ERR_INPUT);
        assert_true(!model && err.text[0]);
    }
    struct inr_model *model = NULL;
    assert_int_equal(inr_model_load(INR_BUILD_DIR "/no/such.inr", &model, NULL), INR_ERR_INPUT);
    assert_int_equal(inr_model_load(PLAIN, &model, NULL), INR_OK);
    assert_int_equal(inr_model_save(model, INR_BUILD_DIR "/no/such.inr", NULL), INR_ERR_OUTPUT);
    inr_model_free(model);
    inr_model_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_flipped),     cmocka_unit_test(test_edited_headers),
        cmocka_unit_test(test_older_files), cmocka_unit_test(test_other_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT
 *
 * test_codec.c - Compressed files: what goes in comes out quantised, and nothing broken is
 * believed.
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
#include <zlib.h>

#include "base/random.h"
#include "codec/bytes.h"
#include "codec/extras.h"
#include "codec/format.h"
#include "codec/steps.h"
#include "field/nested.h"
#include "field/quantize.h"
#include "fit/task_kind.h"

/* A model with the weights its initialiser gives, as if it had been fitted to a picture. */
static struct inr_model *make(const char *const (*settings)[2], size_t n)
{
    struct inr_fit_config config;
    struct inr_error err = {0};
    struct inr_field *field = NULL;
    struct inr_model *model = NULL;
    assert_int_equal(inr_fit_preset("siren", &config, &err), INR_OK);
    inr_fit_config_set(&config, "width", "12", &err);
    inr_fit_config_set(&config, "layers", "2", &err);
    for (size_t i = 0; i < n; i++)
        if (inr_fit_config_set(&config, settings[i][0], settings[i][1], &err) != INR_OK)
            fail_msg("%s", err.text);
    config.field.dims = 2;
    config.field.channels = 3;
    config.seed = 5;
    assert_int_equal(inr_field_create(&config.field, config.seed, &field, &err), INR_OK);
    assert_int_equal(inr_model_create(field, &config, &model, &err), INR_OK);
    snprintf(model->info.task, sizeof model->info.task, "image");
    model->info.width = 37;
    model->info.height = 21;
    model->info.channels = 3;
    model->info.peak = 1.0;
    model->info.unit = true;
    model->info.sample = INR_SAMPLE_U8;
    model->scale = 2.0f;
    model->shift = -1.0f;
    return model;
}

/* Odd numbers of bits with a step a row, even ones with a step a tensor. */
static void pack(const struct inr_model *model, int bits, uint8_t **bytes, size_t *size)
{
    const struct inr_codec_settings settings = {
        .quantizer = {.bits = bits,
                      .granularity = bits % 2 ? INR_QUANTIZE_ROW : INR_QUANTIZE_TENSOR},
        .profile = true};
    struct inr_error err = {0};
    if (inr_codec_pack(model, &settings, bytes, size, &err) != INR_OK)
        fail_msg("%s", err.text);
}

/* Every trainable parameter is within half a step of what it was, frozen ones are the same. */
static void check_params(const struct inr_model *before, const struct inr_model *after, int bits)
{
    const struct inr_field *a = before->field, *b = after->field;
    assert_int_equal(a->n_params, b->n_params);
    for (size_t s = 0; s < a->n_slices; s++) {
        const struct inr_slice *slice = &a->slices[s];
        const size_t n = (size_t)slice->rows * (size_t)slice->cols;
        float most = 0.0f;
        for (size_t i = 0; i < n; i++)
            most = fmaxf(most, fabsf(a->params[slice->offset + i]));
        /* the step is rounded up by at most 2^-7 of itself; biases have 8 bits at least */
        const float step = most / (float)((1 << (bits - 1)) - 1) * (1.0f + 1.0f / 64.0f);
        for (size_t i = 0; i < n; i++) {
            const float e = fabsf(a->params[slice->offset + i] - b->params[slice->offset + i]);
            assert_true(slice->trainable ? e <= 0.51f * step : e == 0.0f);
        }
    }
}

static void test_round_trip(void **state)
{
    (void)state;
    static const char *const plain[][2] = {{"omega", "25.5"}};
    static const char *const octaves[][2] = {{"encoding", "octaves"},
                                             {"frequencies", "5"},
                                             {"octave-ratio", "1.4"},
                                             {"width-end", "0.25"},
                                             {"width-power", "2.5"}};
    static const char *const fourier[][2] = {{"encoding", "fourier"}, {"frequencies", "8"}};
    static const char *const wire[][2] = {{"activation", "wire"}, {"sigma", "7.25"}};
    static const char *const finer[][2] = {{"activation", "finer"}};
    static const char *const mfn[][2] = {{"architecture", "fourier_net"}};
    static const char *const grid[][2] = {
        {"architecture", "none"}, {"encoding", "grid"}, {"resolution", "9x5"}};
    static const char *const hash[][2] = {{"activation", "relu"},
                                          {"encoding", "hash"},
                                          {"levels", "3"},
                                          {"finest-resolution", "16"},
                                          {"log2-table", "6"}};
    static const struct {
        const char *const (*settings)[2];
        size_t n;
    } cases[] = {{plain, 1}, {octaves, 5}, {fourier, 2}, {wire, 2},
                 {finer, 1}, {mfn, 1},     {grid, 3},    {hash, 5}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (int bits = 2; bits <= 16; bits++) {
            struct inr_model *model = make(cases[i].settings, cases[i].n), *back = NULL;
            struct inr_error err = {0};
            uint8_t *bytes, *again;
            size_t size, size_again;
            pack(model, bits, &bytes, &size);
            pack(model, bits, &again, &size_again); /* deterministic */
            assert_int_equal(size, size_again);
            assert_memory_equal(bytes, again, size);
            if (inr_codec_unpack(bytes, size, "test", &back, &err) != INR_OK)
                fail_msg("case %zu, %d bits: %s", i, bits, err.text);
            check_params(model, back, bits);
            assert_int_equal(back->info.width, 37);
            assert_int_equal(back->info.height, 21);
            assert_true(back->scale == 2.0f && back->shift == -1.0f);
            assert_string_equal(back->info.task, "image");
            free(bytes);
            free(again);
            inr_model_free(back);
            inr_model_free(model);
        }
}

/* What only some signals say: doubles of the frame exactly, and nothing that cannot be. */
static void test_extras(void **state)
{
    (void)state;
    static const double frame[4] = {500000.1, -1e-9, 3.0, 0.0123456789012345};
    static const char *const ct[][2] = {{"task", "ct"}, {"angles", "7"}};
    struct inr_model *model = make(NULL, 0), *back = NULL;
    struct inr_error err = {0};
    uint8_t *bytes;
    size_t size;
    model->info.peak = 0.75;
    model->info.rate = 44100.0;
    model->config.lattice = 1;
    model->config.task.threshold = 0.25f;
    pack(model, 5, &bytes, &size);
    assert_int_equal(inr_codec_unpack(bytes, size, "test", &back, &err), INR_OK);
    assert_true(back->info.peak == 0.75 && back->info.rate == 44100.0);
    assert_true(back->config.lattice == 1 && back->config.task.threshold == 0.25f);
    assert_true(isnan(back->info.frame_scale));
    inr_model_free(back);
    free(bytes);
    memcpy(model->info.centre, frame, sizeof model->info.centre);
    model->info.frame_scale = frame[3];
    pack(model, 5, &bytes, &size); /* of a field with two axes */
    assert_int_equal(inr_codec_unpack(bytes, size, "test", &back, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "cannot be"));
    free(bytes);
    inr_model_free(model);

    struct inr_bytes out = {0};
    struct inr_model shape = {.info.dims = 3, .info.frame_scale = frame[3], .info.sign = "stab"};
    struct inr_model_info info;
    struct inr_fit_config config = {0};
    memcpy(shape.info.centre, frame, sizeof shape.info.centre);
    shape.config.task = inr_task_default();
    inr_fit_config_set(&shape.config, ct[0][0], ct[0][1], &err);
    inr_fit_config_set(&shape.config, ct[1][0], ct[1][1], &err);
    inr_extras_put(&out, &shape);
    for (size_t n = 0; n <= out.size; n++) {
        struct inr_cursor in = {out.data, out.data + n, false};
        inr_model_info_default(&info);
        info.dims = 3;
        assert_int_equal(inr_extras_take(&in, true, "test", &info, &config, &err),
                         n < out.size ? INR_ERR_INPUT : INR_OK);
    }
    assert_memory_equal(info.centre, frame, sizeof info.centre);
    assert_true(info.frame_scale == frame[3] && config.task.angles == 7);
    assert_string_equal(info.sign, "stab");
    assert_true(config.task.shape);
    free(out.data);
    static const uint8_t newer[] = {64};
    struct inr_cursor in = {newer, newer + 1, false};
    err = (struct inr_error){0};
    assert_int_equal(inr_extras_take(&in, true, "test", &info, &config, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "newer inrush"));
}

/* Fewer bits, fewer bytes; and the header is short. */
static void test_sizes(void **state)
{
    (void)state;
    struct inr_model *model = make(NULL, 0);
    size_t last = SIZE_MAX;
    for (int bits = 16; bits >= 2; bits -= 2) {
        uint8_t *bytes;
        size_t size;
        pack(model, bits, &bytes, &size);
        assert_true(size < last);
        /* evenly spread weights, as these are, do not shrink, but do not grow either: biases and
         * what multiplies coordinates have 12 bits at least; a step and a choice of model are 5
         * bytes a tensor, what frames header and weights 16 */
        size_t levels = 0;
        const struct inr_quantizer quantizer = {.bits = bits};
        for (size_t k = 0; k < model->field->n_slices; k++) {
            const struct inr_slice *slice = &model->field->slices[k];
            levels += (size_t)inr_quantize_bits(&quantizer, slice) * (size_t)slice->rows *
                      (size_t)slice->cols;
        }
        assert_true(size < levels / 8 + 5 * model->field->n_slices + bytes[5] + 16u);
        last = size;
        free(bytes);
    }
    inr_model_free(model);
}

/* Weights of one input are alike in size: files of such matrices are smaller than those of the same
 * weights in disorder, with every level of nested networks. Columns that are halved from one to the
 * next of four are worth 0.3 bits of 6.5 to a Laplace distribution, 4.6 %; half of it is left where
 * 40 weights have to tell a column's scale. */
static void test_alike(void **state)
{
    (void)state;
    static const char *const settings[][2] = {{"nested", "2"}, {"bias", "off"}, {"width", "40"}};
    size_t sizes[2];
    for (int disorder = 0; disorder < 2; disorder++) {
        struct inr_model *model = make(settings, 3), *back = NULL;
        struct inr_error err = {0};
        uint8_t *bytes;
        for (size_t s = 0; s < model->field->n_slices; s++) {
            const struct inr_slice *slice = &model->field->slices[s];
            for (int i = 0; i < slice->rows * slice->cols; i++) {
                float u;
                inr_fill_uniform(&u, 1, -1.0f, 1.0f, 3, 1, (uint32_t)(slice->offset + (size_t)i));
                const int at = disorder ? (i / slice->cols + i) % slice->cols : i % slice->cols;
                model->field->params[slice->offset + (size_t)i] = u * exp2f((float)-(at % 4));
            }
        }
        const struct inr_codec_settings codec = {.quantizer.bits = 8};
        assert_int_equal(inr_codec_pack(model, &codec, &bytes, &sizes[disorder], &err), INR_OK);
        if (inr_codec_unpack(bytes, sizes[disorder], "test", &back, &err) != INR_OK)
            fail_msg("%s", err.text);
        check_params(model, back, 8);
        free(bytes);
        inr_model_free(back);
        inr_model_free(model);
    }
    if (!((double)sizes[0] < 0.977 * (double)sizes[1]))
        fail_msg("%zu bytes in order, %zu in disorder", sizes[0], sizes[1]);
}

/* Any size between those of a bit fewer and a bit more is met, and the file is the one that is made
 * with the quantizer found. */
static void test_between_bits(void **state)
{
    (void)state;
    static const char *const wider[][2] = {{"width", "24"}};
    struct inr_model *model = make(wider, 1);
    struct inr_error err = {0};
    struct inr_codec_settings settings = {.quantizer = {.bits = 6}};
    uint8_t *bytes;
    size_t least, most;
    for (int more = -1; more <= 1; more += 2) {
        struct inr_codec_settings other = settings;
        other.quantizer = inr_steps_finer(&settings.quantizer, more);
        assert_int_equal(inr_codec_pack(model, &other, &bytes, more < 0 ? &least : &most, &err),
                         INR_OK);
        free(bytes);
    }
    assert_true(most > least + least / 10);
    for (int part = 1; part < 8; part++) {
        const double wanted = (double)least + (double)(most - least) * part / 8.0;
        struct inr_codec_settings found = settings;
        size_t told, size;
        assert_int_equal(inr_steps_for(model, &settings, wanted, &found.quantizer, &told, &err),
                         INR_OK);
        assert_int_equal(inr_codec_pack(model, &found, &bytes, &size, &err), INR_OK);
        free(bytes);
        assert_int_equal(size, told);
        /* nine halvings of two bits, each a quarter of the size: 0.1 %, and levels that jump */
        assert_true(fabs((double)size / wanted - 1.0) < 0.02);
    }
    const struct inr_quantizer learnt = {.bits = 4, .step = INR_QUANTIZE_LEARNED};
    const struct inr_quantizer same = inr_steps_finer(&learnt, 0.7);
    assert_true(same.bits == 4 && same.clip == learnt.clip);
    inr_model_free(model);
}

/* Learnt steps and companded levels are what the file holds; other bits follow from the weights. */
static void test_learnt_steps(void **state)
{
    (void)state;
    static const char *const settings[][2] = {
        {"quantize-bits", "4"}, {"quantize-compand", "2"}, {"quantize-step", "learned"}};
    const struct inr_codec_settings as_trained = {.profile = false},
                                    others = {.quantizer = {.bits = 5, .step = 1}};
    for (int other = 0; other < 2; other++) {
        struct inr_model *model = make(settings, 3), *back = NULL;
        struct inr_error err = {0};
        uint8_t *bytes;
        size_t size;
        float *params = model->field->params;
        const struct inr_slice *steps = inr_field_slice(model->field, "quantizer.steps");
        assert_non_null(steps);
        for (int i = 0; i < steps->rows; i++)
            params[steps->offset + (size_t)i] -= 0.01f * (float)(i % 3);
        if (inr_codec_pack(model, other ? &others : &as_trained, &bytes, &size, &err) != INR_OK ||
            inr_codec_unpack(bytes, size, "test", &back, &err) != INR_OK)
            fail_msg("%s", err.text);
        const struct inr_quantizer five = {.bits = 5};
        inr_quantize_field(model->field, other ? &five : &model->field->config.quantizer);
        assert_int_equal(back->field->n_trainable, steps->offset);
        assert_memory_equal(back->field->params, params, steps->offset * sizeof *params);
        free(bytes);
        inr_model_free(model);
        inr_model_free(back);
    }
}

/* A file cut anywhere, or with one bit turned, is refused as input. */
static void test_damage(void **state)
{
    (void)state;
    struct inr_model *model = make(NULL, 0), *back = NULL;
    uint8_t *bytes;
    size_t size;
    pack(model, 5, &bytes, &size);
    for (size_t n = 0; n < size; n++) {
        struct inr_error err = {0};
        uint8_t *cut = malloc(n + 1); /* exactly, so that reads beyond are noticed */
        assert_non_null(cut);
        memcpy(cut, bytes, n);
        assert_int_equal(inr_codec_unpack(cut, n, "test", &back, &err), INR_ERR_INPUT);
        assert_null(back);
        free(cut);
    }
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct inr_error err = {0};
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(inr_codec_unpack(bytes, size, "test", &back, &err), INR_ERR_INPUT);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    free(bytes);
    inr_model_free(model);
}

/* Nested networks: a file that ends behind a level gives it, from there to the next it still does,
 * and every level is the one that the whole holds. */
static void test_levels(void **state)
{
    (void)state;
    static const char *const settings[][2] = {
        {"nested", "3"}, {"bias", "off"}, {"width-end", "0.5"}};
    struct inr_model *model = make(settings, 3), *whole = NULL, *part = NULL;
    struct inr_codec_level levels[INR_MAX_NESTED];
    struct inr_error err = {0};
    uint8_t *bytes;
    size_t size;
    int n;
    const struct inr_codec_settings codec = {.quantizer.bits = 5, .psnr = {20.5, 0.0, 31.25}};
    assert_int_equal(inr_codec_pack(model, &codec, &bytes, &size, &err), INR_OK);
    assert_int_equal(inr_codec_unpack(bytes, size, "test", &whole, &err), INR_OK);
    check_params(model, whole, 5);
    assert_int_equal(inr_codec_levels(bytes, size, "test", levels, &n, &err), INR_OK);
    assert_int_equal(n, 3);
    assert_int_equal(levels[2].bytes, size);
    assert_true(levels[0].psnr == 20.5 && levels[1].psnr == 0.0 && levels[2].psnr == 31.25);
    for (size_t cut = 0; cut <= size; cut++)
        for (int level = 1; level <= 3; level++) {
            int there = 0;
            for (int k = 0; k < level; k++)
                there += levels[k].bytes <= cut;
            uint8_t *copy = malloc(cut + 1);
            assert_non_null(copy);
            memcpy(copy, bytes, cut);
            err = (struct inr_error){0};
            const enum inr_status status =
                inr_codec_unpack_level(copy, cut, level, "test", &part, &err);
            free(copy);
            assert_int_equal(status, there ? INR_OK : INR_ERR_INPUT);
            if (!there)
                continue;
            struct inr_field *expected = NULL;
            assert_int_equal(part->field->config.level, there == 3 ? 0 : there);
            if (there < 3)
                assert_int_equal(inr_nested_extract(whole->field, there, &expected, &err), INR_OK);
            const struct inr_field *e = expected ? expected : whole->field;
            assert_int_equal(part->field->n_params, e->n_params);
            assert_memory_equal(part->field->params, e->params, e->n_params * sizeof(float));
            inr_field_free(expected);
            inr_model_free(part);
        }
    err = (struct inr_error){0};
    assert_int_equal(inr_codec_unpack(bytes, (size_t)levels[1].bytes + 1, "test", &part, &err),
                     INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "behind level 2 of 3"));
    assert_int_equal(inr_codec_unpack_level(bytes, size, 4, "test", &part, NULL), INR_ERR_USAGE);
    inr_codec_unpack_level(bytes, size, 1, "test", &part, NULL);
    free(bytes);
    assert_int_equal(inr_codec_pack(part, &codec, &bytes, &size, NULL), INR_ERR_USAGE);
    inr_model_free(part);
    inr_model_free(whole);
    inr_model_free(model);
}

/* Wrong contents with right checksums: only the checks of meaning are left. */
static void test_hostile(void **state)
{
    (void)state;
    struct inr_model *model = make(NULL, 0), *back = NULL;
    uint8_t *bytes;
    size_t size;
    pack(model, 6, &bytes, &size);
    const size_t header = bytes[5], payload = 6 + header + 4;
    for (size_t at = 6; at < 6 + header; at++)
        for (int value = 0; value < 256; value++) {
            struct inr_error err = {0};
            const uint8_t kept = bytes[at];
            bytes[at] = (uint8_t)value;
            const uint32_t crc = (uint32_t)crc32_z(0, bytes, 6 + header);
            for (int i = 0; i < 4; i++)
                bytes[6 + header + (size_t)i] = (uint8_t)(crc >> 8 * i);
            const enum inr_status status = inr_codec_unpack(bytes, size, "test", &back, &err);
            assert_true(status == INR_OK || status == INR_ERR_INPUT);
            assert_true(status == INR_OK || strstr(err.text, "test: "));
            inr_model_free(back);
            back = NULL;
            bytes[at] = kept;
        }
    assert_true(payload < size);
    free(bytes);
    inr_model_free(model);
}

/* A field of 2^28 weights out of ten bytes is not even laid out in memory. */
static void test_bomb(void **state)
{
    (void)state;
    static const char *const wide[][2] = {{"width", "4096"}, {"layers", "16"}};
    struct inr_fit_config config;
    struct inr_model like = {.scale = 1.0f}, *back = NULL;
    struct inr_error err = {0};
    struct inr_bytes header = {0}, out = {0};
    struct inr_field field = {0};
    inr_fit_preset("siren", &config, &err);
    for (size_t i = 0; i < 2; i++)
        inr_fit_config_set(&config, wide[i][0], wide[i][1], &err);
    config.field.quantizer.bits = 8;
    like.config = config;
    like.field = &field;
    inr_model_info_default(&like.info);
    like.info.width = like.info.height = 1;
    like.info.channels = 3;
    snprintf(like.info.task, sizeof like.info.task, "image");
    inr_codec_put_header(&header, &like, false);
    inr_bytes_put(&out, "INRZ\1", 5);
    inr_bytes_put_varint(&out, header.size);
    inr_bytes_put(&out, header.data, header.size);
    inr_bytes_put_u32(&out, (uint32_t)crc32_z(0, out.data, out.size));
    inr_bytes_put_varint(&out, 10);
    const size_t at = out.size;
    inr_bytes_put(&out, "0123456789", 10);
    inr_bytes_put_u32(&out, (uint32_t)crc32_z(0, out.data + at, 10));
    assert_int_equal(inr_codec_unpack(out.data, out.size, "test", &back, &err), INR_ERR_INPUT);
    assert_non_null(strstr(err.text, "too large"));
    free(header.data);
    free(out.data);
}

static void test_numbers(void **state)
{
    (void)state;
    static const int64_t whole[] = {0, 1, -1, 63, -64, 64, 1 << 20, INT64_MAX, INT64_MIN};
    static const float reals[] = {0.0f, 1.0f, -30.0f, 0.5f, 1e-30f, -1048576.0f, 1048577.0f, 3e38f};
    struct inr_bytes b = {0};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        inr_bytes_put_signed(&b, whole[i]);
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        inr_bytes_put_float(&b, reals[i]);
    inr_bytes_put_u32(&b, 0xdeadbeefu);
    struct inr_cursor c = {b.data, b.data + b.size, false};
    for (size_t i = 0; i < sizeof whole / sizeof whole[0]; i++)
        assert_true(inr_cursor_signed(&c) == whole[i]);
    for (size_t i = 0; i < sizeof reals / sizeof reals[0]; i++)
        assert_true(inr_cursor_float(&c) == reals[i]);
    assert_int_equal(inr_cursor_u32(&c), 0xdeadbeefu);
    assert_false(c.bad);
    assert_int_equal(inr_cursor_byte(&c), 0);
    assert_true(c.bad);
    /* one spelling a number */
    static const uint8_t padded[] = {0x80, 0x00};
    c = (struct inr_cursor){padded, padded + 2, false};
    inr_cursor_varint(&c);
    assert_true(c.bad);
    free(b.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_sizes),        cmocka_unit_test(test_alike),
        cmocka_unit_test(test_levels),       cmocka_unit_test(test_damage),
        cmocka_unit_test(test_hostile),      cmocka_unit_test(test_bomb),
        cmocka_unit_test(test_extras),       cmocka_unit_test(test_learnt_steps),
        cmocka_unit_test(test_between_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

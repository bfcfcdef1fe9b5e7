/* SPDX-License-Identifier: MIT
 *
 * test_inrz.c - Compressed files that were written once must be read for ever: tests/golden/inrz.
 *
 * accept/NAME.inrz decodes to what NAME.txt says: a line of the signal, the hash of the trained
 * numbers (exact on every machine), and rendered values. reject.txt has a line for each file of
 * reject/: its name, and words of the sentence that it is refused with.
 *
 *     test_inrz --write tests/golden/inrz
 *
 * writes what is missing there, from the cases of inrz_case.c; files that are there are never
 * touched. After adding a case, run it and commit the new files. To change one that no release has
 * written, remove it first.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "inrz_case.h"

#define GOLDEN INR_TEST_DIR "/golden/inrz"

/* Values are those of another CPU or compiler: sums in another order, on outputs of about 1. */
#define TOLERANCE 1e-4

/* Another backend's sines differ by some 1e-6 before first_omega multiplies them. */
#define DEVICE_TOLERANCE 1e-4

static struct inr_model *read_model(const char *path, int level, struct inr_error *err)
{
    struct inr_model *model = NULL;
    if (inr_codec_load_level(path, level, &model, err) != INR_OK)
        assert_null(model);
    return model;
}

static void check_text(const char *name, const struct inr_model *model)
{
    char path[512], want[1024], got[1024];
    struct inr_signal signal;
    snprintf(path, sizeof path, "%s/accept/%s.txt", GOLDEN, name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing: see the top of test_inrz.c", path);
    assert_non_null(fgets(want, sizeof want, file));
    want[strcspn(want, "\n")] = '\0';
    inrz_describe(model, got, sizeof got);
    assert_string_equal(got, want);
    uint64_t hash = 0;
    assert_int_equal(fscanf(file, "%" SCNx64, &hash), 1);
    if (hash != inrz_hash(model))
        fail_msg("%s: the numbers are not those that were written", name);
    inrz_render(model, "cpu", NULL, &signal);
    const size_t n = inr_signal_points(&signal) * signal.channels;
    for (size_t i = 0; i < n; i++) {
        float value;
        assert_int_equal(fscanf(file, "%f", &value), 1);
        if (!(fabsf(value - signal.values[i]) <= (float)TOLERANCE))
            fail_msg("%s: value %zu is %g instead of %g", name, i, (double)signal.values[i],
                     (double)value);
    }
    assert_int_equal(fscanf(file, "%512s", path), EOF);
    inr_signal_free(&signal);
    fclose(file);
}

static void test_accept(void **state)
{
    (void)state;
    const struct inrz_case *g;
    for (size_t i = 0; (g = inrz_case_at(i)); i++) {
        char path[512];
        struct inr_error err = {0};
        snprintf(path, sizeof path, "%s/accept/%s.inrz", GOLDEN, g->name);
        struct inr_model *model = read_model(path, g->level, &err);
        if (!model)
            fail_msg("%s", err.text);
        check_text(g->name, model);
        inr_model_free(model);
    }
}

/* The same numbers on the software Vulkan device, at the source's size and at another. */
static void test_device(void **state)
{
    (void)state;
    const struct inrz_case *g;
    for (size_t i = 0; (g = inrz_case_at(i)); i++) {
        char path[512];
        struct inr_error err = {0};
        struct inr_signal cpu, vulkan;
        if (!g->device)
            continue;
        snprintf(path, sizeof path, "%s/accept/%s.inrz", GOLDEN, g->name);
        struct inr_model *model = read_model(path, g->level, &err);
        assert_non_null(model);
        for (uint32_t times = 1; times <= 2; times++) {
            const uint32_t shape[3] = {times * g->shape[0], times * g->shape[1], 1};
            const enum inr_status status =
                inr_model_render_signal(model, "llvmpipe", 1, shape, &vulkan, NULL, &err);
            if (status == INR_ERR_NO_DEVICE) {
                inr_model_free(model);
                skip();
            }
            if (status != INR_OK)
                fail_msg("%s", err.text);
            inrz_render(model, "cpu", shape, &cpu);
            for (size_t k = 0; k < inr_signal_points(&cpu) * cpu.channels; k++)
                if (!(fabsf(cpu.values[k] - vulkan.values[k]) <= (float)DEVICE_TOLERANCE))
                    fail_msg("%s: value %zu is %g on llvmpipe instead of %g", g->name, k,
                             (double)vulkan.values[k], (double)cpu.values[k]);
            inr_signal_free(&cpu);
            inr_signal_free(&vulkan);
        }
        inr_model_free(model);
    }
}

static void test_reject(void **state)
{
    (void)state;
    char line[512], path[1024];
    FILE *file = fopen(GOLDEN "/reject.txt", "r");
    int n = 0;
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct inr_error err = {0};
        line[strcspn(line, "\n")] = '\0';
        char *words = strchr(line, ':');
        if (line[0] == '#' || !words)
            continue;
        *words++ = '\0';
        snprintf(path, sizeof path, "%s/reject/%s.inrz", GOLDEN, line);
        struct inr_model *model = read_model(path, 0, &err);
        if (model)
            fail_msg("%s was taken", path);
        if (!strstr(err.text, words + 1) || !strstr(err.text, path))
            fail_msg("%s: \"%s\" does not say \"%s\"", line, err.text, words + 1);
        n++;
    }
    fclose(file);
    assert_true(n >= 12);
}

static const char *target;

static void write_all(void **state)
{
    (void)state;
    inrz_write(target);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_accept), cmocka_unit_test(test_device),
                                       cmocka_unit_test(test_reject)};
    const struct CMUnitTest writing[] = {cmocka_unit_test(write_all)};
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        target = argv[2];
        return cmocka_run_group_tests(writing, NULL, NULL);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}

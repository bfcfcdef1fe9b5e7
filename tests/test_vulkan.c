/* SPDX-License-Identifier: MIT
 *
 * test_vulkan.c - Parts of the Vulkan backend: devices, transfers, barriers, the pipeline cache,
 * and the ways of cutting work that must not change a result.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/file.h"
#include "common/grid.glsl"
#include "exec/vulkan/stage.h"
#include "field/encoding.h"
#include "vulkan_case.h"

/* Sums of the same terms in another order: rounding alone, see gradient_tolerance of test_agree.c.
 */
#define REORDERED (8.0 * 0x1p-24 * 30.0 * 2)

static void test_devices(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_device *list, chosen;
    size_t n;
    char note[256], why[256];
    assert_int_equal(inr_devices_list(&list, &n, note, sizeof note, &err), INR_OK);
    assert_true(n >= 2);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(list[i].index, (int)i);
        assert_int_equal(list[i].kind == INR_DEVICE_CPU, i == 0);
        assert_true(list[i].name[0] && (!list[i].usable == !!list[i].why_not[0]));
        if (i > 0)
            assert_true(list[i].max_buffer >= 1u << 27 && list[i].shared_memory >= 16384 &&
                        list[i].memory > 0 && list[i].subgroup > 0);
    }
    assert_int_equal(inr_device_choose("1", &chosen, why, sizeof why, &err), INR_OK);
    assert_string_equal(chosen.name, list[1].name);
    char part[6] = "";
    for (int i = 0; i < 5; i++) /* the other case matches as well */
        part[i] =
            (char)(list[1].name[i] ^
                   (strchr("abcdefghijklmnopqrstuvwxyz", list[1].name[i]) && list[1].name[i] ? 32
                                                                                             : 0));
    assert_int_equal(inr_device_choose(part, &chosen, why, sizeof why, &err), INR_OK);
    assert_int_equal(chosen.index, 1);
    assert_int_equal(inr_device_choose("cpu", &chosen, why, sizeof why, &err), INR_OK);
    assert_int_equal(chosen.kind, INR_DEVICE_CPU);
    assert_int_equal(inr_device_choose(NULL, &chosen, why, sizeof why, &err), INR_OK);
    assert_true(chosen.kind != INR_DEVICE_VULKAN_SOFTWARE && why[0]);
    assert_int_equal(err.text[0], 0);
    assert_int_equal(inr_device_choose("no such device", &chosen, why, sizeof why, &err),
                     INR_ERR_NO_DEVICE);
    assert_non_null(strstr(err.text, list[1].name));
    free(list);
}

static void test_transfers(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_vk_device d;
    struct inr_vk_stage stage;
    assert_int_equal(inr_vk_device_open(&d, vulkan_case_device(), vulkan_case_log(), &err), INR_OK);
    assert_int_equal(inr_vk_stage_create(&d, &stage, &err), INR_OK);
    static const size_t sizes[] = {
        1, 3, 4, 5, 4093, INR_VK_STAGE_SIZE, INR_VK_STAGE_SIZE + 1, 2 * INR_VK_STAGE_SIZE + 12345};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const size_t n = sizes[i], offset = i % 2 ? 4 : 0;
        uint8_t *data = malloc(2 * n), *back = data + n;
        struct inr_vk_buffer buffer;
        assert_non_null(data);
        for (size_t k = 0; k < n; k++)
            data[k] = (uint8_t)(k * 7 + k / 251);
        assert_int_equal(inr_vk_buffer_create(&d, "test", n + offset, INR_VK_LOCAL, &buffer, &err),
                         INR_OK);
        assert_int_equal(inr_vk_upload(&stage, &buffer, offset, data, n, &err), INR_OK);
        assert_int_equal(inr_vk_download(&stage, &buffer, offset, back, n, &err), INR_OK);
        assert_memory_equal(data, back, n);
        assert_int_equal(inr_vk_zero(&stage, &buffer, &err), INR_OK);
        assert_int_equal(inr_vk_download(&stage, &buffer, offset, back, n, &err), INR_OK);
        assert_true(back[0] == 0 && back[n - 1] == 0);
        inr_vk_buffer_destroy(&d, &buffer);
        free(data);
    }
    assert_int_equal(d.allocated, 0);
    struct inr_vk_buffer buffer;
    d.memory_limit = 1 << 20;
    assert_int_equal(inr_vk_buffer_create(&d, "a test", 2 << 20, INR_VK_LOCAL, &buffer, &err),
                     INR_ERR_MEMORY);
    assert_non_null(strstr(err.text, "a test needs 2.0 MiB"));
    inr_vk_stage_destroy(&stage);
    inr_vk_device_close(&d);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_barriers(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_vk_device d;
    struct inr_vk_stream stream;
    struct inr_vk_buffer b[4];
    const VkBufferCopy all = {0, 0, 64};
    assert_int_equal(inr_vk_device_open(&d, vulkan_case_device(), vulkan_case_log(), &err), INR_OK);
    assert_int_equal(inr_vk_stream_create(&d, "test", &stream, &err), INR_OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(inr_vk_buffer_create(&d, "test", 64, INR_VK_LOCAL, &b[i], &err), INR_OK);
    assert_int_equal(inr_vk_stream_begin(&stream, &err), INR_OK);
    const uint32_t start = stream.n_barriers;
    inr_vk_stream_zero(&stream, &b[0]);
    inr_vk_stream_zero(&stream, &b[1]);
    assert_int_equal(stream.n_barriers, start); /* nothing in common */
    inr_vk_stream_copy(&stream, &b[0], &b[2], &all, 1);
    assert_int_equal(stream.n_barriers, start + 1); /* read after write */
    inr_vk_stream_copy(&stream, &b[0], &b[3], &all, 1);
    assert_int_equal(stream.n_barriers, start + 1); /* two readers */
    inr_vk_stream_zero(&stream, &b[0]);
    assert_int_equal(stream.n_barriers, start + 2); /* write after read */
    inr_vk_stream_zero(&stream, &b[0]);
    assert_int_equal(stream.n_barriers, start + 3); /* write after write */
    assert_int_equal(inr_vk_stream_end(&stream, &err), INR_OK);
    assert_int_equal(inr_vk_stream_submit(&stream, true, &err), INR_OK);
    assert_int_equal(inr_vk_stream_wait(&stream, &err), INR_OK);
    inr_vk_stream_destroy(&stream);
    for (int i = 0; i < 4; i++)
        inr_vk_buffer_destroy(&d, &b[i]);
    inr_vk_device_close(&d);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* The gradient of a case on the device, and the loss; *micro: columns of a micro-batch. */
static void gradient(const struct vulkan_case_config *config,
                     const struct inr_vk_overrides *overrides, float **out, size_t *n,
                     struct inr_step_result *result, uint32_t *micro)
{
    struct vulkan_case c;
    struct inr_error err = {0};
    vulkan_case_init(&c, config);
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), overrides);
    *n = c.program->n_trainable;
    *out = malloc(*n * sizeof **out);
    assert_non_null(*out);
    assert_int_equal(inr_exec_gradient(exec, 2, *out, result, &err), INR_OK);
    *micro = inr_vk_exec_micro_batch(exec);
    inr_exec_destroy(exec);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* A case run in two ways must give the same gradient; exact: bit for bit. */
static void compare(const struct vulkan_case_config *a, const struct vulkan_case_config *b,
                    const struct inr_vk_overrides *overrides, bool exact, uint32_t micro[2])
{
    float *da, *db;
    size_t n;
    struct inr_step_result ra, rb;
    gradient(a, NULL, &da, &n, &ra, &micro[0]);
    gradient(b, overrides, &db, &n, &rb, &micro[1]);
    const double error = vulkan_case_difference(db, da, n);
    if (!(error <= (exact ? 0.0 : REORDERED)))
        fail_msg("gradients differ by %.2e", error);
    assert_true(fabs((double)ra.loss - (double)rb.loss) <= (exact ? 0.0 : 1e-5));
    free(da);
    free(db);
}

static void test_micro_batches(void **state)
{
    (void)state;
    const struct vulkan_case_config whole = {.activation = "sine", .side = 40};
    struct vulkan_case_config cut = whole;
    cut.memory_limit = 300000;
    uint32_t micro[2];
    compare(&whole, &cut, NULL, false, micro);
    assert_true(micro[0] == 1600 && micro[1] >= 64 && micro[1] < 1600 / 2);
    /* Each micro-batch a submission of its own: the same commands, so the same bits. */
    compare(&cut, &cut, &(struct inr_vk_overrides){.submit_flops = 1.0}, true, micro);
}

static void test_pool_parts(void **state)
{
    (void)state;
    uint32_t micro[2];
    static const struct vulkan_case_config configs[] = {
        {.activation = "sine", .batch_mode = (int)INR_BATCH_RANDOM, .batch = 100},
        {.activation = "sine", .depth = INR_DEPTH_U16, .channels = 1},
        {.activation = "sine", .depth = INR_DEPTH_F32, .points = true},
    };
    for (size_t i = 0; i < sizeof configs / sizeof configs[0]; i++) {
        /* 144 samples in four parts that do not end on a word */
        const uint64_t sample = i == 0 ? 3 : i == 1 ? 2 : 12;
        compare(&configs[i], &configs[i], &(struct inr_vk_overrides){.range = 37 * sample + 1},
                true, micro);
    }
    struct vulkan_case c;
    struct inr_error err = {0};
    vulkan_case_init(&c, &configs[0]);
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    inr_vk_exec_override(exec, &(struct inr_vk_overrides){.range = 100});
    assert_int_equal(inr_exec_set_pool(exec, &c.pool, &err), INR_ERR_MEMORY);
    assert_non_null(strstr(err.text, "can bind 4 parts"));
    struct inr_step_result result;
    struct inr_step step = {0};
    err = (struct inr_error){0};
    assert_int_equal(inr_exec_train(exec, &step, 1, &result, &err), INR_ERR_USAGE);
    inr_exec_destroy(exec);
    vulkan_case_finish(&c);
}

static void test_gpu_tiles(void **state)
{
    (void)state;
    uint32_t micro[2];
    const struct vulkan_case_config config = {.activation = "sine",
                                              .width = 70,
                                              .side = 23,
                                              .encoding = INR_ENCODING_OCTAVES,
                                              .n_frequencies = 5};
    compare(&config, &config, &(struct inr_vk_overrides){.gpu_tiles = true}, false, micro);
}

/* Steps in one call or one by one, chunks of any length: the same bytes. */
static void test_same_bytes(void **state)
{
    (void)state;
    enum { N = 300 };
    const struct vulkan_case_config config = {.activation = "incode",
                                              .learn_constants = true,
                                              .width = 8,
                                              .side = 8,
                                              .batch_mode = (int)INR_BATCH_RANDOM,
                                              .batch = 20};
    struct vulkan_case c;
    struct inr_error err = {0};
    vulkan_case_init(&c, &config);
    const size_t n = c.program->n_params;
    struct inr_step_result *results = calloc(2 * N, sizeof *results);
    float *params = calloc(2 * n, sizeof *params);
    assert_true(results && params);
    for (uint32_t way = 0; way < 2; way++) {
        struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
        if (way == 0)
            vulkan_case_train(&c, exec, 0, N, 1e-3f, results);
        for (uint32_t i = 0; way == 1 && i < N; i += 30) {
            vulkan_case_train(&c, exec, i, 1, 1e-3f, results + N + i);
            vulkan_case_train(&c, exec, i + 1, 29, 1e-3f, results + N + i + 1);
        }
        struct inr_state out = {.params = params + way * n};
        assert_int_equal(inr_exec_get_state(exec, &out, &err), INR_OK);
        inr_exec_destroy(exec);
    }
    assert_memory_equal(results, results + N, N * sizeof *results);
    assert_memory_equal(params, params + n, n * sizeof *params);
    free(results);
    free(params);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_eval(void **state)
{
    (void)state;
    const struct vulkan_case_config config = {.activation = "wire", .eval_only = true};
    struct vulkan_case c;
    struct inr_error err = {0};
    vulkan_case_init(&c, &config);
    struct inr_exec *cpu = vulkan_case_exec(&c, vulkan_case_cpu(), NULL);
    struct inr_exec *gpu = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    static const size_t counts[] = {0, 1, 63, 64, 65, 1000, 16384 + 7};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        const size_t n = counts[i];
        float *x = malloc((8 * n + 2) * sizeof *x), *a = x + 2 * n, *b = a + 3 * n;
        assert_non_null(x);
        for (size_t k = 0; k < 2 * n; k++)
            x[k] = (float)(k % 997) / 498.0f - 1.0f;
        assert_int_equal(inr_exec_eval(cpu, x, n, a, &err), INR_OK);
        assert_int_equal(inr_exec_eval(gpu, x, n, b, &err), INR_OK);
        assert_true(vulkan_case_difference(b, a, 3 * n) <= REORDERED);
        free(x);
    }
    inr_exec_destroy(cpu);
    inr_exec_destroy(gpu);
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

static void test_memory(void **state)
{
    (void)state;
    const struct vulkan_case_config config = {.activation = "sine", .width = 64};
    struct vulkan_case c;
    vulkan_case_init(&c, &config);
    static const uint64_t limits[] = {1000, 150000}; /* state, then slots do not fit */
    for (size_t i = 0; i < 2; i++) {
        struct inr_error err = {0};
        struct inr_exec *exec = NULL;
        const struct inr_exec_config limited = {.program = c.program,
                                                .batch = c.config.batch,
                                                .memory_limit = limits[i],
                                                .train = true};
        enum inr_status status =
            inr_exec_create(vulkan_case_device(), &limited, vulkan_case_log(), &exec, &err);
        if (status == INR_OK)
            status = inr_exec_set_pool(exec, &c.pool, &err);
        assert_int_equal(status, INR_ERR_MEMORY);
        assert_non_null(strstr(err.text, "MiB"));
        inr_exec_destroy(exec);
    }
    vulkan_case_finish(&c);
    assert_int_equal(vulkan_case_messages(), 0);
}

/* Apply `change` to every file of the cache folder; returns their number. */
static int each_cache_file(const char *folder, void (*change)(const char *path))
{
    int n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;) {
        char path[1024];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        change(path);
        n++;
    }
    if (dir)
        closedir(dir);
    return n;
}

static void keep(const char *path)
{
    (void)path;
}

static void flip_last(const char *path)
{
    FILE *f = fopen(path, "r+b");
    assert_non_null(f);
    assert_int_equal(fseek(f, -1, SEEK_END), 0);
    const int last = fgetc(f);
    assert_int_equal(fseek(f, -1, SEEK_END), 0);
    fputc(last ^ 0x55, f);
    fclose(f);
}

static void cut_short(const char *path)
{
    assert_int_equal(truncate(path, 11), 0);
}

static void fill_with_noise(const char *path)
{
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    for (int i = 0; i < 5000; i++)
        fputc(i * 37 & 0xff, f);
    fclose(f);
}

static void remove_it(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void run_once(void)
{
    const struct vulkan_case_config config = {.activation = "relu", .width = 4, .eval_only = true};
    struct vulkan_case c;
    struct inr_error err = {0};
    const float x[2] = {0.1f, 0.2f};
    float y[3];
    vulkan_case_init(&c, &config);
    struct inr_exec *exec = vulkan_case_exec(&c, vulkan_case_device(), NULL);
    assert_int_equal(inr_exec_eval(exec, x, 1, y, &err), INR_OK);
    inr_exec_destroy(exec);
    vulkan_case_finish(&c);
}

static void test_cache(void **state)
{
    (void)state;
    char base[256], folder[300];
    const char *where =
        getenv("INRUSH_TEST_FOLDER"); /* a test that was moved has no build folder */
    snprintf(base, sizeof base, "%s/test-cache", where ? where : INR_BUILD_DIR);
    snprintf(folder, sizeof folder, "%s/inrush", base);
    const char *before = getenv("XDG_CACHE_HOME");
    char *saved = before ? strdup(before) : NULL;
    (void)mkdir(base, 0700);
    each_cache_file(folder, remove_it);
    setenv("XDG_CACHE_HOME", base, 1);
    run_once();
    assert_int_equal(each_cache_file(folder, keep), 1);
    static void (*const changes[])(const char *) = {keep, flip_last, cut_short, fill_with_noise};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        assert_int_equal(each_cache_file(folder, changes[i]), 1);
        run_once();
        assert_int_equal(each_cache_file(folder, keep), 1);
    }
    setenv("XDG_CACHE_HOME", "/proc/nowhere", 1); /* not writable: no error */
    run_once();
    if (saved)
        setenv("XDG_CACHE_HOME", saved, 1);
    else
        unsetenv("XDG_CACHE_HOME");
    free(saved);
    assert_int_equal(vulkan_case_messages(), 0);
}

int main(void)
{
    (void)vulkan_case_device();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_devices),    cmocka_unit_test(test_transfers),
        cmocka_unit_test(test_barriers),   cmocka_unit_test(test_micro_batches),
        cmocka_unit_test(test_pool_parts), cmocka_unit_test(test_gpu_tiles),
        cmocka_unit_test(test_same_bytes), cmocka_unit_test(test_eval),
        cmocka_unit_test(test_memory),     cmocka_unit_test(test_cache),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

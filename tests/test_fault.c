/* SPDX-License-Identifier: MIT
 *
 * test_fault.c - The device is lost, or memory runs out, at every kind of call: the program says so
 * in one sentence, ends with the code for it, and what was saved is still there and goes on.
 *
 * The linker puts __wrap_volkLoadDeviceTable in the place of volk's: it fills the table as volk
 * does and then puts functions of this file into it, which fail when they are told to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <volk.h>

#include "cli/cli.h"
#include "vulkan_case.h"

enum call { NOTHING, SUBMIT, WAIT, ALLOCATE, PIPELINE };

/* What fails next: every call of the kind from number `after` on, or once `file` is there. */
static struct fault {
    enum call call;
    VkResult result;
    int after;
    const char *file;
    int seen, failed;
} fault;

static struct VolkDeviceTable driver;

static bool fails(enum call call)
{
    if (fault.call != call)
        return false;
    const bool now = fault.file ? access(fault.file, F_OK) == 0 : fault.seen >= fault.after;
    fault.seen++;
    fault.failed += now;
    return now;
}

static VkResult VKAPI_CALL submit(VkQueue queue, uint32_t n, const VkSubmitInfo *info,
                                  VkFence fence)
{
    return fails(SUBMIT) ? fault.result : driver.vkQueueSubmit(queue, n, info, fence);
}

/* The work is really over, as the driver may still use what is freed next. */
static VkResult VKAPI_CALL wait(VkDevice device, uint32_t n, const VkFence *fences, VkBool32 all,
                                uint64_t timeout)
{
    const VkResult result = driver.vkWaitForFences(device, n, fences, all, timeout);
    return fails(WAIT) ? fault.result : result;
}

static VkResult VKAPI_CALL allocate(VkDevice device, const VkMemoryAllocateInfo *info,
                                    const VkAllocationCallbacks *callbacks, VkDeviceMemory *memory)
{
    return fails(ALLOCATE) ? fault.result
                           : driver.vkAllocateMemory(device, info, callbacks, memory);
}

static VkResult VKAPI_CALL pipeline(VkDevice device, VkPipelineCache cache, uint32_t n,
                                    const VkComputePipelineCreateInfo *info,
                                    const VkAllocationCallbacks *callbacks, VkPipeline *pipelines)
{
    return fails(PIPELINE)
               ? fault.result
               : driver.vkCreateComputePipelines(device, cache, n, info, callbacks, pipelines);
}

void __real_volkLoadDeviceTable(struct VolkDeviceTable *table, VkDevice device);
void __wrap_volkLoadDeviceTable(struct VolkDeviceTable *table, VkDevice device);

void __wrap_volkLoadDeviceTable(struct VolkDeviceTable *table, VkDevice device)
{
    __real_volkLoadDeviceTable(table, device);
    driver = *table;
    table->vkQueueSubmit = submit;
    table->vkWaitForFences = wait;
    table->vkAllocateMemory = allocate;
    table->vkCreateComputePipelines = pipeline;
}

static char picture[512], model[512], latents[512], messages[512], device[16];

/* `inrush WORDS...` with this fault; returns its exit code, what it said is in `said`. */
static int run(const char *const *words, struct fault with, char *said, size_t size)
{
    char *argv[32] = {(char *)"inrush"};
    int n = 1;
    for (; words[n - 1]; n++)
        argv[n] = (char *)words[n - 1];
    fflush(stderr);
    const int before = dup(2);
    assert_non_null(freopen(messages, "w", stderr));
    fault = with;
    const int code = inr_cli_main(n, argv);
    fault.call = NOTHING;
    fflush(stderr);
    assert_true(dup2(before, 2) >= 0);
    close(before);
    FILE *file = fopen(messages, "r");
    assert_non_null(file);
    said[fread(said, 1, size - 1, file)] = 0;
    fclose(file);
    return code;
}

static void check_sentence(const char *said, const char *what)
{
    const char *error = strstr(said, "inrush: ");
    assert_non_null(error);
    assert_non_null(strstr(error, what));
    assert_null(strstr(error + 1, "inrush: "));
    assert_true(strchr(error, '\n') == error + strlen(error) - 1); /* one line, the last */
}

static uint64_t saved_steps(void)
{
    struct inr_model *loaded = NULL;
    struct inr_error err = {0};
    assert_int_equal(inr_model_load(model, &loaded, &err), INR_OK);
    const uint64_t steps = inr_model_info(loaded)->steps;
    assert_false(inr_model_info(loaded)->complete);
    inr_model_free(loaded);
    return steps;
}

/* A fit that saves every five steps meets a failure after the first time. */
static void test_checkpoint(void **state)
{
    (void)state;
    static const struct {
        enum call call;
        VkResult result;
        int code;
        const char *text;
    } rows[] = {
        {SUBMIT, VK_ERROR_DEVICE_LOST, 6, "device was lost"},
        {WAIT, VK_ERROR_DEVICE_LOST, 6, "device was lost"},
        {SUBMIT, VK_ERROR_OUT_OF_DEVICE_MEMORY, 7, "out of device memory"},
        {SUBMIT, VK_ERROR_OUT_OF_HOST_MEMORY, 7, "out of host memory"},
    };
    const char *const fit[] = {"fit", picture,        "-o", model,      "-f",   "--width",
                               "8",   "--layers",     "1",  "--batch",  "64",   "--steps",
                               "40",  "--save-every", "5",  "--device", device, NULL};
    const char *const resume[] = {"fit", picture, "-o",       model,  "--resume",
                                  model, "-q",    "--device", device, NULL};
    char said[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)unlink(model);
        const struct fault with = {.call = rows[i].call, .result = rows[i].result, .file = model};
        assert_int_equal(run(fit, with, said, sizeof said), rows[i].code);
        assert_true(fault.failed > 0);
        check_sentence(said, rows[i].text);
        assert_non_null(strstr(said, "the last checkpoint is kept; go on with: inrush fit "));
        assert_int_equal(saved_steps(), 5);
    }
    assert_int_equal(run(resume, (struct fault){0}, said, sizeof said), 0);
    assert_string_equal(said, "");
}

/* Memory runs out at the first, second ... allocation or pipeline, until none is left to fail. */
static void test_memory(void **state)
{
    (void)state;
    static const struct {
        enum call call;
        int step;
    } rows[] = {{ALLOCATE, 5}, {PIPELINE, 4}};
    const char *const fit[] = {"fit", picture,    "-o",   model,     "-f", "--width",
                               "8",   "--layers", "1",    "--batch", "64", "--steps",
                               "2",   "--device", device, NULL};
    char said[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int failures = 0, code = 7;
        for (int after = 0; code != 0; after += rows[i].step) {
            (void)unlink(model);
            const struct fault with = {
                .call = rows[i].call, .result = VK_ERROR_OUT_OF_DEVICE_MEMORY, .after = after};
            code = run(fit, with, said, sizeof said);
            if (code == 0)
                break;
            assert_int_equal(code, 7);
            assert_true(fault.failed > 0);
            check_sentence(said, rows[i].call == ALLOCATE ? "MiB" : "vkCreateComputePipelines");
            assert_int_not_equal(access(model, F_OK), 0);
            failures++;
        }
        assert_true(failures >= 3);
    }
}

/* Latents in training: no file of the first training, that of an earlier one where there is one. */
static void test_latents(void **state)
{
    (void)state;
    static const struct {
        enum call call;
        VkResult result;
        int after, code;
        const char *text;
        bool file;
    } rows[] = {
        {SUBMIT, VK_ERROR_DEVICE_LOST, 1, 6, "device was lost", false},
        {SUBMIT, VK_ERROR_DEVICE_LOST, 70, 6, "device was lost", false},
        {WAIT, VK_ERROR_DEVICE_LOST, 70, 6, "device was lost", false},
        {SUBMIT, VK_ERROR_DEVICE_LOST, 150, 6, "device was lost", true},
        {ALLOCATE, VK_ERROR_OUT_OF_DEVICE_MEMORY, 0, 7, "MiB", false},
        {ALLOCATE, VK_ERROR_OUT_OF_DEVICE_MEMORY, 20, 7, "MiB", false},
        {PIPELINE, VK_ERROR_OUT_OF_DEVICE_MEMORY, 3, 7, "vkCreateComputePipelines", false},
    };
    const char *const compress[] = {"compress", picture,    "-o",      latents, "-f",
                                    "--method", "latent",   "--steps", "8",     "--bytes",
                                    "90",       "--device", device,    NULL};
    char said[4096];
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)unlink(latents);
        const struct fault with = {
            .call = rows[i].call, .result = rows[i].result, .after = rows[i].after};
        assert_int_equal(run(compress, with, said, sizeof said), rows[i].code);
        assert_true(fault.failed > 0);
        check_sentence(said, rows[i].text);
        assert_int_equal(access(latents, F_OK) == 0, rows[i].file);
    }
}

int main(void)
{
    setenv("INRUSH_VALIDATION", "0", 1);
    const char *where = getenv("INRUSH_TEST_FOLDER");
    snprintf(device, sizeof device, "%d", vulkan_case_device()->index);
    snprintf(model, sizeof model, "%s/test_fault.inr", where ? where : INR_BUILD_DIR);
    snprintf(latents, sizeof latents, "%s/test_fault.inrz", where ? where : INR_BUILD_DIR);
    snprintf(messages, sizeof messages, "%s/test_fault.txt", where ? where : INR_BUILD_DIR);
    snprintf(picture, sizeof picture, "%s/test_fault.png", where ? where : INR_BUILD_DIR);
    char *draw[] = {"inrush", "signal", "star", "--side", "32", "-o", picture, "-f", "-qq", NULL};
    if (inr_cli_main((int)(sizeof draw / sizeof draw[0]) - 1, draw) != 0)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checkpoint),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_latents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

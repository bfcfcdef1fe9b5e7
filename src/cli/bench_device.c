/* SPDX-License-Identifier: MIT
 *
 * bench_device.c - `inrush bench device`: what a device can do at most, and the floor of a training
 * step that follows.
 */
#include <math.h>
#include <stdlib.h>

#include "bench/ceiling.h"
#include "bench/floor.h"
#include "bench/speed.h"

#include "cli/bench.h"
#include "cli/json.h"
#include "cli/text.h"

#define SECONDS 3.0
#define SAMPLE  3.0 /* bytes of a sample of a picture */

struct table {
    struct inr_cli *cli;
    struct inr_device device;
    struct inr_ceiling ceiling;
    struct inr_cli_numbers widths, batches;
    struct inr_bench_speed_case what;
    double seconds;
    json_t *floors; /* NULL: print lines */
};

static const struct {
    const char *key, *text, *unit;
    size_t offset;
    double scale;
} rates[] = {
    {"fp32_flops", "fp32 multiply-adds", "GFLOP/s", offsetof(struct inr_ceiling, fp32), 1e-9},
    {"matrix_flops", "16-bit matrix units", "GFLOP/s", offsetof(struct inr_ceiling, matrix), 1e-9},
    {"read_bytes", "memory, read", "GB/s", offsetof(struct inr_ceiling, read), 1e-9},
    {"write_bytes", "memory, written", "GB/s", offsetof(struct inr_ceiling, write), 1e-9},
    {"copy_bytes", "memory, copied (both ways)", "GB/s", offsetof(struct inr_ceiling, copy), 1e-9},
    {"shared_bytes", "shared memory, read", "GB/s", offsetof(struct inr_ceiling, shared), 1e-9},
    {"launch_seconds", "from kernel to kernel", "us", offsetof(struct inr_ceiling, launch), 1e6},
    {"submit_seconds", "submission and back", "us", offsetof(struct inr_ceiling, submit), 1e6},
};
enum { N_RATES = sizeof rates / sizeof rates[0] };

static double rate_of(const struct inr_ceiling *ceiling, size_t i)
{
    return *(const double *)((const char *)ceiling + rates[i].offset);
}

static void print_ceilings(const struct table *t)
{
    printf("%s\n", t->device.name);
    for (size_t i = 0; i < N_RATES; i++) {
        const double value = rate_of(&t->ceiling, i);
        if (value > 0.0)
            printf("  %-28s %12.1f %s\n", rates[i].text, rates[i].scale * value, rates[i].unit);
    }
    printf("%6s %8s %9s %9s %10s %9s %11s\n", "width", "batch", "GFLOP", "MB", "MB layered",
           "floor ms", "matrices ms");
}

/* The least time of a step by fp32, of a step by matrix units, and of a layered one. */
static void add_floor(struct table *t, const struct inr_floor *f)
{
    const struct inr_ceiling *c = &t->ceiling;
    const double fp32 = inr_floor_seconds(f->flops, c->fp32, f->fused, c->copy);
    const double matrix = inr_floor_seconds(f->flops, c->matrix, f->fused, c->copy);
    const double layered = inr_floor_seconds(f->flops, c->fp32, f->layered, c->copy);
    if (t->floors == NULL) {
        char text[32] = "-";
        if (matrix > 0.0)
            snprintf(text, sizeof text, "%.3f", 1e3 * matrix);
        printf("%6d %8u %9.2f %9.2f %10.1f %9.3f %11s\n", t->what.width, t->what.batch,
               1e-9 * f->flops, 1e-6 * f->fused, 1e-6 * f->layered, 1e3 * fp32, text);
        return;
    }
    json_t *row = json_object();
    inr_cli_json_integer(row, "width", (uint64_t)t->what.width);
    inr_cli_json_integer(row, "batch", t->what.batch);
    inr_cli_json_number(row, "flops", f->flops);
    inr_cli_json_number(row, "bytes", f->fused);
    inr_cli_json_number(row, "bytes_layered", f->layered);
    inr_cli_json_number(row, "seconds", fp32);
    inr_cli_json_number(row, "seconds_matrix", matrix > 0.0 ? matrix : (double)NAN);
    inr_cli_json_number(row, "seconds_layered", layered);
    json_array_append_new(t->floors, row);
}

static enum inr_status add_floors(struct table *t, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (size_t w = 0; w < t->widths.n && status == INR_OK; w++) {
        struct inr_field *field = NULL;
        struct inr_program *program = NULL;
        t->what.width = (int)t->widths.at[w];
        status = inr_bench_speed_field(&t->what, &field, &program, err);
        for (size_t b = 0; b < t->batches.n && status == INR_OK; b++) {
            struct inr_floor step;
            t->what.batch = t->batches.at[b];
            inr_floor_step(program, t->what.batch, SAMPLE, &step);
            add_floor(t, &step);
        }
        inr_program_free(program);
        inr_field_free(field);
    }
    return status;
}

static enum inr_status check(const struct inr_cli *cli, struct inr_error *err)
{
    static const char *const unused[] = {"csv",        "reps", "plan", "precision",
                                         "no-coopmat", "tile", "keep"};
    if (cli->args.n_operands > 1)
        return inr_fail(err, INR_ERR_USAGE, "bench device takes no files: leave out %s",
                        cli->args.operands[1]);
    for (size_t i = 0; i < sizeof unused / sizeof unused[0]; i++)
        if (inr_cli_count(&cli->args, unused[i]) > 0)
            return inr_fail(err, INR_ERR_USAGE,
                            "--%s does not go with 'bench device'; leave it out", unused[i]);
    return INR_OK;
}

static enum inr_status read_options(struct table *t, struct inr_error *err)
{
    const struct inr_cli *cli = t->cli;
    const char *name = inr_cli_get(&cli->args, "activation");
    struct inr_cli_device device = {0};
    char why[256];
    long layers = 3;
    enum inr_status status = check(cli, err);
    if (status == INR_OK)
        status = inr_cli_get_device(cli, &device, err);
    if (status == INR_OK)
        status = inr_cli_get_numbers(cli, "widths", "64,128,256", INR_MAX_WIDTH, &t->widths, err);
    if (status == INR_OK)
        status = inr_cli_get_numbers(cli, "batches", "16384,65536,262144,2097152", 1u << 24,
                                     &t->batches, err);
    if (status == INR_OK)
        status = inr_cli_get_integer(&cli->args, "layers", 0, INR_MAX_LAYERS, 3, &layers, err);
    if (status == INR_OK)
        status = inr_registry_find(INR_REGISTRY_ACTIVATION, name != NULL ? name : "sine",
                                   &t->what.activation, err);
    if (status == INR_OK)
        status = inr_cli_get_seconds(cli, &t->seconds, err);
    if (status == INR_OK)
        status = inr_device_choose(device.device, &t->device, why, sizeof why, err);
    if (status != INR_OK)
        return status;
    inr_logf(&cli->log, INR_LOG_INFO, "%s", why);
    t->what.layers = (int)layers;
    t->what.threads = device.threads;
    return INR_OK;
}

enum inr_status inr_cli_bench_device(struct inr_cli *cli, struct inr_error *err)
{
    struct table t = {.cli = cli, .seconds = SECONDS};
    enum inr_status status = read_options(&t, err);
    if (status == INR_OK)
        status =
            inr_bench_ceiling(&t.device, t.what.threads, t.seconds, &cli->log, &t.ceiling, err);
    if (status != INR_OK)
        return status;
    if (!cli->json) {
        print_ceilings(&t);
        return add_floors(&t, err);
    }
    json_t *root = json_object();
    t.floors = json_array();
    inr_cli_json_text(root, "device", t.device.name);
    inr_cli_json_text(root, "driver", t.device.driver);
    for (size_t i = 0; i < N_RATES; i++) {
        const double value = rate_of(&t.ceiling, i);
        inr_cli_json_number(root, rates[i].key, value > 0.0 ? value : (double)NAN);
    }
    inr_cli_json_bool(root, "device_clock", t.ceiling.timestamps);
    status = add_floors(&t, err);
    json_object_set_new(root, "floors", t.floors);
    if (status == INR_OK)
        return inr_cli_json_print(root, err);
    json_decref(root);
    return status;
}

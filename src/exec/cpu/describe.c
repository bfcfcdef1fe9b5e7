/* SPDX-License-Identifier: MIT
 *
 * describe.c - This machine's CPU as a device: name, cores this process may use, memory.
 */
#define _GNU_SOURCE /* sched_getaffinity */
#include "exec/cpu/cpu.h"

#include <cblas.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "exec/cpu/kernels.h"

int inr_cpu_threads(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0)
        return CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

/* "AMD EPYC 9354" from /proc/cpuinfo, or "unknown model". */
static void model_name(char *name, size_t size)
{
    snprintf(name, size, "unknown model");
    FILE *file = fopen("/proc/cpuinfo", "r");
    if (!file)
        return;
    char line[256];
    while (fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (!colon || strncmp(line, "model name", 10) != 0)
            continue;
        colon += 1 + strspn(colon + 1, " \t");
        snprintf(name, size, "%.*s", (int)strcspn(colon, "\n"), colon);
        break;
    }
    fclose(file);
}

void inr_cpu_describe(struct inr_device *out)
{
    const struct inr_cpu_kernels kernels = inr_cpu_kernels_pick();
    const int threads = inr_cpu_threads();
    char model[128];
    model_name(model, sizeof model);
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);

    *out = (struct inr_device){.kind = INR_DEVICE_CPU, .index = 0, .usable = true};
    snprintf(out->name, sizeof out->name, "cpu: %s (%d thread%s, %s)", model, threads,
             threads == 1 ? "" : "s", kernels.name);
    /* The configuration starts "OpenBLAS 0.3.21 ..." */
    const char *config = openblas_get_config();
    const size_t word = strcspn(config, " ");
    const size_t version = config[word] ? word + 1 + strcspn(config + word + 1, " ") : word;
    snprintf(out->driver, sizeof out->driver, "%.*s %s", (int)version, config,
             openblas_get_corename());
    out->memory = pages > 0 && page > 0 ? (uint64_t)pages * (uint64_t)page : 0;
    out->max_buffer = out->memory;
    out->subgroup = (uint32_t)kernels.lanes;
}

/* SPDX-License-Identifier: MIT
 *
 * cache.c - The pipeline cache on disk. Our own head (magic, size, hash) comes before the driver's
 * bytes, because not every driver survives a damaged cache.
 */
#include "exec/vulkan/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

#define MAGIC      "INRPIPE1"
#define SIZE_LIMIT (256u << 20)
#define PATH_SIZE  1024

struct head {
    char magic[8];
    uint64_t size;
    uint64_t hash;
};

/* FNV-1a: guards against accidents, not against enemies. */
static uint64_t hash_bytes(const uint8_t *bytes, size_t n)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ bytes[i]) * 0x100000001b3u;
    return h;
}

/* The file's path; with `make` the folders on the way are created. False: no place for it. */
static bool cache_path(const struct inr_vk_device *d, char path[PATH_SIZE], bool make)
{
    const char *base = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    int n;
    if (base && base[0] == '/')
        n = snprintf(path, PATH_SIZE, "%s", base);
    else if (home && home[0] == '/')
        n = snprintf(path, PATH_SIZE, "%s/.cache", home);
    else
        return false;
    if (n < 0 || n > PATH_SIZE - 128)
        return false;
    if (make)
        (void)mkdir(path, 0700);
    strcat(path, "/inrush");
    if (make)
        (void)mkdir(path, 0700);
    char *p = path + strlen(path);
    p += sprintf(p, "/pipelines-");
    for (uint32_t i = 0; i < VK_UUID_SIZE; i++)
        p += sprintf(p, "%02x", (unsigned)d->id.deviceUUID[i]);
    sprintf(p, "-%08x.bin", (unsigned)d->properties.driverVersion);
    return true;
}

/* The head the driver puts before its data: its size, a version, then vendor, device and UUID. */
static bool driver_head_fits(const struct inr_vk_device *d, const uint8_t *data, size_t size)
{
    uint32_t words[4];
    if (size < sizeof words + VK_UUID_SIZE)
        return false;
    memcpy(words, data, sizeof words);
    return words[0] >= sizeof words + VK_UUID_SIZE && words[0] <= size &&
           words[1] == VK_PIPELINE_CACHE_HEADER_VERSION_ONE && words[2] == d->properties.vendorID &&
           words[3] == d->properties.deviceID &&
           memcmp(data + sizeof words, d->properties.pipelineCacheUUID, VK_UUID_SIZE) == 0;
}

/* The driver's bytes inside the file, or NULL when anything about them is wrong. */
static const uint8_t *checked(const struct inr_vk_device *d, const uint8_t *file, size_t size,
                              size_t *n)
{
    struct head head;
    if (size < sizeof head)
        return NULL;
    memcpy(&head, file, sizeof head);
    const uint8_t *data = file + sizeof head;
    *n = size - sizeof head;
    if (memcmp(head.magic, MAGIC, sizeof head.magic) != 0 || head.size != *n ||
        head.hash != hash_bytes(data, *n) || !driver_head_fits(d, data, *n))
        return NULL;
    return data;
}

enum inr_status inr_vk_cache_load(struct inr_vk_device *d, VkPipelineCache *cache, uint64_t *hash,
                                  struct inr_error *err)
{
    char path[PATH_SIZE];
    uint8_t *file = NULL;
    const uint8_t *data = NULL;
    size_t size = 0, n = 0;
    *hash = 0;
    if (cache_path(d, path, false) && inr_file_read(path, SIZE_LIMIT, &file, &size, NULL) == INR_OK)
        data = checked(d, file, size, &n);
    if (data)
        *hash = hash_bytes(data, n);
    const VkPipelineCacheCreateInfo info = {.sType = VK_STRUCTURE_TYPE_PIPELINE_CACHE_CREATE_INFO,
                                            .initialDataSize = data ? n : 0,
                                            .pInitialData = data};
    enum inr_status status = INR_VK(d->fn.vkCreatePipelineCache(d->handle, &info, NULL, cache));
    free(file);
    if (status == INR_OK)
        inr_vk_name(d, VK_OBJECT_TYPE_PIPELINE_CACHE, (uint64_t)*cache, "pipeline cache");
    return status;
}

static void write_file(const char *path, const uint8_t *data, size_t n, uint64_t hash)
{
    struct head head = {.size = n, .hash = hash};
    memcpy(head.magic, MAGIC, sizeof head.magic);
    struct inr_outfile out;
    if (inr_outfile_open(&out, path, NULL) != INR_OK)
        return;
    if (fwrite(&head, sizeof head, 1, out.stream) == 1 && fwrite(data, 1, n, out.stream) == n)
        (void)inr_outfile_commit(&out, NULL);
    else
        inr_outfile_abort(&out);
}

void inr_vk_cache_store(struct inr_vk_device *d, VkPipelineCache cache, uint64_t hash)
{
    size_t n = 0;
    if (d->fn.vkGetPipelineCacheData(d->handle, cache, &n, NULL) != VK_SUCCESS || n == 0)
        return;
    uint8_t *data = malloc(n);
    char path[PATH_SIZE];
    if (data && d->fn.vkGetPipelineCacheData(d->handle, cache, &n, data) == VK_SUCCESS) {
        const uint64_t now = hash_bytes(data, n);
        if (now != hash && cache_path(d, path, true))
            write_file(path, data, n, now);
    }
    free(data);
}

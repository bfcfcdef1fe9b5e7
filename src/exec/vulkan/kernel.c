/* SPDX-License-Identifier: MIT
 *
 * kernel.c - Pipelines from embedded SPIR-V, one for each set of specialisation constants in use.
 */
#include "exec/vulkan/kernel.h"

#include <stdlib.h>
#include <string.h>

#include "common/latent.h"
#include "common/params.h"
#include "exec/vulkan/cache.h"
#include "exec/vulkan/vulkan.h"

/* How a kernel uses each binding: r reads, w writes, b both. */
struct kernel_info {
    const char *name;
    const char *bindings;
    uint32_t push_size;
};

static const struct kernel_info infos[INR_VK_KERNEL_COUNT] = {
    [INR_VK_SAMPLE_VALUES] = {"sample_values", "rrrrrw", sizeof(inr_push_sample)},
    [INR_VK_SAMPLE_GRID] = {"sample_grid", "rw", sizeof(inr_push_sample)},
    [INR_VK_ENCODE] = {"encode", "rrw", sizeof(inr_push_encode)},
    [INR_VK_ENCODE_JET] = {"encode_jet", "rb", sizeof(inr_push_encode)},
    [INR_VK_CHEBYSHEV] = {"chebyshev", "rw", sizeof(inr_push_encode)},
    [INR_VK_CHEBYSHEV_JET] = {"chebyshev_jet", "rw", sizeof(inr_push_encode)},
    [INR_VK_GRID] = {"grid", "rrrrw", sizeof(inr_push_grid)},
    [INR_VK_GRID_BACKWARD] = {"grid_backward", "rrrb", sizeof(inr_push_grid)},
    [INR_VK_GRID_BACKWARD_FLOAT] = {"grid_backward_float", "rrrb", sizeof(inr_push_grid)},
    [INR_VK_NEAREST] = {"nearest", "rrrw", sizeof(inr_push_nearest)},
    [INR_VK_COMPOSE] = {"compose", "rrrw", sizeof(inr_push_compose)},
    [INR_VK_COMPOSE_BACKWARD] = {"compose_backward", "rrrb", sizeof(inr_push_compose)},
    [INR_VK_COMPOSE_BACKWARD_FLOAT] = {"compose_backward_float", "rrrb", sizeof(inr_push_compose)},
    [INR_VK_MSC] = {"msc", "rrw", sizeof(inr_push_msc)},
    [INR_VK_MSC_BACKWARD] = {"msc_backward", "rrrb", sizeof(inr_push_msc)},
    [INR_VK_TABLE_GRADIENT] = {"table_gradient", "rrb", sizeof(inr_push_table)},
    [INR_VK_TABLE_PACK] = {"table_pack", "rw", sizeof(inr_push_table)},
    [INR_VK_VARIATION] = {"variation", "rb", sizeof(inr_push_variation)},
    [INR_VK_LOOKUP] = {"lookup", "rrw", sizeof(inr_push_lookup)},
    [INR_VK_LOOKUP_BACKWARD] = {"lookup_backward", "rrb", sizeof(inr_push_lookup_axis)},
    [INR_VK_RBF] = {"rbf", "rrw", sizeof(inr_push_rbf)},
    [INR_VK_RBF_BACKWARD] = {"rbf_backward", "rrrrw", sizeof(inr_push_rbf)},
    [INR_VK_RBF_JET] = {"rbf_jet", "rrb", sizeof(inr_push_rbf)},
    [INR_VK_RBF_JET_BACKWARD] = {"rbf_jet_backward", "rrrrw", sizeof(inr_push_rbf)},
    [INR_VK_MATMUL] = {"matmul", "rrbr", sizeof(inr_push_matmul)},
    [INR_VK_ACT_FORWARD] = {"act_forward", "rrw", sizeof(inr_push_act)},
    [INR_VK_ACT_BACKWARD] = {"act_backward", "rrrrb", sizeof(inr_push_act)},
    [INR_VK_ACT_CONSTANTS] = {"act_constants", "rrrrw", sizeof(inr_push_act)},
    [INR_VK_ACT_JET] = {"act_jet", "rrw", sizeof(inr_push_act)},
    [INR_VK_ACT_JET_BACKWARD] = {"act_jet_backward", "rrrrb", sizeof(inr_push_act)},
    [INR_VK_PAIR] = {"pair", "rrw", sizeof(inr_push_pair)},
    [INR_VK_PAIR_BACKWARD] = {"pair_backward", "rrb", sizeof(inr_push_pair)},
    [INR_VK_NORM] = {"norm", "rrww", sizeof(inr_push_norm)},
    [INR_VK_NORM_BACKWARD] = {"norm_backward", "rrrrb", sizeof(inr_push_norm)},
    [INR_VK_NORM_SUMS] = {"norm_sums", "rrrw", sizeof(inr_push_norm)},
    [INR_VK_NORM_JET] = {"norm_jet", "rrwb", sizeof(inr_push_norm)},
    [INR_VK_NORM_JET_BACKWARD] = {"norm_jet_backward", "rrrrb", sizeof(inr_push_norm)},
    [INR_VK_NORM_JET_SUMS] = {"norm_jet_sums", "rrrw", sizeof(inr_push_norm)},
    [INR_VK_LOSS] = {"loss", "rrww", sizeof(inr_push_loss)},
    [INR_VK_GEOMETRY] = {"geometry", "rrww", sizeof(inr_push_geometry)},
    [INR_VK_ROW_SUMS] = {"row_sums", "rw", sizeof(inr_push_row_sums)},
    [INR_VK_FUSED] = {"fused", "rrrrwb", sizeof(inr_push_fused)},
    [INR_VK_FUSED_MATRIX] = {"fused_matrix", "rrrrwb", sizeof(inr_push_fused)},
    [INR_VK_FUSED_SCALAR] = {"fused_scalar", "rrrrwb", sizeof(inr_push_fused)},
    [INR_VK_FUSED_PACK] = {"fused_pack", "rrw", sizeof(inr_push_fused_pack)},
    [INR_VK_FUSED_SUMS] = {"fused_sums", "rrb", sizeof(inr_push_fused_sums)},
    [INR_VK_REDUCE] = {"reduce", "rb", sizeof(inr_push_reduce)},
    [INR_VK_READOUT] = {"readout", "rrw", sizeof(inr_push_readout)},
    [INR_VK_READOUT_ADJOINT] = {"readout_adjoint", "rrw", sizeof(inr_push_readout)},
    [INR_VK_QUANTIZE] = {"quantize", "rrbr", sizeof(inr_push_quantize)},
    [INR_VK_MAP_FORWARD] = {"map_forward", "rrw", sizeof(inr_push_map)},
    [INR_VK_MAP_BACKWARD] = {"map_backward", "rrrw", sizeof(inr_push_map)},
    [INR_VK_MUON_BEGIN] = {"muon_begin", "rrbb", sizeof(inr_push_muon)},
    [INR_VK_MUON_PRODUCT] = {"muon_product", "rrrb", sizeof(inr_push_muon)},
    [INR_VK_OPTIMIZER] = {"optimizer", "rrbbbb", sizeof(inr_push_optimizer)},
    [INR_VK_OPTIMIZER_SPARSE] = {"optimizer_sparse", "rrbbbbb", sizeof(inr_push_optimizer)},
    [INR_VK_AVERAGE] = {"average", "rrw", sizeof(inr_push_average)},
    [INR_VK_LATENT_KERNEL_QUANTISE] = {"latent_quantise", "rrbww", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_GROW] = {"latent_grow", "rb", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_SYNTHESIS] = {"latent_synthesis", "rrrw", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_EDGE] = {"latent_edge", "rrw", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_PICTURE] = {"latent_picture", "rrrrrww", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_EDGE_BACK] = {"latent_edge_back", "rrrrrww", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_SYNTHESIS_BACK] = {"latent_synthesis_back", "rrrrrww",
                                             sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_SHRINK] = {"latent_shrink", "rb", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_ENTROPY] = {"latent_entropy", "rrrwwr", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_LEARN] = {"latent_learn", "rrrrrbw", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_SUMS] = {"latent_sums", "rrrrbbw", sizeof(inr_push_latent)},
    [INR_VK_LATENT_KERNEL_MOVE] = {"latent_move", "rrrrb", sizeof(inr_push_latent)},
    [INR_VK_CEILING_FMA] = {"ceiling_fma", "w", sizeof(inr_push_ceiling)},
    [INR_VK_CEILING_MEMORY] = {"ceiling_memory", "rw", sizeof(inr_push_ceiling)},
    [INR_VK_CEILING_SHARED] = {"ceiling_shared", "w", sizeof(inr_push_ceiling)},
    [INR_VK_CEILING_MATRIX] = {"ceiling_matrix", "w", sizeof(inr_push_ceiling)},
};

static const struct inr_vk_module *find_module(const char *name)
{
    for (size_t i = 0; i < inr_vk_module_count; i++)
        if (strcmp(inr_vk_modules[i].name, name) == 0)
            return &inr_vk_modules[i];
    return NULL;
}

static enum inr_status create_layouts(struct inr_vk_device *d, const struct kernel_info *info,
                                      struct inr_vk_family *family, struct inr_error *err)
{
    VkDescriptorSetLayoutBinding bindings[INR_VK_MAX_BINDINGS];
    const uint32_t n = (uint32_t)strlen(info->bindings);
    for (uint32_t i = 0; i < n; i++)
        bindings[i] =
            (VkDescriptorSetLayoutBinding){.binding = i,
                                           .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                           .descriptorCount = 1,
                                           .stageFlags = VK_SHADER_STAGE_COMPUTE_BIT};
    const VkDescriptorSetLayoutCreateInfo set = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_LAYOUT_CREATE_INFO,
        .bindingCount = n,
        .pBindings = bindings};
    enum inr_status status =
        INR_VK(d->fn.vkCreateDescriptorSetLayout(d->handle, &set, NULL, &family->set_layout));
    if (status != INR_OK)
        return status;
    const VkPushConstantRange push = {.stageFlags = VK_SHADER_STAGE_COMPUTE_BIT,
                                      .size = info->push_size};
    const VkPipelineLayoutCreateInfo layout = {.sType =
                                                   VK_STRUCTURE_TYPE_PIPELINE_LAYOUT_CREATE_INFO,
                                               .setLayoutCount = 1,
                                               .pSetLayouts = &family->set_layout,
                                               .pushConstantRangeCount = 1,
                                               .pPushConstantRanges = &push};
    return INR_VK(d->fn.vkCreatePipelineLayout(d->handle, &layout, NULL, &family->layout));
}

/* The module and layouts of a kernel, made when its first pipeline is. */
static enum inr_status open_family(struct inr_vk_kernels *k, enum inr_vk_kernel_id id,
                                   struct inr_error *err)
{
    struct inr_vk_family *family = &k->families[id];
    if (family->module)
        return INR_OK;
    const struct inr_vk_module *embedded = find_module(infos[id].name);
    if (!embedded)
        return inr_fail(err, INR_ERR_FAILED, "Kernel %s is not embedded", infos[id].name);
    enum inr_status status = create_layouts(k->d, &infos[id], family, err);
    if (status != INR_OK)
        return status;
    const VkShaderModuleCreateInfo info = {.sType = VK_STRUCTURE_TYPE_SHADER_MODULE_CREATE_INFO,
                                           .codeSize = embedded->size,
                                           .pCode = embedded->words};
    status = INR_VK(k->d->fn.vkCreateShaderModule(k->d->handle, &info, NULL, &family->module));
    inr_vk_name(k->d, VK_OBJECT_TYPE_SHADER_MODULE, (uint64_t)family->module, infos[id].name);
    inr_vk_name(k->d, VK_OBJECT_TYPE_PIPELINE_LAYOUT, (uint64_t)family->layout, infos[id].name);
    inr_vk_name(k->d, VK_OBJECT_TYPE_DESCRIPTOR_SET_LAYOUT, (uint64_t)family->set_layout,
                infos[id].name);
    return status;
}

static enum inr_status create_pipeline(struct inr_vk_kernels *k, struct inr_vk_kernel *kernel,
                                       struct inr_error *err)
{
    VkSpecializationMapEntry entries[INR_VK_MAX_CONSTANTS];
    for (uint32_t i = 0; i < kernel->n_constants; i++)
        entries[i] = (VkSpecializationMapEntry){i, i * 4, 4};
    const VkSpecializationInfo constants = {.mapEntryCount = kernel->n_constants,
                                            .pMapEntries = entries,
                                            .dataSize = kernel->n_constants * sizeof(uint32_t),
                                            .pData = kernel->constants};
    const struct inr_vk_family *family = &k->families[kernel->id];
    const VkComputePipelineCreateInfo info = {
        .sType = VK_STRUCTURE_TYPE_COMPUTE_PIPELINE_CREATE_INFO,
        .stage = {.sType = VK_STRUCTURE_TYPE_PIPELINE_SHADER_STAGE_CREATE_INFO,
                  .stage = VK_SHADER_STAGE_COMPUTE_BIT,
                  .module = family->module,
                  .pName = "main",
                  .pSpecializationInfo = &constants},
        .layout = family->layout};
    kernel->layout = family->layout;
    kernel->push_size = infos[kernel->id].push_size;
    enum inr_status status = INR_VK(k->d->fn.vkCreateComputePipelines(
        k->d->handle, k->cache, 1, &info, NULL, &kernel->pipeline));
    inr_vk_name(k->d, VK_OBJECT_TYPE_PIPELINE, (uint64_t)kernel->pipeline, infos[kernel->id].name);
    return status;
}

enum inr_status inr_vk_kernel_get(struct inr_vk_kernels *kernels, enum inr_vk_kernel_id id,
                                  const uint32_t *constants, uint32_t n_constants,
                                  const struct inr_vk_kernel **out, struct inr_error *err)
{
    *out = NULL;
    for (size_t i = 0; i < kernels->n; i++) {
        const struct inr_vk_kernel *k = kernels->list[i];
        if (k->id == id && k->n_constants == n_constants &&
            (n_constants == 0 ||
             memcmp(k->constants, constants, n_constants * sizeof *constants) == 0)) {
            *out = k;
            return INR_OK;
        }
    }
    enum inr_status status = open_family(kernels, id, err);
    if (status != INR_OK)
        return status;
    struct inr_vk_kernel **list = realloc(kernels->list, (kernels->n + 1) * sizeof *list);
    struct inr_vk_kernel *kernel = calloc(1, sizeof *kernel);
    if (list)
        kernels->list = list;
    if (!list || !kernel) {
        free(kernel);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a kernel");
    }
    kernel->id = id;
    kernel->n_constants = n_constants;
    for (uint32_t i = 0; i < n_constants; i++)
        kernel->constants[i] = constants[i];
    kernels->list[kernels->n++] = kernel;
    status = create_pipeline(kernels, kernel, err);
    if (status == INR_OK)
        *out = kernel;
    return status;
}

enum inr_status inr_vk_kernels_create(struct inr_vk_device *d, struct inr_vk_kernels *kernels,
                                      struct inr_error *err)
{
    *kernels = (struct inr_vk_kernels){.d = d};
    return inr_vk_cache_load(d, &kernels->cache, &kernels->cache_hash, err);
}

void inr_vk_kernels_destroy(struct inr_vk_kernels *kernels)
{
    struct inr_vk_device *d = kernels->d;
    if (!d)
        return;
    if (kernels->cache) {
        inr_vk_cache_store(d, kernels->cache, kernels->cache_hash);
        d->fn.vkDestroyPipelineCache(d->handle, kernels->cache, NULL);
    }
    for (size_t i = 0; i < kernels->n; i++) {
        d->fn.vkDestroyPipeline(d->handle, kernels->list[i]->pipeline, NULL);
        free(kernels->list[i]);
    }
    free(kernels->list);
    for (int i = 0; i < INR_VK_KERNEL_COUNT; i++) {
        d->fn.vkDestroyShaderModule(d->handle, kernels->families[i].module, NULL);
        d->fn.vkDestroyPipelineLayout(d->handle, kernels->families[i].layout, NULL);
        d->fn.vkDestroyDescriptorSetLayout(d->handle, kernels->families[i].set_layout, NULL);
    }
    *kernels = (struct inr_vk_kernels){0};
}

/* A descriptor pool for SETS more calls of any kernel. */
#define SETS 64
static enum inr_status add_pool(struct inr_vk_calls *calls, struct inr_error *err)
{
    VkDescriptorPool *pools = realloc(calls->pools, (calls->n_pools + 1) * sizeof *pools);
    if (!pools)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a descriptor pool");
    calls->pools = pools;
    const VkDescriptorPoolSize size = {.type = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                       .descriptorCount = SETS * INR_VK_MAX_BINDINGS};
    const VkDescriptorPoolCreateInfo info = {.sType = VK_STRUCTURE_TYPE_DESCRIPTOR_POOL_CREATE_INFO,
                                             .maxSets = SETS,
                                             .poolSizeCount = 1,
                                             .pPoolSizes = &size};
    enum inr_status status = INR_VK(calls->d->fn.vkCreateDescriptorPool(
        calls->d->handle, &info, NULL, &calls->pools[calls->n_pools]));
    if (status != INR_OK)
        return status;
    calls->n_pools++;
    calls->left = SETS;
    return INR_OK;
}

static void write_set(const struct inr_vk_calls *calls, const struct inr_vk_call *call)
{
    VkDescriptorBufferInfo ranges[INR_VK_MAX_BINDINGS];
    VkWriteDescriptorSet writes[INR_VK_MAX_BINDINGS];
    for (uint32_t i = 0; i < call->n_bindings; i++) {
        ranges[i] = (VkDescriptorBufferInfo){call->access[i].buffer->handle, 0, VK_WHOLE_SIZE};
        writes[i] = (VkWriteDescriptorSet){.sType = VK_STRUCTURE_TYPE_WRITE_DESCRIPTOR_SET,
                                           .dstSet = call->set,
                                           .dstBinding = i,
                                           .descriptorCount = 1,
                                           .descriptorType = VK_DESCRIPTOR_TYPE_STORAGE_BUFFER,
                                           .pBufferInfo = &ranges[i]};
    }
    calls->d->fn.vkUpdateDescriptorSets(calls->d->handle, call->n_bindings, writes, 0, NULL);
}

enum inr_status inr_vk_call_make(struct inr_vk_calls *calls, struct inr_vk_kernels *kernels,
                                 const struct inr_vk_kernel *kernel,
                                 const struct inr_vk_access *buffers, struct inr_vk_call *call,
                                 struct inr_error *err)
{
    enum inr_status status = calls->left ? INR_OK : add_pool(calls, err);
    if (status != INR_OK)
        return status;
    const struct kernel_info *info = &infos[kernel->id];
    *call = (struct inr_vk_call){.kernel = kernel, .n_bindings = (uint32_t)strlen(info->bindings)};
    for (uint32_t i = 0; i < call->n_bindings; i++) {
        call->access[i] = buffers[i];
        call->access[i].read = info->bindings[i] != 'w';
        call->access[i].write = info->bindings[i] != 'r';
    }
    const VkDescriptorSetAllocateInfo set = {
        .sType = VK_STRUCTURE_TYPE_DESCRIPTOR_SET_ALLOCATE_INFO,
        .descriptorPool = calls->pools[calls->n_pools - 1],
        .descriptorSetCount = 1,
        .pSetLayouts = &kernels->families[kernel->id].set_layout};
    status = INR_VK(calls->d->fn.vkAllocateDescriptorSets(calls->d->handle, &set, &call->set));
    if (status != INR_OK)
        return status;
    calls->left--;
    inr_vk_name(calls->d, VK_OBJECT_TYPE_DESCRIPTOR_SET, (uint64_t)call->set, info->name);
    write_set(calls, call);
    return INR_OK;
}

void inr_vk_calls_destroy(struct inr_vk_calls *calls)
{
    for (size_t i = 0; i < calls->n_pools; i++)
        calls->d->fn.vkDestroyDescriptorPool(calls->d->handle, calls->pools[i], NULL);
    free(calls->pools);
    *calls = (struct inr_vk_calls){.d = calls->d};
}

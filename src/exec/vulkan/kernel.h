/* SPDX-License-Identifier: MIT
 *
 * kernel.h - Embedded SPIR-V -> compute pipelines, specialised and cached; and calls: a kernel with
 * the buffers it works on.
 */
#ifndef INR_EXEC_VULKAN_KERNEL_H
#define INR_EXEC_VULKAN_KERNEL_H

#include "exec/vulkan/buffer.h"

#define INR_VK_MAX_CONSTANTS 26

enum inr_vk_kernel_id {
    INR_VK_SAMPLE_VALUES,
    INR_VK_SAMPLE_GRID,
    INR_VK_ENCODE,
    INR_VK_ENCODE_JET,
    INR_VK_CHEBYSHEV,
    INR_VK_CHEBYSHEV_JET,
    INR_VK_GRID,
    INR_VK_GRID_BACKWARD,
    INR_VK_GRID_BACKWARD_FLOAT, /* needs float_atomics of the device */
    INR_VK_NEAREST,
    INR_VK_COMPOSE,
    INR_VK_COMPOSE_BACKWARD,
    INR_VK_COMPOSE_BACKWARD_FLOAT, /* likewise */
    INR_VK_MSC,
    INR_VK_MSC_BACKWARD,
    INR_VK_TABLE_GRADIENT,
    INR_VK_TABLE_PACK,
    INR_VK_VARIATION,
    INR_VK_LOOKUP,
    INR_VK_LOOKUP_BACKWARD,
    INR_VK_RBF,
    INR_VK_RBF_BACKWARD,
    INR_VK_RBF_JET,
    INR_VK_RBF_JET_BACKWARD,
    INR_VK_MATMUL,
    INR_VK_ACT_FORWARD,
    INR_VK_ACT_BACKWARD,
    INR_VK_ACT_CONSTANTS,
    INR_VK_ACT_JET,
    INR_VK_ACT_JET_BACKWARD,
    INR_VK_PAIR,
    INR_VK_PAIR_BACKWARD,
    INR_VK_NORM,
    INR_VK_NORM_BACKWARD,
    INR_VK_NORM_SUMS,
    INR_VK_NORM_JET,
    INR_VK_NORM_JET_BACKWARD,
    INR_VK_NORM_JET_SUMS,
    INR_VK_LOSS,
    INR_VK_GEOMETRY,
    INR_VK_ROW_SUMS,
    INR_VK_FUSED,
    INR_VK_FUSED_MATRIX, /* needs `matrix` of the device */
    INR_VK_FUSED_SCALAR, /* needs `halves` */
    INR_VK_FUSED_PACK,
    INR_VK_FUSED_SUMS,
    INR_VK_REDUCE,
    INR_VK_READOUT,
    INR_VK_READOUT_ADJOINT,
    INR_VK_QUANTIZE,
    INR_VK_MAP_FORWARD,
    INR_VK_MAP_BACKWARD,
    INR_VK_MUON_BEGIN,
    INR_VK_MUON_PRODUCT,
    INR_VK_OPTIMIZER,
    INR_VK_OPTIMIZER_SPARSE,
    INR_VK_AVERAGE,
    INR_VK_LATENT_KERNEL_QUANTISE,
    INR_VK_LATENT_KERNEL_GROW,
    INR_VK_LATENT_KERNEL_SYNTHESIS,
    INR_VK_LATENT_KERNEL_EDGE,
    INR_VK_LATENT_KERNEL_PICTURE,
    INR_VK_LATENT_KERNEL_EDGE_BACK,
    INR_VK_LATENT_KERNEL_SYNTHESIS_BACK,
    INR_VK_LATENT_KERNEL_SHRINK,
    INR_VK_LATENT_KERNEL_ENTROPY,
    INR_VK_LATENT_KERNEL_LEARN,
    INR_VK_LATENT_KERNEL_SUMS,
    INR_VK_LATENT_KERNEL_MOVE,
    INR_VK_CEILING_FMA,
    INR_VK_CEILING_MEMORY,
    INR_VK_CEILING_SHARED,
    INR_VK_CEILING_MATRIX, /* needs `matrix` */
    INR_VK_KERNEL_COUNT
};

/* One specialised pipeline. */
struct inr_vk_kernel {
    enum inr_vk_kernel_id id;
    uint32_t constants[INR_VK_MAX_CONSTANTS]; /* constant_id 0, 1 ... */
    uint32_t n_constants;
    VkPipeline pipeline;
    VkPipelineLayout layout;
    uint32_t push_size;
};

/* What all pipelines of one kernel share. */
struct inr_vk_family {
    VkShaderModule module;
    VkDescriptorSetLayout set_layout;
    VkPipelineLayout layout;
};

struct inr_vk_kernels {
    struct inr_vk_device *d;
    VkPipelineCache cache;
    uint64_t cache_hash; /* of what the file held */
    struct inr_vk_family families[INR_VK_KERNEL_COUNT];
    struct inr_vk_kernel **list;
    size_t n;
};

enum inr_status inr_vk_kernels_create(struct inr_vk_device *d, struct inr_vk_kernels *kernels,
                                      struct inr_error *err);
/* Also writes the pipeline cache when it has grown. */
void inr_vk_kernels_destroy(struct inr_vk_kernels *kernels);

/* The pipeline of a kernel with these specialisation constants, made at the first request. */
enum inr_status inr_vk_kernel_get(struct inr_vk_kernels *kernels, enum inr_vk_kernel_id id,
                                  const uint32_t *constants, uint32_t n_constants,
                                  const struct inr_vk_kernel **out, struct inr_error *err);

/* A part of a buffer that is read or written: [begin, end) in a unit that all users of the buffer
 * agree upon; both 0 mean all of it. Kernels always see the whole buffer. */
struct inr_vk_access {
    const struct inr_vk_buffer *buffer;
    uint64_t begin, end;
    bool read, write;
};

/* A kernel bound to buffers, ready to be recorded many times with different push constants. */
struct inr_vk_call {
    const struct inr_vk_kernel *kernel;
    VkDescriptorSet set;
    uint32_t n_bindings;
    struct inr_vk_access access[INR_VK_MAX_BINDINGS];
};

/* Owner of the descriptor sets of calls that live and die together. */
struct inr_vk_calls {
    struct inr_vk_device *d;
    VkDescriptorPool *pools;
    size_t n_pools;
    uint32_t left; /* sets left in the newest pool */
};

/* Bind buffers in the order of the kernel's bindings; how each is accessed is known by the kernel.
 * The calls struct is zeroed but for `d` at first. */
enum inr_status inr_vk_call_make(struct inr_vk_calls *calls, struct inr_vk_kernels *kernels,
                                 const struct inr_vk_kernel *kernel,
                                 const struct inr_vk_access *buffers, struct inr_vk_call *call,
                                 struct inr_error *err);
void inr_vk_calls_destroy(struct inr_vk_calls *calls);

#endif

/* SPDX-License-Identifier: MIT
 *
 * kernels.c - Sizes, tensors and first values of a field's radial basis functions.
 */
#include "field/kernels.h"

#include <math.h>

#include "base/random.h"
#include "field/formula.h"
#include "field/grid.h"

#define KERNELS_MAX  (1 << 22)
#define FEATURES_MAX 256
#define SAMPLES_EACH                                                                               \
    24.0 /* as densely as the paper's: 4.3e6 parameters for pictures of 2.8e6 pixels */
#define FEW         64
#define SCALARS_MAX (UINT64_C(1) << 31) /* of all tables: offsets have 32 bits */
/* Random streams beside those of the encoding's tables. */
#define TENSOR 8448u

static const struct inr_kernel_form table[] = {
    {INR_KERNEL_IVQ, "ivq", "1 / (1 + d^T S d): inverse quadratic, of any orientation"},
    {INR_KERNEL_HAT, "hat", "product over axes of max(0, 1 - s |d|): a round multilinear hat"},
};

size_t inr_kernel_form_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_kernel_form *inr_kernel_form_at(size_t index)
{
    return index < inr_kernel_form_count() ? &table[index] : NULL;
}

const struct inr_kernel_form *inr_kernel_form_by_id(int id)
{
    for (size_t i = 0; i < inr_kernel_form_count(); i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

int inr_kernels_nearest(const struct inr_field_config *config)
{
    const int wanted = config->neighbours > 0 ? config->neighbours : config->dims == 3 ? 8 : 4;
    return wanted < config->kernels ? wanted : config->kernels;
}

int inr_kernels_shape(const struct inr_field_config *config)
{
    return config->kernel == INR_KERNEL_HAT ? 1 : config->dims * (config->dims + 1) / 2;
}

void inr_kernels_metric(const struct inr_field_config *config, float metric[INR_MAX_DIMS])
{
    int longest = 1;
    for (int a = 0; a < config->dims; a++)
        longest = config->resolution[a] > longest ? config->resolution[a] : longest;
    for (int a = 0; a < INR_MAX_DIMS; a++) {
        const bool known = a < config->dims && config->resolution[a] > 0;
        metric[a] = known ? (float)config->resolution[a] / (float)longest : 1.0f;
    }
}

void inr_kernels_frequencies(float low, float high, int n, float *out)
{
    const double octaves = log2((double)high / (double)low);
    for (int i = 0; i < n; i++)
        out[i] = (float)((double)low * exp2(octaves * i / (n > 1 ? n - 1 : 1)));
}

static enum inr_status check_range(const char *what, int value, int low, int high,
                                   struct inr_error *err)
{
    if (value >= low && value <= high)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE, "%s is %d: it must lie in %d..%d", what, value, low, high);
}

/* Both 0, or 0 < low <= high. */
static enum inr_status check_frequencies(const char *what, float low, float high,
                                         struct inr_error *err)
{
    const bool off = low == 0.0f && high == 0.0f;
    if (off || (low > 0.0f && high >= low && isfinite(high)))
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE,
                    "%s-low is %g and %s-high %g: the frequencies must rise from above 0, or both "
                    "ends be 0 for none",
                    what, (double)low, what, (double)high);
}

enum inr_status inr_kernels_check(const struct inr_field_config *config, struct inr_error *err)
{
    struct inr_grid_table tables[INR_GRID_TABLES_MAX];
    enum inr_status status = check_range("kernels", config->kernels, 1, KERNELS_MAX, err);
    if (status == INR_OK)
        status = check_range("neighbours", config->neighbours, 0, INR_KERNEL_NEAREST_MAX, err);
    if (status == INR_OK)
        status = check_range("kernel-features", config->kernel_features, 1, FEATURES_MAX, err);
    if (status == INR_OK && !inr_kernel_form_by_id(config->kernel))
        status = inr_fail(err, INR_ERR_USAGE, "kernel id %d is not known", config->kernel);
    if (status == INR_OK)
        status = check_frequencies("kernel", config->kernel_low, config->kernel_high, err);
    if (status == INR_OK)
        status = check_frequencies("unit", config->unit_low, config->unit_high, err);
    if (status != INR_OK)
        return status;
    uint64_t scalars = (uint64_t)config->kernels * (uint64_t)config->kernel_features;
    const int n = inr_grid_tables(config, tables);
    for (int i = 0; i < n; i++)
        scalars += tables[i].entries * (uint64_t)inr_grid_features(config);
    if (scalars > SCALARS_MAX)
        return inr_fail(err, INR_ERR_USAGE,
                        "tables and kernels would hold %.3g numbers: at most 2^31 are possible, "
                        "use fewer kernels or features",
                        (double)scalars);
    return INR_OK;
}

int inr_kernels_for(double samples)
{
    const double n = samples / SAMPLES_EACH, few = samples < FEW ? samples : FEW;
    return (int)fmin(fmax(n, few), KERNELS_MAX);
}

void inr_kernels_lay_out(struct inr_layout *layout)
{
    const struct inr_field_config *config = &layout->field->config;
    inr_layout_add(layout, INR_ROLE_KERNEL_TABLE, 0, config->kernels, config->kernel_features,
                   "kernels.features");
    layout->field->n_table = layout->field->n_params;
}

void inr_kernels_lay_out_frozen(struct inr_layout *layout)
{
    const struct inr_field_config *config = &layout->field->config;
    inr_layout_add_frozen(layout, INR_ROLE_KERNEL_CENTRE, 0, config->kernels, config->dims,
                          "kernels.centres");
    inr_layout_add_frozen(layout, INR_ROLE_KERNEL_SHAPE, 0, config->kernels,
                          inr_kernels_shape(config), "kernels.shapes");
}

/* The diagonal of a round kernel, of a deviation that is a side of the cube each has to itself. */
static float round_shape(const struct inr_field_config *config)
{
    float metric[INR_MAX_DIMS];
    double volume = 1.0;
    inr_kernels_metric(config, metric);
    for (int a = 0; a < config->dims; a++)
        volume *= 2.0 * (double)metric[a];
    const double side = pow(volume / config->kernels, 1.0 / config->dims);
    return (float)(config->kernel == INR_KERNEL_HAT ? 0.5 / side : 1.0 / (side * side));
}

void inr_kernels_init(struct inr_field *field, uint64_t seed)
{
    const struct inr_field_config *config = &field->config;
    const int n_shape = inr_kernels_shape(config);
    const float diagonal = round_shape(config);
    const size_t n = (size_t)config->kernels;
    float *features = field->params + inr_field_slice(field, "kernels.features")->offset;
    float *centres = field->params + inr_field_slice(field, "kernels.centres")->offset;
    float *shape = field->params + inr_field_slice(field, "kernels.shapes")->offset;
    inr_fill_uniform(features, n * (size_t)config->kernel_features, -1e-4f, 1e-4f, seed,
                     INR_STREAM_INIT, TENSOR);
    inr_fill_uniform(centres, n * (size_t)config->dims, -1.0f, 1.0f, seed, INR_STREAM_INIT,
                     TENSOR + 1);
    for (size_t i = 0; i < n; i++, shape += n_shape)
        for (int k = 0, row = 0, next = 0; k < n_shape; k++) {
            shape[k] = k == next ? diagonal : 0.0f;
            next += k == next ? config->dims - row++ : 0;
        }
}

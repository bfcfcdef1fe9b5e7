/* SPDX-License-Identifier: MIT
 *
 * grid.c - Table encodings: sizes, placement and initial values of their tables.
 */
#include "field/grid.h"

#include <math.h>
#include <stdio.h>

#include "base/random.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"
#include "field/kernels.h"

/* Scalars of all tables; offsets are 32 bits wide, and larger fields fit no machine of today. */
#define SCALARS_MAX (UINT64_C(1) << 31)
/* Tables after the ids of other tensors' random streams. */
#define TENSOR 8192u

static bool multi_level(const struct inr_field_config *config)
{
    return config->encoding == INR_ENCODING_MULTIGRID || config->encoding == INR_ENCODING_HASH ||
           config->encoding == INR_ENCODING_TILED;
}

int inr_grid_features(const struct inr_field_config *config)
{
    if (config->features > 0)
        return config->features;
    if (config->architecture == INR_ARCHITECTURE_NONE)
        return config->channels;
    return config->encoding == INR_ENCODING_PLANES ? config->width
           : config->encoding == INR_ENCODING_GRID ? 4
                                                   : 2;
}

int inr_grid_rows(const struct inr_field_config *config)
{
    const bool sum = config->architecture == INR_ARCHITECTURE_NONE || !multi_level(config);
    return inr_grid_features(config) * (sum ? 1 : config->levels);
}

/* One level whose end points lie on the ends of the domain. */
static void add_aligned(struct inr_grid_table *tables, int *n, const char *name, int n_axes,
                        const int *axes, const int *points)
{
    struct inr_grid_table *t = &tables[(*n)++];
    uint32_t p[INR_MAX_DIMS] = {1, 1, 1};
    *t = (struct inr_grid_table){.n_axes = n_axes, .n_levels = 1, .entries = 1};
    int used = snprintf(t->name, sizeof t->name, "encoding.%s", name);
    for (int i = 0; i < n_axes; i++) {
        t->axes[i] = axes[i];
        p[i] = (uint32_t)points[i];
        t->entries *= p[i];
        if (n_axes < 3 && used > 0 && (size_t)used < sizeof t->name) /* encoding.plane.01 */
            used +=
                snprintf(t->name + used, sizeof t->name - (size_t)used, i ? "%d" : ".%d", axes[i]);
    }
    t->levels[0] = (inr_grid_level){.entries = (uint32_t)t->entries,
                                    .kind = INR_GRID_DENSE,
                                    .points0 = p[0],
                                    .points1 = p[1],
                                    .points2 = p[2],
                                    .stride1 = p[0],
                                    .stride2 = p[0] * p[1],
                                    .scale0 = (float)(p[0] - 1),
                                    .scale1 = (float)(p[1] - 1),
                                    .scale2 = (float)(p[2] - 1)};
}

/* Lines, planes and a volume (GA-Planes). */
static int add_planes(const struct inr_field_config *config, struct inr_grid_table *tables)
{
    int n = 0;
    const int dims = config->dims, side = config->plane_resolution;
    const int all[INR_MAX_DIMS] = {0, 1, 2}, plane[2] = {side, side};
    const int volume[3] = {config->volume_resolution, config->volume_resolution,
                           config->volume_resolution};
    for (int i = 0; i < dims; i++)
        add_aligned(tables, &n, "line", 1, &i, &config->resolution[i]);
    for (int i = 0; i < dims; i++)
        for (int j = i + 1; j < dims; j++)
            add_aligned(tables, &n, "plane", 2, (const int[]){i, j}, plane);
    if (dims == 3)
        add_aligned(tables, &n, "volume", 3, all, volume);
    return n;
}

/* Scale of level l: N_min b^l - 1, b given or exp(ln(N_max / N_min) / (L - 1)). A whole number that
 * rounding has moved is put back, or the level would get a point more on some machines. */
static double level_scale(const struct inr_field_config *config, int level)
{
    const double base = config->base_resolution;
    double b = (double)config->level_scale;
    if (!(b > 0.0))
        b = config->levels > 1 ? exp(log(config->finest_resolution / base) / (config->levels - 1))
                               : 1.0;
    const double scale = base * pow(b, level) - 1.0;
    return fabs(scale - rint(scale)) < 1e-5 * (fabs(scale) + 1.0) ? rint(scale) : scale;
}

static inr_grid_level make_level(const struct inr_field_config *config, int level)
{
    const double scale = level_scale(config, level);
    const uint32_t points = (uint32_t)ceil(scale) + 1;
    const bool capped = config->encoding != INR_ENCODING_MULTIGRID;
    const uint64_t most = capped ? UINT64_C(1) << config->log2_table : SCALARS_MAX;
    uint64_t all = points, stride2 = (uint64_t)points * points;
    for (int i = 1; i < config->dims; i++)
        all = all < SCALARS_MAX ? all * points : all;
    uint64_t entries = (all + 7) / 8 * 8;
    entries = entries < most ? entries : most;
    const bool hashed = config->encoding == INR_ENCODING_HASH && entries < all;
    return (inr_grid_level){.entries = (uint32_t)entries,
                            .kind = hashed          ? INR_GRID_HASH
                                    : entries < all ? INR_GRID_TILED
                                                    : INR_GRID_DENSE,
                            .points0 = points,
                            .points1 = config->dims > 1 ? points : 1,
                            .points2 = config->dims > 2 ? points : 1,
                            .stride1 = points,
                            .stride2 = (uint32_t)stride2,
                            .scale0 = (float)scale,
                            .scale1 = (float)scale,
                            .scale2 = (float)scale,
                            .shift = 0.5f};
}

static int add_levels(const struct inr_field_config *config, struct inr_grid_table *t)
{
    *t = (struct inr_grid_table){.name = "encoding.table",
                                 .n_axes = config->dims,
                                 .axes = {0, 1, 2},
                                 .n_levels = config->levels};
    for (int level = 0; level < config->levels; level++) {
        t->levels[level] = make_level(config, level);
        t->levels[level].offset = (uint32_t)(t->entries * (uint64_t)inr_grid_features(config));
        t->entries += t->levels[level].entries;
    }
    return 1;
}

int inr_grid_tables(const struct inr_field_config *config, struct inr_grid_table *tables)
{
    const int all[INR_MAX_DIMS] = {0, 1, 2};
    int n = 0;
    if (config->encoding == INR_ENCODING_PLANES)
        return add_planes(config, tables);
    if (multi_level(config))
        return add_levels(config, tables);
    if (config->encoding == INR_ENCODING_GRID) {
        add_aligned(tables, &n, "grid", config->dims, all, config->resolution);
        snprintf(tables[0].name, sizeof tables[0].name, "encoding.table");
    }
    return n;
}

void inr_field_take_shape(struct inr_field_config *config, const uint32_t *shape)
{
    uint32_t longest = 1;
    double points = 1.0;
    for (int i = 0; i < config->dims; i++) {
        points *= shape[i];
        if (config->resolution[i] == 0)
            config->resolution[i] = shape[i] < 65536u ? (int)shape[i] : 65536;
        longest = shape[i] > longest ? shape[i] : longest;
    }
    if (config->kernels == 0)
        config->kernels = inr_kernels_for(points);
    if (config->finest_resolution > 0)
        return;
    config->finest_resolution = longest < 2 * 65536u ? (int)(longest / 2) : 65536;
    if (config->finest_resolution < config->base_resolution)
        config->finest_resolution = config->base_resolution;
}

static enum inr_status check_range(const char *what, int value, int low, int high,
                                   struct inr_error *err)
{
    if (value >= low && value <= high)
        return INR_OK;
    return inr_fail(err, INR_ERR_USAGE, "%s is %d: it must lie in %d..%d", what, value, low, high);
}

static enum inr_status check_levels(const struct inr_field_config *config, struct inr_error *err)
{
    enum inr_status status = check_range("levels", config->levels, 1, INR_GRID_LEVELS_MAX, err);
    if (status == INR_OK)
        status = check_range("base-resolution", config->base_resolution, 1, 65536, err);
    if (status == INR_OK && !(config->level_scale > 0.0f))
        status = check_range("finest-resolution", config->finest_resolution,
                             config->base_resolution, 65536, err);
    if (status == INR_OK && config->encoding != INR_ENCODING_MULTIGRID)
        status = check_range("log2-table", config->log2_table, 3, 28, err);
    if (status == INR_OK && !(config->level_scale >= 0.0f && config->level_scale <= 16.0f))
        status = inr_fail(err, INR_ERR_USAGE, "level-scale is %g: it must lie in 1..16, or be 0",
                          (double)config->level_scale);
    if (status == INR_OK && level_scale(config, config->levels - 1) > 1e9)
        status = inr_fail(err, INR_ERR_USAGE,
                          "the finest of %d levels would have more than 1e9 points a side: use "
                          "fewer levels or a smaller level-scale",
                          config->levels);
    return status;
}

static enum inr_status check_sides(const struct inr_field_config *config, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    for (int i = 0; i < config->dims && status == INR_OK; i++)
        status = check_range("resolution", config->resolution[i], 1, 65536, err);
    if (config->encoding != INR_ENCODING_PLANES)
        return status;
    if (status == INR_OK)
        status = check_range("plane-resolution", config->plane_resolution, 1, 4096, err);
    if (status == INR_OK)
        status = check_range("volume-resolution", config->volume_resolution, 1, 512, err);
    return status;
}

enum inr_status inr_grid_check(const struct inr_field_config *config, struct inr_error *err)
{
    struct inr_grid_table tables[INR_GRID_TABLES_MAX];
    enum inr_status status = check_range("features", inr_grid_features(config), 1, 256, err);
    if (status == INR_OK)
        status = check_range("interpolation", config->interpolation, INR_GRID_LINEAR,
                             INR_GRID_CUBIC, err);
    if (status == INR_OK && config->interpolation == INR_GRID_CUBIC && multi_level(config))
        status =
            inr_fail(err, INR_ERR_USAGE,
                     "cubic interpolation is for grids of one level: use linear or smoothstep");
    if (status == INR_OK)
        status = multi_level(config) ? check_levels(config, err) : check_sides(config, err);
    if (status != INR_OK)
        return status;
    uint64_t scalars = 0;
    const int n = inr_grid_tables(config, tables);
    for (int i = 0; i < n; i++)
        scalars += tables[i].entries * (uint64_t)inr_grid_features(config);
    if (scalars > SCALARS_MAX)
        return inr_fail(err, INR_ERR_USAGE,
                        "the tables would hold %.3g numbers: at most 2^31 are possible, use a "
                        "lower resolution or fewer features",
                        (double)scalars);
    return INR_OK;
}

void inr_grid_lay_out(struct inr_layout *layout)
{
    struct inr_grid_table tables[INR_GRID_TABLES_MAX];
    const struct inr_field_config *config = &layout->field->config;
    const int n = inr_grid_tables(config, tables);
    for (int i = 0; i < n; i++)
        inr_layout_add(layout, INR_ROLE_TABLE, i, (int)tables[i].entries, inr_grid_features(config),
                       tables[i].name);
    layout->field->n_table = layout->field->n_params;
}

void inr_grid_init(struct inr_field *field, const struct inr_slice *s, uint64_t seed)
{
    struct inr_grid_table tables[INR_GRID_TABLES_MAX];
    const struct inr_field_config *config = &field->config;
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    const uint32_t tensor = TENSOR + (uint32_t)s->layer;
    float *out = field->params + s->offset;
    if (config->encoding == INR_ENCODING_GRID) {
        for (size_t i = 0; i < n; i++)
            out[i] = 0.1f;
        return;
    }
    if (config->encoding != INR_ENCODING_PLANES) {
        inr_fill_uniform(out, n, -1e-4f, 1e-4f, seed, INR_STREAM_INIT, tensor);
        return;
    }
    inr_grid_tables(config, tables);
    const int axes = tables[s->layer].n_axes;
    if (axes == 1)
        inr_fill_uniform(out, n, 0.1f, 0.25f, seed, INR_STREAM_INIT, tensor);
    else
        inr_fill_normal(out, n, 0.0f, axes == 2 ? 0.01f : 0.001f, seed, INR_STREAM_INIT, tensor);
}

/* SPDX-License-Identifier: MIT
 *
 * selftest_table.c - Table encodings: values, gradients, the sparse optimiser, regularisers.
 */
#include "exec/selftest_case.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/formula.h"

/* Small tables of an encoding under a linear network. */
static struct inr_selftest_setup table_setup(int encoding)
{
    struct inr_selftest_setup s = inr_selftest_linear();
    s.field.encoding = encoding;
    s.field.features = encoding == INR_ENCODING_PLANES ? 6 : 2;
    s.field.levels = 3;
    s.field.base_resolution = 3;
    s.field.finest_resolution = 9;
    s.field.log2_table = 5;
    s.field.plane_resolution = 4;
    s.field.volume_resolution = 3;
    for (int i = 0; i < INR_MAX_DIMS; i++)
        s.field.resolution[i] = 6 + i;
    return s;
}

static enum inr_status check_tables(const struct inr_selftest_report *r)
{
    static const struct {
        const char *detail;
        int interpolation, dims;
        bool fixed, halves;
    } rows[] = {{"grid, smooth step", INR_GRID_SMOOTHSTEP, 2, false, false},
                {"grid, cubic", INR_GRID_CUBIC, 2, false, false},
                {"grid, three dimensions", INR_GRID_LINEAR, 3, false, false},
                {"grid, fixed point", INR_GRID_LINEAR, 2, true, false},
                {"grid of 16-bit floats", INR_GRID_LINEAR, 3, false, true}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < inr_encoding_count() && status == INR_OK; i++) {
        const struct inr_encoding *encoding = inr_encoding_at(i);
        const struct inr_selftest_setup s = table_setup(encoding->id);
        if (encoding->tables)
            status = inr_selftest_both(r, &s, "table forward", "table backward", encoding->name);
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = table_setup(INR_ENCODING_GRID);
        s.field.interpolation = rows[i].interpolation;
        s.field.dims = rows[i].dims;
        s.points = rows[i].dims > 2;
        s.exec.fixed_point = rows[i].fixed;
        s.exec.half_tables = rows[i].halves;
        status = inr_selftest_both(r, &s, "table forward", "table backward", rows[i].detail);
    }
    return status;
}

/* Radial basis functions alone. */
static enum inr_status check_kernels(const struct inr_selftest_report *r)
{
    static const struct {
        const char *detail;
        int dims, form;
        float high;
        bool fixed;
    } rows[] = {{"inverse quadratics", 2, INR_KERNEL_IVQ, 8.0f, false},
                {"hats in three dimensions", 3, INR_KERNEL_HAT, 4.0f, false},
                {"shares", 2, INR_KERNEL_IVQ, 0.0f, true}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = table_setup(INR_ENCODING_IDENTITY);
        s.field.architecture = INR_ARCHITECTURE_NEURBF;
        s.field.dims = rows[i].dims;
        s.points = rows[i].dims > 2;
        s.field.kernels = 50;
        s.field.kernel_features = 6;
        s.field.kernel = rows[i].form;
        s.field.kernel_low = rows[i].high > 0.0f ? 0.25f : 0.0f;
        s.field.kernel_high = rows[i].high;
        s.field.unit_low = 1.0f;
        s.field.unit_high = 4.0f;
        s.exec.fixed_point = rows[i].fixed;
        status = inr_selftest_both(r, &s, "kernels forward", "kernels backward", rows[i].detail);
    }
    return status;
}

/* What only tables have: the sparse optimiser and the regularisers. */
static enum inr_status check_updates(const struct inr_selftest_report *r)
{
    static const struct {
        const char *detail;
        int encoding;
        bool sparse;
        float tv, l2;
    } rows[] = {{"adam, sparse tables", INR_ENCODING_HASH, true, 0.0f, 0.0f},
                {"adam, regularised tables", INR_ENCODING_PLANES, false, 0.1f, 0.01f}};
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0] && status == INR_OK; i++) {
        struct inr_selftest_setup s = table_setup(rows[i].encoding);
        struct inr_selftest_pair *p = NULL;
        s.exec.optimizer.sparse = rows[i].sparse;
        s.exec.optimizer.average = rows[i].sparse;
        s.exec.table_tv = rows[i].tv;
        s.exec.table_l2 = rows[i].l2;
        status = inr_selftest_pair(r, &s, &p);
        if (status == INR_OK)
            status = inr_selftest_updates(r, p, rows[i].detail);
        if (status == INR_OK && rows[i].sparse)
            status =
                inr_selftest_values(r, p, "average", rows[i].detail, INR_SELFTEST_TOLERANCE_VALUE);
        if (p)
            inr_selftest_release(p);
    }
    return status;
}

enum inr_status inr_selftest_tables(const struct inr_selftest_report *r)
{
    enum inr_status status = check_tables(r);
    if (status == INR_OK)
        status = check_kernels(r);
    return status == INR_OK ? check_updates(r) : status;
}

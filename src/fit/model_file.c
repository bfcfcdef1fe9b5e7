/* SPDX-License-Identifier: MIT
 *
 * model_file.c - Models to and from files: which tensors there are, and that they are all there.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "field/layout.h"
#include "fit/config.h"
#include "fit/metadata.h"

/* Larger than any field within the limits of its settings, with state. */
#define FILE_MAX (UINT64_C(1) << 36)
/* Colour profiles are a few hundred bytes to a few megabytes. */
#define ICC_MAX (UINT64_C(1) << 26)

#define ICC_TENSOR "source.icc"

/* Which slices an array holds. */
enum part { ALL, TRAINABLE, TABLES };

/* The arrays a model may hold, one tensor a slice. */
struct array {
    const char *prefix; /* of the names */
    enum part part;
    size_t offset; /* of the float pointer in struct inr_training; the field's own is row 0 */
};

static const struct array arrays[] = {
    {"", ALL, 0},
    {"optimizer.m.", TRAINABLE, offsetof(struct inr_training, m)},
    {"optimizer.v.", TRAINABLE, offsetof(struct inr_training, v)},
    {"optimizer.counts.", TABLES, offsetof(struct inr_training, counts)},
    {"best.", ALL, offsetof(struct inr_training, best)},
    {"optimizer.raw.", ALL, offsetof(struct inr_training, raw)},
    {"optimizer.lag.", TRAINABLE, offsetof(struct inr_training, lag)},
};
#define N_ARRAYS (sizeof arrays / sizeof arrays[0])

static float **array_of(struct inr_model *model, const struct array *array)
{
    if (array == &arrays[0])
        return &model->field->params;
    return (float **)(void *)((char *)&model->training + array->offset);
}

static bool holds(const struct array *array, const struct inr_slice *slice)
{
    return array->part == ALL || (array->part == TRAINABLE && slice->trainable) ||
           (array->part == TABLES &&
            (slice->role == INR_ROLE_TABLE || slice->role == INR_ROLE_KERNEL_TABLE));
}

static size_t array_size(const struct array *array, const struct inr_field *field)
{
    return array->part == ALL         ? field->n_params
           : array->part == TRAINABLE ? field->n_trainable
                                      : field->n_table;
}

static void tensor_name(const struct array *array, const struct inr_slice *slice,
                        char out[INR_TENSOR_NAME])
{
    snprintf(out, INR_TENSOR_NAME, "%s%s", array->prefix, slice->name);
}

static bool is_vector(const struct inr_slice *slice)
{
    return slice->role == INR_ROLE_BIAS || slice->role == INR_ROLE_BIAS_IMAG ||
           slice->role == INR_ROLE_CONSTANTS || slice->role == INR_ROLE_STEP;
}

static size_t list_tensors(const struct inr_model *model, struct inr_tensor *tensors)
{
    const struct inr_field *field = model->field;
    size_t n = 0;
    for (size_t a = 0; a < N_ARRAYS; a++) {
        /* The model is only read, but array_of serves reading and writing. */
        const float *values = *array_of((struct inr_model *)(uintptr_t)model, &arrays[a]);
        for (size_t i = 0; values && i < field->n_slices; i++) {
            const struct inr_slice *s = &field->slices[i];
            if (!holds(&arrays[a], s))
                continue;
            char name[INR_TENSOR_NAME];
            tensor_name(&arrays[a], s, name);
            inr_tensor_set(&tensors[n++], name, values + s->offset, (size_t)s->rows,
                           is_vector(s) ? 0 : (size_t)s->cols);
        }
    }
    /* Bytes last, so that every float stays aligned in the file. */
    if (model->source.icc && model->source.icc_size)
        tensors[n++] = (struct inr_tensor){.name = ICC_TENSOR,
                                           .dtype = INR_DTYPE_U8,
                                           .n_dims = 1,
                                           .shape = {model->source.icc_size},
                                           .size = model->source.icc_size,
                                           .bytes = model->source.icc};
    return n;
}

/* `name` is for messages. */
static enum inr_status write_model(const struct inr_model *model, FILE *stream, const char *name,
                                   struct inr_error *err)
{
    struct inr_tensor *tensors = calloc(model->field->n_slices * N_ARRAYS + 1, sizeof *tensors);
    size_t n = tensors ? list_tensors(model, tensors) : 0;
    json_t *metadata = tensors ? inr_metadata_write(model, inr_tensors_crc(tensors, n)) : NULL;
    enum inr_status status = INR_OK;
    if (!metadata)
        status = inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for the header", name);
    if (status == INR_OK)
        status = inr_tensors_write(stream, tensors, n, metadata, err);
    json_decref(metadata);
    free(tensors);
    return status;
}

enum inr_status inr_model_save(const struct inr_model *model, const char *path,
                               struct inr_error *err)
{
    struct inr_outfile out = {0};
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status == INR_OK)
        status = write_model(model, out.stream, path, err);
    if (status == INR_OK)
        status = inr_outfile_commit(&out, err);
    inr_outfile_abort(&out);
    return status;
}

enum inr_status inr_model_bytes(const struct inr_model *model, uint64_t *bytes,
                                struct inr_error *err)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (!stream)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the size of a model");
    enum inr_status status = write_model(model, stream, "the model", err);
    if (fclose(stream) != 0 && status == INR_OK)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for the size of a model");
    free(text);
    *bytes = size;
    return status;
}

struct loader {
    struct inr_tensor_file file;
    struct inr_model *model;
    const char *name;
    struct inr_error *err;
};

/* Find every tensor of an array and check its shape, before anything is allocated. */
static enum inr_status check_array(struct loader *l, const struct array *array)
{
    const struct inr_field *field = l->model->field;
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        char name[INR_TENSOR_NAME];
        if (!holds(array, s))
            continue;
        tensor_name(array, s, name);
        struct inr_tensor *t = inr_tensor_file_find(&l->file, name);
        if (!t)
            return inr_fail(l->err, INR_ERR_INPUT, "%s: tensor \"%s\" is missing", l->name, name);
        uint64_t cols = is_vector(s) ? 0 : (uint64_t)s->cols;
        if (t->dtype != INR_DTYPE_F32 || t->n_dims != (cols ? 2 : 1) ||
            t->shape[0] != (uint64_t)s->rows || t->shape[1] != cols)
            return inr_fail(l->err, INR_ERR_INPUT,
                            "%s: tensor \"%s\" is not the F32 [%d%s%.0d] its settings describe",
                            l->name, name, s->rows, cols ? ", " : "", (int)cols);
        t->used = true;
    }
    return INR_OK;
}

static enum inr_status fill_array(struct loader *l, const struct array *array)
{
    const struct inr_field *field = l->model->field;
    const size_t n = array_size(array, field);
    float *values = malloc(n * sizeof *values);
    *array_of(l->model, array) = values;
    if (!values)
        return inr_fail(l->err, INR_ERR_MEMORY, "%s: out of memory for %zu parameters", l->name, n);
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        char name[INR_TENSOR_NAME];
        if (!holds(array, s))
            continue;
        tensor_name(array, s, name);
        inr_tensor_floats(inr_tensor_file_find(&l->file, name), values + s->offset);
    }
    for (size_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return inr_fail(l->err, INR_ERR_INPUT,
                            "%s: parameter %zu of \"%s\" is not a finite number", l->name, i,
                            array->prefix[0] ? array->prefix : "net");
    return INR_OK;
}

/* True when the file has the array at all: state is optional, the parameters are not. */
static bool has_array(struct loader *l, const struct array *array)
{
    char name[INR_TENSOR_NAME];
    tensor_name(array, &l->model->field->slices[0], name);
    return array == &arrays[0] || inr_tensor_file_find(&l->file, name);
}

static enum inr_status load_icc(struct loader *l, const struct inr_tensor *t)
{
    struct inr_image *source = &l->model->source;
    if (t->dtype != INR_DTYPE_U8 || t->n_dims != 1 || t->size > ICC_MAX)
        return inr_fail(l->err, INR_ERR_INPUT, "%s: tensor \"" ICC_TENSOR "\" is not a profile",
                        l->name);
    source->icc = malloc((size_t)t->size);
    if (!source->icc)
        return inr_fail(l->err, INR_ERR_MEMORY, "%s: out of memory for the colour profile",
                        l->name);
    memcpy(source->icc, t->bytes, (size_t)t->size);
    source->icc_size = (size_t)t->size;
    return INR_OK;
}

static enum inr_status load_tensors(struct loader *l)
{
    bool there[N_ARRAYS];
    enum inr_status status = INR_OK;
    for (size_t a = 0; status == INR_OK && a < N_ARRAYS; a++) {
        there[a] = has_array(l, &arrays[a]);
        if (there[a])
            status = check_array(l, &arrays[a]);
    }
    struct inr_tensor *icc = inr_tensor_file_find(&l->file, ICC_TENSOR);
    if (icc)
        icc->used = true;
    for (size_t i = 0; status == INR_OK && i < l->file.n_tensors; i++)
        if (!l->file.tensors[i].used)
            status = inr_fail(l->err, INR_ERR_INPUT, "%s: unknown tensor \"%s\"", l->name,
                              l->file.tensors[i].name);
    if (status == INR_OK && there[1] != there[2])
        status = inr_fail(l->err, INR_ERR_INPUT, "%s: half of the optimiser's state is missing",
                          l->name);
    const bool counts = l->model->config.sparse && l->model->field->n_table > 0;
    if (status == INR_OK && there[1] && there[3] != counts)
        status = inr_fail(l->err, INR_ERR_INPUT, "%s: the step counts of the tables are %s",
                          l->name, counts ? "missing" : "there without a sparse optimizer");
    const bool average = l->model->config.ema > 0.0f && there[1];
    if (status == INR_OK && (there[5] != average || there[6] != average))
        status = inr_fail(l->err, INR_ERR_INPUT, "%s: the state of averaged parameters is %s",
                          l->name, average ? "missing" : "there without an average");
    for (size_t a = 0; status == INR_OK && a < N_ARRAYS; a++)
        if (there[a])
            status = fill_array(l, &arrays[a]);
    if (status == INR_OK && icc)
        status = load_icc(l, icc);
    return status;
}

static void take_metadata(struct inr_model *model, const struct inr_metadata *metadata)
{
    const struct inr_model *from = &metadata->model;
    model->info = from->info;
    model->info.steps = from->training.steps;
    model->info.total_steps = from->training.total;
    model->info.seconds = from->training.seconds;
    model->source = from->source;
    inr_model_describe_size(model);
    model->scale = from->scale;
    model->shift = from->shift;
    model->training = from->training;
}

static enum inr_status load(struct loader *l)
{
    struct inr_metadata metadata;
    struct inr_field *field = NULL;
    struct inr_error why = {0};
    enum inr_status status = inr_metadata_read(&l->file, l->name, &metadata, l->err);
    if (status != INR_OK)
        return status;
    if (inr_config_check(&metadata.model.config, &why) != INR_OK ||
        inr_field_layout(&metadata.model.config.field, &field, &why) != INR_OK)
        return inr_fail(l->err, INR_ERR_INPUT, "%s: settings: %s", l->name, why.text);
    status = inr_model_create(field, &metadata.model.config, &l->model, l->err);
    if (status != INR_OK)
        return status;
    take_metadata(l->model, &metadata);
    status = load_tensors(l);
    return status == INR_OK ? inr_metadata_verify(&l->file, l->name, l->err) : status;
}

enum inr_status inr_model_parse(const uint8_t *data, size_t size, const char *name,
                                struct inr_model **out, struct inr_error *err)
{
    *out = NULL;
    struct loader l = {.name = name, .err = err};
    enum inr_status status = inr_tensor_file_parse(data, size, name, &l.file, err);
    if (status == INR_OK)
        status = load(&l);
    inr_tensor_file_free(&l.file);
    if (status == INR_OK)
        *out = l.model;
    else
        inr_model_free(l.model);
    return status;
}

enum inr_status inr_model_load(const char *path, struct inr_model **out, struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *out = NULL;
    enum inr_status status = inr_file_read(path, FILE_MAX, &data, &size, err);
    if (status == INR_OK)
        status = inr_model_parse(data, size, path, out, err);
    free(data);
    return status;
}

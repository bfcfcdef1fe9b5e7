/* SPDX-License-Identifier: MIT
 *
 * config_json.c - Settings from and to JSON, in the shape that users of tiny-cuda-nn know.
 *
 * The document is read row by row of the table of settings, so that a row which resets others
 * (preset, activation, encoding ...) acts before them whatever the order in the file.
 */
#include "fit/config_json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fit/number.h"
#include "fit/tcnn.h"
#include "inrush/select.h"

/* Names that other programs write for our rows; the first of a row is the one we print. */
static const struct {
    enum inr_registry registry;
    const char *written, *name;
} names[] = {
    {INR_REGISTRY_ENCODING, "Identity", "identity"},
    {INR_REGISTRY_ENCODING, "RandomFourier", "fourier"},
    {INR_REGISTRY_ENCODING, "Frequency", "octaves"},
    {INR_REGISTRY_ENCODING, "Chebyshev", "chebyshev"},
    {INR_REGISTRY_ENCODING, "SingleGrid", "grid"},
    {INR_REGISTRY_ENCODING, "HashGrid", "hash"},
    {INR_REGISTRY_ENCODING, "DenseGrid", "multigrid"},
    {INR_REGISTRY_ENCODING, "TiledGrid", "tiled"},
    {INR_REGISTRY_ENCODING, "Planes", "planes"},
    {INR_REGISTRY_INTERPOLATION, "Linear", "linear"},
    {INR_REGISTRY_INTERPOLATION, "Smoothstep", "smoothstep"},
    {INR_REGISTRY_INTERPOLATION, "Cubic", "cubic"},
    {INR_REGISTRY_ACTIVATION, "Sine", "sine"},
    {INR_REGISTRY_ACTIVATION, "ReLU", "relu"},
    {INR_REGISTRY_ACTIVATION, "Sigmoid", "sigmoid"},
    {INR_REGISTRY_ACTIVATION, "Softplus", "softplus"},
    {INR_REGISTRY_ACTIVATION, "Tanh", "tanh"},
    {INR_REGISTRY_ACTIVATION, "None", "none"},
    {INR_REGISTRY_LOSS, "L2", "l2"},
    {INR_REGISTRY_LOSS, "L1", "l1"},
    {INR_REGISTRY_LOSS, "Huber", "huber"},
    {INR_REGISTRY_LOSS, "LogCosh", "logcosh"},
    {INR_REGISTRY_LOSS, "RelativeL2", "relative_l2"},
    {INR_REGISTRY_LOSS, "MAPE", "mape"},
    {INR_REGISTRY_LOSS, "BCE", "bce"},
    {INR_REGISTRY_LOSS, "Truncated", "truncated"},
    {INR_REGISTRY_LOSS, "MSE", "l2"},
    {INR_REGISTRY_OPTIMIZER, "Adam", "adam"},
    {INR_REGISTRY_OPTIMIZER, "AdamW", "adamw"},
    {INR_REGISTRY_OPTIMIZER, "SGD", "sgd"},
};

static const struct {
    const char *path, *row;
} aliases[] = {
    {"optimizer.l2_reg", "optimizer.weight_decay"},
    {"optimizer.lr", "optimizer.learning_rate"},
    {"optimizer.non_matrix_learning_rate_factor", "optimizer.table_rate"},
    {"encoding.degree", "encoding.n_frequencies"},
};

/* Settings of a section that only one architecture has. */
#define KERNELS "kernels."

struct reader {
    json_t *root; /* keys are removed as they are used; what remains is unknown */
    const char *name;
    struct inr_fit_config *config;
    struct inr_error *err;
};

static enum inr_status refuse(const struct reader *r, const char *path, const char *what)
{
    return inr_fail(r->err, INR_ERR_INPUT, "%s: %s: %s", r->name, path, what);
}

/* The text of a scalar, as a flag would have it. False when the JSON type is not the row's. */
static bool scalar_text(const struct inr_config_row *row, const json_t *value, char *out,
                        size_t size)
{
    enum inr_config_type type = row->type;
    if (type == INR_CONFIG_BOOL || type == INR_CONFIG_INT_BOOL ||
        type == INR_CONFIG_CONSTANT_BOOL) {
        snprintf(out, size, "%s", json_is_true(value) ? "on" : "off");
        return json_is_boolean(value);
    }
    if (json_is_string(value)) {
        int n = snprintf(out, size, "%s", json_string_value(value));
        return (type <= INR_CONFIG_KIND || type == INR_CONFIG_SHAPE || type == INR_CONFIG_TEXT ||
                type == INR_CONFIG_BYTES) &&
               n >= 0 && (size_t)n < size;
    }
    if (!json_is_number(value) || type <= INR_CONFIG_KIND || type == INR_CONFIG_TEXT)
        return false;
    /* Some programs write whole numbers as 64.0. */
    double real = json_number_value(value);
    if (json_is_real(value) && real == floor(real) && fabs(real) < 1e15) {
        snprintf(out, size, "%.0f", real);
        return true;
    }
    size_t n = json_dumpb(value, out, size - 1, JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
    if (n >= size - 1)
        return false;
    out[n] = '\0';
    return true;
}

static const char *expected(enum inr_config_type type)
{
    switch (type) {
    case INR_CONFIG_BOOL:
    case INR_CONFIG_INT_BOOL:
    case INR_CONFIG_CONSTANT_BOOL:
        return "must be true or false";
    case INR_CONFIG_PRESET:
    case INR_CONFIG_KIND:
        return "must be a name";
    case INR_CONFIG_TEXT:
        return "must be a short text";
    case INR_CONFIG_SHAPE:
        return "must be a number or a text such as \"640x480\"";
    case INR_CONFIG_BYTES:
        return "must be a number of bytes or a text such as \"2GiB\"";
    default:
        return "must be a number";
    }
}

static enum inr_status apply_row(const struct reader *r, const struct inr_config_row *row,
                                 const char *path, const json_t *value)
{
    char text[160], label[160];
    if (!scalar_text(row, value, text, sizeof text))
        return refuse(r, path, expected(row->type));
    const char *name = text;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if ((int)names[i].registry == row->setting.registry &&
            strcasecmp(names[i].written, text) == 0)
            name = names[i].name;
    snprintf(label, sizeof label, "%.80s: %s", r->name, path);
    return inr_config_parse(row, r->config, label, name, row->json_shift, INR_ERR_INPUT, r->err);
}

static enum inr_status apply_path(const struct reader *r, const struct inr_config_row *row,
                                  const char *path)
{
    json_t *value = inr_tree_take(r->root, path);
    enum inr_status status = value ? apply_row(r, row, path, value) : INR_OK;
    json_decref(value);
    return status;
}

static enum inr_status apply_rows(const struct reader *r)
{
    const struct inr_config_row *row;
    for (size_t i = 0; (row = inr_config_row_at(i)); i++) {
        enum inr_status status = apply_path(r, row, row->setting.json);
        for (size_t k = 0; status == INR_OK && k < sizeof aliases / sizeof aliases[0]; k++)
            if (strcmp(aliases[k].row, row->setting.json) == 0)
                status = apply_path(r, row, aliases[k].path);
        if (status != INR_OK)
            return status;
    }
    return INR_OK;
}

/* What no row has taken is unknown: a typing mistake must not pass in silence. */
static enum inr_status check_rest(const struct reader *r)
{
    const char *key, *inner;
    json_t *value, *unused;
    json_object_foreach(r->root, key, value)
    {
        if (!json_is_object(value))
            return inr_fail(r->err, INR_ERR_INPUT, "%s: unknown key \"%.80s\"", r->name, key);
        static const char *const sections[] = {"network",   "encoding",  "kernels",  "loss",
                                               "optimizer", "quantizer", "training", "selection",
                                               "task",      "budget",    "device"};
        bool known = false;
        for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++)
            known = known || strcasecmp(sections[i], key) == 0;
        if (!known)
            return inr_fail(r->err, INR_ERR_INPUT, "%s: unknown section \"%.80s\"", r->name, key);
        json_object_foreach(value, inner, unused)
        {
            return inr_fail(r->err, INR_ERR_INPUT, "%s: unknown key \"%.80s.%.80s\"", r->name, key,
                            inner);
        }
    }
    return INR_OK;
}

enum inr_status inr_config_from_tree(struct inr_fit_config *config, json_t *root, const char *name,
                                     struct inr_error *err)
{
    /* Work on a copy: a document with an error changes nothing. */
    struct inr_fit_config made = *config;
    const struct reader r = {root, name, &made, err};
    enum inr_status status = inr_tcnn_translate(root, config->task.shape, name, err);
    if (status == INR_OK)
        status = apply_rows(&r);
    if (status == INR_OK)
        status = check_rest(&r);
    if (status == INR_OK)
        *config = made;
    return status;
}

enum inr_status inr_fit_config_from_json(struct inr_fit_config *config, const char *text,
                                         size_t size, const char *name, struct inr_error *err)
{
    json_t *root = NULL;
    enum inr_status status = inr_tree_parse(text, size, name, &root, err);
    if (status == INR_OK && inr_tree_get(root, "parent"))
        status =
            inr_fail(err, INR_ERR_INPUT,
                     "%s: parent: what inherits from another file must be read from a file", name);
    if (status == INR_OK)
        status = inr_config_from_tree(config, root, name, err);
    json_decref(root);
    return status;
}

static const char *printed_name(const struct inr_config_row *row, int id)
{
    enum inr_registry registry = (enum inr_registry)row->setting.registry;
    const char *name = inr_registry_id_name(registry, id);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].registry == registry && strcmp(names[i].name, name) == 0)
            return names[i].written;
    return name;
}

static json_t *shape_value(const int *sides)
{
    if (sides[0] == sides[1] && sides[0] == sides[2])
        return json_integer(sides[0]);
    return json_sprintf("%dx%dx%d", sides[0], sides[1], sides[2]);
}

static json_t *row_value(const struct inr_config_row *row, const struct inr_fit_config *config)
{
    const void *at = (const char *)config + row->offset;
    const struct inr_field_config *field = &config->field;
    int k = inr_config_constant(row, config);
    float constant = k < 0                             ? 0.0f
                     : row->layers == INR_CONFIG_FIRST ? field->first[k]
                                                       : field->hidden[k];
    switch (row->type) {
    case INR_CONFIG_KIND:
        return json_string(printed_name(row, *(const int *)at));
    case INR_CONFIG_INT:
        return json_integer(*(const int *)at + row->json_shift);
    case INR_CONFIG_SHAPE:
        return shape_value(at);
    case INR_CONFIG_U32:
        return json_integer(*(const uint32_t *)at);
    case INR_CONFIG_U64:
    case INR_CONFIG_BYTES:
        return json_integer((json_int_t) * (const uint64_t *)at);
    case INR_CONFIG_FLOAT:
        return json_real(inr_number_shortest(*(const float *)at));
    case INR_CONFIG_DOUBLE:
        return json_real(*(const double *)at);
    case INR_CONFIG_BOOL:
        return json_boolean(*(const bool *)at);
    case INR_CONFIG_INT_BOOL:
        return json_boolean(*(const int *)at == 1);
    case INR_CONFIG_PRESET:
    case INR_CONFIG_TEXT:
        return json_string(at);
    case INR_CONFIG_CONSTANT:
        return json_real(inr_number_shortest(constant));
    case INR_CONFIG_CONSTANT_BOOL:
        return json_boolean(constant > 0.0f);
    }
    return NULL;
}

/* Facts of a model, which have no flag, are printed where they hold; a value that memory lacks
 * fails later. */
static bool is_printed(const struct inr_config_row *row, const struct inr_fit_config *config,
                       const json_t *value)
{
    if (row->type == INR_CONFIG_PRESET)
        return config->preset[0] != '\0';
    if (!row->setting.flag[0])
        return !value || json_is_true(value) || json_integer_value(value) != 0;
    if (strncmp(row->setting.json, KERNELS, strlen(KERNELS)) == 0 &&
        !inr_kernels_wanted(&config->field))
        return false;
    return !row->shorthand && (!row->constant || inr_config_constant(row, config) >= 0);
}

char *inr_fit_config_to_json(const struct inr_fit_config *config)
{
    json_t *root = json_object();
    bool good = root != NULL;
    const struct inr_config_row *row;
    for (size_t i = 0; good && (row = inr_config_row_at(i)); i++) {
        json_t *value = row_value(row, config);
        if (is_printed(row, config, value))
            good = inr_tree_put(root, row->setting.json, value);
        else
            json_decref(value);
    }
    good = good && inr_tree_put(root, "network.otype", json_string("MLP"));
    /* 15 digits print the decimal fractions that people write as they wrote them. */
    char *text = good ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(root);
    return text;
}

/* SPDX-License-Identifier: MIT
 *
 * config_json.c - Settings from and to JSON, in the shape that users of tiny-cuda-nn know.
 *
 * The document is read row by row of the table of settings, so that a row which resets others
 * (preset, activation, encoding ...) acts before them whatever the order in the file.
 */
#include "fit/config.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "fit/number.h"

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
    {INR_REGISTRY_LOSS, "MSE", "l2"},
    {INR_REGISTRY_OPTIMIZER, "Adam", "adam"},
    {INR_REGISTRY_OPTIMIZER, "AdamW", "adamw"},
    {INR_REGISTRY_OPTIMIZER, "SGD", "sgd"},
};

/* Keys that hold one fixed thing: valid when they say so, an error otherwise. */
static const struct {
    const char *path;
    const char *valid[4];
    const char *why;
} fixed[] = {
    {"network.otype", {"MLP", "FullyFusedMLP", "CutlassMLP"}, "networks here are of otype MLP"},
    {"network.output_activation", {"None"}, "the output layer has no activation here: use None"},
};

/* Keys that people have in their files and that cannot be honoured. */
static const struct {
    const char *path, *why;
} refused[] = {
    {"parent", "files that inherit are not supported: merge the parent into this file"},
    {"optimizer.nested",
     "nested optimizers (EMA, ExponentialDecay) are not supported: give the inner "
     "one, and training.schedule for the decay"},
    {"encoding.nested", "composite encodings are not supported: give one encoding"},
    {"optimizer.decay_start", "use training.schedule and training.schedule_final"},
};

static const struct {
    const char *path, *row;
} aliases[] = {
    {"optimizer.l2_reg", "optimizer.weight_decay"},
    {"optimizer.lr", "optimizer.learning_rate"},
    {"encoding.degree", "encoding.n_frequencies"},
};

struct reader {
    json_t *root; /* keys are removed as they are used; what remains is unknown */
    const char *name;
    struct inr_fit_config *config;
    struct inr_error *err;
};

/* Take the value at a path of one or two keys, without regard to case. NULL: not there. The caller
 * releases it. */
static json_t *take(json_t *object, const char *path)
{
    const char *dot = strchr(path, '.');
    size_t n = dot ? (size_t)(dot - path) : strlen(path);
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        if (strlen(key) != n || strncasecmp(key, path, n) != 0)
            continue;
        if (dot)
            return take(value, dot + 1);
        json_incref(value);
        json_object_del(object, key);
        return value;
    }
    return NULL;
}

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
    json_t *value = take(r->root, path);
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

static enum inr_status check_fixed(const struct reader *r)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        json_t *value = take(r->root, refused[i].path);
        json_decref(value);
        if (value)
            return refuse(r, refused[i].path, refused[i].why);
    }
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        json_t *value = take(r->root, fixed[i].path);
        bool good = !value;
        for (size_t k = 0; value && k < 4 && fixed[i].valid[k]; k++)
            if (json_is_string(value) &&
                strcasecmp(json_string_value(value), fixed[i].valid[k]) == 0)
                good = true;
        json_decref(value);
        if (!good)
            return refuse(r, fixed[i].path, fixed[i].why);
    }
    return INR_OK;
}

static bool put(json_t *root, const char *path, json_t *value)
{
    const char *dot = strchr(path, '.');
    if (!dot)
        return json_object_set_new(root, path, value) == 0;
    char section[40];
    snprintf(section, sizeof section, "%.*s", (int)(dot - path), path);
    json_t *object = json_object_get(root, section);
    if (!object) {
        object = json_object();
        if (json_object_set_new(root, section, object) != 0)
            object = NULL;
    }
    /* Unlike json_object_set, _set_new releases the value on failure too, and accepts NULL. */
    return json_object_set_new(object, dot + 1, value) == 0;
}

/* tiny-cuda-nn's otype "Grid" says by "type" which grid it is: hash unless told otherwise. */
static enum inr_status translate_grid(const struct reader *r)
{
    static const char *const types[][2] = {
        {"Hash", "hash"}, {"Dense", "multigrid"}, {"Tiled", "tiled"}};
    json_t *type = take(r->root, "encoding.type"), *otype = take(r->root, "encoding.otype");
    const bool grid =
        otype && json_is_string(otype) && strcasecmp(json_string_value(otype), "Grid") == 0;
    const char *name = type ? json_string_value(type) : "Hash", *found = NULL;
    for (size_t i = 0; i < 3; i++)
        if (name && strcasecmp(types[i][0], name) == 0)
            found = types[i][1];
    enum inr_status status = INR_OK;
    if ((type && !grid) || (grid && !found))
        status = refuse(r, "encoding.type", "goes with otype Grid and is Hash, Dense or Tiled");
    json_t *written = grid && found ? json_string(found) : json_incref(otype);
    if (written && !put(r->root, "encoding.otype", written))
        status = inr_fail(r->err, INR_ERR_MEMORY, "%s: out of memory", r->name);
    json_decref(type);
    json_decref(otype);
    return status;
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
        static const char *const sections[] = {"network",   "encoding", "loss",
                                               "optimizer", "training", "selection",
                                               "task",      "budget",   "device"};
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

enum inr_status inr_fit_config_from_json(struct inr_fit_config *config, const char *text,
                                         size_t size, const char *name, struct inr_error *err)
{
    json_error_t where;
    json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
    if (!root)
        return inr_fail(err, INR_ERR_INPUT, "%s:%d:%d: not valid JSON: %s", name, where.line,
                        where.column, where.text);
    enum inr_status status = INR_OK;
    if (!json_is_object(root))
        status = inr_fail(err, INR_ERR_INPUT, "%s:1:1: the settings must be a JSON object", name);
    /* Work on a copy: a document with an error changes nothing. */
    struct inr_fit_config made = *config;
    struct reader r = {root, name, &made, err};
    if (status == INR_OK)
        status = check_fixed(&r);
    if (status == INR_OK)
        status = translate_grid(&r);
    if (status == INR_OK)
        status = apply_rows(&r);
    if (status == INR_OK)
        status = check_rest(&r);
    json_decref(root);
    if (status == INR_OK)
        *config = made;
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

static bool is_printed(const struct inr_config_row *row, const struct inr_fit_config *config)
{
    if (row->type == INR_CONFIG_PRESET)
        return config->preset[0] != '\0';
    if (!row->setting.flag[0])
        return *(const bool *)((const char *)config + row->offset);
    return !row->shorthand && (!row->constant || inr_config_constant(row, config) >= 0);
}

char *inr_fit_config_to_json(const struct inr_fit_config *config)
{
    json_t *root = json_object();
    bool good = root != NULL;
    const struct inr_config_row *row;
    for (size_t i = 0; good && (row = inr_config_row_at(i)); i++)
        if (is_printed(row, config))
            good = put(root, row->setting.json, row_value(row, config));
    good = good && put(root, "network.otype", json_string("MLP"));
    /* 15 digits print the decimal fractions that people write as they wrote them. */
    char *text = good ? json_dumps(root, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) : NULL;
    json_decref(root);
    return text;
}

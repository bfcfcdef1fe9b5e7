/* SPDX-License-Identifier: MIT
 *
 * tcnn.c - Settings as tiny-cuda-nn and instant-ngp write them (Mueller et al. 2022), rewritten as
 * ours: nested optimizers become flat, and what a file leaves unsaid becomes what they take.
 *
 * Their Adam skips table entries without a gradient and counts steps for each scalar (our sparse);
 * l2_reg pulls the matrices only (our weight_decay); networks have no biases; Frequency is
 * sin, cos(2^k pi x) for x in [0,1], half the frequencies over our [-1,1].
 */
#include "fit/tcnn.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NEXT "optimizer.nested"

struct translation {
    json_t *root;
    const char *name;
    struct inr_error *err;
    bool shape;   /* of distances: instant-ngp's finest level is another */
    json_t *made; /* what wrappers say, to lie over root in the end */
    bool wrapped; /* an optimizer wraps another */
};

static enum inr_status refuse(const struct translation *t, const char *path, const char *what)
{
    return inr_fail(t->err, INR_ERR_INPUT, "%s: %s: %s", t->name, path, what);
}

static enum inr_status no_memory(const struct translation *t)
{
    return inr_fail(t->err, INR_ERR_MEMORY, "%s: out of memory", t->name);
}

/* Keys that people have in their files and that cannot be honoured. */
static const struct {
    const char *path, *why;
} refused[] = {
    {"snapshot", "holds what another program has trained: give its settings alone"},
    {"dir_encoding", "is of a radiance field, and only sampled signals are fitted here"},
    {"rgb_network", "is of a radiance field, and only sampled signals are fitted here"},
    {"density_network", "is of a radiance field, and only sampled signals are fitted here"},
    {"distortion_map", "is of a radiance field, and only sampled signals are fitted here"},
    {"envmap", "is of a radiance field, and only sampled signals are fitted here"},
    {"encoding.nested", "composite encodings are not supported: give one encoding"},
};

/* Keys that hold one fixed thing: valid when they say so, an error otherwise. */
static const struct {
    const char *path;
    const char *valid[4];
    const char *why;
} fixed[] = {
    {"network.otype",
     {"MLP", "FullyFusedMLP", "CutlassMLP", "MegakernelMLP"},
     "networks here are of otype MLP"},
    {"network.feedback_alignment", {"false"}, "gradients here go back through the weights: false"},
    {"encoding.hash", {"CoherentPrime"}, "the only hash here is CoherentPrime"},
    {"encoding.stochastic_interpolation", {"false"}, "only false is supported"},
    {"encoding.fixed_point_pos", {"false"}, "only false is supported"},
    {"encoding.scale", {"1"}, "coordinates enter as they are: only 1 is supported"},
    {"encoding.offset", {"0"}, "coordinates enter as they are: only 0 is supported"},
    {"optimizer.adabound", {"false"}, "only false is supported"},
    {"optimizer.relative_decay", {"0"}, "only 0 is supported: see optimizer.weight_decay"},
    {"optimizer.clipping_magnitude", {"0"}, "weights are not clipped here: only 0 is supported"},
    {"optimizer.optimize_matrix_params", {"true"}, "only true is supported"},
    {"optimizer.optimize_non_matrix_params", {"true"}, "only true is supported"},
};

/* Optimizers that wrap another, and where their keys go; a key without a place says nothing here:
 * averages are always of floats. */
static const struct wrapper {
    const char *name[2];
    const char *schedule; /* it sets */
    struct {
        const char *key, *to, *unsaid;
    } keys[4];
} wrappers[] = {
    {{"ema", "ema"},
     NULL,
     {{"optimizer.decay", "optimizer.ema", "0.99"}, {"optimizer.full_precision", NULL, NULL}}},
    {{"exponentialdecay", "exponential_decay"},
     "decay",
     {{"optimizer.decay_base", "training.decay_base", "0.1"},
      {"optimizer.decay_start", "training.decay_start", "10000"},
      {"optimizer.decay_interval", "training.decay_interval", "10000"},
      {"optimizer.decay_end", "training.decay_end", "10000000"}}},
};
#define N_WRAPPERS (sizeof wrappers / sizeof wrappers[0])

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcasecmp(json_string_value(value), text) == 0;
}

/* A scalar as people write it, numbers without regard to 1 or 1.0. */
static void scalar_text(const json_t *value, char out[40])
{
    if (json_is_number(value))
        snprintf(out, 40, "%g", json_number_value(value));
    else if (json_is_boolean(value))
        snprintf(out, 40, "%s", json_is_true(value) ? "true" : "false");
    else
        snprintf(out, 40, "%.39s", json_is_string(value) ? json_string_value(value) : "");
}

static enum inr_status check_refused(const struct translation *t)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        if (inr_tree_get(t->root, refused[i].path))
            return refuse(t, refused[i].path, refused[i].why);
    return INR_OK;
}

static enum inr_status check_fixed(const struct translation *t)
{
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        char text[40];
        json_t *value = inr_tree_take(t->root, fixed[i].path);
        bool good = !value;
        scalar_text(value, text);
        for (size_t k = 0; value && k < 4 && fixed[i].valid[k]; k++)
            good = good || strcasecmp(text, fixed[i].valid[k]) == 0;
        json_decref(value);
        if (!good)
            return refuse(t, fixed[i].path, fixed[i].why);
    }
    return INR_OK;
}

/* A value where the tree has none. */
static bool unsaid(json_t *tree, const char *path, const char *json)
{
    return inr_tree_get(tree, path) ||
           inr_tree_put(tree, path, json_loads(json, JSON_DECODE_ANY, NULL));
}

static const struct wrapper *find_wrapper(const struct translation *t)
{
    const json_t *otype = inr_tree_get(t->root, "optimizer.otype");
    for (size_t i = 0; i < N_WRAPPERS; i++)
        if (is_text(otype, wrappers[i].name[0]) || is_text(otype, wrappers[i].name[1]))
            return &wrappers[i];
    return NULL;
}

/* A wrapper's own keys, and what stands for those it leaves out. */
static enum inr_status take_keys(const struct translation *t, const struct wrapper *w)
{
    bool ok = !w->schedule || inr_tree_put(t->made, "training.schedule", json_string(w->schedule));
    for (size_t k = 0; k < sizeof w->keys / sizeof w->keys[0] && w->keys[k].key; k++) {
        const char *to = w->keys[k].to;
        json_t *value = inr_tree_take(t->root, w->keys[k].key);
        const bool empty = json_is_null(value);
        if (value && to && !empty)
            ok = inr_tree_put(t->made, to, json_incref(value)) && ok;
        json_decref(value);
        if (empty)
            return refuse(t, w->keys[k].key, "must not be null");
        ok = (!to || unsaid(t->made, to, w->keys[k].unsaid)) && ok;
    }
    return ok ? INR_OK : no_memory(t);
}

/* Put what a wrapper wraps in its place. */
static enum inr_status unwrap(const struct translation *t, const struct wrapper *w)
{
    enum inr_status status = take_keys(t, w);
    if (status != INR_OK)
        return status;
    json_t *nested = inr_tree_take(t->root, NEXT);
    json_t *rest = json_object_get(t->root, "optimizer");
    json_object_del(rest, "otype");
    const char *left = json_object_iter_key(json_object_iter(rest));
    if (left)
        status = inr_fail(t->err, INR_ERR_INPUT, "%s: unknown key \"optimizer.%.80s\" beside %s",
                          t->name, left, NEXT);
    else if (nested && !json_is_object(nested))
        status = refuse(t, NEXT, "must be an object");
    else if (!inr_tree_put(t->root, "optimizer", nested ? json_incref(nested) : json_object()))
        status = no_memory(t);
    json_decref(nested);
    return status;
}

static enum inr_status flatten_optimizers(struct translation *t)
{
    bool seen[N_WRAPPERS] = {false};
    const struct wrapper *w;
    while ((w = find_wrapper(t))) {
        if (seen[w - wrappers])
            return refuse(t, "optimizer", "two optimizers of a chain do the same");
        if (w->schedule && inr_tree_get(t->root, "training.schedule"))
            return refuse(t, "training.schedule", "ExponentialDecay is a schedule already");
        seen[w - wrappers] = t->wrapped = true;
        enum inr_status status = unwrap(t, w);
        if (status != INR_OK)
            return status;
    }
    if (inr_tree_get(t->root, NEXT))
        return refuse(t, NEXT, "only Ema and ExponentialDecay may wrap another optimizer");
    return inr_tree_merge(t->root, t->made) ? INR_OK : no_memory(t);
}

/* otype "Grid" says by "type" which grid it is; the other names of grids say it themselves. */
static enum inr_status translate_grid(const struct translation *t)
{
    static const char *const types[][2] = {
        {"Hash", "HashGrid"}, {"Dense", "DenseGrid"}, {"Tiled", "TiledGrid"}};
    json_t *otype = inr_tree_get(t->root, "encoding.otype");
    json_t *type = inr_tree_take(t->root, "encoding.type");
    const bool any = is_text(otype, "Grid");
    const char *found = type ? NULL : any ? "HashGrid" : "";
    for (size_t i = 0; i < 3; i++)
        if (is_text(type, types[i][0]) && (any || is_text(otype, types[i][1])))
            found = types[i][1];
    json_decref(type);
    if (!found)
        return refuse(t, "encoding.type",
                      "goes with otype Grid and is Hash, Dense or Tiled, or repeats the otype");
    if (any && !inr_tree_put(t->root, "encoding.otype", json_string(found)))
        return no_memory(t);
    return INR_OK;
}

/* What their activations compute differently under the same name: of the layers, then of the
 * outputs. */
static enum inr_status translate_activations(const struct translation *t)
{
    static const char *const keys[][2] = {{"network.activation", "network.omega"},
                                          {"network.output_activation", "network.output_omega"}};
    for (int i = 0; i < 2; i++) {
        const json_t *activation = inr_tree_get(t->root, keys[i][0]);
        if (is_text(activation, "Softplus"))
            return refuse(t, keys[i][0],
                          "Softplus is log(1 + exp(10 z)) / 10 there, which is not supported: with "
                          "network.otype MLP it is log(1 + exp(z))");
        if (is_text(activation, "Sine") && !unsaid(t->root, keys[i][1], "1"))
            return no_memory(t);
    }
    return INR_OK;
}

static enum inr_status fill_in(const struct translation *t)
{
    static const char *const always[][2] = {
        {"preset", "\"hash\""},
        {"network.activation", "\"ReLU\""},
        {"network.init", "\"xavier_uniform\""},
        {"network.bias", "false"},
        {"network.n_neurons", "128"},
        {"network.n_hidden_layers", "5"},
        {"loss.otype", "\"RelativeL2\""},
        {"optimizer.otype", "\"Adam\""},
        {"optimizer.learning_rate", "1e-3"},
        {"optimizer.table_rate", "1"},
        {"training.schedule", "\"constant\""},
        {"training.target_low", "0"},
    };
    bool ok = true;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        ok = unsaid(t->root, always[i][0], always[i][1]) && ok;
    if (!inr_tree_get(t->root, "optimizer.l2_reg"))
        ok = unsaid(t->root, "optimizer.weight_decay", "1e-8") && ok;
    if (is_text(inr_tree_get(t->root, "optimizer.otype"), "Adam"))
        ok = unsaid(t->root, "optimizer.sparse", "true") && ok;
    if (is_text(inr_tree_get(t->root, "optimizer.otype"), "SGD"))
        ok = unsaid(t->root, "optimizer.beta1", "0") &&
             unsaid(t->root, "optimizer.sparse", "false") && ok;
    if (is_text(inr_tree_get(t->root, "encoding.otype"), "Frequency"))
        ok = unsaid(t->root, "encoding.base", "1.57079632679") &&
             unsaid(t->root, "encoding.n_frequencies", "12") && ok;
    if (t->shape)
        ok = unsaid(t->root, "encoding.finest_resolution", "2048") &&
             unsaid(t->root, "encoding.log2_hashmap_size", "19") && ok;
    if (!ok)
        return no_memory(t);
    if (!inr_tree_get(t->root, "encoding.otype"))
        return refuse(t, "encoding.otype", "is missing, and OneBlob, its default, not supported");
    return translate_activations(t);
}

/* Sections are objects: what follows relies on it. */
static enum inr_status check_sections(const struct translation *t)
{
    static const char *const sections[] = {"network", "encoding", "loss", "optimizer", "training"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const json_t *section = json_object_get(t->root, sections[i]);
        if (section && !json_is_object(section))
            return refuse(t, sections[i], "must be an object");
    }
    return INR_OK;
}

static bool is_theirs(const struct translation *t)
{
    const json_t *otype = inr_tree_get(t->root, "network.otype");
    return t->wrapped || is_text(otype, "FullyFusedMLP") || is_text(otype, "CutlassMLP") ||
           is_text(otype, "MegakernelMLP");
}

enum inr_status inr_tcnn_translate(json_t *root, bool shape, const char *name,
                                   struct inr_error *err)
{
    struct translation t = {
        .root = root, .name = name, .err = err, .shape = shape, .made = json_object()};
    enum inr_status status = t.made ? check_sections(&t) : no_memory(&t);
    if (status == INR_OK)
        status = check_refused(&t);
    if (status == INR_OK)
        status = flatten_optimizers(&t);
    const bool theirs = is_theirs(&t);
    if (status == INR_OK)
        status = check_fixed(&t);
    if (status == INR_OK)
        status = translate_grid(&t);
    if (status == INR_OK && theirs)
        status = fill_in(&t);
    json_decref(t.made);
    return status;
}

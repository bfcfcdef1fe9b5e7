/* SPDX-License-Identifier: MIT
 *
 * init.c - The table of initialisers, and the filling of a field's parameters from a seed.
 *
 * Bias rule of every row but vi3nr, which starts from 0 behind the first layer: U(-1/sqrt(fan_in),
 * 1/sqrt(fan_in)), PyTorch's default, which SIREN, FINER, WIRE and SIREN's ReLU and tanh baselines
 * all leave in place; first_bias_scale replaces it in layer 0 where it is not negative.
 */
#include "field/init.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "inrush/variance.h"

#include "base/random.h"
#include "field/architecture.h"
#include "field/encoding.h"
#include "field/grid.h"
#include "field/layout.h"
#include "field/quantize.h"
#include "field/reparam.h"

static struct inr_init_rule uniform(double spread)
{
    return (struct inr_init_rule){.normal = false, .spread = (float)spread};
}

static struct inr_init_rule normal(double spread)
{
    return (struct inr_init_rule){.normal = true, .spread = (float)spread};
}

static struct inr_init_rule pytorch_weight(const struct inr_field_config *config, int layer,
                                           int fan_in, int fan_out)
{
    (void)config;
    (void)layer;
    (void)fan_out;
    return uniform(1.0 / sqrt(fan_in));
}

/* Constant "omega" of the activation that follows layer `layer`, 1 where it has none. Outputs that
 * no frequency follows keep that of the hidden ones, as SIREN's do. */
static double omega_of(const struct inr_field_config *config, int layer)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    const struct inr_activation *last = inr_activation_by_id(config->output_activation);
    const int k = inr_activation_constant(act, "omega");
    const int at_end = inr_activation_constant(last, "omega");
    float output[INR_MAX_CONSTANTS];
    if (layer > config->layers && at_end >= 0) {
        inr_activation_output(config, output);
        return (double)output[at_end];
    }
    return k < 0 ? 1.0 : (double)(layer == 0 ? config->first[k] : config->hidden[k]);
}

/* Sitzmann et al. 2020, section 3.2, as in the authors' code: the first layer is U(-1/n, 1/n), the
 * others, output included, U(-sqrt(6/n)/omega, sqrt(6/n)/omega) with the hidden omega. */
static struct inr_init_rule siren_weight(const struct inr_field_config *config, int layer,
                                         int fan_in, int fan_out)
{
    (void)fan_out;
    if (layer == 0)
        return uniform(1.0 / fan_in);
    double omega = fabs(omega_of(config, layer));
    return uniform(sqrt(6.0 / fan_in) / (omega > 0.0 ? omega : 1.0));
}

static struct inr_init_rule kaiming_weight(const struct inr_field_config *config, int layer,
                                           int fan_in, int fan_out)
{
    (void)config;
    (void)layer;
    (void)fan_out;
    return normal(sqrt(2.0 / fan_in));
}

static struct inr_init_rule xavier_weight(const struct inr_field_config *config, int layer,
                                          int fan_in, int fan_out)
{
    (void)config;
    (void)layer;
    return normal(sqrt(2.0 / (fan_in + fan_out)));
}

static struct inr_init_rule xavier_uniform_weight(const struct inr_field_config *config, int layer,
                                                  int fan_in, int fan_out)
{
    (void)config;
    (void)layer;
    return uniform(sqrt(6.0 / (fan_in + fan_out)));
}

/* Keles and Tekalp 2024, as in the authors' code: U(-sqrt(3/m), sqrt(3/m)) with the m outputs of a
 * layer of units. Their networks end otherwise, so the output keeps PyTorch's default. */
static struct inr_init_rule paon_weight(const struct inr_field_config *config, int layer,
                                        int fan_in, int fan_out)
{
    return uniform(layer <= config->layers ? sqrt(3.0 / fan_out) : 1.0 / sqrt(fan_in));
}

static const struct inr_init table[] = {
    {.id = INR_INIT_PYTORCH,
     .name = "pytorch",
     .summary = "W ~ U(+-1/sqrt n); bias U(+-1/sqrt n) (the default of torch.nn.Linear)",
     .weight = pytorch_weight},
    {.id = INR_INIT_SIREN,
     .name = "siren",
     .summary = "W ~ U(+-1/n) first, U(+-sqrt(6/n)/omega) after; bias U(+-1/sqrt n) (Sitzmann et "
                "al. 2020)",
     .weight = siren_weight},
    {.id = INR_INIT_KAIMING,
     .name = "kaiming",
     .summary = "W ~ N(0, 2/n); bias U(+-1/sqrt n) (He et al. 2015, as SIREN's ReLU baseline)",
     .weight = kaiming_weight},
    {.id = INR_INIT_XAVIER,
     .name = "xavier",
     .summary = "W ~ N(0, 2/(n + m)); bias U(+-1/sqrt n) (Glorot & Bengio 2010, as SIREN's tanh "
                "baseline)",
     .weight = xavier_weight},
    {.id = INR_INIT_VI3NR,
     .name = "vi3nr",
     .summary = "W ~ U(+-gain sqrt(3/n)), gain^2 = sigma_p^2 / E f(z)^2; bias 0; first layer of "
                "waves as in their papers (VI3NR, CVPR 2025)",
     .from_variance = true},
    {.id = INR_INIT_PAON,
     .name = "paon",
     .summary = "W ~ U(+-sqrt(3/m)) with m outputs, denominators 0; bias U(+-1/sqrt n) (Keles and "
                "Tekalp 2024)",
     .weight = paon_weight},
    {.id = INR_INIT_RIDGES,
     .name = "ridges",
     .summary = "as pytorch, but first-layer windows at random places and angles, of deviations "
                "1.5, 3 and 6 points (after Roddenberry et al. 2024)",
     .weight = pytorch_weight,
     .placed = true},
    {.id = INR_INIT_SINGULARITIES,
     .name = "singularities",
     .summary = "as ridges, but an --edge-share of the windows lies on edges of the signal "
                "(Roddenberry et al. 2024)",
     .weight = pytorch_weight,
     .placed = true},
    {.id = INR_INIT_XAVIER_UNIFORM,
     .name = "xavier_uniform",
     .summary = "W ~ U(+-sqrt(6/(n + m))); bias U(+-1/sqrt n) (Glorot & Bengio 2010, as "
                "tiny-cuda-nn, which has no biases)",
     .weight = xavier_uniform_weight},
};

size_t inr_init_count(void)
{
    return sizeof table / sizeof table[0];
}

const struct inr_init *inr_init_at(size_t index)
{
    return index < inr_init_count() ? &table[index] : NULL;
}

const struct inr_init *inr_init_by_id(int id)
{
    for (size_t i = 0; i < inr_init_count(); i++)
        if (table[i].id == id)
            return &table[i];
    return NULL;
}

/* Inputs of the affine layer a slice belongs to: the width of its weight. */
static int fan_in_of(const struct inr_field *field, int layer)
{
    return layer == 0 ? field->n_features : inr_field_units(&field->config, layer - 1);
}

/* Weights of one layer. `variance`: of a row that asks for it, else NULL. */
static struct inr_init_rule weight_rule(const struct inr_field *field,
                                        const struct inr_variance *variance,
                                        const struct inr_slice *s)
{
    const struct inr_field_config *config = &field->config;
    const int fan_in = fan_in_of(field, s->layer);
    if (variance)
        return uniform(inr_variance_weight(variance, config, s->layer, fan_in));
    return inr_init_by_id(config->init)->weight(config, s->layer, fan_in, s->rows);
}

static void fill(float *out, size_t n, struct inr_init_rule rule, uint64_t seed, uint32_t tensor)
{
    if (rule.normal)
        inr_fill_normal(out, n, 0.0f, rule.spread, seed, INR_STREAM_INIT, tensor);
    else
        inr_fill_uniform(out, n, -rule.spread, rule.spread, seed, INR_STREAM_INIT, tensor);
}

/* Learnable constants start from the settings; slices of a shared set carry layer 0. */
static void fill_constants(const struct inr_field *field, const struct inr_slice *slice)
{
    const struct inr_activation *act = inr_activation_by_id(field->config.activation);
    const float *from =
        slice->layer == 0 && !act->shared_constants ? field->config.first : field->config.hidden;
    float *out = field->params + slice->offset;
    for (int k = 0; k < act->n_constants; k++)
        if (act->learnable_mask >> k & 1u)
            *out++ = from[k];
}

/* Lambda's column i is uniform within spread / |B_i|, which gives W = Lambda B the variance the
 * initialiser asks for (Shi et al. 2024: sqrt(6 / M) / |B_i|, divided by omega for sine). */
static bool fill_lambda(struct inr_field *field, const struct inr_slice *s,
                        struct inr_init_rule rule, uint64_t seed, uint32_t tensor)
{
    const int n = field->units, rows = s->cols;
    float *basis = malloc((size_t)rows * (size_t)n * sizeof *basis);
    float *norms = malloc((size_t)rows * sizeof *norms);
    float *out = field->params + s->offset;
    const bool ok = basis && norms;
    if (ok) {
        const double std = (double)rule.spread / (rule.normal ? 1.0 : sqrt(3.0));
        const double spread = std * sqrt(3.0 * n / rows);
        inr_reparam_by_id(field->config.reparam)->fill(&field->config, n, basis);
        inr_reparam_norms(basis, rows, n, norms);
        inr_fill_uniform(out, (size_t)s->rows * (size_t)rows, -1.0f, 1.0f, seed, INR_STREAM_INIT,
                         tensor);
        for (int r = 0; r < s->rows; r++)
            for (int i = 0; i < rows; i++)
                out[(size_t)r * (size_t)rows + (size_t)i] *= (float)(spread / (double)norms[i]);
    }
    free(basis);
    free(norms);
    return ok;
}

/* First biases by first_bias_scale; those of reparameterised layers start at 0, as published. */
static void fill_bias(const struct inr_field *field, const struct inr_slice *s,
                      const struct inr_variance *variance, uint64_t seed, uint32_t tensor)
{
    const struct inr_field_config *config = &field->config;
    const int fan_in = fan_in_of(field, s->layer);
    double spread = 1.0 / sqrt(fan_in);
    if (variance && !(s->layer == 0 && variance->own_first))
        spread = 0.0;
    if (s->layer == 0 && config->first_bias_scale >= 0.0f)
        spread = (double)config->first_bias_scale;
    if (inr_reparam_rows(config, s->layer, fan_in))
        spread = 0.0;
    fill(field->params + s->offset, (size_t)s->rows, uniform(spread), seed, tensor);
}

bool inr_init_field(struct inr_field *field, uint64_t seed)
{
    const struct inr_field_config *config = &field->config;
    struct inr_variance found;
    const struct inr_variance *variance = NULL;
    bool ok = true;
    if (inr_init_by_id(config->init)->from_variance) {
        if (inr_variance_of(config, &found, NULL) != INR_OK)
            return false; /* inr_field_check has refused it before */
        variance = &found;
    }
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        float *out = field->params + s->offset;
        size_t n = (size_t)s->rows * (size_t)s->cols;
        /* The tensor number keys the random stream; it does not depend on the other settings. Roles
         * past 7 are drawn by architectures, with numbers from 4096. */
        uint32_t tensor = (uint32_t)(s->layer * 8 + (int)s->role);
        switch (s->role) {
        case INR_ROLE_WEIGHT:
        case INR_ROLE_WEIGHT_IMAG:
            fill(out, n, weight_rule(field, variance, s), seed, tensor);
            break;
        case INR_ROLE_LAMBDA:
            ok = fill_lambda(field, s, weight_rule(field, variance, s), seed, tensor) && ok;
            break;
        case INR_ROLE_BIAS:
        case INR_ROLE_BIAS_IMAG:
            fill_bias(field, s, variance, seed, tensor);
            break;
        case INR_ROLE_CONSTANTS:
            fill_constants(field, s);
            break;
        case INR_ROLE_FREQUENCIES:
            inr_encoding_by_id(config->encoding)->fill(config, seed, out);
            break;
        case INR_ROLE_TABLE:
            inr_grid_init(field, s, seed);
            break;
        case INR_ROLE_NORM_SCALE:
            for (size_t k = 0; k < n; k++)
                out[k] = 1.0f;
            break;
        default: /* zero, or the architecture's own */
            memset(out, 0, n * sizeof *out);
            break;
        }
    }
    const struct inr_architecture *architecture = inr_architecture_by_id(config->architecture);
    if (architecture->init)
        architecture->init(field, seed);
    inr_quantize_start(field, field->params);
    return ok;
}

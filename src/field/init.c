/* SPDX-License-Identifier: MIT
 *
 * init.c - The table of initialisers, and the filling of a field's parameters from a seed.
 *
 * Bias rule of every row: U(-1/sqrt(fan_in), 1/sqrt(fan_in)), PyTorch's default, which SIREN,
 * FINER, WIRE and SIREN's ReLU and tanh baselines all leave in place; first_bias_scale replaces it
 * in layer 0.
 */
#include "field/init.h"

#include <math.h>
#include <string.h>

#include "base/random.h"
#include "field/activation.h"
#include "field/encoding.h"

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

/* Constant "omega" of the activation that follows layer `layer`, 1 where it has none. */
static double omega_of(const struct inr_field_config *config, int layer)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    for (int k = 0; k < act->n_constants; k++)
        if (strcmp(act->constant_names[k], "omega") == 0)
            return (double)(layer == 0 ? config->first[k] : config->hidden[k]);
    return 1.0;
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

static const struct inr_init table[] = {
    {INR_INIT_PYTORCH, "pytorch",
     "W ~ U(+-1/sqrt n); bias U(+-1/sqrt n) (the default of torch.nn.Linear)", pytorch_weight},
    {INR_INIT_SIREN, "siren",
     "W ~ U(+-1/n) first, U(+-sqrt(6/n)/omega) after; bias U(+-1/sqrt n) (Sitzmann et al. 2020)",
     siren_weight},
    {INR_INIT_KAIMING, "kaiming",
     "W ~ N(0, 2/n); bias U(+-1/sqrt n) (He et al. 2015, as SIREN's ReLU baseline)",
     kaiming_weight},
    {INR_INIT_XAVIER, "xavier",
     "W ~ N(0, 2/(n + m)); bias U(+-1/sqrt n) (Glorot & Bengio 2010, as SIREN's tanh baseline)",
     xavier_weight},
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
    return layer == 0 ? field->n_features : field->units;
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

void inr_init_field(struct inr_field *field, uint64_t seed)
{
    const struct inr_field_config *config = &field->config;
    const struct inr_init *init = inr_init_by_id(config->init);
    for (size_t i = 0; i < field->n_slices; i++) {
        const struct inr_slice *s = &field->slices[i];
        float *out = field->params + s->offset;
        size_t n = (size_t)s->rows * (size_t)s->cols;
        /* The tensor number keys the random stream; it does not depend on the other settings. */
        uint32_t tensor = (uint32_t)(s->layer * 8 + (int)s->role);
        int fan_in = fan_in_of(field, s->layer);
        switch (s->role) {
        case INR_ROLE_WEIGHT:
        case INR_ROLE_WEIGHT_IMAG:
            fill(out, n, init->weight(config, s->layer, fan_in, s->rows), seed, tensor);
            break;
        case INR_ROLE_BIAS:
        case INR_ROLE_BIAS_IMAG:
            fill(out, n,
                 uniform(s->layer == 0 && config->first_bias_scale > 0.0f
                             ? (double)config->first_bias_scale
                             : 1.0 / sqrt(fan_in)),
                 seed, tensor);
            break;
        case INR_ROLE_CONSTANTS:
            fill_constants(field, s);
            break;
        case INR_ROLE_FREQUENCIES:
            inr_encoding_by_id(config->encoding)->fill(config, seed, out);
            break;
        }
    }
}

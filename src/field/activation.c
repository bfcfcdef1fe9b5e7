/* SPDX-License-Identifier: MIT
 *
 * activation.c - The table of activations. The registry's list makes the rows, so one that lacks
 * its ROW_ line here does not compile.
 */
#include "field/activation.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "field/formula.h"
#include "inrush/field.h"

_Static_assert(INR_ACTIVATION_CONSTANTS == ACT_CONSTANTS, "constants of a row");
_Static_assert(INR_OUTPUT_AS_IS == 0, "files without an output activation have none");

#define SCALAR            .planes_z = 1, .planes_h = 1
#define NO_CONST          .n_constants = 0
#define WITHIN(low, high) .bounded = true, .least = (low), .most = (high)
/* VI3NR's sigma_p where cond = 1 chooses none. Sines: SIREN's own point, omega std(z) = 0.893; the
 * smaller ones that cond = 1 asks for make a linear network. */
#define PERIODIC .carrier = true, .siren_init = true, .sigma_p = 0.893f

/* cond is 1 everywhere. */
#define ROW_none SCALAR, NO_CONST, .sigma_p = 1, .summary = "z"
#define ROW_relu                                                                                   \
    SCALAR, WITHIN(0, INFINITY), NO_CONST, .has_kink = true, .sigma_p = 1, .summary = "max(z, 0)"
/* cond falls to 1 as sigma_p -> 0, where tanh is linear; 0.1 is the choice of VI3NR's authors. */
#define ROW_tanh    SCALAR, WITHIN(-1, 1), NO_CONST, .sigma_p = 0.1f, .summary = "tanh(z)"
#define ROW_sigmoid SCALAR, WITHIN(0, 1), NO_CONST, .summary = "1 / (1 + exp(-z))"
/* cond rises towards 1 and is nearest at the end of the authors' search (0.92 at 10). */
#define ROW_softplus                                                                               \
    SCALAR, WITHIN(0, INFINITY), NO_CONST, .sigma_p = 10, .summary = "log(1 + exp(z))"
/* cond stays above 1, by 0.1 at most, and tends to it at both ends: linear and ReLU. */
#define ROW_gelu                                                                                   \
    SCALAR, WITHIN(-0.17f, INFINITY), NO_CONST,                                                    \
        .sigma_p = 1,                                                                              \
        .summary = "z Phi(z), exact; Gaussian error linear units (Hendrycks and Gimpel 2016)"
#define ROW_sine                                                                                   \
    SCALAR, WITHIN(-1, 1), PERIODIC, .n_constants = 1, .constant_names = {"omega"},                \
                                     .constant_defaults = {30}, .learnable_mask = 0x1,             \
                                     .summary = "sin(omega z); SIREN (Sitzmann et al. 2020)"
#define ROW_gauss                                                                                  \
    SCALAR, WITHIN(0, 1),                                                                          \
        .n_constants = 1, .constant_names = {"sigma"}, .constant_defaults = {30},                  \
        .learnable_mask = 0x1,                                                                     \
        .summary = "exp(-(sigma z)^2); Beyond Periodicity (Ramasinghe and Lucey 2022)"
#define ROW_gabor                                                                                  \
    SCALAR, WITHIN(-1, 1), .carrier = true, .n_constants = 2,                                      \
                           .constant_names = {"omega", "sigma"}, .constant_defaults = {20, 10},    \
                           .learnable_mask = 0x3,                                                  \
                           .summary = "cos(omega z) exp(-(sigma z)^2); FINER++ (Zhu et al. 2024)"
#define ROW_finer                                                                                  \
    SCALAR, WITHIN(-1, 1), PERIODIC,                                                               \
        .n_constants = 2, .constant_names = {"omega", "stop_gradient"},                            \
        .constant_defaults = {30, 0}, .learnable_mask = 0x1, .has_kink = true,                     \
        .summary = "sin(omega (|z| + 1) z); FINER (Liu et al. 2024)"
#define ROW_sinc                                                                                   \
    SCALAR, WITHIN(-0.2173f, 1),                                                                   \
        .siren_init = true, .n_constants = 1, .constant_names = {"omega"},                         \
        .constant_defaults = {30}, .learnable_mask = 0x1,                                          \
        .summary = "sin(omega z) / (omega z); A Sampling Theory Perspective on Activations "       \
                   "for Implicit Neural Representations (Saratchandran et al. 2024)"
#define ROW_hosc                                                                                   \
    SCALAR, WITHIN(-1, 1), PERIODIC,                                                               \
        .n_constants = 2, .constant_names = {"omega", "beta"}, .constant_defaults = {30, 4},       \
        .learnable_mask = 0x3, .summary = "tanh(beta sin(omega z)); HOSC (Serrano et al. 2024)"
#define ROW_incode                                                                                 \
    SCALAR, PERIODIC, .n_constants = 5, .constant_names = {"omega", "a", "b", "c", "d"},           \
                      .constant_defaults = {30, 0.312f, 0.312f, 0.312f, 0.312f},                   \
                      .learnable_mask = 0x1e, .shared_constants = true,                            \
                      .summary = "e^a sin(e^b omega z + c) + d; INCODE (Kazerouni et al. 2024)"
#define ROW_fkan                                                                                   \
    SCALAR, .siren_init = true, .n_constants = 1, .constant_names = {"omega"},                     \
            .constant_defaults = {30}, .learnable_mask = 0x1,                                      \
            .summary = "(z + tanh(omega z)) sigmoid(z); FKAN (Mehrabian et al. 2025)"
#define ROW_gabor2                                                                                 \
    .planes_z = 2, .planes_h = 1, .n_constants = 2, .constant_names = {"omega", "sigma"},          \
    .constant_defaults = {10, 10}, .learnable_mask = 0x3, .window_apart = true, .carrier = true,   \
    .summary = "cos(omega p) exp(-(sigma q)^2), p and q real; WIRE (Saragadam et al. 2023)"
#define ROW_wire                                                                                   \
    .planes_z = 2, .planes_h = 2, .is_complex = true, .carrier = true, .n_constants = 2,           \
    .constant_names = {"omega", "sigma"}, .constant_defaults = {20, 30}, .learnable_mask = 0x3,    \
    .summary = "exp(j omega z - |sigma z|^2), z complex; WIRE (Saragadam et al. 2023)"
#define ROW_wire2d                                                                                 \
    .planes_z = 4, .planes_h = 2, .is_complex = true, .carrier = true, .n_constants = 2,           \
    .constant_names = {"omega", "sigma"}, .constant_defaults = {10, 10}, .learnable_mask = 0x3,    \
    .summary = "exp(j omega p - |sigma p|^2 - |sigma q|^2), p and q complex; WIRE (Saragadam et "  \
               "al. 2023)"
#define ROW_paon                                                                                   \
    .planes_z = 3, .planes_h = 1, .rational = true, NO_CONST,                                      \
    .summary = "(Q P + a0) / (Q^2 + 1), P = A x + a0, Q = 1 + B x; Pade neurons (Keles and "       \
               "Tekalp 2024)"
#define ROW_morlet                                                                                 \
    .planes_z = 2, .planes_h = 2, .is_complex = true, .n_constants = 2,                            \
    .constant_names = {"omega", "sigma"}, .constant_defaults = {20, 10}, .learnable_mask = 0x3,    \
    .summary = "(exp(j omega z) - exp(-omega^2 / 4 sigma^2)) exp(-|sigma z|^2), z complex: "       \
               "progressive wavelets (Roddenberry et al. 2024)"

#define ROW(number, word) {.id = number, .name = #word, ROW_##word},

static const struct inr_activation rows[] = {ACT_SCALAR_LIST(ROW) ACT_PLANE_LIST(ROW)};

size_t inr_activation_count(void)
{
    return sizeof rows / sizeof rows[0];
}

const struct inr_activation *inr_activation_at(size_t index)
{
    return index < inr_activation_count() ? &rows[index] : NULL;
}

const struct inr_activation *inr_activation_by_name(const char *name)
{
    for (size_t i = 0; i < inr_activation_count(); i++)
        if (!strcmp(rows[i].name, name))
            return &rows[i];
    return NULL;
}

const struct inr_activation *inr_activation_by_id(int id)
{
    for (size_t i = 0; i < inr_activation_count(); i++)
        if (rows[i].id == id)
            return &rows[i];
    return NULL;
}

/* Saragadam et al. 2023: their advice is a ratio below 2, where the largest modulus is 2.7. */
#define STEEPEST 2.0

int inr_activation_constant(const struct inr_activation *act, const char *name)
{
    for (int k = 0; k < act->n_constants; k++)
        if (strcmp(act->constant_names[k], name) == 0)
            return k;
    return -1;
}

void inr_activation_output(const struct inr_field_config *config,
                           float constants[INR_ACTIVATION_CONSTANTS])
{
    const struct inr_activation *act = inr_activation_by_id(config->output_activation);
    const struct inr_activation *others = inr_activation_by_id(config->activation);
    memset(constants, 0, INR_ACTIVATION_CONSTANTS * sizeof *constants);
    for (int k = 0; k < act->n_constants; k++) {
        const int same = inr_activation_constant(others, act->constant_names[k]);
        constants[k] = same >= 0 ? config->hidden[same] : act->constant_defaults[k];
    }
    const int omega = inr_activation_constant(act, "omega");
    if (omega >= 0 && config->output_omega > 0.0f)
        constants[omega] = config->output_omega;
}

bool inr_field_warning(const struct inr_field_config *config, char *text, size_t size)
{
    const struct inr_activation *act = inr_activation_by_id(config->activation);
    if (!act || !act->is_complex || config->layers == 0)
        return false;
    const int w = inr_activation_constant(act, "omega"), s = inr_activation_constant(act, "sigma");
    if (w < 0 || s < 0)
        return false;
    const double omega = fabs((double)config->hidden[w]), sigma = fabs((double)config->hidden[s]);
    if (omega <= STEEPEST * sigma)
        return false;
    const double ratio = sigma > 0.0 ? omega / sigma : (double)INFINITY;
    snprintf(text, size,
             "hidden %s waves grow up to %.3g-fold, as omega / sigma is %.3g there: above %g fits "
             "tend to be erratic; try --hidden-sigma %.3g or more",
             act->name, exp(0.25 * ratio * ratio), ratio, STEEPEST, omega / STEEPEST);
    return true;
}

/* SPDX-License-Identifier: MIT
 *
 * variance.h - Variance-informed initialisation (VI3NR, CVPR 2025): the variance of the weights
 * that gives every pre-activation of a wide field the same standard deviation sigma_p, for any
 * activation, and the sigma_p at which gradients keep their variance too.
 *
 *     struct inr_field_config config;                      // init = the row "vi3nr"
 *     struct inr_variance variance;
 *     inr_variance_of(&config, &variance, &err);
 *     printf("%g %g\n", variance.sigma_p, variance.gain2);
 *
 * One real layer. z = W x with M inputs and independent zero-mean entries of W: var z = M var(W)
 * E[x^2], E[x^2] = mean^2 + variance. With x = f(z'), z' ~ N(0, sigma_p^2), as width grows, the
 * forward condition is
 *     var(W) = gain^2 / M,   gain^2 = sigma_p^2 / E f(z)^2.
 * A gradient that reaches the N pre-activations with variance g has variance N var(W) E f'(z)^2 g
 * one layer below. With the var(W) of the forward condition and N = M its growth per layer is
 *     cond(sigma_p) = sigma_p^2 E f'(z)^2 / E f(z)^2,
 * and the joint condition is cond = 1.
 *
 * Several planes, complex layers. Let h be the vector of value planes of a unit (u, v of a complex
 * one) and J = dh/dz its Jacobian by the pre-activation planes. A complex W = Wr + j Wi, parts of
 * variance w each, maps h to z = a + j b with a = sum Wr u - Wi v, b = sum Wi u + Wr v. Hence
 * var a = var b = M w E|h|^2 and E[a b] = 0: the parts are independent in the limit, each N(0,
 * sigma_p^2) when
 *     w = sigma_p^2 / (M E|h|^2).
 * Back: gu + j gv = W^H (ga + j gb) gives E gu^2 = E gv^2 = N w (E ga^2 + E gb^2) and E[gu gv] = 0;
 * then E(ga^2 + gb^2) below is E|J^T g|^2 = E|J|^2 E gu^2, |J|^2 the sum of squared entries. The
 * gradient of a pre-activation therefore grows by N w E|J|^2, that is
 *     cond = sigma_p^2 E|J|^2 / E|h|^2,
 * the real formula with |J| for f' (for a holomorphic f both parts give |f'|^2: E|J|^2 / 2 per real
 * part, against E|h|^2 / 2 per real part). Real units with two planes (gabor2, planes of their own
 * weights) end at the same expression: the gradients of both planes add in E g^2 = w N (g_p + g_q).
 *
 * Thread safety: pure functions. Ownership: none.
 */
#ifndef INRUSH_VARIANCE_H
#define INRUSH_VARIANCE_H

#include "inrush/field.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where sigma_p comes from. */
enum inr_sigma_source {
    INR_SIGMA_GIVEN,  /* config->sigma_p */
    INR_SIGMA_SOLVED, /* the root of cond = 1 */
    INR_SIGMA_DEFAULT /* no root: the activation's own */
};

/* Standard deviations and powers are those of one real plane unless said otherwise. */
struct inr_variance {
    double sigma_p; /* of the pre-activations */
    enum inr_sigma_source source;
    double f2, d2; /* E|h|^2 and E|J|^2 of a hidden unit at sigma_p, all planes together */
    double gain2;  /* sigma_p^2 / f2 */
    double cond;   /* growth of the gradient's variance per layer, equal widths */
    double error;  /* of the quadrature, relative; 0: closed form */

    bool own_first; /* a carrier: first layer and bias are those of the activation's paper, by its
                       default `init`: SIREN's, or PyTorch's U(+-1/sqrt n) */
    double feature_power; /* E[x^2], mean over the features that enter the first layer */
    double first_std;     /* of the first layer's pre-activations, bias included */
    double first_f2;      /* E|h|^2 of the first layer's units */
};

/* The statistics of a field's settings, whatever their `init`. sigma_p = 0 in the settings asks for
 * the solution. Features: coordinates are uniform on [-1, 1], E[x^2] = 1/3; of a frequency cos^2 +
 * sin^2 = 1, hence 1/2 each, exactly. Errors: INR_ERR_USAGE where the activation is constant 0 or
 * past every number with these constants. */
enum inr_status inr_variance_of(const struct inr_field_config *config, struct inr_variance *out,
                                struct inr_error *err);

/* Half-width of the uniform distribution of the weights of layer `layer` (0 = first, config.layers
 * + 1 = output) with fan_in inputs; of each part of a complex weight. */
double inr_variance_weight(const struct inr_variance *variance,
                           const struct inr_field_config *config, int layer, int fan_in);

#ifdef __cplusplus
}
#endif
#endif

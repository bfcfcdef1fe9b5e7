/* SPDX-License-Identifier: MIT
 *
 * test_variance_deep.c - Variance-informed initialisation keeps the variance of values and
 * gradients through deep random networks, where other gains lose it.
 */
#include "variance_case.h"

#include <cblas.h>

/* The paper's toy experiment: 100 x (activation, linear), WIDTH units, no bias. */
enum { LAYERS = 100, WIDTH = 256, SAMPLES = 32 };

struct deep {
    float *unit; /* [LAYERS][WIDTH][WIDTH], uniform of variance 1 / WIDTH */
    float *z;    /* [LAYERS + 1][WIDTH][SAMPLES] */
    float *h, *g;
};

static int make_deep(void **state)
{
    const size_t cells = (size_t)WIDTH * SAMPLES, weights = (size_t)LAYERS * WIDTH * WIDTH;
    struct deep *d = calloc(1, sizeof *d);
    assert_non_null(d);
    d->unit = malloc(weights * sizeof *d->unit);
    d->z = malloc((LAYERS + 1) * cells * sizeof *d->z);
    d->h = malloc(cells * sizeof *d->h);
    d->g = malloc(cells * sizeof *d->g);
    assert_true(d->unit && d->z && d->h && d->g);
    for (size_t i = 0; i < weights; i++)
        d->unit[i] = (float)((2.0 * uniform01((uint32_t)i, 40) - 1.0) * sqrt(3.0 / WIDTH));
    openblas_set_num_threads(1);
    *state = d;
    return 0;
}

static int free_deep(void **state)
{
    struct deep *d = *state;
    free(d->unit);
    free(d->z);
    free(d->h);
    free(d->g);
    free(d);
    return 0;
}

/* Mean over samples of |v - want| / (v + want), v the variance over units, in percent. */
static double distance(const float *x, double want)
{
    double total = 0.0;
    for (int s = 0; s < SAMPLES; s++) {
        double sum = 0.0, square = 0.0;
        for (int u = 0; u < WIDTH; u++) {
            const double value = (double)x[u * SAMPLES + s];
            sum += value / WIDTH;
            square += value * value / WIDTH;
        }
        const double v = square - sum * sum; /* overflow: as far off as can be */
        total += (isfinite(v) ? fabs(v - want) / (v + want) : 1.0) / SAMPLES;
    }
    return 100.0 * total;
}

static act_jet eval(const char *name, double z, const real *p)
{
#define EVAL(number, word)                                                                         \
    if (strcmp(name, #word) == 0)                                                                  \
        return act_##word(z, p);
    ACT_SCALAR_LIST(EVAL)
#undef EVAL
    return (act_jet){0, 0, 0};
}

struct toy {
    const char *name;
    float p0, p1;
    double sigma_p;
    double gain2;                                                  /* 0: ours */
    double forward_low, forward_high, backward_low, backward_high; /* percent */
};

static void run_toy(struct deep *d, const struct toy *toy, double *forward, double *backward)
{
    const int cells = WIDTH * SAMPLES;
    real p[ACT_CONSTANTS] = {(real)toy->p0, (real)toy->p1};
    for (int k = 0; toy->p0 == 0.0f && k < ACT_CONSTANTS; k++)
        p[k] = (real)act(toy->name)->constant_defaults[k];
    const double gain2 = toy->gain2 > 0
                             ? toy->gain2
                             : variance(toy->name, toy->p0, toy->p1, (float)toy->sigma_p).gain2;
    const float gain = (float)sqrt(gain2);
    for (int i = 0; i < cells; i++)
        d->z[i] = (float)(toy->sigma_p * normal((uint32_t)i, 41));
    for (int l = 0; l < LAYERS; l++) {
        const float *z = d->z + (size_t)l * (size_t)cells;
        for (int i = 0; i < cells; i++)
            d->h[i] = (float)eval(toy->name, (double)z[i], p).f;
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, WIDTH, SAMPLES, WIDTH, gain,
                    d->unit + (size_t)l * WIDTH * WIDTH, WIDTH, d->h, SAMPLES, 0.0f,
                    d->z + (size_t)(l + 1) * (size_t)cells, SAMPLES);
    }
    *forward = distance(d->z + (size_t)LAYERS * (size_t)cells, toy->sigma_p * toy->sigma_p);
    for (int i = 0; i < cells; i++)
        d->g[i] = (float)normal((uint32_t)i, 42);
    for (int l = LAYERS; l-- > 0;) {
        const float *z = d->z + (size_t)l * (size_t)cells;
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, WIDTH, SAMPLES, WIDTH, gain,
                    d->unit + (size_t)l * WIDTH * WIDTH, WIDTH, d->g, SAMPLES, 0.0f, d->h, SAMPLES);
        for (int i = 0; i < cells; i++)
            d->g[i] = d->h[i] * (float)eval(toy->name, (double)z[i], p).d;
    }
    *backward = distance(d->g, 1.0);
}

/* One network of 256 units: a variance over units scatters by sqrt(2 / 256) = 9 %, which is 4.4 %
 * of this distance, and three deviations are 13 %. Where the activation pulls the variance back
 * (all but ReLU and the nearly linear ones) that is all. Where nothing does, also in the gradient,
 * the logarithm of the variance walks by about 0.1 a layer, 1 in all: tanh(1 / 2) = 46 %, and two
 * deviations are 76 %. Gains of other initialisers and sigma_p with cond != 1 end at 100 %. */
static void test_hundred_layers(void **state)
{
    static const struct toy toys[] = {
        {"tanh", 0, 0, 1, 1.0, 90, 100, 90, 100},    /* Xavier */
        {"tanh", 0, 0, 1, 2.78, 0, 25, 99, 100},     /* PyTorch's 5/3: off by 8 % for ever */
        {"sigmoid", 0, 0, 1, 1.0, 40, 100, 99, 100}, /* PyTorch */
        {"tanh", 0, 0, 1, 0, 0, 13, 99, 100},
        {"tanh", 0, 0, 0.1, 0, 0, 76, 0, 76},
        {"sigmoid", 0, 0, 1, 0, 0, 13, 99, 100},
        {"sigmoid", 0, 0, 6.7546, 0, 0, 13, 0, 76},
        {"relu", 0, 0, 1, 0, 0, 76, 0, 76},
        {"sine", 30, 0, 1 / 30.0, 0, 0, 13, 99, 100},
        {"sine", 30, 0, 0.001, 0, 0, 76, 0, 76},
        {"gauss", 14.142136f, 0, 1, 0, 0, 13, 99, 100},
        {"gauss", 14.142136f, 0, 0.0777, 0, 0, 13, 0, 76},
        {"sinc", 1, 0, 1, 0, 0, 13, 99, 100},
        {"sinc", 1, 0, 2.2233, 0, 0, 13, 0, 76},
        {"gabor", 1, 1, 1, 0, 0, 13, 99, 100},
        {"gabor", 1, 1, 0.8705, 0, 0, 13, 0, 76},
        {"incode", 0, 0, 0.0252524, 0, 0, 13, 0, 76},
    };
    for (size_t i = 0; i < sizeof toys / sizeof toys[0]; i++) {
        const struct toy *t = &toys[i];
        double forward, backward;
        run_toy(*state, t, &forward, &backward);
        if (!(forward >= t->forward_low && forward <= t->forward_high &&
              backward >= t->backward_low && backward <= t->backward_high))
            fail_msg("%s at sigma_p %g, gain^2 %g: forward %.1f %%, backward %.1f %%", t->name,
                     t->sigma_p, t->gain2, forward, backward);
    }
}

typedef act_h plane_value(act_z z, const real *p);

static act_h value_wire(act_z z, const real *p)
{
    return act_wire(z, p);
}

static act_h value_wire2d(act_z z, const real *p)
{
    return act_wire2d(z, p);
}

static act_h value_gabor2(act_z z, const real *p)
{
    return act_gabor2(z, p);
}

enum { STACK_SAMPLES = 16, STACK_UNITS = 400 };

/* One layer of a field by its named tensors: h [units][2] -> z [units][4]. */
static void affine(const struct inr_field *f, int layer, const act_h *h, act_z *z)
{
    char name[32];
    const int units = f->units;
    const bool is_complex = inr_activation_by_id(f->config.activation)->is_complex;
    snprintf(name, sizeof name, "net.%d.weight", layer);
    const struct inr_slice *w = inr_field_slice(f, name);
    snprintf(name, sizeof name, "net.%d.weight_imag", layer);
    const struct inr_slice *wi = inr_field_slice(f, name);
    double planes[4][STACK_UNITS] = {{0}};
    for (int r = 0; r < w->rows; r++) {
        double re = 0.0, im = 0.0;
        for (int c = 0; c < w->cols; c++) {
            const size_t at = (size_t)(r * w->cols + c);
            const double a = (double)f->params[w->offset + at];
            const double b = wi ? (double)f->params[wi->offset + at] : 0.0;
            re += a * h[c].u - b * h[c].v;
            im += b * h[c].u + a * h[c].v;
        }
        planes[r / units][r % units] = re;
        if (is_complex)
            planes[w->rows / units + r / units][r % units] = im;
    }
    for (int i = 0; i < units; i++)
        z[i] = (act_z){planes[0][i], planes[1][i], planes[2][i], planes[3][i]};
}

/* Power of a hidden pre-activation plane in units of sigma_p^2: mean over samples, units, planes
 * and the layers from 2 on, and the largest departure of a layer as a factor. */
static void run_stack(const struct inr_field *f, plane_value *value, const struct inr_variance *v,
                      double *mean, double *worst)
{
    const struct inr_activation *row = inr_activation_by_id(f->config.activation);
    const real p[ACT_CONSTANTS] = {(real)f->config.hidden[0], (real)f->config.hidden[1]};
    const int n_real = row->planes_z / (row->is_complex ? 2 : 1);
    double power[INR_MAX_LAYERS + 1] = {0};
    static act_z z[STACK_UNITS];
    static act_h h[STACK_UNITS];
    for (uint32_t s = 0; s < STACK_SAMPLES; s++) {
        for (uint32_t i = 0; i < (uint32_t)f->units; i++) {
            const uint32_t at = (s * STACK_UNITS + i) * 2;
            z[i] = (act_z){v->first_std * normal(at, 60),
                           n_real > 1 ? v->first_std * normal(at + 1, 60) : 0, 0, 0};
        }
        for (int layer = 1; layer <= f->config.layers; layer++) {
            for (int i = 0; i < f->units; i++)
                h[i] = value(z[i], p);
            affine(f, layer, h, z);
            for (int i = 0; i < f->units; i++)
                power[layer] +=
                    z[i].a * z[i].a + z[i].b * z[i].b + z[i].c * z[i].c + z[i].d * z[i].d;
        }
    }
    const double unit = v->sigma_p * v->sigma_p * f->units * row->planes_z * STACK_SAMPLES;
    *mean = 0.0;
    *worst = 1.0;
    for (int layer = 1; layer <= f->config.layers; layer++) {
        const double ratio = power[layer] / unit;
        *mean += ratio / f->config.layers;
        *worst = fmax(*worst, fmax(ratio, 1 / ratio));
    }
}

/* Complex and two-plane layers keep their power, which PyTorch's default does not. 200 to 280 units
 * of 16 samples, five networks: |psi|^2 has a few times the scatter of a Gaussian's square, and of
 * wire2d's first units few are alive, so that a layer stays within a factor of 3 and the mean
 * over layers and networks within 15 %. */
static void test_plane_stacks(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        plane_value *value;
        float omega, sigma;
    } rows[] = {{"wire", value_wire, 10, 10},
                {"wire", value_wire, 20, 30},
                {"wire2d", value_wire2d, 10, 10},
                {"gabor2", value_gabor2, 10, 10}};
    enum { NETWORKS = 5 };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_field_config config = config_of(rows[i].name, rows[i].omega, rows[i].sigma, 0);
        struct inr_variance v;
        struct inr_field *f;
        double mean = 0.0, worst = 1.0, m, w;
        config.width = 400;
        config.layers = 8;
        assert_int_equal(inr_variance_of(&config, &v, NULL), INR_OK);
        for (uint64_t seed = 0; seed < NETWORKS; seed++) {
            f = field_of(&config, seed);
            run_stack(f, rows[i].value, &v, &m, &w);
            inr_field_free(f);
            mean += m / NETWORKS;
            worst = fmax(worst, w);
        }
        if (!(fabs(mean - 1.0) < 0.15 && worst < 3.0))
            fail_msg("%s: power %g of what it should be, %g at worst", rows[i].name, mean, worst);
        config.init = INR_INIT_PYTORCH;
        f = field_of(&config, 0);
        run_stack(f, rows[i].value, &v, &m, &w);
        inr_field_free(f);
        assert_true(m > 2.0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plane_stacks),
        cmocka_unit_test_setup_teardown(test_hundred_layers, make_deep, free_deep),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

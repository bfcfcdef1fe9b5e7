/* SPDX-License-Identifier: MIT
 *
 * test_variance.c - Variance-informed initialisation: moments against closed forms, published and
 * independent numbers, and the weights that fields start from.
 */
#include "variance_case.h"

static struct inr_moments moments(const char *name, float p0, float p1, double sigma)
{
    const float p[INR_ACTIVATION_CONSTANTS] = {p0, p1};
    struct inr_moments m;
    assert_true(inr_moments_of(act(name), p, sigma, false, &m));
    return m;
}

/* Pieces stop when halving them changes a sum by 1e-12; constants are floats, exact in both. */
#define EXACT 1e-11

/* From nearly linear to hundreds of radians a deviation. */
static void test_closed_forms(void **state)
{
    (void)state;
    static const double scales[] = {1e-3, 0.1, 0.5, 1.0, 3.0, 30.0, 300.0};
    static const float rates[] = {1.0f, 10.0f, 30.0f, 200.0f};
    for (size_t i = 0; i < sizeof scales / sizeof scales[0]; i++)
        for (size_t k = 0; k < sizeof rates / sizeof rates[0]; k++) {
            const double w = (double)rates[k], s = scales[i] / w, u = w * w * s * s;
            struct inr_moments m = moments("sine", rates[k], 0, s);
            assert_rel(m.f2, -expm1(-2 * u) / 2, EXACT);
            assert_rel(m.d2, w * w * (1 + exp(-2 * u)) / 2, EXACT);
            assert_true(m.error < 1e-10);
            m = moments("gauss", rates[k], 0, s);
            assert_rel(m.f2, pow(1 + 4 * u, -0.5), EXACT);
            assert_rel(m.d2, 4 * w * w * u * pow(1 + 4 * u, -1.5), EXACT);
            m = moments("relu", 0, 0, s);
            assert_rel(m.f2, s * s / 2, EXACT);
            assert_rel(m.d2, 0.5, EXACT);
            const double c = 10, v = 1 / (1 / (s * s) + 4 * c * c), q = sqrt(v) / s;
            const double e = exp(-2 * w * w * v);
            m = moments("gabor", rates[k], 10, s);
            assert_rel(m.f2, q / 2 * (1 + e), EXACT);
            assert_rel(m.d2,
                       q * (w * w / 2 * (1 - e) + 2 * c * c * c * c * v +
                            2 * c * c * c * c * (v - 4 * w * w * v * v) * e +
                            4 * c * c * w * w * v * e),
                       1e-9); /* the closed form cancels where w s is small */
        }
}

/* Narrow bumps and steep steps: the parts near 0 and the error estimate. */
static void test_steep(void **state)
{
    (void)state;
    /* E f^2 = (1 + 4 u)^(-1/2), a bump a millionth of sigma_p wide. */
    assert_rel(moments("gauss", 1e6f, 0, 1.0).f2, 0.5e-6, 1e-9);
    /* tanh(1e3 sin z) is a square wave but for 2/1e3 of its period: E f^2 = 1 - 2/(pi beta). */
    const struct inr_moments m = moments("hosc", 1.0f, 1e3f, 5.0);
    assert_near(m.f2, 1 - 2 / (INR_PI * 1e3), 1e-5);
    assert_true(m.error < 1e-3);
    /* sinc at many zeros: E f^2 -> pi / (w s sqrt(2 pi)). */
    assert_rel(moments("sinc", 200.0f, 0, 5.0).f2, INR_PI / (1000 * sqrt(2 * INR_PI)), 2e-3);
    /* Past the resolution the estimate says that it is one. */
    assert_true(moments("sine", 1e6f, 0, 10.0).error > 1e-9);
    assert_near(moments("sine", 1e6f, 0, 10.0).f2, 0.5, 0.02);
}

/* Constants printed elsewhere, hence half a unit of the last digit; sinc's cond, 0.08565, was
 * rounded up. */
static void test_published_constants(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        float p0, p1;
        double gain1, gain1_unit, cond1, cond1_unit; /* at sigma_p = 1 */
        double root, root_unit, gain, gain_unit;     /* 0: no root */
    } rows[] = {
        {"tanh", 0, 0, 2.5362, 1e-4, 1.1778, 1e-4, 0, 0, 0, 0},
        {"sigmoid", 0, 0, 3.4086, 1e-4, 0.1528, 1e-4, 6.754, 1.2e-3, 103.0, 0.1},
        {"relu", 0, 0, 2, 1e-9, 1, 1e-9, 0, 0, 0, 0},
        {"sine", 30, 0, 2.0, 1e-4, 900, 1, 0, 0, 0, 0},
        {"gauss", 14.142136f, 0, 28.302, 1e-3, 199.75, 1e-2, 0.07769, 1e-5, 0.014571, 1e-6},
        {"sinc", 1, 0, 1.3090, 1e-4, 0.0857, 2e-4, 2.223, 1e-3, 10.682, 1e-2},
        {"gabor", 1, 1, 2.6774, 1e-4, 1.3826, 1e-4, 0.8705, 1e-4, 1.8039, 2e-4},
        {"softplus", 0, 0, 1.0855, 1e-4, 0.3185, 1e-4, 0, 0, 0, 0},
        {"gabor", 20, 10, 0, 0, 0, 0, 0.05478, 1e-5, 0.006664, 2e-6},
        {"gabor", 10, 10, 0, 0, 0, 0, 0.08705, 1e-5, 0.018039, 2e-6},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct inr_variance v = variance(rows[i].name, rows[i].p0, rows[i].p1, 1.0f);
        assert_int_equal(v.source, INR_SIGMA_GIVEN);
        if (rows[i].gain1 > 0) {
            assert_near(v.gain2, rows[i].gain1, 0.51 * rows[i].gain1_unit);
            assert_near(v.cond, rows[i].cond1, 0.51 * rows[i].cond1_unit);
        }
        v = variance(rows[i].name, rows[i].p0, rows[i].p1, 0);
        assert_int_equal(v.source, rows[i].root > 0 ? INR_SIGMA_SOLVED : INR_SIGMA_DEFAULT);
        if (rows[i].root > 0) {
            assert_near(v.cond, 1.0, 1e-9);
            assert_near(v.sigma_p, rows[i].root, 0.51 * rows[i].root_unit);
            assert_near(v.gain2, rows[i].gain, 0.51 * rows[i].gain_unit);
        }
    }
    assert_near(variance("softplus", 0, 0, 10).cond, 0.92, 0.005);
    assert_near(variance("tanh", 0, 0, 0.1f).gain2, 1.02, 0.005);
    assert_near(variance("sigmoid", 0, 0, 6.8f).gain2, 104.28, 0.1); /* by 10^6 draws */
    /* SIREN's weights, gain^2 = 2 / omega^2, hold FINER at omega std(z) = 0.901. */
    struct inr_variance v = variance("finer", 30, 0, (float)(0.901 / 30));
    assert_rel(v.gain2, 2.0 / 900, 0.002);
    assert_near(v.cond, 1.26, 0.005);
    assert_near(variance("finer", 30, 1, (float)(0.901 / 30)).cond, 1.23, 0.006);
}

/* u = s^2 sigma_p^2 = (1 + sqrt 2) / 2, E f^2 = sqrt 2 - 1, gain = 1.7071 / s, and the prints. */
static void test_gauss_optimum(void **state)
{
    (void)state;
    static const struct {
        float s;
        double sigma_p, gain;
    } prints[] = {{7.07f, 0.155, 0.241}, {10, 0.110, 0.171}, {30, 0.0366, 0.0569}};
    for (size_t i = 0; i < 3; i++) {
        const double s = (double)prints[i].s;
        const struct inr_variance v = variance("gauss", prints[i].s, 0, 0);
        assert_rel(v.sigma_p, sqrt((1 + sqrt(2)) / 2) / s, 1e-9);
        assert_rel(v.f2, sqrt(2) - 1, 1e-9);
        assert_rel(v.gain2, v.sigma_p * v.sigma_p * (1 + sqrt(2)), 1e-9);
        assert_near(sqrt(v.gain2) * s, 1.7071, 0.51e-4);
        assert_near(v.sigma_p, prints[i].sigma_p, i == 2 ? 0.51e-4 : 0.51e-3);
        assert_near(sqrt(v.gain2), prints[i].gain, i == 2 ? 0.51e-4 : 0.51e-3);
    }
    /* a = 0.05: hidden weights U(+-0.20908 / sqrt M). The root scales with 1/s to the end. */
    const struct inr_field_config config = config_of("gauss", 14.142136f, 0, 0);
    const struct inr_variance v = variance("gauss", 14.142136f, 0, 0);
    assert_near(inr_variance_weight(&v, &config, 2, 100) * 10, 0.20908, 0.51e-5);
    assert_rel(variance("gauss", 1e5f, 0, 0).sigma_p, 1.0986841e-5, 1e-7);
}

/* W ~ U(+-sqrt(c / M) / omega): c and cond = u coth u of the digest's table. */
static void test_sine_table(void **state)
{
    (void)state;
    static const double rows[][5] = {{0.5, 3.81, 0.005, 1.02, 0.005},
                                     {0.8, 5.32, 0.005, 1.13, 0.0051},
                                     {0.893, 6.00, 0.005, 1.20, 0.005},
                                     {1, 6.94, 0.005, 1.31, 0.005},
                                     {1.5, 13.65, 0.007, 2.30, 0.005},
                                     {2, 24.0, 0.05, 4.00, 0.005},
                                     {5, 150, 0.5, 25, 0.05}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (float omega = 30; omega < 300; omega += 85) {
            const float sigma_p = (float)(rows[i][0] / (double)omega);
            const struct inr_field_config config = config_of("sine", omega, 0, sigma_p);
            const struct inr_variance v = variance("sine", omega, 0, sigma_p);
            const double bound = inr_variance_weight(&v, &config, 2, 256) * (double)omega;
            assert_near(bound * bound * 256, rows[i][1], rows[i][2]);
            assert_near(v.cond, rows[i][3], rows[i][4]);
        }
    /* Where nothing is asked for: SIREN's own hidden weights, c = 6 (0.893 is a rounded print). */
    const struct inr_field_config config = config_of("sine", 30, 0, 0);
    const struct inr_variance v = variance("sine", 30, 0, 0);
    assert_rel(inr_variance_weight(&v, &config, 2, 256), sqrt(6.0 / 256) / 30, 1e-3);
}

static void test_defaults(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double sigma_p;
    } none[] = {{"none", 1},          {"relu", 1},          {"gelu", 1},
                {"tanh", 0.1},        {"softplus", 10},     {"sine", 0.893 / 30},
                {"hosc", 0.893 / 30}, {"finer", 0.893 / 30}};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        const struct inr_variance v = variance(none[i].name, 0, 0, 0);
        assert_int_equal(v.source, INR_SIGMA_DEFAULT);
        assert_rel(v.sigma_p, none[i].sigma_p, 1e-6);
    }
    for (float s = 1e-3f; s < 20; s *= 1.5f) /* as activation.c says of GELU */
        assert_near(variance("gelu", 0, 0, s).cond, 1.05, 0.05);
    static const char *const solved[] = {"sigmoid", "gauss",  "gabor", "sinc",
                                         "incode",  "gabor2", "wire",  "wire2d"};
    for (size_t i = 0; i < sizeof solved / sizeof solved[0]; i++) {
        const struct inr_variance v = variance(solved[i], 0, 0, 0);
        assert_int_equal(v.source, INR_SIGMA_SOLVED);
        assert_near(v.cond, 1.0, 1e-9);
    }
    /* INCODE without phase and offset is a sine of e^b omega again. */
    struct inr_field_config config = config_of("incode", 30, 0, 0);
    struct inr_variance v;
    config.hidden[3] = config.hidden[4] = 0;
    assert_int_equal(inr_variance_of(&config, &v, NULL), INR_OK);
    assert_int_equal(v.source, INR_SIGMA_DEFAULT);
    assert_rel(v.sigma_p, 0.893 / (30 * exp(0.312)), 1e-6);
}

/* |h|^2 and |J|^2 at one point through the formulas: rows of J are adjoints of unit vectors. */
#define PLANE_POINT(word)                                                                          \
    static void point_##word(act_z z, const real *p, double *f2, double *d2)                       \
    {                                                                                              \
        const act_h h = act_##word(z, p), gu = {1, 0}, gv = {0, 1};                                \
        const act_z u = act_##word##_b(z, h, gu, p), v = act_##word##_b(z, h, gv, p);              \
        *f2 = h.u * h.u + h.v * h.v;                                                               \
        *d2 = u.a * u.a + u.b * u.b + u.c * u.c + u.d * u.d;                                       \
        *d2 += v.a * v.a + v.b * v.b + v.c * v.c + v.d * v.d;                                      \
    }
PLANE_POINT(wire)
PLANE_POINT(wire2d)
PLANE_POINT(morlet)

static void point_gabor2(act_z z, const real *p, double *f2, double *d2)
{
    const act_h h = act_gabor2(z, p), g = {1, 0};
    const act_z u = act_gabor2_b(z, h, g, p);
    *f2 = h.u * h.u;
    *d2 = u.a * u.a + u.b * u.b;
}

/* Product trapezoid on +-7 sigma in every plane, 36 points each: the integrands are Gaussians no
 * narrower than sigma / 2.5 times polynomials and slow sines, and what is left out or aliased is
 * below 1e-9 of them. */
static void product(void (*point)(act_z, const real *, double *, double *), const real *p,
                    double sigma, int planes, double *f2, double *d2)
{
    enum { N = 36 };
    const double step = 14.0 / (N - 1);
    int n[4] = {1, 1, 1, 1};
    for (int k = 0; k < planes; k++)
        n[k] = N;
    *f2 = *d2 = 0.0;
    for (int i = 0; i < n[0] * n[1] * n[2] * n[3]; i++) {
        double t[4] = {0, 0, 0, 0}, w = 1.0, f, d;
        int rest = i;
        for (int k = 0; k < planes; k++, rest /= N) {
            t[k] = -7.0 + step * (rest % N);
            w *= step * 0.39894228040143268 * exp(-0.5 * t[k] * t[k]);
        }
        act_z z = {sigma * t[0], sigma * t[1], sigma * t[2], sigma * t[3]};
        point(z, p, &f, &d);
        *f2 += w * f;
        *d2 += w * d;
    }
}

static void test_planes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        void (*point)(act_z, const real *, double *, double *);
        int planes;
        float omega, sigma;
        double at;
    } rows[] = {
        {"gabor2", point_gabor2, 2, 10, 10, 0.0855}, {"gabor2", point_gabor2, 2, 20, 5, 0.1},
        {"wire", point_wire, 2, 20, 30, 0.0245},     {"wire", point_wire, 2, 10, 10, 0.1},
        {"wire", point_wire, 2, 30, 10, 0.05},       {"wire2d", point_wire2d, 4, 10, 10, 0.0544},
        {"wire2d", point_wire2d, 4, 20, 10, 0.04},   {"morlet", point_morlet, 2, 20, 10, 0.03},
        {"morlet", point_morlet, 2, 10, 10, 0.08},   {"morlet", point_morlet, 2, 4, 7, 0.12},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const real p[ACT_CONSTANTS] = {(real)rows[i].omega, (real)rows[i].sigma};
        struct inr_moments m = moments(rows[i].name, rows[i].omega, rows[i].sigma, rows[i].at);
        double f2, d2;
        product(rows[i].point, p, rows[i].at, rows[i].planes, &f2, &d2);
        assert_rel(m.f2, f2, 1e-8);
        assert_rel(m.d2, d2, 1e-8);
    }
    /* The first layer of a complex field is real: E|psi|^2 = (1 + 4 s0^2 sz^2)^(-1/2). The sz of
     * d = 2 coordinates and a table of powers, printed to three digits. */
    static const double first[][3] = {{5, 5, .186}, {10, 10, .094}, {20, 30, .032}, {10, 40, .024}};
    for (size_t i = 0; i < 4; i++) {
        const float p[INR_ACTIVATION_CONSTANTS] = {(float)first[i][0], (float)first[i][1]};
        struct inr_moments m;
        assert_true(inr_moments_of(act("wire"), p, 0.527, true, &m));
        assert_near(m.f2, first[i][2], 0.0006);
    }
    /* wire2d's two real planes: a product of the two, as for wire by itself. */
    const float p[INR_ACTIVATION_CONSTANTS] = {10, 10};
    const real rp[ACT_CONSTANTS] = {10, 10};
    struct inr_moments m;
    double f2, d2;
    assert_true(inr_moments_of(act("wire2d"), p, 0.05, true, &m));
    product(point_wire2d, rp, 0.05, 2, &f2, &d2);
    assert_rel(m.f2, f2, 1e-8);
    /* Tangents along the imaginary planes, which a real layer has not, are left out of d2. */
    assert_true(m.d2 < d2);
    assert_true(inr_moments_of(act("morlet"), p, 0.05, true, &m));
    product(point_morlet, rp, 0.05, 1, &f2, &d2);
    assert_rel(m.f2, f2, 1e-8);
    assert_true(m.d2 < d2);
    /* Tabled long-run power of hidden layers under the framework's default. */
    const double sz2 = 0.378 * 0.378;
    assert_near(moments("wire", 10, 5, sqrt(sz2)).f2, 0.424, 0.002);
}

/* An estimate that shares nothing with the quadrature but the formula; five standard errors. */
static void test_monte_carlo(void **state)
{
    (void)state;
    enum { N = 200000 };
    const real p[ACT_CONSTANTS] = {30};
    static const double sigmas[] = {0.03, 0.3, 1.5};
    for (size_t i = 0; i < 3; i++) {
        const struct inr_moments m = moments("finer", 30, 0, sigmas[i]);
        double sum[2] = {0, 0}, square[2] = {0, 0};
        for (uint32_t k = 0; k < N; k++) {
            const act_jet j = act_finer(sigmas[i] * normal(k, (uint32_t)i), p);
            const double x[2] = {j.f * j.f, j.d * j.d};
            for (int c = 0; c < 2; c++) {
                sum[c] += x[c] / N;
                square[c] += x[c] * x[c] / N;
            }
        }
        assert_true(m.error < 1e-10);
        assert_near(m.f2, sum[0], 5 * sqrt((square[0] - sum[0] * sum[0]) / N));
        assert_near(m.d2, sum[1], 5 * sqrt((square[1] - sum[1] * sum[1]) / N));
    }
}

/* Weights are uniform within a bound: the largest of n lies within 10 / n of it. */
static void check_bound(const struct inr_field *f, const char *name, double bound)
{
    const struct inr_slice *s = inr_field_slice(f, name);
    assert_non_null(s);
    const size_t n = (size_t)s->rows * (size_t)s->cols;
    double largest = 0.0;
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)f->params[s->offset + i]));
    assert_true(largest <= bound * (1.0 + 1e-6));
    assert_true(largest >= bound * (1.0 - 10.0 / (double)n));
}

static void test_fields(void **state)
{
    (void)state;
    /* Gaussian, s = 30: gain 1.7071 / s behind, sqrt 3 sigma_p first, biases 0. */
    struct inr_field_config config = config_of("gauss", 30, 0, 0);
    struct inr_field *f = field_of(&config, 5);
    const double sigma_p = sqrt((1 + sqrt(2)) / 2) / 30;
    check_bound(f, "net.0.weight", sigma_p * sqrt(3) * sqrt(3.0 / 2));
    check_bound(f, "net.1.weight", 1.7071068 / 30 * sqrt(3.0 / 256));
    check_bound(f, "net.3.weight", 1.7071068 / 30 * sqrt(3.0 / 256));
    check_bound(f, "net.4.weight", 1.7071068 / 30 * sqrt(3.0 / 256));
    check_bound(f, "net.0.bias", 0);
    check_bound(f, "net.1.bias", 0);
    check_bound(f, "net.4.bias", 0);
    inr_field_free(f);

    /* A first layer twice as sharp: layer 1 makes up for its lower power. */
    config.first[0] = 60;
    config.first_bias_scale = 0.05f;
    f = field_of(&config, 5);
    const double std2 = sigma_p * sigma_p + 0.05 * 0.05 / 3;
    check_bound(f, "net.0.bias", (double)0.05f);
    check_bound(f, "net.1.weight", sigma_p * pow(1 + 4 * 3600 * std2, 0.25) * sqrt(3.0 / 256));
    check_bound(f, "net.2.weight", 1.7071068 / 30 * sqrt(3.0 / 256));
    inr_field_free(f);

    /* Sine: SIREN's first layer and bias, its hidden weights (c = 6) behind. */
    config = config_of("sine", 30, 0, 0);
    f = field_of(&config, 5);
    check_bound(f, "net.0.weight", 0.5);
    check_bound(f, "net.0.bias", 1 / sqrt(2));
    check_bound(f, "net.2.bias", 0);
    /* E sin^2 of 14 rad is 1/2. */
    check_bound(f, "net.1.weight", 0.893 / 30 / sqrt(0.5) * sqrt(3.0 / 256));
    inr_field_free(f);

    /* Sigmoid: pre-activations of 6.75, outputs of 1. */
    config = config_of("sigmoid", 0, 0, 0);
    f = field_of(&config, 5);
    check_bound(f, "net.4.weight", sqrt(103.008) / 6.75457 * sqrt(3.0 / 256));
    inr_field_free(f);

    /* The parts of a complex weight share the power of both planes. */
    config = config_of("wire", 10, 10, 0.1f);
    f = field_of(&config, 5);
    /* PyTorch's first layer: z = w x + b, variances 1/9 and 1/6 in 2-D. */
    check_bound(f, "net.0.weight", 1 / sqrt(2));
    check_bound(f, "net.0.bias", 1 / sqrt(2));
    const double first = pow(1 + 400 * 5.0 / 18, -0.5), hidden = exp(2 * 100 * 0.01 / 5) / 5;
    check_bound(f, "net.1.weight", 0.1 * sqrt(3 / (181 * first)));
    check_bound(f, "net.2.weight", 0.1 * sqrt(3 / (181 * hidden)));
    check_bound(f, "net.2.weight_imag", 0.1 * sqrt(3 / (181 * hidden)));
    check_bound(f, "net.2.bias_imag", 0);
    inr_field_free(f);
}

/* Mean square of the features over coordinates, against what the formula says: n points of a
 * uniform draw, five standard errors of values in [0, 1]. */
static void test_features(void **state)
{
    (void)state;
    enum { N = 20000 };
    struct inr_field_config config = config_of("relu", 0, 0, 0);
    struct inr_variance v;
    assert_int_equal(inr_variance_of(&config, &v, NULL), INR_OK);
    assert_rel(v.feature_power, 1.0 / 3, 1e-12);

    config.encoding = INR_ENCODING_OCTAVES;
    config.n_frequencies = 4;
    config.include_input = true;
    assert_int_equal(inr_variance_of(&config, &v, NULL), INR_OK);
    double sum = 0.0;
    for (uint32_t i = 0; i < N; i++)
        for (uint32_t axis = 0; axis < 2; axis++) {
            const double x = 2 * uniform01(2 * i + axis, 50) - 1;
            sum += x * x / 18 / N;
            for (int k = 0; k < 4; k++)
                sum += (pow(sin(INR_PI * (1 << k) * x), 2) + pow(cos(INR_PI * (1 << k) * x), 2)) /
                       18 / N;
        }
    assert_near(v.feature_power, sum, 5 * 0.5 / sqrt(2.0 * N));

    config.encoding = INR_ENCODING_CHEBYSHEV;
    config.n_frequencies = 9;
    assert_int_equal(inr_variance_of(&config, &v, NULL), INR_OK);
    sum = 0.0;
    for (uint32_t i = 0; i < N; i++)
        for (int k = 0; k <= 9; k++)
            sum += pow(cos(k * acos(tanh(2 * uniform01(i, 51) - 1))), 2) / 10 / N;
    assert_near(v.feature_power, sum, 5 * 0.5 / sqrt((double)N));
}

static void test_refusals(void **state)
{
    (void)state;
    struct inr_error err = {0};
    struct inr_field_config config = config_of("sine", 30, 0, 0);
    config.hidden[0] = 0; /* sin 0: nothing to scale */
    assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "mean square"));
    config.init = INR_INIT_SIREN; /* only vi3nr asks */
    assert_int_equal(inr_field_check(&config, NULL), INR_OK);

    config = config_of("wire", 50, 1, 10); /* e^{omega^2 / (2 sigma^2)} overflows */
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "sigma-p"));

    config = config_of("gauss", 0, 0, -1);
    memset(&err, 0, sizeof err);
    assert_int_equal(inr_field_check(&config, &err), INR_ERR_USAGE);
    assert_non_null(strstr(err.text, "sigma-p is -1"));

    /* A Gaussian without a width is constant: usable, and its default stands in for the root. */
    config = config_of("gauss", 0, 0, 0);
    config.first[0] = config.hidden[0] = 0;
    struct inr_variance v;
    assert_int_equal(inr_variance_of(&config, &v, NULL), INR_OK);
    assert_true(v.source == INR_SIGMA_DEFAULT && v.sigma_p == 1.0);
}

/* Every activation has a rule, or says that it has none. */
static void test_every_activation(void **state)
{
    (void)state;
    for (size_t a = 0; a < inr_activation_count(); a++) {
        const struct inr_activation *row = inr_activation_at(a);
        struct inr_field_config config = config_of(row->name, 0, 0, 0);
        struct inr_error err = {0};
        struct inr_variance v;
        if (row->rational) {
            assert_int_equal(inr_variance_of(&config, &v, &err), INR_ERR_USAGE);
            assert_non_null(strstr(err.text, "no moments"));
            continue;
        }
        assert_int_equal(inr_variance_of(&config, &v, &err), INR_OK);
        assert_true(v.sigma_p > 0.0 && v.f2 > 0.0 && v.error < 1e-10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_closed_forms),
        cmocka_unit_test(test_steep),
        cmocka_unit_test(test_published_constants),
        cmocka_unit_test(test_gauss_optimum),
        cmocka_unit_test(test_sine_table),
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_planes),
        cmocka_unit_test(test_monte_carlo),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_every_activation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

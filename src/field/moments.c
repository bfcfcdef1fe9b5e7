/* SPDX-License-Identifier: MIT
 *
 * moments.c - E |h|^2 and E |dh/dz|^2 of every activation, from its formula in double.
 *
 * Scalar rows. With t = z / sigma the moments are integrals of g(sigma t) + g(-sigma t) times the
 * normal density over t in 0..8; what lies beyond is 1.2e-15 of the mass. The range is cut at 8 /
 * 4, 8 / 16 ..., so that the scale of a narrow bump at 0 (Gaussian, sinc) is met whatever it is,
 * and each part is halved until a 16-point Gauss-Legendre rule on its pieces repeats itself to
 * 1e-12 (not before 32 pieces where the weight is: few points may all miss the steps of a square
 * wave). Halves are taken apart because ReLU's and FINER's derivatives jump at 0: a trapezoid rule
 * across the jump keeps three digits at 2000 points. A part is cut into 4096 pieces, 65536 points,
 * at most; that resolves sin(omega z) up to omega sigma of about 6000, twenty times omega = 30 at
 * sigma = 10. Past it the rule samples the phases at random, and `error` says so.
 *
 * Plane rows. Every pre-activation plane is N(0, sigma^2) and independent, so that the exponents
 * are Gaussian integrals. With A = 1 + 4 s^2 sigma^2 (s the constant "sigma") and v = sigma^2 / A:
 *     E e^{-2 s^2 a^2} = A^{-1/2}, under which weight a ~ N(0, v);
 *     E e^{-2 omega b - 2 s^2 b^2} = A^{-1/2} e^{2 omega^2 v}, under which b ~ N(-2 omega v, v).
 */
#define INR_REAL_DOUBLE
#include "field/moments.h"

#include "field/formula.h"

/* Cuts towards 0 and doublings of the pieces of a part. */
enum { CUTS = 16, DOUBLINGS = 12, OUTER = 3 };

#define REACH     8.0
#define TOLERANCE 1e-12

/* Gauss-Legendre, 16 points on [-1, 1]: the positive half. */
static const double rule[8][2] = {
    {0.095012509837637454, 0.18945061045506850}, {0.28160355077925892, 0.18260341504492359},
    {0.45801677765722742, 0.16915651939500254},  {0.61787624440264377, 0.14959598881657673},
    {0.75540440835500300, 0.12462897125553387},  {0.86563120238783176, 0.095158511682492785},
    {0.94457502307323260, 0.062253523938647893}, {0.98940093499164994, 0.027152459411754095},
};

struct scalar {
    act_jet (*eval)(real z, const real *p);
    const real *p;
    double sigma;
};

struct sum {
    double f2, d2;
};

static void add_point(const struct scalar *s, double t, double weight, struct sum *sum)
{
    const double w = weight * 0.39894228040143268 * exp(-0.5 * t * t);
    const act_jet up = s->eval(s->sigma * t, s->p);
    const act_jet down = s->eval(-s->sigma * t, s->p);
    sum->f2 += w * (up.f * up.f + down.f * down.f);
    sum->d2 += w * (up.d * up.d + down.d * down.d);
}

static struct sum integrate(const struct scalar *s, double low, double high, int pieces)
{
    struct sum sum = {0.0, 0.0};
    const double half = 0.5 * (high - low) / pieces;
    for (int i = 0; i < pieces; i++) {
        const double middle = low + (2 * i + 1) * half;
        for (int k = 0; k < 8; k++) {
            add_point(s, middle - half * rule[k][0], half * rule[k][1], &sum);
            add_point(s, middle + half * rule[k][0], half * rule[k][1], &sum);
        }
    }
    return sum;
}

/* Add one part to the total, halving its pieces until they agree; the last change is its error. */
static void add_part(const struct scalar *s, double low, double high, int least, struct sum *total,
                     struct sum *error)
{
    struct sum now = integrate(s, low, high, 1), change = {0.0, 0.0};
    for (int k = 1; k <= DOUBLINGS; k++) {
        const struct sum last = now;
        now = integrate(s, low, high, 1 << k);
        change = (struct sum){fabs(now.f2 - last.f2), fabs(now.d2 - last.d2)};
        if (k >= least && change.f2 <= TOLERANCE * (total->f2 + now.f2) &&
            change.d2 <= TOLERANCE * (total->d2 + now.d2))
            break;
    }
    total->f2 += now.f2;
    total->d2 += now.d2;
    error->f2 += change.f2;
    error->d2 += change.d2;
}

static void scalar_moments(const struct scalar *s, struct inr_moments *out)
{
    struct sum total = {0.0, 0.0}, error = {0.0, 0.0};
    double high = REACH;
    for (int i = 0; i < CUTS; i++, high *= 0.25)
        add_part(s, 0.25 * high, high, i < OUTER ? 5 : 1, &total, &error);
    add_part(s, 0.0, high, 1, &total, &error);
    const double f = error.f2 > 0.0 ? error.f2 / total.f2 : 0.0;
    const double d = error.d2 > 0.0 ? error.d2 / total.d2 : 0.0;
    *out = (struct inr_moments){total.f2, total.d2, f > d ? f : d};
}

#define EVAL(number, word)                                                                         \
    static act_jet eval_##word(real z, const real *p)                                              \
    {                                                                                              \
        return act_##word(z, p);                                                                   \
    }
ACT_SCALAR_LIST(EVAL)

static const struct {
    int id;
    act_jet (*eval)(real z, const real *p);
} scalars[] = {
#define ROW(number, word) {number, eval_##word},
    ACT_SCALAR_LIST(ROW)
#undef ROW
};

/* What the plane rows share. */
struct window {
    double omega, s4; /* s^4 */
    double a, v;      /* A and v of the file's comment */
};

/* h = cos(omega p) e^{-(s q)^2}; u = omega^2 sigma^2. With S = E e^{-2 s^2 q^2}:
 * E h^2 = (1 + e^{-2u}) S / 2, E h_p^2 = omega^2 (1 - e^{-2u}) S / 2,
 * E h_q^2 = (1 + e^{-2u}) / 2 * 4 s^4 v S. */
static void moments_gabor2(const struct window *w, double sigma, bool first,
                           struct inr_moments *out)
{
    (void)first;
    const double e = exp(-2.0 * w->omega * w->omega * sigma * sigma);
    const double half = 0.5 / sqrt(w->a);
    out->f2 = (1.0 + e) * half;
    out->d2 = (w->omega * w->omega * (1.0 - e) + 4.0 * w->s4 * w->v * (1.0 + e)) * half;
}

/* psi = e^{j omega z - |s z|^2}, z = a + j b: |psi|^2 = e^{-2 omega b - 2 s^2 (a^2 + b^2)},
 * |psi_a|^2 = (omega^2 + 4 s^4 a^2) |psi|^2, |psi_b|^2 = (omega + 2 s^2 b)^2 |psi|^2.
 * Under the weight |psi|^2 the mean of omega + 2 s^2 b is omega (1 - 4 s^2 v) = omega / A. */
static void moments_wire(const struct window *w, double sigma, bool first, struct inr_moments *out)
{
    (void)sigma;
    const double o2 = w->omega * w->omega, spread = 4.0 * w->s4 * w->v;
    out->f2 = first ? 1.0 / sqrt(w->a) : exp(2.0 * o2 * w->v) / w->a;
    out->d2 = out->f2 * (first ? o2 + spread : o2 + o2 / (w->a * w->a) + 2.0 * spread);
}

/* As wire, with two more planes q that have the window and no carrier (one more where first). */
static void moments_wire2d(const struct window *w, double sigma, bool first,
                           struct inr_moments *out)
{
    (void)sigma;
    const double o2 = w->omega * w->omega, spread = 4.0 * w->s4 * w->v;
    out->f2 = first ? 1.0 / w->a : exp(2.0 * o2 * w->v) / (w->a * w->a);
    out->d2 = out->f2 * (first ? o2 + 2.0 * spread : o2 + o2 / (w->a * w->a) + 4.0 * spread);
}

/* psi = (e^{j omega z} - k) G, G = e^{-|s z|^2}, k = e^{-omega^2 / 4 s^2}; W = e^{j omega z} G is
 * wire's. |psi|^2 = |W|^2 + k^2 G^2 - 2 k G Re W, psi_a = j omega W - 2 s^2 a psi and psi_b =
 * -omega W - 2 s^2 b psi. Under G^2 both planes are N(0, v), so with x = E e^{-2 omega b} =
 * e^{2 omega^2 v} (1 in the first layer) and c = E e^{-omega b} cos(omega a) = 1 (e^{-omega^2 v/2})
 *     E a^2 cos = v (1 - omega^2 v) c,  E a sin = omega v c,  E b^2 cos = (v + omega^2 v^2) c,
 *     E b cos = -omega v c,  E b e^{-2 omega b} = -2 omega v x, ... */
static void moments_morlet(const struct window *w, double sigma, bool first,
                           struct inr_moments *out)
{
    (void)sigma;
    const double o2 = w->omega * w->omega, s2 = sqrt(w->s4), v = w->v;
    const double k = o2 > 0.0 ? exp(-o2 / (4.0 * s2)) : 1.0;
    const double x = first ? 1.0 : exp(2.0 * o2 * v), c = first ? exp(-0.5 * o2 * v) : 1.0;
    const double mass = first ? 1.0 / sqrt(w->a) : 1.0 / w->a;
    const double by_a = o2 * x + 4.0 * w->s4 * v * (x + k * k - 2.0 * k * (1.0 - o2 * v) * c) -
                        4.0 * s2 * o2 * k * v * c;
    const double by_b =
        o2 * x +
        4.0 * w->s4 * v * ((1.0 + 4.0 * o2 * v) * x + k * k - 2.0 * k * (1.0 + o2 * v) * c) +
        4.0 * s2 * o2 * v * (k * c - 2.0 * x);
    out->f2 = mass * (x + k * k - 2.0 * k * c);
    out->d2 = mass * (first ? by_a : by_a + by_b);
}

static const struct {
    int id;
    void (*of)(const struct window *w, double sigma, bool first, struct inr_moments *out);
} planes[] = {
    {32, moments_gabor2},
    {33, moments_wire},
    {34, moments_wire2d},
    {36, moments_morlet},
};

bool inr_moments_of(const struct inr_activation *act, const float p[INR_ACTIVATION_CONSTANTS],
                    double sigma, bool first, struct inr_moments *out)
{
    real constants[ACT_CONSTANTS];
    for (int k = 0; k < ACT_CONSTANTS; k++)
        constants[k] = (double)p[k];
    *out = (struct inr_moments){0.0, 0.0, 0.0};
    for (size_t i = 0; i < sizeof scalars / sizeof scalars[0]; i++)
        if (scalars[i].id == act->id) {
            scalar_moments(&(struct scalar){scalars[i].eval, constants, sigma}, out);
            return true;
        }
    const double s2 = constants[1] * constants[1];
    const double a = 1.0 + 4.0 * s2 * sigma * sigma;
    const struct window w = {constants[0], s2 * s2, a, sigma * sigma / a};
    for (size_t i = 0; i < sizeof planes / sizeof planes[0]; i++)
        if (planes[i].id == act->id) {
            planes[i].of(&w, sigma, first, out);
            return true;
        }
    return false;
}

/* The same algorithms and layouts as the lab's kernels, by hand; compiled on the spot by native.py. */
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <stdlib.h>

/* Second moments of the last iterate of SGD, theorylab.regression.moments.last. */
void sgd_recursion(long d, long steps, const double *restrict keep, const double *restrict gain,
                   const double *restrict lam, double feedback, double noise, double *restrict c) {
    double fed = 0;
    for (long i = 0; i < d; i++) fed += lam[i] * c[i];
    fed = feedback * fed + noise;
    for (long t = 0; t < steps; t++) {
        double fresh = 0;
        for (long i = 0; i < d; i++) {
            double moment = keep[i] * c[i] + gain[i] * fed;
            c[i] = moment;
            fresh += lam[i] * moment;
        }
        fed = feedback * fresh + noise;
    }
}

/* Second moments of the EMA, theorylab.regression.moments.ema; p and v start as c does. */
void ema_recursion(long d, long steps, const double *restrict keep, const double *restrict gain,
                   const double *restrict lam, const double *restrict contraction, double feedback, double noise,
                   double a, double *restrict c, double *restrict p, double *restrict v) {
    double b = 1 - a, fed = 0;
    for (long i = 0; i < d; i++) fed += lam[i] * c[i];
    fed = feedback * fed + noise;
    for (long t = 0; t < steps; t++) {
        double fresh = 0;
        for (long i = 0; i < d; i++) {
            double ci = c[i], pi = p[i];
            v[i] = a * a * v[i] + 2 * a * b * pi + b * b * ci;
            p[i] = contraction[i] * (a * pi + b * ci);
            double moment = keep[i] * ci + gain[i] * fed;
            c[i] = moment;
            fresh += lam[i] * moment;
        }
        fed = feedback * fresh + noise;
    }
}

/* Batch perceptron from 0, theorylab.separable.kernels.solve with an infinite step size; steps taken. */
long perceptron(long n, long d, const double *restrict signed_rows, long limit, double *restrict position,
                double *restrict move) {
    memset(position, 0, d * sizeof(double));
    for (long t = 0; t <= limit; t++) {
        long wrong = 0;
        memset(move, 0, d * sizeof(double));
        for (long i = 0; i < n; i++) {
            const double *row = signed_rows + i * d;
            double margin = 0;
            for (long k = 0; k < d; k++) margin += row[k] * position[k];
            if (!(margin > 0)) {
                wrong++;
                double weight = margin == 0 ? 0.5 : 1.0;
                for (long k = 0; k < d; k++) move[k] += weight * row[k];
            }
        }
        if (!wrong) return t;
        for (long k = 0; k < d; k++) position[k] += move[k] / n;
    }
    return -1;
}

/* Halpern or extragradient iterates of an affine operator, theorylab.minimax.kernels.affine_iterates. */
void affine(long d, long steps, const double *restrict matrix, const double *restrict start, const double *restrict b1,
            const double *restrict a1, const double *restrict b2, const double *restrict a2, double *restrict z) {
    double *w = malloc(2 * d * sizeof(double)), *fresh = w + d;
    memcpy(z, start, d * sizeof(double));
    for (long k = 0; k < steps; k++) {
        for (long i = 0; i < d; i++) {
            double value = 0;
            for (long j = 0; j < d; j++) value += matrix[i * d + j] * z[j];
            w[i] = z[i] + b1[k] * (start[i] - z[i]) - a1[k] * value;
        }
        for (long i = 0; i < d; i++) {
            double value = 0;
            for (long j = 0; j < d; j++) value += matrix[i * d + j] * w[j];
            fresh[i] = z[i] + b2[k] * (start[i] - z[i]) - a2[k] * value;
        }
        memcpy(z, fresh, d * sizeof(double));
    }
    free(w);
}

/* The streams of the lab, theorylab.streams, on the same state: blocks of xoshiro256++ in 64 lanes, then Box-Muller. */
enum { LANES = 64, BLOCK = 512, HALF = 256, WORDS = 256, NORMALS = 768, WORDS_USED = 1792, NORMALS_USED = 1793 };

static inline double as_float(uint64_t bits) { double x; memcpy(&x, &bits, 8); return x; }
static inline uint64_t as_bits(double x) { uint64_t bits; memcpy(&bits, &x, 8); return bits; }
static inline double open_uniform(uint64_t w) { return as_float((w >> 12) | 0x3FF0000000000000) - (1 - 0x1p-53); }

static inline double fast_log(double x) {
    uint64_t shifted = as_bits(x) - 0x3FE6A09E667F3BCD;
    double f = as_float(as_bits(x) - (shifted & 0xFFF0000000000000)) - 1;
    double e = as_float(((shifted + ((uint64_t)1024 << 52)) >> 52) | 0x4330000000000000) - 4503599627371520.0;
    double s = f / (2 + f), z = s * s;
    double p = fma(0.14616449685043406, z, 0.15331721600556042);
    p = fma(p, z, 0.18182889125261723);
    p = fma(p, z, 0.2222221113479508);
    p = fma(p, z, 0.28571428625975487);
    p = fma(p, z, 0.39999999999899505);
    p = fma(p, z, 0.666666666666667) * z;
    double square = 0.5 * f * f;
    return e * 0.6931471803691238 - ((square - fma(s, square + p, e * 1.9082149292705877e-10)) - f);
}

static inline double fast_exp(double x) {
    x = x > 710 ? 710 : x;
    x = x < -746 ? -746 : x;
    uint64_t whole = as_bits(x * 1.4426950408889634 + 6755399441055744.0) - 0x4338000000000000 + 2048;
    double n = (double)(int64_t)whole - 2048;
    double r = (x - n * 0.6931471803691238) - n * 1.9082149292705877e-10;
    double p = fma(2.0914679376583935e-09, r, 2.510520637395701e-08);
    p = fma(p, r, 2.7557273661348637e-07);
    p = fma(p, r, 2.7557255425746435e-06);
    p = fma(p, r, 2.4801587325533363e-05);
    p = fma(p, r, 0.00019841269874800493);
    p = fma(p, r, 0.0013888888888883752);
    p = fma(p, r, 0.008333333333326141);
    p = fma(p, r, 0.04166666666666667);
    p = fma(p, r, 0.1666666666666667);
    p = fma(p, r, 0.5);
    uint64_t half = whole >> 1;
    return (1 + fma(r * r, p, r)) * as_float((half - 1) << 52) * as_float((whole - half - 1) << 52);
}

static void more_normals(uint64_t *restrict s) {
    for (int row = 0; row < BLOCK / LANES; row++) {
        uint64_t *out = s + NORMALS + row * LANES;
        for (int i = 0; i < LANES; i++) {
            uint64_t s0 = s[i], s1 = s[LANES + i], s2 = s[2 * LANES + i], s3 = s[3 * LANES + i], total = s0 + s3;
            out[i] = ((total << 23) | (total >> 41)) + s0;
            uint64_t shifted = s1 << 17;
            s2 ^= s0;
            s3 ^= s1;
            s[LANES + i] = s1 ^ s2;
            s[i] = s0 ^ s3;
            s[2 * LANES + i] = s2 ^ shifted;
            s[3 * LANES + i] = (s3 << 45) | (s3 >> 19);
        }
    }
    for (int i = 0; i < HALF; i++) {
        double radius = sqrt(-2 * fast_log(open_uniform(s[NORMALS + i])));
        uint64_t angle = s[NORMALS + HALF + i];
        double w = 0.5 * open_uniform(angle) - 0.25, y = w * w;
        double a = fma(0.00046221110224187623, y, -0.0073701436435937495);
        a = fma(a, y, 0.08214587730641625);
        a = fma(a, y, -0.5992645291845385);
        a = fma(a, y, 2.5501640398766154);
        a = fma(a, y, -5.167712780049969);
        double sine = w * fma(a, y, M_PI);
        double b = fma(-0.00010370082971594627, y, 0.001929493874894941);
        b = fma(b, y, -0.025806887964701878);
        b = fma(b, y, 0.23533063028399223);
        b = fma(b, y, -1.3352627688538095);
        b = fma(b, y, 4.058712126416765);
        b = fma(b, y, -4.934802200544679);
        double cosine = fma(b, y, 1.0);
        radius = angle & 2 ? -radius : radius;
        s[NORMALS + i] = as_bits(radius * (angle & 1 ? sine : cosine));
        s[NORMALS + HALF + i] = as_bits(radius * (angle & 1 ? cosine : sine));
    }
    s[NORMALS_USED] = 0;
}

void fill_normal(uint64_t *restrict s, double *restrict out, long n) {
    for (long done = 0; done < n;) {
        if (s[NORMALS_USED] == BLOCK) more_normals(s);
        long at = s[NORMALS_USED], count = n - done < BLOCK - at ? n - done : BLOCK - at;
        memcpy(out + done, s + NORMALS + at, count * sizeof(double));
        s[NORMALS_USED] = at + count;
        done += count;
    }
}

/* One run of SGD with its averages, theorylab.regression.kernels.paths at one recorded step: four risks. */
void sgd_path(long d, long start, long steps, double step, double a, double noise, const double *restrict scales,
              const double *restrict lam, const double *restrict e0, uint64_t *restrict s, double *restrict out) {
    double *e = malloc(5 * (d + 1) * sizeof(double)), *m = e + d, *total = m + d, *before = total + d, *z = before + d;
    memcpy(e, e0, d * sizeof(double));
    memcpy(m, e0, d * sizeof(double));
    memset(total, 0, d * sizeof(double));
    for (long t = 0; t < steps; t++) {
        if (t == start) memcpy(before, total, d * sizeof(double));
        fill_normal(s, z, d + 1);
        double residual = noise * z[d];
        for (long i = 0; i < d; i++) residual -= scales[i] * z[i] * e[i];
        for (long i = 0; i < d; i++) {
            double here = e[i];
            m[i] = a * m[i] + (1 - a) * here;
            total[i] += here;
            e[i] = here + step * residual * scales[i] * z[i];
        }
    }
    double risk[4] = {0};
    for (long i = 0; i < d; i++) {
        double tail = (total[i] - before[i]) / (steps - start), all = total[i] / steps;
        risk[0] += lam[i] * e[i] * e[i];
        risk[1] += lam[i] * m[i] * m[i];
        risk[2] += lam[i] * all * all;
        risk[3] += lam[i] * tail * tail;
    }
    for (int k = 0; k < 4; k++) out[k] = risk[k] / 2;
    free(e);
}

/* Scalar networks side by side, theorylab.edge.kernels.descend at one recorded step; runs stay alive or stop. */
#define WIDE 64
static void minima(long d, long n, const double gaps[][WIDE], double *restrict u, double *restrict active) {
    for (int turn = 0; turn < 200; turn++) {
        double ratio[WIDE], slope[WIDE], bends[WIDE], left = 0;
        for (long k = 0; k < n; k++) ratio[k] = 1, slope[k] = bends[k] = 0;
        for (long i = 0; i < d; i++)
            for (long k = 0; k < n; k++) {
                double term = u[k] + gaps[i][k];
                ratio[k] *= term;
                double share = u[k] / term;
                slope[k] += share;
                bends[k] += share - share * share;
            }
        for (long k = 0; k < n; k++) {
            double move = fast_log(ratio[k]) / slope[k], bend = 0.5 * move * bends[k] / slope[k];
            move /= 1 - (bend < 0.5 ? bend : 0.5);
            double next = u[k] * fast_exp(-move);
            u[k] = active[k] != 0 ? next : u[k];
            double again = fabs(move) >= 4e-6 ? active[k] : 0;
            active[k] = again;
            left += again;
        }
        if (left == 0) return;
    }
}

void scalar_networks(long points, long d, const double *restrict weights, const double *restrict sizes, long steps,
                     double *restrict out) {
    double w[16][WIDE], gaps[16][WIDE], u[WIDE], moving[WIDE], alive[WIDE], active[WIDE], sharp[WIDE], growth[WIDE];
    double product[WIDE], least[WIDE], fresh[WIDE], eta[WIDE];
    for (long first = 0; first < points; first += WIDE) {
        long n = points - first < WIDE ? points - first : WIDE;
        for (long k = 0; k < n; k++) {
            for (long i = 0; i < d; i++) w[i][k] = weights[(first + k) * d + i];
            eta[k] = sizes[first + k];
            u[k] = moving[k] = alive[k] = active[k] = 1;
            growth[k] = -INFINITY;
        }
        for (long t = 0; t <= steps; t++) {
            double on = n;
            if (t > 0) {
                for (long k = 0; k < n; k++) product[k] = 1, least[k] = INFINITY;
                for (long i = 0; i < d; i++)
                    for (long k = 0; k < n; k++) product[k] *= w[i][k];
                for (long i = 0; i < d; i++)
                    for (long k = 0; k < n; k++) {
                        double push = eta[k] * (product[k] - 1) * product[k], x = w[i][k], y = x - push / x;
                        x = moving[k] != 0 ? y : x;
                        w[i][k] = x;
                        least[k] = x < least[k] ? x : least[k];
                    }
                on = 0;
                for (long k = 0; k < n; k++) {
                    double settled = fabs(product[k] - 1) < 1e-13 ? 1.0 : 0.0;
                    double fell = least[k] > 0 ? 0.0 : moving[k];
                    alive[k] = fell != 0 ? (settled != 0 ? alive[k] : 0.0) : alive[k];
                    moving[k] = settled != 0 ? 0.0 : moving[k] * alive[k];
                    active[k] = moving[k];
                    on += moving[k];
                }
                if (on == 0) break;
            }
            for (long k = 0; k < n; k++) least[k] = INFINITY;
            for (long i = 0; i < d; i++)
                for (long k = 0; k < n; k++) least[k] = fabs(w[i][k]) < least[k] ? fabs(w[i][k]) : least[k];
            for (long i = 0; i < d; i++)
                for (long k = 0; k < n; k++) {
                    double gap = (fabs(w[i][k]) - least[k]) * (fabs(w[i][k]) + least[k]);
                    gaps[i][k] = active[k] != 0 ? gap : gaps[i][k];
                }
            minima(d, n, gaps, u, active);
            for (long k = 0; k < n; k++) fresh[k] = 0;
            for (long i = 0; i < d; i++)
                for (long k = 0; k < n; k++) fresh[k] += 1 / (u[k] + gaps[i][k]);
            for (long k = 0; k < n; k++) {
                double ratio = fresh[k] / sharp[k];
                ratio = ratio > growth[k] ? ratio : growth[k];
                growth[k] = t > 0 ? (moving[k] != 0 ? ratio : growth[k]) : growth[k];
                sharp[k] = moving[k] != 0 ? fresh[k] : sharp[k];
            }
        }
        for (long k = 0; k < n; k++) out[first + k] = alive[k] != 0 ? sharp[k] : INFINITY;
    }
}

/* Logistic descent from 0 in units of the step size, theorylab.separable.kernels.path: blocks of 32 points. */
void logistic(long n, long d, const double *restrict rows, double step, long steps, double *restrict position,
              double *restrict move) {
    memset(position, 0, d * sizeof(double));
    for (long t = 0; t < steps; t++) {
        memset(move, 0, d * sizeof(double));
        for (long first = 0; first < n; first += 32) {
            long last = first + 32 < n ? first + 32 : n;
            double weight[32];
            for (long i = first; i < last; i++) {
                double margin = 0;
                for (long k = 0; k < d; k++) margin += rows[i * d + k] * position[k];
                weight[i - first] = margin;
            }
            for (long i = 0; i < last - first; i++) {
                double tail = fast_exp(-step * fabs(weight[i]));
                weight[i] = weight[i] < 0 ? 1 / (1 + tail) : tail / (1 + tail);
            }
            long i = first;
            for (; i + 4 <= last; i += 4) {
                const double *r = rows + i * d;
                double a = weight[i - first], b = weight[i + 1 - first], c = weight[i + 2 - first], e = weight[i + 3 - first];
                for (long k = 0; k < d; k++) move[k] += a * r[k] + b * r[d + k] + c * r[2 * d + k] + e * r[3 * d + k];
            }
            for (; i < last; i++)
                for (long k = 0; k < d; k++) move[k] += weight[i - first] * rows[i * d + k];
        }
        for (long k = 0; k < d; k++) position[k] += move[k] / n;
    }
}

/* RMSprop's moments, theorylab.sde.kernels.rmsprop_moments. */
void rmsprop(long d, const double *restrict hessian, const double *restrict root_noise, double noise, double epsilon,
             double rate, double time_step, const double *restrict start, long steps, uint64_t *restrict s,
             double *restrict out) {
    double x[d], u[d], gradient[d], z[d], root = sqrt(time_step);
    long from = steps / 2;
    memset(x, 0, sizeof x);
    memcpy(u, start, sizeof u);
    memset(out, 0, d * (d + 1) / 2 * sizeof(double));
    for (long k = 0; k < steps; k++) {
        fill_normal(s, z, d);
        for (long i = 0; i < d; i++) {
            double force = 0, push = 0;
            for (long j = 0; j < d; j++) force += hessian[i * d + j] * x[j];
            for (long j = 0; j <= i; j++) push += root_noise[i * d + j] * z[j];
            gradient[i] = noise * push + root * force;
        }
        for (long i = 0; i < d; i++) {
            x[i] -= root * gradient[i] / (noise * sqrt(u[i]) + epsilon);
            double scaled = gradient[i] / noise;
            u[i] += rate * time_step * (scaled * scaled - u[i]);
        }
        if (k >= from) {
            double *entry = out;
            for (long i = 0; i < d; i++)
                for (long j = i; j < d; j++) *entry++ += x[i] * x[j];
        }
    }
    for (long i = 0; i < d * (d + 1) / 2; i++) out[i] /= steps - from;
}

/* AMSGrad on periodic linear losses, theorylab.models.adaptive.kernels.periodic_path: the last x, regret, directions. */
void amsgrad_rounds(double high, double low, long period, double step_size, double first_decay, double second_decay,
                    double x, long rounds, double *restrict out) {
    double first = 0, second = 0, largest = 0, cost = 0, slopes = 0, directions = 0;
    for (long t = 1, phase = 0; t <= rounds; t++) {
        double g = phase == 0 ? high : -low;
        if (++phase == period) phase = 0;
        cost += g * x;
        slopes += g;
        first = first_decay * first + (1 - first_decay) * g;
        second = second_decay * second + (1 - second_decay) * g * g;
        largest = second > largest ? second : largest;
        double direction = largest > 0 ? first / sqrt(largest) : 0;
        x -= step_size / sqrt((double)t) * direction;
        x = x > 1 ? 1 : x < -1 ? -1 : x;
        directions += direction;
    }
    out[0] = x, out[1] = cost + fabs(slopes), out[2] = directions;
}

/* Adam and Lion along given gradients, rows of d numbers over and over: theorylab.models.*.optimisers.{adam,lion}.step. */
void adam_steps(double rate, double first_decay, double second_decay, double epsilon, long d, long steps, long rows,
                const double *restrict gradients, double *restrict x, double *restrict m, double *restrict v) {
    for (long t = 1; t <= steps; t++) {
        const double *restrict g = gradients + (t - 1) % rows * d;
        double scale = rate / (1 - pow(first_decay, t)), unbiased = 1 / (1 - pow(second_decay, t));
        for (long i = 0; i < d; i++) {
            m[i] = first_decay * m[i] + (1 - first_decay) * g[i];
            v[i] = second_decay * v[i] + (1 - second_decay) * g[i] * g[i];
            x[i] -= scale * m[i] / (sqrt(v[i] * unbiased) + epsilon);
        }
    }
}

void lion_steps(double rate, double first_decay, double second_decay, double weight_decay, long d, long steps, long rows,
                const double *restrict gradients, double *restrict x, double *restrict m) {
    for (long t = 1; t <= steps; t++) {
        const double *restrict g = gradients + (t - 1) % rows * d;
        for (long i = 0; i < d; i++) {
            double mixed = first_decay * m[i] + (1 - first_decay) * g[i];
            double sign = mixed > 0 ? 1.0 : mixed < 0 ? -1.0 : 0.0;
            x[i] -= rate * (sign + weight_decay * x[i]);
            m[i] = second_decay * m[i] + (1 - second_decay) * g[i];
        }
    }
}

/* SGD with momentum on one mode, theorylab.models.quadratics.kernels.momentum_paths: the last x and m. */
void momentum_path(double curvature, double noise, double start, double step_size, double beta, long steps,
                   uint64_t *restrict s, double *restrict out) {
    double normal, m = 0;
    fill_normal(s, &normal, 1);
    double x = start * normal;
    for (long t = 0; t < steps; t++) {
        fill_normal(s, &normal, 1);
        m = beta * m + (1 - beta) * (curvature * x + noise * normal);
        x -= step_size * m;
    }
    out[0] = x, out[1] = m;
}

/* The limits: independent fused multiply-adds in registers (returns their number), and a sum over memory. */
double fma_limit(long rounds) {
    double x[64];
    for (int i = 0; i < 64; i++) x[i] = 1e-9 * i;
    for (long t = 0; t < rounds; t++)
        for (int i = 0; i < 64; i++) x[i] = x[i] * 0.999999 + 1e-9;
    double total = 0;
    for (int i = 0; i < 64; i++) total += x[i];
    return total;
}

double read_limit(long n, long rounds, const double *restrict x) {
    double total[64] = {0};
    for (long t = 0; t < rounds; t++)
        for (long i = 0; i + 64 <= n; i += 64)
            for (int k = 0; k < 64; k++) total[k] += x[i + k];
    double all = 0;
    for (int k = 0; k < 64; k++) all += total[k];
    return all;
}

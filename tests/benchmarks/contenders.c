/* The same algorithms and layouts as the lab's kernels, by hand; compiled on the spot by native.py. */
#include <math.h>
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

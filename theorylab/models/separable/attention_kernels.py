"""Loops of `attention`: logits, coefficients in three ways, directions, and whole runs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from theorylab.numerics.elementary import exp, log
from theorylab.numerics.jit import kernel
from theorylab.numerics.streams import Stream, fill_normal, fill_signs

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@kernel
def draw_sequences(tokens: Floats, queries: Floats, scores: Floats, stream: Stream) -> None:
    """Fill tokens, queries and scores from a stream, as `Sequences.random` says."""
    n, length, d = tokens.shape
    row, head, labels = np.empty(d), np.empty(d), np.empty(n)
    fill_normal(stream, head)
    fill_signs(stream, labels)
    size = math.sqrt((head * head).sum())
    for i in range(n):
        fill_normal(stream, row)
        queries[i] = row / math.sqrt((row * row).sum())
        for t in range(length):
            fill_normal(stream, row)
            tokens[i, t] = row / math.sqrt((row * row).sum())
            scores[i, t] = labels[i] * (tokens[i, t] * head).sum() / size


@kernel
def look(tokens: Floats, queries: Floats, weights: Floats, logits: Floats) -> None:
    """Fill the logits x_it . W z_i, (n, T)."""
    n, length, d = tokens.shape
    for i in range(n):
        logits[i] = 0.0
        for k in range(d):
            turned = 0.0
            for j in range(d):
                turned += weights[k, j] * queries[i, j]
            for t in range(length):
                logits[i, t] += tokens[i, t, k] * turned


@kernel
def exact_coefficients(logits: Floats, scores: Floats, out: Floats) -> None:
    """Fill q_i a_it (s_it - sbar_i), (n, T), all divided by the largest a of a token that is not selected."""
    n, length = logits.shape
    largest = -math.inf
    for i in range(n):
        k = logits[i].argmax()
        total = 0.0
        for t in range(length):
            total += exp(logits[i, t] - logits[i, k])
        for t in range(length):
            out[i, t] = logits[i, t] - logits[i, k] - log(total)
            if t != k:
                largest = max(largest, out[i, t])
    for i in range(n):
        k = logits[i].argmax()
        lift = 0.0  # sbar - s_k
        for t in range(length):
            if t != k:
                lift += exp(out[i, t]) * (scores[i, t] - scores[i, k])
        weight = 1.0 / (1.0 + exp(scores[i, k] + lift))
        total = 0.0
        for t in range(length):
            if t != k:
                out[i, t] = weight * exp(out[i, t] - largest) * (scores[i, t] - scores[i, k] - lift)
                total += out[i, t]
        out[i, k] = -total


@kernel
def plain_coefficients(logits: Floats, scores: Floats, single: bool, out: Floats) -> None:
    """Fill q_i a_it (s_it - sbar_i), (n, T), as the formula says, in float64 or in float32."""
    n, length = logits.shape
    for i in range(n):
        top = logits[i].max()
        if single:
            total32, mean32 = np.float32(0.0), np.float32(0.0)
            for t in range(length):
                total32 += np.float32(exp(logits[i, t] - top))
            for t in range(length):
                mean32 += np.float32(exp(logits[i, t] - top)) / total32 * np.float32(scores[i, t])
            for t in range(length):
                share32 = np.float32(exp(logits[i, t] - top)) / total32
                out[i, t] = share32 * (np.float32(scores[i, t]) - mean32) / (1.0 + exp(float(mean32)))
        else:
            total, mean = 0.0, 0.0
            for t in range(length):
                total += exp(logits[i, t] - top)
            for t in range(length):
                mean += exp(logits[i, t] - top) / total * scores[i, t]
            for t in range(length):
                out[i, t] = exp(logits[i, t] - top) / total * (scores[i, t] - mean) / (1.0 + exp(mean))


@kernel
def direction(tokens: Floats, queries: Floats, coefficients: Floats, out: Floats) -> None:
    """Fill sum_it c_it x_it z_i^T, (d, d): the direction of descent, up to a factor > 0."""
    n, length, d = tokens.shape
    out[:] = 0.0
    for i in range(n):
        for k in range(d):
            pull = 0.0
            for t in range(length):
                pull += coefficients[i, t] * tokens[i, t, k]
            for j in range(d):
                out[k, j] += pull * queries[i, j]


@kernel
def attend(
    tokens: Floats,
    queries: Floats,
    scores: Floats,
    start: Floats,
    step_size: float,
    steps: Integers,
    way: int,
    radius: float,
) -> Floats:
    """Weights W at the steps (increasing), (points, d, d); way 0 exact, 1 float64, 2 float32; |W| kept <= radius."""
    n, length, d = tokens.shape
    weights, move = start.copy(), np.empty((d, d))
    logits, coefficients, out = np.empty((n, length)), np.empty((n, length)), np.empty((steps.size, d, d))
    t = 0
    for p in range(steps.size):
        while t < steps[p]:
            look(tokens, queries, weights, logits)
            if way == 0:
                exact_coefficients(logits, scores, coefficients)
            else:
                plain_coefficients(logits, scores, way == 2, coefficients)
            direction(tokens, queries, coefficients, move)
            size = math.sqrt((move * move).sum())
            if size > 0.0:
                weights += step_size / size * move
            if radius < math.inf:
                size = math.sqrt((weights * weights).sum())
                if size > radius:
                    weights *= radius / size
            t += 1
        out[p] = weights
    return out


@kernel
def attend_factored(
    tokens: Floats, queries: Floats, scores: Floats, keys: Floats, turns: Floats, step_size: float, steps: Integers
) -> Floats:
    """K Q^T at the steps, (points, d, d), from K = `keys` and Q = `turns`, by exact coefficients."""
    n, length, d = tokens.shape
    k, q, move = keys.copy(), turns.copy(), np.empty((d, d))
    logits, coefficients, out = np.empty((n, length)), np.empty((n, length)), np.empty((steps.size, d, d))
    t = 0
    for p in range(steps.size):
        while t < steps[p]:
            look(tokens, queries, np.dot(k, q.T), logits)
            exact_coefficients(logits, scores, coefficients)
            direction(tokens, queries, coefficients, move)
            up, down = np.dot(move, q), np.dot(move.T, k)
            k += step_size / math.sqrt((up * up).sum()) * up
            q += step_size / math.sqrt((down * down).sum()) * down
            t += 1
        out[p] = np.dot(k, q.T)
    return out


@kernel
def selects_best(dimensions: Integers, count: int, length: int, step_size: float, steps: int, stream: Stream) -> Floats:
    """For each dimension, on fresh sequences from W = 0: are all best tokens selected, are all a > 0.9; (2, m)."""
    out = np.empty((2, dimensions.size))
    for m in range(dimensions.size):
        d = dimensions[m]
        tokens, queries, scores = np.empty((count, length, d)), np.empty((count, d)), np.empty((count, length))
        draw_sequences(tokens, queries, scores, stream)
        start, at = np.zeros((d, d)), np.array([steps])
        weights = attend(tokens, queries, scores, start, step_size, at, 0, math.inf)[0]
        logits = np.empty((count, length))
        look(tokens, queries, weights, logits)
        out[:, m] = 1.0
        for i in range(count):
            k = logits[i].argmax()
            if k != scores[i].argmax():
                out[0, m] = 0.0
            if 1.0 / np.exp(logits[i] - logits[i, k]).sum() <= 0.9:
                out[1, m] = 0.0
    return out

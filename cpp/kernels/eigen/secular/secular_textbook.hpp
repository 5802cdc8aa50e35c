// SPDX-License-Identifier: BSD-3-Clause
// secular, textbook: one root at a time by rational interpolation in the distance from the nearest pole [Li1993]. Oracle.
#pragma once
#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/eigen/secular/secular.hpp"

namespace mlmath::textbook {

/// d_j - x or d_j^2 - x^2 at x = near + offset.
template <class T>
T secular_difference(Poles poles, T d, T near, T offset) {
    const T difference = (d - near) - offset;
    return poles == Poles::plain ? difference : difference * ((d + near) + offset);
}

template <class T>
void secular_root(const SecularEquation<T>& e, std::ptrdiff_t i, T& near, T& offset) {
    const T eps = std::numeric_limits<T>::epsilon();
    const bool last = i + 1 == e.k, plain = e.poles == Poles::plain;
    T squares = 0;
    for (std::ptrdiff_t j = 0; j < e.k; ++j) squares += e.z[j] * e.z[j];
    // Behind the last pole: one without weight, twice as far away as the last root can be.
    const T gap = last ? 2 * (plain ? e.rho * squares : std::sqrt(squares)) : e.d[i + 1] - e.d[i];
    near = e.d[i], offset = gap / 2;
    T lower = 0, upper = gap / 2, sign = 1;  // of |offset|
    for (int step = 0; step < secular_most_steps; ++step) {
        T left = 0, right = 0, left_slope = 0, right_slope = 0, error = 1 / e.rho;
        const auto add = [&](std::ptrdiff_t j, T& sum, T& slope) {
            const T t = e.z[j] / secular_difference(e.poles, e.d[j], near, offset);
            sum += e.z[j] * t;
            slope += t * t;
            error += std::abs(sum);
        };
        for (std::ptrdiff_t j = 0; j <= i; ++j) add(j, left, left_slope);
        for (std::ptrdiff_t j = e.k - 1; j > i; --j) add(j, right, right_slope);
        const T f = (1 / e.rho + left) + right, next = last ? e.d[i] + gap : e.d[i + 1], x = near + offset;
        const T to_left = sign > 0 ? -offset : -gap - offset, to_right = sign > 0 ? gap - offset : -offset;
        const T l = plain ? to_left : to_left * (e.d[i] + x), r = plain ? to_right : to_right * (next + x);
        const T left_weight = e.z[i] / l, right_weight = last ? T(0) : e.z[i + 1] / r;
        if (step == 0) {  // in the middle: which pole is the nearer one, and how near the root may be to it
            if (f < 0 && !last) near = e.d[i + 1], offset = -offset, sign = -1;
            lower = sign > 0 ? e.z[i] * e.z[i] / (1 / e.rho + right) : e.z[i + 1] * e.z[i + 1] / (-left - 1 / e.rho);
            lower = std::min(upper, (plain ? lower : lower / (2 * next)) * (1 - 8 * static_cast<T>(e.k) * eps));
        } else if (std::abs(f) <= eps * (error + 8 * (right - left))) {
            return;
        } else {
            (sign * f < 0 ? lower : upper) = std::abs(offset);
        }
        // c + a/(l - y) + b/(r - y), equal to f in value and slope: both terms of the nearest poles as they are at first, then the
        // nearest one's, and in turn with the slopes of both sides given to the two poles.
        const T slope = left_slope + right_slope;
        T a = left_weight * left_weight, b = right_weight * right_weight;
        if (step > 0) (sign > 0 ? b : a) = slope - (sign > 0 ? a : b);
        if (step > 0 && (last || step % 2 == 0)) a = left_slope, b = right_slope;
        const T c = f - l * a - r * b, p = (l + r) * f - l * r * (a + b), q = l * r * f;
        const T root = std::sqrt(std::max(p * p - 4 * q * c, T(0)));
        const T y = p <= 0 ? (p - root) / (2 * c) : 2 * q / (p + root);
        T size = sign * (offset + (plain ? y : y / (x + std::sqrt(x * x + y))));
        const bool slow = step > secular_quick_steps;
        if (!(size > lower && size < upper) || (slow && step % 2 == 0)) size = std::sqrt(lower) * std::sqrt(upper);
        if (slow && !(size > lower && size < upper)) return;
        offset = sign * size;
    }
}

template <class T>
void secular_weights(const SecularEquation<T>& e, const T* near, const T* offset, T* weight) {
    const auto difference = [&](std::ptrdiff_t i, T at, T by) { return -secular_difference(e.poles, e.d[i], at, by); };
    for (std::ptrdiff_t i = 0; i < e.k; ++i) {
        T square = difference(i, near[e.k - 1], offset[e.k - 1]) / e.rho;
        for (std::ptrdiff_t j = 0; j + 1 < e.k; ++j)
            square *= difference(i, near[j], offset[j]) / difference(i, e.d[j < i ? j : j + 1], T(0));
        weight[i] = std::copysign(std::sqrt(square), e.z[i]);
    }
}

}  // namespace mlmath::textbook

// SPDX-License-Identifier: BSD-3-Clause
// cross_entropy against its textbook: labels and probabilities, weights, smoothing, rows and columns, threads.
#include <limits>

#include "kernels/reduce/cross_entropy/cross_entropy.hpp"
#include "kernels/reduce/cross_entropy/cross_entropy_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
void check_items(std::ptrdiff_t items, std::ptrdiff_t classes, bool columns, bool labels, double smoothing) {
    Numbers numbers(static_cast<unsigned long long>(items * 1000 + classes));
    const std::ptrdiff_t size = items * classes;
    std::vector<T> x(size), q(size), w(classes), v(items), losses(items), again(items), gradient(size), other(size);
    std::vector<std::int64_t> t(items);
    for (auto& a : x) a = static_cast<T>(5 * numbers.next());
    for (auto& a : q) a = static_cast<T>(numbers.next() + 1);
    for (auto& a : w) a = static_cast<T>(numbers.next() + 2);
    for (auto& a : v) a = static_cast<T>(numbers.next() + 2);
    for (auto& a : t) a = static_cast<std::int64_t>((numbers.next() + 1) / 2 * static_cast<double>(classes));
    const std::ptrdiff_t shape[] = {items, classes}, strides[] = {columns ? 1 : classes, columns ? items : 1};
    CrossEntropyTargets<T> targets;
    if (labels)
        targets.labels = t.data();
    else
        targets.probabilities = q.data(), targets.probability_strides = strides;
    targets.class_weights = w.data(), targets.sample_weights = v.data(), targets.smoothing = smoothing;
    const ArrayView<const T> view{x.data(), 2, shape, strides};
    cross_entropy<T>(view, 1, targets, 0.5, losses.data(), gradient.data(), strides, 1);
    for (int threads : {2, 3, 7}) {
        cross_entropy<T>(view, 1, targets, 0.5, again.data(), other.data(), strides, threads);
        MLMATH_CHECK(again == losses && other == gradient);
    }
    cross_entropy<T>(view, 1, targets, 0.5, again.data(), nullptr, nullptr, 1);
    MLMATH_CHECK(again == losses);
    const double tolerance = 100 * std::numeric_limits<T>::epsilon();
    for (std::ptrdiff_t i = 0; i < items; ++i) {
        std::vector<double> row(classes), c(classes), slopes(classes);
        double all = 0;
        for (std::ptrdiff_t j = 0; j < classes; ++j) {
            const std::ptrdiff_t at = i * strides[0] + j * strides[1];
            row[j] = x[at];
            c[j] = w[j] * ((1 - smoothing) * (labels ? double(t[i] == j) : double(q[at])) + smoothing / double(classes));
            all += c[j];
        }
        const double loss =
            textbook::cross_entropy(VectorView<const double>{row.data(), classes, 1},
                                    VectorView<const double>{c.data(), classes, 1}, VectorView<double>{slopes.data(), classes, 1});
        MLMATH_CHECK_NEAR(losses[i], v[i] * loss, tolerance * v[i] * (loss + all));
        for (std::ptrdiff_t j = 0; j < classes; ++j)
            MLMATH_CHECK_NEAR(gradient[i * strides[0] + j * strides[1]], 0.5 * v[i] * slopes[j], tolerance * v[i] * (c[j] + all));
    }
}

}  // namespace

MLMATH_TEST(cross_entropy_matches_textbook) {
    for (std::ptrdiff_t classes : {1, 2, 3, 10, 20, 33, 65, 200, 1025, 2500})
        for (std::ptrdiff_t items : {1, 3, 17, 60})
            for (bool columns : {false, true})
                for (bool labels : {false, true})
                    for (double smoothing : {0.0, 0.1}) {
                        if (items * classes > 70000) continue;
                        check_items<double>(items, classes, columns, labels, smoothing);
                        check_items<float>(items, classes, columns, labels, smoothing);
                    }
}

}  // namespace mlmath::tests

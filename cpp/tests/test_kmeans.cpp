// SPDX-License-Identifier: BSD-3-Clause
// kmeans against its textbook: labels, sums, inertia, distances; shapes around tiles and blocks, strides, weights, threads, far
// means.
#include <algorithm>
#include <limits>

#include "kernels/cluster/kmeans/kmeans.hpp"
#include "kernels/cluster/kmeans/kmeans_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Case {
    std::ptrdiff_t n, d, clusters;
    std::vector<T> x, weights;
    std::vector<double> centers;
    KMeansData<T> data;

    Case(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t clusters, bool columns_first, bool weighted, double offset)
        : n(n), d(d), clusters(clusters), x(random<T>((n + 1) * (d + 3) + d + n, 7 * n + d)), weights(random<T>(n, 3 * n + d)) {
        for (auto& v : x) v += static_cast<T>(offset);
        for (auto& w : weights) w += T(1.5);
        data = {{x.data(), n, d, columns_first ? 1 : d + 3, columns_first ? n + 1 : 1},
                {weighted ? weights.data() : nullptr, n, 1}};
        for (std::ptrdiff_t k = 0; k < clusters; ++k)
            for (std::ptrdiff_t j = 0; j < d; ++j)
                centers.push_back(data.x.data[k % n * data.x.row_stride + j * data.x.column_stride]);
    }
};

template <class T>
void check_iteration(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t clusters, bool columns_first, bool weighted,
                     double offset) {
    const Case<T> c(n, d, clusters, columns_first, weighted, offset);
    const std::size_t size = static_cast<std::size_t>(clusters * d);
    std::vector<std::int32_t> exact_labels(n), labels(n, -1), assigned(n);
    std::vector<double> exact_sums(size), sums(size), exact_weight(clusters), weight(clusters), after = c.centers;
    textbook::kmeans_iteration(c.data, clusters, c.centers.data(), exact_labels.data(), exact_sums.data(), exact_weight.data());
    const KMeansOutcome outcome =
        kmeans_lloyd(c.data, clusters, 1, 0.0, false, after.data(), labels.data(), sums.data(), weight.data(), 1);
    MLMATH_CHECK(outcome.iterations == 1 && outcome.changed);
    kmeans_assign(c.data.x, clusters, c.centers.data(), assigned.data(), 2);
    MLMATH_CHECK(assigned == labels);
    // Relative to the centres' mean numbers are at most 2, their squares at most 4 d, in (d + 6) eps; both of a pair may be wrong.
    const double eps = std::numeric_limits<T>::epsilon(), dd = static_cast<double>(d);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        MLMATH_CHECK(labels[i] >= 0 && labels[i] < clusters);
        const double own = textbook::squared_distance(c.data.x, i, &c.centers[labels[i] * d]);
        const double best = textbook::squared_distance(c.data.x, i, &c.centers[exact_labels[i] * d]);
        MLMATH_CHECK_NEAR(own, best, 2 * (dd + 6) * eps * 16 * (dd + 1));
    }
    // Sums of the labels found, which may differ from the textbook's where rows are as near to two centres.
    std::fill(exact_sums.begin(), exact_sums.end(), 0.0);
    std::fill(exact_weight.begin(), exact_weight.end(), 0.0);
    std::vector<double> magnitude(clusters);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double s = weighted ? double(c.weights[i]) : 1;
        exact_weight[labels[i]] += s;
        for (std::ptrdiff_t j = 0; j < d; ++j)
            exact_sums[labels[i] * d + j] += s * double(c.data.x.data[i * c.data.x.row_stride + j * c.data.x.column_stride]);
    }
    const double chain = (static_cast<double>(n) + 70) * 2 * std::numeric_limits<double>::epsilon();
    bool empty = false;
    for (std::ptrdiff_t k = 0; k < clusters; ++k) {
        MLMATH_CHECK_NEAR(weight[k], exact_weight[k], chain * exact_weight[k]);
        empty = empty || weight[k] == 0;
        for (std::ptrdiff_t j = 0; j < d; ++j)
            MLMATH_CHECK_NEAR(sums[k * d + j], exact_sums[k * d + j], chain * exact_weight[k] * (std::fabs(offset) + 1));
    }
    MLMATH_CHECK((outcome.stop == KMeansStop::empty) == empty);
    for (std::size_t i = 0; i < size; ++i)
        MLMATH_CHECK(after[i] == (empty ? c.centers[i] : double(T(sums[i] / weight[i / static_cast<std::size_t>(d)]))));
    for (int threads : {2, 3, 7}) {
        std::vector<double> other_sums(size), other_weight(clusters), other = c.centers;
        std::vector<std::int32_t> other_labels(n, -1);
        kmeans_lloyd(c.data, clusters, 1, 0.0, false, other.data(), other_labels.data(), other_sums.data(), other_weight.data(),
                     threads);
        MLMATH_CHECK(other_labels == labels && same_bits(sums, other_sums) && same_bits(other, after));
    }
}

template <class T>
void check_distances(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t points, bool columns_first, bool weighted, double offset) {
    const Case<T> c(n, d, points, columns_first, weighted, offset);
    std::vector<std::int32_t> labels(n);
    for (std::ptrdiff_t i = 0; i < n; ++i) labels[i] = static_cast<std::int32_t>(i % points);
    const std::ptrdiff_t blocks = (n + 255) / 256;
    std::vector<double> squares(n), potential(points * blocks);
    const double inertia = kmeans_inertia(c.data, points, c.centers.data(), labels.data(), squares.data(), 1);
    MLMATH_CHECK(inertia == kmeans_inertia(c.data, points, c.centers.data(), labels.data(), static_cast<double*>(nullptr), 3));
    const double eps = std::numeric_limits<double>::epsilon(), rounding = std::numeric_limits<T>::epsilon();
    double exact_inertia = 0;
    std::vector<T> closest(n), out(n * points), roots(n * points), other(n * points);
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        const double exact = textbook::squared_distance(c.data.x, i, &c.centers[labels[i] * d]);
        MLMATH_CHECK_NEAR(squares[i], exact, 2 * (double(d) + 3) * eps * exact);
        exact_inertia += (weighted ? double(c.weights[i]) : 1) * exact;
        closest[i] = i % 3 == 0 ? std::numeric_limits<T>::infinity() : T(0.5 * exact);
    }
    MLMATH_CHECK_NEAR(inertia, exact_inertia, 2 * (double(d) + double(n) + 80) * eps * exact_inertia);
    kmeans_distances<T>(c.data, points, c.centers.data(), false, closest.data(), out.data(), potential.data(), 1);
    std::vector<double> other_potential(points * blocks);
    kmeans_distances<T>(c.data, points, c.centers.data(), false, closest.data(), other.data(), other_potential.data(), 3);
    MLMATH_CHECK(same_bits(out, other) && same_bits(potential, other_potential));
    kmeans_distances<T>(c.data, points, c.centers.data(), true, nullptr, roots.data(), nullptr, 2);
    for (std::ptrdiff_t k = 0; k < points; ++k) {
        std::vector<double> sum(blocks);
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double exact = textbook::squared_distance(c.data.x, i, &c.centers[k * d]);
            const double least = std::min(exact, double(closest[i]));
            MLMATH_CHECK_NEAR(out[k * n + i], least, (2 * (double(d) + 3) * eps + rounding) * least);
            MLMATH_CHECK_NEAR(roots[i * points + k], std::sqrt(exact), (2 * (double(d) + 3) * eps + rounding) * std::sqrt(exact));
            sum[i / 256] += (weighted ? double(c.weights[i]) : 1) * double(out[k * n + i]);
        }
        for (std::ptrdiff_t b = 0; b < blocks; ++b)
            MLMATH_CHECK_NEAR(potential[k * blocks + b], sum[b], 2 * (256.0 + 8) * eps * sum[b]);
    }
}

}  // namespace

MLMATH_TEST(kmeans_matches_textbook) {
    for (std::ptrdiff_t clusters : {1, 2, 3, 4, 5, 9})
        for (std::ptrdiff_t d : {1, 2, 7, 8, 17, 127, 128, 129, 260})
            for (std::ptrdiff_t n : {1, 5, 16, 31, 33, 257, 600}) {
                check_iteration<double>(n, d, clusters, n % 2 == 0, d % 2 == 0, n % 3 == 0 ? 1e6 : 0);
                check_iteration<float>(n, d, clusters, n % 2 == 1, d % 2 == 1, n % 3 == 0 ? 64 : 0);
                check_distances<double>(n, d, clusters, n % 2 == 0, d % 2 == 0, n % 3 == 0 ? 1e6 : 0);
                check_distances<float>(n, d, clusters, n % 2 == 1, d % 2 == 1, n % 3 == 0 ? 64 : 0);
            }
    check_iteration<double>(30000, 20, 10, false, true, 0);
    check_iteration<float>(30000, 20, 10, false, false, 0);
}

MLMATH_TEST(kmeans_converges_to_means) {
    const Case<double> c(3000, 5, 4, false, false, 0);
    std::vector<double> centers = c.centers, sums(20), weight(4);
    std::vector<std::int32_t> labels(3000, -1), own(3000);
    const KMeansOutcome outcome =
        kmeans_lloyd(c.data, 4, 1000, -1.0, false, centers.data(), labels.data(), sums.data(), weight.data(), 2);
    MLMATH_CHECK(outcome.stop == KMeansStop::labels && !outcome.changed && outcome.iterations > 2);
    kmeans_assign(c.data.x, 4, centers.data(), own.data(), 1);
    MLMATH_CHECK(own == labels);
    std::vector<double> again = c.centers;
    std::fill(labels.begin(), labels.end(), -1);
    const KMeansOutcome loose =
        kmeans_lloyd(c.data, 4, 1000, 1e30, false, again.data(), labels.data(), sums.data(), weight.data(), 1);
    MLMATH_CHECK(loose.stop == KMeansStop::tolerance && loose.iterations == 1);
}

// Several iterations, which look at rows in float first and keep sums, against one at a time, which does neither.
template <class T>
void check_filter(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t clusters, bool weighted, double offset, double scale) {
    Case<T> c(n, d, clusters, false, weighted, offset);
    for (auto& v : c.x) v = static_cast<T>(v * scale);
    for (auto& v : c.centers) v = static_cast<double>(static_cast<T>(v * scale));
    const std::size_t size = static_cast<std::size_t>(clusters * d);
    for (std::ptrdiff_t most : {2, 5, 40}) {
        std::vector<double> centers = c.centers, step = c.centers, sums(size), weight(clusters);
        std::vector<std::int32_t> labels(n, -1), single(n, -1), last(n);
        std::ptrdiff_t count = 0;
        KMeansOutcome one = {KMeansStop::iterations, 0, true};
        while (one.stop == KMeansStop::iterations && count < most) {
            one = kmeans_lloyd(c.data, clusters, 1, -1.0, false, step.data(), single.data(), sums.data(), weight.data(), 1);
            ++count;
        }
        const KMeansOutcome all =
            kmeans_lloyd(c.data, clusters, most, -1.0, true, centers.data(), labels.data(), sums.data(), weight.data(), 2);
        MLMATH_CHECK(all.iterations == count && all.stop == one.stop);
        MLMATH_CHECK(same_bits(centers, step));
        kmeans_assign(c.data.x, clusters, centers.data(), last.data(), 1);
        MLMATH_CHECK(all.stop == KMeansStop::empty ? labels == single : labels == last);
    }
}

MLMATH_TEST(kmeans_filter_changes_nothing) {
    for (std::ptrdiff_t clusters : {2, 9, 10, 11, 33})
        for (std::ptrdiff_t d : {1, 3, 20, 130})
            for (double scale : {1.0, 0x1p-90, 0x1p60}) {
                check_filter<double>(700, d, clusters, d == 3, d == 1 ? 0 : 1e5, scale);
                check_filter<float>(700, d, clusters, d == 20, d == 1 ? 0 : 16,
                                    scale < 1 ? 0x1p-40 : scale);  // squares are float, too
            }
    for (double scale : {0x1p-500, 0x1p400}) check_filter<double>(700, 5, 6, false, 0, scale);
    // Rows that float cannot tell apart, and one that is too far out for it.
    Case<double> c(600, 2, 3, false, false, 0);
    for (std::size_t i = 0; i < c.x.size(); ++i) c.x[i] *= 1e-12;
    c.x[7 * static_cast<std::size_t>(c.data.x.row_stride)] = 1e25;
    c.centers = {0, 0, 1e-13, 0, 1, 1};
    std::vector<double> centers = c.centers, sums(6), weight(3);
    std::vector<std::int32_t> labels(600, -1), exact(600);
    kmeans_lloyd(c.data, 3, 2, -1.0, true, centers.data(), labels.data(), sums.data(), weight.data(), 2);
    kmeans_assign(c.data.x, 3, centers.data(), exact.data(), 1);
    MLMATH_CHECK(labels == exact);
}

MLMATH_TEST(kmeans_refuses_bad_arguments) {
    Case<double> c(5, 3, 2, false, true, 0);
    std::vector<double> sums(6), weight(2);
    std::vector<std::int32_t> labels(5, 0);
    const auto call = [&](const KMeansData<double>& data, std::ptrdiff_t clusters, std::ptrdiff_t most) {
        return refused([&] {
            kmeans_lloyd(data, clusters, most, 0.0, false, c.centers.data(), labels.data(), sums.data(), weight.data(), 1);
        });
    };
    MLMATH_CHECK(call(c.data, 0, 1));
    MLMATH_CHECK(call(c.data, 2, 0));
    KMeansData<double> other = c.data;
    other.weights.size = 4;
    MLMATH_CHECK(call(other, 2, 1));
    other = c.data;
    other.x.rows = 0;
    MLMATH_CHECK(call(other, 2, 1));
    labels[2] = 2;
    MLMATH_CHECK(refused([&] { kmeans_inertia(c.data, 2, c.centers.data(), labels.data(), static_cast<double*>(nullptr), 1); }));
}

}  // namespace mlmath::tests

// SPDX-License-Identifier: BSD-3-Clause
// Moments, covariance, histogram, bincount, selection and minmax against their textbooks: sizes around lanes and chunks, threads.
#include <algorithm>

#include "kernels/reduce/bincount/bincount.hpp"
#include "kernels/reduce/bincount/bincount_textbook.hpp"
#include "kernels/reduce/central_moments/central_moments.hpp"
#include "kernels/reduce/central_moments/central_moments_textbook.hpp"
#include "kernels/reduce/covariance/covariance.hpp"
#include "kernels/reduce/covariance/covariance_textbook.hpp"
#include "kernels/reduce/histogram/histogram.hpp"
#include "kernels/reduce/histogram/histogram_textbook.hpp"
#include "kernels/reduce/minmax/minmax.hpp"
#include "kernels/reduce/minmax/minmax_textbook.hpp"
#include "kernels/reduce/selection/selection.hpp"
#include "kernels/reduce/selection/selection_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr double eps = 0x1p-52;
const std::ptrdiff_t sizes[] = {1, 2, 7, 8, 9, 31, 33, 600, 1023, 1024, 1025, 5000, 70001};

std::vector<double> numbers(std::ptrdiff_t n, double shift = 0) {
    Numbers source(static_cast<unsigned long long>(n) + 11);
    std::vector<double> x(static_cast<std::size_t>(n));
    for (double& v : x) v = source.next() + shift;
    return x;
}

}  // namespace

MLMATH_TEST(central_moments_match_textbook) {
    for (const std::ptrdiff_t n : sizes) {
        const std::vector<double> x = numbers(n, 2), w = numbers(n, 2);
        const std::ptrdiff_t step = 1, unused = 0;
        Segment segments[most_segments];
        const int count = cut_segments(n, 0, segments);
        for (const bool weighted : {false, true}) {
            std::vector<CentralMoments> states(static_cast<std::size_t>(count)), again(states);
            const auto run = [&](std::vector<CentralMoments>& to, int threads) {
                if (weighted)
                    central_moments_weighted<double>({x.data(), 1, &n, &step}, {w.data(), 1, &n, &step}, all_axes, segments, count,
                                                     to.data(), &unused, threads);
                else
                    central_moments<double>({x.data(), 1, &n, &step}, all_axes, 4, segments, count, to.data(), &unused, threads);
            };
            run(states, 1);
            run(again, 3);
            for (int s = 0; s < count; ++s) MLMATH_CHECK(states[s].m4 == again[s].m4 && states[s].mean == again[s].mean);
            CentralMoments whole = states[static_cast<std::size_t>(count) - 1];
            for (int s = count - 2; s >= 0; --s) whole = merged(states[static_cast<std::size_t>(s)], whole);
            double weight, mean, sums[3];
            textbook::central_moments(VectorView<const double>{x.data(), n, 1}, weighted ? w.data() : nullptr, weight, mean, sums);
            // The textbook adds n terms one after the other; weights and deviations are at most 3 and 2.
            const double allowed = 8 * static_cast<double>(n) * eps * weight;
            MLMATH_CHECK_NEAR(whole.weight, weight, allowed);
            MLMATH_CHECK_NEAR(whole.m2, sums[0], 4 * allowed);
            MLMATH_CHECK_NEAR(whole.m3, sums[1], 8 * allowed);
            MLMATH_CHECK_NEAR(whole.m4, sums[2], 16 * allowed);
            MLMATH_CHECK(whole.smallest == *std::min_element(x.begin(), x.end()));
        }
    }
}

MLMATH_TEST(covariance_matches_textbook) {
    for (const std::ptrdiff_t variables : {1, 3, 8, 20, 25, 49, 130})
        for (const std::ptrdiff_t n : {1, 9, 127, 130, 1025, 2100}) {
            const std::vector<double> x = numbers(variables * n);
            const CovarianceShape shape{variables, 0, false};
            Segment segments[most_segments];
            const int count = cut_segments(n, 0, segments);
            const std::ptrdiff_t size = shape.state_size();
            std::vector<double> states(static_cast<std::size_t>(size * count)), again(states);
            covariance<double>({x.data(), variables, n, 1}, {nullptr, 0, 0, 0}, nullptr, n, false, segments, count, states.data(),
                               1);
            covariance<double>({x.data(), variables, n, 1}, {nullptr, 0, 0, 0}, nullptr, n, false, segments, count, again.data(),
                               3);
            MLMATH_CHECK(states == again);
            std::vector<double> whole(states.end() - size, states.end()), expected(static_cast<std::size_t>(variables * variables));
            for (int s = count - 2; s >= 0; --s) merge_covariance(shape, states.data() + s * size, whole.data(), whole.data());
            textbook::covariance({x.data(), variables, n, n, 1}, expected.data());
            for (std::size_t e = 0; e < expected.size(); ++e)
                MLMATH_CHECK_NEAR(whole[e + 1 + 2 * static_cast<std::size_t>(variables)], expected[e],
                                  8 * static_cast<double>(n) * static_cast<double>(n) * eps);
        }
}

MLMATH_TEST(histogram_and_bincount_match_textbook) {
    for (const std::ptrdiff_t n : sizes)
        for (const std::ptrdiff_t bins : {1, 10, 3000}) {
            std::vector<double> x = numbers(n), edges(static_cast<std::size_t>(bins) + 1), ones(static_cast<std::size_t>(n), 1.0);
            for (std::ptrdiff_t b = 0; b <= bins; ++b) edges[b] = -0.75 + 1.5 * static_cast<double>(b) / static_cast<double>(bins);
            for (std::ptrdiff_t i = 0; i < n; i += 3) x[i] = edges[i % (bins + 1)];  // every third on an edge
            std::vector<std::int64_t> expected(static_cast<std::size_t>(bins));
            textbook::histogram(x.data(), n, edges.data(), bins, expected.data());
            for (const bool uniform : {true, false})
                for (const int threads : {1, 3}) {
                    std::vector<std::int64_t> counts(expected.size());
                    std::vector<double> sums(expected.size());
                    histogram(x.data(), n, edges.data(), bins, uniform, 1e-9, counts.data(), threads);
                    histogram_weighted(x.data(), n, edges.data(), bins, uniform, 1e-9, ones.data(), sums.data(), threads);
                    MLMATH_CHECK(counts == expected);
                    MLMATH_CHECK(std::equal(sums.begin(), sums.end(), expected.begin(),
                                            [](double s, std::int64_t c) { return s == double(c); }));
                }
            std::vector<std::int32_t> integers(static_cast<std::size_t>(n));
            for (std::ptrdiff_t i = 0; i < n; ++i) integers[i] = static_cast<std::int32_t>((x[i] + 1) * 20);
            const IntegerRange range = integer_range(integers.data(), n, 2);
            MLMATH_CHECK(range.smallest == *std::min_element(integers.begin(), integers.end()));
            const std::ptrdiff_t values = range.largest + 1;
            std::vector<std::int64_t> found(static_cast<std::size_t>(values)), wanted(found);
            bincount(integers.data(), n, values, found.data(), 3);
            textbook::bincount(integers.data(), n, wanted.data());
            MLMATH_CHECK(found == wanted);
        }
}

MLMATH_TEST(selection_and_minmax_match_textbook) {
    for (const std::ptrdiff_t n : {1, 2, 9, 599, 601, 5000, 70001, 300001}) {
        const std::vector<double> x = numbers(n);
        const std::ptrdiff_t step = 1, unused = 0, ranks[] = {n / 2, 0, n - 1, n / 3};
        for (const int threads : {1, 3}) {
            double values[4], low, high, expected_low, expected_high;
            std::ptrdiff_t nans = -1;
            select_ranks<double>({x.data(), 1, &n, &step}, all_axes, ranks, 4, false, values, &nans, threads);
            MLMATH_CHECK(nans == 0);
            for (int r = 0; r < 4; ++r) {
                std::vector<double> copy = x;
                MLMATH_CHECK(values[r] == textbook::select_rank(copy.data(), n, ranks[r]));
            }
            minmax<double>({x.data(), 1, &n, &step}, all_axes, &low, &high, &unused, threads);
            textbook::minmax(VectorView<const double>{x.data(), n, 1}, expected_low, expected_high);
            MLMATH_CHECK(low == expected_low && high == expected_high);
        }
    }
}

}  // namespace mlmath::tests

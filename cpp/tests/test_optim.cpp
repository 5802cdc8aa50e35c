// SPDX-License-Identifier: BSD-3-Clause
// Update rules against their textbooks: sizes around the register and the chunk, strides, threads, lists of blocks.
#include <algorithm>
#include <atomic>
#include <limits>
#include <type_traits>

#include "kernels/optim/adadelta/adadelta.hpp"
#include "kernels/optim/adadelta/adadelta_textbook.hpp"
#include "kernels/optim/adagrad/adagrad.hpp"
#include "kernels/optim/adagrad/adagrad_textbook.hpp"
#include "kernels/optim/adam/adam.hpp"
#include "kernels/optim/adam/adam_ladder.hpp"
#include "kernels/optim/adam/adam_textbook.hpp"
#include "kernels/optim/gradient_descent/gradient_descent.hpp"
#include "kernels/optim/gradient_descent/gradient_descent_textbook.hpp"
#include "kernels/optim/gradient_norm/gradient_norm.hpp"
#include "kernels/optim/gradient_norm/gradient_norm_textbook.hpp"
#include "kernels/optim/lion/lion.hpp"
#include "kernels/optim/lion/lion_textbook.hpp"
#include "kernels/optim/rmsprop/rmsprop.hpp"
#include "kernels/optim/rmsprop/rmsprop_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// rows x columns parameters with their own strides, gradient, and three states.
template <class T>
struct Problem {
    std::vector<T> data[5];
    std::ptrdiff_t rows, columns, stride;

    Problem(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t stride) : rows(rows), columns(columns), stride(stride) {
        Numbers numbers(static_cast<unsigned long long>(rows * 1000003 + columns));
        for (int k = 0; k < 5; ++k) {
            data[k].assign(static_cast<std::size_t>(rows * (columns * stride + 1) + 1), T(0));
            if (k < 2)
                for (std::ptrdiff_t i = 0; i < rows; ++i)
                    for (std::ptrdiff_t j = 0; j < columns; ++j)
                        data[k][i * row_stride() + j * stride] = static_cast<T>(numbers.next());
        }
    }
    std::ptrdiff_t row_stride() const { return columns * stride + 1; }
    MatrixView<T> view(int k) { return {data[k].data(), rows, columns, row_stride(), stride}; }
    MatrixView<const T> gradient() { return {data[1].data(), rows, columns, row_stride(), stride}; }
    ParameterBlock<T> block(int states = 2) {
        ParameterBlock<T> block{view(0), gradient(), {}};
        for (int k = 0; k < states; ++k) block.state[k] = view(2 + k);
        return block;
    }
};

template <class T>
void check_adam(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t stride) {
    constexpr double eps = std::numeric_limits<T>::epsilon();
    AdamParameters parameters;
    parameters.learning_rate = 0.01;
    parameters.weight_decay = 0.1;
    Problem<T> expected(rows, columns, stride), one(rows, columns, stride);
    for (parameters.step = 1; parameters.step <= 3; ++parameters.step) {
        textbook::adam_step(parameters, expected.view(0), expected.gradient(), expected.view(2), expected.view(3));
        const ParameterBlock<T> block = one.block();
        adam_step(parameters, &block, 1, 1);
    }
    // |x| <= 1 and a step moves by at most 0.01 (1 + ...): three steps of the two formulas agree within 16 eps, v within 9 eps v.
    for (std::size_t i = 0; i < one.data[0].size(); ++i) {
        MLMATH_CHECK_NEAR(one.data[0][i], expected.data[0][i], 16 * eps);
        MLMATH_CHECK_NEAR(one.data[2][i], expected.data[2][i], 9 * eps);
        MLMATH_CHECK_NEAR(one.data[3][i], expected.data[3][i], 9 * eps);
    }
    for (int threads : {2, 3, 7}) {
        Problem<T> many(rows, columns, stride);
        for (parameters.step = 1; parameters.step <= 3; ++parameters.step) {
            const ParameterBlock<T> block = many.block();
            adam_step(parameters, &block, 1, threads);
        }
        for (int k : {0, 2, 3}) MLMATH_CHECK(same_bits(many.data[k], one.data[k]));
    }
}

template <class T>
void check_gradient_descent(std::ptrdiff_t n, std::ptrdiff_t stride) {
    for (const GradientDescentParameters& parameters :
         {GradientDescentParameters{0.1, 0, false}, GradientDescentParameters{0.1, 0.9, false},
          GradientDescentParameters{0.1, 0.9, true}, GradientDescentParameters{0.1, 0.9, false, 0.5, {-0.5, 0.01}}}) {
        Problem<T> expected(1, n, stride), fast(1, n, stride);
        for (int step = 0; step < 3; ++step) {
            textbook::gradient_descent_step(parameters, expected.view(0), expected.gradient(), expected.view(2));
            const ParameterBlock<T> block = fast.block(parameters.momentum != 0 ? 1 : 0);
            gradient_descent_step(parameters, &block, 1, 2);
        }
        // The same operations in the same order: the same bits, on every level.
        MLMATH_CHECK(same_bits(fast.data[0], expected.data[0]));
        MLMATH_CHECK(same_bits(fast.data[2], expected.data[2]));
    }
}

// Three steps of `fast` with one, two and three threads against `textbook`: within `tolerance` eps of numbers of size 1, and the
// same bits for every number of threads. `exact`: the same bits as the textbook too, which then does the same operations.
template <class T, class Fast, class Textbook>
void check_rule(std::ptrdiff_t columns, std::ptrdiff_t stride, int states, double tolerance, bool exact, Fast&& fast,
                Textbook&& textbook) {
    constexpr double eps = std::numeric_limits<T>::epsilon();
    Problem<T> expected(1, columns, stride), first(1, columns, stride);
    for (int t = 1; t <= 3; ++t) {
        textbook(t, expected);
        const ParameterBlock<T> block = first.block(states);
        fast(t, &block, 1);
    }
    for (int k : {0, 2, 3, 4}) {
        if (exact) MLMATH_CHECK(same_bits(first.data[k], expected.data[k]));
        for (std::size_t i = 0; i < first.data[k].size(); ++i)
            MLMATH_CHECK_NEAR(first.data[k][i], expected.data[k][i], tolerance * eps);
    }
    for (int threads : {2, 3}) {
        Problem<T> many(1, columns, stride);
        for (int t = 1; t <= 3; ++t) {
            const ParameterBlock<T> block = many.block(states);
            fast(t, &block, threads);
        }
        for (int k : {0, 2, 3, 4}) MLMATH_CHECK(same_bits(many.data[k], first.data[k]));
    }
}

template <class T>
void check_rules(std::ptrdiff_t n, std::ptrdiff_t stride) {
    for (const GradientOptions& gradient : {GradientOptions{}, GradientOptions{-0.5, 0}, GradientOptions{-0.5, 0.01}}) {
        for (AdamVariant variant : {AdamVariant::adam, AdamVariant::amsgrad, AdamVariant::nadam, AdamVariant::radam})
            for (bool uncorrected : {false, true}) {
                AdamParameters p;
                p.learning_rate = 0.01, p.beta2 = 0.5, p.epsilon = 1e-3, p.weight_decay = 0.1;  // RAdam: r_3 = 2.1; see below
                p.variant = variant, p.uncorrected_epsilon = uncorrected, p.gradient = gradient;
                // Moves of at most 0.03 in size whose denominators are above 1e-3: |g| 0.01 8 eps / 1e-3 per step at worst.
                check_rule<T>(
                    n, stride, variant == AdamVariant::amsgrad ? 3 : 2, 300, false,
                    [&](int t, const ParameterBlock<T>* block, int threads) {
                        p.step = t, p.momentum_product = t > 1 ? 0.45 : 1;
                        adam_step(p, block, 1, threads);
                    },
                    [&](int t, Problem<T>& e) {
                        p.step = t, p.momentum_product = t > 1 ? 0.45 : 1;
                        textbook::adam_step(p, e.view(0), e.gradient(), e.view(2), e.view(3), e.view(4));
                    });
            }
        check_rule<T>(
            n, stride, 1, 0, true,
            [&](int t, const ParameterBlock<T>* block, int threads) {
                adagrad_step({0.1, 0.5, 1e-3, t, gradient}, block, 1, threads);
            },
            [&](int t, Problem<T>& e) {
                textbook::adagrad_step({0.1, 0.5, 1e-3, t, gradient}, e.view(0), e.gradient(), e.view(2));
            });
        check_rule<T>(
            n, stride, 2, 0, true,
            [&](int, const ParameterBlock<T>* block, int threads) { adadelta_step({0.5, 0.9, 1e-3, gradient}, block, 1, threads); },
            [&](int, Problem<T>& e) {
                textbook::adadelta_step({0.5, 0.9, 1e-3, gradient}, e.view(0), e.gradient(), e.view(2), e.view(3));
            });
        check_rule<T>(
            n, stride, 1, 0, true,
            [&](int, const ParameterBlock<T>* block, int threads) {
                lion_step({0.1, 0.9, 0.99, 0.1, gradient}, block, 1, threads);
            },
            [&](int, Problem<T>& e) { textbook::lion_step({0.1, 0.9, 0.99, 0.1, gradient}, e.view(0), e.gradient(), e.view(2)); });
        for (double momentum : {0.0, 0.9})
            for (bool centred : {false, true})
                check_rule<T>(
                    n, stride, 1 + (momentum != 0) + centred, 0, true,
                    [&](int, const ParameterBlock<T>* block, int threads) {
                        rmsprop_step({0.1, 0.9, 1e-3, momentum, centred, gradient}, block, 1, threads);
                    },
                    [&](int, Problem<T>& e) {
                        textbook::rmsprop_step({0.1, 0.9, 1e-3, momentum, centred, gradient}, e.view(0), e.gradient(), e.view(2),
                                               e.view(3), e.view(centred ? 4 : 3));
                    });
    }
}

}  // namespace

MLMATH_TEST(adam_matches_textbook) {
    for (std::ptrdiff_t n : {0, 1, 3, 4, 5, 8, 15, 16, 17, 33, 1000, 40000, 70001}) {
        check_adam<double>(1, n, 1);
        check_adam<float>(1, n, 1);
    }
    check_adam<double>(1, 50000, 2);
    check_adam<float>(300, 129, 1);
    check_adam<float>(5000, 7, 3);
}

MLMATH_TEST(gradient_descent_matches_textbook) {
    for (std::ptrdiff_t n : {0, 1, 3, 4, 5, 8, 15, 16, 17, 33, 1000, 40000}) {
        check_gradient_descent<double>(n, 1);
        check_gradient_descent<float>(n, 1);
        check_gradient_descent<float>(n, 3);
    }
}

MLMATH_TEST(optim_rules_match_textbooks) {
    for (std::ptrdiff_t n : {1, 3, 4, 5, 8, 15, 16, 17, 33, 1000, 40000}) {
        check_rules<double>(n, 1);
        check_rules<float>(n, 1);
    }
    check_rules<double>(1000, 3);
    check_rules<float>(40000, 2);
}

MLMATH_TEST(optim_scaled_gradients_leave_an_infinite_parameter_infinite) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const GradientOptions& gradient : {GradientOptions{}, GradientOptions{-0.5, 0}, GradientOptions{0.25, 0}}) {
        Problem<double> fast(1, 37, 1), expected(1, 37, 1);
        for (Problem<double>* problem : {&fast, &expected})
            for (int at : {2, 36}) problem->data[0][at] = infinity, problem->data[1][at] = 0;
        const GradientDescentParameters parameters{0.1, 0.9, false, 0, gradient};
        const ParameterBlock<double> block = fast.block(1);
        gradient_descent_step(parameters, &block, 1, 1);
        textbook::gradient_descent_step(parameters, expected.view(0), expected.gradient(), expected.view(2));
        MLMATH_CHECK(fast.data[0][2] == infinity && fast.data[0][36] == infinity);
        MLMATH_CHECK(same_bits(fast.data[0], expected.data[0]));
    }
}

MLMATH_TEST(radam_is_rectified_when_its_second_moment_can_be_trusted) {
    AdamParameters p;  // beta2 = 0.999: r_t = 4.99 at t = 5 and 5.99 at t = 6
    p.variant = AdamVariant::radam;
    for (int t : {5, 6, 100}) {
        Problem<double> fast(1, 37, 1), expected(1, 37, 1);
        p.step = t;
        const ParameterBlock<double> block = fast.block();
        adam_step(p, &block, 1, 1);
        textbook::adam_step(p, expected.view(0), expected.gradient(), expected.view(2), expected.view(3));
        // one step of size 1e-3; beta2^t in pow and in expm1 differ by eps/(1 - beta2^t) < 200 eps, and 1/(r_t - 5 + 1) of that
        for (std::size_t i = 0; i < fast.data[0].size(); ++i)
            MLMATH_CHECK_NEAR(fast.data[0][i], expected.data[0][i], 2 * std::numeric_limits<double>::epsilon() * 2);
    }
}

template <class T>
void check_adam_ladder(std::ptrdiff_t n, int threads) {
    using Rung = void (*)(std::ptrdiff_t, T*, const T*, T*, T*, int);
    const Rung rungs[] = {ladder::adam_textbook<T>, ladder::adam_fused<T>, ladder::adam_simd<T>, ladder::adam_threaded<T>};
    std::vector<Problem<T>> p;
    for (int k = 0; k < 5; ++k) {
        p.emplace_back(1, n, 1);
        for (std::size_t i = 0; i < p[k].data[3].size(); ++i) p[k].data[2][i] = -p[k].data[1][i], p[k].data[3][i] = T(0.5);
    }
    for (int k = 0; k < 4; ++k)
        rungs[k](n, p[k].data[0].data(), p[k].data[1].data(), p[k].data[2].data(), p[k].data[3].data(), threads);
    textbook::adam_step({.step = 10}, p[4].view(0), p[4].gradient(), p[4].view(2), p[4].view(3));
    for (int k : {0, 2, 3}) {
        MLMATH_CHECK(same_bits(p[0].data[k], p[4].data[k]));
        MLMATH_CHECK(same_bits(p[1].data[k], p[0].data[k]));
        MLMATH_CHECK(same_bits(p[3].data[k], p[2].data[k]));
    }
    // u |x| + 13 u M each, |x| <= 1; the move M is at most 1e-3 / 0.65 / sqrt(0.4995 / 0.00996) < 3e-4.
    for (std::size_t i = 0; i < p[0].data[0].size(); ++i)
        MLMATH_CHECK_NEAR(p[2].data[0][i], p[1].data[0][i], (1 + 13 * 3e-4) * std::numeric_limits<T>::epsilon());
}

MLMATH_TEST(adam_ladder_rungs_agree) {
    for (std::ptrdiff_t n : {1, 2, 7, 16, 17, 1000, 40001}) {
        check_adam_ladder<double>(n, 2);
        check_adam_ladder<float>(n, 3);
    }
}

template <class T>
void check_norm(std::ptrdiff_t n) {
    constexpr double eps = std::numeric_limits<double>::epsilon();
    const std::vector<T> g = random<T>(n, 7);
    for (double scale : {1.0, sizeof(T) == 8 ? 1e-170 : 1e-20, sizeof(T) == 8 ? 1e180 : 1e30}) {
        std::vector<T> scaled = g;
        for (T& e : scaled) e = static_cast<T>(e * scale);
        const GradientSpan<T> spans[3] = {{scaled.data(), n / 3}, {nullptr, 0}, {scaled.data() + n / 3, n - n / 3}};
        const GradientNorm one = gradient_norm(spans, 3, 1), expected = textbook::gradient_norm(spans, 3);
        // Both within (c + 262) eps / 4 and n eps / 4 of the exact norm, the textbook's elements 1 eps off.
        MLMATH_CHECK_NEAR(one.norm, expected.norm, (static_cast<double>(n) / 4 + 80) * eps * expected.norm);
        MLMATH_CHECK(one.finite && one.span == -1);
        for (int threads : {2, 3}) {
            const GradientNorm many = gradient_norm(spans, 3, threads);
            MLMATH_CHECK(same_bits(&many.norm, &one.norm, 1));
        }
        if (n < 3) continue;
        for (T bad : {std::numeric_limits<T>::infinity(), std::numeric_limits<T>::quiet_NaN()}) {
            std::vector<T> with = scaled;
            with[static_cast<std::size_t>(n - 1)] = bad;
            const GradientSpan<T> all[2] = {{with.data(), 1}, {with.data() + 1, n - 1}};
            const GradientNorm found = gradient_norm(all, 2, 2);
            MLMATH_CHECK(!found.finite && found.span == 1 && found.index == n - 2);
            MLMATH_CHECK(bad != bad ? found.norm != found.norm : found.norm == bad);
        }
    }
}

MLMATH_TEST(gradient_norm_matches_textbook) {
    for (std::ptrdiff_t n : {1, 2, 31, 32, 33, 64, 100, 8192, 8193, 300000}) {
        check_norm<double>(n);
        check_norm<float>(n);
    }
    MLMATH_CHECK(gradient_norm<float>(nullptr, 0, 2).norm == 0);
}

MLMATH_TEST(optim_list_of_blocks_is_each_block_alone) {
    std::vector<Problem<double>> together, alone;
    for (std::ptrdiff_t n : {0, 3, 20000, 0, 1, 30001, 7}) {
        together.emplace_back(1, n, 1);
        alone.emplace_back(1, n, 1);
    }
    std::vector<ParameterBlock<double>> blocks;
    for (auto& p : together) blocks.push_back(p.block());
    adam_step({}, blocks.data(), static_cast<std::ptrdiff_t>(blocks.size()), 3);
    for (std::size_t i = 0; i < alone.size(); ++i) {
        const ParameterBlock<double> block = alone[i].block();
        adam_step({}, &block, 1, 1);
        MLMATH_CHECK(same_bits(alone[i].data[0], together[i].data[0]));
    }
    adam_step<double>({}, nullptr, 0, 2);
}

MLMATH_TEST(optim_every_chunk_is_taken_once) {
    for (int threads : {1, 2, 3, 5}) {
        for (std::ptrdiff_t chunks : {0, 1, 2, 4, 5, 97}) {
            std::vector<std::atomic<int>> taken(static_cast<std::size_t>(chunks));
            for_each_chunk(chunks, threads, [&](std::ptrdiff_t c) { taken[static_cast<std::size_t>(c)].fetch_add(1); });
            for (const auto& times : taken) MLMATH_CHECK(times.load() == 1);
        }
    }
}

MLMATH_TEST(optim_refuses_bad_parameters) {
    Problem<float> p(1, 4, 1);
    const ParameterBlock<float> block = p.block();
    const auto before = p.data[0];
    for (double beta : {1.0, -0.1, std::numeric_limits<double>::quiet_NaN()}) {
        MLMATH_CHECK(refused([&] { adam_step({1e-3, beta, 0.999, 1e-8, 0, 1}, &block, 1, 1); }));
        MLMATH_CHECK(refused([&] { adam_step({1e-3, 0.9, beta, 1e-8, 0, 1}, &block, 1, 1); }));
        MLMATH_CHECK(refused([&] { gradient_descent_step({0.1, beta, false}, &block, 1, 1); }));
    }
    MLMATH_CHECK(refused([&] { adam_step({1e-3, 0.9, 0.999, 1e-8, 0, 0}, &block, 1, 1); }));
    MLMATH_CHECK(refused([&] { gradient_descent_step({0.1, 0, true}, &block, 1, 1); }));
    MLMATH_CHECK(same_bits(before, p.data[0]));
}

}  // namespace mlmath::tests

// SPDX-License-Identifier: BSD-3-Clause
// Update rules against their textbooks: sizes around the register and the chunk, strides, threads, lists of blocks.
#include <limits>
#include <type_traits>

#include "kernels/optim/adam/adam.hpp"
#include "kernels/optim/adam/adam_textbook.hpp"
#include "kernels/optim/gradient_descent/gradient_descent.hpp"
#include "kernels/optim/gradient_descent/gradient_descent_textbook.hpp"
#include "tests/arrays.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

// rows x columns parameters with their own strides, gradient, and two states.
template <class T>
struct Problem {
    std::vector<T> data[4];
    std::ptrdiff_t rows, columns, stride;

    Problem(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t stride) : rows(rows), columns(columns), stride(stride) {
        Numbers numbers(static_cast<unsigned long long>(rows * 1000003 + columns));
        for (int k = 0; k < 4; ++k) {
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
    ParameterBlock<T> block(bool with_state = true) {
        return {view(0), gradient(), {with_state ? view(2) : MatrixView<T>{}, with_state ? view(3) : MatrixView<T>{}}};
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
          GradientDescentParameters{0.1, 0.9, true}}) {
        Problem<T> expected(1, n, stride), fast(1, n, stride);
        for (int step = 0; step < 3; ++step) {
            textbook::gradient_descent_step(parameters, expected.view(0), expected.gradient(), expected.view(2));
            const ParameterBlock<T> block = fast.block(parameters.momentum != 0);
            gradient_descent_step(parameters, &block, 1, 2);
        }
        // The same operations in the same order: the same bits, on every level.
        MLMATH_CHECK(same_bits(fast.data[0], expected.data[0]));
        MLMATH_CHECK(same_bits(fast.data[2], expected.data[2]));
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

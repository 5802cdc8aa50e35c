// SPDX-License-Identifier: BSD-3-Clause
// glm_pass against its textbook: shapes around registers, blocks and runs, strides, weights, threads. linear_fit: certificates.
#include <limits>
#include <stdexcept>

#include "kernels/linear_model/fit/fit.hpp"
#include "kernels/linear_model/fit/lbfgs_pairs.hpp"
#include "kernels/linear_model/glm_pass/glm_pass.hpp"
#include "kernels/linear_model/glm_pass/glm_pass_textbook.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
namespace {

constexpr LinearLoss all_losses[] = {LinearLoss::squared, LinearLoss::logistic, LinearLoss::poisson, LinearLoss::huber};

template <class T>
struct Rows {
    std::ptrdiff_t n, d;
    std::vector<T> x, y, weights;
    std::vector<double> theta;
    LinearData<T> data;

    Rows(std::ptrdiff_t n, std::ptrdiff_t d, LinearLoss loss, bool columns_first, bool weighted) : n(n), d(d) {
        Numbers numbers(static_cast<unsigned long long>(n * 131 + d * 17));
        x.resize((n + 1) * (d + 3) + d + n);
        for (auto& v : x) v = static_cast<T>(numbers.next());
        for (std::ptrdiff_t i = 0; i < n; ++i) {
            const double u = numbers.next();
            y.push_back(static_cast<T>(loss == LinearLoss::logistic  ? (u > 0)
                                       : loss == LinearLoss::poisson ? std::floor(2 + 2 * u)
                                                                     : 3 * u));
            weights.push_back(static_cast<T>(1 + numbers.next()));
        }
        for (std::ptrdiff_t j = 0; j <= d; ++j)
            theta.push_back(static_cast<T>(numbers.next() / std::sqrt(static_cast<double>(d + 1))));
        data = {{x.data(), n, d, columns_first ? 1 : d + 3, columns_first ? n + 1 : 1},
                {y.data(), n, 1},
                {weighted ? weights.data() : nullptr, weighted ? n : 0, 1}};
    }
};

template <class T>
void check_pass(std::ptrdiff_t n, std::ptrdiff_t d, LinearLoss loss, bool columns_first, bool weighted) {
    const Rows<T> r(n, d, loss, columns_first, weighted);
    const std::ptrdiff_t size = d + 1;
    std::vector<double> g(size), h(size * size), exact_g(size), exact_h(size * size), other_g(size), other_h(size * size);
    std::vector<T> z(n);
    const double exact =
        textbook::glm_pass(r.data.x, r.data.y, r.data.weights, loss, 1.35, r.theta.data(), exact_g.data(), exact_h.data());
    GlmPass<T> pass(r.data.x, r.data.y, r.data.weights, {loss}, {1, true});
    const double f = pass.hessian(r.theta.data(), z.data(), g.data(), h.data());
    // |x| <= 1, |z| <= sqrt(d + 1): off by (d/8 + 5) eps of the sum of sizes; losses follow with slope at most e^|z| <= ...,
    // bounded here by their own size; blocks of 128 rows add 128 eps.
    const double eps = std::numeric_limits<T>::epsilon(), top = loss == LinearLoss::poisson ? std::exp(std::sqrt(size)) : 4;
    const double tolerance = eps * top * ((static_cast<double>(d) / 8 + 5) * std::sqrt(static_cast<double>(size)) + 128);
    MLMATH_CHECK_NEAR(f, exact, tolerance * (1 + std::fabs(exact)));
    for (std::ptrdiff_t j = 0; j < size; ++j) MLMATH_CHECK_NEAR(g[j], exact_g[j], tolerance);
    // A row on either side of huber's delta changes H by 1/n.
    const double steps = loss == LinearLoss::huber ? 1.0 / static_cast<double>(n) * (eps > 1e-10 ? 1 : 0) : 0;
    for (std::ptrdiff_t j = 0; j < size * size; ++j) MLMATH_CHECK_NEAR(h[j], exact_h[j], tolerance + steps);
    for (std::ptrdiff_t i = 0; i < size; ++i)
        for (std::ptrdiff_t j = 0; j < i; ++j) MLMATH_CHECK(h[i * size + j] == h[j * size + i]);
    MLMATH_CHECK(pass.gradient(r.theta.data(), z.data(), other_g.data()) == f);
    MLMATH_CHECK(other_g == g);
    for (int threads : {2, 3, 7}) {
        GlmPass<T> other(r.data.x, r.data.y, r.data.weights, {loss}, {threads, true});
        MLMATH_CHECK(other.hessian(r.theta.data(), z.data(), other_g.data(), other_h.data()) == f);
        MLMATH_CHECK(other_g == g);
        MLMATH_CHECK(other_h == h);
    }
    // Along a line: f at its end, and the slope g . p there.
    std::vector<T> from(n, T(0));
    std::vector<double> zero(size, 0.0), zero_g(size);
    pass.gradient(zero.data(), from.data(), zero_g.data());
    double slope, expected = 0;
    MLMATH_CHECK_NEAR(pass.line(from.data(), z.data(), 1, &slope), f, tolerance * (1 + std::fabs(f)));
    for (std::ptrdiff_t j = 0; j < size; ++j) expected += g[j] * r.theta[j];
    MLMATH_CHECK_NEAR(slope, expected, 4 * tolerance * (1 + std::fabs(expected)) * std::sqrt(static_cast<double>(size)));
}

// Several scores a row; and rows by number, in both kinds, against the textbook on the rows written out.
template <class T>
void check_outputs(std::ptrdiff_t n, std::ptrdiff_t d, std::ptrdiff_t classes, bool columns_first, bool weighted) {
    const LinearLoss loss = classes == 1 ? LinearLoss::logistic : LinearLoss::multinomial;
    Rows<T> r(n, d, loss, columns_first, weighted);
    Numbers numbers(static_cast<unsigned long long>(n + classes));
    std::vector<double> theta(static_cast<std::size_t>(classes * (d + 1)));
    for (auto& v : theta) v = static_cast<T>(numbers.next());
    for (auto& v : r.y)
        v = static_cast<T>(std::floor((numbers.next() + 1) / 2 * static_cast<double>(std::max<std::ptrdiff_t>(classes, 2))));
    std::vector<double> g(theta.size()), exact_g(theta.size()), other_g(theta.size());
    std::vector<T> z(static_cast<std::size_t>(classes * n));
    const double exact =
        textbook::glm_pass(r.data.x, r.data.y, r.data.weights, loss, 1.35, theta.data(), exact_g.data(), nullptr, classes);
    GlmPass<T> pass(r.data.x, r.data.y, r.data.weights, {loss, 1.35, classes}, {1, false, true});
    const double f = pass.gradient(theta.data(), z.data(), g.data());
    // |x|, |theta| <= 1: scores up to d + 1, off by (d/8 + 5) eps of that; blocks of 128 rows add 128 eps.
    const double eps = std::numeric_limits<T>::epsilon(), reach = static_cast<double>(d + 1);
    const double tolerance = eps * ((static_cast<double>(d) / 8 + 5) * reach + 128) * 2;
    MLMATH_CHECK_NEAR(f, exact, tolerance * (1 + reach));
    for (std::size_t j = 0; j < g.size(); ++j) MLMATH_CHECK_NEAR(g[j], exact_g[j], tolerance);
    for (std::ptrdiff_t k = 0; k < classes; ++k) {
        double score = theta[k * (d + 1) + d];
        for (std::ptrdiff_t j = 0; j < d; ++j)
            score += theta[k * (d + 1) + j] * static_cast<double>(r.x[(n - 1) * r.data.x.row_stride + j * r.data.x.column_stride]);
        MLMATH_CHECK_NEAR(z[k * n + n - 1], score, tolerance * reach);
    }

    std::vector<std::int32_t> rows;
    std::vector<T> x, y, weights;
    for (std::ptrdiff_t i = 0; i < (n + 2) / 3; ++i) {
        const auto row = static_cast<std::int32_t>((i * 7 + 3) % n);
        rows.push_back(row);
        for (std::ptrdiff_t j = 0; j < d; ++j) x.push_back(r.x[row * r.data.x.row_stride + j * r.data.x.column_stride]);
        y.push_back(r.y[row]);
        weights.push_back(r.weights[row]);
    }
    const auto count = static_cast<std::ptrdiff_t>(rows.size());
    const double part_exact =
        textbook::glm_pass<T>({x.data(), count, d, d, 1}, {y.data(), count, 1}, {weighted ? weights.data() : nullptr, count, 1},
                              loss, 1.35, theta.data(), exact_g.data(), nullptr, classes);
    double part = static_cast<double>(count), all = static_cast<double>(n);  // the textbook divides by the rows' own weight
    if (weighted) {
        part = all = 0;
        for (T s : weights) part += static_cast<double>(s);
        for (std::ptrdiff_t i = 0; i < n; ++i) all += static_cast<double>(r.weights[i]);
    }
    const double factor = part / all * static_cast<double>(n) / static_cast<double>(count);
    const double part_f = pass.gradient_of_rows(theta.data(), rows.data(), count, g.data());
    MLMATH_CHECK_NEAR(part_f, part_exact * factor, 4 * tolerance * (1 + reach) * factor);
    for (std::size_t j = 0; j < g.size(); ++j) MLMATH_CHECK_NEAR(g[j], exact_g[j] * factor, 4 * tolerance * factor);
    for (int threads : {2, 3}) {
        GlmPass<T> other(r.data.x, r.data.y, r.data.weights, {loss, 1.35, classes}, {threads, false, true});
        MLMATH_CHECK(other.gradient_of_rows(theta.data(), rows.data(), count, other_g.data()) == part_f);
        MLMATH_CHECK(other_g == g);
        MLMATH_CHECK(other.gradient(theta.data(), nullptr, other_g.data()) == f);
    }
}

MLMATH_TEST(linear_fit_outputs_and_rows) {
    for (std::ptrdiff_t classes : {1, 2, 3, 10})
        for (std::ptrdiff_t d : {0, 1, 4, 8, 15, 17, 65})
            for (std::ptrdiff_t n : {1, 7, 8, 9, 129, 300}) {
                check_outputs<double>(n, d, classes, n % 2 == 0, d % 2 == 0);
                check_outputs<float>(n, d, classes, n % 2 == 1, d % 2 == 1);
            }
    check_outputs<double>(20000, 20, 1, false, true);
    check_outputs<float>(20000, 20, 3, true, false);
    check_outputs<double>(50, 3000, 2, false, false);
}

MLMATH_TEST(linear_fit_pass) {
    for (LinearLoss loss : all_losses) {
        for (std::ptrdiff_t d : {1, 2, 7, 8, 9, 15, 16, 17, 50, 63}) {
            check_pass<double>(41, d, loss, false, d % 2 == 0);
            check_pass<float>(130, d, loss, d % 3 == 0, d % 2 == 1);
        }
        check_pass<double>(5000, 12, loss, true, true);
        check_pass<float>(5000, 12, loss, false, false);
        check_pass<double>(1, 3, loss, false, false);
        check_pass<double>(70, 300, loss, false, true);
        check_pass<float>(70, 300, loss, true, false);
    }
}

template <class T>
void check_fit(std::ptrdiff_t n, std::ptrdiff_t d, LinearLoss loss, FitMethod method, double tolerance) {
    const Rows<T> r(n, d, loss, false, true);
    std::vector<double> theta(d + 1, 0.0), g(d + 1), h((d + 1) * (d + 1));
    const FitOptions options = {0.1, true, tolerance, 20000, 0, 2};
    const FitOutcome outcome =
        linear_fit(r.data, {loss, 1.35, method, loss == LinearLoss::poisson ? 0.05 : 0, false}, options, nullptr, theta.data());
    MLMATH_CHECK(outcome.status.outcome == Outcome::ok);
    MLMATH_CHECK(outcome.gradient_max <= tolerance);
    textbook::glm_pass(r.data.x, r.data.y, r.data.weights, loss, 1.35, theta.data(), g.data(), static_cast<double*>(nullptr));
    for (std::ptrdiff_t j = 0; j <= d; ++j)
        MLMATH_CHECK_NEAR(g[j] + (j < d ? 0.1 * theta[j] : 0), 0, tolerance + 400 * std::numeric_limits<T>::epsilon());
}

// Every method on three classes; the certificate by the textbook.
template <class T>
void check_classes(std::ptrdiff_t n, std::ptrdiff_t d, FitMethod method, double tolerance) {
    Rows<T> r(n, d, LinearLoss::multinomial, false, true);
    for (std::ptrdiff_t i = 0; i < n; ++i) r.y[i] = static_cast<T>(i * i % 7 % 3);
    const std::ptrdiff_t size = 3 * (d + 1);
    std::vector<double> theta(size, 0.0), g(size);
    const FitOptions options = {0.1, true, tolerance, 20000, 0, 2};
    const FitOutcome outcome =
        linear_fit(r.data, {LinearLoss::multinomial, 1, method, 0, false, 3}, options, nullptr, theta.data());
    MLMATH_CHECK(outcome.status.outcome == Outcome::ok);
    textbook::glm_pass<T>(r.data.x, r.data.y, r.data.weights, LinearLoss::multinomial, 1, theta.data(), g.data(), nullptr, 3);
    for (std::ptrdiff_t j = 0; j < size; ++j)
        MLMATH_CHECK_NEAR(g[j] + (j % (d + 1) < d ? 0.1 * theta[j] : 0), 0, tolerance + 400 * std::numeric_limits<T>::epsilon());
}

MLMATH_TEST(linear_fit_classes) {
    for (FitMethod method :
         {FitMethod::automatic, FitMethod::newton, FitMethod::lbfgs, FitMethod::gd, FitMethod::gd_armijo, FitMethod::gd_bb}) {
        check_classes<double>(200, 6, method, 1e-8);
        check_classes<float>(200, 6, method, 1e-4);
    }
}

MLMATH_TEST(linear_fit_methods) {
    for (LinearLoss loss : all_losses)
        for (FitMethod method :
             {FitMethod::automatic, FitMethod::newton, FitMethod::lbfgs, FitMethod::gd, FitMethod::gd_armijo, FitMethod::gd_bb}) {
            check_fit<double>(200, 6, loss, method, 1e-8);
            check_fit<float>(200, 6, loss, method, 1e-4);
        }
    check_fit<double>(40000, 20, LinearLoss::logistic, FitMethod::automatic, 1e-10);  // starts on a part of the rows
    check_fit<double>(40, 90, LinearLoss::logistic, FitMethod::automatic, 1e-8);      // more columns than rows
}

template <class Call>
bool refused(Call&& call) {
    try {
        call();
    } catch (const std::invalid_argument&) {
        return true;
    }
    return false;
}

MLMATH_TEST(linear_fit_refusals) {
    const Rows<double> r(10, 2, LinearLoss::squared, false, false);
    std::vector<double> theta(3, 0.0);
    FitOptions options;
    options.l2 = -1;
    MLMATH_CHECK(refused([&] { linear_fit(r.data, {}, options, nullptr, theta.data()); }));
    LinearData<double> short_y = r.data;
    short_y.y.size = 9;
    MLMATH_CHECK(refused([&] { linear_fit(short_y, {}, {}, nullptr, theta.data()); }));
}

struct PlainVectors {
    double dot(const double* a, const double* b, std::ptrdiff_t n) const {
        double sum = 0;
        for (std::ptrdiff_t j = 0; j < n; ++j) sum += a[j] * b[j];
        return sum;
    }
    void axpy(double a, const double* x, double* y, std::ptrdiff_t n) const {
        for (std::ptrdiff_t j = 0; j < n; ++j) y[j] += a * x[j];
    }
};

// The secant equation H y = s of the newest pair holds whatever the scale; more pairs than are kept; pairs that say nothing.
MLMATH_TEST(linear_fit_lbfgs_pairs) {
    constexpr std::ptrdiff_t n = 7;
    const PlainVectors vectors;
    LbfgsPairs<PlainVectors> pairs(n, vectors);
    Numbers numbers(5);
    std::vector<double> from(n), to(n), g(n), next_g(n), v(n);
    const auto scale = [](double* x) {
        for (std::ptrdiff_t j = 0; j < n; ++j) x[j] *= 3 + static_cast<double>(j);
    };
    for (int k = 1; k <= 25; ++k) {
        double product = 0;
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            from[j] = numbers.next(), to[j] = numbers.next();
            g[j] = from[j] * static_cast<double>(j + 1), next_g[j] = to[j] * static_cast<double>(j + 1);
            product += (to[j] - from[j]) * (next_g[j] - g[j]);
        }
        MLMATH_CHECK(pairs.add(from.data(), to.data(), g.data(), next_g.data()));
        MLMATH_CHECK(pairs.kept() == std::min(k, lbfgs_pairs));
        MLMATH_CHECK_NEAR(pairs.product(), product, 1e-13 * product);
        std::copy(pairs.change(), pairs.change() + n, v.begin());
        pairs.apply(v.data(), scale);
        for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK_NEAR(v[j], to[j] - from[j], 1e-11);
    }
    MLMATH_CHECK(!pairs.add(from.data(), to.data(), g.data(), g.data()));       // no change
    MLMATH_CHECK(!pairs.add(from.data(), to.data(), next_g.data(), g.data()));  // not convex
    MLMATH_CHECK(pairs.kept() == lbfgs_pairs - 1);
    pairs.forget();
    v.assign(n, 1);
    pairs.apply(v.data(), scale);
    for (std::ptrdiff_t j = 0; j < n; ++j) MLMATH_CHECK(v[j] == 3 + static_cast<double>(j));
}

}  // namespace
}  // namespace mlmath::tests

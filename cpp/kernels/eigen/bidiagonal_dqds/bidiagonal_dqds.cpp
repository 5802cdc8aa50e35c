// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_dqds: scaling, shifts, what may be neglected, matrices that fall apart.
#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <utility>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/bidiagonal_dqds/bidiagonal_dqds_kernels.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(DqdsKernels, dqds_kernels);

namespace {

constexpr double eps = std::numeric_limits<double>::epsilon();

// Constraint: a shift must stay below the smallest value although the rows it is subtracted from have roundings of their own.
// Arithmetic: what is left of the value then is a part 2^-20 of it, and the next pass divides e by (2^20 gap / value)^8
// nevertheless. Decision: 2^-20.
constexpr double shift_margin = 0x1p-20;

// A lower bound of the smallest eigenvalue of a positive definite matrix of order n with tr M^-1 = trace, tr M^-2 = trace2:
// Laguerre's bound of the largest eigenvalue of M^-1 [VonMatt1997]. The sums have n positive terms and as many roundings.
double lower_bound(double trace, double trace2, std::ptrdiff_t order) {
    const double n = static_cast<double>(order), rounding = shift_margin + (4 * n + 16) * eps;
    if (!(trace2 <= std::numeric_limits<double>::max())) return trace > 0 ? (1 - rounding) / trace : 0;
    // trace and trace2 taken relative to 1 / trace.
    const double spread = (n - 1) * (n * (trace2 / trace / trace) * (1 + rounding) - 1);
    const double least = n / (trace * (1 + std::sqrt(std::max(spread, 0.0))));
    return least * (1 - rounding);
}

// Rows that passes go through between two looks for Ctrl-C: 2^14 of some 20 cycles are 0.1 ms.
constexpr std::ptrdiff_t rows_between_polls = 1 << 14;

double flushed(double square) { return square < dqds_least ? 0 : square; }

// The rows of one matrix that does not fall apart, squared and scaled.
struct Rows {
    double *q, *e;
};

class Dqds {
public:
    Dqds(std::ptrdiff_t n, double tolerance)
        : n_(n),
          tolerance_(tolerance),
          workspace_(static_cast<std::size_t>(10 * n + 8 * (dqds_rows_before + dqds_rows_behind)) * sizeof(double) +
                     12 * cache_line),
          all_{piece(n), piece(n)},
          sum_(piece(n)),
          sum_low_(piece(n)),
          rows_{padded(), padded()},
          other_{padded(), padded()},
          trace_(padded()),
          trace2_(padded()) {}

    // q and e of the whole matrix, to be filled in.
    const Rows& all() const { return all_; }

    // q <- the eigenvalues, in no order.
    bool run() {
        std::fill_n(sum_, n_, 0.0);
        std::fill_n(sum_low_, n_, 0.0);
        for (std::ptrdiff_t end = n_; end > 0;) {
            std::ptrdiff_t begin = end - 1;
            while (begin > 0 && all_.e[begin - 1] > 0) --begin;
            if (!part(begin, end)) return false;  // begin has become the first row that is done
            end = begin;
        }
        return true;
    }

private:
    double* piece(std::ptrdiff_t n) { return workspace_.take<double>(static_cast<std::size_t>(n)); }
    double* padded() { return piece(n_ + dqds_rows_before + dqds_rows_behind) + dqds_rows_before; }

    // Rows [begin, end) of the matrix. When a part comes off at its end, that goes on and the rows before it are left for later:
    // then e before it is 0, and its sum of shifts stands at its last row.
    bool part(std::ptrdiff_t& begin, std::ptrdiff_t end) {
        std::ptrdiff_t n = end - begin;
        std::copy_n(all_.q + begin, n, rows_.q);
        std::copy_n(all_.e + begin, n - 1, rows_.e);
        if (rows_.q[0] * 1.5 < rows_.q[n - 1]) {  // values are found at the end, the smallest first
            std::reverse(rows_.q, rows_.q + n);
            std::reverse(rows_.e, rows_.e + n - 1);
        }
        double sum = sum_[end - 1], sum_low = sum_low_[end - 1], shift = 0;
        double bound[dqds_most_drops + 1] = {};
        bool failed = false;
        const auto found = [&](double value) { all_.q[begin + --n] = sum + (sum_low + value); };
        for (;;) {
            if (n == 2) found(smaller_of_two());
            if (n == 1) found(rows_.q[0]);
            if (n == 0) return true;
            if (passes_left_-- == 0) return false;
            if ((rows_passed_ += n) >= rows_between_polls) {
                interruption_point();
                rows_passed_ = 0;
            }
            DqdsPlan plan{};
            plan.shift[0] = shift;
            if (shift > 0 && !failed) plan_drops(n, bound, plan);
            if (!pass(n, plan, sum)) {
                // Rows that were no values yet: once more without taking any off. A bound that rounding has put above a value,
                // which nothing but its margin speaks against: without a shift. Of 77000 passes over the tests' matrices 14 failed
                // by the first, none by the second.
                if (plan.drops == 0) shift = 0;
                failed = true;
                if (plan.shift[0] > 0) continue;
                to_the_end(n);
            } else {
                std::swap(rows_, other_);
                int j = 0;
                for (int g = 0; g < static_cast<int>(dqds_stages); ++g) {
                    if (j < plan.drops && g == plan.stage_of_drop[j]) found(plan.q[j++]);
                    add(sum, sum_low, plan.shift[g]);
                }
            }
            shift = 0;
            failed = false;
            lower_bounds(n, bound);
            while (n > 1 && last_is_found(n, sum, bound[1])) {
                found(rows_.q[n - 1]);
                lower_bounds(n, bound);
            }
            shift = bound[0];
            for (std::ptrdiff_t k = n - 1; k > 0; --k)
                if (negligible(rows_.e[k - 1], rows_.q[k], sum, shift)) {
                    std::copy_n(rows_.q, k, all_.q + begin);
                    std::copy_n(rows_.e, k - 1, all_.e + begin);
                    all_.e[begin + k - 1] = 0;
                    sum_[begin + k - 1] = sum;
                    sum_low_[begin + k - 1] = sum_low;
                    n -= k;
                    begin += k;
                    std::copy_n(rows_.q + k, n, rows_.q);
                    std::copy_n(rows_.e + k, n - 1, rows_.e);
                    shift = 0;
                    break;
                }
        }
    }

    // A lower bound of the smallest value of the first m rows, of those with a row less, and so on: bound[0], bound[1], ...
    // Laguerre's, or that of the last row: with e small beside the gap D between q and the bound of the rows before,
    // M = ((M', b), (b^T, q)), |b|^2 = e q, has no eigenvalue below q - e q / D.
    void lower_bounds(std::ptrdiff_t m, double (&bound)[dqds_most_drops + 1]) const {
        double next = 0;
        for (std::ptrdiff_t j = std::min<std::ptrdiff_t>(dqds_most_drops, m - 1); j >= 0; --j) {
            const std::ptrdiff_t last = m - 1 - j;
            bound[j] = lower_bound(trace_[last], trace2_[last], last + 1);
            const double q = rows_.q[last], gap = next - q;
            if (gap > 0) bound[j] = std::max(bound[j], (q - 1.25 * rows_.e[last - 1] * (q / gap)) * (1 - shift_margin));
            next = bound[j];
        }
    }

    // Rows that will be values within the pass. Once q of the last row is near its value, e before it shrinks with every transform
    // by the ratio of what is left of that value and of the next one, which is not below `next`; when it can be neglected the rest
    // of the stages goes on without the row, with a shift for the next value.
    void plan_drops(std::ptrdiff_t n, const double (&bound)[dqds_most_drops + 1], DqdsPlan& plan) const {
        double before = 0, shifted = plan.shift[0];  // shifts before this one, and with it
        int stage = 0;
        while (plan.drops < dqds_most_drops && n - plan.drops > 3) {
            const std::ptrdiff_t last = n - plan.drops - 1;
            const double next = bound[plan.drops + 1], gap = next - rows_.q[last];
            const double ratio = (rows_.q[last] - shifted) / (next - shifted);
            if (!(gap > 0 && ratio < 0.25)) return;
            // The transform with the shift still multiplies by q as it was.
            double e = rows_.e[last - 1] * ((rows_.q[last] - before) / (next - shifted));
            ++stage;
            for (const double small = tolerance_ * gap / 16; e > small; e *= ratio) ++stage;
            if (stage > static_cast<int>(dqds_stages) - 2) return;
            plan.stage_of_drop[plan.drops++] = stage;
            plan.shift[stage] = next - shifted;
            before = shifted;
            shifted = next;
        }
    }

    // other_ <- the transforms of rows_. False: a shift was too large, or what was dropped was no value.
    bool pass(std::ptrdiff_t n, DqdsPlan& plan, double sum) {
        std::fill_n(rows_.q + n, dqds_rows_behind, dqds_pad);
        std::fill_n(rows_.e + n - 1, dqds_rows_behind, 0.0);
        if (!active(dqds_kernels_by_level).pass(n, rows_.q, rows_.e, plan, other_.q, other_.e, trace_, trace2_)) return false;
        int stage = 0;
        for (int j = 0; j < plan.drops; ++j) {
            for (; stage < plan.stage_of_drop[j]; ++stage) sum += plan.shift[stage];
            // The bound of the others was: what is shifted for here.
            const double least = plan.shift[stage], gap = least - plan.q[j];
            if (!(gap > 0 && plan.e[j] <= tolerance_ * gap) && !negligible(plan.e[j], plan.q[j], sum, least)) return false;
        }
        return true;
    }

    // One transform without a shift of rows whose q may be zero: the zero goes to the last row, and e before it becomes zero.
    void to_the_end(std::ptrdiff_t n) {
        double d = rows_.q[0];
        for (std::ptrdiff_t k = 0; k + 1 < n; ++k) {
            const double next = rows_.q[k + 1], sum = d + rows_.e[k], ratio = sum > 0 ? next / sum : 0;
            rows_.q[k] = flushed(sum);
            rows_.e[k] = flushed(rows_.e[k] * ratio);
            d = sum > 0 ? d * ratio : next;
        }
        rows_.q[n - 1] = flushed(d);
        std::fill_n(trace_, n, std::numeric_limits<double>::infinity());  // nothing is known of the values
    }

    // Whether e^(1/2) between two rows may be set to 0: either every value of B changes by at most sqrt(e / d) of itself, where d
    // is not smaller than the smallest square, or every square changes by at most e + sqrt(e q), where all have lost `sum` already.
    bool negligible(double e, double q, double sum, double least) const {
        const double half = tolerance_ / 2;
        return e <= half * half * least || (e <= half * sum && e * q <= half * sum * (half * sum));
    }

    // Whether q of the last row is a value. A gap to the smallest value of the rows before it, `least` or more, makes the change
    // one of second order: e q / gap of the last, e of the others.
    bool last_is_found(std::ptrdiff_t n, double sum, double least) const {
        const double e = rows_.e[n - 2], q = rows_.q[n - 1], gap = least - q;
        return (gap > 0 && e <= tolerance_ * gap) || negligible(e, q, sum, least);
    }

    // The smaller value of the last two rows; q of the first becomes the larger one. With t = q_0 + e_0 + q_1 and the product q_0
    // q_1 of both, t^2 - 4 q_0 q_1 = (q_0 - q_1 + e_0)^2 + 4 e_0 q_1 has nothing to lose.
    double smaller_of_two() {
        const double q0 = rows_.q[0], e0 = rows_.e[0], q1 = rows_.q[1], skew = q0 - q1 + e0;
        const double larger = (q0 + e0 + q1 + std::sqrt(skew * skew + 4 * e0 * q1)) / 2;
        rows_.q[0] = larger;
        return larger > 0 ? q0 * (q1 / larger) : 0;
    }

    static void add(double& sum, double& low, double x) {
        const double s = sum + x, of_x = s - sum;
        low += (sum - (s - of_x)) + (x - of_x);
        sum = s;
    }

    const std::ptrdiff_t n_;
    const double tolerance_;
    Workspace workspace_;
    const Rows all_;
    double *const sum_, *const sum_low_;
    Rows rows_, other_;
    double *const trace_, *const trace2_;
    std::ptrdiff_t passes_left_ = 30 * n_ + 100, rows_passed_ = 0;
};

}  // namespace

template <class T>
bool bidiagonal_dqds(std::ptrdiff_t n, T* s, const T* e) {
    if (n == 0) return true;
    const T of_s = largest_finite<T>({s, 1, n, 0, 1}), of_e = largest_finite<T>({e, 1, n - 1, 0, 1});
    if (std::isnan(of_s) || std::isnan(of_e)) return false;
    const int exponent = exponent_to_one(std::max(of_s, of_e)) + dqds_exponent / 2;
    // Floats are squared and transformed as doubles: the errors are then those of the last rounding and the tolerance.
    Dqds dqds(n, static_cast<double>(std::numeric_limits<T>::epsilon()) / 4);
    const auto square = [&](T x) {
        const double scaled = std::ldexp(static_cast<double>(x), exponent);
        return flushed(scaled * scaled);
    };
    for (std::ptrdiff_t i = 0; i < n; ++i) dqds.all().q[i] = square(s[i]);
    for (std::ptrdiff_t i = 0; i + 1 < n; ++i) dqds.all().e[i] = square(e[i]);
    if (!dqds.run()) return false;
    for (std::ptrdiff_t i = 0; i < n; ++i) s[i] = static_cast<T>(std::ldexp(std::sqrt(dqds.all().q[i]), -exponent));
    std::sort(s, s + n, std::greater<T>());
    return true;
}

template bool bidiagonal_dqds(std::ptrdiff_t, double*, const double*);
template bool bidiagonal_dqds(std::ptrdiff_t, float*, const float*);

}  // namespace mlmath

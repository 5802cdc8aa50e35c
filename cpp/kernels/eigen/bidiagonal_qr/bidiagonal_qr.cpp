// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: which block is swept in which direction, rotations kept until there are enough of them, the order at the end.
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"

#include <optional>

#include "core/interruption.hpp"
#include "core/scaling.hpp"
#include "core/workspace.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_kernels.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_step.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BidiagonalQrKernels, bidiagonal_qr_kernels);

namespace {

// Sweeps kept before the vectors are touched. Constraint: a strip of rows (256 bytes each) should be read once for many sweeps,
// and the rotations beside it stay in the first-level cache. Arithmetic: n = 64: the strip is 16 KiB, a sweep of one side 1 KiB.
// Decision: 16.
constexpr std::ptrdiff_t sweeps_kept = 16;

// Steps of sweeps between two looks for Ctrl-C: 2^13 of 50 cycles are 0.1 ms.
constexpr std::ptrdiff_t steps_between_polls = 1 << 13;

template <class T>
class Sweeps {
public:
    explicit Sweeps(const BidiagonalProblem<T>& problem)
        : n_(problem.n),
          places_((n_ + 7) / 8 * 8),
          workspace_(static_cast<std::size_t>(4 * places_ + 4 * (n_ + 8)) * sizeof(double) +
                     static_cast<std::size_t>(4 * sweeps_kept * places_) * sizeof(T) + static_cast<std::size_t>(n_) * sizeof(int) +
                     7 * cache_line),
          d_(workspace_.take<double>(static_cast<std::size_t>(places_))),
          e_(workspace_.take<double>(static_cast<std::size_t>(places_))),
          saved_(workspace_.take<double>(static_cast<std::size_t>(2 * places_))),
          work_(workspace_.take<double>(static_cast<std::size_t>(4 * (n_ + 8)))),
          rotations_(workspace_.take<T>(static_cast<std::size_t>(4 * sweeps_kept * places_))),
          exponent_(workspace_.take<int>(static_cast<std::size_t>(n_))),
          problem_(problem),
          threshold_(static_cast<double>(bidiagonal_qr_threshold(n_, problem.s, problem.e))) {
        std::copy_n(problem.s, n_, d_);
        std::copy_n(problem.e, n_ - 1, e_);
        std::fill_n(exponent_, n_, 0);
    }

    /// The next sweep to be made; nullptr: there is none, all singular values are found or (failed) not found in time.
    BidiagonalSweep<T>* next() {
        while (last_ > 0) {
            if (!known_) {
                for (lo_ = last_; lo_ > 0 && std::abs(e_[lo_ - 1]) > threshold_;) --lo_;
                if (lo_ > 0) e_[lo_ - 1] = 0;
                if (lo_ == last_) {
                    --last_;
                    continue;
                }
                if (lo_ > old_hi_ || last_ < old_lo_) upwards_ = std::abs(d_[lo_]) < std::abs(d_[last_]);
                old_lo_ = lo_, old_hi_ = last_;
            }
            const std::ptrdiff_t size = last_ - lo_;
            const BidiagonalBlock block{d_ + (upwards_ ? last_ : lo_), e_ + (upwards_ ? last_ - 1 : lo_), upwards_ ? -1 : 1, size};
            const auto d = [&](std::ptrdiff_t k) -> double& { return block.d[k * block.step]; };
            const auto f = [&](std::ptrdiff_t k) -> double& { return block.e[k * block.step]; };
            if (!known_) {
                if (!bidiagonal_qr_bounds<double>(size, d, f, tolerance, bounds_)) continue;
                if (bounds_.most < smallest_block) enlarge();
            } else {
                const double above = std::abs(f(size - 1)), diagonal = std::abs(d(size));
                if (above <= threshold_ || above <= tolerance * diagonal || above <= tolerance * bounds_.mu) {
                    f(size - 1) = 0;  // the block without its last row has the bounds it had
                    upwards_ ? ++lo_ : --last_;
                    known_ = lo_ < last_;
                    continue;
                }
                bounds_.mu = diagonal * (bounds_.mu / (bounds_.mu + above));
                bounds_.least = std::min(bounds_.least, bounds_.mu);
                bounds_.most = std::max(bounds_.most, std::max(above, diagonal));
            }
            if (++made_ > bidiagonal_qr_most_sweeps * n_) {
                failed_ = true;
                return nullptr;
            }
            const double shift = bidiagonal_qr_shift<double>(n_, size, d, f, bounds_, tolerance, eps);
            first_[kept_] = upwards_ ? n_ - 1 - last_ : lo_;
            size_[kept_] = size;
            up_[kept_] = upwards_;
            for (std::ptrdiff_t k = 0; k <= size; ++k) saved_[k] = d(k);
            for (std::ptrdiff_t k = 0; k < size; ++k) saved_[places_ + k] = f(k);
            sweep_ = {block, shift, tolerance, threshold_, slot(kept_) + first_[kept_], places_, work_, {}};
            return &sweep_;
        }
        return nullptr;
    }

    /// It has been made.
    void done(const BidiagonalQrKernel<T>& kernel) {
        const BidiagonalSweepResult& found = sweep_.result;
        bounds_ = {found.mu, found.least, found.most};
        known_ = found.fine && !found.split;  // no element of [lo, last] is negligible, but for the one at the end
        if (!found.fine) {
            const BidiagonalBlock& block = sweep_.block;
            for (std::ptrdiff_t k = 0; k <= block.size; ++k) block.d[k * block.step] = saved_[k];
            for (std::ptrdiff_t k = 0; k < block.size; ++k) block.e[k * block.step] = saved_[places_ + k];
            careful(block, sweep_.rotations);
        }
        if (++kept_ == sweeps_kept) apply(kernel);
    }

    /// Rotates the rows by the sweeps that are kept, in pairs where they have the same direction and most rows in common.
    void apply(const BidiagonalQrKernel<T>& kernel) {
        RotationPass<T> u[sweeps_kept], v[sweeps_kept];
        std::ptrdiff_t passes = 0;
        for (std::ptrdiff_t i = 0; i < kept_; ++passes) {
            std::ptrdiff_t first = first_[i], end = first + size_[i];
            bool pair = false;
            if (i + 1 < kept_ && up_[i] == up_[i + 1]) {
                const std::ptrdiff_t both_first = std::min(first, first_[i + 1]),
                                     both_end = std::max(end, first_[i + 1] + size_[i + 1]);
                pair = 8 * (both_end - both_first) <= 5 * (size_[i] + size_[i + 1]);
                if (pair) first = both_first, end = both_end;
            }
            const auto pass = [&](std::ptrdiff_t side) {
                RotationPass<T> p{
                    up_[i] ? n_ - 1 - first : first, up_[i] ? -1 : 1, end - first, nullptr, nullptr, nullptr, nullptr};
                p.c = slot(i) + 2 * side * places_ + first, p.s = p.c + places_;
                if (pair) p.c_second = slot(i + 1) + 2 * side * places_ + first, p.s_second = p.c_second + places_;
                return p;
            };
            if (pair) fill(i, first, end), fill(i + 1, first, end);
            v[passes] = pass(up_[i] ? 1 : 0);
            u[passes] = pass(up_[i] ? 0 : 1);
            i += pair ? 2 : 1;
        }
        kept_ = 0;
        rotate(kernel, problem_.ut, problem_.u_ld, problem_.u_columns, u, passes);
        rotate(kernel, problem_.vt, problem_.v_ld, problem_.v_columns, v, passes);
    }

    bool failed() const { return failed_; }

    void values(T* s) const {
        for (std::ptrdiff_t i = 0; i < n_; ++i) s[i] = static_cast<T>(exponent_[i] == 0 ? d_[i] : std::ldexp(d_[i], -exponent_[i]));
    }

private:
    static constexpr double eps = std::numeric_limits<T>::epsilon(), tolerance = static_cast<double>(bidiagonal_qr_tolerance<T>);

    // Constraint: Ctrl-C must be looked for, and 16 sweeps of n = 4000 over as many columns take 0.1 s. Decision: 512 columns at a
    // time, some ms; smaller matrices in one.
    static void rotate(const BidiagonalQrKernel<T>& kernel, T* rows, std::ptrdiff_t ld, std::ptrdiff_t columns,
                       const RotationPass<T>* passes, std::ptrdiff_t count) {
        constexpr std::ptrdiff_t at_once = 512;
        for (std::ptrdiff_t from = 0; from < columns; from += at_once) {
            if (from > 0) interruption_point();
            kernel.rotate(rows + from, ld, std::min(at_once, columns - from), passes, count);
        }
    }

    T* slot(std::ptrdiff_t sweep) const { return rotations_ + 4 * sweep * places_; }

    // Constraint: a block whose squares underflow would be swept without shift for ever. Arithmetic: a sweep forms products of six
    // elements and its squares must not come near 2^-900. Decision: below 2^-100 the block, which has nothing to do with the others
    // any more, is brought near one by a power of two.
    static constexpr double smallest_block = 0x1p-100;

    void enlarge() {
        const int exponent = exponent_to_one(bounds_.most);
        for (double* x : {&bounds_.mu, &bounds_.least, &bounds_.most}) *x = std::ldexp(*x, exponent);
        for (std::ptrdiff_t i = lo_; i <= last_; ++i) d_[i] = std::ldexp(d_[i], exponent), exponent_[i] += exponent;
        for (std::ptrdiff_t i = lo_; i < last_; ++i) e_[i] = std::ldexp(e_[i], exponent);
    }

    // A sweep without shift whose squares neither underflow nor vanish together.
    void careful(const BidiagonalBlock& block, T* to) const {
        double c = 1, s = 0, c_left = 1, s_left = 0, r;
        const auto rotation = [](double f, double g, double& cosine, double& sine) {
            const double length = std::hypot(f, g);
            cosine = g == 0 ? std::copysign(1.0, f) : f / length;
            sine = g == 0 ? 0 : g / length;
            return length;
        };
        for (std::ptrdiff_t k = 0; k < block.size; ++k) {
            double *d = block.d + k * block.step, *e = block.e + k * block.step;
            r = rotation(*d * c, *e, c, s);
            if (k > 0) e[-block.step] = s_left * r;
            *d = rotation(c_left * r, d[block.step] * s, c_left, s_left);
            to[k] = static_cast<T>(c), to[places_ + k] = static_cast<T>(s);
            to[2 * places_ + k] = static_cast<T>(c_left), to[3 * places_ + k] = static_cast<T>(s_left);
        }
        double& end = block.d[block.size * block.step];
        block.e[(block.size - 1) * block.step] = end * c * s_left;
        end *= c * c_left;
    }

    // Rotations by nothing where a sweep of [first, end) has none.
    void fill(std::ptrdiff_t sweep, std::ptrdiff_t first, std::ptrdiff_t end) {
        const std::ptrdiff_t from = first_[sweep], to = from + size_[sweep];
        for (std::ptrdiff_t part = 0; part < 4; ++part) {
            T* x = slot(sweep) + part * places_;
            std::fill(x + first, x + from, T(part % 2 == 0));
            std::fill(x + to, x + end, T(part % 2 == 0));
        }
    }

    const std::ptrdiff_t n_, places_;
    Workspace workspace_;
    double *const d_, *const e_, *const saved_, *const work_;
    T* const rotations_;
    int* const exponent_;  // d_[i] is the element times 2^exponent_[i]
    const BidiagonalProblem<T> problem_;
    const double threshold_;
    BidiagonalBounds<double> bounds_{};
    std::ptrdiff_t last_ = n_ - 1, lo_ = 0, old_lo_ = -1, old_hi_ = -1, made_ = 0;
    bool upwards_ = false, known_ = false, failed_ = false;
    BidiagonalSweep<T> sweep_{};
    std::ptrdiff_t kept_ = 0, first_[sweeps_kept], size_[sweeps_kept];
    bool up_[sweeps_kept];
};

}  // namespace

template <class T>
bool bidiagonal_qr(const BidiagonalProblem<T>& first, const BidiagonalProblem<T>* second) {
    const BidiagonalQrKernel<T>& kernel = active(bidiagonal_qr_kernels_by_level).of(T());
    const BidiagonalProblem<T>* const problems[] = {&first, second};
    std::optional<Sweeps<T>> sweeps[2];
    BidiagonalSweep<T>* next[2] = {};
    for (int i = 0; i < 2; ++i)
        if (problems[i] != nullptr && problems[i]->n > 1) next[i] = sweeps[i].emplace(*problems[i]).next();
    std::ptrdiff_t steps = 0;
    while (next[0] != nullptr || next[1] != nullptr) {
        for (const BidiagonalSweep<T>* sweep : next) steps += sweep != nullptr ? sweep->block.size : 0;
        if (steps >= steps_between_polls) {
            interruption_point();
            steps = 0;
        }
        if (next[0] != nullptr)
            kernel.sweep(*next[0], next[1]);
        else
            kernel.sweep(*next[1], nullptr);
        for (int i = 0; i < 2; ++i)
            if (next[i] != nullptr) sweeps[i]->done(kernel), next[i] = sweeps[i]->next();
    }
    for (int i = 0; i < 2; ++i) {
        if (problems[i] == nullptr) continue;
        const BidiagonalProblem<T>& p = *problems[i];
        if (sweeps[i]) {
            if (sweeps[i]->failed()) return false;
            sweeps[i]->apply(kernel);
            sweeps[i]->values(p.s);
        }
        bidiagonal_qr_order(p.n, p.s, p.ut, p.u_ld, p.u_columns, p.vt, p.v_ld, p.v_columns);
    }
    return true;
}

template <class T>
bool bidiagonal_qr(std::ptrdiff_t n, T* s, const T* e, T* ut, std::ptrdiff_t u_ld, std::ptrdiff_t u_columns, T* vt,
                   std::ptrdiff_t v_ld, std::ptrdiff_t v_columns) {
    return bidiagonal_qr<T>({n, s, e, ut, u_ld, u_columns, vt, v_ld, v_columns}, nullptr);
}

#define MLMATH_BIDIAGONAL_QR(T)                                                                                       \
    template bool bidiagonal_qr(const BidiagonalProblem<T>&, const BidiagonalProblem<T>*);                            \
    template bool bidiagonal_qr(std::ptrdiff_t, T*, const T*, T*, std::ptrdiff_t, std::ptrdiff_t, T*, std::ptrdiff_t, \
                                std::ptrdiff_t)
MLMATH_BIDIAGONAL_QR(double);
MLMATH_BIDIAGONAL_QR(float);
#undef MLMATH_BIDIAGONAL_QR

}  // namespace mlmath

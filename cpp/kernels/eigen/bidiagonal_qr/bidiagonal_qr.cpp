// SPDX-License-Identifier: BSD-3-Clause
// bidiagonal_qr: which block is swept in which direction, rotations kept until there are enough of them, the order at the end.
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr.hpp"

#include "core/workspace.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_kernels.hpp"
#include "kernels/eigen/bidiagonal_qr/bidiagonal_qr_step.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(BidiagonalQrKernels, bidiagonal_qr_kernels);

namespace {

// Sweeps kept before the vectors are touched. Constraint: a strip of rows (256 bytes each) should be read once for many sweeps, and
// the rotations beside it stay in the first-level cache. Arithmetic: n = 64: the strip is 16 KiB, a sweep of one side 1 KiB.
// Decision: 16.
constexpr std::ptrdiff_t sweeps_kept = 16;

template <class T>
struct Rows {
    T* data;
    std::ptrdiff_t stride, columns;
};

template <class T>
class Sweeps {
public:
    Sweeps(std::ptrdiff_t n, T* s, T* e, const Rows<T>& ut, const Rows<T>& vt)
        : n_(n),
          places_((n + 7) / 8 * 8),
          workspace_(static_cast<std::size_t>(4 * places_ + 4 * (n + 8)) * sizeof(double) +
                     static_cast<std::size_t>(4 * sweeps_kept * places_) * sizeof(T) + 6 * cache_line),
          d_(workspace_.take<double>(static_cast<std::size_t>(places_))),
          e_(workspace_.take<double>(static_cast<std::size_t>(places_))),
          saved_(workspace_.take<double>(static_cast<std::size_t>(2 * places_))),
          work_(workspace_.take<double>(static_cast<std::size_t>(4 * (n + 8)))),
          rotations_(workspace_.take<T>(static_cast<std::size_t>(4 * sweeps_kept * places_))),
          ut_(ut),
          vt_(vt) {
        std::copy_n(s, n, d_);
        std::copy_n(e, n - 1, e_);
        threshold_ = static_cast<double>(bidiagonal_qr_threshold(n, s, e));
    }

    bool run(const BidiagonalQrKernel<T>& kernel) {
        std::ptrdiff_t last = n_ - 1, lo = 0, sweeps = 0, old_lo = -1, old_hi = -1;
        bool up = false, known = false;  // known: no element of [lo, last] is negligible, but for the one at the end
        BidiagonalBounds<double> bounds{};
        while (last > 0) {
            if (!known) {
                for (lo = last; lo > 0 && std::abs(e_[lo - 1]) > threshold_;) --lo;
                if (lo > 0) e_[lo - 1] = 0;
                if (lo == last) {
                    --last;
                    continue;
                }
                if (lo > old_hi || last < old_lo) up = std::abs(d_[lo]) < std::abs(d_[last]);
                old_lo = lo, old_hi = last;
            }
            const std::ptrdiff_t size = last - lo;
            const BidiagonalBlock block{d_ + (up ? last : lo), e_ + (up ? last - 1 : lo), up ? -1 : 1, size};
            const auto d = [&](std::ptrdiff_t k) -> double& { return block.d[k * block.step]; };
            const auto f = [&](std::ptrdiff_t k) -> double& { return block.e[k * block.step]; };
            if (!known) {
                if (!bidiagonal_qr_bounds<double>(size, d, f, tolerance, bounds)) continue;
            } else {
                const double above = std::abs(f(size - 1)), diagonal = std::abs(d(size));
                if (above <= threshold_ || above <= tolerance * diagonal || above <= tolerance * bounds.mu) {
                    f(size - 1) = 0;  // the block without its last row has the bounds it had
                    up ? ++lo : --last;
                    known = lo < last;
                    continue;
                }
                bounds.mu = diagonal * (bounds.mu / (bounds.mu + above));
                bounds.least = std::min(bounds.least, bounds.mu);
                bounds.most = std::max(bounds.most, std::max(above, diagonal));
            }
            if (++sweeps > bidiagonal_qr_most_sweeps * n_) return false;
            const double shift = bidiagonal_qr_shift<double>(n_, size, d, f, bounds, tolerance, eps);
            known = sweep(kernel, block, shift, up ? n_ - 1 - last : lo, bounds);
            up_[kept_++] = up;
            if (kept_ == sweeps_kept) apply(kernel);
        }
        apply(kernel);
        return true;
    }

    void values(T* s) const {
        for (std::ptrdiff_t i = 0; i < n_; ++i) s[i] = static_cast<T>(d_[i]);
    }

private:
    static constexpr double eps = std::numeric_limits<T>::epsilon(), tolerance = static_cast<double>(bidiagonal_qr_tolerance<T>);

    T* slot(std::ptrdiff_t sweep) const { return rotations_ + 4 * sweep * places_; }

    // False when the next one must look at all elements above the diagonal.
    bool sweep(const BidiagonalQrKernel<T>& kernel, const BidiagonalBlock& block, double shift, std::ptrdiff_t first,
               BidiagonalBounds<double>& bounds) {
        first_[kept_] = first;
        size_[kept_] = block.size;
        for (std::ptrdiff_t k = 0; k <= block.size; ++k) saved_[k] = block.d[k * block.step];
        for (std::ptrdiff_t k = 0; k < block.size; ++k) saved_[places_ + k] = block.e[k * block.step];
        const BidiagonalSweep found = kernel.sweep(block, shift, tolerance, threshold_, slot(kept_) + first, places_, work_);
        bounds = {found.mu, found.least, found.most};
        if (found.fine) return !found.split;
        for (std::ptrdiff_t k = 0; k <= block.size; ++k) block.d[k * block.step] = saved_[k];
        for (std::ptrdiff_t k = 0; k < block.size; ++k) block.e[k * block.step] = saved_[places_ + k];
        careful(block, slot(kept_) + first);
        return false;
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

    // The sweeps that are kept, in pairs where they have the same direction and most rows in common.
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
        if (ut_.columns > 0) kernel.rotate(ut_.data, ut_.stride, ut_.columns, u, passes);
        if (vt_.columns > 0) kernel.rotate(vt_.data, vt_.stride, vt_.columns, v, passes);
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
    const Rows<T> ut_, vt_;
    double threshold_;
    std::ptrdiff_t kept_ = 0, first_[sweeps_kept], size_[sweeps_kept];
    bool up_[sweeps_kept];
};

}  // namespace

template <class T>
bool bidiagonal_qr(std::ptrdiff_t n, T* s, T* e, T* ut, std::ptrdiff_t u_ld, std::ptrdiff_t u_columns, T* vt, std::ptrdiff_t v_ld,
                   std::ptrdiff_t v_columns) {
    if (n > 1) {
        Sweeps<T> sweeps(n, s, e, {ut, u_ld, u_columns}, {vt, v_ld, v_columns});
        if (!sweeps.run(active(bidiagonal_qr_kernels_by_level).of(T()))) return false;
        sweeps.values(s);
    }
    bidiagonal_qr_order(n, s, ut, u_ld, u_columns, vt, v_ld, v_columns);
    return true;
}

template bool bidiagonal_qr(std::ptrdiff_t, double*, double*, double*, std::ptrdiff_t, std::ptrdiff_t, double*, std::ptrdiff_t,
                            std::ptrdiff_t);
template bool bidiagonal_qr(std::ptrdiff_t, float*, float*, float*, std::ptrdiff_t, std::ptrdiff_t, float*, std::ptrdiff_t,
                            std::ptrdiff_t);

}  // namespace mlmath

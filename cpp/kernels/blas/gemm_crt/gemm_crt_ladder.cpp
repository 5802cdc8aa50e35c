// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, the ladder: one idea per rung.
#include "kernels/blas/gemm_crt/gemm_crt_ladder.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/fp_state.hpp"
#include "core/thread_pool.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_sums.hpp"

namespace mlmath {
#if defined(__x86_64__)
namespace amx {
extern const CrtProductKernels gemm_crt_tiles_apart;
}
#endif

namespace ladder {
namespace {

// The exponents of the rows of x, or why there are none.
template <class T>
CrtOutcome exponents_of_rows(MatrixView<const T> x, std::vector<int>& exponents) {
    const unsigned flags = fp_flags();  // squares may leave the range where the product does not
    CrtOutcome outcome = CrtOutcome::done;
    for (std::ptrdiff_t i = 0; i < x.rows && outcome != CrtOutcome::not_finite; ++i) {
        const T* const row = x.data + i * x.row_stride;
        bool zero = true, finite = true;
        for (std::ptrdiff_t p = 0; p < x.columns; ++p) {
            zero = zero && row[p * x.column_stride] == 0;
            finite = finite && std::isfinite(row[p * x.column_stride]);
        }
        const double squares = zero ? 0 : crt_sums_of_line(row, x.columns, x.column_stride).squares;
        if (!finite)
            outcome = CrtOutcome::not_finite;
        else if (!zero && !(squares >= crt_least_squares && squares <= crt_most_squares))
            outcome = CrtOutcome::out_of_range;
        else
            exponents[i] = crt_exponent(squares, x.columns, crt_norm_limit(crt_moduli_of<T>));
    }
    fp_clear();
    fp_raise(flags);
    return outcome;
}

struct Exponents {
    std::vector<int> rows, columns;
};
template <class T>
CrtOutcome exponents_of(MatrixView<const T> a, MatrixView<const T> b, Exponents& exponents) {
    exponents = {std::vector<int>(static_cast<std::size_t>(a.rows)), std::vector<int>(static_cast<std::size_t>(b.columns))};
    if (a.rows == 0 || b.columns == 0) return CrtOutcome::done;
    if (crt_too_deep(a.columns, crt_norm_limit(crt_moduli_of<T>))) return CrtOutcome::too_deep;
    const CrtOutcome left = exponents_of_rows(a, exponents.rows), right = exponents_of_rows(transposed(b), exponents.columns);
    return left == CrtOutcome::not_finite || right == CrtOutcome::done ? left : right;
}

// round(2^s x), row after row; s belongs to the row or to the column.
template <class T>
std::vector<std::int64_t> integers_of(MatrixView<const T> x, const std::vector<int>& exponents, bool of_rows) {
    std::vector<std::int64_t> integers(static_cast<std::size_t>(x.rows * x.columns));
    for (std::ptrdiff_t i = 0; i < x.rows; ++i)
        for (std::ptrdiff_t j = 0; j < x.columns; ++j) {
            const double value = x.data[i * x.row_stride + j * x.column_stride];
            integers[i * x.columns + j] = std::llrint(std::ldexp(value, exponents[of_rows ? i : j]));
        }
    return integers;
}

// A representative in [0, p] of 0 <= x < 2^28: the quotient by a reciprocal is at most one too small, and only when p divides x.
inline int reduced(int x, int p, double reciprocal) { return x - p * static_cast<int>(x * reciprocal); }

// x modulo p for |x| < 2^63. Constraint: a 64-bit division takes 10 to 20 cycles and no vector unit has one. Arithmetic: four
// digits of 16 bits, the highest with the sign, times 2^(16 d) mod p are below 2^26 together, and 2^15 p makes the sum
// positive: 28 bits hold it.
struct ByDigits {
    int p, weight1, weight2, weight3;
    double reciprocal;

    explicit ByDigits(int modulus)
        : p(modulus),
          weight1((1 << 16) % p),
          weight2(weight1 * weight1 % p),
          weight3(weight2 * weight1 % p),
          reciprocal(1.0 / modulus) {}
    int operator()(std::int64_t x) const {
        const int d0 = static_cast<int>(x & 0xffff), d1 = static_cast<int>(x >> 16 & 0xffff);
        const int d2 = static_cast<int>(x >> 32 & 0xffff), d3 = static_cast<int>(x >> 48);
        return reduced(d0 + d1 * weight1 + d2 * weight2 + d3 * weight3 + (p << 15), p, reciprocal);
    }
};

// The way back, with its constants made once: the textbook makes them for every element.
struct WayBack {
    int moduli;
    int inverse[crt_most_moduli];
    int128 cofactor[crt_most_moduli], product;

    explicit WayBack(int count) : moduli(count), product(crt_product(count)) {
        for (int t = 0; t < count; ++t) inverse[t] = crt_inverse(count, t), cofactor[t] = product / crt_moduli[t];
    }
    template <class Residue>
    double operator()(const Residue* residues, std::ptrdiff_t stride) const {
        int128 sum = 0;
        for (int t = 0; t < moduli; ++t) {
            sum += inverse[t] * static_cast<int>(residues[t * stride]) % crt_moduli[t] * cofactor[t];
            if (sum >= product) sum -= product;
        }
        return static_cast<double>(sum > product / 2 ? sum - product : sum);
    }
};

// C from its residues: modulus after modulus, row after row.
template <class T>
bool reconstruct(Team& team, const std::vector<std::uint8_t>& residues, const Exponents& exponents, MatrixView<T> c) {
    const WayBack back(crt_moduli_of<T>);
    for (std::ptrdiff_t i = 0; i < c.rows; ++i) {
        if (team.poll()) return false;
        for (std::ptrdiff_t j = 0; j < c.columns; ++j)
            c.data[i * c.row_stride + j * c.column_stride] = static_cast<T>(std::ldexp(
                back(residues.data() + i * c.columns + j, c.rows * c.columns), -(exponents.rows[i] + exponents.columns[j])));
    }
    return true;
}

}  // namespace

template <class T>
CrtOutcome gemm_crt_textbook(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    return gemm_crt(a, b, c, {crt_moduli_of<T>, Int8Unit::textbook, false}, 1);  // textbook::gemm_crt, part by part
}

// The textbook divides 64-bit integers for every residue, and looks for inverses for every element of C. Here each operand becomes
// residues by multiplications, and the constants of the way back are made once; the products are the textbook's.
template <class T>
CrtOutcome gemm_crt_residues(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    const RoundingToNearest nearest;  // as the driver, whatever the caller's mode
    Exponents exponents;
    const CrtOutcome outcome = exponents_of(a, b, exponents);
    if (outcome != CrtOutcome::done) return outcome;
    const std::ptrdiff_t m = c.rows, n = c.columns, k = a.columns;
    const std::vector<std::int64_t> rows = integers_of(a, exponents.rows, true);
    const std::vector<std::int64_t> columns = integers_of(transposed(b), exponents.columns, true);
    std::vector<int> x(rows.size()), y(columns.size());
    std::vector<std::uint8_t> residues(static_cast<std::size_t>(crt_moduli_of<T> * m * n));
    parallel(1, [&](Team& team) {
        for (int t = 0; t < crt_moduli_of<T>; ++t) {
            const ByDigits modulo(crt_moduli[t]);
            std::transform(rows.begin(), rows.end(), x.begin(), modulo);
            std::transform(columns.begin(), columns.end(), y.begin(), modulo);
            for (std::ptrdiff_t i = 0; i < m; ++i) {
                if (team.poll()) return;
                for (std::ptrdiff_t j = 0; j < n; ++j) {
                    std::int64_t sum = 0;
                    for (std::ptrdiff_t p = 0; p < k; ++p) sum += x[i * k + p] * y[j * k + p];
                    residues[(t * m + i) * n + j] = static_cast<std::uint8_t>(sum % crt_moduli[t]);
                }
            }
        }
        reconstruct(team, residues, exponents, c);
    });
    return outcome;
}

// Rung 2 holds a residue in four bytes and a sum in eight. Constraint: |a b| <= 128 x 255 < 2^15 for a signed and an unsigned
//   residue, and 512 such products stay below 2^24.
// Decision: bytes, products of 16 bits, sums of 32, reduced once for 512 of k; p before j, so that sums lie side by side, as in
//   rung 2 of gemm.
template <class T>
CrtOutcome gemm_crt_integers(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    const RoundingToNearest nearest;  // as the driver, whatever the caller's mode
    Exponents exponents;
    const CrtOutcome outcome = exponents_of(a, b, exponents);
    if (outcome != CrtOutcome::done) return outcome;
    const std::ptrdiff_t m = c.rows, n = c.columns, k = a.columns;
    const std::vector<std::int64_t> rows = integers_of(a, exponents.rows, true), columns = integers_of(b, exponents.columns, false);
    std::vector<std::int8_t> x(rows.size());
    std::vector<std::uint8_t> y(columns.size()), residues(static_cast<std::size_t>(crt_moduli_of<T> * m * n));
    std::vector<std::int32_t> sums(static_cast<std::size_t>(n));
    parallel(1, [&](Team& team) {
        for (int t = 0; t < crt_moduli_of<T>; ++t) {
            const int modulus = crt_moduli[t];
            const ByDigits modulo(modulus);
            const auto to_signed = [&](std::int64_t e) {
                const int r = modulo(e);
                return static_cast<std::int8_t>(r > 127 ? r - modulus : r);
            };
            const auto to_byte = [&](std::int64_t e) { return static_cast<std::uint8_t>(modulo(e)); };  // 256 is 0 modulo 256
            std::transform(rows.begin(), rows.end(), x.begin(), to_signed);
            std::transform(columns.begin(), columns.end(), y.begin(), to_byte);
            for (std::ptrdiff_t i = 0; i < m; ++i) {
                if (team.poll()) return;
                std::uint8_t* const row = residues.data() + (t * m + i) * n;
                std::int32_t* const sum = sums.data();
                for (std::ptrdiff_t from = 0; from < k; from += crt_chunk_depth) {
                    for (std::ptrdiff_t j = 0; j < n; ++j) sum[j] = row[j];
                    for (std::ptrdiff_t p = from; p < std::min(from + crt_chunk_depth, k); ++p) {
                        const std::int16_t factor = x[i * k + p];
                        const std::uint8_t* const others = y.data() + p * n;
                        for (std::ptrdiff_t j = 0; j < n; ++j) sum[j] += static_cast<std::int16_t>(factor * others[j]);
                    }
                    for (std::ptrdiff_t j = 0; j < n; ++j)  // |sum| < 2^24 < 2^17 p
                        row[j] = static_cast<std::uint8_t>(reduced(sum[j] + (modulus << 17), modulus, modulo.reciprocal));
                }
            }
        }
        reconstruct(team, residues, exponents, c);
    });
    return outcome;
}

// One instruction takes 64 products of bytes and adds them to 16 sums, a multiply-add of doubles takes 8: but 15 moduli want 15
// of them.
template <class T>
CrtOutcome gemm_crt_vnni(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    return gemm_crt(a, b, c, {crt_moduli_of<T>, Int8Unit::vnni, false}, 1);
}

// One instruction takes 16384 products, and a core starts one in 16 cycles: 64 times the multiply-adds of doubles.
template <class T>
CrtOutcome gemm_crt_tiles(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
#if defined(__x86_64__)
    return gemm_crt(a, b, c, {crt_moduli_of<T>, Int8Unit::amx, false, {}, &amx::gemm_crt_tiles_apart}, 1);
#else
    return gemm_crt(a, b, c, {crt_moduli_of<T>, Int8Unit::textbook, false}, 1);
#endif
}

// The tile unit and the vector unit are two: while one multiplies, the other brings the sums of the block before to bytes.
template <class T>
CrtOutcome gemm_crt_interleaved(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int) {
    return gemm_crt(a, b, c, {crt_moduli_of<T>, Int8Unit::amx, false}, 1);
}

template <class T>
CrtOutcome gemm_crt_threaded(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads) {
    for (const Int8Unit unit : {Int8Unit::amx, Int8Unit::vnni})
        if (supports_int8_unit(unit)) return gemm_crt(a, b, c, {crt_moduli_of<T>, unit, false}, threads);
    return gemm_crt_integers(a, b, c, threads);
}

#define MLMATH_CRT_RUNG(rung)                                                                              \
    template CrtOutcome rung(MatrixView<const double>, MatrixView<const double>, MatrixView<double>, int); \
    template CrtOutcome rung(MatrixView<const float>, MatrixView<const float>, MatrixView<float>, int)
MLMATH_CRT_RUNG(gemm_crt_textbook);
MLMATH_CRT_RUNG(gemm_crt_residues);
MLMATH_CRT_RUNG(gemm_crt_integers);
MLMATH_CRT_RUNG(gemm_crt_vnni);
MLMATH_CRT_RUNG(gemm_crt_tiles);
MLMATH_CRT_RUNG(gemm_crt_interleaved);
MLMATH_CRT_RUNG(gemm_crt_threaded);
#undef MLMATH_CRT_RUNG

}  // namespace ladder
}  // namespace mlmath

// SPDX-License-Identifier: BSD-3-Clause
// The rungs of gemm_crt against the textbook bit for bit, those on tiles through the emulator where the machine has none.
#include "kernels/blas/gemm_crt/gemm_crt_ladder.hpp"

#include <limits>

#include "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
#include "tests/amx_emulator.hpp"
#include "tests/arrays.hpp"

namespace mlmath::tests {
namespace {

template <class T>
struct Rung {
    const char* name;
    CrtOutcome (*run)(MatrixView<const T>, MatrixView<const T>, MatrixView<T>, int);
    bool vectors;  // needs AVX-512 VNNI, IFMA and VBMI; tiles are emulated
};
template <class T>
constexpr Rung<T> rungs[] = {
    {"textbook", ladder::gemm_crt_textbook<T>, false}, {"residues", ladder::gemm_crt_residues<T>, false},
    {"integers", ladder::gemm_crt_integers<T>, false}, {"vnni", ladder::gemm_crt_vnni<T>, true},
    {"tiles", ladder::gemm_crt_tiles<T>, true},        {"interleaved", ladder::gemm_crt_interleaved<T>, true},
    {"threaded", ladder::gemm_crt_threaded<T>, false},
};

bool can_run(const char* name, bool vectors) {
    if (!vectors || supports_int8_unit(Int8Unit::vnni)) return true;
    std::printf("gemm_crt_%s: skipped, this machine has no AVX-512 VNNI\n", name);
    return false;
}

template <class T>
void check(std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k) {
    std::vector<T> a(m * k), b(k * n), expected(m * n);
    Numbers numbers(static_cast<unsigned long long>(m + 100 * n + 10000 * k));
    for (std::ptrdiff_t e = 0; e < m * k; ++e) a[e] = static_cast<T>(std::ldexp(numbers.next(), static_cast<int>(e % 7) - 20));
    for (auto& e : b) e = static_cast<T>(numbers.next());
    const MatrixView<const T> x{a.data(), m, k, k, 1}, y{b.data(), k, n, n, 1};
    textbook::gemm_crt(x, y, MatrixView<T>{expected.data(), m, n, n, 1}, ladder::crt_moduli_of<T>);
    const AmxEmulator emulator;
    for (const auto& rung : rungs<T>) {
        if (!can_run(rung.name, rung.vectors)) continue;
        std::vector<T> c(m * n, std::numeric_limits<T>::quiet_NaN());
        MLMATH_CHECK(rung.run(x, y, {c.data(), m, n, n, 1}, 2) == CrtOutcome::done);
        const bool same = same_bits(c.data(), expected.data(), m * n);
        MLMATH_CHECK(same);
        if (!same) std::printf("  gemm_crt_%s, m %td n %td k %td\n", rung.name, m, n, k);
        // One element that is none: nothing is written.
        std::vector<T> none = a;
        none.back() = std::numeric_limits<T>::infinity();
        MLMATH_CHECK(rung.run({none.data(), m, k, k, 1}, y, {c.data(), m, n, n, 1}, 2) == CrtOutcome::not_finite);
        MLMATH_CHECK(same_bits(c.data(), expected.data(), m * n));
    }
    MLMATH_CHECK(!AmxEmulator::configured());
}

}  // namespace

MLMATH_TEST_ONCE(gemm_crt_ladder) {
    for (const std::ptrdiff_t m : {1, 31, 33})
        for (const std::ptrdiff_t k : {1, 63, 65, 512, 577, 1100}) {
            check<double>(m, 34, k);
            check<float>(34, m, k);
        }
    check<double>(70, 70, 70);
}

}  // namespace mlmath::tests

// SPDX-License-Identifier: BSD-3-Clause
// gemm_engine: the choice between the engines, and the way back to the ordinary product.
#include "kernels/blas/gemm_crt/gemm_engine.hpp"

#include "core/thread_pool.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/blas/gemm_crt/gemm_crt.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_layout.hpp"

namespace mlmath {
namespace {

// Whether the tiles are faster than the multiply-add units, in cycles of one core (threads shorten both alike).
//
//   ordinary:  mnk / (16 or 32 multiply-adds a cycle at 80 % of the peak)
//   tiles:     for each modulus, mnk / (1024 a cycle at 70 %) + 0.2 (m + n) k to convert + 0.35 mn to come back, sizes padded;
//              and four parallel regions more, 20 us
//
// 1024 is the unit's width (16 x 16 sums of 64 bytes in 16 cycles), 70 % what a prototype reached on a Sapphire Rapids; the other
// two are counts of instructions (README). The two meet near n = 350 for squares of doubles with 15 moduli, near 700 for floats
// with 7.
template <class T>
bool tiles_are_faster(std::ptrdiff_t rows, std::ptrdiff_t columns, std::ptrdiff_t depth, int moduli) {
    const auto padded = [](std::ptrdiff_t x, std::ptrdiff_t unit) { return static_cast<double>(round_up(x, unit)); };
    const double ordinary =
        static_cast<double>(rows) * static_cast<double>(columns) * static_cast<double>(depth) / (0.8 * (sizeof(T) == 8 ? 16 : 32));
    const double m = padded(rows, crt_panel_lines), n = padded(columns, crt_panel_lines), k = padded(depth, crt_step_depth);
    const double tiles = moduli * (m * n * k / (0.7 * 1024) + 0.2 * (m + n) * k + 0.35 * m * n) + 50e3;
    return tiles < ordinary;
}

EngineReason reason_of(CrtOutcome outcome) {
    switch (outcome) {
        case CrtOutcome::done:
            return EngineReason::asked;
        case CrtOutcome::not_finite:
            return EngineReason::not_finite;
        case CrtOutcome::out_of_range:
            return EngineReason::out_of_range;
        case CrtOutcome::too_deep:
            return EngineReason::too_deep;
        case CrtOutcome::uneven:
            return EngineReason::uneven;
    }
    return EngineReason::asked;
}

// crt_moduli_for() of every number of bits: it iterates for square roots, half a microsecond, which a product of small matrices
// that will not run here anyway should not wait for.
struct ModuliTable {
    int count[crt_most_bits + 1] = {};
    constexpr ModuliTable() {
        for (int bits = crt_least_bits; bits <= crt_most_bits; ++bits) count[bits] = crt_moduli_for(bits);
    }
};
constexpr ModuliTable moduli_table;

int moduli_for(int bits) { return bits < crt_least_bits || bits > crt_most_bits ? crt_moduli_for(bits) : moduli_table.count[bits]; }

// What is known before the operands are looked at.
struct Choice {
    bool crt, guarded;
    EngineReason reason;  // why not; of the last item that was refused, once there is one
    Int8Unit unit;
    int moduli;
};

template <class T>
Choice choose(Engine engine, int bits, std::ptrdiff_t m, std::ptrdiff_t n, std::ptrdiff_t k) {
    Choice choice{false, engine == Engine::automatic, EngineReason::asked, Int8Unit::none, 0};
    if (engine == Engine::fma) return choice;
    choice.unit = active_int8_unit();
    choice.moduli = moduli_for(bits);
    if (choice.unit == Int8Unit::none || (choice.guarded && choice.unit != Int8Unit::amx))
        choice.reason = EngineReason::no_unit;
    else if (choice.moduli == 0)
        choice.reason = EngineReason::bits;
    else if (choice.guarded && !tiles_are_faster<T>(m, n, k, choice.moduli))
        choice.reason = EngineReason::small;
    else
        choice.crt = true;
    return choice;
}

template <class T>
bool item_by_crt(Choice& choice, MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads) {
    const CrtOutcome outcome = gemm_crt(a, b, c, {choice.moduli, choice.unit, choice.guarded}, threads);
    if (outcome != CrtOutcome::done) choice.reason = reason_of(outcome);
    return outcome == CrtOutcome::done;
}

}  // namespace

template <class T>
EngineReport gemm_by_engine(Engine engine, int bits, MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int threads) {
    Choice choice = choose<T>(engine, bits, a.rows, b.columns, a.columns);
    if (choice.crt && item_by_crt(choice, a, b, c, threads))
        return {Engine::crt, EngineReason::asked, choice.unit, choice.moduli, 1, 1};
    gemm<T>(1, a, b, 0, c, threads);
    return {Engine::fma, choice.reason, Int8Unit::none, 0, 1, 0};
}

template <class T>
EngineReport gemm_batch_by_engine(Engine engine, int bits, MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c,
                                  const GemmBatch& batch, int threads) {
    std::ptrdiff_t items = 1;
    for (int x = 0; x < batch.axes; ++x) items *= batch.size[x];
    Choice choice = choose<T>(engine, bits, a.rows, b.columns, a.columns);
    if (!choice.crt || items == 0) {
        gemm_batch<T>(1, a, b, 0, c, batch, threads);
        return {Engine::fma, choice.reason, Int8Unit::none, 0, items, 0};
    }
    EngineReport report{Engine::crt, EngineReason::asked, choice.unit, choice.moduli, items, 0};
    // Items may be short: in one region, which shares its clock with theirs, the host is asked in time.
    parallel(1, [&](Team& team) {
        for (std::ptrdiff_t item = 0; item < items && !team.poll(); ++item) {
            MatrixView<const T> at_a = a, at_b = b;
            MatrixView<T> at_c = c;
            seek_item(batch, item, at_a, at_b, at_c);
            if (item_by_crt(choice, at_a, at_b, at_c, threads)) {
                ++report.crt_items;
                continue;
            }
            gemm<T>(1, at_a, at_b, 0, at_c, threads);
            report.ran = Engine::fma;
            report.reason = choice.reason;
        }
    });
    return report;
}

#define MLMATH_GEMM_ENGINE(T)                                                                                        \
    template EngineReport gemm_by_engine(Engine, int, MatrixView<const T>, MatrixView<const T>, MatrixView<T>, int); \
    template EngineReport gemm_batch_by_engine(Engine, int, MatrixView<const T>, MatrixView<const T>, MatrixView<T>, \
                                               const GemmBatch&, int)
MLMATH_GEMM_ENGINE(double);
MLMATH_GEMM_ENGINE(float);
#undef MLMATH_GEMM_ENGINE

}  // namespace mlmath

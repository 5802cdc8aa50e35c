// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: checks, what the lines allow, blocks, tasks on threads. The arithmetic is in the kernels of the int8 units.
#include "kernels/blas/gemm_crt/gemm_crt.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>

#include "core/check.hpp"
#include "core/fp_state.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_guard.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_plan.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_textbook.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"

namespace mlmath {
namespace {

// The exponents of some lines, and what they say about the product.
struct Lines {
    int* exponents;
    CrtSums* sums;
    CrtOutcome outcome;
    CrtEvenness evenness;
};

// Lines looked at by one thread at a time. Constraint: columns of a row-major matrix are read a row at a time, 256 doubles are two
// KiB of each (gemm_crt_sums_simd.cpp); and a chunk of work should take some microseconds at least.
constexpr std::ptrdiff_t lines_at_once = 256;

// Where lines lie one after the other, nothing is gained from many at once, and with few of them, long ones, each may be worth a
// thread, and a look at whether to stop: 2^17 numbers take 30 us.
template <class T>
std::ptrdiff_t lines_of_group(const CrtLines<T>& all) {
    if (all.line_stride == 1) return lines_at_once;
    return std::clamp<std::ptrdiff_t>((std::ptrdiff_t{1} << 17) / all.depth, 1, lines_at_once);
}

template <class T>
CrtLines<T> some_lines(const CrtLines<T>& all, std::ptrdiff_t from, std::ptrdiff_t count, std::ptrdiff_t p, std::ptrdiff_t depth) {
    return {all.data + from * all.line_stride + p * all.depth_stride, std::min(count, all.lines - from),
            std::min(depth, all.depth - p), all.line_stride, all.depth_stride};
}

template <class T>
bool all_zero(const CrtLines<T>& line) {
    for (std::ptrdiff_t p = 0; p < line.depth; ++p)
        if (line.data[p * line.depth_stride] != 0) return false;
    return true;
}
template <class T>
bool all_finite(const CrtLines<T>& line) {
    for (std::ptrdiff_t p = 0; p < line.depth; ++p)
        if (!std::isfinite(line.data[p * line.depth_stride])) return false;
    return true;
}

template <class T>
void look_at(const CrtUnit<T>& unit, const CrtLines<T>& all, double norm_limit, Lines& found, int threads) {
    const std::ptrdiff_t at_once = lines_of_group(all);
    parallel_for(ceiling(all.lines, at_once), threads, [&](std::ptrdiff_t group) {
        const std::ptrdiff_t from = group * at_once;
        const unsigned flags = fp_flags();  // squares may leave the range where the product does not
        unit.sums(some_lines(all, from, at_once, 0, all.depth), found.sums + from);
        fp_clear();
        fp_raise(flags);
    });
    for (std::ptrdiff_t l = 0; l < all.lines; ++l) {
        const CrtSums& sums = found.sums[l];
        // By comparisons that raise no flag for a NaN: the product may have none to raise.
        if (!(std::isgreaterequal(sums.squares, crt_least_squares) && std::islessequal(sums.squares, crt_most_squares))) {
            const CrtLines<T> line = some_lines(all, l, 1, 0, all.depth);
            if (sums.squares == 0 && all_zero(line)) {
                found.exponents[l] = 0;
                continue;
            }
            found.outcome = all_finite(line) ? CrtOutcome::out_of_range : CrtOutcome::not_finite;
            if (found.outcome == CrtOutcome::not_finite) return;
            continue;
        }
        found.exponents[l] = crt_exponent(sums.squares, all.depth, norm_limit);
        found.evenness.look_at(sums, all.depth);
    }
}

// Seconds since the last lap.
class Stopwatch {
public:
    double lap() {
        const auto now = std::chrono::steady_clock::now();
        const double seconds = std::chrono::duration<double>(now - last_).count();
        last_ = now;
        return seconds;
    }

private:
    std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// One product on its way: C has adjacent columns, or is staged.
template <class T>
struct CrtWork {
    const CrtUnit<T>& unit;
    CrtPlan plan;
    int moduli;
    CrtLines<T> a, b;  // rows of A, columns of B
    MatrixView<T> c;
    bool wide;
    CrtSeconds& seconds;
    const int *a_exponents = nullptr, *b_exponents = nullptr;
    std::uint8_t *a_residues = nullptr, *b_residues = nullptr;  // of a block
    std::uint8_t* c_residues = nullptr;  // of a block when k has several, otherwise of a task for each thread
    std::ptrdiff_t c_bytes = 0;          // of the above, for one modulus

    bool several_depths() const { return a.depth > plan.block_depth; }

    void convert(CrtSide side, std::ptrdiff_t first, std::ptrdiff_t count, std::ptrdiff_t p, std::ptrdiff_t depth) const {
        const bool left = side == CrtSide::left;
        const CrtResidues layout(count, depth);
        Stopwatch watch;
        parallel_for(layout.chunks() * layout.panels, plan.threads, [&](std::ptrdiff_t piece) {
            const std::ptrdiff_t chunk = piece / layout.panels, panel = piece % layout.panels,
                                 line = first + panel * crt_panel_lines;
            CrtLines<T> lines = some_lines(left ? a : b, line, std::min(crt_panel_lines, first + count - line),
                                           p + chunk * crt_chunk_depth, crt_chunk_depth);
            lines.depth = std::min(lines.depth, depth - chunk * crt_chunk_depth);
            unit.residues({lines, (left ? a_exponents : b_exponents) + line, side, moduli, wide, plan.past_caches,
                           (left ? a_residues : b_residues) + layout.panel(chunk, panel), layout.bytes()});
        });
        (left ? seconds.residues_a : seconds.residues_b) += watch.lap();
    }

    // Products of the block at (row, column), over `depth` of k; the last ones end with C's numbers.
    void multiply(std::ptrdiff_t row, std::ptrdiff_t rows, std::ptrdiff_t column, std::ptrdiff_t columns, std::ptrdiff_t depth,
                  bool first, bool last) const {
        const CrtResidues a_layout(rows, depth), b_layout(columns, depth);
        const std::ptrdiff_t row_tasks = ceiling(rows, plan.task_rows), column_tasks = ceiling(columns, plan.task_columns);
        std::atomic<double> multiplying{0}, reconstructing{0};  // of all threads
        Stopwatch watch;
        parallel_for(row_tasks * column_tasks, plan.threads, [&](std::ptrdiff_t task, Team& team) {
            Stopwatch of_task;
            const std::ptrdiff_t i = task / column_tasks * plan.task_rows, j = task % column_tasks * plan.task_columns;
            const std::ptrdiff_t task_rows = std::min(plan.task_rows, rows - i),
                                 task_columns = std::min(plan.task_columns, columns - j);
            const std::ptrdiff_t i_panels = crt_panels(task_rows), j_panels = crt_panels(task_columns);
            const std::ptrdiff_t i_panel = i / crt_panel_lines, j_panel = j / crt_panel_lines;
            std::uint8_t* const residues = several_depths()
                                               ? c_residues + (i_panel * b_layout.panels + j_panel * i_panels) * crt_block_bytes
                                               : c_residues + team.rank() * c_bytes * moduli;
            const auto a_panel = [&](int t, std::ptrdiff_t chunk) {
                return a_residues + t * a_layout.bytes() + a_layout.panel(chunk, i_panel);
            };
            const auto b_panel = [&](int t, std::ptrdiff_t chunk) {
                return b_residues + t * b_layout.bytes() + b_layout.panel(chunk, j_panel);
            };
            {
                const CrtProductScope<T> scope(unit);
                for (int t = 0; t < moduli; ++t)
                    for (std::ptrdiff_t chunk = 0; chunk < a_layout.chunks(); ++chunk) {
                        if (team.poll()) return;
                        const bool more_chunks = chunk + 1 < a_layout.chunks(), more = more_chunks || t + 1 < moduli;
                        const int next_t = more_chunks ? t : t + 1;
                        const std::ptrdiff_t next_chunk = more_chunks ? chunk + 1 : 0;
                        unit.product({reinterpret_cast<const std::int8_t*>(a_panel(t, chunk)), b_panel(t, chunk), i_panels,
                                      j_panels, a_layout.steps_of(chunk), residues + t * c_bytes, first && chunk == 0, t,
                                      more ? a_panel(next_t, next_chunk) : nullptr, more ? b_panel(next_t, next_chunk) : nullptr});
                    }
            }
            multiplying += of_task.lap();
            if (last) reconstruct(row + i, task_rows, column + j, task_columns, residues);
            reconstructing += of_task.lap();
        });
        const double whole = watch.lap(), share = reconstructing / (multiplying + reconstructing);
        seconds.products += (1 - share) * whole;
        seconds.reconstruction += share * whole;
    }

    void reconstruct(std::ptrdiff_t row, std::ptrdiff_t rows, std::ptrdiff_t column, std::ptrdiff_t columns,
                     const std::uint8_t* residues) const {
        T staged[crt_panel_lines * crt_panel_lines];
        for (std::ptrdiff_t i = 0; i < rows; i += crt_panel_lines)
            for (std::ptrdiff_t j = 0; j < columns; j += crt_panel_lines) {
                const std::ptrdiff_t m = std::min(crt_panel_lines, rows - i), n = std::min(crt_panel_lines, columns - j);
                T* const out = c.data + (row + i) * c.row_stride + (column + j) * c.column_stride;
                const bool adjacent = c.column_stride == 1;
                const std::uint8_t* const block =
                    residues + (i / crt_panel_lines * crt_panels(columns) + j / crt_panel_lines) * crt_block_bytes;
                unit.reconstruct({block, c_bytes, moduli, a_exponents + row + i, b_exponents + column + j, m, n,
                                  adjacent ? out : staged, adjacent ? c.row_stride : crt_panel_lines});
                if (adjacent) continue;
                for (std::ptrdiff_t r = 0; r < m; ++r)
                    for (std::ptrdiff_t s = 0; s < n; ++s)
                        out[r * c.row_stride + s * c.column_stride] = staged[r * crt_panel_lines + s];
            }
    }

    void run() const {
        for (std::ptrdiff_t column = 0; column < b.lines; column += plan.block_columns) {
            const std::ptrdiff_t columns = std::min(plan.block_columns, b.lines - column);
            for (std::ptrdiff_t row = 0; row < a.lines; row += plan.block_rows) {
                const std::ptrdiff_t rows = std::min(plan.block_rows, a.lines - row);
                for (std::ptrdiff_t p = 0; p < a.depth; p += plan.block_depth) {
                    const std::ptrdiff_t depth = std::min(plan.block_depth, a.depth - p);
                    convert(CrtSide::left, row, rows, p, depth);
                    if (row == 0 || several_depths()) convert(CrtSide::right, column, columns, p, depth);
                    multiply(row, rows, column, columns, depth, p == 0, p + depth == a.depth);
                }
            }
        }
    }
};

template <class T>
void fill_zeros(MatrixView<T> c) {
    for (std::ptrdiff_t i = 0; i < c.rows; ++i)
        for (std::ptrdiff_t j = 0; j < c.columns; ++j) c.data[i * c.row_stride + j * c.column_stride] = 0;
}

// The definition, in parts between which it can be interrupted. It converts its operands anew for each part, by divisions: 128 rows
// and columns make that two fifths of its products.
template <class T>
void by_definition(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, int moduli, Team& team) {
    constexpr std::ptrdiff_t part = 128;
    for (std::ptrdiff_t i = 0; i < c.rows; i += part)
        for (std::ptrdiff_t j = 0; j < c.columns; j += part) {
            if (team.poll()) return;
            const std::ptrdiff_t m = std::min(part, c.rows - i), n = std::min(part, c.columns - j);
            textbook::gemm_crt(rows_of(a, i, i + m), part_of(b, 0, b.rows, j, j + n), part_of(c, i, i + m, j, j + n), moduli);
        }
}

// With sizes checked, none of them 0, and C's columns adjacent if anything of it is.
template <class T>
CrtOutcome multiply(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, const CrtOptions& options, int threads,
                    Team& team) {
    const std::ptrdiff_t m = c.rows, n = c.columns, k = a.columns;
    const double norm_limit = crt_norm_limit(options.moduli);
    if (crt_too_deep(k, norm_limit)) return CrtOutcome::too_deep;
    CrtSeconds unasked, &seconds = options.seconds != nullptr ? *options.seconds : unasked;
    CrtUnit<T> unit = crt_unit<T>(options.unit);
    if (options.products != nullptr) unit.product = options.products->product;
    CrtWork<T> work{unit,
                    plan_crt(m, n, k, options.moduli, {}, options.blocking, threads),
                    options.moduli,
                    {a.data, m, k, a.row_stride, a.column_stride},
                    {b.data, n, k, b.column_stride, b.row_stride},
                    c,
                    norm_limit > 0x7f7f7f7f,
                    seconds};
    Workspace lines((m + n) * (sizeof(CrtSums) + sizeof(int)) + 4 * cache_line);
    Lines of_a{lines.take<int>(m), lines.take<CrtSums>(m), CrtOutcome::done, {}};
    Lines of_b{lines.take<int>(n), lines.take<CrtSums>(n), CrtOutcome::done, {}};
    Stopwatch watch;
    look_at(unit, work.a, norm_limit, of_a, threads);
    if (of_a.outcome == CrtOutcome::not_finite) return of_a.outcome;
    look_at(unit, work.b, norm_limit, of_b, threads);
    seconds.sums += watch.lap();
    if (of_b.outcome == CrtOutcome::not_finite || of_a.outcome == CrtOutcome::done) of_a.outcome = of_b.outcome;
    if (of_a.outcome != CrtOutcome::done) return of_a.outcome;
    if (options.guarded && crt_least_inner_product(of_a.evenness, of_b.evenness) < crt_least_rho<T>(k, norm_limit))
        return CrtOutcome::uneven;
    if (options.unit == Int8Unit::textbook) return by_definition(a, b, c, options.moduli, team), CrtOutcome::done;

    const std::ptrdiff_t rows = std::min(m, work.plan.block_rows), columns = std::min(n, work.plan.block_columns);
    const std::ptrdiff_t depth = std::min(k, work.plan.block_depth);
    const std::size_t a_bytes = options.moduli * CrtResidues(rows, depth).bytes();
    const std::size_t b_bytes = options.moduli * CrtResidues(columns, depth).bytes();
    work.c_bytes = (work.several_depths() ? crt_panels(rows) * crt_panels(columns)
                                          : crt_panels(work.plan.task_rows) * crt_panels(work.plan.task_columns)) *
                   crt_block_bytes;
    const std::size_t c_copies = work.several_depths() ? 1 : work.plan.threads;
    Workspace workspace(whole_lines(a_bytes) + whole_lines(b_bytes) + whole_lines(c_copies * options.moduli * work.c_bytes));
    work.a_exponents = of_a.exponents;
    work.b_exponents = of_b.exponents;
    work.a_residues = workspace.take<std::uint8_t>(a_bytes);
    work.b_residues = workspace.take<std::uint8_t>(b_bytes);
    work.c_residues = workspace.take<std::uint8_t>(c_copies * options.moduli * work.c_bytes);
    work.run();
    return CrtOutcome::done;
}

}  // namespace

template <class T>
CrtOutcome gemm_crt(MatrixView<const T> a, MatrixView<const T> b, MatrixView<T> c, const CrtOptions& options, int threads) {
    if (a.columns != b.rows) check_same_size("gemm_crt", "columns of a", a.columns, "rows of b", b.rows);
    if (c.rows != a.rows || c.columns != b.columns) check_shape("gemm_crt", "c", c.rows, c.columns, a.rows, b.columns);
    if (c.rows == 0 || c.columns == 0) return CrtOutcome::done;
    if (a.columns == 0) return fill_zeros(c), CrtOutcome::done;
    if (c.column_stride != 1 && c.row_stride == 1)
        return gemm_crt(transposed(b), transposed(a), transposed(c), options, threads);  // the same integers

    // Sums are rounded to nearest, whatever the caller's mode, so that every line's power of two is the same. Blocks may be short
    // regions, many of them: they share this one's clock, so that the host is asked in time.
    const RoundingToNearest nearest;
    CrtOutcome outcome = CrtOutcome::done;
    parallel(1, [&](Team& team) { outcome = multiply(a, b, c, options, threads, team); });
    return outcome;
}

template CrtOutcome gemm_crt(MatrixView<const double>, MatrixView<const double>, MatrixView<double>, const CrtOptions&, int);
template CrtOutcome gemm_crt(MatrixView<const float>, MatrixView<const float>, MatrixView<float>, const CrtOptions&, int);

}  // namespace mlmath

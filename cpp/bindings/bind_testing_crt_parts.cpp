// SPDX-License-Identifier: BSD-3-Clause
// `_mlmath._testing.gemm_crt_parts`: the parts of a product one after the other, each timed, as the driver runs them.
#include <pybind11/numpy.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <string>
#include <vector>

#include "bindings/bind_testing.hpp"
#include "bindings/fastcall.hpp"
#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/blas/gemm/gemm_plan.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_plan.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"

namespace mlmath::bindings {
namespace {

struct Seconds {
    double sums = 0, residues_a = 0, residues_b = 0, products = 0, reconstruction = 0;
};

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

// Sizes in multiples of 512, so that all panels and chunks are whole; at most one block.
template <class T>
Seconds run_parts(const T* a, const T* b, T* c, std::ptrdiff_t n, int moduli, Int8Unit name, int threads) {
    const CrtUnit<T> unit = crt_unit<T>(name);
    const CrtPlan plan = plan_crt(n, n, n, moduli, {}, {}, threads);
    const CrtResidues layout(n, n);
    const auto bytes = static_cast<std::size_t>(moduli * layout.bytes()), of_c = static_cast<std::size_t>(moduli * n * n);
    Workspace workspace(2 * whole_lines(bytes) + whole_lines(of_c));
    std::uint8_t *const of_a = workspace.take<std::uint8_t>(bytes), *const of_b = workspace.take<std::uint8_t>(bytes),
                        *const residues = workspace.take<std::uint8_t>(of_c);
    std::fill(of_a, of_a + 2 * bytes + of_c, std::uint8_t{0});  // pages
    std::vector<CrtSums> sums(static_cast<std::size_t>(2 * n));
    std::vector<int> exponents(static_cast<std::size_t>(2 * n));
    const CrtLines<T> rows{a, n, n, n, 1}, columns{b, n, n, 1, n};
    const double limit = crt_norm_limit(moduli);
    Seconds seconds;
    Stopwatch watch;
    for (const bool left : {true, false})
        parallel_for((n + 127) / 128, threads, [&](std::ptrdiff_t group) {
            CrtLines<T> lines = left ? rows : columns;
            lines.data += group * 128 * lines.line_stride;
            lines.lines = std::min<std::ptrdiff_t>(128, n - group * 128);
            unit.sums(lines, sums.data() + (left ? 0 : n) + group * 128);
        });
    for (std::ptrdiff_t l = 0; l < 2 * n; ++l) exponents[l] = crt_exponent(sums[l].squares, n, limit);
    seconds.sums = watch.lap();
    for (const bool left : {true, false}) {
        parallel_for(layout.chunks() * layout.panels, threads, [&](std::ptrdiff_t piece) {
            const std::ptrdiff_t chunk = piece / layout.panels, panel = piece % layout.panels, line = panel * crt_panel_lines;
            CrtLines<T> lines = left ? rows : columns;
            lines.data += line * lines.line_stride + chunk * crt_chunk_depth * lines.depth_stride;
            lines.lines = crt_panel_lines;
            lines.depth = crt_chunk_depth;
            unit.residues({lines, exponents.data() + (left ? 0 : n) + line, left ? CrtSide::left : CrtSide::right, moduli,
                           limit >= 0x1p31, plan.past_caches, (left ? of_a : of_b) + layout.panel(chunk, panel), layout.bytes()});
        });
        (left ? seconds.residues_a : seconds.residues_b) = watch.lap();
    }
    // Tasks as the driver's, their residues of C side by side: it would bring each to numbers at once, from a near cache.
    const std::ptrdiff_t row_tasks = (n + plan.task_rows - 1) / plan.task_rows,
                         column_tasks = (n + plan.task_columns - 1) / plan.task_columns, tasks = row_tasks * column_tasks;
    struct Task {
        std::ptrdiff_t i, j, rows, columns, at;
    };
    std::vector<Task> list(static_cast<std::size_t>(tasks));
    std::ptrdiff_t at = 0;
    for (std::ptrdiff_t t = 0; t < tasks; ++t) {
        Task& task = list[t];
        task.i = t / column_tasks * plan.task_rows;
        task.j = t % column_tasks * plan.task_columns;
        task.rows = std::min(plan.task_rows, n - task.i);
        task.columns = std::min(plan.task_columns, n - task.j);
        task.at = at;
        at += moduli * task.rows * task.columns;
    }
    parallel_for(tasks, threads, [&](std::ptrdiff_t number) {
        const Task& task = list[number];
        const std::ptrdiff_t i = task.i / crt_panel_lines, j = task.j / crt_panel_lines;
        const CrtProductScope<T> scope(unit);
        for (int t = 0; t < moduli; ++t)
            for (std::ptrdiff_t chunk = 0; chunk < layout.chunks(); ++chunk) {
                const bool more_chunks = chunk + 1 < layout.chunks(), more = more_chunks || t + 1 < moduli;
                const std::ptrdiff_t next = (more_chunks ? t : t + 1) * layout.bytes(), next_chunk = more_chunks ? chunk + 1 : 0;
                unit.product({reinterpret_cast<const std::int8_t*>(of_a + t * layout.bytes() + layout.panel(chunk, i)),
                              of_b + t * layout.bytes() + layout.panel(chunk, j), crt_panels(task.rows), crt_panels(task.columns),
                              layout.steps_of(chunk), residues + task.at + t * task.rows * task.columns, chunk == 0, t,
                              more ? of_a + next + layout.panel(next_chunk, i) : nullptr,
                              more ? of_b + next + layout.panel(next_chunk, j) : nullptr});
            }
    });
    seconds.products = watch.lap();
    parallel_for(tasks, threads, [&](std::ptrdiff_t number) {
        const Task& task = list[number];
        for (std::ptrdiff_t i = 0; i < task.rows; i += crt_panel_lines)
            for (std::ptrdiff_t j = 0; j < task.columns; j += crt_panel_lines)
                unit.reconstruct(
                    {residues + task.at + (i / crt_panel_lines * crt_panels(task.columns) + j / crt_panel_lines) * crt_block_bytes,
                     task.rows * task.columns, moduli, exponents.data() + task.i + i, exponents.data() + n + task.j + j,
                     crt_panel_lines, crt_panel_lines, c + (task.i + i) * n + task.j + j, n});
    });
    seconds.reconstruction = watch.lap();
    return seconds;
}

template <class T>
Seconds run(const py::array& a, const py::array& b, const py::array& c, int moduli, Int8Unit unit, int threads) {
    const GilRelease release(true);
    return run_parts(static_cast<const T*>(a.data()), static_cast<const T*>(b.data()), static_cast<T*>(const_cast<void*>(c.data())),
                     a.shape(0), moduli, unit, threads);
}

/// Square C-contiguous matrices of one dtype and of an order that is a multiple of 512; finite, in range. C is written.
py::dict gemm_crt_parts(const py::array& a, const py::array& b, const py::array& c, int moduli, const std::string& unit,
                        int threads) {
    for (const py::array* x : {&a, &b, &c})
        if (x->ndim() != 2 || x->shape(0) != a.shape(0) || x->shape(1) != a.shape(0) || x->shape(0) % crt_chunk_depth != 0 ||
            x->shape(0) > crt_block_most || (x->flags() & py::array::c_style) == 0 || !x->dtype().is(a.dtype()))
            throw std::invalid_argument("gemm_crt_parts: a, b and c must be square in C order, of one order, a multiple of 512");
    const Int8Unit chosen = unit == "amx" ? Int8Unit::amx : Int8Unit::vnni;
    if (unit != int8_unit_name(chosen) || !supports_int8_unit(chosen))
        throw std::invalid_argument("gemm_crt_parts: no unit " + unit);
    if (moduli < crt_least_moduli || moduli > crt_most_moduli) throw std::invalid_argument("gemm_crt_parts: moduli");
    const auto run_as = a.dtype().char_() == 'f' ? run<float> : run<double>;
    const Seconds s = run_as(a, b, c, moduli, chosen, threads);
    py::dict parts;
    parts["sums"] = s.sums;
    parts["residues of A"] = s.residues_a;
    parts["residues of B"] = s.residues_b;
    parts["products"] = s.products;
    parts["reconstruction"] = s.reconstruction;
    return parts;
}

}  // namespace

void bind_testing_crt_parts(py::module_& testing) {
    testing.def("gemm_crt_parts", gemm_crt_parts, py::arg("a"), py::arg("b"), py::arg("c"), py::arg("moduli"), py::arg("unit"),
                py::arg("threads") = 1);
}

}  // namespace mlmath::bindings

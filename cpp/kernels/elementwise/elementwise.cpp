// SPDX-License-Identifier: BSD-3-Clause
// Elementwise functions: axes sorted and merged, pieces for the threads, masks.
#include "kernels/elementwise/elementwise.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "core/caches.hpp"
#include "core/thread_pool.hpp"
#include "kernels/reduce/reduction_plan.hpp"

namespace mlmath {
namespace {

// Constraint: handing a piece to another thread costs about a microsecond. Arithmetic: 8192 doubles of exp take 3 us in cache and
// move 128 KiB. Decision: pieces of 8192 elements, a second thread from four pieces on. (Results do not depend on it.)
constexpr std::ptrdiff_t elements_per_piece = 8192;

// The arrays as nested loops, outermost first. Array 0 .. Operands-1: operands; then out, then the mask.
template <int Arrays>
struct Loops {
    int count = 0;
    std::ptrdiff_t size[max_axes], stride[Arrays][max_axes], origin[Arrays] = {}, total = 1;

    bool mergeable(int outer, int inner) const {
        for (int k = 0; k < Arrays; ++k)
            if (stride[k][outer] != stride[k][inner] * size[inner]) return false;
        return true;
    }
};

// Axes of size one dropped, walked forwards in `out`, sorted so that the last has the smallest stride there, and merged.
template <int Arrays>
Loops<Arrays> plan_loops(int axes, const std::ptrdiff_t* shape, const std::ptrdiff_t* const (&strides)[Arrays], int out) {
    Loops<Arrays> loops;
    for (int a = 0; a < axes; ++a) {
        loops.total *= shape[a];
        if (shape[a] == 1) continue;
        std::ptrdiff_t step[Arrays];
        for (int k = 0; k < Arrays; ++k) step[k] = strides[k] == nullptr ? 0 : strides[k][a];
        if (step[out] < 0)
            for (int k = 0; k < Arrays; ++k) {
                loops.origin[k] += step[k] * (shape[a] - 1);
                step[k] = -step[k];
            }
        int at = loops.count++;
        for (; at > 0 && loops.stride[out][at - 1] < step[out]; --at) {
            loops.size[at] = loops.size[at - 1];
            for (int k = 0; k < Arrays; ++k) loops.stride[k][at] = loops.stride[k][at - 1];
        }
        loops.size[at] = shape[a];
        for (int k = 0; k < Arrays; ++k) loops.stride[k][at] = step[k];
    }
    int last = 0;
    for (int a = 1; a < loops.count; ++a) {
        if (loops.mergeable(last, a)) {
            loops.size[last] *= loops.size[a];
        } else {
            loops.size[++last] = loops.size[a];
        }
        for (int k = 0; k < Arrays; ++k) loops.stride[k][last] = loops.stride[k][a];
    }
    if (loops.count > 0) {
        loops.count = last + 1;
    } else {  // one element
        loops.count = 1;
        loops.size[0] = 1;
        for (int k = 0; k < Arrays; ++k) loops.stride[k][0] = 1;
    }
    return loops;
}

// A position in the loops: the innermost index, and the offsets of its row.
template <int Arrays>
class Position {
public:
    Position(const Loops<Arrays>& loops, std::ptrdiff_t item) : loops_(loops) {
        for (int k = 0; k < Arrays; ++k) offset_[k] = loops.origin[k];
        for (int a = loops.count - 1; a >= 0; --a) {
            index_[a] = item % loops.size[a];
            item /= loops.size[a];
            for (int k = 0; k < Arrays; ++k) offset_[k] += index_[a] * loops.stride[k][a];
        }
    }
    std::ptrdiff_t offset(int array) const { return offset_[array]; }
    std::ptrdiff_t left_in_row() const { return loops_.size[loops_.count - 1] - index_[loops_.count - 1]; }
    // n <= left_in_row().
    void advance(std::ptrdiff_t n) {
        int a = loops_.count - 1;
        move(a, n);
        while (a > 0 && index_[a] == loops_.size[a]) {
            move(a, -index_[a]);
            move(--a, 1);
        }
    }

private:
    void move(int a, std::ptrdiff_t n) {
        index_[a] += n;
        for (int k = 0; k < Arrays; ++k) offset_[k] += n * loops_.stride[k][a];
    }
    const Loops<Arrays>& loops_;
    std::ptrdiff_t index_[max_axes], offset_[Arrays];
};

// The selected elements of a run are packed, computed and put back, a block at a time; blocks that are selected as a whole are
// computed where they lie.
template <class T, int Operands>
void masked_run(ElementwiseKernel<T, Operands> kernel, const ElementwiseRun<T, Operands>& run, const bool* where,
                std::ptrdiff_t step) {
    constexpr std::ptrdiff_t block = 512;
    alignas(64) T buffer[Operands][block];
    std::ptrdiff_t chosen[block];
    for (std::ptrdiff_t first = 0; first < run.n; first += block) {
        const std::ptrdiff_t end = std::min(run.n, first + block);
        std::ptrdiff_t count = 0;
        for (std::ptrdiff_t i = first; i < end; ++i) {
            chosen[count] = i;
            count += where[i * step];
        }
        if (count == 0) continue;
        ElementwiseRun<T, Operands> part = run;
        part.streaming = false;
        if (count == end - first) {
            for (int o = 0; o < Operands; ++o) part.x[o] += first * run.x_stride[o];
            part.out += first * run.out_stride;
            part.n = count;
            kernel(part);
            continue;
        }
        for (int o = 0; o < Operands; ++o) {
            for (std::ptrdiff_t k = 0; k < count; ++k) buffer[o][k] = run.x[o][chosen[k] * run.x_stride[o]];
            part.x[o] = buffer[o];
            part.x_stride[o] = 1;
        }
        part.out = buffer[0];
        part.out_stride = 1;
        part.n = count;
        kernel(part);
        for (std::ptrdiff_t k = 0; k < count; ++k) run.out[chosen[k] * run.out_stride] = buffer[0][k];
    }
}

// Constraint: an ordinary store fetches its line first, a third of all traffic; a non-temporal one does not, but the result is then
// in no cache. Decision: non-temporal where the arrays together exceed the last cache, so that little of the result would be left
// in it.
template <class T, int Operands>
bool worth_streaming(const Loops<Operands + 2>& loops, const ElementwiseArrays<T, Operands>& arrays) {
    const int inner = loops.count - 1;
    if (arrays.where != nullptr || loops.stride[Operands][inner] != 1 || loops.size[inner] < elements_per_piece) return false;
    std::ptrdiff_t streams = 1;
    for (int o = 0; o < Operands; ++o) {
        if (arrays.x[o] == arrays.out) return false;
        streams += loops.stride[o][inner] != 0;
    }
    return loops.total > last_level_cache_bytes() / (streams * static_cast<std::ptrdiff_t>(sizeof(T)));
}

}  // namespace

template <class T, int Operands>
void map_elements(ElementwiseKernel<T, Operands> kernel, const ElementwiseArrays<T, Operands>& arrays, int threads) {
    constexpr int out = Operands, mask = Operands + 1;
    if (arrays.axes <= 1 && arrays.where == nullptr &&
        (arrays.axes == 0 || arrays.shape[0] <= elements_per_piece)) {  // short vectors: straight on
        ElementwiseRun<T, Operands> run = {};
        for (int o = 0; o < Operands; ++o) {
            run.x[o] = arrays.x[o];
            run.x_stride[o] = arrays.axes == 0 ? 1 : arrays.x_strides[o][0];
        }
        run.out = arrays.out;
        run.out_stride = arrays.axes == 0 ? 1 : arrays.out_strides[0];
        run.n = arrays.axes == 0 ? 1 : arrays.shape[0];
        if (run.n > 0) kernel(run);
        return;
    }
    const std::ptrdiff_t* strides[Operands + 2];
    for (int o = 0; o < Operands; ++o) strides[o] = arrays.x_strides[o];
    strides[out] = arrays.out_strides;
    strides[mask] = arrays.where_strides;
    const auto loops = plan_loops<Operands + 2>(arrays.axes, arrays.shape, strides, out);
    if (loops.total == 0) return;
    const bool streaming = worth_streaming<T, Operands>(loops, arrays);
    const int inner = loops.count - 1;
    const std::ptrdiff_t pieces = (loops.total + elements_per_piece - 1) / elements_per_piece;
    parallel_for(pieces, pieces < 4 ? 1 : threads, [&](std::ptrdiff_t piece) {
        std::ptrdiff_t left = std::min(elements_per_piece, loops.total - piece * elements_per_piece);
        Position<Operands + 2> at(loops, piece * elements_per_piece);
        ElementwiseRun<T, Operands> run = {};
        for (int o = 0; o < Operands; ++o) run.x_stride[o] = loops.stride[o][inner];
        run.out_stride = loops.stride[out][inner];
        run.streaming = streaming;
        while (left > 0) {
            run.n = std::min(left, at.left_in_row());
            for (int o = 0; o < Operands; ++o) run.x[o] = arrays.x[o] + at.offset(o);
            run.out = arrays.out + at.offset(out);
            if (arrays.where == nullptr)
                kernel(run);
            else
                masked_run<T, Operands>(kernel, run, arrays.where + at.offset(mask), loops.stride[mask][inner]);
            left -= run.n;
            if (left > 0) at.advance(run.n);
        }
    });
}

template void map_elements(ElementwiseKernel<double, 1>, const ElementwiseArrays<double, 1>&, int);
template void map_elements(ElementwiseKernel<float, 1>, const ElementwiseArrays<float, 1>&, int);
template void map_elements(ElementwiseKernel<double, 2>, const ElementwiseArrays<double, 2>&, int);
template void map_elements(ElementwiseKernel<float, 2>, const ElementwiseArrays<float, 2>&, int);

}  // namespace mlmath

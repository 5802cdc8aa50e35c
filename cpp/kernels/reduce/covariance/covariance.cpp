// SPDX-License-Identifier: BSD-3-Clause
// covariance: dispatch, chunks, the merging of two states, threads.
//
// Up to 128 variables, tasks are subtrees of chunks, each with its own stack of states (128 KiB at most). Beyond, states are too
// large for that: chunks follow one another, and the threads share the rows of each. The arithmetic is the same.
#include "kernels/reduce/covariance/covariance.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/reduce/covariance/covariance_panel.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CovarianceKernels, covariance_kernels);

namespace {

constexpr std::ptrdiff_t most_narrow_variables = 128, most_tasks = 64;
constexpr std::ptrdiff_t panel_size = covariance_group * covariance_block, square_size = covariance_group * covariance_group;
constexpr std::ptrdiff_t blocks_per_chunk = (reduction_chunk + covariance_block - 1) / covariance_block;

// False for a NaN, of which a comparison would raise "invalid".
bool negative(double x) { return std::bit_cast<std::uint64_t>(x) - 0x8000000000000001u < 0x7ff0000000000000u; }

struct State {  // where the parts of a state lie
    double *weight, *mean, *mean_low, *c;

    State(const CovarianceShape& shape, double* at)
        : weight(at), mean(at + 1), mean_low(at + 1 + shape.variables()), c(at + 1 + 2 * shape.variables()) {}
};

// Means in two parts, as moments/ merges them. delta: scratch of shape.variables(). The factor of delta_i delta_j.
double merge_means(const CovarianceShape& shape, const double* left, const double* right, double* delta, double* out) {
    const std::ptrdiff_t v = shape.variables();
    const double a = left[0], b = right[0], weight = a + b, share = a == b ? 0.5 : b / weight;
    for (std::ptrdiff_t i = 1; i <= v; ++i) {
        const double mean = left[i], low = left[i + v];
        delta[i - 1] = (right[i] - mean) + (right[i + v] - low);
        const double shift = delta[i - 1] * share + low, sum = mean + shift, moved = sum - mean;
        out[i] = sum;
        out[i + v] = (mean - (sum - moved)) + (shift - moved);
    }
    out[0] = weight;
    return a * share;
}

void merge(const CovarianceShape& shape, const double* left, const double* right, double* delta, double* out, int threads) {
    if (right[0] == 0 || left[0] == 0) {
        const double* const from = right[0] == 0 ? left : right;
        if (out != from) std::memmove(out, from, static_cast<std::size_t>(shape.state_size()) * sizeof(double));
        return;
    }
    const double factor = merge_means(shape, left, right, delta, out);
    const std::ptrdiff_t rows = shape.rows(), columns = shape.columns(), matrix = 1 + 2 * shape.variables();
    const std::ptrdiff_t strip = std::max<std::ptrdiff_t>(1, 65536 / std::max<std::ptrdiff_t>(1, columns));
    const auto merge_rows = [&](std::ptrdiff_t first, std::ptrdiff_t last) {  // not cross: the upper half
        active(covariance_kernels_by_level)
            .merge(left + matrix, right + matrix, delta, shape.cross ? delta + shape.x_variables : delta, factor, first, last,
                   columns, !shape.cross, out + matrix);
    };
    if (rows <= strip) return merge_rows(0, rows);
    parallel_for(reduction::ceil_div(rows, strip), threads,
                 [&](std::ptrdiff_t s) { merge_rows(s * strip, std::min(rows, (s + 1) * strip)); });
}

// The stack of finished subtrees, states one behind the other in `memory`.
class StateStack {
public:
    StateStack(const CovarianceShape& shape, double* memory, double* delta, int threads)
        : shape_(shape), memory_(memory), delta_(delta), threads_(threads) {}
    static std::ptrdiff_t states(std::ptrdiff_t chunks) {  // that a stack of so many chunks needs
        std::ptrdiff_t levels = 2;
        while ((std::ptrdiff_t{1} << (levels - 2)) < chunks) ++levels;
        return levels;
    }
    /// Where the next state is to be written; push() then takes it in.
    double* next() { return memory_ + height_ * shape_.state_size(); }
    void push() {
        ++height_;
        for (std::ptrdiff_t bit = count_++; bit & 1; bit >>= 1) merge_top();
    }
    const double* finish() {
        while (height_ > 1) merge_top();
        return memory_;
    }

private:
    void merge_top() {
        double* const right = memory_ + (height_ - 1) * shape_.state_size();
        double* const left = right - shape_.state_size();
        merge(shape_, left, right, delta_, left, threads_);
        --height_;
    }
    const CovarianceShape& shape_;
    double *memory_, *delta_;
    int threads_;
    std::ptrdiff_t height_ = 0, count_ = 0;
};

// 24 variables or fewer: first those of x, then those of y. With `cross` a panel is of x or of y alone.
struct Panel {
    std::ptrdiff_t first, count;  // among all variables
};

template <class T>
class Chunks {
public:
    Chunks(Observations<T> x, Observations<T> y, const double* weights, std::ptrdiff_t n, const CovarianceShape& shape)
        : kernels_(active(covariance_kernels_by_level)), x_(x), y_(y), weights_(weights), n_(n), shape_(shape) {
        row_panels_ = reduction::ceil_div(shape.rows(), covariance_group);
        panels_ = shape.cross ? row_panels_ + reduction::ceil_div(y.variables, covariance_group) : row_panels_;
    }

    /// Doubles of scratch for one chunk with `blocks` blocks of panels at once.
    std::ptrdiff_t scratch(std::ptrdiff_t blocks) const {
        const std::ptrdiff_t squares = blocks == 1 ? panels_ * row_panels_ : 0;
        return panels_of_block() * blocks + squares * square_size + (2 + blocks_per_chunk) * shape_.variables() + places() + 64;
    }

    /// The state of one chunk, block by block; the lower half of its matrix is left as it is.
    void narrow(std::ptrdiff_t chunk, double* scratch, double* state) const {
        begin(chunk, state);
        shifts(chunk, 0, panels_, state);
        double* const squares = scratch + panels_of_block();
        const std::ptrdiff_t squares_size = panels_ * row_panels_ * square_size;
        auto* const place = reinterpret_cast<std::ptrdiff_t*>(squares + squares_size);
        const std::ptrdiff_t count = find_places(place);
        double* const sums = squares + squares_size + places();
        const std::ptrdiff_t blocks = reduction::ceil_div(observations(chunk), covariance_block);
        for (std::ptrdiff_t b = 0; b < blocks; ++b) {
            for (std::ptrdiff_t p = 0; p < panels_; ++p) fill(chunk, b, p, b == 0, scratch, sums, state);
            CovarianceAhead ahead = next_block(chunk, b, place, count);
            each_pair(0, row_panels_, [&](std::ptrdiff_t i, std::ptrdiff_t j) {
                multiply(chunk, b, i, j, scratch, squares + (i * panels_ + j) * square_size, ahead);
            });
        }
        add_blocks(blocks, sums, state);
        each_pair(0, row_panels_, [&](std::ptrdiff_t i, std::ptrdiff_t j) {
            unpack(i, j, squares + (i * panels_ + j) * square_size, sums, state);
        });
        finish(state);
    }

    /// The same, shared by the threads.
    void wide(std::ptrdiff_t chunk, double* scratch, double* state, int threads) const {
        begin(chunk, state);
        const std::ptrdiff_t blocks = reduction::ceil_div(observations(chunk), covariance_block);
        double* const sums = scratch + panels_of_block() * blocks_per_chunk;
        parallel_for(panels_, threads, [&](std::ptrdiff_t p) {
            shifts(chunk, p, p + 1, state);
            for (std::ptrdiff_t b = 0; b < blocks; ++b) fill(chunk, b, p, true, scratch + b * panels_of_block(), sums, state);
        });
        add_blocks(blocks, sums, state);
        parallel_for(row_panels_, threads, [&](std::ptrdiff_t p) {
            alignas(64) double square[square_size];
            each_pair(p, p + 1, [&](std::ptrdiff_t i, std::ptrdiff_t j) {
                CovarianceAhead ahead = nothing();
                for (std::ptrdiff_t b = 0; b < blocks; ++b)
                    multiply(chunk, b, i, j, scratch + b * panels_of_block(), square, ahead);
                unpack(i, j, square, sums, state);
            });
        });
        finish(state);
    }

private:
    std::ptrdiff_t observations(std::ptrdiff_t chunk) const { return std::min(reduction_chunk, n_ - chunk * reduction_chunk); }
    Panel panel(std::ptrdiff_t p) const {
        const bool second = p >= row_panels_;  // of y alone
        const std::ptrdiff_t first = second ? shape_.x_variables + (p - row_panels_) * covariance_group : p * covariance_group;
        return {first, std::min(covariance_group, (second ? shape_.variables() : shape_.rows()) - first)};
    }
    // use(observations of the part, its first variable there, number of variables, its place in the panel)
    template <class Use>
    void parts(const Panel& p, Use&& use) const {
        const std::ptrdiff_t of_x = std::clamp<std::ptrdiff_t>(shape_.x_variables - p.first, 0, p.count);
        if (of_x > 0) use(x_, p.first, of_x, std::ptrdiff_t{0});
        if (of_x < p.count) use(y_, p.first + of_x - shape_.x_variables, p.count - of_x, of_x);
    }

    std::ptrdiff_t panels_of_block() const { return panel_size * panels_ * (weights_ != nullptr ? 2 : 1); }
    // use(i, j): panels i of the rows first .. last - 1 with all panels from i on (cross: those of y).
    template <class Use>
    void each_pair(std::ptrdiff_t first, std::ptrdiff_t last, Use&& use) const {
        for (std::ptrdiff_t i = first; i < last; ++i)
            for (std::ptrdiff_t j = shape_.cross ? row_panels_ : i; j < panels_; ++j) use(i, j);
    }

    static CovarianceAhead nothing() {
        static constexpr std::ptrdiff_t here[covariance_block / ahead_lines] = {};
        return {reinterpret_cast<const char*>(here), here, here};
    }
    // Where a whole block of x lies relative to its first element, in runs of 5 lines: rows one behind the other in the order of
    // memory; or the observations of each variable, 40 doubles, of which the first line came with the block before and the last is
    // that of the next. (A single variable or other strides: the processor foresees them, or not.)
    std::ptrdiff_t places() const { return 4 * (shape_.x_variables + 1) + covariance_block / ahead_lines; }
    std::ptrdiff_t find_places(std::ptrdiff_t* place) const {
        constexpr std::ptrdiff_t run = 64 * ahead_lines, size = sizeof(T);
        const std::ptrdiff_t step = x_.observation_stride;
        std::ptrdiff_t count = 0;
        if (x_.variable_stride == 1 && step >= x_.variables && step <= 2 * x_.variables)
            for (std::ptrdiff_t at = 0; at < covariance_block * step * size; at += run) place[count++] = at;
        else if (step == 1 && x_.variables > 1)
            for (std::ptrdiff_t v = 0; v < x_.variables; ++v)
                for (std::ptrdiff_t at = 64; at < covariance_block * size; at += run)
                    place[count++] = v * x_.variable_stride * size + at;
        std::fill(place + count, place + count + covariance_block / ahead_lines, 0);
        return count;
    }
    CovarianceAhead next_block(std::ptrdiff_t chunk, std::ptrdiff_t b, const std::ptrdiff_t* place, std::ptrdiff_t count) const {
        const std::ptrdiff_t next = chunk * reduction_chunk + (b + 1) * covariance_block;
        if (next >= n_) return nothing();
        return {reinterpret_cast<const char*>(x_.data + next * x_.observation_stride), place, place + count};
    }

    void begin(std::ptrdiff_t chunk, double* state) const {
        const State s(shape_, state);
        const std::ptrdiff_t first = chunk * reduction_chunk, count = observations(chunk);
        *s.weight = static_cast<double>(count);
        if (weights_ != nullptr) kernels_.sums_f64(weights_ + first, 1, 0, 1, nullptr, count, s.weight);
    }
    // What is subtracted from the chunk's elements, in place of their means: the mean a of its first block, a 26th of it or more,
    // since then sum (x - a)^2 <= 26 sum (x - m)^2 whatever the elements (contract). With weights those may have none, and a is the
    // chunk's mean.
    void shifts(std::ptrdiff_t chunk, std::ptrdiff_t first_panel, std::ptrdiff_t last_panel, double* state) const {
        const State s(shape_, state);
        const std::ptrdiff_t first = chunk * reduction_chunk, all = observations(chunk);
        const std::ptrdiff_t count = weights_ != nullptr ? all : std::min(all, covariance_block);
        const double* const w = weights_ != nullptr ? weights_ + first : nullptr;
        const double weight = weights_ != nullptr ? *s.weight : static_cast<double>(count);
        for (std::ptrdiff_t i = first_panel; i < last_panel; ++i) {
            const Panel p = panel(i);
            double* const mean = s.mean + p.first;
            parts(p, [&](const Observations<T>& from, std::ptrdiff_t variable, std::ptrdiff_t variables, std::ptrdiff_t place) {
                const T* const at = from.data + variable * from.variable_stride + first * from.observation_stride;
                if constexpr (sizeof(T) == 8)
                    kernels_.sums_f64(at, variables, from.variable_stride, from.observation_stride, w, count, mean + place);
                else
                    kernels_.sums_f32(at, variables, from.variable_stride, from.observation_stride, w, count, mean + place);
            });
            for (std::ptrdiff_t v = 0; v < p.count; ++v) mean[v] = weight == 0 ? 0 : mean[v] / weight;
        }
    }
    // Panel i in block b of the chunk, its weighted copy behind all panels, and the sums of its (weighted) deviations.
    void fill(std::ptrdiff_t chunk, std::ptrdiff_t b, std::ptrdiff_t i, bool untouched, double* panels, double* sums,
              double* state) const {
        const State s(shape_, state);
        const Panel p = panel(i);
        const std::ptrdiff_t first = chunk * reduction_chunk + b * covariance_block;
        const std::ptrdiff_t count = std::min(covariance_block, chunk * reduction_chunk + observations(chunk) - first);
        const double* const w = weights_ != nullptr ? weights_ + first : nullptr;
        double* const to = panels + i * panel_size;
        if (p.count < covariance_group && untouched)  // zeros behind the last variable; blocks that come later leave them
            std::memset(to, 0, static_cast<std::size_t>(panel_size) * sizeof(double));
        parts(p, [&](const Observations<T>& from, std::ptrdiff_t variable, std::ptrdiff_t variables, std::ptrdiff_t place) {
            const T* const at = from.data + variable * from.variable_stride + first * from.observation_stride;
            const double* const shift = s.mean + p.first + place;
            double* const sum = sums + b * shape_.variables() + p.first + place;
            if constexpr (sizeof(T) == 8)
                kernels_.center_f64(at, variables, from.variable_stride, from.observation_stride, shift, w, count, place == 0,
                                    to + place, sum);
            else
                kernels_.center_f32(at, variables, from.variable_stride, from.observation_stride, shift, w, count, place == 0,
                                    to + place, sum);
        });
        if (w != nullptr) kernels_.weigh(to, w, count, to + panels_ * panel_size);
    }
    // x_i x_j is x_j x_i: a panel of few variables gives the rows of the tiles, broadcast, and not their columns, whole registers.
    bool swapped(const Panel& rows, const Panel& columns) const {
        const auto registers = [](std::ptrdiff_t variables) { return reduction::ceil_div(variables, std::ptrdiff_t{8}); };
        return columns.count * registers(rows.count) < rows.count * registers(columns.count);
    }
    // Products of panels i and j in block b. The weighted factor is that of i, whichever gives the rows.
    void multiply(std::ptrdiff_t chunk, std::ptrdiff_t b, std::ptrdiff_t i, std::ptrdiff_t j, const double* panels, double* square,
                  CovarianceAhead& ahead) const {
        const Panel rows = panel(i), columns = panel(j);
        const std::ptrdiff_t count = std::min(covariance_block, observations(chunk) - b * covariance_block);
        const double* const weighted = panels + (weights_ != nullptr ? panels_ + i : i) * panel_size;
        const double* const other = panels + j * panel_size;
        if (swapped(rows, columns))
            kernels_.products(other, weighted, count, columns.count, rows.count, false, b == 0, square, &ahead);
        else
            kernels_.products(weighted, other, count, rows.count, columns.count, j == i, b == 0, square, &ahead);
    }
    // sums[v] = the sum of all deviations of variable v; mean_low[v] = that divided by W.
    void add_blocks(std::ptrdiff_t blocks, double* sums, double* state) const {
        const State s(shape_, state);
        const std::ptrdiff_t v = shape_.variables();
        for (std::ptrdiff_t b = 1; b < blocks; ++b)
            for (std::ptrdiff_t i = 0; i < v; ++i) sums[i] += sums[b * v + i];
        for (std::ptrdiff_t i = 0; i < v; ++i) s.mean_low[i] = *s.weight == 0 ? 0 : sums[i] / *s.weight;
    }
    // c_ij = the square's sum - (sum d_i)(sum d_j) / W.
    void unpack(std::ptrdiff_t i, std::ptrdiff_t j, double* square, const double* sums, double* state) const {
        const State s(shape_, state);
        const Panel rows = panel(i), columns = panel(j);
        const std::ptrdiff_t stride = shape_.columns();
        const double *const low = s.mean_low + columns.first, *const sum = sums + rows.first;
        double* const c = s.c + rows.first * stride + columns.first - (shape_.cross ? shape_.x_variables : 0);
        if (!swapped(rows, columns))
            return kernels_.unpack(square, rows.count, columns.count, i == j, weights_ != nullptr, sum, low, c, stride);
        for (std::ptrdiff_t r = 0; r < rows.count; ++r)
            for (std::ptrdiff_t k = 0; k < columns.count; ++k)
                c[r * stride + k] = square[k * covariance_group + r] - sum[r] * low[k];
    }
    // Squares are not negative. The means in two parts: what was subtracted and the mean deviation from it, so that the first holds
    // all it can.
    void finish(double* state) const {
        const State s(shape_, state);
        for (std::ptrdiff_t i = 0; !shape_.cross && i < shape_.variables(); ++i) {
            double& square = s.c[i * (shape_.variables() + 1)];
            if (negative(square)) square = 0;  // by rounding only
        }
        for (std::ptrdiff_t i = 0; i < shape_.variables(); ++i) {
            const double shift = s.mean[i], low = s.mean_low[i], mean = shift + low, moved = mean - shift;
            s.mean[i] = mean;
            s.mean_low[i] = (shift - (mean - moved)) + (low - moved);
        }
    }

    const CovarianceKernels& kernels_;
    Observations<T> x_, y_;
    const double* weights_;
    std::ptrdiff_t n_, row_panels_, panels_;
    const CovarianceShape& shape_;
};

// The lower half of a finished matrix is its upper half.
void mirror(const CovarianceShape& shape, double* state) {
    if (shape.cross) return;
    double* const c = State(shape, state).c;
    const std::ptrdiff_t v = shape.variables();
    for (std::ptrdiff_t i = 1; i < v; ++i)
        for (std::ptrdiff_t j = 0; j < i; ++j) c[i * v + j] = c[j * v + i];
}

}  // namespace

void merge_covariance(const CovarianceShape& shape, const double* left, const double* right, double* out) {
    Workspace delta(static_cast<std::size_t>(shape.variables()) * sizeof(double));
    merge(shape, left, right, delta.take<double>(static_cast<std::size_t>(shape.variables())), out, 1);
    mirror(shape, out);
}

template <class T>
void covariance(Observations<T> x, Observations<T> y, const double* weights, std::ptrdiff_t n, bool cross, const Segment* segments,
                int count, double* states, int threads) {
    const CovarianceShape shape{x.variables, y.variables, cross};
    const Chunks<T> chunks(x, y, weights, n, shape);
    const std::ptrdiff_t v = shape.variables(), size = shape.state_size();
    const bool narrow = v <= most_narrow_variables;
    if (n * v < elements_worth_a_thread && narrow) threads = 1;
    if (!narrow) {
        std::ptrdiff_t longest = 1;
        for (int s = 0; s < count; ++s) longest = std::max(longest, segments[s].chunks);
        const std::ptrdiff_t stack = StateStack::states(longest), scratch = chunks.scratch(blocks_per_chunk);
        Workspace workspace(static_cast<std::size_t>(stack * size + v + scratch) * sizeof(double) + 192);
        double* const memory = workspace.take<double>(static_cast<std::size_t>(stack * size));
        double* const delta = workspace.take<double>(static_cast<std::size_t>(v));
        double* const own = workspace.take<double>(static_cast<std::size_t>(scratch));
        parallel(1, [&](Team& team) {
            for (int s = 0; s < count; ++s) {
                StateStack tree(shape, memory, delta, threads);
                for (std::ptrdiff_t c = segments[s].first; c < segments[s].first + segments[s].chunks; ++c) {
                    if (team.poll()) return;
                    chunks.wide(c, own, tree.next(), threads);
                    tree.push();
                }
                std::memcpy(states + s * size, tree.finish(), static_cast<std::size_t>(size) * sizeof(double));
                mirror(shape, states + s * size);
            }
        });
        return;
    }

    // Tasks: aligned subtrees of the segments, at most 64 or so, so that their states stay few.
    const std::ptrdiff_t all_chunks = reduction::ceil_div(n, reduction_chunk);
    const std::ptrdiff_t task_chunks = reduction::power_of_two_at_least(
        std::max(reduction::ceil_div(elements_per_task, v * reduction_chunk), reduction::ceil_div(all_chunks, most_tasks)));
    std::ptrdiff_t tasks = 0, task_of[most_segments + 1];
    for (int s = 0; s < count; ++s) {
        task_of[s] = tasks;
        tasks += reduction::ceil_div(segments[s].chunks, task_chunks);
    }
    task_of[count] = tasks;
    Workspace task_space(static_cast<std::size_t>(tasks * size) * sizeof(double));
    double* const task_states = task_space.take<double>(static_cast<std::size_t>(tasks * size));
    parallel_for(tasks, threads, [&](std::ptrdiff_t t) {
        int s = 0;
        while (task_of[s + 1] <= t) ++s;
        const std::ptrdiff_t first = segments[s].first + (t - task_of[s]) * task_chunks;
        const std::ptrdiff_t last = std::min(first + task_chunks, segments[s].first + segments[s].chunks);
        const std::ptrdiff_t stack = StateStack::states(last - first), scratch = chunks.scratch(1);
        Workspace workspace(static_cast<std::size_t>(stack * size + v + scratch) * sizeof(double) + 192);
        double* const own = workspace.take<double>(static_cast<std::size_t>(scratch));
        double* const delta = workspace.take<double>(static_cast<std::size_t>(v));
        StateStack tree(shape, workspace.take<double>(static_cast<std::size_t>(stack * size)), delta, 1);
        for (std::ptrdiff_t c = first; c < last; ++c) {
            chunks.narrow(c, own, tree.next());
            tree.push();
        }
        std::memcpy(task_states + t * size, tree.finish(), static_cast<std::size_t>(size) * sizeof(double));
    });
    for (int s = 0; s < count; ++s) {
        const std::ptrdiff_t parts = task_of[s + 1] - task_of[s], stack = StateStack::states(parts);
        Workspace workspace(static_cast<std::size_t>(stack * size + v) * sizeof(double) + 128);
        double* const delta = workspace.take<double>(static_cast<std::size_t>(v));
        StateStack tree(shape, workspace.take<double>(static_cast<std::size_t>(stack * size)), delta, 1);
        for (std::ptrdiff_t t = task_of[s]; t < task_of[s + 1]; ++t) {
            std::memcpy(tree.next(), task_states + t * size, static_cast<std::size_t>(size) * sizeof(double));
            tree.push();
        }
        std::memcpy(states + s * size, tree.finish(), static_cast<std::size_t>(size) * sizeof(double));
        mirror(shape, states + s * size);
    }
}

template void covariance(Observations<double>, Observations<double>, const double*, std::ptrdiff_t, bool, const Segment*, int,
                         double*, int);
template void covariance(Observations<float>, Observations<float>, const double*, std::ptrdiff_t, bool, const Segment*, int,
                         double*, int);

}  // namespace mlmath

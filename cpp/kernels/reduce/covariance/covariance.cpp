// SPDX-License-Identifier: BSD-3-Clause
// covariance: dispatch, chunks, the merging of two states, threads.
//
// Up to 128 variables, tasks are subtrees of chunks, each with its own stack of states (128 KiB at most). Beyond, states are too
// large for that: chunks follow one another, and the threads share the rows of each. The arithmetic is the same.
#include "kernels/reduce/covariance/covariance.hpp"

#include <bit>
#include <cstring>

#include "kernels/reduce/covariance/covariance_panel.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(CovarianceKernels, covariance_kernels);

namespace {

constexpr std::ptrdiff_t most_narrow_variables = 128, most_tasks = 64;
constexpr std::ptrdiff_t panel_size = covariance_group * covariance_block;
constexpr std::ptrdiff_t blocks_per_chunk = reduction_chunk / covariance_block;

// False for a NaN, of which a comparison would raise "invalid".
bool negative(double x) { return std::bit_cast<std::uint64_t>(x) - 0x8000000000000001u < 0x7ff0000000000000u; }

struct State {  // where the parts of a state lie
    double *weight, *mean, *mean_low, *c;

    State(const CovarianceShape& shape, double* at)
        : weight(at), mean(at + 1), mean_low(at + 1 + shape.variables()), c(at + 1 + 2 * shape.variables()) {}
};

// Rows first .. last-1 of the merged matrix, from the merged vectors' differences.
void merge_rows(const CovarianceShape& shape, const double* left, const double* right, const double* delta, double factor,
                std::ptrdiff_t first, std::ptrdiff_t last, double* out) {
    const std::ptrdiff_t at = 1 + 2 * shape.variables(), columns = shape.columns();
    const double* const column_delta = shape.cross ? delta + shape.x_variables : delta;
    for (std::ptrdiff_t i = first; i < last; ++i)
        for (std::ptrdiff_t j = 0; j < columns; ++j) {
            const std::ptrdiff_t e = at + i * columns + j;
            out[e] = (left[e] + right[e]) + delta[i] * column_delta[j] * factor;
        }
}

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
    const std::ptrdiff_t rows = shape.rows(),
                         strip = std::max<std::ptrdiff_t>(1, 65536 / std::max<std::ptrdiff_t>(1, shape.columns()));
    parallel_for(reduction::ceil_div(rows, strip), threads, [&](std::ptrdiff_t s) {
        merge_rows(shape, left, right, delta, factor, s * strip, std::min(rows, (s + 1) * strip), out);
    });
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

// 24 variables or fewer of x or of y.
struct Group {
    std::ptrdiff_t first, count;  // among all variables
    bool of_y;
};

template <class T>
class Chunks {
public:
    Chunks(Observations<T> x, Observations<T> y, const double* weights, std::ptrdiff_t n, const CovarianceShape& shape)
        : kernels_(active(covariance_kernels_by_level)), x_(x), y_(y), weights_(weights), n_(n), shape_(shape) {
        groups_x_ = reduction::ceil_div(x.variables, covariance_group);
        groups_ = groups_x_ + reduction::ceil_div(y.variables, covariance_group);
    }

    std::ptrdiff_t groups() const { return groups_; }
    /// Doubles of scratch for one chunk with `blocks` blocks of panels at once.
    std::ptrdiff_t scratch(std::ptrdiff_t blocks) const {
        return panel_size * blocks * groups_ * (weights_ != nullptr ? 2 : 1) + 2 * blocks_per_chunk * shape_.variables() + 64;
    }

    /// The state of one chunk, block by block.
    void narrow(std::ptrdiff_t chunk, double* scratch, double* state) const {
        begin(chunk, state);
        means(chunk, 0, groups_, state);
        double* const panels = scratch;
        double* const sums = panels + panel_size * groups_ * (weights_ != nullptr ? 2 : 1);
        const std::ptrdiff_t blocks = reduction::ceil_div(observations(chunk), covariance_block);
        for (std::ptrdiff_t b = 0; b < blocks; ++b) {
            for (std::ptrdiff_t g = 0; g < groups_; ++g) fill(chunk, b, g, panels, sums, state);
            for (std::ptrdiff_t g = 0; g < row_groups(); ++g) multiply(chunk, b, g, panels, state);
        }
        repair_means(chunk, sums, state);
        for (std::ptrdiff_t g = 0; g < row_groups(); ++g) repair_rows(g, sums, state);
        mirror(state);
    }

    /// The same, shared by the threads.
    void wide(std::ptrdiff_t chunk, double* scratch, double* state, int threads) const {
        begin(chunk, state);
        const std::ptrdiff_t blocks = reduction::ceil_div(observations(chunk), covariance_block);
        const std::ptrdiff_t panels_of_block = panel_size * groups_ * (weights_ != nullptr ? 2 : 1);
        double* const sums = scratch + panels_of_block * blocks_per_chunk;
        parallel_for(groups_, threads, [&](std::ptrdiff_t g) {
            means(chunk, g, g + 1, state);
            for (std::ptrdiff_t b = 0; b < blocks; ++b) fill(chunk, b, g, scratch + b * panels_of_block, sums, state);
        });
        repair_means(chunk, sums, state);
        parallel_for(row_groups(), threads, [&](std::ptrdiff_t g) {
            for (std::ptrdiff_t b = 0; b < blocks; ++b) multiply(chunk, b, g, scratch + b * panels_of_block, state);
            repair_rows(g, sums, state);
        });
        mirror(state);
    }

private:
    std::ptrdiff_t row_groups() const { return shape_.cross ? groups_x_ : groups_; }
    std::ptrdiff_t observations(std::ptrdiff_t chunk) const { return std::min(reduction_chunk, n_ - chunk * reduction_chunk); }
    Group group(std::ptrdiff_t g) const {
        const bool of_y = g >= groups_x_;
        const std::ptrdiff_t first = (of_y ? g - groups_x_ : g) * covariance_group;
        return {first + (of_y ? shape_.x_variables : 0), std::min(covariance_group, (of_y ? y_ : x_).variables - first), of_y};
    }
    const T* element(const Group& g, std::ptrdiff_t observation) const {
        const Observations<T>& from = g.of_y ? y_ : x_;
        return from.data + (g.first - (g.of_y ? shape_.x_variables : 0)) * from.variable_stride +
               observation * from.observation_stride;
    }

    void begin(std::ptrdiff_t chunk, double* state) const {
        const State s(shape_, state);
        const std::ptrdiff_t first = chunk * reduction_chunk, count = observations(chunk);
        *s.weight = static_cast<double>(count);
        if (weights_ != nullptr) kernels_.sums_f64(weights_ + first, 1, 0, 1, nullptr, count, s.weight);
        std::memset(s.c, 0, static_cast<std::size_t>(shape_.rows() * shape_.columns()) * sizeof(double));
    }
    void means(std::ptrdiff_t chunk, std::ptrdiff_t first_group, std::ptrdiff_t last_group, double* state) const {
        const State s(shape_, state);
        const std::ptrdiff_t first = chunk * reduction_chunk;
        const double* const w = weights_ != nullptr ? weights_ + first : nullptr;
        for (std::ptrdiff_t i = first_group; i < last_group; ++i) {
            const Group g = group(i);
            const Observations<T>& from = g.of_y ? y_ : x_;
            double* const mean = s.mean + g.first;
            if constexpr (sizeof(T) == 8)
                kernels_.sums_f64(element(g, first), g.count, from.variable_stride, from.observation_stride, w, observations(chunk),
                                  mean);
            else
                kernels_.sums_f32(element(g, first), g.count, from.variable_stride, from.observation_stride, w, observations(chunk),
                                  mean);
            for (std::ptrdiff_t v = 0; v < g.count; ++v) mean[v] = *s.weight == 0 ? 0 : mean[v] / *s.weight;
        }
    }
    // Panel of group g in block b of the chunk, its weighted copy behind all panels, and the sums of its (weighted) deviations.
    void fill(std::ptrdiff_t chunk, std::ptrdiff_t b, std::ptrdiff_t i, double* panels, double* sums, double* state) const {
        const State s(shape_, state);
        const Group g = group(i);
        const Observations<T>& from = g.of_y ? y_ : x_;
        const std::ptrdiff_t first = chunk * reduction_chunk + b * covariance_block;
        const std::ptrdiff_t count = std::min(covariance_block, chunk * reduction_chunk + observations(chunk) - first);
        double* const panel = panels + i * panel_size;
        if (g.count < covariance_group && b == 0)  // zeros behind the last variable; later blocks leave them
            std::memset(panel, 0, static_cast<std::size_t>(panel_size) * sizeof(double));
        if constexpr (sizeof(T) == 8)
            kernels_.center_f64(element(g, first), g.count, from.variable_stride, from.observation_stride, s.mean + g.first, count,
                                panel);
        else
            kernels_.center_f32(element(g, first), g.count, from.variable_stride, from.observation_stride, s.mean + g.first, count,
                                panel);
        kernels_.sums_f64(panel, g.count, 1, covariance_group, weights_ != nullptr ? weights_ + first : nullptr, count,
                          sums + b * shape_.variables() + g.first);
        if (weights_ != nullptr) kernels_.weigh(panel, weights_ + first, count, panel + groups_ * panel_size);
    }
    void multiply(std::ptrdiff_t chunk, std::ptrdiff_t b, std::ptrdiff_t i, const double* panels, double* state) const {
        const State s(shape_, state);
        const Group rows = group(i);
        const std::ptrdiff_t first = chunk * reduction_chunk + b * covariance_block, stride = shape_.columns();
        const std::ptrdiff_t count = std::min(covariance_block, chunk * reduction_chunk + observations(chunk) - first);
        const double* const left = panels + (weights_ != nullptr ? groups_ + i : i) * panel_size;
        for (std::ptrdiff_t j = shape_.cross ? groups_x_ : i; j < groups_; ++j) {
            const Group columns = group(j);
            double* const c = s.c + rows.first * stride + columns.first - (shape_.cross ? shape_.x_variables : 0);
            kernels_.products(left, panels + j * panel_size, count, rows.count, columns.count, j == i, c, stride);
        }
    }
    // sums[v] = the sum of all deviations of variable v; the means' second parts.
    void repair_means(std::ptrdiff_t chunk, double* sums, double* state) const {
        const State s(shape_, state);
        const std::ptrdiff_t v = shape_.variables(), blocks = reduction::ceil_div(observations(chunk), covariance_block);
        for (std::ptrdiff_t b = 1; b < blocks; ++b)
            for (std::ptrdiff_t i = 0; i < v; ++i) sums[i] += sums[b * v + i];
        for (std::ptrdiff_t i = 0; i < v; ++i) s.mean_low[i] = *s.weight == 0 ? 0 : sums[i] / *s.weight;
    }
    // c_ij -= (sum d_i)(sum d_j) / W: zero but for the rounding of the means.
    void repair_rows(std::ptrdiff_t i, const double* sums, double* state) const {
        const State s(shape_, state);
        const Group rows = group(i);
        const std::ptrdiff_t stride = shape_.columns(), offset = shape_.cross ? shape_.x_variables : 0;
        for (std::ptrdiff_t r = rows.first; r < rows.first + rows.count; ++r)
            for (std::ptrdiff_t j = shape_.cross ? 0 : r; j < stride; ++j) {
                double& c = s.c[r * stride + j];
                c -= sums[r] * s.mean_low[offset + j];
                if (!shape_.cross && j == r && negative(c)) c = 0;  // by rounding only
            }
    }
    void mirror(double* state) const {
        if (shape_.cross) return;
        const State s(shape_, state);
        const std::ptrdiff_t v = shape_.variables();
        for (std::ptrdiff_t i = 1; i < v; ++i)
            for (std::ptrdiff_t j = 0; j < i; ++j) s.c[i * v + j] = s.c[j * v + i];
    }

    const CovarianceKernels& kernels_;
    Observations<T> x_, y_;
    const double* weights_;
    std::ptrdiff_t n_, groups_, groups_x_;
    const CovarianceShape& shape_;
};

}  // namespace

void merge_covariance(const CovarianceShape& shape, const double* left, const double* right, double* out) {
    Workspace delta(static_cast<std::size_t>(shape.variables()) * sizeof(double));
    merge(shape, left, right, delta.take<double>(static_cast<std::size_t>(shape.variables())), out, 1);
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
    }
}

template void covariance(Observations<double>, Observations<double>, const double*, std::ptrdiff_t, bool, const Segment*, int,
                         double*, int);
template void covariance(Observations<float>, Observations<float>, const double*, std::ptrdiff_t, bool, const Segment*, int,
                         double*, int);

}  // namespace mlmath

// SPDX-License-Identifier: BSD-3-Clause
// cross_entropy: what the driver and the per-level units agree on. The logarithms and probabilities are softmax's.
#pragma once
#include <cstddef>

namespace mlmath {

/// Coefficients of a run of classes: c_j = w_j (share q_j + uniform). weights null: w_j = 1; probabilities null: q_j = 0.
template <class T>
struct ClassCoefficients {
    const T* probabilities;
    const T* weights;
    T share, uniform;

    ClassCoefficients from(std::ptrdiff_t first) const {
        return {probabilities != nullptr ? probabilities + first : nullptr, weights != nullptr ? weights + first : nullptr, share,
                uniform};
    }
};

template <class T>
struct CrossEntropyRow {
    /// n <= row_chunk classes: loss = -sum_j c_j ((x_j - shift) - log_sum), total = sum_j c_j. A term with c_j = 0 is 0.
    void (*loss)(const T* x, std::ptrdiff_t n, const ClassCoefficients<T>& c, T shift, T log_sum, T* loss, T* total);
    /// p_j becomes p_j factor - scale c_j.
    void (*gradient)(T* p, std::ptrdiff_t n, const ClassCoefficients<T>& c, T factor, T scale);
};

struct CrossEntropyKernels {
    CrossEntropyRow<double> f64;
    CrossEntropyRow<float> f32;

    const CrossEntropyRow<double>& of(const double*) const { return f64; }
    const CrossEntropyRow<float>& of(const float*) const { return f32; }
};

}  // namespace mlmath

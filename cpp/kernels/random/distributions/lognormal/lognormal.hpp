// SPDX-License-Identifier: BSD-3-Clause
// lognormal: exponentials of normal numbers. Contract.
#pragma once
#include "kernels/random/distributions/normal/normal.hpp"

namespace mlmath {

/// out[i] = e^(mean + sigma z_i): the exponential of element i of the normal law at the same place.
///
/// Definition  x = mean + sigma z as NormalLaw rounds it, then e^x.
/// Parameters  valid (checked before); NaN gives NaN.
/// Shapes      out: n elements, contiguous, any alignment of T.
/// Result      the same bits on every level, for any number of threads, alignment and split.
/// Error       e^x: 0.7 ulp; results beyond the largest number are infinite, small ones subnormal or 0. An error d of x is an
///             error d of e^x relative to it: |sigma z| 2^-46 (float: |sigma z| 6 * 2^-24) of z's, and half an ulp each of x and
///             sigma z.
/// Cost        the normal law's, and about 10 vector operations per element register more; compute-bound.
template <class T>
class LognormalLaw final : public Law {
public:
    explicit LognormalLaw(NormalParameters<T> parameters) : Law(sizeof(T) / 4, sizeof(T), normals_use<T>), normal_(parameters) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override;

private:
    NormalLaw<T> normal_;
};

/// Parameters (mean, sigma) of each element.
template <class T>
const LawOfArrays& lognormal_of_arrays();

}  // namespace mlmath

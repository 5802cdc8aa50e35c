// SPDX-License-Identifier: BSD-3-Clause
// uniform: dispatch and threads.
#include "kernels/random/distributions/uniform/uniform.hpp"

#include "kernels/random/engines/xblock/xblock_driver.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(UniformKernels, uniform_kernels);

namespace {

template <class T>
const UniformFunctions<T>& functions() {
    const UniformKernels& kernels = active(uniform_kernels_by_level);
    if constexpr (sizeof(T) == 8)
        return kernels.f64;
    else
        return kernels.f32;
}

}  // namespace

template <class T>
void uniform(const XBlockKey& key, XBlockPosition start, T* out, std::ptrdiff_t n, UniformParameters<T> parameters, int threads) {
    const UniformFunctions<T>& f = functions<T>();
    const bool streaming = streams_past_caches(n * static_cast<std::ptrdiff_t>(sizeof(T)));
    for_each_block(start, 8 / sizeof(T), n, threads,
                   [&](std::uint64_t block, std::ptrdiff_t first, std::ptrdiff_t count, std::ptrdiff_t at) {
                       f.fill(key, block, first, count, out + at, streaming, parameters);
                   });
}

template <class T>
void uniform_of_words(const std::uint64_t* words, std::ptrdiff_t steps, T* out, UniformParameters<T> parameters) {
    functions<T>().convert(words, steps, out, parameters);
}

template void uniform(const XBlockKey&, XBlockPosition, double*, std::ptrdiff_t, UniformParameters<double>, int);
template void uniform(const XBlockKey&, XBlockPosition, float*, std::ptrdiff_t, UniformParameters<float>, int);
template void uniform_of_words(const std::uint64_t*, std::ptrdiff_t, double*, UniformParameters<double>);
template void uniform_of_words(const std::uint64_t*, std::ptrdiff_t, float*, UniformParameters<float>);

}  // namespace mlmath

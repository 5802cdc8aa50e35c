// SPDX-License-Identifier: BSD-3-Clause
// log, log1p, log2, log10 of a run. Compiled once per level; the functions themselves are simd/math/log.hpp's.
#include "kernels/elementwise/elementwise_loop.hpp"
#include "kernels/elementwise/log/log_kernels.hpp"
#include "simd/math.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Operands that are not normal positive numbers are told by one comparison of integers.
template <template <class> class Base>
struct LogTo {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return math_detail::log_to<Base<element_of<V>>, element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::not_normal_positive<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::log_in_range<Base<element_of<V>>, element_of<V>>(x);
    }
};
using Log = LogTo<math_detail::NaturalLog>;
using Log2 = LogTo<math_detail::BinaryLog>;
using Log10 = LogTo<math_detail::DecimalLog>;
struct Log1p {
    template <class V>
    MLMATH_INLINE V operator()(V x) const {
        return log1p(x);
    }
    template <class V>
    MLMATH_INLINE auto unusual(V x) const {
        return math_detail::log1p_unusual<element_of<V>>(x);
    }
    template <class V>
    MLMATH_INLINE V usual(V x) const {
        return math_detail::log1p_in_range<element_of<V>>(x);
    }
};

struct Xlogy {
    static constexpr int registers = 2;
    template <class V>
    MLMATH_INLINE V operator()(V x, V y) const {
        return xlogy(x, y);
    }
};
struct Xlog1py {
    static constexpr int registers = 2;
    template <class V>
    MLMATH_INLINE V operator()(V x, V y) const {
        return xlog1py(x, y);
    }
};

}  // namespace

extern const LogKernels log_kernels;
const LogKernels log_kernels = {elementwise_kernels<Log, 1>,   elementwise_kernels<Log1p, 1>, elementwise_kernels<Log2, 1>,
                                elementwise_kernels<Log10, 1>, elementwise_kernels<Xlogy, 2>, elementwise_kernels<Xlog1py, 2>};

}  // namespace mlmath::MLMATH_LEVEL

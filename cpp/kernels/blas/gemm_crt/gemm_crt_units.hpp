// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: the kernels of one int8 unit, for the driver and the ladder.
#pragma once
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "simd/int8_unit.hpp"

namespace mlmath {

template <class T>
struct CrtUnit {
    void (*sums)(const CrtLines<T>& lines, CrtSums* out);
    void (*residues)(const CrtConversion<T>& conversion);
    void (*reconstruct)(const CrtReconstruction<T>& block);
    void (*begin)();
    void (*end)();
    void (*product)(const CrtProduct& product);
};

/// Of `textbook` the sums only. Must be a unit this machine has.
template <class T>
CrtUnit<T> crt_unit(Int8Unit unit);

/// A thread's products happen while one of these lives: tile state is set up, and given back whatever happens.
template <class T>
class CrtProductScope {
public:
    explicit CrtProductScope(const CrtUnit<T>& unit) : end_(unit.end) { unit.begin(); }
    ~CrtProductScope() { end_(); }
    CrtProductScope(const CrtProductScope&) = delete;
    CrtProductScope& operator=(const CrtProductScope&) = delete;

private:
    void (*end_)();
};

}  // namespace mlmath

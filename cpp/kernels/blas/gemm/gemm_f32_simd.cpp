// SPDX-License-Identifier: BSD-3-Clause
// gemm's kernels for float. Compiled once per level.
#include "kernels/blas/gemm/gemm_small.hpp"
#include "kernels/blas/gemm/gemm_thin.hpp"

namespace mlmath::MLMATH_LEVEL {

extern const GemmKernels<float> gemm_f32;
const GemmKernels<float> gemm_f32 = {tile_rows,
                                     tile_columns<float>,
                                     width<float>,
                                     block_of_tiles<float>,
                                     triangle_of_tiles<float>,
                                     strips_in_panels<float>,
                                     thin_columns<float>,
                                     thin_rows<float>,
                                     thin_total<float>,
                                     small_items<float>,
                                     pack_panels<tile_columns<float>, float>,
                                     pack_panels<tile_rows, float>};

}  // namespace mlmath::MLMATH_LEVEL

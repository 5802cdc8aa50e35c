// SPDX-License-Identifier: BSD-3-Clause
// gemm's kernels for double. Compiled once per level.
#include "kernels/blas/gemm/gemm_small.hpp"
#include "kernels/blas/gemm/gemm_thin.hpp"

namespace mlmath::MLMATH_LEVEL {

extern const GemmKernels<double> gemm_f64;
const GemmKernels<double> gemm_f64 = {tile_rows,
                                      tile_columns<double>,
                                      width<double>,
                                      block_of_tiles<double>,
                                      triangle_of_tiles<double>,
                                      strips_in_panels<double>,
                                      thin_columns<double>,
                                      thin_rows<double>,
                                      thin_total<double>,
                                      small_items<double>,
                                      pack_panels<tile_columns<double>, double>,
                                      pack_panels<tile_rows, double>};

}  // namespace mlmath::MLMATH_LEVEL

# SPDX-License-Identifier: BSD-3-Clause
# THE table: instruction sets and their flags, and which kernel sources are compiled for them.
#
# A `<kernel>_simd.cpp` is compiled once per level, into an object library of its own, with
#   MLMATH_LEVEL          the name of the level, which is also the namespace its symbols live in
#   MLMATH_VECTOR_BYTES   bytes of one vector register
# Adding a kernel is one line in MLMATH_KERNELS; adding an instruction set is one line in MLMATH_LEVELS and one in simd/cpu.hpp.

if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  set(MLMATH_BASELINE_FLAGS -march=x86-64-v2)
  # level | vector bytes | flags
  set(MLMATH_LEVELS
      "baseline|16|-march=x86-64-v2"
      "avx2|32|-march=x86-64-v3"
      "avx512|64|-march=x86-64-v4 -mprefer-vector-width=512")
  # Units that multiply bytes, beside the levels (simd/int8_unit.hpp): same columns. amx may use everything of vnni.
  set(MLMATH_VNNI_FLAGS "-march=x86-64-v4 -mprefer-vector-width=512 -mavx512vnni -mavx512ifma -mavx512vbmi")
  set(MLMATH_INT8_UNITS
      "vnni|64|${MLMATH_VNNI_FLAGS}"
      "amx|64|${MLMATH_VNNI_FLAGS} -mamx-tile -mamx-int8")
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  set(MLMATH_BASELINE_FLAGS "")
  set(MLMATH_LEVELS "neon|16|-march=armv8-a")
  set(MLMATH_INT8_UNITS "")
else()
  message(FATAL_ERROR "mlmath_native: no instruction-set table for '${CMAKE_SYSTEM_PROCESSOR}'; x86-64 and aarch64 are known")
endif()

# kernel sources, below cpp/kernels
set(MLMATH_KERNELS
    blas/copy/copy_simd.cpp
    blas/dot/dot_simd.cpp
    blas/gemm/gemm_f32_simd.cpp
    blas/gemm/gemm_f64_simd.cpp
    blas/gram/gram_simd.cpp
    blas/linear/linear_simd.cpp
    blas/trmm/trmm_simd.cpp
    blas/trsm/trsm_simd.cpp
    eigen/bidiagonal_dqds/bidiagonal_dqds_simd.cpp
    eigen/bidiagonal_qr/bidiagonal_qr_simd.cpp
    eigen/bidiagonalize/bidiagonalize_simd.cpp
    eigen/eigh/eigh_simd.cpp
    eigen/eigh_lanes/eigh_lanes_simd.cpp
    eigen/jacobi_eigh/jacobi_eigh_simd.cpp
    eigen/jacobi_svd/jacobi_svd_simd.cpp
    eigen/secular/secular_simd.cpp
    eigen/svd_lanes/svd_lanes_simd.cpp
    eigen/tridiagonal_bisection/tridiagonal_bisection_simd.cpp
    eigen/tridiagonal_dc/tridiagonal_dc_simd.cpp
    eigen/tridiagonal_ql/tridiagonal_ql_simd.cpp
    eigen/tridiagonalize/tridiagonalize_simd.cpp
    cluster/kmeans/kmeans_simd.cpp
    linear_model/fit_many/fit_many_simd.cpp
    linear_model/glm_pass/glm_pass_simd.cpp
    linear_model/multinomial/multinomial_simd.cpp
    linear_model/sgd/sgd_simd.cpp
    naive_bayes/class_moments/class_moments_simd.cpp
    naive_bayes/class_scores/class_scores_simd.cpp
    optim/adadelta/adadelta_simd.cpp
    optim/adagrad/adagrad_simd.cpp
    preprocessing/standardize/standardize_product_simd.cpp
    preprocessing/standardize/standardize_simd.cpp
    optim/adam/adam_simd.cpp
    optim/gradient_descent/gradient_descent_simd.cpp
    optim/gradient_norm/gradient_norm_simd.cpp
    optim/lion/lion_simd.cpp
    optim/rmsprop/rmsprop_simd.cpp
    elementwise/exp/exp_simd.cpp
    elementwise/error_function/error_function_simd.cpp
    elementwise/gamma/gamma_simd.cpp
    elementwise/hyperbolic/hyperbolic_simd.cpp
    elementwise/log/log_simd.cpp
    elementwise/power/power_simd.cpp
    elementwise/sigmoid/sigmoid_simd.cpp
    elementwise/trigonometric/trigonometric_simd.cpp
    reduce/count/count_simd.cpp
    reduce/cumulative/cumulative_simd.cpp
    reduce/cross_entropy/cross_entropy_simd.cpp
    reduce/extremes/extremes_simd.cpp
    reduce/moments/moments_simd.cpp
    reduce/product/product_simd.cpp
    reduce/reduction_convert_simd.cpp
    reduce/softmax/softmax_simd.cpp
    reduce/histogram/histogram_simd.cpp
    reduce/bincount/bincount_simd.cpp
    reduce/minmax/minmax_simd.cpp
    reduce/central_moments/central_moments_simd.cpp
    reduce/covariance/covariance_simd.cpp
    reduce/selection/selection_simd.cpp
    reduce/sum/sum_simd.cpp
    random/distributions/bernoulli/bernoulli_simd.cpp
    random/distributions/beta/beta_simd.cpp
    random/distributions/binomial/binomial_simd.cpp
    random/distributions/dirichlet/dirichlet_simd.cpp
    random/distributions/discrete_table/discrete_table_simd.cpp
    random/distributions/gamma/gamma_simd.cpp
    random/distributions/geometric/geometric_simd.cpp
    random/distributions/integers/integers_simd.cpp
    random/distributions/inversion/inversion_simd.cpp
    random/distributions/lognormal/lognormal_simd.cpp
    random/distributions/multinomial/multinomial_simd.cpp
    random/distributions/multivariate_normal/multivariate_normal_simd.cpp
    random/distributions/normal/normal_simd.cpp
    random/distributions/poisson/poisson_simd.cpp
    random/distributions/student_t/student_t_simd.cpp
    random/distributions/uniform/uniform_simd.cpp
    random/draw/draw_simd.cpp
    random/engines/philox/philox_simd.cpp
    random/engines/threefry/threefry_simd.cpp
    random/engines/xblock/xblock_simd.cpp
    random/samplers/categorical/categorical_simd.cpp
    random/samplers/categorical_rows/categorical_rows_simd.cpp
    random/samplers/permutation/permutation_simd.cpp
    random/samplers/sample/sample_simd.cpp
    factor/cholesky/cholesky_simd.cpp
    factor/det/det_simd.cpp
    factor/least_squares/least_squares_simd.cpp
    factor/lu/lu_simd.cpp
    factor/qr/qr_simd.cpp
    factor/qr_pivoted/qr_pivoted_simd.cpp
    factor/solve/solve_simd.cpp
    machine/bandwidth/bandwidth_simd.cpp
    machine/fma_peak/fma_peak_simd.cpp
)

# and of the int8 units
set(MLMATH_KERNELS_vnni
    blas/gemm_crt/gemm_crt_products_simd.cpp
    blas/gemm_crt/gemm_crt_reconstruct_simd.cpp
    blas/gemm_crt/gemm_crt_residues_simd.cpp
    blas/gemm_crt/gemm_crt_sums_simd.cpp
    machine/int8_peak/int8_peak_vnni_simd.cpp
)
set(MLMATH_KERNELS_amx
    blas/gemm_crt/gemm_crt_tiles_apart_simd.cpp
    blas/gemm_crt/gemm_crt_tiles_simd.cpp
    machine/int8_peak/int8_peak_amx_simd.cpp
)

# Kernel units: no exceptions, no type information, no link-time optimization, nothing inlined across levels.
set(MLMATH_LEVEL_OBJECTS "")
set(MLMATH_SYMBOL_CHECK_STAMPS "")
find_package(Python 3.11 QUIET COMPONENTS Interpreter)
foreach(level_row IN LISTS MLMATH_LEVELS MLMATH_INT8_UNITS)
  string(REPLACE "|" ";" level_fields "${level_row}")
  list(GET level_fields 0 level)
  list(GET level_fields 1 level_bytes)
  list(GET level_fields 2 level_flags)
  separate_arguments(level_flags)
  set(level_sources "")
  set(level_kernels ${MLMATH_KERNELS})
  if(DEFINED MLMATH_KERNELS_${level})
    set(level_kernels ${MLMATH_KERNELS_${level}})
  endif()
  foreach(source IN LISTS level_kernels)
    list(APPEND level_sources "cpp/kernels/${source}")
    if(source MATCHES "^random/")  # streams promise equal bits on the level without FMA too: simd/vec.hpp
      set_source_files_properties("cpp/kernels/${source}" PROPERTIES COMPILE_DEFINITIONS MLMATH_FMA_ONCE)
    endif()
  endforeach()
  set(target mlmath_level_${level})
  add_library(${target} OBJECT ${level_sources})
  target_link_libraries(${target} PRIVATE mlmath_flags)
  target_compile_options(${target} PRIVATE ${level_flags} -fno-exceptions -fno-rtti -fno-lto)
  if(level_row IN_LIST MLMATH_INT8_UNITS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    # GCC 12's own header of AVX-512 intrinsics initializes a variable with itself (GCC bug 105593).
    target_compile_options(${target} PRIVATE -Wno-uninitialized -Wno-maybe-uninitialized)
  endif()
  target_compile_definitions(${target} PRIVATE MLMATH_LEVEL=${level} MLMATH_VECTOR_BYTES=${level_bytes})
  set_target_properties(${target} PROPERTIES INTERPROCEDURAL_OPTIMIZATION OFF)
  list(APPEND MLMATH_LEVEL_OBJECTS $<TARGET_OBJECTS:${target}>)

  # Inline code compiled for AVX-512 must never be the copy the linker keeps for everybody: prove it for every object.
  set(stamp "${CMAKE_CURRENT_BINARY_DIR}/symbols_${level}.stamp")
  add_custom_command(
    OUTPUT "${stamp}"
    COMMAND ${Python_EXECUTABLE} "${CMAKE_CURRENT_SOURCE_DIR}/cmake/check_isa_objects.py" --nm "${CMAKE_NM}" --level ${level}
            --stamp "${stamp}" $<TARGET_OBJECTS:${target}>
    DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/cmake/check_isa_objects.py" $<TARGET_OBJECTS:${target}>
    COMMAND_EXPAND_LISTS VERBATIM)
  list(APPEND MLMATH_SYMBOL_CHECK_STAMPS "${stamp}")
endforeach()
add_custom_target(mlmath_symbol_check DEPENDS ${MLMATH_SYMBOL_CHECK_STAMPS})

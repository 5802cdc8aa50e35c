// SPDX-License-Identifier: BSD-3-Clause
// integers: dispatch.
#include "kernels/random/distributions/integers/integers.hpp"

#include "kernels/random/distributions/integers/integers_textbook.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(IntegerKernels, integer_kernels);

namespace {

constexpr int row_of(int bytes) { return bytes == 1 ? 0 : bytes == 2 ? 1 : bytes == 4 ? 2 : 3; }

class IntegersOfArrays final : public LawOfArrays {
public:
    explicit IntegersOfArrays(int bytes) : LawOfArrays(2, bytes, 2) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* out,
                 const double* const* parameters) const override {
        active(integer_kernels_by_level).convert_each[row_of(item_bytes)](key, unit, words, units, out, parameters);
    }
};

}  // namespace

IntegerLaw::IntegerLaw(int bytes_of_element, std::uint64_t low, std::uint64_t last)
    : IntegerLaw(bytes_of_element, textbook::integer_parameters(bytes_of_element, low, last)) {}

IntegerLaw::IntegerLaw(int bytes_of_element, const IntegerParameters& parameters)
    : Law(bytes_of_element >= 4 ? parameters.bits / 32 : 2,
          bytes_of_element >= 4 ? bytes_of_element : 64 / parameters.bits * bytes_of_element),
      element_bytes(bytes_of_element),
      parameters_(parameters) {}

void IntegerLaw::convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                         void* out) const {
    const IntegerKernels& kernels = active(integer_kernels_by_level);
    const int shortest = element_bytes == 8 ? 32 : 8 * element_bytes;
    const auto convert = parameters_.bits == 128 ? kernels.convert_pairs
                                                 : kernels.convert[row_of(element_bytes)][parameters_.bits == shortest ? 0 : 1];
    convert(key, unit, words, units, out, parameters_);
}

const LawOfArrays& integers_of_arrays(int bytes_of_element) {
    static const IntegersOfArrays laws[4] = {IntegersOfArrays(1), IntegersOfArrays(2), IntegersOfArrays(4), IntegersOfArrays(8)};
    return laws[row_of(bytes_of_element)];
}

}  // namespace mlmath

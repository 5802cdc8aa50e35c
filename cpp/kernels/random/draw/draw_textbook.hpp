// SPDX-License-Identifier: BSD-3-Clause
// draw, textbook: every element by itself, from the words of its unit.
#pragma once
#include <cstring>

#include "kernels/random/draw/law.hpp"
#include "kernels/random/engines/xblock/xblock_textbook.hpp"

namespace mlmath::textbook {

/// The words of one unit of XBlock's stream: unit u begins at word u times its length.
inline void words_of_unit(const StreamKey& key, std::uint64_t unit, int halves, std::uint64_t* words) {
    const auto count = static_cast<std::uint64_t>(unit_steps(halves)) * 16;
    for (std::uint64_t k = 0; k < count; ++k) words[k] = xblock_word(key, unit * count + k);
}

/// out[i] = element i from `start` on: its unit is made, and the element taken out of it. convert(unit, words, elements, i) makes
/// the elements of one unit; i is the element that is wanted of it.
template <class Convert>
void draw(const StreamKey& key, StreamPosition start, int halves, int item_bytes, void* out, std::ptrdiff_t n, Convert&& convert) {
    for (std::ptrdiff_t i = 0; i < n; ++i) {
        // The element's number, counted from the unit that `start` stands in: a count from the stream's begin may need 65 bits.
        const auto per_unit = static_cast<std::uint64_t>(unit_elements(halves));
        const std::uint64_t first =
            halves == 1 ? start.word % 16 * 2 + (start.half ? 1 : 0) : start.word / (static_cast<std::uint64_t>(halves) / 2) % 16;
        const std::uint64_t first_unit = start.word / (16 * static_cast<std::uint64_t>(unit_steps(halves)));
        const std::uint64_t number = first + static_cast<std::uint64_t>(i), unit = first_unit + number / per_unit;
        std::uint64_t words[64];
        unsigned char elements[32 * 8];
        words_of_unit(key, unit, halves, words);
        convert(unit, words, elements, i);
        std::memcpy(static_cast<unsigned char*>(out) + i * item_bytes,
                    elements + number % per_unit * static_cast<std::uint64_t>(item_bytes), static_cast<std::size_t>(item_bytes));
    }
}

inline void draw(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const Law& law) {
    draw(key, start, law.halves, law.item_bytes, out, n,
         [&](std::uint64_t unit, const std::uint64_t* words, void* elements, std::ptrdiff_t) {
             law.convert(key, unit, words, 1, elements);
         });
}

/// parameters[k][i]: parameter k of element i.
inline void draw(const StreamKey& key, StreamPosition start, void* out, std::ptrdiff_t n, const LawOfArrays& law,
                 const double* const* parameters) {
    draw(key, start, law.halves, law.item_bytes, out, n,
         [&](std::uint64_t unit, const std::uint64_t* words, void* elements, std::ptrdiff_t i) {
             double same[4][32];
             const double* all[4] = {same[0], same[1], same[2], same[3]};
             for (int k = 0; k < law.parameter_count; ++k)
                 for (double& p : same[k]) p = parameters[k][i];
             law.convert(key, unit, words, 1, elements, all);
         });
}

}  // namespace mlmath::textbook

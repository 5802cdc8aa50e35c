// SPDX-License-Identifier: BSD-3-Clause
// A law as the driver sees it: so many halves of words per element, and a function from whole units of words to elements.
// Contract.
#pragma once
#include <cstddef>
#include <cstdint>

#include "kernels/random/engines/stream_key.hpp"

namespace mlmath {

// Elements of `halves` 32-bit halves each (1, 2, 4 or 8) lie in units at fixed places of the stream, whatever is asked for:
//
//   halves  steps a unit  elements a unit  words of element j of unit u (a step is 16 words)
//   1       1             32               half j of step u, the low half of a word first
//   2       1             16               word j of step u
//   4       2             16               words j of steps 2u, 2u + 1
//   8       4             16               words j of steps 4u .. 4u + 3
//
// A law computes whole units; the driver cuts what was asked for out of them. So no value depends on how draws are split. Where
// elements share words of their unit, the law says how (UnitUse): between draws of different uses the stream leaves the unit.
constexpr int unit_elements(int halves) { return halves == 1 ? 32 : 16; }
constexpr int unit_steps(int halves) { return halves <= 2 ? 1 : halves / 2; }

/// Where an element stands: its unit of the stream, and its number in the unit. (From these to the place of its first word:
/// place_of() in extra_words.hpp.)
struct UnitPlace {
    std::uint64_t unit;
    std::ptrdiff_t lane;
};
constexpr UnitPlace unit_place(StreamPosition start, int halves) {
    if (halves == 1) return {start.word / 16, static_cast<std::ptrdiff_t>(start.word % 16) * 2 + (start.half ? 1 : 0)};
    const std::uint64_t element = start.word / (static_cast<std::uint64_t>(halves) / 2);
    return {element / 16, static_cast<std::ptrdiff_t>(element % 16)};
}

/// Elements with the same parameters.
class Law {
public:
    virtual ~Law() = default;

    /// Elements of `units` whole units, the first being unit `unit` of the stream, from their words. `out` has any alignment of
    /// the element's type. At most one tile: 64 steps.
    virtual void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                         void* out) const = 0;

    /// Optional, for laws of at most 2 halves over XBlock: elements first .. first + count - 1 of a block of words in one pass.
    /// False when there is none.
    virtual bool fill(const StreamKey&, std::uint64_t /*block*/, std::ptrdiff_t /*first*/, std::ptrdiff_t /*count*/, void* /*out*/,
                      bool /*streaming*/) const {
        return false;
    }

    const int halves, item_bytes;
    const UnitUse use;

protected:
    Law(int halves_of_element, int bytes_of_element, UnitUse use_of_unit)
        : halves(halves_of_element), item_bytes(bytes_of_element), use(use_of_unit) {}
    Law(int halves_of_element, int bytes_of_element) : Law(halves_of_element, bytes_of_element, own_words(halves_of_element)) {}
};

/// Elements with parameters of their own.
class LawOfArrays {
public:
    virtual ~LawOfArrays() = default;

    /// As Law::convert; parameters[k][i] is parameter k of element i, for each element of the units. Parameters are valid: checked
    /// before. `out`'s elements get the values that Law::convert gives for the same parameters, unless the law's contract says
    /// otherwise.
    virtual void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* out,
                         const double* const* parameters) const = 0;

    const int halves, item_bytes, parameter_count;
    const UnitUse use;

protected:
    LawOfArrays(int halves_of_element, int bytes_of_element, int count, UnitUse use_of_unit)
        : halves(halves_of_element), item_bytes(bytes_of_element), parameter_count(count), use(use_of_unit) {}
    LawOfArrays(int halves_of_element, int bytes_of_element, int count)
        : LawOfArrays(halves_of_element, bytes_of_element, count, own_words(halves_of_element)) {}
};

/// A law made of a level's function and its parameters.
template <class T, class Parameters>
class LawOf final : public Law {
public:
    using Convert = void (*)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                             const Parameters& parameters);
    LawOf(int halves_of_element, Convert function, const Parameters& values)
        : LawOf(halves_of_element, function, values, own_words(halves_of_element)) {}
    LawOf(int halves_of_element, Convert function, const Parameters& values, UnitUse use_of_unit)
        : Law(halves_of_element, sizeof(T), use_of_unit), convert_(function), parameters_(values) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units,
                 void* out) const override {
        convert_(key, unit, words, units, static_cast<T*>(out), parameters_);
    }

private:
    Convert convert_;
    Parameters parameters_;
};

template <class T>
class ArrayLawOf final : public LawOfArrays {
public:
    using Convert = void (*)(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, T* out,
                             const double* const* parameters);
    ArrayLawOf(int halves_of_element, int count, Convert function)
        : ArrayLawOf(halves_of_element, count, function, own_words(halves_of_element)) {}
    ArrayLawOf(int halves_of_element, int count, Convert function, UnitUse use_of_unit)
        : LawOfArrays(halves_of_element, sizeof(T), count, use_of_unit), convert_(function) {}
    void convert(const StreamKey& key, std::uint64_t unit, const std::uint64_t* words, std::ptrdiff_t units, void* out,
                 const double* const* parameters) const override {
        convert_(key, unit, words, units, static_cast<T*>(out), parameters);
    }

private:
    Convert convert_;
};

}  // namespace mlmath

// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt, the way in: bytes of the layout against integers modulo every modulus: roles, orientations, strides, edges, numbers
// of moduli, wide and narrow, both kinds of stores, rounding modes, ties; what is around the panel stays.
#include <cfenv>
#include <limits>

#include "kernels/blas/gemm_crt/gemm_crt_residues_digits.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_units.hpp"
#include "tests/arrays.hpp"

namespace mlmath::tests {
namespace {

bool skipped() {
    if (supports_int8_unit(Int8Unit::vnni)) return false;
    std::printf("gemm_crt_residues: skipped on vnni, which this machine does not have\n");
    return true;
}

constexpr std::uint8_t canary = 0x5b;
enum class Store { adjacent_depth, adjacent_lines, neither, backwards };

struct Case {
    std::ptrdiff_t lines, depth;
    int moduli;
    bool wide, past;
    Store store;
};

// What the integers must be, computed without the kernel: scaled exactly, ties to even. |x| 2^e < 2^63.
template <class T>
std::int64_t integer_of(T x, int exponent) {
    const double scaled = std::ldexp(static_cast<double>(x), exponent), whole = std::floor(scaled), rest = scaled - whole;
    const auto below = static_cast<std::int64_t>(whole);
    return below + (rest > 0.5 || (rest == 0.5 && below % 2 != 0));
}

template <class T>
class Operand {
public:
    Operand(const Case& c, CrtSide side) : case_(c), side_(side) {
        const auto lines = c.lines, depth = c.depth;
        switch (c.store) {
            case Store::adjacent_depth:
                line_stride_ = depth + 3, depth_stride_ = 1;
                break;
            case Store::adjacent_lines:
                line_stride_ = 1, depth_stride_ = lines + 5;
                break;
            case Store::neither:
                line_stride_ = 3, depth_stride_ = 3 * lines + 1;
                break;
            case Store::backwards:
                line_stride_ = -depth - 1, depth_stride_ = -1;
                break;
        }
        const std::ptrdiff_t last = (lines - 1) * line_stride_ + (depth - 1) * depth_stride_;
        first_ = last < 0 ? -last : 0;
        // What lies between the elements is not a number: it must not be looked at.
        storage_.assign(static_cast<std::size_t>(1 + std::abs(last)), std::numeric_limits<T>::quiet_NaN());
    }
    T& at(std::ptrdiff_t line, std::ptrdiff_t p) {
        return storage_[static_cast<std::size_t>(first_ + line * line_stride_ + p * depth_stride_)];
    }
    std::vector<int> exponents;

    bool right(int rounding = FE_TONEAREST) {
        const std::ptrdiff_t bytes = crt_steps(case_.depth) * crt_step_bytes, stride = bytes + 128;
        std::vector<std::uint8_t> memory(static_cast<std::size_t>(stride * case_.moduli + 192), canary);
        std::uint8_t *const base = memory.data() + 64, *const out = base + (64 - reinterpret_cast<std::uintptr_t>(base) % 64) % 64;
        const CrtUnit<T> unit = crt_unit<T>(Int8Unit::vnni);
        std::fesetround(rounding);
        std::feclearexcept(FE_ALL_EXCEPT);
        unit.residues({{storage_.data() + first_, case_.lines, case_.depth, line_stride_, depth_stride_},
                       exponents.data(),
                       side_,
                       case_.moduli,
                       case_.wide,
                       case_.past,
                       out,
                       stride});
        const int flags = std::fetestexcept(FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW);
        std::fesetround(FE_TONEAREST);
        std::vector<bool> written(memory.size());
        std::ptrdiff_t wrong = 0;
        const bool left = side_ == CrtSide::left;
        for (std::ptrdiff_t line = 0; line < crt_panel_lines; ++line)
            for (std::ptrdiff_t step = 0; step < crt_steps(case_.depth); ++step)
                for (std::ptrdiff_t byte = 0; byte < crt_step_depth; ++byte) {
                    const std::ptrdiff_t p = step * crt_step_depth + crt_depth_of(byte);
                    const std::int64_t x = line < case_.lines && p < case_.depth
                                               ? integer_of(at(line, p), exponents[static_cast<std::size_t>(line)])
                                               : 0;
                    const std::ptrdiff_t row = line % crt_tile_lines;
                    const std::ptrdiff_t place = step * crt_step_bytes + line / crt_tile_lines * crt_tile_bytes +
                                                 (left ? 64 * row + byte : byte / 4 * 64 + 4 * row + byte % 4);
                    for (int t = 0; t < case_.moduli; ++t) {
                        const std::uint8_t* const at_byte = out + t * stride + place;
                        const int residue = left ? static_cast<std::int8_t>(*at_byte) : *at_byte;
                        wrong += (static_cast<int128>(x) - residue) % crt_moduli[t] != 0;
                        written[static_cast<std::size_t>(at_byte - memory.data())] = true;
                    }
                }
        std::ptrdiff_t touched = 0;
        for (std::size_t i = 0; i < memory.size(); ++i) touched += !written[i] && memory[i] != canary;
        if (wrong + touched + flags != 0)
            std::printf(
                "gemm_crt_residues: %s %s, %td lines, %td deep, %d moduli, %s, %s, store %d, rounding %d: %td wrong, %td "
                "touched around, flags %x\n",
                sizeof(T) == 8 ? "f64" : "f32", left ? "A" : "B", case_.lines, case_.depth, case_.moduli,
                case_.wide ? "wide" : "narrow", case_.past ? "past caches" : "kept", static_cast<int>(case_.store), rounding, wrong,
                touched, flags);
        return wrong + touched + flags == 0;
    }

private:
    Case case_;
    CrtSide side_;
    std::ptrdiff_t line_stride_ = 0, depth_stride_ = 0, first_ = 0;
    std::vector<T> storage_;
};

// Random elements of all magnitudes up to the largest that may come.
template <class T>
Operand<T> random_operand(const Case& c, CrtSide side, Numbers& numbers) {
    Operand<T> x(c, side);
    for (std::ptrdiff_t line = 0; line < c.lines; ++line) {
        // Lines from 2^-400 to 2^400 (floats: 2^-100 to 2^100), brought to the same integers.
        const int range = sizeof(T) == 8 ? 400 : 90, of_line = static_cast<int>(range * numbers.next());
        const int bits = c.wide ? 62 : 30;
        x.exponents.push_back(bits - of_line);
        for (std::ptrdiff_t p = 0; p < c.depth; ++p) {
            const double lower = numbers.next() < 0 ? 0 : std::floor(40 * numbers.next());  // some smaller, some below one
            x.at(line, p) = static_cast<T>(std::ldexp(numbers.next(), of_line - static_cast<int>(std::fabs(lower))));
        }
    }
    return x;
}

template <class T>
void check_cases(const std::vector<Case>& cases, unsigned long long seed) {
    Numbers numbers(seed);
    for (const Case& c : cases)
        for (const CrtSide side : {CrtSide::left, CrtSide::right}) MLMATH_CHECK(random_operand<T>(c, side, numbers).right());
}

std::vector<Case> every_kind(std::ptrdiff_t lines, std::ptrdiff_t depth, int moduli) {
    std::vector<Case> cases;
    for (const Store store : {Store::adjacent_depth, Store::adjacent_lines, Store::neither, Store::backwards})
        for (const bool wide : {false, true})
            for (const bool past : {false, true}) cases.push_back({lines, depth, moduli, wide, past, store});
    return cases;
}

MLMATH_TEST(gemm_crt_residues_edges) {
    if (skipped()) return;
    for (const std::ptrdiff_t lines : {1, 7, 8, 9, 15, 16, 17, 24, 31, 32})
        for (const std::ptrdiff_t depth : {1, 8, 15, 63, 64, 65, 127, 130}) {
            check_cases<double>(every_kind(lines, depth, 4), static_cast<unsigned long long>(lines * 1000 + depth));
            check_cases<float>(every_kind(lines, depth, 4), static_cast<unsigned long long>(lines * 1000 + depth));
        }
    // All of both, one kind at a time.
    for (std::ptrdiff_t lines = 1; lines <= 32; ++lines) {
        const Case c{lines, 1 + lines * 37 % 97, 3, lines % 2 == 0, lines % 3 == 0, static_cast<Store>(lines % 4)};
        check_cases<double>({c}, static_cast<unsigned long long>(lines));
        check_cases<float>({c}, static_cast<unsigned long long>(lines));
    }
    for (std::ptrdiff_t depth = 1; depth <= 512; ++depth) {
        const Case c{1 + depth * 5 % 32, depth, 3, depth % 2 == 0, depth % 3 == 0, static_cast<Store>(depth / 2 % 4)};
        depth % 5 == 0 ? check_cases<float>({c}, static_cast<unsigned long long>(depth))
                       : check_cases<double>({c}, static_cast<unsigned long long>(depth));
    }
}

MLMATH_TEST(gemm_crt_residues_moduli) {
    if (skipped()) return;
    for (int moduli = crt_least_moduli; moduli <= crt_most_moduli; ++moduli) {
        check_cases<double>(every_kind(32, 128, moduli), static_cast<unsigned long long>(moduli));
        check_cases<float>(every_kind(32, 128, moduli), static_cast<unsigned long long>(moduli));
    }
    check_cases<double>(every_kind(32, 512, crt_most_moduli), 512);
    check_cases<float>(every_kind(32, 512, crt_most_moduli), 512);
}

// Integers where digits carry, where sums are extreme, and either side of multiples of each modulus; ties; every rounding mode.
MLMATH_TEST(gemm_crt_residues_crafted) {
    if (skipped()) return;
    std::vector<double> values;
    const auto add = [&](double x) {
        values.push_back(x);
        values.push_back(-x);
    };
    for (int bit = 0; bit < 62; ++bit)
        for (const double offset : {-1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 127.0, 128.0, 129.0}) add(std::ldexp(1.0, bit) + offset);
    for (int bytes = 1; bytes <= 8; ++bytes) {  // digits all 127, all -128, alternating
        double high = 0, low = 0, both = 0;
        for (int j = 0; j < bytes && j < 7; ++j) {
            high = 256 * high + 127;
            low = 256 * low + 128;
            both = 256 * both + (j % 2 == 0 ? 127 : -128);
        }
        for (const double x : {high, low, both})
            for (const int scale : {0, 1}) add(std::ldexp(x, bytes == 8 ? 6 * scale : 0));
    }
    for (const int p : crt_moduli)
        for (const double multiple : {1.0, 2.0, 127.0, 128.0, 255.0, 257.0, 8388607.0})
            for (const double offset : {-1.0, 0.0, 0.5, 1.0}) add(p * multiple + offset);
    for (const double x : {0.25, 0.49999999999999994, 0.75, 2.4999999999999996, 5e-324, 1e-310, 0.0}) add(x);
    constexpr std::ptrdiff_t lines = 32;
    for (const bool wide : {false, true}) {
        std::vector<double> kept;
        for (const double x : values)
            if (std::fabs(x) <= (wide ? 0x1p62 : double{0x7f7f7f7f})) kept.push_back(x);
        if (!wide)
            for (const double x : {2139062143.0, -2139062143.0}) kept.push_back(x);
        else
            for (const double x : {9187201950435737000.0, -9187201950435737000.0}) kept.push_back(x);
        const std::ptrdiff_t depth = (static_cast<std::ptrdiff_t>(kept.size()) + lines - 1) / lines;
        MLMATH_CHECK(depth <= crt_chunk_depth);
        for (const CrtSide side : {CrtSide::left, CrtSide::right})
            for (const int rounding : {FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO}) {
                Operand<double> x({lines, depth, crt_most_moduli, wide, false, Store::adjacent_depth}, side);
                x.exponents.assign(lines, 0);
                for (std::ptrdiff_t e = 0; e < lines * depth; ++e)
                    x.at(e / depth, e % depth) =
                        e < static_cast<std::ptrdiff_t>(kept.size()) ? kept[static_cast<std::size_t>(e)] : 0;
                MLMATH_CHECK(x.right(rounding));
            }
    }
}

// The last two steps for every value there can be, as the static_assert of the header has it by intervals; and that each v is of
// the class of the digits, for the extreme digits and random ones.
MLMATH_TEST(gemm_crt_residues_constants) {
    const CrtDigitsTable table = crt_digits_table();
    Numbers numbers(3);
    const auto weight = [](std::uint32_t weights, int j) { return static_cast<std::int8_t>(weights >> (8 * j)); };
    for (int left = 0; left < 2; ++left)
        for (int wide = 0; wide < 2; ++wide)
            for (int t = 0; t < crt_most_moduli; ++t) {
                const CrtDigits& c = table.of[left][wide][t];
                const int p = crt_moduli[t];
                std::ptrdiff_t wrong = c.largest >= 1 << 16;
                for (std::int32_t v = 0; v <= c.largest; ++v) {
                    const std::int32_t r = v - p * ((v * std::int64_t{c.reciprocal} >> 16) >> c.shift());
                    wrong += r < 0 || r > 255 || (v - r) % p != 0;
                }
                for (int trial = 0; trial < 600; ++trial) {
                    const int digits = wide ? 8 : 4;
                    std::int32_t s = c.bias;
                    int128 x = left ? 128 : 0, power = 1;
                    for (int j = 0; j < digits; ++j, power *= 256) {
                        // Corners of the cube of digits first, then any.
                        const int u =
                            trial < 512 ? trial >> j & 1 ? 255 : 0 : static_cast<int>(std::floor(128 * (numbers.next() + 1)));
                        s += weight(j < 4 ? c.low : c.high, j % 4) * u;
                        x += (u - 128) * power;
                    }
                    wrong += s < 0 || s >= 1 << 18 || (s - x) % p != 0;
                    if (!c.second) {
                        wrong += s > c.largest;
                        continue;
                    }
                    std::int32_t v = c.centre;
                    for (int j = 0; j < 3; ++j) v += weight(c.small, j) * (s >> (8 * j) & 255);
                    wrong += v < 0 || v > c.largest || (v - s) % p != 0;
                }
                MLMATH_CHECK(wrong == 0);
            }
}

}  // namespace
}  // namespace mlmath::tests

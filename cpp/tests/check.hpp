// SPDX-License-Identifier: BSD-3-Clause
// The C++ tests: no framework, no Python, so that sanitizers and qemu-user can run them. A test file registers its functions with
// MLMATH_TEST; main.cpp runs all of them on every level of this CPU.
#pragma once
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

namespace mlmath::tests {

struct Test {
    const char* name;
    void (*run)();
    bool once;  // not on every level: no kernel of a level takes part
};
std::vector<Test>& registry();
inline int failures = 0;

struct Registration {
    Registration(const char* name, void (*run)(), bool once = false) { registry().push_back({name, run, once}); }
};

// Small reproducible data: SplitMix64 mapped to [-1, 1) [Steele2014].
class Numbers {
public:
    explicit Numbers(unsigned long long seed) : state_(seed) {}
    double next() {
        unsigned long long z = (state_ += 0x9e3779b97f4a7c15ull);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
        z ^= z >> 31;
        return static_cast<double>(static_cast<long long>(z >> 11)) * 0x1p-52 - 1.0;
    }

private:
    unsigned long long state_;
};

#define MLMATH_TEST(name)                                                           \
    static void name();                                                             \
    static const ::mlmath::tests::Registration registration_of_##name(#name, name); \
    static void name()

#define MLMATH_TEST_ONCE(name)                                                            \
    static void name();                                                                   \
    static const ::mlmath::tests::Registration registration_of_##name(#name, name, true); \
    static void name()

// Reports and counts; the test goes on.
#define MLMATH_CHECK(condition)                                                       \
    do {                                                                              \
        if (!(condition)) {                                                           \
            ++::mlmath::tests::failures;                                              \
            std::printf("%s:%d: check failed: %s\n", __FILE__, __LINE__, #condition); \
        }                                                                             \
    } while (0)

#define MLMATH_CHECK_NEAR(value, expected, tolerance)                                                                     \
    do {                                                                                                                  \
        const double value_ = (value), expected_ = (expected), tolerance_ = (tolerance);                                  \
        if (!(std::fabs(value_ - expected_) <= tolerance_)) {                                                             \
            ++::mlmath::tests::failures;                                                                                  \
            std::printf("%s:%d: %s = %.17g, expected %.17g within %.3g\n", __FILE__, __LINE__, #value, value_, expected_, \
                        tolerance_);                                                                                      \
        }                                                                                                                 \
    } while (0)

// Whether the call is refused as the caller's mistake.
template <class Call>
bool refused(Call&& call) {
    try {
        call();
    } catch (const std::invalid_argument&) {
        return true;
    }
    return false;
}

}  // namespace mlmath::tests

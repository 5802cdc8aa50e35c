// SPDX-License-Identifier: BSD-3-Clause
// Runs every registered test once per instruction-set level of this CPU, those that no level concerns once. Arguments: parts of
// test names (default: all).
#include <cstring>

#include "simd/dispatch.hpp"
#include "tests/check.hpp"

namespace mlmath::tests {
std::vector<Test>& registry() {
    static std::vector<Test> tests;
    return tests;
}
}  // namespace mlmath::tests

int main(int argc, char** argv) {
    using namespace mlmath;
    int passed = 0, failed = 0;
    bool first = true;
    for (int i = 0; i < level_count; ++i) {
        const Level level = static_cast<Level>(i);
        if (!cpu_supports(level)) {
            std::printf("%s: skipped, not on this CPU\n", level_name(level));
            continue;
        }
        use_level(level);
        for (const auto& test : tests::registry()) {
            bool wanted = argc == 1;
            for (int a = 1; a < argc; ++a) wanted = wanted || std::strstr(test.name, argv[a]) != nullptr;
            if (!wanted || (test.once && !first)) continue;
            const int before = tests::failures;
            test.run();
            ++(tests::failures == before ? passed : failed);
            if (tests::failures != before) std::printf("%s: %s FAILED\n", level_name(level), test.name);
        }
        first = false;
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    return failed == 0 && passed > 0 ? 0 : 1;
}

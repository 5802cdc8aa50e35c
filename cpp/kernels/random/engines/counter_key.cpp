// SPDX-License-Identifier: BSD-3-Clause
#include "kernels/random/engines/counter_key.hpp"

#include "kernels/random/engines/philox/philox.hpp"
#include "kernels/random/engines/threefry/threefry.hpp"
#include "kernels/random/engines/threefry/threefry_textbook.hpp"

namespace mlmath {

StreamKey counter_stream_key(Engine engine, const std::uint64_t (&key)[4], const std::uint64_t (&middle)[4]) {
    constexpr std::uint64_t text[4] = {0x6e5f6874616d6c6du, 0x65203a6576697461u, 0x726f772061727478u, 0x7379656b20277364u};
    std::uint64_t unrelated[4], extra[4];
    StreamKey stream = {};
    for (int i = 0; i < 4; ++i) stream.counter_key[i] = unrelated[i] = key[i], stream.counter[i] = extra[i] = middle[i];
    textbook::threefry4x64_20(text, unrelated);
    extra[0] += engine == Engine::philox ? 1 : 2;
    textbook::threefry4x64_20(unrelated, extra);
    for (int i = 0; i < 4; ++i) stream.key[i] = extra[i];
    stream.engine = engine;
    return stream;
}

void counter_of_step(const StreamKey& key, std::uint64_t step, std::uint64_t (&counter)[4]) {
    const std::int64_t block = static_cast<std::int64_t>(step * 16) >> 2;  // floor(p / 4), signed
    for (int i = 0; i < 4; ++i) counter[i] = key.counter[i];
    bool borrow = block < 0 && counter[0] < std::uint64_t(0) - static_cast<std::uint64_t>(block);
    counter[0] += static_cast<std::uint64_t>(block);
    for (int i = 1; i < 4 && borrow; ++i) borrow = counter[i]-- == 0;
}

void counter_words(const StreamKey& key, std::uint64_t step, std::ptrdiff_t steps, std::uint64_t* words) {
    std::uint64_t counter[4];
    counter_of_step(key, step, counter);
    (key.engine == Engine::philox ? philox_words : threefry_words)(key.counter_key, counter, steps, words);
}

}  // namespace mlmath

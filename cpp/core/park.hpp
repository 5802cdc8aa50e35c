// SPDX-License-Identifier: BSD-3-Clause
// Waiting for another thread: first spin, then sleep in the kernel on the 32-bit word that will change.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#else
#include <algorithm>
#include <thread>
#endif

namespace mlmath {

using WaitWord = std::atomic<std::uint32_t>;

inline std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Tells the core that this is a waiting loop: frees the sibling hyper-thread and avoids a memory-order flush when the loop ends.
inline void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb");  // `yield` is a no-op on most cores; isb costs about as much as an x86 pause
#endif
}

/// Waits for done() in user space for at most limit_ns; returns whether it became true. The clock is read once per 32 pauses (about
/// 1 us): done() is asked every time, so the clock's 20 ns never delay the answer by more than themselves.
template <class Done>
bool spin_until(std::int64_t limit_ns, Done&& done) {
    if (done()) return true;
    if (limit_ns <= 0) return false;
    const std::int64_t deadline = now_ns() + limit_ns;
    do {
        for (int i = 0; i < 32; ++i) {
            cpu_relax();
            if (done()) return true;
        }
    } while (now_ns() < deadline);
    return false;
}

/// Sleeps while word == expected, at most limit_ns (negative: as long as it takes). Returns early without a reason now and then:
/// loop.
inline void park(WaitWord& word, std::uint32_t expected, std::int64_t limit_ns) {
#if defined(__linux__)
    static_assert(sizeof(WaitWord) == 4 && WaitWord::is_always_lock_free, "the kernel looks at the 32-bit word itself");
    const timespec limit{static_cast<time_t>(limit_ns / 1'000'000'000), static_cast<long>(limit_ns % 1'000'000'000)};
    syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAIT_PRIVATE, expected, limit_ns < 0 ? nullptr : &limit,
            nullptr, 0);
#else
    if (limit_ns < 0)
        word.wait(expected);
    else  // the standard has no wait with a limit: naps, short enough not to be felt beside a kernel wake-up
        std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<std::int64_t>(limit_ns, 200'000)));
#endif
}

/// Wakes everyone who sleeps on the word. Call it only after the word has changed, and only when a sleeper is known (it is a system
/// call).
inline void unpark_all(WaitWord& word) {
#if defined(__linux__)
    syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&word), FUTEX_WAKE_PRIVATE, 0x7fffffff, nullptr, nullptr, 0);
#else
    word.notify_all();
#endif
}

}  // namespace mlmath

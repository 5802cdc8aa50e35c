// SPDX-License-Identifier: BSD-3-Clause
// The pool under stress, without Python. Also the program for ThreadSanitizer and AddressSanitizer.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cfenv>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/cpu_count.hpp"
#include "core/thread_pool.hpp"
#include "tests/check.hpp"
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace mlmath::tests {
namespace {

/// Sum of 1/i over fixed chunks with an ordered end: the same bits whatever the team.
double harmonic(int threads) {
    constexpr std::ptrdiff_t kChunks = 37, kPerChunk = 1000;
    double parts[kChunks];
    parallel_for(kChunks, threads, [&](std::ptrdiff_t chunk) {
        double sum = 0;
        for (std::ptrdiff_t i = 0; i < kPerChunk; ++i) sum += 1.0 / static_cast<double>(chunk * kPerChunk + i + 1);
        parts[chunk] = sum;
    });
    double total = 0;
    for (double part : parts) total += part;
    return total;
}

int team_size(int threads) {
    std::atomic<int> members{0};
    int size = 0;
    parallel(threads, [&](Team& team) {
        ++members;
        if (team.rank() == 0) size = team.size();
    });
    MLMATH_CHECK(members == size);
    return size;
}

void sleep_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

void test_chunks() {
    for (int threads : {1, 2, 3, 8}) {
        std::vector<std::atomic<int>> seen(101);
        parallel_for(101, threads, [&](std::ptrdiff_t chunk) { ++seen[static_cast<std::size_t>(chunk)]; });
        for (auto& count : seen) MLMATH_CHECK(count == 1);
    }
    parallel_for(0, 4, [&](std::ptrdiff_t) { MLMATH_CHECK(false); });
    parallel_for(-1, 4, [&](std::ptrdiff_t) { MLMATH_CHECK(false); });
    MLMATH_CHECK(team_size(0) == 1);
    MLMATH_CHECK(team_size(-3) == 1);
    MLMATH_CHECK(team_size(3) == 3);
    const double serial = harmonic(1);
    for (int round = 0; round < 300; ++round) MLMATH_CHECK(harmonic(1 + round % 5) == serial);
}

void test_barrier() {
    for (int threads : {2, 3, 5}) {
        constexpr int kRounds = 300;
        std::vector<int> slot(static_cast<std::size_t>(threads) * 16, 0);
        std::atomic<int> wrong{0};
        parallel(threads, [&](Team& team) {
            for (int round = 1; round <= kRounds; ++round) {
                slot[static_cast<std::size_t>(team.rank()) * 16] = round;
                if (team.rank() == round % team.size() && round % 100 == 0) sleep_ms(1);  // long enough for the others to sleep
                team.barrier();
                for (int other = 0; other < team.size(); ++other)
                    if (slot[static_cast<std::size_t>(other) * 16] != round) ++wrong;
                team.barrier();
            }
        });
        MLMATH_CHECK(wrong == 0);
    }
}

void test_parked_workers() {  // both ends asleep: the worker between regions, the caller waiting for the worker
    for (int round = 0; round < 20; ++round) {
        std::atomic<int> members{0};
        parallel(2, [&](Team& team) {
            if (team.rank() == 1) sleep_ms(1);
            ++members;
        });
        MLMATH_CHECK(members == 2);
        sleep_ms(1);
    }
}

void test_nested_and_concurrent() {
    std::atomic<int> bad{0};
    parallel(3, [&](Team&) {
        parallel(3, [&](Team& inner) {
            if (inner.size() != 1 || inner.rank() != 0) ++bad;
            inner.barrier();
        });
    });
    MLMATH_CHECK(bad == 0);
    int inner_size = 0;  // a region that asked for one thread leaves the pool to those inside it
    parallel(1, [&](Team&) { inner_size = team_size(2); });
    MLMATH_CHECK(inner_size == 2);

    const double serial = harmonic(1);
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i)
        callers.emplace_back([&, i] {
            for (int round = 0; round < 200; ++round)
                if (harmonic(1 + (i + round) % 4) != serial) ++bad;
        });
    for (auto& caller : callers) caller.join();
    MLMATH_CHECK(bad == 0);

    // While one caller holds the pool, another gets a team of one at once instead of waiting.
    std::atomic<bool> held{false}, release{false};
    std::thread holder([&] {
        parallel(2, [&](Team& team) {
            held = true;
            while (!release && team.rank() == 0) sleep_ms(1);
        });
    });
    while (!held) sleep_ms(1);
    MLMATH_CHECK(team_size(2) == 1);
    release = true;
    holder.join();
    MLMATH_CHECK(team_size(2) == 2);
}

std::string thrown_by(int threads, void (*body)(Team&)) {
    try {
        parallel(threads, [&](Team& team) { body(team); });
    } catch (const std::exception& error) {
        return error.what();
    }
    return "";
}

void test_exceptions() {
    const auto all_throw = [](Team& team) { throw std::runtime_error("rank " + std::to_string(team.rank())); };
    const auto last_throws = [](Team& team) {
        if (team.rank() == team.size() - 1) throw std::bad_alloc();
        for (;;) team.barrier();  // nobody may wait for the one that left
    };
    const auto first_throws = [](Team& team) {
        if (team.rank() == 0) throw std::runtime_error("caller");
        while (!team.poll()) std::this_thread::yield();
    };
    const auto late_throw = [](Team& team) {
        if (team.rank() == 1) {
            sleep_ms(2);  // the others sleep at the barrier by now
            throw std::runtime_error("late");
        }
        team.barrier();
    };
    for (int round = 0; round < 50; ++round) {
        MLMATH_CHECK(thrown_by(3, all_throw) == "rank 0");
        MLMATH_CHECK(thrown_by(2, last_throws) == std::bad_alloc().what());
        MLMATH_CHECK(thrown_by(4, last_throws) == std::bad_alloc().what());
        MLMATH_CHECK(thrown_by(3, first_throws) == "caller");
        MLMATH_CHECK(thrown_by(3, late_throw) == "late");
        MLMATH_CHECK(thrown_by(4, last_throws) == std::bad_alloc().what());  // what rank 1 threw before is forgotten
        MLMATH_CHECK(thrown_by(1, all_throw) == "rank 0");
        MLMATH_CHECK(team_size(3) == 3);
    }
    // From a nested region, through two teams.
    const auto nested = [](Team& team) {
        if (team.rank() == 1) parallel(2, [](Team&) { throw std::runtime_error("inner"); });
        team.barrier();
    };
    MLMATH_CHECK(thrown_by(3, nested) == "inner");
}

std::atomic<int> hook_calls{0};
std::atomic<bool> hook_answer{false};
std::thread::id hook_thread;
bool hook() {
    ++hook_calls;
    hook_thread = std::this_thread::get_id();
    return hook_answer;
}

template <class Body>
bool interrupted(int threads, Body&& body) {
    hook_calls = 0;
    try {
        parallel(threads, body);
    } catch (const Interrupted&) {
        return true;
    }
    return false;
}

void test_interrupts() {
    set_interrupt_hook(hook);
    hook_answer = true;
    const auto endless = [](Team& team) {
        while (!team.poll()) std::this_thread::yield();
    };
    const auto barriers = [](Team& team) {
        for (;;) {
            if (team.poll()) return;
            team.barrier();
        }
    };
    const auto worker_only = [](Team& team) {  // the caller is done and sleeps: it must still ask the host
        while (team.rank() != 0 && !team.poll()) std::this_thread::yield();
    };
    const auto asleep = [](Team& team) {  // the caller sleeps at a barrier
        while (team.rank() != 0 && !team.poll()) std::this_thread::yield();
        team.barrier();
    };
    const auto nested = [&](Team&) { parallel(2, endless); };
    const auto slow_to_leave = [](Team& team) {
        while (!team.poll()) std::this_thread::yield();
        if (team.rank() == 1) sleep_ms(150);  // the caller waits through three periods, and must not ask again
    };
    for (int threads : {1, 2, 3}) {
        MLMATH_CHECK(interrupted(threads, endless) && hook_calls == 1);
        MLMATH_CHECK(hook_thread == std::this_thread::get_id());
        MLMATH_CHECK(interrupted(threads, nested) && hook_calls == 1);
        if (threads == 1) continue;
        MLMATH_CHECK(interrupted(threads, barriers) && hook_calls == 1);
        MLMATH_CHECK(interrupted(threads, worker_only) && hook_calls == 1);
        MLMATH_CHECK(interrupted(threads, asleep) && hook_calls == 1);
        MLMATH_CHECK(interrupted(threads, slow_to_leave) && hook_calls == 1);
    }
    MLMATH_CHECK(interrupted(1, [&](Team&) { parallel(2, worker_only); }) && hook_calls == 1);
    std::ptrdiff_t done = 0;
    bool stopped = false;
    try {
        parallel_for(1'000'000, 1, [&](std::ptrdiff_t) {
            ++done;
            sleep_ms(10);
        });
    } catch (const Interrupted&) {
        stopped = true;
    }
    MLMATH_CHECK(stopped && done >= 1 && done < 1000);
    // Many short steps teach poll() to look at the clock less often; long steps after them must not wait for it.
    int slow = 0;
    MLMATH_CHECK(interrupted(1, [&](Team& team) {
        for (int i = 0; i < 1'000'000; ++i)
            if (team.poll()) return;
        for (; slow < 200 && !team.poll(); ++slow) sleep_ms(10);
    }));
    MLMATH_CHECK(slow <= 16 + 6);
    // Regions too short to reach the hook by themselves, inside one that lasts.
    int regions = 0;
    MLMATH_CHECK(interrupted(1, [&](Team&) {
        for (; regions < 1000; ++regions)
            parallel(2, [](Team& team) {
                if (!team.poll()) sleep_ms(5);
            });
    }));
    MLMATH_CHECK(regions < 1000 && hook_calls == 1);
    // The host's exception is above a member's.
    MLMATH_CHECK(interrupted(2, [](Team& team) {
        while (!team.poll()) std::this_thread::yield();
        if (team.rank() == 1) throw std::runtime_error("too late");
    }));
    hook_answer = false;
    MLMATH_CHECK(!interrupted(2, [](Team& team) {
        for (int i = 0; i < 15; ++i) {
            sleep_ms(10);
            if (team.poll()) return;
        }
    }));
    MLMATH_CHECK(hook_calls >= 1);
    set_interrupt_hook(nullptr);
    MLMATH_CHECK(team_size(2) == 2);
}

void test_floating_point() {
    volatile double zero = 0, one = 1, tiny = 1e-308;
    std::feclearexcept(FE_ALL_EXCEPT);
    parallel(3, [&](Team& team) {
        volatile double sink = team.rank() == 2 ? one / zero : one;
        (void)sink;
    });
    MLMATH_CHECK(std::fetestexcept(FE_DIVBYZERO) != 0);
    MLMATH_CHECK(std::fetestexcept(FE_INVALID | FE_OVERFLOW) == 0);
    std::feclearexcept(FE_ALL_EXCEPT);
    parallel(3, [](Team&) {});
    MLMATH_CHECK(std::fetestexcept(FE_DIVBYZERO) == 0);  // flags of an earlier region do not come back

    std::fesetround(FE_UPWARD);
    std::atomic<int> upward{0}, nearest{0}, kept{0};
    const auto rounds_up = [&] {  // asked of the arithmetic: fegetround() looks at the x87 unit, which no kernel uses
        volatile double sum = one + 1e-20;
        return sum > 1;
    };
    parallel(3, [&](Team&) { upward += rounds_up(); });
    std::fesetround(FE_TONEAREST);
    MLMATH_CHECK(upward == 3);
    const auto probe = [&](Team&) {
        nearest += !rounds_up();
        volatile double half = tiny / 4.0;  // a denormal, unless flush-to-zero is on
        kept += half != 0;
    };
    parallel(3, probe);
    MLMATH_CHECK(nearest == 3 && kept == 3);
#if defined(__x86_64__)
    const unsigned before = _mm_getcsr();
    _mm_setcsr(before | 0x8040);
    kept = 0;
    parallel(3, probe);
    MLMATH_CHECK(kept == 0);
    _mm_setcsr(before);
    kept = 0;
    parallel(3, probe);
    MLMATH_CHECK(kept == 3);
#endif
    std::feclearexcept(FE_ALL_EXCEPT);
}

/// Runs body in a forked child; the child's answer must be true within 20 s.
template <class Body>
bool child_says(Body&& body) {
    const pid_t pid = fork();
    if (pid == 0) {
        alarm(20);
        _exit(body() ? 0 : 1);
    }
    int status = 0;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool fork_in_hook() {  // the child leaves the region with an error and can work on; the parent never notices
    static std::atomic<int> pid{-1};
    bool thrown = false;
    set_interrupt_hook([]() -> bool {
        if (pid < 0) {
            pid = fork();
            if (pid == 0) alarm(20);
        }
        return false;
    });
    try {
        const auto start = std::chrono::steady_clock::now();
        parallel(2, [&](Team& team) {
            while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(100))
                if (team.poll()) return;
        });
    } catch (const std::runtime_error&) {
        thrown = true;
    }
    set_interrupt_hook(nullptr);
    if (pid == 0) _exit(thrown && team_size(2) == 2 ? 0 : 1);
    int status = 0;
    waitpid(pid, &status, 0);
    return !thrown && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void test_fork() {
    // ThreadSanitizer and qemu-user end a child that starts a thread when its parent had threads: any thread, so no pool is asked.
    team_size(3);
    if (!child_says([] {
            std::thread([] {}).join();
            return true;
        })) {
        std::printf("thread_pool: fork not tested, a child cannot start threads here\n");
        return;
    }
    const double serial = harmonic(1);
    const auto compute = [&] { return team_size(3) == 3 && harmonic(2) == serial && harmonic(3) == serial; };
    MLMATH_CHECK(child_says(compute));
    MLMATH_CHECK(compute());
    MLMATH_CHECK(child_says([&] { return compute() && child_says(compute); }));
    std::atomic<bool> done{false};
    std::atomic<int> bad{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i)
        callers.emplace_back([&] {
            while (!done)
                if (harmonic(3) != serial) ++bad;
        });
    for (int round = 0; round < 20; ++round) MLMATH_CHECK(child_says(compute));
    done = true;
    for (auto& caller : callers) caller.join();
    MLMATH_CHECK(bad == 0);
    MLMATH_CHECK(fork_in_hook());
    MLMATH_CHECK(compute());
}

void test_numbers() {
    MLMATH_CHECK(num_threads() >= 1);
    set_num_threads(3);
    MLMATH_CHECK(num_threads() == 3 && std::string(num_threads_source()) == "set_num_threads");
    MLMATH_CHECK(set_thread_local_threads(2) == 0 && num_threads() == 2);
    std::thread([] { MLMATH_CHECK(num_threads() == 3); }).join();
    MLMATH_CHECK(set_thread_local_threads(5) == 2 && set_thread_local_threads(0) == 5 && num_threads() == 3);
    set_num_threads(0);
    MLMATH_CHECK(num_threads() == 1);

    const ThreadCount machine{7, "affinity"};
    const auto chosen = [&](const char* own, const char* omp) {
        const ThreadCount count = choose_threads(own, omp, machine);
        return std::to_string(count.threads) + " " + count.source;
    };
    MLMATH_CHECK(chosen(nullptr, nullptr) == "7 affinity");
    MLMATH_CHECK(chosen("", " ") == "7 affinity");
    MLMATH_CHECK(chosen(" 3 ", "5") == "3 MLMATH_NUM_THREADS");
    MLMATH_CHECK(chosen(nullptr, "5") == "5 OMP_NUM_THREADS");
    MLMATH_CHECK(chosen(nullptr, "4,2") == "4 OMP_NUM_THREADS");
    MLMATH_CHECK(chosen(nullptr, "99999999999") == "1024 OMP_NUM_THREADS");
    for (const char* malformed : {"abc", "0", "-1", "2x", "1.5", "-99999999999", "4 2"}) {
        MLMATH_CHECK(chosen(nullptr, malformed) == "7 affinity");
        std::string message;
        try {
            chosen(malformed, "2");
        } catch (const std::invalid_argument& error) {
            message = error.what();
        }
        MLMATH_CHECK(message.find(malformed) != std::string::npos && message.find("MLMATH_NUM_THREADS") != std::string::npos);
    }
}

void test_quota() {
    namespace fs = std::filesystem;
    const fs::path root = fs::temp_directory_path() / ("mlmath-cgroup-" + std::to_string(getpid()));
    const auto write = [&](const std::string& path, const std::string& text) {
        fs::create_directories((root / path).parent_path());
        std::ofstream(root / path) << text;
    };
    const auto clear = [&] { fs::remove_all(root); };
    const auto quota = [&] { return cgroup_quota_cpus(root.string()); };
    clear();
    MLMATH_CHECK(quota() == 0);
    write("proc/self/cgroup", "0::/a.slice/b.scope\n");
    MLMATH_CHECK(quota() == 0);
    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "max 100000\n");
    MLMATH_CHECK(quota() == 0);
    write("sys/fs/cgroup/a.slice/cpu.max", "350000 100000\n");  // the parent's binds too
    MLMATH_CHECK(quota() == 4);
    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "50000 100000\n");
    MLMATH_CHECK(quota() == 1);
    MLMATH_CHECK(machine_threads(root.string()).threads == 1);
    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "200000 100000\n");
    MLMATH_CHECK(quota() == 2);
    write("sys/fs/cgroup/a.slice/b.scope/cpu.max", "nonsense\n");
    MLMATH_CHECK(quota() == 4);
    clear();
    write("proc/self/cgroup", "0::/../outside\n");
    write("sys/fs/cgroup/cpu.max", "150000 100000\n");
    MLMATH_CHECK(quota() == 2);
    clear();  // version 1; the path is the host's and does not exist here
    write("proc/self/cgroup", "4:memory:/x\n3:cpuset:/x\n2:cpu,cpuacct:/docker/0123\n1:name=systemd:/\n");
    write("sys/fs/cgroup/cpuset/cpu.cfs_quota_us", "100000\n");
    write("sys/fs/cgroup/cpuset/cpu.cfs_period_us", "100000\n");
    MLMATH_CHECK(quota() == 0);
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
    MLMATH_CHECK(quota() == 0);
    write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250001\n");
    MLMATH_CHECK(quota() == 3);
    write("sys/fs/cgroup/cpu/docker/0123/cpu.cfs_quota_us", "100000\n");
    write("sys/fs/cgroup/cpu/docker/0123/cpu.cfs_period_us", "100000\n");
    MLMATH_CHECK(quota() == 1);
    clear();
}

}  // namespace

MLMATH_TEST(thread_pool) {
    static bool done = false;  // no instruction set in here: once is enough
    if (done) return;
    done = true;
    test_numbers();
    test_quota();
    test_chunks();
    test_barrier();
    test_parked_workers();
    test_nested_and_concurrent();
    test_exceptions();
    test_interrupts();
    test_floating_point();
    test_fork();
    reset_num_threads();
}

}  // namespace mlmath::tests

// SPDX-License-Identifier: BSD-3-Clause
#include "cpu_count.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <vector>

#include "thread_pool.hpp"
#if defined(__linux__)
#include <sched.h>
#endif
#include <pthread.h>
#include <unistd.h>

namespace mlmath {
namespace {

int online_cpus() { return static_cast<int>(std::clamp<long>(sysconf(_SC_NPROCESSORS_ONLN), 1, kMaxThreads)); }

/// CPUs worth of time in one control group's own quota: ceil(quota / period); 0: no limit.
int ceil_ratio(std::int64_t quota, std::int64_t period) {
    if (quota <= 0 || period <= 0) return 0;
    return static_cast<int>(std::min<std::int64_t>((quota - 1) / period + 1, kMaxThreads));
}

int quota_v2(const std::string& folder) {  // "max 100000" or "150000 100000"
    std::ifstream file(folder + "/cpu.max");
    std::int64_t quota = 0, period = 0;
    return file >> quota >> period ? ceil_ratio(quota, period) : 0;
}

int quota_v1(const std::string& folder) {  // -1: no limit
    std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
    std::int64_t quota = 0, period = 0;
    return quota_file >> quota && period_file >> period ? ceil_ratio(quota, period) : 0;
}

/// The tightest limit from `path` up to the mount point. Folders that do not exist are skipped: in a container the path is often
/// the host's, while the container's own group is mounted at the top.
int tightest(const std::string& mount, std::string path, int (*quota_of)(const std::string&)) {
    if (path.find("/..") != std::string::npos) path.clear();  // outside of our namespace: cannot be seen
    int result = 0;
    for (;;) {
        while (!path.empty() && path.back() == '/') path.pop_back();
        const int here = quota_of(mount + path);
        if (here > 0) result = result == 0 ? here : std::min(result, here);
        if (path.empty()) return result;
        path.erase(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
    }
}

bool has_controller(std::string_view controllers, std::string_view name) {  // "cpu,cpuacct" has "cpu"; "cpuset" has not
    while (!controllers.empty()) {
        const std::size_t comma = controllers.find(',');
        if (controllers.substr(0, comma) == name) return true;
        if (comma == std::string_view::npos) break;
        controllers.remove_prefix(comma + 1);
    }
    return false;
}

constexpr std::string_view kBlank = " \t\r\n\f\v";

std::string_view strip(std::string_view text) {
    const std::size_t first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// A whole number >= 1; 0 when it is anything else. Values beyond the range of int come back as INT_MAX.
int positive_number(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (end != text.data() + text.size()) return 0;
    if (error == std::errc::result_out_of_range) return text.front() == '-' ? 0 : 0x7fffffff;
    return error == std::errc() && value > 0 ? value : 0;
}

}  // namespace

int affinity_cpus() {
#if defined(__linux__)
    // The kernel refuses a mask shorter than its own (EINVAL), and its length is not published: double until it fits.
    for (int bits = CPU_SETSIZE; bits <= 1 << 18; bits *= 2) {
        std::vector<unsigned long> mask(static_cast<std::size_t>(bits) / (8 * sizeof(unsigned long)));
        const std::size_t bytes = mask.size() * sizeof(unsigned long);
        if (sched_getaffinity(0, bytes, reinterpret_cast<cpu_set_t*>(mask.data())) == 0)
            return std::clamp(CPU_COUNT_S(bytes, reinterpret_cast<cpu_set_t*>(mask.data())), 1, kMaxThreads);
        if (errno != EINVAL) break;
    }
#endif
    return online_cpus();
}

int cgroup_quota_cpus(const std::string& root) {
    std::ifstream groups(root + "/proc/self/cgroup");
    int result = 0;
    const auto take = [&](int cpus) {
        if (cpus > 0) result = result == 0 ? cpus : std::min(result, cpus);
    };
    for (std::string line; std::getline(groups, line);) {  // hierarchy:controllers:path
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
        const std::string mounts = root + "/sys/fs/cgroup";
        if (controllers.empty()) {
            take(tightest(mounts, path, quota_v2));
        } else if (has_controller(controllers, "cpu")) {
            take(tightest(mounts + "/" + controllers, path, quota_v1));
            if (controllers != "cpu") take(tightest(mounts + "/cpu", path, quota_v1));
        }
    }
    return result;
}

ThreadCount machine_threads(const std::string& root) {
    const int cpus = affinity_cpus(), quota = cgroup_quota_cpus(root);
    if (quota > 0 && quota < cpus) return {quota, "cgroup quota"};
    return {cpus, "affinity"};
}

ThreadCount choose_threads(const char* own, const char* omp, const ThreadCount& machine) {
    const std::string_view wanted = strip(own != nullptr ? own : "");
    if (!wanted.empty()) {
        const int n = positive_number(wanted);
        if (n < 1 || n > kMaxThreads) {
            std::ostringstream message;
            message << "MLMATH_NUM_THREADS must be a whole number from 1 to " << kMaxThreads << ", got '" << own << "'";
            throw std::invalid_argument(message.str());
        }
        return {n, "MLMATH_NUM_THREADS"};
    }
    const std::string_view list(omp != nullptr ? omp : "");
    const int n = positive_number(strip(list.substr(0, list.find(','))));
    if (n > 0) return {std::min(n, kMaxThreads), "OMP_NUM_THREADS"};
    return machine;
}

// ---- the process' number (declared in thread_pool.hpp) -----------------------------------------------------------------

namespace {

constexpr const char* kSetter = "set_num_threads";
std::atomic<int> g_threads{0};  // 0: not decided yet
std::atomic<const char*> g_source{""};
thread_local int t_threads = 0;  // this thread's own number; 0: none

/// A child may be confined differently from its parent (worker processes often are), so it looks again unless somebody chose the
/// number.
void after_fork_in_child() {
    if (g_source.load() != kSetter) g_threads.store(0);
}

[[maybe_unused]] const int g_registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);

}  // namespace

void reset_num_threads() {
    const ThreadCount found = choose_threads(std::getenv("MLMATH_NUM_THREADS"), std::getenv("OMP_NUM_THREADS"), machine_threads());
    g_source.store(found.source);
    g_threads.store(found.threads);
}

int process_num_threads() {
    const int n = g_threads.load(std::memory_order_relaxed);
    if (n > 0) return n;
    try {
        reset_num_threads();
    } catch (const std::exception&) {  // a malformed variable that no host has reported, or no memory
        g_source.store("affinity");
        g_threads.store(affinity_cpus());
    }
    return g_threads.load(std::memory_order_relaxed);
}

int num_threads() { return t_threads > 0 ? t_threads : process_num_threads(); }

void set_num_threads(int n) {
    g_source.store(kSetter);
    g_threads.store(std::clamp(n, 1, kMaxThreads));
}

int set_thread_local_threads(int n) {
    const int old = t_threads;
    t_threads = std::clamp(n, 0, kMaxThreads);
    return old;
}

const char* num_threads_source() {
    process_num_threads();
    return g_source.load();
}

}  // namespace mlmath

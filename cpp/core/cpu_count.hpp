// SPDX-License-Identifier: BSD-3-Clause
// How many threads this process should use: what the user said, else what the operating system lets it run on.
#pragma once
#include <string>

namespace mlmath {

/// More than any machine in sight; bounds the pool's table of workers.
inline constexpr int kMaxThreads = 1024;

struct ThreadCount {
    int threads;
    const char* source;  // "MLMATH_NUM_THREADS", "OMP_NUM_THREADS", "affinity", "cgroup quota"; a literal
};

/// CPUs the calling thread may be scheduled on, at least 1.
int affinity_cpus();

/// ceil(quota / period) of the tightest CPU quota on this process' control group or any group around it, at least 1; 0 when there
/// is none. Reads <root>/proc/self/cgroup and <root>/sys/fs/cgroup/...: cpu.max (version 2), cpu.cfs_quota_us (version 1). Anything
/// missing or malformed counts as no limit.
int cgroup_quota_cpus(const std::string& root = "");

/// What the machine allows: the affinity, capped by the quota.
ThreadCount machine_threads(const std::string& root = "");

/// The first that is set of own (MLMATH_NUM_THREADS) and omp (OMP_NUM_THREADS; the first number of a list), else the machine's
/// count. Null or blank means not set. A malformed omp is ignored: it belongs to others. A malformed own throws
/// std::invalid_argument that names the variable, its value and what is required.
ThreadCount choose_threads(const char* own, const char* omp, const ThreadCount& machine);

}  // namespace mlmath

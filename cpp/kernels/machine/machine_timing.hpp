// SPDX-License-Identifier: BSD-3-Clause
// What the probes share: a block of work that all threads start together and end together, repeated; the shortest time counts.
#pragma once
#include <atomic>
#include <stdexcept>
#include <string>

#include "core/park.hpp"
#include "core/thread_pool.hpp"

namespace mlmath {

/// Runs body(team, timed) on exactly `threads` threads at a time until `seconds` have passed and at least `blocks_least` blocks
/// were run, and returns the shortest time in seconds of a block. Body calls timed(work) once: work() runs between two barriers,
/// and the calling thread reads its clock at both. Throws std::runtime_error when the pool, in use by another caller, keeps giving
/// fewer threads.
template <class Body>
double best_block(const char* probe, int threads, double seconds, Body&& body, int blocks_least = 5) {
    const auto end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    std::int64_t best = -1;
    for (int block = 0, short_teams = 0; block < blocks_least || now_ns() < end;) {
        std::int64_t elapsed = -1;
        parallel(threads, [&](Team& team) {
            if (team.size() != threads) return;
            body(team, [&](auto&& work) {
                team.barrier();
                const std::int64_t start = now_ns();
                work();
                team.barrier();
                if (team.rank() == 0) elapsed = now_ns() - start;
            });
        });
        if (elapsed < 0) {
            if (++short_teams == 1000)
                throw std::runtime_error(std::string(probe) + ": the thread pool is in use and does not give " +
                                         std::to_string(threads) + " threads");
            continue;
        }
        if (elapsed == 0) elapsed = 1;
        if (best < 0 || elapsed < best) best = elapsed;
        ++block;
    }
    return static_cast<double>(best) * 1e-9;
}

}  // namespace mlmath

// SPDX-License-Identifier: BSD-3-Clause
// A blocked factorization on several threads: rounds of tasks inside one parallel region. In every round the calling thread takes
// the task on the critical path, the next panel, and the others begin with the rest ("look-ahead"); a barrier ends the round.
#pragma once
#include <atomic>

#include "core/thread_pool.hpp"

namespace mlmath {

/// One for each region, shared by its members.
class TaskRounds {
public:
    /// Round number 0, 1, 2, ..., called by every member: urgent() on the first one; task(0) .. task(tasks - 1) each once, by
    /// whoever is free; then all wait for each other.
    template <class Urgent, class Task>
    void round(Team& team, std::ptrdiff_t number, std::ptrdiff_t tasks, Urgent&& urgent, Task&& task) {
        std::atomic<std::ptrdiff_t>& next = next_[number % 3];
        if (team.rank() == 0) {
            // Three counters in turn: nobody has looked at the next round's since the barrier before the last.
            next_[(number + 1) % 3].store(0, std::memory_order_relaxed);
            urgent();
        }
        for (;;) {
            const std::ptrdiff_t mine = next.fetch_add(1, std::memory_order_relaxed);
            if (mine >= tasks || team.poll()) break;
            task(mine);
        }
        team.barrier();
    }

private:
    alignas(64) std::atomic<std::ptrdiff_t> next_[3] = {};
};

}  // namespace mlmath

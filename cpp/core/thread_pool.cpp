// SPDX-License-Identifier: BSD-3-Clause
#include "thread_pool.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "cpu_count.hpp"
#include "fp_state.hpp"
#include "interruption.hpp"
#include "park.hpp"
#if defined(__linux__)
#include <sched.h>
#include <time.h>
#endif
#include <pthread.h>
#include <signal.h>
#include <stdio.h>

namespace mlmath {
namespace {

// A sleeping thread takes 5-60 us to come back (more in a virtual machine), so a worker watches its mailbox for about that long
// before it sleeps: back-to-back regions never pay it, and the price of one call is bounded by 50 us of one core.
constexpr std::int64_t kIdleSpin = 50'000;
// Inside a region the others are known to be at work, and the core would have nothing else to do: watch four times as long.
constexpr std::int64_t kRegionSpin = 200'000;
// On a crowded machine the wait may be for a member that waits for a CPU, perhaps this one: watch no longer than the members of an
// evenly divided step are apart.
constexpr std::int64_t kCrowdedSpin = 20'000;
// Waits from which on it is looked whether the machine is crowded: a scheduler's slice is 3 ms, a wake-up 60 us. How long it counts
// as crowded then: to find out again costs a slice or two.
constexpr std::int64_t kCrowdedWait = 1'000'000, kCrowdedTime = 1'000'000'000;
constexpr std::int64_t kHookPeriod = 50'000'000;  // Ctrl-C is promised within 0.2 s
// poll() reads the clock (20 ns) on every 1st to 16th call, so that it costs little in loops of short steps: at most one reading
// per 5 us, unless the steps are below 0.3 us. 16 bounds the delay when short steps turn into long ones.
constexpr std::int64_t kClockPeriod = 5'000;
constexpr int kMaxStride = 16;
// Thread creation failed (a limit on processes, or no memory): how many regions run with what there is before it is tried again.
constexpr int kGrowthPause = 1000;

enum Stop : std::uint32_t { kRunning = 0, kFailed = 1, kInterrupted = 2 };

std::atomic<InterruptHook> g_hook{nullptr};
std::atomic<unsigned> g_forks{0};     // differs between a process and its children: a team does not survive a fork
thread_local Team* t_team = nullptr;  // the innermost region on this thread
struct Pool;

}  // namespace

// Laid out by who writes: the caller's own state, the flag everybody polls, the barrier, the end of the region.
struct Team::Shared {
    Team* outer = nullptr;  // the region around this one, on the same thread
    unsigned forks = 0;
    Pool* pool = nullptr;  // whose workers are the other members
    int size = 1;
    int stride = 1, countdown = 1;
    std::int64_t last_clock = 0, hook_due = 0;
    std::atomic<std::int64_t> region_spin{0};
    alignas(64) std::atomic<std::uint32_t> stop{kRunning};
    alignas(64) std::atomic<std::uint32_t> arrived{0};
    alignas(64) WaitWord generation{0};  // 2 * barriers passed + (somebody sleeps); kAborted when the region stops
    alignas(64) WaitWord running{0};     // 2 * workers inside + (the caller sleeps)
    std::atomic<std::uint32_t> flags{0};

    static constexpr std::uint32_t kAborted = 0xffffffffu;

    /// The first reason stands: members that unwind because of it bring their own.
    void request_stop(Stop why) {
        std::uint32_t running_on = kRunning;
        stop.compare_exchange_strong(running_on, why, std::memory_order_seq_cst);
        // The word changes after `stop`: whoever is about to sleep on the old value does not, and then sees `stop`.
        if (generation.exchange(kAborted, std::memory_order_seq_cst) & 1u) unpark_all(generation);
    }

    /// Rank 0 only. Asks the host when it is time.
    void visit_host(std::int64_t now) {
        if (hook_due == 0) hook_due = now + kHookPeriod;
        if (now < hook_due) return;
        hook_due = now + kHookPeriod;
        const InterruptHook hook = g_hook.load(std::memory_order_acquire);
        // Once it has said stop it holds an exception and is left alone, however long the members take to leave.
        if (hook != nullptr && stop.load(std::memory_order_relaxed) != kInterrupted && hook()) {
            stop.store(kInterrupted, std::memory_order_seq_cst);  // above a failure: the host already holds an exception of its own
            request_stop(kInterrupted);
        }
        if (forks != g_forks.load(std::memory_order_relaxed)) request_stop(kFailed);
    }

    /// Rank 0 only.
    bool poll() {
        if (stop.load(std::memory_order_relaxed) != kRunning) return true;
        if (outer != nullptr) {
            if (outer->poll()) request_stop(kInterrupted);
        } else if (--countdown <= 0) {
            const std::int64_t now = now_ns();
            stride = now - last_clock < kClockPeriod ? std::min(2 * stride, kMaxStride) : std::max(stride / 2, 1);
            countdown = stride;
            last_clock = now;
            visit_host(now);
        }
        return stop.load(std::memory_order_relaxed) != kRunning;
    }

    /// How long rank 0 may sleep, and what it does when it wakes: the same for a barrier and for the end of the region.
    void nap(WaitWord& word, std::uint32_t expected);
};

namespace {

/// One worker's mailbox. The caller fills in the job, then changes `ticket`; an exchange tells whether the worker sleeps on it.
struct Worker {
    alignas(64) WaitWord ticket{0};  // 2 * jobs given + (the worker sleeps)
    int rank = 0, size = 0;
    RegionBody body = nullptr;
    void* context = nullptr;
    Team::Shared* shared = nullptr;
    FpControl fp{};
    alignas(64) std::exception_ptr error;
    std::int64_t idle_spin = kIdleSpin;
    std::thread::native_handle_type thread{};
    std::int64_t ran_before = 0;

    /// CPU time it has had.
    std::int64_t ran() const {
#if defined(__linux__)
        clockid_t clock;
        timespec time;
        if (pthread_getcpuclockid(thread, &clock) == 0 && clock_gettime(clock, &time) == 0)
            return std::int64_t{1'000'000'000} * time.tv_sec + time.tv_nsec;
#endif
        return 0;
    }

    void ring() {
        const std::uint32_t next = (ticket.load(std::memory_order_relaxed) & ~1u) + 2;
        if (ticket.exchange(next, std::memory_order_acq_rel) & 1u) unpark_all(ticket);
    }

    bool asleep() const { return ticket.load(std::memory_order_relaxed) & 1u; }

    /// Wakes it without a job: it watches its mailbox again.
    void wake() {
        std::uint32_t now = ticket.load(std::memory_order_relaxed);
        if ((now & 1u) && ticket.compare_exchange_strong(now, now & ~1u, std::memory_order_acq_rel)) unpark_all(ticket);
    }

    void run_job() {
        Team team(*shared, rank, size);
        t_team = &team;
        fp_enter(fp);
        try {
            body(context, team);
        } catch (const Interrupted&) {
            shared->request_stop(kInterrupted);
        } catch (...) {
            error = std::current_exception();
            shared->request_stop(kFailed);
        }
        // A worker that must share a CPU with the caller would, spinning, only keep it from working.
        idle_spin = shared->region_spin.load(std::memory_order_relaxed) > 0 ? kIdleSpin : 0;
        if (const unsigned raised = fp_leave()) shared->flags.fetch_or(raised, std::memory_order_relaxed);
        t_team = nullptr;
        // From here on the caller may be gone; `running` itself stays, because the pool is never freed.
        WaitWord& running = shared->running;
        if (running.fetch_sub(2, std::memory_order_acq_rel) == (2u | 1u)) unpark_all(running);
    }

    [[noreturn]] void live() {
        std::uint32_t seen = 0;
        const auto rung = [&] { return ticket.load(std::memory_order_acquire) != seen; };
        for (;;) {
            if (!spin_until(idle_spin, rung)) {
                std::uint32_t expected = seen;
                if (ticket.compare_exchange_strong(expected, seen | 1u, std::memory_order_acq_rel))
                    while (ticket.load(std::memory_order_acquire) == (seen | 1u)) park(ticket, seen | 1u, -1);
                if (!rung()) continue;  // woken to watch
            }
            seen = ticket.load(std::memory_order_acquire);
            run_job();
        }
    }
};

void name_this_thread(int rank) {
    char name[16];  // the kernel's limit
    snprintf(name, sizeof name, "mlmath-%d", rank);
#if defined(__linux__)
    pthread_setname_np(pthread_self(), name);
#elif defined(__APPLE__)
    pthread_setname_np(name);
#endif
}

struct Pool {
    std::atomic<bool> busy{false};
    Team::Shared shared;
    Worker* workers[kMaxThreads - 1] = {};
    int count = 0, growth_pause = 0;
    int placed_cpu = -1, placed_count = 0, cpus = affinity_cpus();
    std::int64_t last_refusal = 0, crowded_until = 0;
    Pool* abandoned = nullptr;  // the parent's, after a fork: kept reachable for leak checkers

    /// Makes workers until there are `wanted`, or the system refuses. Returns how many of them can be used.
    int grow(int wanted) {
        wanted = std::min(wanted, kMaxThreads - 1);
        if (count >= wanted) return wanted;
        if (growth_pause > 0 && growth_pause-- > 0) return count;
        // The host's signals belong to the host's threads; a new thread inherits the mask. Not those that an instruction of the
        // thread's own raises: blocked, they would end the process without the host's handler (faulthandler's) being asked.
        sigset_t others, old;
        sigfillset(&others);
        for (const int own : {SIGILL, SIGTRAP, SIGBUS, SIGFPE, SIGSEGV}) sigdelset(&others, own);
        pthread_sigmask(SIG_SETMASK, &others, &old);
        try {
            while (count < wanted) {
                std::unique_ptr<Worker> worker(new Worker);
                worker->rank = count + 1;
                std::thread thread([w = worker.get()] {
                    name_this_thread(w->rank);
                    w->live();
                });
                worker->thread = thread.native_handle();
                thread.detach();
                workers[count++] = worker.release();
            }
        } catch (const std::exception&) {  // system_error (EAGAIN), bad_alloc: work on with fewer
            growth_pause = kGrowthPause;
        }
        pthread_sigmask(SIG_SETMASK, &old, nullptr);
        return count;
    }

    /// Whether `wanted` workers watch their mailboxes. If not, and the last time was not long ago, they are woken for the next.
    bool watching(int wanted) {
        bool all = count >= wanted;
        for (int i = 0; i < wanted && all; ++i) all = !workers[i]->asleep();
        if (all) return true;
        const std::int64_t now = now_ns();
        if (now - last_refusal < kIdleSpin && cpus > wanted) {
            place(grow(wanted));
            for (int i = 0; i < std::min(count, wanted); ++i) workers[i]->wake();
        }
        last_refusal = now;
        return false;
    }

    /// Keeps workers off the caller's CPU: the scheduler likes to wake a thread beside its waker, where the two would take turns
    /// for milliseconds until it notices. Costs a comparison as long as the caller stays where it is. With fewer CPUs than members
    /// some must share, and then all CPUs are as good.
    void place(int used) {
#if defined(__linux__)
        if (crowded_until != 0) {
            if (now_ns() < crowded_until) return;
            crowded_until = 0;
        }
        const int cpu = sched_getcpu();
        if (cpu == placed_cpu && used <= placed_count) return;
        cpu_set_t mask;
        if (cpu < 0 || cpu >= CPU_SETSIZE || sched_getaffinity(0, sizeof mask, &mask) != 0) return;
        cpus = CPU_COUNT(&mask);
        if (cpus > used) CPU_CLR(static_cast<unsigned>(cpu), &mask);
        for (int i = 0; i < used; ++i) pthread_setaffinity_np(workers[i]->thread, sizeof mask, &mask);
        placed_cpu = cpu;
        placed_count = used;
#else
        cpus = affinity_cpus();
#endif
    }

    /// Lets workers go to any CPU for a while when other programs want theirs. Called after the caller has waited since `start`,
    /// watched from then on (ran_before). Constraint: a worker that may not run on the caller's CPU stands in line behind another
    /// program while that CPU, whose owner waits for it, is idle: with one busy program on two CPUs eigh of n = 512 took 4 times
    /// as long on two threads as with workers that may go anywhere. Decision: crowded is a wait in which no worker ran for three
    /// quarters of the time; the one that is waited for had work to do.
    void release_if_crowded(Team::Shared& region, std::int64_t start) {
#if defined(__linux__)
        const std::int64_t now = now_ns(), waited = now - start;
        if (waited < kCrowdedWait || crowded_until != 0) return;
        for (int i = 0; i + 1 < region.size; ++i)
            if (workers[i]->ran() - workers[i]->ran_before > waited / 4 * 3) return;
        cpu_set_t mask;
        if (sched_getaffinity(0, sizeof mask, &mask) != 0) return;
        for (int i = 0; i < count; ++i) pthread_setaffinity_np(workers[i]->thread, sizeof mask, &mask);
        placed_cpu = -1;
        placed_count = 0;
        crowded_until = now + kCrowdedTime;
        if (region.region_spin.load(std::memory_order_relaxed) > kCrowdedSpin)
            region.region_spin.store(kCrowdedSpin, std::memory_order_relaxed);
#endif
    }
};

std::atomic<Pool*> g_pool{nullptr};
Pool* g_abandoned = nullptr;

/// Threads do not exist in a forked child, and the pool may have been in any state: forget it, the next region builds another.
void after_fork_in_child() {
    if (Pool* old = g_pool.exchange(nullptr)) {
        old->abandoned = g_abandoned;
        g_abandoned = old;
    }
    t_team = nullptr;
    g_forks.fetch_add(1);
}

[[maybe_unused]] const int g_registered = pthread_atfork(nullptr, nullptr, after_fork_in_child);

/// The pool, now ours alone; nullptr when somebody else has it or there is no memory for it.
Pool* acquire_pool() {
    Pool* pool = g_pool.load(std::memory_order_acquire);
    if (pool == nullptr) {
        Pool* fresh = new (std::nothrow) Pool;
        if (fresh == nullptr) return nullptr;
        if (g_pool.compare_exchange_strong(pool, fresh))
            pool = fresh;
        else
            delete fresh;
    }
    if (pool->busy.load(std::memory_order_relaxed) || pool->busy.exchange(true, std::memory_order_acquire)) return nullptr;
    return pool;
}

struct TeamScope {  // makes `team` the thread's current one
    Team* const outer = t_team;
    explicit TeamScope(Team& team) { t_team = &team; }
    ~TeamScope() { t_team = outer; }
};

void run_alone(RegionBody body, void* context) {
    Team::Shared shared;
    shared.outer = t_team;
    shared.forks = g_forks.load(std::memory_order_relaxed);
    Team team(shared, 0, 1);
    {
        const TeamScope scope(team);
        body(context, team);
    }
    if (shared.stop.load(std::memory_order_relaxed) == kInterrupted) throw Interrupted();
}

void run_together(Pool& pool, int size, RegionBody body, void* context) {
    Team::Shared& shared = pool.shared;
    pool.place(size - 1);
    shared.outer = t_team;
    shared.forks = g_forks.load(std::memory_order_relaxed);
    shared.stride = shared.countdown = 1;
    shared.last_clock = shared.hook_due = 0;
    shared.pool = &pool;
    shared.size = size;
    // With more members than CPUs a spinning one would keep another from working.
    shared.region_spin.store(size > pool.cpus          ? 0
                             : pool.crowded_until != 0 ? kCrowdedSpin
                                                       : kRegionSpin,
                             std::memory_order_relaxed);
    shared.stop.store(kRunning, std::memory_order_relaxed);
    shared.arrived.store(0, std::memory_order_relaxed);
    shared.generation.store(0, std::memory_order_relaxed);
    shared.flags.store(0, std::memory_order_relaxed);
    shared.running.store(2u * static_cast<std::uint32_t>(size - 1), std::memory_order_relaxed);
    const FpControl fp = fp_control_of_caller();
    for (int rank = 1; rank < size; ++rank) {
        Worker& worker = *pool.workers[rank - 1];
        worker.size = size;
        worker.body = body;
        worker.context = context;
        worker.shared = &shared;
        worker.fp = fp;
        worker.ring();
    }
    std::exception_ptr error;
    Team team(shared, 0, size);
    {
        const TeamScope scope(team);
        try {
            body(context, team);
        } catch (const Interrupted&) {
            shared.request_stop(kInterrupted);
        } catch (...) {
            error = std::current_exception();
            shared.request_stop(kFailed);
        }
    }
    const auto forked = [&] { return shared.forks != g_forks.load(std::memory_order_relaxed); };
    const auto finished = [&] { return shared.running.load(std::memory_order_acquire) < 2; };
    if (!spin_until(shared.region_spin.load(std::memory_order_relaxed), finished)) {
        std::uint32_t left = shared.running.fetch_or(1, std::memory_order_acq_rel) | 1u;
        for (; left >= 2 && !forked(); left = shared.running.load(std::memory_order_acquire)) shared.nap(shared.running, left);
    }
    if (forked())
        throw std::runtime_error("the process was forked inside a parallel region; the region cannot finish in the child");
    fp_raise(shared.flags.load(std::memory_order_relaxed));
    const std::uint32_t stop = shared.stop.load(std::memory_order_relaxed);
    if (stop == kRunning) return;
    for (int rank = 1; rank < size; ++rank) {
        std::exception_ptr other = std::move(pool.workers[rank - 1]->error);
        pool.workers[rank - 1]->error = nullptr;
        if (!error) error = std::move(other);
    }
    if (stop == kInterrupted || !error) throw Interrupted();
    std::rethrow_exception(error);
}

}  // namespace

void Team::Shared::nap(WaitWord& word, std::uint32_t expected) {
    const bool watched = pool != nullptr && pool->crowded_until == 0 && forks == g_forks.load(std::memory_order_relaxed);
    const std::int64_t start = watched ? now_ns() : 0;
    for (int i = 0; watched && i + 1 < size; ++i) pool->workers[i]->ran_before = pool->workers[i]->ran();
    park(word, expected, kHookPeriod / 2);
    if (watched) pool->release_if_crowded(*this, start);
    Shared* root = this;
    while (root->outer != nullptr) root = &root->outer->shared_;
    root->visit_host(now_ns());
    if (root->stop.load(std::memory_order_relaxed) != kRunning) request_stop(kInterrupted);
}

void Team::barrier() {
    if (size_ == 1) return;
    Shared& s = shared_;
    const std::uint32_t before = s.generation.load(std::memory_order_acquire);
    // `arrived` collects everybody's writes; the last one hands them on through `generation`.
    if (s.arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<std::uint32_t>(size_)) {
        s.arrived.store(0, std::memory_order_relaxed);
        if (s.generation.exchange((before | 1u) + 1, std::memory_order_acq_rel) & 1u) unpark_all(s.generation);
    } else {
        const std::uint32_t awake = before & ~1u, asleep = before | 1u;
        const auto passed = [&] { return (s.generation.load(std::memory_order_acquire) | 1u) != asleep; };
        if (!cancelled() && !spin_until(s.region_spin.load(std::memory_order_relaxed), passed)) {
            std::uint32_t expected = awake;
            s.generation.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel);
            while (!passed()) {
                if (rank_ == 0)
                    s.nap(s.generation, asleep);
                else
                    park(s.generation, asleep, -1);
            }
        }
    }
    if (cancelled()) throw Interrupted();
}

bool Team::poll() { return rank_ == 0 ? shared_.poll() : cancelled(); }

bool Team::cancelled() const { return shared_.stop.load(std::memory_order_acquire) != kRunning; }

bool interruption_requested() { return t_team != nullptr && t_team->poll(); }

void interruption_point() {
    if (interruption_requested()) throw Interrupted();
}

void run_region(int threads, RegionBody body, void* context, Start start) {
    if (threads <= 1) return run_alone(body, context);
    Pool* const pool = acquire_pool();  // a region inside a team finds it taken, by that team
    if (pool == nullptr) return run_alone(body, context);
    struct Release {
        Pool* pool;
        ~Release() { pool->busy.store(false, std::memory_order_release); }
    };
    {
        const Release release{pool};
        if (start == Start::watching && !pool->watching(threads - 1)) threads = 1;
        const int size = threads > 1 ? 1 + pool->grow(threads - 1) : 1;
        if (size > 1) return run_together(*pool, size, body, context);
    }
    run_alone(body, context);
}

void set_interrupt_hook(InterruptHook hook) { g_hook.store(hook, std::memory_order_release); }

}  // namespace mlmath

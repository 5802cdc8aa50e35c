// SPDX-License-Identifier: BSD-3-Clause
// Scratch blocks, kept between calls in a few slots.
#include "core/workspace.hpp"

#include <atomic>
#include <cstdlib>
#include <new>
#include <span>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace mlmath {
namespace {

// Constraint: a matrix product of moderate size lasts 100 us and its packing buffers are 1-4 MB; malloc returns such blocks to the
//   system on free, so that every call would pay for fresh pages again.
// Arithmetic: a fresh 4 KiB page costs about 0.25 us (`python -m mlmath_native info` measures it): 4 MB = 250 us, more than the
//   product.
// Decision: keep up to 4 blocks (callers at the same time), none larger than 64 MiB, so that at most 256 MiB are ever held.
constexpr int slots = 4;
constexpr std::size_t largest_kept = std::size_t{64} << 20;

// Constraint: residues of large matrices (gemm_crt) take half a GiB, for 0.3 s; nobody should lose that much memory for having
//   multiplied.
// Arithmetic: 503 MiB of fresh huge pages, filled by two threads: 19 to 25 ms; the same pages again: 6.5 ms.
// Decision: one larger block is kept with its pages marked as free (Linux): the system takes them when it is short of memory, and
//   until then they are there without a fault. Marking takes 0.3 ms. Up to 1 GiB.
constexpr std::size_t largest_lent = std::size_t{1} << 30;
constexpr std::size_t huge_page = std::size_t{2} << 20;

struct Block {
    std::byte* data;
    std::size_t bytes;
};

// A slot holds the block's header, which lives in the block's first cache line; nullptr: empty.
std::atomic<Block*> kept[slots], lent;

Block* allocate(std::size_t bytes) {
    // Header line + payload. Large blocks start on a huge page and ask for huge pages: fewer faults, fewer TLB misses.
    const bool large = bytes >= huge_page;
    const std::size_t alignment = large ? huge_page : cache_line;
    if (bytes > (~std::size_t{0} >> 1) - 2 * huge_page) throw std::bad_alloc();
    const std::size_t total = (cache_line + bytes + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, total);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__)
    if (large) madvise(memory, total, MADV_HUGEPAGE);
#endif
    auto* start = static_cast<std::byte*>(memory);
    return new (start) Block{start + cache_line, total - cache_line};
}

// Gives the pages of a block back as far as the system wants them; its first one, with the header, stays. False: not on this
// system.
bool lend(Block* block) {
#if defined(__linux__) && defined(MADV_FREE)
    return madvise(block->data - cache_line + huge_page, block->bytes + cache_line - huge_page, MADV_FREE) == 0;
#else
    static_cast<void>(block);
    return false;
#endif
}

Block* header_of(std::byte* data) { return reinterpret_cast<Block*>(data - cache_line); }

}  // namespace

Workspace::Workspace(std::size_t bytes) {
    const bool large = bytes > largest_kept;
    for (auto& slot : std::span(large ? &lent : kept, large ? 1 : slots)) {
        Block* block = slot.exchange(nullptr, std::memory_order_acquire);
        if (block == nullptr) continue;
        if (block->bytes >= bytes) {
            data_ = block->data;
            bytes_ = block->bytes;
            return;
        }
        Block* expected = nullptr;  // too small for this call: put it back, or free it if the slot was filled meanwhile
        if (!slot.compare_exchange_strong(expected, block, std::memory_order_release)) std::free(block);
    }
    Block* block = allocate(bytes);
    data_ = block->data;
    bytes_ = block->bytes;
}

Workspace::~Workspace() {
    Block* block = header_of(data_);
    if (block->bytes > largest_kept) {
        // Of two the larger one is the more useful one.
        if (block->bytes > largest_lent || !lend(block)) {
            std::free(block);
            return;
        }
        Block* other = lent.exchange(nullptr, std::memory_order_acquire);
        if (other != nullptr && other->bytes > block->bytes) std::swap(block, other);
        std::free(other);
        Block* expected = nullptr;
        if (!lent.compare_exchange_strong(expected, block, std::memory_order_release)) std::free(block);
        return;
    }
    for (auto& slot : kept) {
        Block* expected = nullptr;
        if (slot.compare_exchange_strong(expected, block, std::memory_order_release)) return;
    }
    // All slots taken: the larger block is the more useful one.
    for (auto& slot : kept) {
        Block* other = slot.exchange(nullptr, std::memory_order_acquire);
        if (other == nullptr) continue;
        Block* larger = other->bytes >= block->bytes ? other : block;
        block = larger == other ? block : other;
        Block* expected = nullptr;
        if (!slot.compare_exchange_strong(expected, larger, std::memory_order_release)) std::free(larger);
    }
    std::free(block);
}

std::size_t workspace_bytes_kept() {
    std::size_t sum = 0;
    const auto count = [&](std::atomic<Block*>& slot) {
        Block* block = slot.exchange(nullptr, std::memory_order_acquire);
        if (block == nullptr) return;
        sum += block->bytes;
        Block* expected = nullptr;
        if (!slot.compare_exchange_strong(expected, block, std::memory_order_release)) std::free(block);
    };
    for (auto& slot : kept) count(slot);
    count(lent);
    return sum;
}

void trim_workspace() {
    for (auto& slot : kept) std::free(slot.exchange(nullptr, std::memory_order_acquire));
    std::free(lent.exchange(nullptr, std::memory_order_acquire));
}

}  // namespace mlmath

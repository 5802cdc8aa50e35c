// SPDX-License-Identifier: BSD-3-Clause
// permutation: labels counted, buckets ordered, buckets merged; dispatch and threads.
#include "kernels/random/samplers/permutation/permutation.hpp"

#include <algorithm>
#include <cstring>

#include "core/thread_pool.hpp"
#include "core/workspace.hpp"
#include "kernels/random/draw/draw_parts.hpp"
#include "kernels/random/engines/words.hpp"
#include "kernels/random/engines/xblock/xblock_driver.hpp"
#include "kernels/random/samplers/permutation/permutation_parts.hpp"
#include "simd/dispatch.hpp"

namespace mlmath {

MLMATH_KERNEL_TABLE(PermutationKernels, permutation_kernels);
MLMATH_KERNEL_TABLE(DrawKernels, draw_kernels);

namespace {

const PermutationKernels& kernels() { return active(permutation_kernels_by_level); }

// Constraint: exchanges in a bucket go to places that cannot be foreseen. Nothing waits for them but the exchanges of the same
//   places, so that a core has many of them under way: what counts is the level of cache they come from, not its latency. Labels
//   and a merge cost as much as dice and exchanges together.
// Arithmetic (measured, ns an element on one core): one bucket 0.6 up to 2^16 places, 0.7 at 2^18, 0.8 at 2^20 (4 MiB, beyond L2),
//   1.2 at 2^22, 3.6 at 10^7 (memory); many buckets 1.5 at any size, and on any number of threads. Between 2^12 and 2^16 places a
//   bucket the time hardly changes: smaller ones shuffle faster, more of them merge slower.
// Decision: one bucket up to 2^18 elements (4 bytes each: 1 MiB, an L2); beyond that 2^14 to 2^15 places on average, whose numbers
//   have 16 bits (64 KiB). The definition of the order depends on both.
constexpr std::ptrdiff_t one_bucket = std::ptrdiff_t(1) << 18, bucket_places = std::ptrdiff_t(1) << 15;
constexpr int label_bits = 16, labels_per_word = 4;

std::uint64_t label_words(std::ptrdiff_t n, int bits) { return bits == 0 ? 0 : (static_cast<std::uint64_t>(n) + 3) / 4; }

// tile(words, first, count) for words first .. first + count - 1 of the `total` words from `begin` on.
template <class Tile>
void each_tile(const StreamKey& key, std::uint64_t begin, std::uint64_t total, const Tile& tile) {
    alignas(64) std::uint64_t buffer[permutation_tile_words];
    for (std::uint64_t at = 0; at < total;) {
        const std::uint64_t position = begin + at;
        WordReader reader(key, position / xblock_lanes);
        const std::uint64_t stop = std::min(total, at + xblock_words_per_block - position % xblock_words_per_block);
        for (std::uint64_t lane = position % xblock_lanes; at < stop; lane = 0) {
            const std::uint64_t steps =
                std::min<std::uint64_t>(permutation_tile_words / xblock_lanes, (lane + stop - at - 1) / xblock_lanes + 1);
            const std::uint64_t count = std::min(steps * xblock_lanes - lane, stop - at);
            reader.read(static_cast<std::ptrdiff_t>(steps), buffer);
            tile(buffer + lane, at, static_cast<std::ptrdiff_t>(count));
            at += count;
        }
    }
}

// One permutation: how its parts are cut.
struct Plan {
    const PermutationDraw& draw;
    std::ptrdiff_t n;
    std::ptrdiff_t buckets, chunk, chunks, tasks;
    std::uint32_t mask;
    std::uint32_t* counts;  // [chunk][bucket]; after `count`, where each chunk begins in each bucket, less the bucket's start
    std::uint64_t* starts;  // [bucket + 1]
    std::uint64_t dice_word;

    // Constraint: chunks should be long beside their counts (4 bytes for each bucket) and beside reaching their place (1 us), and
    //   many enough for the threads. They have no influence on the order.
    // Decision: 64 of them at most, 2^15 labels (a block of words) at least.
    Plan(const PermutationDraw& d, std::ptrdiff_t size)
        : draw(d), n(size), buckets(std::ptrdiff_t(1) << d.bits), mask(static_cast<std::uint32_t>(buckets - 1)) {
        chunk = std::max<std::ptrdiff_t>(1 << 15, ((n + 63) / 64 + 3) / 4 * 4);
        chunks = (n + chunk - 1) / chunk;
        tasks = std::min<std::ptrdiff_t>(buckets, 64);
        dice_word = d.word + label_words(n, d.bits);
    }
    std::size_t bytes() const {
        return whole_lines(static_cast<std::size_t>(chunks * buckets) * sizeof *counts) +
               whole_lines(static_cast<std::size_t>(buckets + 1) * sizeof *starts);
    }
    void take(Workspace& workspace) {
        counts = workspace.take<std::uint32_t>(static_cast<std::size_t>(chunks * buckets));
        starts = workspace.take<std::uint64_t>(static_cast<std::size_t>(buckets + 1));
    }

    // labels(first element of the tile, labels, how many) for the tiles of a chunk.
    template <class Labels>
    void each_label_tile(std::ptrdiff_t c, const Labels& labels) const {
        const std::ptrdiff_t first = c * chunk, size = std::min(chunk, n - first);
        each_tile(draw.key, draw.word + static_cast<std::uint64_t>(first / labels_per_word),
                  static_cast<std::uint64_t>((size + labels_per_word - 1) / labels_per_word),
                  [&](const std::uint64_t* words, std::uint64_t at, std::ptrdiff_t count) {
                      const auto i = static_cast<std::ptrdiff_t>(at) * labels_per_word;
                      labels(first + i, reinterpret_cast<const std::uint16_t*>(words), std::min(count * labels_per_word, size - i));
                  });
    }

    void count(int threads) {
        parallel_for(chunks, threads, [&](std::ptrdiff_t c) {
            std::uint32_t* mine = counts + c * buckets;
            std::memset(mine, 0, static_cast<std::size_t>(buckets) * sizeof *mine);
            each_label_tile(c, [&](std::ptrdiff_t, const std::uint16_t* labels, std::ptrdiff_t size) {
                kernels().count(labels, size, mask, mine);
            });
        });
        std::memset(starts, 0, static_cast<std::size_t>(buckets + 1) * sizeof *starts);
        for (std::ptrdiff_t c = 0; c < chunks; ++c)
            for (std::ptrdiff_t k = 0; k < buckets; ++k) {
                const std::uint32_t here = counts[c * buckets + k];
                counts[c * buckets + k] = static_cast<std::uint32_t>(starts[k + 1]);
                starts[k + 1] += here;
            }
        for (std::ptrdiff_t k = 0; k < buckets; ++k) starts[k + 1] += starts[k];
    }

    // merge(labels, how many, to) for the labels of a chunk; the items go to `out`, past the caches when they do not fit there.
    template <class Merge>
    void merged(std::ptrdiff_t c, void* out, std::ptrdiff_t item_bytes, const Merge& merge) const {
        const bool streaming = streams_past_caches(n * item_bytes);
        const DrawKernels& lines = active(draw_kernels_by_level);
        constexpr std::ptrdiff_t piece = 512;  // 8 KiB of the largest items: in L1 beside the buckets' lines
        alignas(64) unsigned char values[piece * 16];
        each_label_tile(c, [&](std::ptrdiff_t first, const std::uint16_t* labels, std::ptrdiff_t size) {
            auto* to = static_cast<unsigned char*>(out) + first * item_bytes;
            if (!streaming) return merge(labels, size, to);
            for (std::ptrdiff_t i = 0; i < size; i += piece) {
                const std::ptrdiff_t now = std::min(piece, size - i);
                merge(labels + i, now, values);
                lines.copy_past_caches(to + i * item_bytes, values, now * item_bytes);
            }
        });
        if (streaming) lines.fence();
    }

    std::uint64_t longest_bucket() const {
        std::uint64_t longest = 0;
        for (std::ptrdiff_t k = 0; k < buckets; ++k) longest = std::max(longest, starts[k + 1] - starts[k]);
        return longest;
    }

    // exchanges(start of the bucket, first place in it, how many, dice) for the places of all buckets, in order within each.
    template <class Exchanges>
    void order(int threads, const Exchanges& exchanges) const {
        parallel_for(tasks, threads, [&](std::ptrdiff_t task) {
            std::ptrdiff_t bucket = buckets * task / tasks;
            const std::uint64_t begin = starts[bucket], end = starts[buckets * (task + 1) / tasks];
            alignas(64) std::uint32_t dice[permutation_tile];
            each_tile(draw.key, dice_word + begin / 2, (end + 1) / 2 - begin / 2,
                      [&](const std::uint64_t* words, std::uint64_t at, std::ptrdiff_t count) {
                          const std::uint64_t low = begin / 2 + at;  // word of the tile, among the dice
                          std::uint64_t place = std::max(begin, 2 * low);
                          const std::uint64_t stop = std::min(end, 2 * (low + static_cast<std::uint64_t>(count)));
                          while (place < stop) {
                              while (starts[bucket + 1] <= place) ++bucket;
                              const std::uint64_t start = starts[bucket], until = std::min(stop, starts[bucket + 1]);
                              const auto size = static_cast<std::ptrdiff_t>(until - place);
                              kernels().dice(draw.key, 2 * dice_word + place,
                                             reinterpret_cast<const std::uint32_t*>(words) + (place - 2 * low), size,
                                             place - start + 1, dice);
                              exchanges(start, static_cast<std::ptrdiff_t>(place - start), size, dice);
                              place = until;
                          }
                      });
        });
    }
};

// exchanges(first, count, dice) for the places of one bucket of n.
template <class Exchanges>
void order_one(const StreamKey& key, std::uint64_t word, std::ptrdiff_t n, const Exchanges& exchanges) {
    alignas(64) std::uint32_t dice[permutation_tile];
    each_tile(key, word, permutation_words(n, 0), [&](const std::uint64_t* words, std::uint64_t at, std::ptrdiff_t count) {
        const auto first = static_cast<std::ptrdiff_t>(2 * at), size = std::min(2 * count, n - first);
        kernels().dice(key, 2 * word + 2 * at, reinterpret_cast<const std::uint32_t*>(words), size, 2 * at + 1, dice);
        exchanges(first, size, dice);
    });
}

const PermutationItemKernels* item_kernels(std::ptrdiff_t bytes) {
    const PermutationKernels& k = kernels();
    switch (bytes) {
        case 1:
            return &k.items1;
        case 2:
            return &k.items2;
        case 4:
            return &k.items4;
        case 8:
            return &k.items8;
        case 16:
            return &k.items16;
        default:
            return nullptr;
    }
}

// Exchanges the rows of an array, which may be the same.
void exchange_bytes(unsigned char* a, unsigned char* b, std::ptrdiff_t bytes) {
    std::ptrdiff_t at = 0;
    const auto pieces = [&]<std::size_t Size>() {
        for (; bytes - at >= static_cast<std::ptrdiff_t>(Size); at += static_cast<std::ptrdiff_t>(Size)) {
            unsigned char first[Size], second[Size];
            std::memcpy(first, a + at, Size), std::memcpy(second, b + at, Size);
            std::memcpy(a + at, second, Size), std::memcpy(b + at, first, Size);
        }
    };
    pieces.template operator()<64>(), pieces.template operator()<16>(), pieces.template operator()<4>(),
        pieces.template operator()<1>();
}

template <class Order>
void widen(const Order* order, std::int64_t* out, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) out[i] = static_cast<std::int64_t>(order[i]);
}

template <class Order, class Cursor, class Ordered, class Merge>
void merged_indices(const Plan& plan, std::int64_t* out, int threads, const Ordered& ordered, const Merge& merge) {
    Workspace workspace(static_cast<std::size_t>(plan.n) * sizeof(Order));
    Order* orders = workspace.take<Order>(static_cast<std::size_t>(plan.n));
    plan.order(threads, [&](std::uint64_t start, std::ptrdiff_t first, std::ptrdiff_t count, const std::uint32_t* dice) {
        ordered(dice, first, count, orders + start);
    });
    parallel_for(plan.chunks, threads, [&](std::ptrdiff_t c) {
        Workspace own(static_cast<std::size_t>(plan.buckets) * sizeof(Cursor));
        Cursor* cursors = own.take<Cursor>(static_cast<std::size_t>(plan.buckets));
        // A bucket's order is read at next, but counts from the bucket's start.
        for (std::ptrdiff_t k = 0; k < plan.buckets; ++k) {
            cursors[k].start = static_cast<decltype(cursors->start)>(plan.starts[k]);
            cursors[k].next = static_cast<decltype(cursors->next)>(plan.starts[k] + plan.counts[c * plan.buckets + k]);
        }
        plan.merged(c, out, sizeof *out, [&](const std::uint16_t* labels, std::ptrdiff_t size, void* to) {
            merge(labels, size, plan.mask, cursors, orders, static_cast<std::int64_t*>(to));
        });
    });
}

// Runs work(threads); when it is interrupted, does it again alone and undisturbed, and then passes the interruption on.
template <class Work>
void whole(int threads, const Work& work) {
    try {
        work([&](std::ptrdiff_t chunks, const auto& body) { parallel_for(chunks, threads, body); });
    } catch (const Interrupted&) {
        work([](std::ptrdiff_t chunks, const auto& body) {
            for (std::ptrdiff_t c = 0; c < chunks; ++c) body(c);
        });
        throw;
    }
}

}  // namespace

int permutation_bits(std::ptrdiff_t n) {
    if (n <= one_bucket) return 0;
    int bits = 1;
    while (bits < label_bits && (n >> bits) >= bucket_places) ++bits;
    return bits;
}

std::uint64_t permutation_words(std::ptrdiff_t n, int bits) {
    return n < 2 ? 0 : label_words(n, bits) + (static_cast<std::uint64_t>(n) + 1) / 2;
}

void permutation_indices(const PermutationDraw& draw, std::int64_t* out, std::ptrdiff_t n, int threads) {
    if (n < 2) {
        if (n == 1) out[0] = 0;
        return;
    }
    if (draw.bits == 0) {
        if (n <= 1 << 16) {
            Workspace workspace(static_cast<std::size_t>(n) * 2);
            auto* order = workspace.take<std::uint16_t>(static_cast<std::size_t>(n));
            order_one(draw.key, draw.word, n, [&](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint32_t* dice) {
                kernels().order16(dice, first, count, order);
            });
            widen(order, out, n);
        } else {
            Workspace workspace(static_cast<std::size_t>(n) * 4);
            auto* order = workspace.take<std::uint32_t>(static_cast<std::size_t>(n));
            order_one(draw.key, draw.word, n, [&](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint32_t* dice) {
                kernels().order32(dice, first, count, order);
            });
            widen(order, out, n);
        }
        return;
    }
    Plan plan(draw, n);
    Workspace workspace(plan.bytes());
    plan.take(workspace);
    plan.count(threads);
    if (plan.longest_bucket() <= 1 << 16 && n < std::ptrdiff_t(1) << 32)
        merged_indices<std::uint16_t, BucketCursor>(plan, out, threads, kernels().order16, kernels().merge16);
    else
        merged_indices<std::uint32_t, WideBucketCursor>(plan, out, threads, kernels().order32, kernels().merge32);
}

void permutation_items(const PermutationDraw& draw, const void* in, void* out, std::ptrdiff_t n, std::ptrdiff_t item_bytes,
                       int threads) {
    if (n < 2 || item_bytes == 0) {
        if (in != out) std::memcpy(out, in, static_cast<std::size_t>(n * item_bytes));
        return;
    }
    const auto* from = static_cast<const unsigned char*>(in);
    auto* to = static_cast<unsigned char*>(out);
    const PermutationItemKernels* items = item_kernels(item_bytes);
    if (items == nullptr) {  // rows: read where the order says
        const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(std::int64_t);
        const std::size_t copied = in == out ? static_cast<std::size_t>(n * item_bytes) : 0;
        Workspace workspace(whole_lines(bytes) + copied);
        auto* order = workspace.take<std::int64_t>(static_cast<std::size_t>(n));
        unsigned char* target = in == out ? workspace.take<unsigned char>(copied) : to;
        permutation_indices(draw, order, n, threads);
        const std::ptrdiff_t rows = std::max<std::ptrdiff_t>(1, (std::ptrdiff_t(1) << 16) / item_bytes),
                             chunks = (n + rows - 1) / rows;
        constexpr std::ptrdiff_t ahead = 16;
        parallel_for(chunks, threads, [&](std::ptrdiff_t c) {
            for (std::ptrdiff_t i = c * rows, end = std::min(n, i + rows); i < end; ++i) {
                if (i + ahead < n)
                    for (std::ptrdiff_t b = 0; b < std::min<std::ptrdiff_t>(item_bytes, 256); b += 64)
                        __builtin_prefetch(from + order[i + ahead] * item_bytes + b);
                std::memcpy(target + i * item_bytes, from + order[i] * item_bytes, static_cast<std::size_t>(item_bytes));
            }
        });
        if (in == out)
            whole(threads, [&](const auto& loop) {
                loop(chunks, [&](std::ptrdiff_t c) {
                    const std::ptrdiff_t first = c * rows * item_bytes, last = std::min(n, (c + 1) * rows) * item_bytes;
                    std::memcpy(to + first, target + first, static_cast<std::size_t>(last - first));
                });
            });
        return;
    }
    if (draw.bits == 0) {
        order_one(draw.key, draw.word, n, [&](std::ptrdiff_t first, std::ptrdiff_t count, const std::uint32_t* dice) {
            if (in == out)
                items->exchange(dice, first, count, out);
            else
                items->inside_out(dice, first, count, in, out);
        });
        return;
    }
    Plan plan(draw, n);
    const auto bytes = static_cast<std::size_t>(n * item_bytes);
    Workspace workspace(plan.bytes() + bytes);
    plan.take(workspace);
    auto* ordered = workspace.take<unsigned char>(bytes);
    plan.count(threads);
    plan.order(threads, [&](std::uint64_t start, std::ptrdiff_t first, std::ptrdiff_t count, const std::uint32_t* dice) {
        const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(start) * item_bytes;
        items->inside_out(dice, first, count, from + at, ordered + at);
    });
    Workspace cursors(static_cast<std::size_t>(plan.chunks * plan.buckets) * sizeof(std::uint64_t));
    whole(threads, [&](const auto& loop) {
        loop(plan.chunks, [&](std::ptrdiff_t c) {
            std::uint64_t* next = reinterpret_cast<std::uint64_t*>(cursors.data()) + c * plan.buckets;
            for (std::ptrdiff_t k = 0; k < plan.buckets; ++k) next[k] = plan.starts[k] + plan.counts[c * plan.buckets + k];
            plan.merged(c, to, item_bytes, [&](const std::uint16_t* labels, std::ptrdiff_t size, void* here) {
                items->merge(labels, size, plan.mask, next, ordered, here);
            });
        });
    });
}

void permutation_small_indices(const PermutationDraw& draw, const std::uint64_t* words, std::int64_t* out, std::ptrdiff_t n) {
    alignas(64) std::uint32_t dice[permutation_small];
    alignas(64) std::uint16_t order[permutation_small];
    kernels().dice(draw.key, 2 * draw.word, reinterpret_cast<const std::uint32_t*>(words), n, 1, dice);
    kernels().order16(dice, 0, n, order);
    widen(order, out, n);
}

void permutation_small_items(const PermutationDraw& draw, const std::uint64_t* words, void* data, std::ptrdiff_t n,
                             std::ptrdiff_t item_bytes) {
    alignas(64) std::uint32_t dice[permutation_small];
    kernels().dice(draw.key, 2 * draw.word, reinterpret_cast<const std::uint32_t*>(words), n, 1, dice);
    if (const PermutationItemKernels* items = item_kernels(item_bytes)) return items->exchange(dice, 0, n, data);
    auto* at = static_cast<unsigned char*>(data);
    for (std::ptrdiff_t i = 1; i < n; ++i)
        exchange_bytes(at + i * item_bytes, at + std::ptrdiff_t(dice[i]) * item_bytes, item_bytes);
}

void permutation_rows(const PermutationDraw& draw, void* data, std::ptrdiff_t rows, std::ptrdiff_t n, std::ptrdiff_t item_bytes,
                      int threads) {
    if (n < 2 || rows == 0 || item_bytes == 0) return;
    auto* at = static_cast<unsigned char*>(data);
    const std::uint64_t words = permutation_words(n, draw.bits);
    const std::ptrdiff_t row_bytes = n * item_bytes;
    if (draw.bits != 0) {
        for (std::ptrdiff_t r = 0; r < rows; ++r) {
            const PermutationDraw row = {draw.key, draw.word + static_cast<std::uint64_t>(r) * words, draw.bits};
            permutation_items(row, at + r * row_bytes, at + r * row_bytes, n, item_bytes, threads);
        }
        return;
    }
    // Constraint: reaching a place of the stream costs up to 1 us. Decision: rows of 2^14 dice share one reader.
    const std::ptrdiff_t together = std::max<std::ptrdiff_t>(1, (std::ptrdiff_t(1) << 14) / n),
                         chunks = (rows + together - 1) / together;
    const PermutationItemKernels* items = item_kernels(item_bytes);
    parallel_for(chunks, threads, [&](std::ptrdiff_t c) {
        const std::ptrdiff_t first = c * together, count = std::min(together, rows - first);
        if (items == nullptr || n > permutation_small) {
            for (std::ptrdiff_t r = first; r < first + count; ++r) {
                const PermutationDraw row = {draw.key, draw.word + static_cast<std::uint64_t>(r) * words, 0};
                permutation_items(row, at + r * row_bytes, at + r * row_bytes, n, item_bytes, 1);
            }
            return;
        }
        alignas(64) std::uint64_t pending[permutation_small / 2 + permutation_tile_words];  // a row's first words, then a tile
        std::uint64_t kept = 0;
        std::ptrdiff_t r = first;
        each_tile(draw.key, draw.word + static_cast<std::uint64_t>(first) * words, static_cast<std::uint64_t>(count) * words,
                  [&](const std::uint64_t* tile, std::uint64_t, std::ptrdiff_t size) {
                      std::memcpy(pending + kept, tile, static_cast<std::size_t>(size) * sizeof *tile);
                      kept += static_cast<std::uint64_t>(size);
                      std::uint64_t used = 0;
                      for (; kept - used >= words; used += words, ++r)
                          permutation_small_items({draw.key, draw.word + static_cast<std::uint64_t>(r) * words, 0}, pending + used,
                                                  at + r * row_bytes, n, item_bytes);
                      std::memmove(pending, pending + used, static_cast<std::size_t>(kept - used) * sizeof *pending);
                      kept -= used;
                  });
    });
}

}  // namespace mlmath

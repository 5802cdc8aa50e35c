// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: products modulo a small number on AMX tiles.
#include "kernels/blas/gemm_crt/gemm_crt_kernels.hpp"
#include "kernels/blas/gemm_crt/gemm_crt_reduction_simd.hpp"

namespace mlmath::MLMATH_LEVEL {
namespace {

// Tiles 0..3 hold 2 x 2 of C in row order, 4 and 5 of A, 6 and 7 of B.
// Constraint: GCC's intrinsics want every address in a register of its own, and its _tile_loadconfig does not say that it reads
//   memory: stores to a local configuration are dropped. Decision: the instructions as text, with displacements and operands.
template <int tile, int at>
MLMATH_INLINE void load(const void* from, std::ptrdiff_t row_bytes) {
    asm volatile("tileloadd %c[at](%[from],%[row]), %%tmm%c[tile]"
                 :
                 : [from] "r"(from), [row] "r"(row_bytes), [at] "i"(at), [tile] "i"(tile));
}
template <int tile, int at>
MLMATH_INLINE void store(void* to, std::ptrdiff_t row_bytes) {
    asm volatile("tilestored %%tmm%c[tile], %c[at](%[to],%[row])"
                 :
                 : [to] "r"(to), [row] "r"(row_bytes), [at] "i"(at), [tile] "i"(tile)
                 : "memory");
}
template <int tile>
MLMATH_INLINE void zero() {
    asm volatile("tilezero %%tmm%c[tile]" : : [tile] "i"(tile));
}
// Signed bytes of A by unsigned bytes of B.
template <int c, int a, int b>
MLMATH_INLINE void multiply() {
    asm volatile("tdpbsud %%tmm%c[b], %%tmm%c[a], %%tmm%c[c]" : : [a] "i"(a), [b] "i"(b), [c] "i"(c));
}

template <int at>
MLMATH_INLINE void fetch(const void* from) {
    asm volatile("prefetcht1 %c[at](%[from])" : : [from] "r"(from), [at] "i"(at));
}

template <int at>
MLMATH_INLINE void fetch_quarter(const void* from) {
    fetch<at>(from), fetch<at + 64>(from), fetch<at + 128>(from), fetch<at + 192>(from);
    fetch<at + 256>(from), fetch<at + 320>(from), fetch<at + 384>(from), fetch<at + 448>(from);
}

struct TileConfiguration {
    std::uint8_t palette, start_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
};
static_assert(sizeof(TileConfiguration) == 64);

void begin() {
    TileConfiguration all{};
    all.palette = 1;
    for (int t = 0; t < 8; ++t) all.row_bytes[t] = 64, all.rows[t] = 16;
    asm volatile("ldtilecfg %[all]" : : [all] "m"(all));
}
void end() { asm volatile("tilerelease"); }

// Sums of a block: 32 rows of 32, so that 64 sums, two rows, are 64 adjacent bytes of C: one *group*. 16 groups.
constexpr std::ptrdiff_t row_of_panel = 64, row_of_sums = 4 * crt_panel_lines;
constexpr int groups = 16, group_sums = 64, line = 64, lines_per_step = crt_step_bytes / line;

template <bool first>
MLMATH_INLINE void reduce(const CrtReduction& reduction, const std::int32_t* sums, std::uint8_t* c, int group) {
    const __m512i* const from = reinterpret_cast<const __m512i*>(sums + group * group_sums);
    __m512i s0 = from[0], s1 = from[1], s2 = from[2], s3 = from[3];
    asm("" : "+v"(s0), "+v"(s1), "+v"(s2), "+v"(s3));  // used twice; compilers would load them twice
    const __m512i x = reduction.bytes(s0, s1, s2, s3);
    std::uint8_t* const to = c + group * group_sums;
    _mm512_store_si512(to, first ? x : reduction.add(x, _mm512_load_si512(to)));
}

struct Block {
    const std::int8_t* a;
    const std::uint8_t* b;
    const std::int32_t* sums;  // of the previous block, and where its bytes go
    std::uint8_t* c;
    const char* ahead;  // one line of it for each step, into the second-level cache
};

// Constraint: a step occupies the tile unit for 4 x 16 cycles. It loads 4 x 16 lines (2 a cycle: 32 cycles); two groups are 38
//   instructions of the two vector ports (19 cycles), 10 loads and 2 stores; a whole panel ahead 33 prefetches: 107 of 128 loads.
//   The sums of the previous block come out of its last products 52 cycles late, then at 16 cycles a tile.
// Decision: no group in the first step, three in each of the next two, two in the others: they wait less in the reorder buffer,
//   which should rather hold loads of B, on their way from the second-level cache.
constexpr int groups_before(int step) { return step <= 1 ? 0 : step <= 3 ? 3 * (step - 1) : 2 * step; }
static_assert(groups_before(crt_chunk_steps) == groups);

template <bool first, bool reducing, bool fetching, int s>
MLMATH_INLINE void step(const CrtReduction& reduction, const Block& x) {
    constexpr int at = s * static_cast<int>(crt_step_bytes), half = static_cast<int>(crt_tile_bytes);
    constexpr int from = groups_before(s), to = groups_before(s + 1);
    load<4, at>(x.a, row_of_panel);
    load<6, at>(x.b, row_of_panel);
    multiply<0, 4, 6>();
    fetch<s * line>(x.ahead);
    if constexpr (reducing && to > from) reduce<first>(reduction, x.sums, x.c, from);
    load<7, at + half>(x.b, row_of_panel);
    multiply<1, 4, 7>();
    if constexpr (fetching) {
        constexpr int next = at + static_cast<int>(crt_chunk_steps * crt_step_bytes);
        fetch_quarter<next>(x.b), fetch_quarter<next + 512>(x.b), fetch_quarter<next + 1024>(x.b), fetch_quarter<next + 1536>(x.b);
    }
    if constexpr (reducing && to > from + 1) reduce<first>(reduction, x.sums, x.c, from + 1);
    load<5, at + half>(x.a, row_of_panel);
    multiply<2, 5, 6>();
    if constexpr (reducing && to > from + 2) reduce<first>(reduction, x.sums, x.c, from + 2);
    multiply<3, 5, 7>();
}

MLMATH_INLINE void zero_all() {
    zero<0>();
    zero<1>();
    zero<2>();
    zero<3>();
}
MLMATH_INLINE void store_all(std::int32_t* sums) {
    constexpr int below = static_cast<int>(crt_tile_lines * row_of_sums);
    store<0, 0>(sums, row_of_sums);
    store<1, 64>(sums, row_of_sums);
    store<2, below>(sums, row_of_sums);
    store<3, below + 64>(sums, row_of_sums);
}

// All eight steps of a chunk, and the previous block's way to bytes.
template <bool first, bool reducing, bool fetching>
MLMATH_INLINE void whole_chunk(const CrtReduction& reduction, const Block& x) {
    step<first, reducing, fetching, 0>(reduction, x);
    step<first, reducing, fetching, 1>(reduction, x);
    step<first, reducing, fetching, 2>(reduction, x);
    step<first, reducing, fetching, 3>(reduction, x);
    step<first, reducing, fetching, 4>(reduction, x);
    step<first, reducing, fetching, 5>(reduction, x);
    step<first, reducing, fetching, 6>(reduction, x);
    step<first, reducing, fetching, 7>(reduction, x);
}

// Fewer: what is left at the end of k. The same in a loop, without looking ahead in B.
template <bool first>
MLMATH_INLINE void short_chunk(const CrtReduction& reduction, Block x, std::ptrdiff_t steps, bool reducing) {
    int group = 0;
    for (std::ptrdiff_t s = 1; s <= steps; ++s) {
        step<first, false, false, 0>(reduction, x);
        x.a += crt_step_bytes;
        x.b += crt_step_bytes;
        x.ahead += line;
        if (!reducing) continue;
        for (; group * steps < groups * s; ++group) reduce<first>(reduction, x.sums, x.c, group);
    }
}

MLMATH_INLINE void fetch_lines(const char* from, std::ptrdiff_t begin, std::ptrdiff_t end) {
    for (std::ptrdiff_t l = begin; l < end; ++l) fetch<0>(from + l * line);
}

template <bool first>
MLMATH_INLINE void all_blocks(const CrtProduct& x) {
    alignas(64) std::int32_t sums[2][crt_block_bytes];
    const CrtReduction reduction(crt_moduli[x.modulus]);
    const std::ptrdiff_t panel_bytes = x.steps * crt_step_bytes;
    // While a panel of A meets all panels of B, the next one comes in shares, one with each; the next product's first beside the
    // last one.
    const std::ptrdiff_t share = (x.steps * lines_per_step + x.b_panels - 1) / x.b_panels;
    // Constraint: a panel of B takes 512 cycles to use but 16 KiB / 10 bytes a cycle = 1640 to come from the last level (2900 from
    //   memory): were all of B to come while the first panel of A meets it, 16 panels of A would take 1 + 2.2 / 16 as long (4.7).
    // Decision: the next product's B in shares as well, one with each block of this one: for 16 panels of A 16 lines in 512
    //   cycles, 2 bytes a cycle, 3 with A's. Two chunks of B, one of C and A's are 1.75 MiB for a task of 512 x 1024. At most 64
    //   lines a block: with fewer than 4 panels of A the rest comes with the next product's first pass.
    const std::ptrdiff_t b_lines = x.next_b == nullptr ? 0 : x.b_panels * x.steps * lines_per_step;
    const std::ptrdiff_t even_share = (x.steps * lines_per_step + x.a_panels - 1) / x.a_panels;
    const std::ptrdiff_t share_b = even_share < 64 ? even_share : 64;
    std::ptrdiff_t fetched_b = 0;
    std::uint8_t* c = x.c;
    bool odd = false;
    for (std::ptrdiff_t i = 0; i < x.a_panels; ++i) {
        const std::int8_t* const a = x.a + i * panel_bytes;
        const bool last = i + 1 == x.a_panels;
        const void* const later = last ? x.next_a : a + panel_bytes;
        const char* ahead = later != nullptr ? static_cast<const char*>(later) : reinterpret_cast<const char*>(a);
        const std::uint8_t* b = x.b;
        for (std::ptrdiff_t j = 0; j < x.b_panels; ++j) {
            std::int32_t* const now = sums[odd];
            const Block block{a, b, sums[!odd], c - crt_block_bytes, ahead};
            if (later != nullptr) fetch_lines(ahead, x.steps, share);
            const std::ptrdiff_t fetch_b = b_lines - fetched_b < share_b ? b_lines - fetched_b : share_b;
            fetch_lines(static_cast<const char*>(x.next_b) + fetched_b * line, 0, fetch_b);
            fetched_b += fetch_b;
            zero_all();
            if (x.steps != crt_chunk_steps)
                short_chunk<first>(reduction, block, x.steps, c != x.c);
            else if (c == x.c)
                whole_chunk<first, false, true>(reduction, block);  // with one panel of B, what lies behind it: a prefetch may
            else if (i == 0 && j + 1 < x.b_panels)
                whole_chunk<first, true, true>(reduction, block);
            else
                whole_chunk<first, true, false>(reduction, block);
            store_all(now);
            odd = !odd;
            b += panel_bytes;
            ahead += share * line;
            c += crt_block_bytes;
        }
    }
    for (int g = 0; g < groups; ++g) reduce<first>(reduction, sums[!odd], c - crt_block_bytes, g);
}

// For each panel of A, for each panel of B: 32 x 32 sums in the tiles, while the vector unit brings the previous block's sums to
// bytes of C. Constraint: A's panel (16 KiB), B's and two blocks of sums (8 KiB) share the first-level cache of 48 KiB.
void product(const CrtProduct& x) {
    if (x.a_panels <= 0 || x.b_panels <= 0) return;
    if (x.first)
        all_blocks<true>(x);
    else
        all_blocks<false>(x);
}

}  // namespace

extern const CrtProductKernels gemm_crt_tiles;
const CrtProductKernels gemm_crt_tiles = {begin, end, product};

}  // namespace mlmath::MLMATH_LEVEL

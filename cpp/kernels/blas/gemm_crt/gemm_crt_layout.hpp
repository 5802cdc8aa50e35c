// SPDX-License-Identifier: BSD-3-Clause
// gemm_crt: where residues lie. A *line* is a row of A or a column of B; p counts along it.
//
//   residues of one operand, modulus after modulus:
//     chunk of 512 p  >  panel of 32 lines  >  step of 64 p  >  half of 16 lines  >  1024 bytes, one tile
//   a tile of A: 16 rows of 64 bytes, byte b of row r = line r, p = crt_depth_of(b)
//   a tile of B: 16 rows of 64 bytes, byte 4 l + b of row r = line l, p = crt_depth_of(4 r + b)
//   residues of C, modulus after modulus: panel of 32 rows  >  panel of 32 columns  >  32 rows of 32 bytes
//
// Residues of A are signed, in [-128, 127]; those of B and C unsigned, in [0, 255]; any representative of the class will do. What
// is beyond an operand's edges is a multiple of the modulus.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

// A matrix unit's tile is 16 rows of 64 bytes; 2 x 2 tiles of C use each loaded tile twice, and fill the 8 tile registers: 4 of C,
// 2 of A, 2 of B.
constexpr std::ptrdiff_t crt_tile_lines = 16, crt_panel_lines = 32, crt_step_depth = 64;
constexpr std::ptrdiff_t crt_tile_bytes = crt_tile_lines * crt_step_depth, crt_step_bytes = 2 * crt_tile_bytes;

// Constraint: a sum of products of residues must stay within 24 bits, where it is exact as a float: 128 x 255 x 512 < 2^24. A
//   panel of A and one of B should share a first-level cache of 32 or 48 KiB.
// Decision: chunks of 512: panels of 16 KiB.
constexpr std::ptrdiff_t crt_chunk_depth = 512, crt_chunk_steps = crt_chunk_depth / crt_step_depth;
static_assert(128 * 255 * crt_chunk_depth < 1 << 24);

/// Bytes 4 j + b of a step, b = 0..3, are the elements p = j + 16 b of it: four vectors of 16 elements, one byte of each in turn,
/// as shifting and merging the vectors leaves them. A and B use the same order, so the sum does not notice.
constexpr std::ptrdiff_t crt_depth_of(std::ptrdiff_t byte) { return byte / 4 + byte % 4 * 16; }

constexpr std::ptrdiff_t crt_block_bytes = crt_panel_lines * crt_panel_lines;  // one 32 x 32 block of C, of one modulus

constexpr std::ptrdiff_t crt_panels(std::ptrdiff_t lines) { return (lines + crt_panel_lines - 1) / crt_panel_lines; }
constexpr std::ptrdiff_t crt_steps(std::ptrdiff_t depth) { return (depth + crt_step_depth - 1) / crt_step_depth; }

/// The residues of one operand, one modulus: `lines` x `depth` padded to whole panels and whole steps.
struct CrtResidues {
    std::ptrdiff_t panels, steps;

    CrtResidues(std::ptrdiff_t lines, std::ptrdiff_t depth) : panels(crt_panels(lines)), steps(crt_steps(depth)) {}
    std::ptrdiff_t chunks() const { return (steps + crt_chunk_steps - 1) / crt_chunk_steps; }
    std::ptrdiff_t steps_of(std::ptrdiff_t chunk) const {
        const std::ptrdiff_t left = steps - chunk * crt_chunk_steps;
        return left < crt_chunk_steps ? left : crt_chunk_steps;
    }
    std::ptrdiff_t bytes() const { return panels * steps * crt_step_bytes; }
    /// Where panel `panel` of chunk `chunk` begins; its steps_of(chunk) steps follow each other.
    std::ptrdiff_t panel(std::ptrdiff_t chunk, std::ptrdiff_t panel) const {
        return (chunk * crt_chunk_steps * panels + panel * steps_of(chunk)) * crt_step_bytes;
    }
};

}  // namespace mlmath

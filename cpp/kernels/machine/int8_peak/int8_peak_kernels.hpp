// SPDX-License-Identifier: BSD-3-Clause
// int8_peak: what the driver and the units agree on.
#pragma once
#include <cstddef>
#include <cstdint>

namespace mlmath {

constexpr int int8_peak_blocks_max = 5;                     // of each operand
constexpr std::ptrdiff_t int8_peak_block_bytes_max = 1024;  // a tile: 16 rows of 64 bytes

struct Int8PeakKernel {
    void (*begin)();  // tile state of this thread, where the unit has any
    void (*end)();
    /// `rounds` times C_ij <- C_ij + A_i B_j for every i < a_blocks, j < b_blocks, from zero, with nothing but registers touched;
    /// returns the sum of all entries of all C_ij, which are 32-bit and wrap. a, b: blocks one after the other, at 64-byte
    /// boundaries.
    std::int64_t (*run)(std::ptrdiff_t rounds, const std::int8_t* a, const std::uint8_t* b);
    int a_blocks, b_blocks;
    /// Of a block, 64 bytes each. 1: A_i B_j is lane by lane, c_l = sum_{t < 4} a_{4l+t} b_{4l+t}, l < 16. 16: it is the matrix
    /// product, c_rl = sum_{p < 16, t < 4} a_{r,4p+t} b_{p,4l+t}.
    int rows;
};

}  // namespace mlmath

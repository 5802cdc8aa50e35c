// SPDX-License-Identifier: BSD-3-Clause
// AMX tiles on machines without them: a handler of SIGILL executes the instructions that kernels emit, bit for bit.
#pragma once
#include <string>

namespace mlmath::tests {

/// While one lives, on every thread of the process: ldtilecfg, sttilecfg, tilerelease, tilezero, tileloadd, tileloaddt1,
/// tilestored, tdpbssd, tdpbsud, tdpbusd, tdpbuud. Where the machine has tiles, they run natively and this does nothing. One at a
/// time; tile state is a thread's own, and outlives the object.
class AmxEmulator {
public:
    AmxEmulator();
    ~AmxEmulator();
    AmxEmulator(const AmxEmulator&) = delete;
    AmxEmulator& operator=(const AmxEmulator&) = delete;

    /// Whether instructions are emulated rather than executed by the machine.
    bool emulating() const { return emulating_; }

    /// What a machine would have refused first, and forgets it; empty when nothing. A refused instruction is skipped.
    std::string complaint();

    /// Whether the calling thread has configured tiles; after kernels' scopes it should not. Emulated only, otherwise false.
    static bool configured();

private:
    bool emulating_ = false;
};

}  // namespace mlmath::tests

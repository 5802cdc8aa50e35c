// SPDX-License-Identifier: BSD-3-Clause
// AMX tiles by a handler of SIGILL: decoding, checks, execution ([Intel, Software Developer's Manual, volume 2]).
#include "tests/amx_emulator.hpp"

#if defined(__x86_64__) && defined(__linux__)
#include <signal.h>
#include <ucontext.h>

#include <atomic>
#include <cstdint>
#include <cstring>

#include "simd/int8_unit.hpp"

namespace mlmath::tests {
namespace {

constexpr int tile_count = 8, most_rows = 16, most_row_bytes = 64;

struct Configuration {
    std::uint8_t palette, start_row, reserved[14];
    std::uint16_t row_bytes[16];
    std::uint8_t rows[16];
};
static_assert(sizeof(Configuration) == 64);

struct Tile {
    std::uint8_t byte[most_rows][most_row_bytes];
};

// Constraint: a handler may not allocate, and a lazily made thread-local variable would. Decision: constant-initialized and
// trivial, in the executable itself, where it has its place beside the thread pointer from a thread's beginning.
struct State {
    Configuration configuration;
    Tile tiles[tile_count];
    bool configured() const { return configuration.palette != 0; }
};
constinit thread_local State state{};

// What was refused first. Pointers to literals only.
std::atomic<const char*> refused_instruction{nullptr}, refused_reason{nullptr};
static_assert(std::atomic<const char*>::is_always_lock_free);

void refuse(const char* instruction, const char* reason) {
    const char* none = nullptr;
    if (refused_instruction.compare_exchange_strong(none, instruction)) refused_reason.store(reason);
}

// --- decoding --------------------------------------------------------------------------------------------------------
enum class Operation {
    ldtilecfg,
    sttilecfg,
    tilerelease,
    tilezero,
    tileloadd,
    tileloaddt1,
    tilestored,
    tdpbssd,
    tdpbsud,
    tdpbusd,
    tdpbuud,
    none
};
constexpr const char* operation_names[] = {"ldtilecfg",  "sttilecfg", "tilerelease", "tilezero", "tileloadd", "tileloaddt1",
                                           "tilestored", "tdpbssd",   "tdpbsud",     "tdpbusd",  "tdpbuud"};

struct Instruction {
    Operation operation = Operation::none;
    int length = 0;
    int tile = 0, a = 0, b = 0;  // ModRM.reg, ModRM.rm, VEX.vvvv
    bool index_byte = false;     // a SIB byte: tile loads and stores must have one
    std::uint64_t address = 0, stride = 0;
};

constexpr int register_order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                  REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};

// Opcode and mandatory prefix (0 none, 1: 66, 2: F3, 3: F2), for operands in registers or in memory.
Operation operation_of(int opcode, int prefix, bool memory, int reg, int rm) {
    using enum Operation;
    switch (opcode) {
        case 0x49:
            if (memory) return reg != 0 ? none : prefix == 0 ? ldtilecfg : prefix == 1 ? sttilecfg : none;
            if (rm != 0) return none;
            return prefix == 0 && reg == 0 ? tilerelease : prefix == 3 ? tilezero : none;
        case 0x4b:
            if (!memory) return none;
            return prefix == 3 ? tileloadd : prefix == 1 ? tileloaddt1 : prefix == 2 ? tilestored : none;
        case 0x5e:
            if (memory) return none;
            return prefix == 3 ? tdpbssd : prefix == 2 ? tdpbsud : prefix == 1 ? tdpbusd : tdpbuud;
        default:
            return none;
    }
}

// Bytes are read one after the other, as far as the instruction goes: what follows it may not be mapped.
Instruction decode(const std::uint8_t* code, const greg_t* registers) {
    Instruction x;
    if (code[0] != 0xc4 || (code[1] & 0x1f) != 2) return x;  // three-byte VEX, opcode map 0F 38
    const int reg_high = code[1] & 0x80 ? 0 : 8, index_high = code[1] & 0x40 ? 0 : 8, rm_high = code[1] & 0x20 ? 0 : 8;
    if ((code[2] & 0x84) != 0) return x;  // W0, 128
    const int prefix = code[2] & 3, vvvv = ~(code[2] >> 3) & 15, opcode = code[3];
    if (opcode != 0x49 && opcode != 0x4b && opcode != 0x5e) return x;
    const int mode = code[4] >> 6, reg = (code[4] >> 3 & 7) + reg_high, rm = code[4] & 7;
    const bool memory = mode != 3;
    const Operation operation = operation_of(opcode, prefix, memory, reg, rm + (memory ? 0 : rm_high));
    if (opcode != 0x5e && vvvv != 0) return x;
    x.tile = reg, x.a = rm + rm_high, x.b = vvvv;
    int at = 5;
    const auto value = [&](int r) { return static_cast<std::uint64_t>(registers[register_order[r]]); };
    if (memory) {
        int displacement_bytes = mode == 1 ? 1 : mode == 2 ? 4 : 0;
        bool after_instruction = false;
        x.index_byte = rm == 4;
        if (x.index_byte) {
            const int sib = code[at++], index = (sib >> 3 & 7) + index_high, base = sib & 7;
            if (index != 4) x.stride = value(index) << (sib >> 6);
            if (base == 5 && mode == 0)
                displacement_bytes = 4;
            else
                x.address = value(base + rm_high);
        } else if (rm == 5 && mode == 0) {
            displacement_bytes = 4;
            after_instruction = true;
        } else {
            x.address = value(rm + rm_high);
        }
        if (displacement_bytes == 1) x.address += static_cast<std::uint64_t>(static_cast<std::int8_t>(code[at]));
        if (displacement_bytes == 4) {
            std::int32_t displacement;
            std::memcpy(&displacement, code + at, 4);
            x.address += static_cast<std::uint64_t>(static_cast<std::int64_t>(displacement));
        }
        at += displacement_bytes;
        if (after_instruction) x.address += reinterpret_cast<std::uint64_t>(code) + static_cast<std::uint64_t>(at);
        // with a plain operand, an index belongs to the address
        if (opcode == 0x49) x.address += x.stride;
    }
    x.operation = operation;
    x.length = at;
    return x;
}

// --- execution: each returns what a machine would refuse, or null ----------------------------------------------------
const char* not_usable(int t) {
    if (!state.configured()) return "tiles are not configured (#UD)";
    if (t >= tile_count) return "there is no such tile (#UD)";
    if (state.configuration.rows[t] == 0 || state.configuration.row_bytes[t] == 0) return "the tile has no rows (#UD)";
    return nullptr;
}

const char* load_configuration(const void* from) {
    Configuration next;
    std::memcpy(&next, from, sizeof next);
    if (next.palette > 1) return "there is no such palette (#GP)";
    if (next.palette == 0) return std::memset(&state, 0, sizeof state), nullptr;
    for (const std::uint8_t byte : next.reserved)
        if (byte != 0) return "reserved bytes are not 0 (#GP)";
    for (int t = 0; t < 16; ++t) {
        if (t >= tile_count && (next.rows[t] != 0 || next.row_bytes[t] != 0)) return "more than 8 tiles (#GP)";
        if (next.rows[t] > most_rows || next.row_bytes[t] > most_row_bytes) return "a tile of more than 16 rows of 64 bytes (#GP)";
        if ((next.rows[t] == 0) != (next.row_bytes[t] == 0)) return "rows without bytes, or bytes without rows (#GP)";
    }
    std::memset(&state, 0, sizeof state);
    state.configuration = next;
    return nullptr;
}

const char* load_tile(const Instruction& x) {
    if (const char* reason = not_usable(x.tile)) return reason;
    if (!x.index_byte) return "the operand has no index byte (#UD)";
    Configuration& c = state.configuration;
    Tile& tile = state.tiles[x.tile];
    if (c.start_row == 0) std::memset(&tile, 0, sizeof tile);
    for (unsigned r = c.start_row; r < c.rows[x.tile]; ++r)
        std::memcpy(tile.byte[r], reinterpret_cast<const void*>(x.address + r * x.stride), c.row_bytes[x.tile]);
    c.start_row = 0;
    return nullptr;
}

const char* store_tile(const Instruction& x) {
    if (const char* reason = not_usable(x.tile)) return reason;
    if (!x.index_byte) return "the operand has no index byte (#UD)";
    Configuration& c = state.configuration;
    for (unsigned r = c.start_row; r < c.rows[x.tile]; ++r)
        std::memcpy(reinterpret_cast<void*>(x.address + r * x.stride), state.tiles[x.tile].byte[r], c.row_bytes[x.tile]);
    c.start_row = 0;
    return nullptr;
}

// C_mn += sum over k and the four bytes i: A_m,4k+i B_k,4n+i, modulo 2^32.
template <class A, class B>
const char* multiply(const Instruction& x) {
    for (const int t : {x.tile, x.a, x.b})
        if (const char* reason = not_usable(t)) return reason;
    if (x.tile == x.a || x.tile == x.b || x.a == x.b) return "the same tile twice (#UD)";
    Configuration& s = state.configuration;
    const int rows = s.rows[x.tile], columns = s.row_bytes[x.tile] / 4, depth = s.row_bytes[x.a] / 4;
    if (s.row_bytes[x.tile] % 4 != 0 || s.row_bytes[x.a] % 4 != 0 || s.row_bytes[x.b] % 4 != 0)
        return "rows of bytes that are no multiple of 4 (#UD)";
    if (s.rows[x.a] != rows || s.row_bytes[x.b] != s.row_bytes[x.tile] || s.rows[x.b] != depth)
        return "the shapes of the tiles do not match (#UD)";
    for (int m = 0; m < rows; ++m) {
        std::uint32_t sums[most_row_bytes / 4];
        std::memcpy(sums, state.tiles[x.tile].byte[m], sizeof sums);
        for (int k = 0; k < depth; ++k) {
            const std::uint8_t *const a = state.tiles[x.a].byte[m] + 4 * k, *const b = state.tiles[x.b].byte[k];
            for (int n = 0; n < columns; ++n) {
                std::int32_t four = 0;
                for (int i = 0; i < 4; ++i) four += static_cast<A>(a[i]) * static_cast<B>(b[4 * n + i]);
                sums[n] += static_cast<std::uint32_t>(four);
            }
        }
        std::memcpy(state.tiles[x.tile].byte[m], sums, sizeof sums);
    }
    s.start_row = 0;
    return nullptr;
}

const char* execute(const Instruction& x) {
    switch (x.operation) {
        case Operation::ldtilecfg:
            return load_configuration(reinterpret_cast<const void*>(x.address));
        case Operation::sttilecfg:
            return std::memcpy(reinterpret_cast<void*>(x.address), &state.configuration, sizeof state.configuration), nullptr;
        case Operation::tilerelease:
            return std::memset(&state, 0, sizeof state), nullptr;
        case Operation::tilezero:
            if (const char* reason = not_usable(x.tile)) return reason;
            state.configuration.start_row = 0;
            return std::memset(&state.tiles[x.tile], 0, sizeof(Tile)), nullptr;
        case Operation::tileloadd:
        case Operation::tileloaddt1:
            return load_tile(x);
        case Operation::tilestored:
            return store_tile(x);
        case Operation::tdpbssd:
            return multiply<std::int8_t, std::int8_t>(x);
        case Operation::tdpbsud:
            return multiply<std::int8_t, std::uint8_t>(x);
        case Operation::tdpbusd:
            return multiply<std::uint8_t, std::int8_t>(x);
        case Operation::tdpbuud:
            return multiply<std::uint8_t, std::uint8_t>(x);
        case Operation::none:
            break;
    }
    return nullptr;
}

// --- the handler -----------------------------------------------------------------------------------------------------
struct sigaction previous;

void handle(int signal, siginfo_t* information, void* context) {
    auto& machine = static_cast<ucontext_t*>(context)->uc_mcontext;
    const Instruction x = decode(reinterpret_cast<const std::uint8_t*>(machine.gregs[REG_RIP]), machine.gregs);
    if (x.operation != Operation::none) {
        if (const char* reason = execute(x)) refuse(operation_names[static_cast<int>(x.operation)], reason);
        machine.gregs[REG_RIP] += x.length;
    } else if (previous.sa_flags & SA_SIGINFO) {
        previous.sa_sigaction(signal, information, context);
    } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
        previous.sa_handler(signal);
    } else {
        sigaction(signal, &previous, nullptr);  // the instruction is tried again, and has what it would have had without us
    }
}

}  // namespace

AmxEmulator::AmxEmulator() {
    if (supports_int8_unit(Int8Unit::amx)) return;
    struct sigaction action{};
    action.sa_sigaction = handle;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    emulating_ = sigaction(SIGILL, &action, &previous) == 0;
}

AmxEmulator::~AmxEmulator() {
    if (emulating_) sigaction(SIGILL, &previous, nullptr);
}

std::string AmxEmulator::complaint() {
    const char* const instruction = refused_instruction.load();
    if (instruction == nullptr) return {};
    const char* const reason = refused_reason.exchange(nullptr);
    refused_instruction.store(nullptr);
    return std::string(instruction) + ": " + (reason != nullptr ? reason : "refused");
}

bool AmxEmulator::configured() { return state.configured(); }

}  // namespace mlmath::tests
#endif

// SPDX-License-Identifier: BSD-3-Clause
// Scratch memory for drivers. Kernels allocate nothing: a driver asks for one Workspace and hands out pieces of it.
#pragma once
#include <cstddef>

namespace mlmath {

/// Bytes rounded up to whole cache lines, so that pieces taken one after the other stay 64-byte aligned.
constexpr std::size_t cache_line = 64;
constexpr std::size_t whole_lines(std::size_t bytes) { return (bytes + cache_line - 1) / cache_line * cache_line; }

/// One 64-byte aligned block of scratch memory, contents unspecified. Throws std::bad_alloc before any work has been done.
/// Blocks are kept and handed out again (a fresh page costs more than filling it; see workspace.cpp), safely from many threads.
class Workspace {
public:
    explicit Workspace(std::size_t bytes);
    ~Workspace();
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;

    /// The next piece of `count` elements, aligned to a cache line.
    template <class T>
    T* take(std::size_t count) {
        T* piece = reinterpret_cast<T*>(data_ + used_);
        used_ += whole_lines(count * sizeof(T));
        return piece;
    }
    std::byte* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }

private:
    std::byte* data_;
    std::size_t bytes_;
    std::size_t used_ = 0;
};

/// Bytes kept for reuse right now, and a call that gives them back to the system.
std::size_t workspace_bytes_kept();
void trim_workspace();

}  // namespace mlmath

// SPDX-License-Identifier: BSD-3-Clause
// A worker computes in its caller's floating-point environment (rounding, flush-to-zero) and hands the flags it raised back.
#pragma once
#include <cfenv>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace mlmath {

#if defined(__x86_64__)
// Kernels compute in SSE/AVX registers only, so the MXCSR is the whole state; <cfenv> would also save and load the x87 unit, which
// costs ten times as much. Bits: 0-5 flags, 6 denormals-are-zero, 7-12 trap masks, 13-14 rounding, 15 flush-to-zero.
using FpControl = unsigned;
inline constexpr unsigned kFpFlags = 0x003f, kFpTrapMasks = 0x1f80, kFpRounding = 0x6000, kFpDefault = 0x1f80;

/// The caller's modes with no flag set. Traps stay off in workers: a flag reaches the caller at the end instead.
inline FpControl fp_control_of_caller() { return (_mm_getcsr() & ~kFpFlags) | kFpTrapMasks; }
inline void fp_enter(FpControl control) { _mm_setcsr(control); }
/// Flags raised since fp_enter; the thread is left in the default environment.
inline unsigned fp_leave() {
    const unsigned flags = _mm_getcsr() & kFpFlags;
    _mm_setcsr(kFpDefault);
    return flags;
}
inline void fp_raise(unsigned flags) {
    const unsigned now = _mm_getcsr();
    if ((now | flags) != now) _mm_setcsr(now | flags);
}
/// The current thread's FE_* flags (the MXCSR uses the same bits), and clearing them. Writing the MXCSR costs more than reading it.
inline unsigned fp_flags() { return _mm_getcsr() & kFpFlags; }
inline void fp_clear() {
    const unsigned now = _mm_getcsr();
    if (now & kFpFlags) _mm_setcsr(now & ~kFpFlags);
}
/// Rounding to nearest, whatever the caller's mode was, which is answered; and back to that one.
inline unsigned fp_round_to_nearest() {
    const unsigned now = _mm_getcsr(), mode = now & kFpRounding;
    if (mode != 0) _mm_setcsr(now & ~kFpRounding);
    return mode;
}
inline void fp_round_as_before(unsigned mode) {
    if (mode != 0) _mm_setcsr((_mm_getcsr() & ~kFpRounding) | mode);
}
#else
using FpControl = std::fenv_t;
inline FpControl fp_control_of_caller() {
    FpControl control;
    std::fegetenv(&control);
    return control;
}
inline void fp_enter(const FpControl& control) {
    std::fesetenv(&control);
    std::feclearexcept(FE_ALL_EXCEPT);
}
inline unsigned fp_leave() {
    const auto flags = static_cast<unsigned>(std::fetestexcept(FE_ALL_EXCEPT));
    std::fesetenv(FE_DFL_ENV);
    return flags;
}
inline void fp_raise(unsigned flags) {
    if (flags != 0) std::feraiseexcept(static_cast<int>(flags));
}
inline unsigned fp_flags() { return static_cast<unsigned>(std::fetestexcept(FE_ALL_EXCEPT)); }
inline void fp_clear() { std::feclearexcept(FE_ALL_EXCEPT); }
inline unsigned fp_round_to_nearest() {
    const int mode = std::fegetround();
    if (mode != FE_TONEAREST) std::fesetround(FE_TONEAREST);
    return static_cast<unsigned>(mode);
}
inline void fp_round_as_before(unsigned mode) {
    if (static_cast<int>(mode) != FE_TONEAREST) std::fesetround(static_cast<int>(mode));
}
#endif

/// Rounding to nearest as long as one lives, in this thread and in the regions it opens. Flags stay.
class RoundingToNearest {
public:
    RoundingToNearest() : before_(fp_round_to_nearest()) {}
    ~RoundingToNearest() { fp_round_as_before(before_); }
    RoundingToNearest(const RoundingToNearest&) = delete;
    RoundingToNearest& operator=(const RoundingToNearest&) = delete;

private:
    unsigned before_;
};

}  // namespace mlmath

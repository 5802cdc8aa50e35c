// SPDX-License-Identifier: BSD-3-Clause
// Polynomials of gamma.hpp, lowest power first. Printed by coefficients_gamma.py.
#pragma once

namespace mlmath::MLMATH_LEVEL {

struct GammaTerms {
    // lgamma(2 + t) / t, |t| <= 1/2; error 2^-60.9
    static constexpr double near_two[] = {
        0x1.b0ee6072093cep-2,   0x1.4a34cc4a60fa7p-2,   -0x1.13e001a55760cp-4,  0x1.51322ac7d7fc5p-6,   -0x1.e404fc218c96cp-8,
        0x1.7add6eae5cf9ep-9,   -0x1.38ac5c2e0395fp-10, 0x1.0b36af339630dp-11,  -0x1.d3fd4aef1a123p-13, 0x1.a127dd5eabaa9p-14,
        -0x1.78deb0794e8b4p-15, 0x1.5806d06ac84d2p-16,  -0x1.3cb16f7afbaf2p-17, 0x1.26411fb1dbdfbp-18,  -0x1.129b6f5281216p-19,
        0x1.edea608a2c5c7p-21,  -0x1.cba82e2074cb7p-22, 0x1.2b5c1f70b9ea4p-22,  -0x1.245d8714cc67ap-23};
    // x (lgamma(x) - ((x - 1/2) log x - x + log(2 pi) / 2)) in 1/x^2, x >= 7.5; error 2^-68.7
    static constexpr double stirling[] = {0x1.5555555555555p-4,   -0x1.6c16c16c1659dp-9, 0x1.a01a019b0b3fep-11,
                                          -0x1.38137a1b22756p-11, 0x1.b94c8d3ec5176p-11, -0x1.f585a77f5e048p-10,
                                          0x1.91c39bd359016p-8,   -0x1.3fe920ebadf9ap-6};
    // digamma(t + 3/2) / (t + 3/2 - root), |t| <= 1/2; error 2^-61.0
    static constexpr double near_root[] = {
        0x1.e6f0cbb873616p-1,   -0x1.b1cb63005ee96p-2,  0x1.eca189b8e6f7bp-3,   -0x1.2feeeb98a7e66p-3, 0x1.8512e59037ebbp-4,
        -0x1.fb44202993d86p-5,  0x1.4de9aa1802e37p-5,   -0x1.b9f8b151d92b9p-6,  0x1.2564715637a99p-6,  -0x1.863558b414dd6p-7,
        0x1.03c0b2b648885p-7,   -0x1.5a08154786302p-8,  0x1.cd1f26cac1b72p-9,   -0x1.334fa649294c6p-9, 0x1.99e1ad40f1bbap-10,
        -0x1.11510aac4784ap-10, 0x1.69ba89f6b497dp-11,  -0x1.e09fc44edfcfdp-12, 0x1.56c5d9fa21affp-12, -0x1.d259ae5ad050ap-13,
        0x1.8025254b73472p-14,  -0x1.c480b3d1417bbp-15, 0x1.00b9dd4b20324p-13,  -0x1.6b0fc0faeb83ap-14};
    // x^2 (log x - 1/2x - digamma x) in 1/x^2, x >= 7.5; error 2^-68.6
    static constexpr double digamma_series[] = {0x1.5555555555554p-4,  -0x1.111111110d995p-7, 0x1.041040f2e56d1p-8,
                                                -0x1.1110fc719c11cp-8, 0x1.f06e53c7083dfp-8,  -0x1.58395b2131e03p-6,
                                                0x1.40e96c3cd0291p-4,  -0x1.1685c537227a5p-2};
    // sin(pi f) / (pi f) in f^2, |f| <= 1/2; error 2^-62.1
    static constexpr double sine[] = {0x1.0000000000000p+0,  -0x1.a51a6625307d3p+0,  0x1.9f9cb402bc3ecp-1,
                                      -0x1.86a8e472088c2p-3, 0x1.ac6805cbe23bfp-6,   -0x1.33816970c73e6p-9,
                                      0x1.374697437d34ap-13, -0x1.d3e3c854ab3aap-18, 0x1.07198995971afp-22};
    // cos(pi f) in f^2, |f| <= 1/4; error 2^-54.2
    static constexpr double cosine[] = {0x1.0000000000000p+0, -0x1.3bd3cc9be458bp+2, 0x1.03c1f081b078ep+2, -0x1.55d3c7dbfe0edp+0,
                                        0x1.e1f4fb611a514p-3, -0x1.a6c9c22a3f358p-6, 0x1.f3dbf28400fdep-10};
    // The zero of digamma, 1.4616321449683623413, in two parts.
    static constexpr double root = 0x1.762d86356be3fp+0, root_low = 0x1.b86a722197829p-54;
};

}  // namespace mlmath::MLMATH_LEVEL

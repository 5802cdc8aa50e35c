// SPDX-License-Identifier: BSD-3-Clause
// Polynomials of error_function.hpp and inverse_error_function.hpp, lowest power first. Printed by coefficients_error_function.py.
#pragma once
#include "simd/math/common.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct ErrorTerms;
template <>
struct ErrorTerms<double> {
    // erf(x) / x - 1 in x^2 <= 1; error 2^-57.0
    static constexpr double erf_near[] = {0x1.06eba8214db68p-3,   -0x1.812746b0379c2p-2,  0x1.ce2f21a041018p-4,
                                          -0x1.b82ce312062aep-6,  0x1.565bccfa9a6aep-8,   -0x1.c02db072f1224p-11,
                                          0x1.f9a2bf73bb76ap-14,  -0x1.f4ca9496af282p-17, 0x1.b9827b0889cb2p-20,
                                          -0x1.5c16e2d5443f2p-23, 0x1.d78492be396efp-27,  -0x1.acdff9741294fp-31};
    // exp(a^2) erfc(a) in (a - 3) / (a + 3), 1 <= a <= 6.01, weight exp(-a^2); error 2^-61.3
    static constexpr double erf_far[] = {
        0x1.6e9827d229d2fp-3,  -0x1.4e102b9cf8de5p-2,  0x1.f6ff2040ddd68p-3,  -0x1.336ffbf0936e6p-3,  0x1.258b13c0c23f6p-4,
        -0x1.8fa584abdef12p-6, 0x1.17c9d6ee7df4bp-8,   0x1.735b28effddd9p-11, -0x1.37f3903a97911p-11, 0x1.a543631764a61p-15,
        0x1.2c699cd5bc3edp-14, -0x1.b040136d5cdc6p-18, -0x1.b989ba31d2a93p-18};
    // erf(x) / x - 1 in x^2 <= 0.23; error 2^-66.4
    static constexpr double erfc_near[] = {
        0x1.06eba8214db69p-3,   -0x1.812746b0379e7p-2, 0x1.ce2f21a042b83p-4,   -0x1.b82ce31283872p-6, 0x1.565bcd0c1f58ep-8,
        -0x1.c02db2d596548p-11, 0x1.f9a2ca5f04cfcp-14, -0x1.f4c08ec81c673p-17, 0x1.b7d364ac95cf3p-20, -0x1.3cd580fc3c1a3p-23};
    // (a + 3) exp(a^2) erfc(a) in (a - 3) / (a + 3), 0.47 <= a <= 27.3; error 2^-59.4
    static constexpr double erfc_far[] = {
        0x1.12f21ddd9f5e2p+0,   -0x1.c44c471baa377p-1,  0x1.2e326945de2bbp-1,   -0x1.3deb21415dca5p-2,  0x1.e995f11b16373p-4,
        -0x1.b78993d6b2b75p-6,  -0x1.3dd3e70b406c5p-10, 0x1.8dae3a26721aep-9,   -0x1.1f78e1c307c52p-11, -0x1.2238fd69b3bfbp-12,
        0x1.c32551ccae2fbp-14,  0x1.fdff377662bacp-16,  -0x1.251c9fca04ec0p-16, -0x1.3eb5f9440790ep-18, 0x1.734906c1efe4ap-19,
        0x1.0bf9ce104404cp-20,  -0x1.b836af1b89e21p-22, -0x1.f19316db6adbfp-23, 0x1.a3c7cf001614fp-25,  0x1.9a4b49cdbf8d0p-25,
        -0x1.c1cabba41de4ep-29, -0x1.a02c9fc1a73b2p-28};
    // (ndtr(x) - 1/2) / x in x^2 <= 1; error 2^-63.4
    static constexpr double ndtr_near[] = {0x1.9884533d43651p-2,   -0x1.1058377e2cedfp-4,  0x1.46d0429769016p-7,
                                           -0x1.37403f6b9339cp-10, 0x1.e42b0d4b24147p-14,  -0x1.3ce8f9bc964d6p-17,
                                           0x1.6589f1bd8e198p-21,  -0x1.621ccb16b2317p-25, 0x1.380b626479c40p-29,
                                           -0x1.e6a1ce775d998p-34, 0x1.1ec316ebebfe7p-38};
    // What the first coefficient lost to rounding.
    static constexpr double ndtr_near_low = -0x1.cd3ce6254b45fp-56;
    // (a + k) exp(a^2/2) ndtr(-a) in (a - k) / (a + k), k = 4.25, 0.99 <= a <= 38.6; error 2^-60.2
    static constexpr double ndtr_far[] = {
        0x1.84e44a0817f9cp-1,   -0x1.40110298a88a9p-1,  0x1.ac43d626c773cp-2,   -0x1.c39de6d9a1964p-3,  0x1.5d4640a4e8287p-4,
        -0x1.3d2ab2346b505p-6,  -0x1.86c59096b5539p-11, 0x1.19b950b2b8df4p-9,   -0x1.a81a67793ccdcp-12, -0x1.92e93f1883fb5p-13,
        0x1.472dee12e4ac8p-14,  0x1.5a6f153316762p-16,  -0x1.a77c56caceb82p-17, -0x1.ad17f670431bcp-19, 0x1.0d751763f242dp-19,
        0x1.6bfb107f28a4ap-21,  -0x1.475d56836c955p-22, -0x1.5787de87d55ecp-23, 0x1.63298ea27c2bbp-25,  0x1.16aa639ba45b9p-25,
        -0x1.54589b0df0011p-28, -0x1.af069eeecf28bp-29};
    // y / x - 1 in x^2 <= 0.36; error 2^-59.0
    static constexpr double erfinv_near[] = {
        -0x1.d203b725884abp-4, 0x1.db29fb2fee584p-3,  0x1.053c2c0abf3d1p-3, 0x1.62847c42edeeap-4,  0x1.0a1319a80be3bp-4,
        0x1.a7c817e1a5175p-5,  0x1.5ef0e8a9a205bp-5,  0x1.2a63d4b70483ap-5, 0x1.073ba80ab9e78p-5,  0x1.9159b2da52acdp-6,
        0x1.7289cba125a58p-5,  -0x1.0696f355d044bp-4, 0x1.2c5874ba4d460p-2, -0x1.30a77b85a3055p-1, 0x1.ecb33e2661f8ap-1,
        -0x1.c6d9eca281912p-1, 0x1.c1e21d3686565p-2};
    // y - z + 0.3125 in (z - 2) / (z + 2), 0.957 <= z <= 6.1; error 2^-57.5
    static constexpr double erfinv_middle[] = {
        -0x1.3c6712bd678fep-6, 0x1.95f038be00a3bp-3,  0x1.b33e45697bbe8p-3, -0x1.d959385d7c753p-3, 0x1.7d56d386d26b9p-3,
        -0x1.cf7bea85b7070p-5, -0x1.315bab164d8fdp-5, 0x1.7ccb54b42c140p-4, -0x1.464448e56b388p-4, 0x1.2211a2358a4dap-5,
        0x1.65a7798a590b6p-6,  -0x1.ab3ea21a74262p-5, 0x1.add64530eab11p-5, -0x1.69de161c91990p-6, -0x1.a78301ad85bc4p-7,
        0x1.36edaaa31446ep-5,  -0x1.3176eef096946p-5, 0x1.0e4a9295180aep-6, 0x1.c8fdd0aaf9bc9p-7,  -0x1.c4f744edc6f17p-6,
        0x1.2f6e96e0c5144p-6,  -0x1.f0fd6f307d5ebp-9, 0x1.03802be8e28e7p-10};
    // y - z + 0.3125 in (z - 8) / (z + 8), 6.07 <= z <= 27.4; error 2^-57.6
    static constexpr double erfinv_far[] = {
        0x1.2aaf8c1fe4bb5p-3,  0x1.aedef97b1668dp-3,  -0x1.6df910da0dc9cp-4, 0x1.a207f85909a43p-5,  -0x1.91e94181bbb69p-7,
        -0x1.3a49b86efeb67p-7, 0x1.f6b5bfe35a130p-6,  -0x1.63ee04a24c1e3p-5, 0x1.c0b4ece94bc0ep-5,  -0x1.f01eb666fe226p-5,
        0x1.094093b941a23p-4,  -0x1.09c7445dcf4f1p-4, 0x1.0577591840cf7p-4,  -0x1.f759134d909e7p-5, 0x1.fe911b84fc242p-5,
        -0x1.080676662dce0p-4, 0x1.e5f091662ba90p-5,  -0x1.341ca587ba94cp-5, 0x1.8743738a8345bp-7};
    // y / x - 1 in x^2 <= 0.36; error 2^-58.5
    static constexpr double ndtri_near[] = {
        0x1.0364c7fd89c16p-2,  0x1.4ffddeaa22d84p-2,  0x1.71713082e24d3p-3, 0x1.f55d0d71ff492p-4,  0x1.78494c6cbbc90p-4,
        0x1.2ba8aa9be269cp-4,  0x1.f04e3b52ff2a3p-5,  0x1.a5fcb4dc22311p-5, 0x1.744489a28fdbep-5,  0x1.1bcc2e24c93e4p-5,
        0x1.06029724258a1p-4,  -0x1.735b9bbc25e36p-4, 0x1.a8c0b27cfa3d9p-2, -0x1.aed89cc07ea4bp-1, 0x1.5c6441d048788p+0,
        -0x1.41a0dfd3cd232p+0, 0x1.3e1d9194fab77p-1};
    // y - z + 0.4375 in (z - 2.8125) / (z + 2.8125), 1.35 <= z <= 8.63; error 2^-57.4
    static constexpr double ndtri_middle[] = {
        -0x1.0a94c70ba4a08p-5, 0x1.1d4b24d7317f0p-2,  0x1.37697de8f67fcp-2, -0x1.4ffed933b42d4p-2, 0x1.0bef7e03b4a2cp-2,
        -0x1.37cd723ce300ap-4, -0x1.ce4a039990866p-5, 0x1.108c5c8dc99c3p-3, -0x1.c7bc17e652ea8p-4, 0x1.7df320db7ab23p-5,
        0x1.19ef5e4c17218p-5,  -0x1.348bf44dea0e5p-4, 0x1.2ae8129289fb8p-4, -0x1.c9f66da01125bp-6, -0x1.631148e36c479p-6,
        0x1.c48d9115bdde7p-5,  -0x1.a59cde9e3579cp-5, 0x1.45c1e37631034p-6, 0x1.76fcc5083c7c6p-6,  -0x1.42e1009948690p-5,
        0x1.8ddf72ef86aa5p-6,  -0x1.07da59173d94ep-8, 0x1.477b8849d625fp-10};
    // y - z + 0.4375 in (z - 11.25) / (z + 11.25), 8.58 <= z <= 38.7; error 2^-57.5
    static constexpr double ndtri_far[] = {
        0x1.9b9610737dcdep-3,  0x1.3166dcb7ad59ep-2,  -0x1.024e89394f023p-3, 0x1.2574d80b91a95p-4,  -0x1.0ef83317cf52bp-6,
        -0x1.db1cfc903340fp-7, 0x1.6be0bae6f15c8p-5,  -0x1.ffb0b0486a384p-5, 0x1.4139f2db6ecfdp-4,  -0x1.623ac0c26719ap-4,
        0x1.79dd1e6ef0c8ep-4,  -0x1.79be77d661fb9p-4, 0x1.7318a6372c6b5p-4,  -0x1.66555d87f750bp-4, 0x1.6fea98f6176dbp-4,
        -0x1.82af43120de02p-4, 0x1.6730ee39bf92bp-4,  -0x1.c830916801702p-5, 0x1.205f31d69e501p-6};
};
template <>
struct ErrorTerms<float> {
    // erf(x) / x - 1 in x^2 <= 1; error 2^-29.7
    static constexpr float erf_near[] = {0x1.06eba8p-3f, -0x1.81273ep-2f,  0x1.ce2d20p-4f, -0x1.b7fbb4p-6f,
                                         0x1.5419f6p-8f, -0x1.a485f6p-11f, 0x1.4ae4eap-14f};
    // exp(a^2) erfc(a) in (a - 3) / (a + 3), 1 <= a <= 4.01, weight exp(-a^2); error 2^-25.1
    static constexpr float erf_far[] = {0x1.6ecebap-3f, -0x1.4c3f5ap-2f, 0x1.0718e2p-2f, -0x1.da90f6p-4f, 0x1.edaa1ap-4f};
    // erf(x) / x - 1 in x^2 <= 0.23; error 2^-29.9
    static constexpr float erfc_near[] = {0x1.06eba8p-3f, -0x1.812738p-2f, 0x1.ce274ap-4f, -0x1.b6ab06p-6f, 0x1.37d3ecp-8f};
    // (a + 3) exp(a^2) erfc(a) in (a - 3) / (a + 3), 0.47 <= a <= 10.1; error 2^-29.7
    static constexpr float erfc_far[] = {0x1.12f21ep+0f,  -0x1.c44c48p-1f,  0x1.2e3264p-1f, -0x1.3deaf8p-2f,  0x1.e998c2p-4f,
                                         -0x1.b7a530p-6f, -0x1.438448p-10f, 0x1.910d40p-9f, -0x1.ed820cp-12f, -0x1.3ae14cp-12f};
    // (ndtr(x) - 1/2) / x in x^2 <= 1; error 2^-31.8
    static constexpr float ndtr_near[] = {0x1.988454p-2f,   -0x1.105832p-4f, 0x1.46ce5ep-7f,
                                          -0x1.36fecep-10f, 0x1.dc1b48p-14f, -0x1.012f18p-17f};
    // What the first coefficient lost to rounding.
    static constexpr float ndtr_near_low = -0x1.8e7dae0000000p-27f;
    // (a + k) exp(a^2/2) ndtr(-a) in (a - k) / (a + k), k = 4.25, 0.99 <= a <= 14.3; error 2^-30.5
    static constexpr float ndtr_far[] = {0x1.84e44ap-1f,  -0x1.401102p-1f,  0x1.ac43d0p-2f, -0x1.c39de8p-3f,  0x1.5d484ap-4f,
                                         -0x1.3d2e20p-6f, -0x1.8f347cp-11f, 0x1.1a1a98p-9f, -0x1.6b5d04p-12f, -0x1.8c59cep-13f};
    // y / x - 1 in x^2 <= 0.36; error 2^-29.3
    static constexpr float erfinv_near[] = {-0x1.d203b8p-4f, 0x1.db2a3ep-3f, 0x1.052d94p-3f,  0x1.64eb6cp-4f,
                                            0x1.e30948p-5f,  0x1.591f98p-4f, -0x1.9cc222p-5f, 0x1.45f4c6p-3f};
    // y - z + 0.3125 in (z - 2) / (z + 2), 0.957 <= z <= 4.2; error 2^-28.3
    static constexpr float erfinv_middle[] = {-0x1.3c6712p-6f, 0x1.95f026p-3f,  0x1.b33e22p-3f, -0x1.d9508ap-3f, 0x1.7d66e0p-3f,
                                              -0x1.d3ecc6p-5f, -0x1.389176p-5f, 0x1.992074p-4f, -0x1.229068p-4f};
    // y - z + 0.3125 in (z - 8) / (z + 8), 4.18 <= z <= 10.2; error 2^-26.8
    static constexpr float erfinv_far[] = {0x1.2aaf92p-3f,  0x1.aedfe6p-3f, -0x1.6e0dc4p-4f, 0x1.9eae60p-5f,
                                           -0x1.88c358p-7f, 0x1.6b74d6p-7f, 0x1.ad8b72p-4f};
    // y / x - 1 in x^2 <= 0.36; error 2^-28.8
    static constexpr float ndtri_near[] = {0x1.0364c8p-2f, 0x1.4ffe0ep-2f, 0x1.715c8ep-3f,  0x1.f8c2b4p-4f,
                                           0x1.558ee6p-4f, 0x1.e81404p-4f, -0x1.23dd3cp-4f, 0x1.ccf8bcp-3f};
    // y - z + 0.4375 in (z - 2.8125) / (z + 2.8125), 1.35 <= z <= 5.94; error 2^-28.4
    static constexpr float ndtri_middle[] = {-0x1.0a94c6p-5f, 0x1.1d4b1ap-2f,  0x1.376952p-2f, -0x1.4ff958p-2f, 0x1.0bfe7ap-2f,
                                             -0x1.3a9d96p-4f, -0x1.da6f34p-5f, 0x1.22aa42p-3f, -0x1.8ec106p-4f};
    // y - z + 0.4375 in (z - 11.25) / (z + 11.25), 5.91 <= z <= 14.4; error 2^-26.9
    static constexpr float ndtri_far[] = {0x1.9b9618p-3f,  0x1.31678ap-2f, -0x1.025a86p-3f, 0x1.231c22p-4f,
                                          -0x1.0ee114p-6f, 0x1.9eb0a4p-7f, 0x1.2c7a16p-3f};
};

}  // namespace mlmath::MLMATH_LEVEL

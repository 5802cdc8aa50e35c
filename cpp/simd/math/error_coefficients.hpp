// SPDX-License-Identifier: BSD-3-Clause
// Polynomials of error_function.hpp and inverse_error_function.hpp, lowest power first. Printed by coefficients_error_function.py.
#pragma once
#include "simd/math/common.hpp"
#include "simd/vec_piecewise.hpp"
#include "simd/vec_table.hpp"

namespace mlmath::MLMATH_LEVEL {

template <class T>
struct ErrorTerms;
template <>
struct ErrorTerms<double> {
    // erf(j h + u), |u| <= h/2, up to 5.925: erf(j h), then q_j with erf = erf(j h) + u q_j(u), for j = 0
    // u + u q_0(u); erf_last is nearest to a multiple of h below 16 h. Error 2^-56.1
    static constexpr double erf_step = 0x1.8a67800000000p-2, erf_steps_per_unit = 0x1.4c543bbda0614p+1;
    static constexpr double erf_last = 0x1.7dd5293333333p+2;
    static constexpr double erf_piece_values[16][13] = {
        {0x0.0p+0, 0x1.06eba8214db69p-3, 0x1.cef0e6884825dp-55, -0x1.812746b037ac7p-2, 0x1.54c531538756bp-40, 0x1.ce2f219c15186p-4,
         0x1.ef66374873b0fp-30, -0x1.b82d07742312cp-6, 0x1.c29f92c8066cdp-22, 0x1.56218b9e4e86ap-8, 0x1.3f117e57773bdp-16,
         -0x1.e2f29f35a2e2fp-11, 0x1.18cb4ec5940dcp-13},
        {0x1.a7f9facdf9fc4p-2, 0x1.f2142c1abae60p-1, -0x1.7fae35847c3c0p-2, -0x1.d311265f77935p-3, 0x1.59bc2052bfc7fp-3,
         0x1.5b6b40c00d4b6p-5, -0x1.9d634ba82902dp-5, -0x1.29d1588431574p-8, 0x1.70abc0f976ff6p-7, -0x1.4bfeb2d4ac84ap-14,
         -0x1.055a9a0475c41p-9, 0x1.3680a49bb8c08p-13, 0x1.2f1b72fbe869dp-12},
        {0x1.72b2f8dabbe73p-1, 0x1.3f2a98f3ddc4ap-1, -0x1.ebb8992029ebap-2, 0x1.3df492646c274p-5, 0x1.2932b6ba7e544p-3,
         -0x1.cdaff00f1dd6ap-5, -0x1.8ceca4ddc1942p-6, 0x1.3335f056f8d09p-6, 0x1.9e484fc915e06p-10, -0x1.00a58a03a16c3p-8,
         0x1.51ca1e96f0e6dp-12, 0x1.340879ff2a305p-11, -0x1.fb4d7606e0d6bp-14},
        {0x1.cba76864fe4a5p-1, 0x1.3006f1918ed91p-2, -0x1.5f4c33f28426ap-2, 0x1.528a038be351bp-3, 0x1.34e2919d95f86p-6,
         -0x1.dda10df2c9d0ap-5, 0x1.1d8eefca10e99p-6, 0x1.0a568924a2acdp-7, -0x1.8ea373f2aed0ep-8, -0x1.3c20263317145p-16,
         0x1.1c986a7720afbp-10, -0x1.cabc8af57788dp-13, -0x1.f957faa65b9a0p-14},
        {0x1.f0f9752d82167p-1, 0x1.ae82a454c085cp-4, -0x1.4ba18f5df047ep-3, 0x1.0cdd60ec91edap-3, -0x1.82461631ac962p-5,
         -0x1.526028791ac74p-7, 0x1.24e60bc3dd960p-6, -0x1.6295c7351d49cp-8, -0x1.c9ef93b77f20dp-10, 0x1.b08e03d240fd4p-10,
         -0x1.9ecc23816be1dp-13, -0x1.bf78d947a80edp-13, 0x1.5d18854d27991p-14},
        {0x1.fcb156e9c7350p-1, 0x1.c51b6b41933fcp-6, -0x1.b44c1e497e04bp-5, 0x1.e4a16247d9cd8p-5, -0x1.4137fd8dfacc9p-5,
         0x1.98359edcd0f3dp-7, 0x1.425be335b11a3p-9, -0x1.1b123e0897d39p-8, 0x1.96fc3acc400bep-10, 0x1.702e6033d206bp-13,
         -0x1.684addc2858a8p-12, 0x1.7663b17b8962fp-14, 0x1.81c730818fcfcp-16},
        {0x1.ff722212b0007p-1, 0x1.627522e996fa6p-8, -0x1.9991b09157de5p-7, 0x1.1df6252a7dcfcp-6, -0x1.062962e6a9bd7p-6,
         0x1.391989a25ffa3p-7, -0x1.95788dfbe706ep-9, -0x1.e77c824bf31fap-13, 0x1.a1f4fc8447644p-11, -0x1.7de4990648512p-12,
         0x1.be0ddcff38d66p-16, 0x1.974e66cd50c1ep-15, -0x1.7693f58b1f3b0p-16},
        {0x1.ffedff5448669p-1, 0x1.9c3227e2bfd3dp-11, -0x1.15d52e5a6c01bp-9, 0x1.d107fbe073c93p-9, -0x1.0b23cf065d122p-8,
         0x1.b4af2aa4779c0p-9, -0x1.f3f42b96a3a72p-10, 0x1.625c331908493p-11, -0x1.8956cb0c11675p-15, -0x1.b178d2515c710p-14,
         0x1.0caffd3e18ffcp-14, -0x1.d8c0ba0bedf4ap-17, -0x1.bc9e57031e9ccp-19},
        {0x1.fffe46c1d3e2ep-1, 0x1.64473585b42f4p-14, -0x1.1272d194f55dfp-12, 0x1.0b0a25c1be37fp-11, -0x1.6dabc71dae79dp-11,
         0x1.72952101414d1p-11, -0x1.1b1c6bfdebdd9p-11, 0x1.4203e0aee5df2p-12, -0x1.fae31a7e3b58cp-14, 0x1.828579aaa2b97p-16,
         0x1.e937e43be2823p-18, -0x1.089272bd7e801p-17, 0x1.842cdd9c29ab7p-19},
        {0x1.ffffe03733182p-1, 0x1.c9c60d130df8fp-18, -0x1.8cb63013e7d36p-16, 0x1.b751ac06e70c6p-15, -0x1.5ba8ce7c1cad6p-14,
         0x1.a028accdc89c2p-14, -0x1.84279755f9a4ap-14, 0x1.1d58fdff60148p-14, -0x1.48380c371dd86p-15, 0x1.1bc33d7c5cd40p-16,
         -0x1.401365ab181b1p-18, 0x1.a6e1eee20882cp-23, 0x1.40e696ed05663p-21},
        {0x1.fffffe47f2498p-1, 0x1.b52d99bae0197p-22, -0x1.a4f59515cb2c6p-20, 0x1.051ec8703f1aap-18, -0x1.d3c937f304512p-18,
         0x1.412d638c9459ap-17, -0x1.5dfa53cac8a85p-17, 0x1.34aa4c34196e2p-17, -0x1.bc6ffce5cb89bp-18, 0x1.045e1700a23cep-18,
         -0x1.e6415df93c89cp-20, 0x1.53629213a922bp-21, -0x1.150f8bc8cfb52p-23},
        {0x1.ffffffee29443p-1, 0x1.36525abfd1defp-26, -0x1.48b0a519c7ea3p-24, 0x1.c343984a5674ap-23, -0x1.c29586406c08ap-22,
         0x1.5bf57da0f6269p-21, -0x1.af543213c94d3p-21, 0x1.b7477b8b0eea2p-21, -0x1.74da29155b3b5p-21, 0x1.0992fd816e724p-21,
         -0x1.3d90ca007e534p-22, 0x1.3ff4bf8a15896p-23, -0x1.fd6045c9ea1d4p-25},
        {0x1.ffffffff7569fp-1, 0x1.47729b79ac089p-31, -0x1.7a5c14977ef87p-29, 0x1.1ca2f4c59b1bdp-27, -0x1.3920923b01a48p-26,
         0x1.0c1a33cda1e2fp-25, -0x1.734ca6fa915edp-25, 0x1.aa7d6061b6c43p-25, -0x1.9d3c083294d78p-25, 0x1.55500abf44ee2p-25,
         -0x1.e43ebe4fbfd15p-26, 0x1.2f814f43f8c49p-26, -0x1.3af8fcf0a60cbp-27},
        {0x1.fffffffffcdadp-1, 0x1.00d03eb243cacp-36, -0x1.4178c4cf39fc0p-34, 0x1.06ec28c7ea2aap-32, -0x1.3bb966596bce0p-31,
         0x1.2873cae35a665p-30, -0x1.c4b0e04a9303ep-30, 0x1.2086229e13d26p-29, -0x1.38a9064a108e7p-29, 0x1.2378782b668e8p-29,
         -0x1.d8d3ed7ba201dp-30, 0x1.5d078a65f70a4p-30, -0x1.af24c2f1c60c1p-31},
        {0x1.fffffffffff26p-1, 0x1.2b698f0ddb2a4p-42, -0x1.93a052ef473a4p-40, 0x1.64811917be408p-38, -0x1.cfc59f5e273c6p-37,
         0x1.d96a86a8a85bep-36, -0x1.8a8b7493ad490p-35, 0x1.13c2ac5f30505p-34, -0x1.4976b9c338e6dp-34, 0x1.54887b48bb291p-34,
         -0x1.34e003850c9bfp-34, 0x1.04f824ed07851p-34, -0x1.707a3d9c364c0p-35},
        {0x1.ffffffffffffdp-1, 0x1.03755793d7e03p-48, -0x1.76bfc6d2e2013p-46, 0x1.6370e525e3f1ap-44, -0x1.f1c469d860a3dp-43,
         0x1.1240272cee78bp-41, -0x1.eef7e37ce8f64p-41, 0x1.77e7cb0fbd52ap-40, -0x1.e9e4f28c2b195p-40, 0x1.152089a276d54p-39,
         -0x1.14e58ad727202p-39, 0x1.071d14292c210p-39, -0x1.9eda322b7e477p-40}};
    static constexpr PiecewiseTable<double, 13> erf_pieces{erf_piece_values};
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
    // ndtr(x) around n/4, n = -12 ... 3, at index n mod 16: a center c, ndtr(c), q with ndtr(c) + (x - c) q(x - c);
    // error 2^-60.3
    static constexpr double ndtr_center_values[] = {0x0.0p+0,
                                                    0x1.000000b000000p-2,
                                                    0x1.0000048000000p-1,
                                                    0x1.8000032000000p-1,
                                                    -0x1.7ffffff200000p+1,
                                                    -0x1.5ffffeda00000p+1,
                                                    -0x1.3ffffeca00000p+1,
                                                    -0x1.1fffff0c00000p+1,
                                                    -0x1.fffffeb400000p+0,
                                                    -0x1.bfffffa400000p+0,
                                                    -0x1.7fffff4c00000p+0,
                                                    -0x1.3fffff4000000p+0,
                                                    -0x1.fffffc5000000p-1,
                                                    -0x1.7ffffc3000000p-1,
                                                    -0x1.ffffff2000000p-2,
                                                    -0x1.fffffbc000000p-3};
    static constexpr Table<double, 16> ndtr_centers{ndtr_center_values};
    static constexpr double ndtr_piece_values[16][12] = {
        {0x1.0000000000000p-1, 0x1.9884533d43651p-2, 0x1.8b185e5fc0bbcp-65, -0x1.1058377e2ceddp-4, -0x1.11148168bf08cp-55,
         0x1.46d0429765437p-7, 0x1.cf9c35d17c9a9p-48, -0x1.37403f50c7b62p-10, -0x1.3268940d9660fp-41, 0x1.e42a58dffd786p-14,
         0x1.14473a1257d7ep-36, -0x1.3bc728abad8b4p-17},
        {0x1.3289a2d375b2cp-1, 0x1.8bf2b9ff487ecp-2, -0x1.8bf2bb0f7f5e4p-5, -0x1.eeef6851bc244p-5, 0x1.83b301c9251cbp-7,
         0x1.15937e7343eeap-7, -0x1.fa123d2d10d5bp-10, -0x1.ec918ae7e3f57p-11, 0x1.ef57e5bd1438fp-13, 0x1.6396e06fc13cep-14,
         -0x1.825be95bcd9e2p-16, -0x1.ad63ff7d19ef9p-18},
        {0x1.62075fb8bf10bp-1, 0x1.6883ce8c741dfp-2, -0x1.6883d4e2c53f3p-4, -0x1.6883ca52e8a9dp-5, 0x1.4a78d76c23e65p-6,
         0x1.2c6dcd7f07cefp-8, -0x1.929333751e04cp-9, -0x1.5633e051f3579p-12, 0x1.6e733456c5947p-12, 0x1.9d2d9b846c7bep-17,
         -0x1.08d6a5f99f10ep-15, 0x1.bf29e2def3142p-22},
        {0x1.8bf780db3c087p-1, 0x1.345d5d9175d55p-2, -0x1.ce8c101dd4845p-4, -0x1.67c23af7c1e9fp-6, 0x1.77d1cbaedd764p-6,
         -0x1.345e48730f6d2p-13, -0x1.8e770b8b73c6ep-9, 0x1.67e5907c5161bp-12, 0x1.33ccd2f577664p-12, -0x1.e51d44f39a611p-15,
         -0x1.6c06b50c0fda1p-16, 0x1.9efa353be540cp-18},
        {0x1.61de20176d464p-10, 0x1.2272145cc4d72p-8, 0x1.b3ab1e7b4505cp-8, 0x1.8342c5b141f76p-8, 0x1.b3ab1e4b9d130p-9,
         0x1.2272141097852p-10, 0x1.d0b68581e8462p-14, -0x1.62112ab8cb59bp-14, -0x1.6d21e2c1ea08ap-15, -0x1.a6e6c76465759p-18,
         0x1.0a3e39e4b6f90p-19, 0x1.19c452eb512b3p-20},
        {0x1.86904dfb988cdp-9, 0x1.29fa5c205a63ep-7, 0x1.99b83d5646c36p-7, 0x1.45e9d25000bf3p-7, 0x1.378ec09af5047p-8,
         0x1.2654a91ec56adp-10, -0x1.f43334387453ap-14, -0x1.7a918ad29704ep-13, -0x1.9d585667d7eeap-15, 0x1.4ebb49f24b49cp-19,
         0x1.5387b9006520dp-18, 0x1.1c958da9643adp-20},
        {0x1.96f4f05c6172fp-8, 0x1.1f2f0c22c3e90p-6, 0x1.66facdcfb1ea6p-6, 0x1.f69250b5a24b8p-7, 0x1.84e503f801d7bp-8,
         0x1.5d681515896e9p-11, -0x1.0d3c1e3bf74c1p-11, -0x1.1380abb077c7ap-12, -0x1.c66a68fe63273p-16, 0x1.2e5346201005dp-16,
         0x1.ce5cc46f53759p-18, 0x1.b7785c8a2883ep-24},
        {0x1.909256e0695c7p-7, 0x1.0402e42f1075ap-5, 0x1.24833fbd1fc2bp-5, 0x1.60193cc2ee097p-6, 0x1.9234711b40eebp-8,
         -0x1.e44588ee7fb76p-12, -0x1.03e8e336bda8fp-10, -0x1.1484aa63c26ddp-12, 0x1.0cf51fc20c5e0p-15, 0x1.1a4d8ca9f096bp-15,
         0x1.3ac794eeba84dp-18, -0x1.dbf40a466221ep-20},
        {0x1.74bcfca7d0c2bp-6, 0x1.ba4b47e9b6e89p-5, 0x1.ba4b46caea17dp-5, 0x1.ba4b44ecea143p-6, 0x1.26dcd3e3047acp-8,
         -0x1.26dcdcffbc8a8p-9, -0x1.61d5d0adcc6dbp-10, -0x1.ee3ee3dfeddc1p-14, 0x1.e303b3173af68p-14, 0x1.36c586c901999p-15,
         -0x1.7db884eed3e21p-19, -0x1.d97ce245bb769p-19},
        {0x1.482a2512558a1p-5, 0x1.6164544a317b6p-4, 0x1.3537c9816b44ep-4, 0x1.e5e9f2bdae922p-6, 0x1.9c4a419860078p-12,
         -0x1.1a878b6ab474ap-8, -0x1.575c57b9bbed0p-10, 0x1.8594d1942851ap-13, 0x1.7b8780d3a28f1p-13, 0x1.1f5f58d53ffebp-16,
         -0x1.b67402ec167e4p-17, -0x1.d273523fec725p-19},
        {0x1.11a46efe673b5p-4, 0x1.09408684e3f55p-3, 0x1.8de0c90cd4918p-4, 0x1.ba16329e211b8p-6, -0x1.8de0cd6be48bfp-8,
         -0x1.809d8efa6638bp-8, -0x1.58d3dabf68fd3p-11, 0x1.2468a837ea775p-11, 0x1.6f166c4f104c2p-13, -0x1.a44080c7c766cp-16,
         -0x1.4303fbc23f0d2p-16, -0x1.3f74b8049e7aap-21},
        {0x1.b0bdd35cc2d98p-4, 0x1.7610baa1ceba6p-3, 0x1.d394e831b5dd3p-4, 0x1.188c885231361p-6, -0x1.c01960cd775e0p-7,
         -0x1.886101ab1b4e2p-8, 0x1.2dfadea4cb30dp-11, 0x1.ab9e8414f40bdp-11, 0x1.13add653333a5p-14, -0x1.264c8683c3b80p-14,
         -0x1.e7ff72165cb80p-17, 0x1.0feb27cb7b335p-18},
        {0x1.44ed0f497997ep-3, 0x1.ef8e5c74dfe76p-3, 0x1.ef8e58e3316cfp-4, -0x1.308f7d4f80079p-27, -0x1.4a5ee84deb3bcp-6,
         -0x1.084be56de4402p-8, 0x1.084bf03d74a3ap-9, 0x1.92bcd016b9ac2p-11, -0x1.f76c854f0fed4p-14, -0x1.712c4187b971ap-14,
         0x1.faf7bf676fc94p-20, 0x1.ec8d565ae2e26p-18},
        {0x1.d02204ee57a24p-3, 0x1.345d60b3b0be2p-2, 0x1.ce8c0c75e51c6p-4, -0x1.67c24f5640d1fp-6, -0x1.77d1cbd8a5dacp-6,
         -0x1.345c4224b2bc1p-13, 0x1.8e770fcfd2c9ap-9, 0x1.67e56fde96177p-12, -0x1.33ccda6c7ecf7p-12, -0x1.e51eb75ae488dp-15,
         0x1.6c06e2379b36dp-16, 0x1.a01f86336f82ap-18},
        {0x1.3bf144088746bp-2, 0x1.6883d04976d58p-2, 0x1.6883cfabbd2a2p-4, -0x1.6883d0b29d459p-5, -0x1.4a78d3cd08fe9p-6,
         0x1.2c6dd924759f4p-8, 0x1.92933091f6cf7p-9, -0x1.5633fb3af14b3p-12, -0x1.6e73335c1aad1p-12, 0x1.9d22ca20b2222p-17,
         0x1.08d6c462f8a10p-15, 0x1.e079a58a34c1ep-22},
        {0x1.9aecbb6f7b456p-2, 0x1.8bf2ba44e2295p-2, 0x1.8bf2b6fb7e5d2p-5, -0x1.eeef696255fdep-5, -0x1.83b2fdf94a95cp-7,
         0x1.15937f7e1584ap-7, 0x1.fa123870f8418p-10, -0x1.ec918d1a074c9p-11, -0x1.ef57e18c6324dp-13, 0x1.6395ce12123c4p-14,
         0x1.825c11ad3e4c1p-16, -0x1.abc8a9037770dp-18}};
    static constexpr PiecewiseTable<double, 12> ndtr_pieces{ndtr_piece_values};
    // (a + k) exp(a^2/2) ndtr(-a) in (a - k) / (a + k), k = 4.25, 0.99 <= a <= 38.6; error 2^-60.2
    static constexpr double ndtr_far[] = {
        0x1.84e44a0817f9cp-1,   -0x1.40110298a88a9p-1,  0x1.ac43d626c773cp-2,   -0x1.c39de6d9a1964p-3,  0x1.5d4640a4e8287p-4,
        -0x1.3d2ab2346b505p-6,  -0x1.86c59096b5539p-11, 0x1.19b950b2b8df4p-9,   -0x1.a81a67793ccdcp-12, -0x1.92e93f1883fb5p-13,
        0x1.472dee12e4ac8p-14,  0x1.5a6f153316762p-16,  -0x1.a77c56caceb82p-17, -0x1.ad17f670431bcp-19, 0x1.0d751763f242dp-19,
        0x1.6bfb107f28a4ap-21,  -0x1.475d56836c955p-22, -0x1.5787de87d55ecp-23, 0x1.63298ea27c2bbp-25,  0x1.16aa639ba45b9p-25,
        -0x1.54589b0df0011p-28, -0x1.af069eeecf28bp-29};
    // erfinv(x) / x for w = -log(1 - x^2), by quarter octave of w + 4: a center c, the value there, and q with
    // value + (w - c) q(w - c); error 2^-58.8
    static constexpr double erfinv_center_values[] = {0x1.00000014c0000p+5,
                                                      0x1.4000000b00000p+5,
                                                      0,
                                                      0,
                                                      0x1.000001b800000p-1,
                                                      0x1.800000dc00000p+0,
                                                      0x1.4000015a00000p+1,
                                                      0x1.c000018600000p+1,
                                                      0x1.400000a600000p+2,
                                                      0x1.c000000500000p+2,
                                                      0x1.2000003980000p+3,
                                                      0x1.6000005080000p+3,
                                                      0x1.c000000d00000p+3,
                                                      0x1.2000001e80000p+4,
                                                      0x1.6000001a40000p+4,
                                                      0x1.a000000000000p+4};
    static constexpr Table<double, 16> erfinv_centers{erfinv_center_values};
    static constexpr double erfinv_piece_values[16][14] = {
        {0x1.60dbd67a9446dp+2, 0x1.6da06e3188450p-4, -0x1.6f4f6231fdf55p-11, 0x1.6d75b48283d9dp-17, -0x1.c4077db741d80p-23,
         0x1.37ecb60434df1p-28, -0x1.cbf2be5545816p-34, 0x1.627940f57b18bp-39, -0x1.19fdf63da335bp-44, 0x1.cb76bc45e16ccp-50,
         -0x1.7d088f3f43036p-55, 0x1.40b03ef4e8db1p-60, -0x1.1c70835514f86p-65, 0x1.eccbfc1a5534ep-71},
        {0x1.8c0092020cf2ap+2, 0x1.46d31a74a028fp-4, -0x1.071b57cbba92ap-11, 0x1.a44fdd4d9f125p-18, -0x1.a1c33ccc74832p-24,
         0x1.cf9ce3e496449p-30, -0x1.12faced8b9422p-35, 0x1.5518a119bf587p-41, -0x1.b4df63c36a570p-47, 0x1.1e947163e9d96p-52,
         -0x1.7efb6146b54c6p-58, 0x1.03ca9a68cb395p-63, -0x1.6e7849d02b3f6p-69, 0x1.ffe8f41f39c9cp-75},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
        {0x1.013c0f6b2601dp+0, 0x1.ef212cab15f6cp-3, 0x1.035459775121ap-7, -0x1.43fdd85583e0bp-9, -0x1.1b43d9258396fp-17,
         0x1.8c94897cdae64p-15, -0x1.9e4f2d8bfe867p-20, -0x1.00aae007ba987p-20, 0x1.0e56b93885eeep-24, 0x1.4e4b6b31aa1b9p-26,
         -0x1.0dbb2d3a32eb3p-29, -0x1.ad692b987dfd7p-32, 0x1.dda53ef353b34p-35, 0x1.07fd5086ffee2p-37},
        {0x1.408741b6e3c89p+0, 0x1.005f034d1e3a3p-2, 0x1.cd3ffa4e13e24p-11, -0x1.123edfc11c2fap-9, 0x1.74997d8e549d3p-13,
         0x1.86b5e99eb9ca8p-16, -0x1.688f8de995e62p-18, -0x1.177f29ad8b66ap-24, 0x1.f98873ca67b79p-24, -0x1.f0ffb43011b88p-28,
         -0x1.15982762d896bp-29, 0x1.4cc581790c180p-32, 0x1.92037d51a1160p-36, -0x1.1ebe14b0306c4p-37},
        {0x1.805c5da79ac0cp+0, 0x1.f91e8965b07e5p-3, -0x1.11c3c59ca2389p-8, -0x1.4863cb90c3b14p-10, 0x1.c9b4375f8faf0p-13,
         -0x1.4f480cfa83970p-18, -0x1.ca9223105761cp-19, 0x1.01037ee8e270ep-21, 0x1.ccff8a992d9bcp-27, -0x1.752fed819e668p-27,
         0x1.f2b5f4b475f96p-31, 0x1.071a9dc27345ep-33, -0x1.0d8b2b09153f4p-35, 0x1.d119d004ccaffp-41},
        {0x1.be2a1ac557cffp+0, 0x1.e203969f432dap-3, -0x1.b835ae72000c5p-8, -0x1.f8a983d889380p-12, 0x1.4c877caa25f9ep-13,
         -0x1.090dd7f4ccd28p-16, -0x1.9a908743f467cp-22, 0x1.59674fb9864c7p-22, -0x1.3cbb151958eb9p-25, -0x1.833e5b8b54518p-31,
         0x1.997674c7a3e48p-31, -0x1.7ac07b1496bf7p-34, -0x1.269db41fd12c6p-39, 0x1.f9fa84efdaa74p-40},
        {0x1.0a374e3dd08b7p+1, 0x1.b5a9a732c0615p-3, -0x1.dc1972ec2ab2ap-8, 0x1.11f3225de9e84p-13, 0x1.ba62ceaee9c3ap-15,
         -0x1.5f4338ba42b28p-17, 0x1.06f838fbec827p-20, -0x1.0f4089e3ffb33p-27, -0x1.b4ad08fe27e20p-27, 0x1.1b5c730c1f38dp-29,
         -0x1.20d4edda3cf0fp-33, -0x1.58c2d9fd7743cp-37, 0x1.dd27f9dc02baap-39, -0x1.8b649572f784fp-42},
        {0x1.3d692c4bd0abcp+1, 0x1.7f7610fa3a6dfp-3, -0x1.7e96149e0ed19p-8, 0x1.1d7e0dc32e88bp-12, -0x1.a9bec7e0a7ec6p-19,
         -0x1.0fe1359a620c6p-19, 0x1.9326830004ab7p-22, -0x1.59c66e826426ap-25, 0x1.4f92744fcf3e6p-29, 0x1.9a4f0ad253f0ap-35,
         -0x1.26b09b838d7b1p-35, 0x1.4b0fefb20841dp-38, -0x1.94d2e0e8e06e0p-42, 0x1.5b82d8d3eb07dp-48},
        {0x1.6a9efbfcd4746p+1, 0x1.55e7b88347a0ep-3, -0x1.1eb87c46fd532p-8, 0x1.b382f84d1db25p-13, -0x1.40374ff8c10cfp-17,
         0x1.05f1531a8b135p-23, 0x1.d4ee70daa00d4p-25, -0x1.4f1f8dd9f35a3p-27, 0x1.27aa2f8c01ca5p-30, -0x1.73028bac2f4e7p-34,
         0x1.1345342d27244p-38, 0x1.c61b1af4c20d9p-44, -0x1.af03d33cb6375p-45, 0x1.b47c60f0dfdbap-48},
        {0x1.93502733cf2bbp+1, 0x1.3693e4b433125p-3, -0x1.b5ccc0e01d818p-9, 0x1.27b793e5bf35ep-13, -0x1.cc7a339566af6p-18,
         0x1.4325f78c5fc49p-22, -0x1.6b7d260f1ababp-28, -0x1.2e6c0a8850ff7p-30, 0x1.b24d92cefe2cbp-33, -0x1.7ab87512e60a6p-36,
         0x1.f7f4787ad4993p-40, -0x1.ff56bad877c1ep-44, 0x1.37258490d2cc2p-48, 0x1.fb3a47b68b3a9p-54},
        {0x1.ca1f995c2eee0p+1, 0x1.140a79535f386p-3, -0x1.369741aa54080p-9, 0x1.55e62cd15ec30p-14, -0x1.cce769f2fcbb0p-19,
         0x1.4e3d8ee8db9f1p-23, -0x1.d6b8a16a0d323p-28, 0x1.087c88973a80dp-32, -0x1.f2462df70bfffp-41, -0x1.1a4e43106a848p-40,
         0x1.2cc4680d10523p-43, -0x1.bb42378908d8fp-47, 0x1.153de641ce93ap-50, -0x1.11cbb294ffa54p-54},
        {0x1.056d3618f92b9p+2, 0x1.e787a1c4df084p-4, -0x1.aeb7362d4b010p-10, 0x1.766ce3a432f73p-15, -0x1.930b2c689d2e5p-20,
         0x1.e1de5d8ec5d17p-25, -0x1.30b6d85bcc29ep-29, 0x1.88c64e4cf19d6p-34, -0x1.eb3754b0bd592p-39, 0x1.0dd507c03b0b9p-43,
         -0x1.69d3f44effeacp-49, -0x1.d44d769727de1p-54, 0x1.82b5ac7c1effep-56, -0x1.159c0efeb8884p-59},
        {0x1.22604a918c56bp+2, 0x1.b92384f8a81c5p-4, -0x1.407f324ae8561p-10, 0x1.cb72ff9eaf321p-16, -0x1.988acc293276dp-21,
         0x1.94c062e53196ap-26, -0x1.abc8c9ff0e17ep-31, 0x1.d74d85832ae63p-36, -0x1.0a2fcc63db40fp-40, 0x1.2ed9e31c84eecp-45,
         -0x1.51cc42370adb4p-50, 0x1.5ea14a20724e7p-55, -0x1.215f7209919cbp-60, 0x1.e1de244664834p-68},
        {0x1.3ccbe32da71ffp+2, 0x1.95c4ff88c6cacp-4, -0x1.f4688afe7da27p-11, 0x1.30fd3441db8fdp-16, -0x1.cdaa4084782e4p-22,
         0x1.8599fc13dc5bdp-27, -0x1.5f19bc493760dp-32, 0x1.4a92c237214ebp-37, -0x1.4106e13290308p-42, 0x1.3ea63ff67e04ap-47,
         -0x1.40e4d1d752781p-52, 0x1.4fb51e6684d47p-57, -0x1.463a6252fd8a4p-62, -0x1.1c7a14ddb0241p-66}};
    static constexpr PiecewiseTable<double, 14> erfinv_pieces{erfinv_piece_values};
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
    // erf(j h + u), |u| <= h/2, up to 3.93: erf(j h), then q_j with erf = erf(j h) + u q_j(u), for j = 0
    // u + u q_0(u); erf_last is nearest to a multiple of h below 16 h. Error 2^-30.6
    static constexpr float erf_step = 0x1.056400p-2f, erf_steps_per_unit = 0x1.f570ecp+1f;
    static constexpr float erf_last = 0x1.fa1e1ap+1f;
    static constexpr float erf_piece_values[16][7] = {
        {0x0.0p+0f, 0x1.06eba8p-3f, -0x1.0cf0b8p-25f, -0x1.812686p-2f, -0x1.92f17ep-14f, 0x1.d42600p-4f, -0x1.4ded9ap-7f},
        {0x1.20aa30p-2f, 0x1.0ea48ep+0f, -0x1.145778p-2f, -0x1.39d3b6p-2f, 0x1.084e7ep-3f, 0x1.40ddecp-4f, -0x1.49f836p-5f},
        {0x1.0f3546p-1f, 0x1.bd2cccp-1f, -0x1.c68c92p-2f, -0x1.1c27e2p-3f, 0x1.778ffcp-3f, 0x1.1d170ap-8f, -0x1.942ec2p-5f},
        {0x1.713fb6p-1f, 0x1.4164e6p-1f, -0x1.ec3e1ep-2f, 0x1.284ba8p-5f, 0x1.2bccdcp-3f, -0x1.c3f25ep-5f, -0x1.97a116p-6f},
        {0x1.b3d838p-1f, 0x1.975c10p-2f, -0x1.9feffep-2f, 0x1.26ae7ep-3f, 0x1.fb67d8p-5f, -0x1.16c844p-4f, 0x1.ad88b0p-8f},
        {0x1.db9beap-1f, 0x1.c53b7ap-3f, -0x1.213c2ep-2f, 0x1.552174p-3f, -0x1.8de740p-7f, -0x1.66005ap-5f, 0x1.62ecd2p-6f},
        {0x1.f07af2p-1f, 0x1.baa804p-4f, -0x1.52fbaap-3f, 0x1.1058f0p-3f, -0x1.7e41b8p-5f, -0x1.775a0ep-7f, 0x1.296c06p-6f},
        {0x1.fa1c12p-1f, 0x1.7b80cap-5f, -0x1.530ebap-4f, 0x1.54a6c6p-4f, -0x1.7ea614p-5f, 0x1.0f1236p-7f, 0x1.e97a14p-8f},
        {0x1.fe03d0p-1f, 0x1.1d9b0cp-6f, -0x1.239ea4p-5f, 0x1.5d6b0ap-5f, -0x1.0391acp-5f, 0x1.aa2bfap-7f, -0x1.a6694cp-12f},
        {0x1.ff6832p-1f, 0x1.795b20p-8f, -0x1.b176f8p-7f, 0x1.2c7fc2p-6f, -0x1.10f0a0p-6f, 0x1.41077ep-7f, -0x1.8e1e40p-9f},
        {0x1.ffd7dep-1f, 0x1.b5a966p-10f, -0x1.174c68p-8f, 0x1.b6d18ap-8f, -0x1.d2fd5ap-8f, 0x1.5a52d0p-8f, -0x1.519f34p-9f},
        {0x1.fff69ep-1f, 0x1.bd9552p-12f, -0x1.38c9fap-10f, 0x1.122d5cp-9f, -0x1.4cd1b6p-9f, 0x1.25c33ep-9f, -0x1.715e42p-10f},
        {0x1.fffe10p-1f, 0x1.8e3822p-14f, -0x1.30f404p-12f, 0x1.26be64p-11f, -0x1.90a1f2p-11f, 0x1.97482ap-11f, -0x1.326ec8p-11f},
        {0x1.ffffa6p-1f, 0x1.3867d4p-16f, -0x1.032c8ep-14f, 0x1.119b14p-13f, -0x1.9ad27cp-13f, 0x1.d6f5dap-13f, -0x1.97dae6p-13f},
        {0x1.fffff2p-1f, 0x1.ae4708p-19f, -0x1.806b6ep-17f, 0x1.b7d99ap-16f, -0x1.68fde4p-15f, 0x1.cbd338p-15f, -0x1.bf7f6ep-15f},
        {0x1.fffffep-1f, 0x1.041b5ep-21f, -0x1.f1f7d0p-20f, 0x1.32c928p-18f, -0x1.10f8b0p-17f, 0x1.7e25fap-17f, -0x1.9b2cbap-17f}};
    static constexpr PiecewiseTable<float, 7> erf_pieces{erf_piece_values};
    // erf(x) / x - 1 in x^2 <= 0.23; error 2^-29.9
    static constexpr float erfc_near[] = {0x1.06eba8p-3f, -0x1.812738p-2f, 0x1.ce274ap-4f, -0x1.b6ab06p-6f, 0x1.37d3ecp-8f};
    // (a + 3) exp(a^2) erfc(a) in (a - 3) / (a + 3), 0.47 <= a <= 10.1; error 2^-29.7
    static constexpr float erfc_far[] = {0x1.12f21ep+0f,  -0x1.c44c48p-1f,  0x1.2e3264p-1f, -0x1.3deaf8p-2f,  0x1.e998c2p-4f,
                                         -0x1.b7a530p-6f, -0x1.438448p-10f, 0x1.910d40p-9f, -0x1.ed820cp-12f, -0x1.3ae14cp-12f};
    // ndtr(x) around n/4, n = -12 ... 3, at index n mod 16: a center c, ndtr(c), q with ndtr(c) + (x - c) q(x - c);
    // error 2^-30.7
    static constexpr float ndtr_center_values[] = {0x0.0p+0f,       0x1.28c000p-2f,  0x1.0c2000p-1f,  0x1.916000p-1f,
                                                   -0x1.7c9800p+1f, -0x1.5ab800p+1f, -0x1.3a5000p+1f, -0x1.1a5800p+1f,
                                                   -0x1.fcb000p+0f, -0x1.b3b000p+0f, -0x1.742000p+0f, -0x1.36e000p+0f,
                                                   -0x1.e9c000p-1f, -0x1.7b4000p-1f, -0x1.e1c000p-2f, -0x1.f28000p-3f};
    static constexpr Table<float, 16> ndtr_centers{ndtr_center_values};
    static constexpr float ndtr_piece_values[16][7] = {
        {0x1.000000p-1f, 0x1.988454p-2f, 0x1.962686p-31f, -0x1.1057f6p-4f, -0x1.40b17ep-23f, 0x1.45c4a4p-7f, 0x1.c6d1c4p-18f},
        {0x1.3a5ff8p-1f, 0x1.87b7dcp-2f, -0x1.c6125ep-5f, -0x1.de6deep-5f, 0x1.b94584p-7f, 0x1.05b8f8p-7f, -0x1.f8253ap-10f},
        {0x1.6645a2p-1f, 0x1.642be0p-2f, -0x1.750a74p-4f, -0x1.58a8a0p-5f, 0x1.52ecf2p-6f, 0x1.0f60e6p-8f, -0x1.9118aep-9f},
        {0x1.9121cep-1f, 0x1.2c713cp-2f, -0x1.d70e0ap-4f, -0x1.34cf7ep-6f, 0x1.76935ep-6f, -0x1.8bc840p-11f, -0x1.8d00e8p-9f},
        {0x1.820c48p-10f, 0x1.3a78eep-8f, 0x1.d3863cp-8f, 0x1.9af70ep-8f, 0x1.c71b08p-9f, 0x1.26861ap-10f, 0x1.d1cc00p-14f},
        {0x1.ba9ff8p-9f, 0x1.4d7f1ap-7f, 0x1.c3ad80p-7f, 0x1.603df2p-7f, 0x1.467926p-8f, 0x1.1d764ap-10f, -0x1.ecb1e8p-14f},
        {0x1.ccec7ap-8f, 0x1.409b9ep-6f, 0x1.89a312p-6f, 0x1.0cc3d4p-6f, 0x1.8d8050p-8f, 0x1.128026p-11f, -0x1.0b42dcp-11f},
        {0x1.c0e078p-7f, 0x1.1ee96ap-5f, 0x1.3c6fc0p-5f, 0x1.71b1c6p-6f, 0x1.898446p-8f, -0x1.7ee114p-11f, -0x1.028232p-10f},
        {0x1.805554p-6f, 0x1.c5d9fap-5f, 0x1.c2ea4ap-5f, 0x1.be0c02p-6f, 0x1.1d15dap-8f, -0x1.34eff2p-9f, -0x1.605d98p-10f},
        {0x1.6b9d90p-5f, 0x1.7ffab0p-4f, 0x1.46bf7ap-4f, 0x1.e57912p-6f, -0x1.688878p-11f, -0x1.32e672p-8f, -0x1.565362p-10f},
        {0x1.2b1e20p-4f, 0x1.1c0f4cp-3f, 0x1.9ce9bep-4f, 0x1.a58b28p-6f, -0x1.e83ebcp-8f, -0x1.8ba306p-8f, -0x1.58c814p-11f},
        {0x1.cc0162p-4f, 0x1.86dc4ep-3f, 0x1.daa4c4p-4f, 0x1.eebcc6p-7f, -0x1.e294b2p-7f, -0x1.7ef8fap-8f, 0x1.2bc9fap-11f},
        {0x1.5aeddcp-3f, 0x1.0289f4p-2f, 0x1.ee9b68p-4f, -0x1.d4f054p-9f, -0x1.57b8bcp-6f, -0x1.c957c2p-9f, 0x1.070d6ap-9f},
        {0x1.d5dfd2p-3f, 0x1.368124p-2f, 0x1.cbfed0p-4f, -0x1.75b518p-6f, -0x1.77dba6p-6f, 0x1.feba68p-16f, 0x1.8cd80ep-9f},
        {0x1.46ab7ep-2f, 0x1.6db844p-2f, 0x1.581cc2p-4f, -0x1.7bb2fep-5f, -0x1.3ebd82p-6f, 0x1.4f6d26p-8f, 0x1.912488p-9f},
        {0x1.9d8970p-2f, 0x1.8c97b4p-2f, 0x1.8222b4p-5f, -0x1.f1758cp-5f, -0x1.7a8940p-7f, 0x1.174274p-7f, 0x1.f9321ep-10f}};
    static constexpr PiecewiseTable<float, 7> ndtr_pieces{ndtr_piece_values};
    // (a + k) exp(a^2/2) ndtr(-a) in (a - k) / (a + k), k = 4.25, 0.99 <= a <= 14.3; error 2^-30.5
    static constexpr float ndtr_far[] = {0x1.84e44ap-1f,  -0x1.401102p-1f,  0x1.ac43d0p-2f, -0x1.c39de8p-3f,  0x1.5d484ap-4f,
                                         -0x1.3d2e20p-6f, -0x1.8f347cp-11f, 0x1.1a1a98p-9f, -0x1.6b5d04p-12f, -0x1.8c59cep-13f};
    // erfinv(x) / x for w = -log(1 - x^2), by quarter octave of w + 4: a center c, the value there, and q with
    // value + (w - c) q(w - c); error 2^-31.7
    static constexpr float erfinv_center_values[] = {0,
                                                     0,
                                                     0,
                                                     0,
                                                     0x1.068000p-1f,
                                                     0x1.890000p+0f,
                                                     0x1.413000p+1f,
                                                     0x1.c19800p+1f,
                                                     0x1.41e400p+2f,
                                                     0x1.c02c00p+2f,
                                                     0x1.205400p+3f,
                                                     0x1.612800p+3f,
                                                     0x1.c06e00p+3f,
                                                     0x1.201f00p+4f,
                                                     0,
                                                     0};
    static constexpr Table<float, 16> erfinv_centers{erfinv_center_values};
    static constexpr float erfinv_piece_values[16][7] = {
        {0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0},
        {0x1.02054ap+0f, 0x1.ef89e6p-3f, 0x1.003e96p-7f, -0x1.44081cp-9f, -0x1.6ff8f0p-18f, 0x1.883c4ep-15f, -0x1.8f2f04p-20f},
        {0x1.42c828p+0f, 0x1.006d34p-2f, 0x1.5a3fc6p-11f, -0x1.0eeefcp-9f, 0x1.7cf234p-13f, 0x1.7375d6p-16f, -0x1.645104p-18f},
        {0x1.80f24cp+0f, 0x1.f8f5bcp-3f, -0x1.140ad4p-8f, -0x1.464634p-10f, 0x1.c93b14p-13f, -0x1.4e5e50p-18f, -0x1.ca910cp-19f},
        {0x1.beea16p+0f, 0x1.e1abc6p-3f, -0x1.b960d6p-8f, -0x1.f06c88p-12f, 0x1.4a7de8p-13f, -0x1.0742d4p-16f, -0x1.b3e882p-22f},
        {0x1.0b05f6p+1f, 0x1.b4c8cep-3f, -0x1.db52acp-8f, 0x1.1ed680p-13f, 0x1.ada33ap-15f, -0x1.59e05ep-17f, 0x1.002238p-20f},
        {0x1.3d79a6p+1f, 0x1.7f65a0p-3f, -0x1.7e7142p-8f, 0x1.1d7dd0p-12f, -0x1.ae3e00p-19f, -0x1.185282p-19f, 0x1.9a3798p-22f},
        {0x1.6ad710p+1f, 0x1.55b8b8p-3f, -0x1.1e4d66p-8f, 0x1.b2b538p-13f, -0x1.4018aap-17f, 0x1.d281b0p-24f, 0x1.eb3566p-25f},
        {0x1.940390p+1f, 0x1.3615a2p-3f, -0x1.b3cdaap-9f, 0x1.25a5b6p-13f, -0x1.c8e0dcp-18f, 0x1.3ff7fap-22f, -0x1.4cc66ep-28f},
        {0x1.ca5ae4p+1f, 0x1.13e922p-3f, -0x1.362934p-9f, 0x1.551d18p-14f, -0x1.cb7aacp-19f, 0x1.508756p-23f, -0x1.d7c718p-28f},
        {0x1.057bf8p+2f, 0x1.e76d90p-4f, -0x1.ae733ep-10f, 0x1.7608c8p-15f, -0x1.92705ap-20f, 0x1.e64c32p-25f, -0x1.358e36p-29f},
        {0, 0, 0, 0, 0, 0, 0},
        {0, 0, 0, 0, 0, 0, 0}};
    static constexpr PiecewiseTable<float, 7> erfinv_pieces{erfinv_piece_values};
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

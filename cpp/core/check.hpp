// SPDX-License-Identifier: BSD-3-Clause
// Argument checks of the drivers: an exception that names function, argument, value and requirement.
#pragma once
#include <cstddef>
#include <stdexcept>
#include <string>

namespace mlmath {

[[noreturn]] inline void invalid_argument(const char* function, const std::string& what) {
    throw std::invalid_argument(std::string(function) + ": " + what);
}

inline void check_same_size(const char* function, const char* first, std::ptrdiff_t first_size, const char* second,
                            std::ptrdiff_t second_size) {
    if (first_size != second_size)
        invalid_argument(function, std::string(first) + " and " + second + " must have the same size, got " +
                                       std::to_string(first_size) + " and " + std::to_string(second_size));
}

inline void check_shape(const char* function, const char* argument, std::ptrdiff_t rows, std::ptrdiff_t columns,
                        std::ptrdiff_t wanted_rows, std::ptrdiff_t wanted_columns) {
    if (rows != wanted_rows || columns != wanted_columns)
        invalid_argument(function, std::string(argument) + " must have shape (" + std::to_string(wanted_rows) + ", " +
                                       std::to_string(wanted_columns) + "), got (" + std::to_string(rows) + ", " +
                                       std::to_string(columns) + ")");
}

inline void check_positive(const char* function, const char* argument, double value) {
    if (!(value > 0))
        invalid_argument(function, std::string(argument) + " must be positive, got " + std::to_string(value));
}

inline void check_non_negative(const char* function, const char* argument, double value) {
    if (!(value >= 0))
        invalid_argument(function, std::string(argument) + " must be non-negative, got " + std::to_string(value));
}

}  // namespace mlmath

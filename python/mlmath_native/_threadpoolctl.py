# SPDX-License-Identifier: BSD-3-Clause
"""The controller through which threadpoolctl sees and limits this library. Importing this module imports threadpoolctl."""

from __future__ import annotations

import ctypes

import threadpoolctl

from . import __version__

_registered_with: set[int] = set()  # threadpoolctl can be reloaded: each of its registries once


def register() -> None:
    """Add the controller; ImportError when this threadpoolctl has no registry."""
    if not hasattr(threadpoolctl, "register"):
        raise ImportError(f"threadpoolctl 3.2 or newer is needed to register a library; found {threadpoolctl.__version__}")
    registry = id(threadpoolctl.register)
    if registry in _registered_with:
        return

    class MlmathController(threadpoolctl.LibController):  # type: ignore[misc, unused-ignore]
        """Reads and sets the number of the process through two exported C functions."""

        user_api = "mlmath_native"
        internal_api = "mlmath_native"
        filename_prefixes = ("_mlmath",)
        check_symbols = ("mlmath_native_get_num_threads", "mlmath_native_set_num_threads")

        dynlib: ctypes.CDLL

        def get_num_threads(self) -> int:
            return int(self.dynlib.mlmath_native_get_num_threads())

        def set_num_threads(self, num_threads: int) -> None:
            self.dynlib.mlmath_native_set_num_threads(int(num_threads))

        def get_version(self) -> str:
            return __version__

    threadpoolctl.register(MlmathController)
    _registered_with.add(registry)


def register_if_possible() -> None:
    """At import: an old threadpoolctl is not a reason to fail."""
    if hasattr(threadpoolctl, "register"):
        register()

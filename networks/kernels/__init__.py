"""SIMD kernels for CPUs, compiled when first needed by the LLVM that numba brings: no compiler on the machine."""

from networks.kernels.availability import Status, available, status

__all__ = ["Status", "available", "status"]

"""What this machine's registers allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """How a machine multiplies matrices best.

    Attributes:
        name: of the instructions.
        lanes: floats in a vector register.
        rows, vectors: the block of results kept in registers, rows x (vectors * lanes).
    """

    name: str
    lanes: int
    rows: int
    vectors: int

    @property
    def panel(self) -> int:
        """Columns of one packed panel of weights; channels must be a multiple of it."""
        return self.lanes * self.vectors


AVX512 = Shape("AVX-512", lanes=16, rows=12, vectors=2)
AVX2 = Shape("AVX2", lanes=8, rows=6, vectors=2)
NEON = Shape("NEON", lanes=4, rows=6, vectors=4)


def shape_of(architecture: str, features: Mapping[str, bool]) -> Shape | None:
    """The best shape for a processor (LLVM's names for architecture and features), or None."""
    if architecture.startswith(("aarch64", "arm64")):
        return NEON
    if not architecture.startswith("x86_64"):
        return None
    if features.get("avx512f"):
        return AVX512
    return AVX2 if features.get("avx2") and features.get("fma") else None

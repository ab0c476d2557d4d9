"""What this machine's registers allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CHANNELS = 16
"""Channels come in multiples of it whatever the machine, so a network that suits one suits all. It is also the columns
of one packed panel of weights: one to four vectors."""


@dataclass(frozen=True)
class Shape:
    """How a machine multiplies matrices best.

    Attributes:
        name: of the instructions.
        lanes: floats in a vector register; they divide CHANNELS.
        rows: of the block of results kept in registers.
        panels: of CHANNELS columns in it: with more, each number that is read is multiplied more often.
    """

    name: str
    lanes: int
    rows: int
    panels: int


AVX512 = Shape("AVX-512", lanes=16, rows=12, panels=2)
AVX2 = Shape("AVX2", lanes=8, rows=6, panels=1)
NEON = Shape("NEON", lanes=4, rows=6, panels=1)


@dataclass(frozen=True)
class Target:
    """A shape, and LLVM's names for what it is compiled for."""

    shape: Shape
    cpu: str
    features: str


def targets(architecture: str, cpu: str, features: Mapping[str, bool]) -> list[Target]:
    """What a processor (LLVM's names) can run, the best first."""
    flat = ",".join(f"{'+' if there else '-'}{name}" for name, there in features.items())
    if architecture.startswith(("aarch64", "arm64")):
        return [Target(NEON, cpu, flat)]
    if not architecture.startswith("x86_64") or not (features.get("avx2") and features.get("fma")):
        return []
    if not features.get("avx512f"):
        return [Target(AVX2, cpu, flat)]
    return [Target(AVX512, cpu, flat), Target(AVX2, "x86-64-v3", "")]

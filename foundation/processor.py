"""The class of a processor: libraries choose their instructions by it, and with them the last bits of their results."""

from __future__ import annotations

import contextlib
import platform
from functools import cache
from pathlib import Path

# x86-64 psABI, "micro-architecture levels": what each adds to the one before, as Linux names it in /proc/cpuinfo
_LEVELS = (
    ("v2", {"cx16", "lahf_lm", "popcnt", "sse4_1", "sse4_2", "ssse3"}),
    ("v3", {"avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "abm", "movbe", "xsave"}),
    ("v4", {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}),
)


@cache
def processor_class() -> str:
    """Such as "x86-64-v3" (with AVX2) or "x86-64-v4" (with AVX-512); elsewhere the machine's name, such as "arm64"."""
    machine = platform.machine()
    if machine not in ("x86_64", "AMD64"):
        return machine or "unknown"
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return level(set(next(line for line in lines if line.startswith("flags")).partition(":")[2].split()))
    return "x86-64"


def level(flags: set[str]) -> str:
    """The level of an x86-64 processor with these flags."""
    name = "x86-64"
    for number, added in _LEVELS:
        if not added <= flags:
            break
        name = f"x86-64-{number}"
    return name

"""What a process frees between two pieces of work goes back to the system."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT

# in a process of its own: what is asked of the C library holds for all of it
PIECE = """
from psutil import Process
from foundation.pages import MB, give_pages_back, keep_pages

assert keep_pages(largest=32 * MB, free=128 * MB)
blocks = [bytearray(50_000) for _ in range(2000)]
full = Process().memory_info().rss
kept = blocks[::100]
del blocks
assert full - Process().memory_info().rss < 30 * MB, "it goes back by itself"
assert give_pages_back()
assert full - Process().memory_info().rss > 70 * MB, "what is free between blocks that stay is kept"
assert len(kept) == 20
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' C libraries are left as they are")
def test_what_is_free_between_blocks_that_stay_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", PIECE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

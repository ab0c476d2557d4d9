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

THREADS = """
from threading import Barrier, Thread
from psutil import Process
from foundation.pages import MB, give_pages_back, keep_pages, share_heap

assert share_heap() and keep_pages(largest=32 * MB, free=128 * MB)
gate = Barrier(4)

def piece():
    gate.wait()
    blocks = [bytearray(50_000) for _ in range(200)]
    gate.wait()
    del blocks

before = Process().memory_info().rss
threads = [Thread(target=piece) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
kept = Process().memory_info().rss - before
assert kept > 30 * MB, "it stays while the piece of work goes on"
again = [bytearray(50_000) for _ in range(600)]
assert Process().memory_info().rss - before < kept + 5 * MB, "what one thread has freed is of no use to another"
del again
give_pages_back()
assert Process().memory_info().rss - before < 5 * MB, "what threads have freed is kept"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' C libraries are left as they are")
@pytest.mark.parametrize("piece", [PIECE, THREADS])
def test_what_is_free_between_blocks_that_stay_goes_back(piece: str) -> None:
    done = subprocess.run([sys.executable, "-c", piece], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

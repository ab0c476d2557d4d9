"""Making room: by age, by size, the longest unused first; and what is left works on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from foundation.artifacts import ArtifactStore
from foundation.housekeeping import Kept, clean, inventory, superfluous

DAY = 86400.0


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    """Three artifacts of 1000 bytes and a label, unused for 1, 2 and 3 days."""
    store = ArtifactStore(tmp_path / "work")
    for days in (1, 2, 3):
        key = str(days) * 64
        with store.leases.hold(key) as lease, store.create(lease, "crop", key, {}) as draft:
            (draft.folder / "data").write_bytes(b"x" * 1000)
        at = time.time() - days * DAY
        os.utime(store.folder("crop", key) / "artifact.json", (at, at))
    return store


def ages(kept: list[Kept]) -> list[str]:
    return [one.key[0] for one in kept]


def test_what_is_old_goes_and_then_the_longest_unused(store: ArtifactStore) -> None:
    kept, now = list(inventory(store)), time.time()
    assert ages(kept) == ["1", "2", "3"]
    assert all(1000 < one.size < 3000 for one in kept)
    assert ages(superfluous(kept, older_than=1.5 * DAY, most_bytes=None, now=now)) == ["3", "2"]
    assert ages(superfluous(kept, older_than=None, most_bytes=kept[0].size, now=now)) == ["3", "2"]
    assert ages(superfluous(kept, older_than=2.5 * DAY, most_bytes=0, now=now)) == ["3", "2", "1"]
    assert superfluous(kept, older_than=None, most_bytes=10**9, now=now) == []


def test_use_makes_young_again(store: ArtifactStore) -> None:
    found = store.find("crop", "3" * 64)
    assert found is not None
    store.used(found)
    assert ages(superfluous(list(inventory(store)), older_than=1.5 * DAY, most_bytes=None, now=time.time())) == ["2"]


def test_cleaning_removes_just_that_and_what_the_dead_left(store: ArtifactStore) -> None:
    draft = store.root / "crop" / f".{'9' * 64}-0123456789abcdef"
    draft.mkdir()
    chosen = superfluous(list(inventory(store)), older_than=1.5 * DAY, most_bytes=None, now=time.time())
    assert clean(store, chosen) == sum(one.size for one in chosen)
    assert ages(list(inventory(store))) == ["1"]
    assert not draft.exists()

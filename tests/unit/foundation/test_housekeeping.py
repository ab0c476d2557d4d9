"""Making room: by age, by size, the longest unused first; and what is left works on."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from foundation.artifacts import ArtifactStore
from foundation.errors import StageError
from foundation.housekeeping import Kept, clean, inventory, logs_older_than, superfluous
from pipeline.report.record import Recorder, read_record

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


def test_what_a_running_task_holds_is_no_artifact(store: ArtifactStore) -> None:
    key = "4" * 64
    with store.leases.hold(key):
        assert ages(list(inventory(store))) == ["1", "2", "3"]
        clean(store, list(inventory(store)))
        assert key in {lease.key for lease in store.leases.living()}


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


def test_links_that_lead_out_of_the_work_folder_are_not_followed(store: ArtifactStore, tmp_path: Path) -> None:
    """Somebody who may write there, too, plants them: for every kind of folder that work, records and logs lie in."""
    key, home = "1" * 64, tmp_path / "home"
    for name in (".oh-my-zsh", f".{key}-0123456789abcdef", key, "4" * 64):
        (home / name).mkdir(parents=True)
        (home / name / "dear").write_text("dear")
    (home / "history.jsonl").write_text("dear")
    os.utime(home / "history.jsonl", (0, 0))
    before = tree(home)
    for name in ("mux", "edit", "logs", "runs"):
        (store.root / name).symlink_to(home)
    kept = list(inventory(store))
    assert {one.stage for one in kept} == {"crop"}
    clean(store, [*kept, Kept("mux", "4" * 64, 4, 0.0)])
    assert logs_older_than(store.root, 1.0) == []
    with (
        store.leases.hold(key) as lease,
        pytest.raises(StageError, match="is a link"),
        store.create(lease, "mux", key, {}),
    ):
        raise AssertionError
    assert Recorder().keep(store, key)["cached"] == []
    assert read_record(store, key) is None
    assert tree(home) == before
    (store.root / "runs").unlink()
    Recorder({"a"}).keep(store, key)
    assert (read_record(store, key) or {})["cached"] == ["a"]
    assert [path.name for path in (store.root / "runs").iterdir()] == [f"{key}.json"]


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))

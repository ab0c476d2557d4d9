"""Artifacts: whole or absent, whatever happens."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from foundation.artifacts import ArtifactStore, Disturbed, Spoilt
from foundation.atomic import replacing
from foundation.digests import digest_of
from foundation.errors import StageError
from foundation.label import canonical

KEY = "0" * 64


@pytest.fixture
def store(tmp_path: Path) -> ArtifactStore:
    return ArtifactStore(tmp_path / "work")


def make(store: ArtifactStore, text: str = "frames") -> None:
    with store.leases.hold(KEY) as lease, store.create(lease, "crop", KEY, {}) as draft:
        (draft.folder / "data.txt").write_text(text)
        draft.facts["n"] = 1


def test_what_was_made_is_found(store: ArtifactStore) -> None:
    assert store.find("crop", KEY) is None
    make(store)
    found = store.find("crop", KEY)
    assert found is not None
    assert found.facts == {"n": 1}
    assert (found.folder / "data.txt").read_text() == "frames"


def test_an_error_leaves_nothing(store: ArtifactStore) -> None:
    with pytest.raises(RuntimeError), store.leases.hold(KEY) as lease, store.create(lease, "crop", KEY, {}) as draft:
        (draft.folder / "data.txt").write_text("half")
        raise RuntimeError
    assert store.find("crop", KEY) is None
    assert list((store.root / "crop").iterdir()) == []


def test_a_second_worker_keeps_the_first_ones_work(store: ArtifactStore) -> None:
    with store.leases.hold(KEY) as lease, store.create(lease, "crop", KEY, {}) as late:
        (late.folder / "data.txt").write_text("same bytes")
        (store.leases.folder / KEY).unlink()  # as when the owner slept for too long, and another took over
        make(store, "same bytes")
    found = store.find("crop", KEY)
    assert found is not None
    assert (found.folder / "data.txt").read_text() == "same bytes"


@pytest.mark.parametrize("damage", ["cut", "gone", "label"])
def test_a_damaged_artifact_is_not_found_and_is_made_again(store: ArtifactStore, damage: str) -> None:
    make(store)
    folder = store.folder("crop", KEY)
    if damage == "cut":
        (folder / "data.txt").write_text("fr")
    elif damage == "gone":
        (folder / "data.txt").unlink()
    else:
        (folder / "artifact.json").write_text("{")
    assert store.find("crop", KEY) is None
    make(store)
    assert store.find("crop", KEY) is not None


@pytest.mark.parametrize("what", ["data.txt", "artifact.json", ".", ".."])
def test_no_link_is_taken_for_an_artifact_or_a_part_of_it(store: ArtifactStore, tmp_path: Path, what: str) -> None:
    make(store)
    place = store.folder("crop", KEY) / what
    elsewhere = tmp_path / "elsewhere"
    shutil.move(place.resolve(), elsewhere)
    Path(os.path.normpath(place)).symlink_to(elsewhere)
    assert store.find("crop", KEY) is None
    store.discard("crop", KEY)
    assert elsewhere.exists()  # only the link goes
    if what != "..":
        make(store)
        assert store.find("crop", KEY) is not None


def test_a_whole_artifact_in_another_s_place_is_not_taken_for_it(store: ArtifactStore) -> None:
    make(store)
    other = store.folder("crop", "1" * 64)
    shutil.copytree(store.folder("crop", KEY), other)
    assert store.find("crop", "1" * 64) is None
    assert store.damage("crop", "1" * 64) == "artifact.json"


@pytest.mark.parametrize("keep_times", [False, True])
def test_what_was_written_to_since_is_noticed_and_what_was_only_copied_is_not(
    store: ArtifactStore, keep_times: bool
) -> None:
    make(store)
    found = store.need("crop", KEY)
    assert store.altered(found) is None
    file = found.folder / "data.txt"
    before = file.stat()
    file.write_text("FRAMES")
    if keep_times:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.find("crop", KEY) is not None  # it has its size
    assert store.altered(found) == store.damage("crop", KEY) == "data.txt"
    file.unlink()
    file.write_text("frames")
    assert store.altered(found) is None


def test_a_file_that_changed_places_with_another_is_noticed(store: ArtifactStore) -> None:
    with store.leases.hold(KEY) as lease, store.create(lease, "crop", KEY, {}) as draft:
        (draft.folder / "a").write_text("aaaa")
        (draft.folder / "b").write_text("bbbb")
    found = store.need("crop", KEY)
    (found.folder / "a").rename(found.folder / "c")
    (found.folder / "b").rename(found.folder / "a")
    (found.folder / "c").rename(found.folder / "b")
    assert store.altered(found) == "a"


@pytest.mark.parametrize("gone", ["the draft", "all of it"])
def test_a_draft_that_is_removed_is_no_error_but_begun_anew(store: ArtifactStore, gone: str) -> None:
    with pytest.raises(Disturbed), store.leases.hold(KEY) as lease, store.create(lease, "crop", KEY, {}) as draft:
        (draft.folder / "data.txt").write_text("half")
        shutil.rmtree(draft.folder if gone == "the draft" else store.root)
    with pytest.raises(Disturbed), store.leases.hold(KEY) as lease, store.create(lease, "crop", KEY, {}) as draft:
        shutil.rmtree(draft.folder if gone == "the draft" else store.root)
        (draft.folder / "data.txt").write_text("half")
    assert store.find("crop", KEY) is None
    make(store)
    assert store.find("crop", KEY) is not None


def test_other_errors_of_a_draft_stay_errors(store: ArtifactStore) -> None:
    with (
        pytest.raises(StageError, match="the disk is full"),
        store.leases.hold(KEY) as lease,
        store.create(lease, "crop", KEY, {}),
    ):
        raise OSError(28, "No space left on device")


def test_what_is_needed_and_gone_is_told(store: ArtifactStore) -> None:
    with pytest.raises(Spoilt, match="has vanished") as caught:
        store.need("crop", KEY)
    assert caught.value.keys == (KEY,)


def test_drafts_of_dead_processes_are_swept_and_living_ones_stay(store: ArtifactStore) -> None:
    make(store)
    dead = store.root / "crop" / f".{'1' * 64}-0123456789abcdef"
    dead.mkdir()
    with store.leases.hold("2" * 64) as lease, store.create(lease, "crop", "2" * 64, {}) as draft:
        (draft.folder / "data.txt").write_text("half")
        ArtifactStore(store.root).sweep()
        assert not dead.exists()
    assert store.find("crop", "2" * 64) is not None
    assert store.find("crop", KEY) is not None


def test_canonical_json_has_one_spelling() -> None:
    assert canonical({"b": 1, "a": [1.5, None, "é"]}) == canonical(json.loads('{"a":[1.5,null,"\\u00e9"],"b":1}'))
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical(float("nan"))


def test_replacing_keeps_the_old_file_when_writing_fails(tmp_path: Path) -> None:
    target = tmp_path / "out.mp4"
    target.write_text("old")
    with pytest.raises(StageError, match="disk is full"), replacing(target) as temporary:
        temporary.write_text("half")
        raise OSError(28, "No space left on device")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_digest_is_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert digest_of(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

"""Bad input ends in one line that names the file and the cure, and in the right exit code; nothing is lost."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from media.image.images import write_png
from tests.integration.conftest import Duet, driving

Manifest = Callable[..., Path]


def one(**fields: Any) -> dict[str, Any]:
    return {"ann": {"portrait": "sample:astronaut", "driving": driving()} | fields}


CLIPS = {
    "text": (3, "text.mp4"),
    "truncated": (3, "allow_truncated"),
    "faceless": (3, "no face"),
    "lost": (3, "no face from 0.4"),
}


@pytest.mark.parametrize("clip", CLIPS)
def test_a_clip_that_cannot_drive(duet: Duet, manifest: Manifest, clips: dict[str, Path], clip: str) -> None:
    code, told = CLIPS[clip]
    done = duet("render", manifest(performers=one(driving={"video": str(clips[clip]), "on_face_lost": "error"})))
    assert done.code == code, done.err
    assert told in done.error
    assert clips[clip].name in done.error
    assert "ann" in done.error


@pytest.mark.slow
def test_what_decodes_of_a_truncated_clip_is_used_if_allowed(
    duet: Duet, manifest: Manifest, clips: dict[str, Path]
) -> None:
    video = {"video": str(clips["truncated"]), "allow_truncated": True}
    done = duet("render", manifest(performers=one(driving=video)))
    assert done.code == 0, done.err


def test_a_portrait_without_a_face(duet: Duet, manifest: Manifest, tmp_path: Path) -> None:
    write_png(tmp_path / "wall.png", np.full((200, 300, 3), 120, np.uint8))
    done = duet("render", manifest(performers=one(portrait="wall.png")))
    assert done.code == 3
    assert "wall.png" in done.error
    assert "no face" in done.error


def test_an_animals_portrait_is_refused(duet: Duet, manifest: Manifest, shared_media: Path) -> None:
    portrait = shared_media / "portraits" / "no_human_monkey.jpg"
    done = duet("render", manifest(performers=one(portrait=str(portrait))))
    assert done.code == 3
    assert "no_human_monkey.jpg" in done.error


def test_files_that_are_missing_are_told_with_their_field(duet: Duet, manifest: Manifest) -> None:
    done = duet("render", manifest(performers=one(portrait="gone.png")))
    assert done.code == 3
    assert "gone.png" in done.error
    assert "performers.ann.portrait" in done.error


def test_sound_without_sound(duet: Duet, manifest: Manifest, clips: dict[str, Path]) -> None:
    done = duet("render", manifest(audio={"source": str(clips["good"])}))
    assert done.code == 3
    assert "has no sound" in done.error


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"perfomers": {}}, "did you mean performers?"),
        ({"output": {"path": "out.mp4", "size": "large"}}, "output.size"),
        ({"performers": one(engine="magic")}, "performers.ann.engine"),
        ({"performers": one(driving=driving(start=2, end=2))}, "performers.ann.driving"),
        ({"performers": one(driving={"video": "sample:carphone", "start": 99})}, "the clip ends after"),
    ],
)
def test_a_wrong_manifest(duet: Duet, manifest: Manifest, changes: dict[str, Any], told: str) -> None:
    done = duet("render", manifest(**changes))
    assert done.code == 2
    assert told in done.error


def test_a_manifest_cannot_run_code(duet: Duet, tmp_path: Path) -> None:
    path = tmp_path / "evil.yaml"
    path.write_text("version: !!python/object/apply:os.system ['touch gone']\n")
    done = duet("render", path)
    assert done.code == 2
    assert "evil.yaml" in done.error
    assert not (tmp_path / "gone").exists()


def test_wrong_arguments(duet: Duet) -> None:
    assert duet("render").code == 2
    assert duet("render", "none.yaml").code == 3
    assert duet("nonsense").code == 2
    assert duet("animate", "sample:nobody", "sample:carphone", "-o", "x.mp4").code == 3
    assert duet("animate", "sample:astronaut", "sample:carphone", "-o", "x.txt").code == 2


def test_an_output_folder_that_cannot_be_written_is_told_before_the_work(
    duet: Duet, manifest: Manifest, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    done = duet("render", manifest(output={"path": "file/out.mp4", "size": [320, 180]}), fresh=True)
    assert done.code == 4
    assert "file" in done.error
    assert not (tmp_path / "work").exists()


@pytest.mark.slow
def test_paths_of_any_kind_work(duet: Duet, manifest: Manifest, clips: dict[str, Path], tmp_path: Path) -> None:
    odd = tmp_path / '图 片\'s "odd" % : -folder'
    odd.mkdir()
    shutil.copy(clips["good"], odd / "-clip %03d.mp4")
    performers = {"演员 one": {"portrait": "sample:astronaut", "driving": {"video": f"{odd.name}/-clip %03d.mp4"}}}
    output = {"path": f"{odd.name}/结果 %d.mp4", "size": [160, 90]}
    done = duet("render", manifest(performers=performers, output=output))
    assert done.code == 0, done.err
    assert (odd / "结果 %d.mp4").is_file()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_told_and_the_old_output_stays(
    duet: Duet, manifest: Manifest, small_disk: Path, tmp_path: Path
) -> None:
    (tmp_path / "out.mp4").write_text("yesterday's video")
    done = duet("render", manifest(), "--work", small_disk / "work")
    assert done.code == 4, done.err
    assert "disk is full" in done.error
    assert (tmp_path / "out.mp4").read_text() == "yesterday's video"
    assert not list((small_disk / "work").rglob(".*-*-*"))


def test_a_disk_that_fills_up_while_the_result_is_put_in_its_place(
    manifest: Manifest, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foundation.errors import StageError
    from pipeline.cli import render

    def full(source: Path, target: Path, **_: Any) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copyfile", full)
    (tmp_path / "out.mp4").write_text("yesterday's video")
    with pytest.raises(StageError, match="disk is full"):
        render.run(manifest(), work=work, workers=1, output=None, sheet=False)
    assert (tmp_path / "out.mp4").read_text() == "yesterday's video"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []

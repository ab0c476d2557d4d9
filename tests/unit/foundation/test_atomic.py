"""Where nothing can be written is told before the work, with a cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from foundation.atomic import check_writable
from foundation.errors import StageError

LONG = "x" * 300


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ("taken", "it is a folder"),
        ("file/out.mp4", "a part of its path is a file"),
        ("none/out.mp4", "the folder does not exist"),
        (f"{LONG}.mp4", "its name is too long"),
        (f"{LONG}/out.mp4", "its name is too long"),
        ("circle/out.mp4", "the folder does not exist"),
    ],
)
def test_a_place_that_takes_no_file_is_told_with_a_cure(tmp_path: Path, place: str, told: str) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to("circle")
    with pytest.raises(StageError, match=told) as caught:
        check_writable(tmp_path / place)
    assert caught.value.cure
    assert caught.value.file == str(tmp_path / place)


def test_folders_that_will_be_made_may_be_missing(tmp_path: Path) -> None:
    check_writable(tmp_path / "new" / "newer" / "out.mp4", making=True)
    with pytest.raises(StageError, match="its name is too long"):
        check_writable(tmp_path / LONG / "newer" / "out.mp4", making=True)
    assert not list(tmp_path.iterdir())

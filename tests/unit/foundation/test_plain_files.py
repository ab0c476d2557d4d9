"""Files that others may have planted: no link is followed, no pipe is waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from foundation.plain_files import open_plain, read_plain

APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder that is reached by a link, as users have them, and a secret outside."""
    (tmp_path / "real" / "logs").mkdir(parents=True)
    (tmp_path / "root").symlink_to(tmp_path / "real")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    return tmp_path / "root"


def test_plain_files_are_written_and_read(root: Path) -> None:
    for word in ("one ", "two"):
        with os.fdopen(open_plain(root, "logs/a", APPEND), "a") as file:
            file.write(word)
    assert read_plain(root, "logs/a") == b"one two"


def plant(root: Path, how: str) -> None:
    outside = root.parent / "outside"
    planted = root / "logs" / "secret"
    if how == "link":
        planted.symlink_to(outside / "secret")
    elif how == "hard link":
        planted.hardlink_to(outside / "secret")
    elif how == "pipe":
        os.mkfifo(planted)
    elif how == "folder":
        planted.mkdir()
    else:
        (root / "logs").rmdir()
        (root / "logs").symlink_to(outside)


@pytest.mark.parametrize("how", ["link", "hard link", "pipe", "folder", "link to its folder"])
def test_what_others_have_planted_is_neither_written_nor_read(root: Path, how: str) -> None:
    plant(root, how)
    with pytest.raises(OSError, match=r".+"):
        open_plain(root, "logs/secret", APPEND)
    with pytest.raises(OSError, match=r".+"):
        read_plain(root, "logs/secret")
    assert (root.parent / "outside" / "secret").read_text() == "secret"

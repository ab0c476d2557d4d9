"""Where the face model is looked for, and what is refused."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from foundation.errors import InputError
from landmarks import model_file
from landmarks.download import OFFLINE_VARIABLE, download
from landmarks.model_file import FILE_NAME, PATH_VARIABLE, find_model

CONTENT = b"a network"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty cache, no wheel and no network; CONTENT is the published model."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    monkeypatch.delenv(PATH_VARIABLE, raising=False)
    monkeypatch.setattr(model_file, "WHEEL", "a_package_that_nobody_installs")
    monkeypatch.setattr(model_file, "SHA256", SHA256)
    (tmp_path / "cache" / "duet").mkdir(parents=True)
    return tmp_path


def test_the_installed_wheel_has_it_and_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv(OFFLINE_VARIABLE, "1")
    monkeypatch.delenv(PATH_VARIABLE, raising=False)
    assert find_model().name == FILE_NAME
    assert model_file.WHEEL not in sys.modules


def test_the_named_file_comes_before_the_cache(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = alone / "cache" / "duet" / FILE_NAME
    cached.write_bytes(CONTENT)
    assert find_model() == cached
    (alone / "mine.task").write_bytes(CONTENT)
    monkeypatch.setenv(PATH_VARIABLE, str(alone / "mine.task"))
    assert find_model() == alone / "mine.task"


def test_another_file_is_refused_by_name(alone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = alone / "cache" / "duet" / FILE_NAME
    cached.write_bytes(CONTENT + b"!")
    with pytest.raises(InputError, match=r"face_landmarker\.task: is not the published.*delete it"):
        find_model()
    monkeypatch.setenv(PATH_VARIABLE, str(alone / "none.task"))
    with pytest.raises(InputError, match=r"none\.task: .*No such file.*DUET_FACE_LANDMARKER"):
        find_model()


def test_missing_and_offline_tells_the_cure(alone: Path) -> None:
    with pytest.raises(InputError, match=r"missing and DUET_OFFLINE forbids.*https://.*install .*==0\.1\.1"):
        find_model()


def fetch(url: str, target: Path, sha256: str = SHA256, max_bytes: int = 100) -> Path:
    return download(url, target, sha256=sha256, max_bytes=max_bytes, what="the model", cure="do something")


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(OFFLINE_VARIABLE, raising=False)


@pytest.mark.usefixtures("online")
def test_download_puts_the_whole_file_in_place(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(CONTENT)
    target = tmp_path / "new" / "folder" / "model"
    assert fetch((tmp_path / "source").as_uri(), target, SHA256[:10]) == target
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize(("sha256", "max_bytes"), [("0" * 64, 100), (SHA256, 4)], ids=["other", "too large"])
def test_download_of_another_file_leaves_nothing(tmp_path: Path, sha256: str, max_bytes: int) -> None:
    (tmp_path / "source").write_bytes(CONTENT)
    with pytest.raises(InputError, match=r"sent is not the model.*do something"):
        fetch((tmp_path / "source").as_uri(), tmp_path / "cache" / "model", sha256, max_bytes)
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.usefixtures("online")
def test_download_without_a_network_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"cannot be downloaded: .*do something"):
        fetch("http://127.0.0.1:1/model", tmp_path / "model")
    assert list(tmp_path.iterdir()) == []

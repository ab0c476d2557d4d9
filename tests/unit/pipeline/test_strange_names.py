"""Files whose names could mean something else: a home folder, a sample, a word of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from foundation.errors import InputError, ManifestError
from pipeline.cli.job import store_at
from pipeline.directing.cast import cast
from pipeline.directing.draft import Wishes, draft
from pipeline.manifest.load import LoadedManifest, validate
from pipeline.plan.batch import read_items
from pipeline.plan.build import build

STRANGE = ("~take", "sample:astronaut", "none")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current one, with pictures, clips and songs of such names."""
    monkeypatch.chdir(tmp_path)
    for name in (*STRANGE, "driving", "words.lrc"):
        (tmp_path / name).write_text("[00:00]la")
    return tmp_path


def loaded(folder: Path, data: Mapping[str, object]) -> LoadedManifest:
    return LoadedManifest(validate(dict(data), folder / "m.yaml"), folder, "m", folder / "m.yaml")


def test_a_manifest_names_them_by_their_places(folder: Path) -> None:
    for written in ("~take", "./~take", "./~/../~take"):
        assert loaded(folder, _of("a.png", "b.mp4")).path(written) == folder / "~take"
    with pytest.raises(ManifestError, match="'~no such user/x' names no folder"):
        loaded(folder, _of("a.png", "b.mp4")).path("~no such user/x")


@pytest.mark.parametrize("song", [*STRANGE, "driving"])
def test_what_sing_writes_means_the_files_that_it_was_given(folder: Path, song: str) -> None:
    portraits = [f"./{name}" for name in STRANGE]
    wishes = Wishes(f"./{song}", folder / "words.lrc", folder / "o.mp4", folder, None, (320, 180), "en-us", "no")
    manifest = loaded(folder, draft(wishes, cast(portraits, {}, folder / "words.lrc"), None, 0.0))
    assert {folder / name for name in (*STRANGE, song)} <= build(manifest).reads


def test_a_pattern_finds_them(folder: Path) -> None:
    data = {"version": 1, "batch": {"portraits": "*e*", "driving": "[~]t*"}, "output": {"path": "o/{name}.mp4"}}
    (folder / "words.lrc").unlink()
    items = read_items(loaded(folder, data))
    assert {item.driving for item in items} == {"./~take"}
    reads = [{Path(item.portrait).name, "~take"} for item in items]
    assert {name for each in reads for name in each} == {*STRANGE}
    for item, names in zip(items, reads, strict=True):
        assert build(item.loaded).reads == {folder / name for name in (*names, "m.yaml")}


def test_a_name_that_can_be_no_file_is_told_with_its_field_and_with_every_other_mistake(folder: Path) -> None:
    with pytest.raises(InputError, match=r"performers\.one\.portrait: there is no sample named nobody") as caught:
        build(loaded(folder, _of("sample:nobody", "~take")))
    assert (caught.value.file, caught.value.exit_code) == (str(folder / "m.yaml"), 3)
    with pytest.raises(InputError, match="2 files cannot be used") as caught:
        build(loaded(folder, _of("sample:nobody", "gone.mp4")))
    assert "performers.one.portrait: there is no sample named nobody" in caught.value.problem
    assert f"performers.one.driving.video: {folder / 'gone.mp4'}: there is no such file" in caught.value.problem


def test_a_work_folder_may_have_such_a_name(folder: Path) -> None:
    assert store_at(Path("~work")).root == folder / "~work"
    with pytest.raises(ManifestError, match="names no folder"):
        store_at(Path("~no such user/x"))


def _of(portrait: str, clip: str) -> dict[str, object]:
    return {
        "version": 1,
        "performers": {"one": {"portrait": portrait, "driving": clip}},
        "output": {"path": "o.mp4"},
    }

"""Files that are no use are refused in one line that names them and the cure; hostile ones do no harm."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from foundation.errors import DuetError, InputError
from media.sound.cutting import cut_wav, read_sound
from media.video.probe import probe, timestamps
from media.video.reader import VideoReader
from tests.synthetic import cut_off, numbered, run_recipe, tone, write_clip


def _missing(folder: Path) -> Path:
    return folder / "nowhere.mp4"


def _folder(folder: Path) -> Path:
    return folder


def _empty(folder: Path) -> Path:
    (folder / "empty.mp4").touch()
    return folder / "empty.mp4"


def _text(folder: Path) -> Path:
    path = folder / "text.mp4"
    path.write_text("no film, only words, ä 你好\n" * 30, encoding="utf-8")
    return path


def _noise(folder: Path) -> Path:
    path = folder / "noise.mp4"
    path.write_bytes(random.Random(1).randbytes(5000))  # noqa: S311  (nothing secret)
    return path


def _sound_only(folder: Path) -> Path:
    path = folder / "clip.mp4"
    whole = write_clip(folder / "both.mp4", [numbered(0)] * 5, audio=tone(0.2))
    run_recipe("-i", whole, "-vn", "-c", "copy", path)
    return path


def _index_missing(folder: Path) -> Path:
    whole = write_clip(folder / "whole.mp4", [numbered(k) for k in range(20)])
    return cut_off(whole, folder / "cut.mp4", 0.5)


def _playlist(folder: Path) -> Path:
    path = folder / "list.mp4"
    write_clip(folder / "secret.ts", [numbered(0)] * 5)
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\nfile://{folder}/secret.ts\n#EXT-X-ENDLIST\n")
    return path


def _concat(folder: Path) -> Path:
    path = folder / "list.mkv"
    write_clip(folder / "secret.mp4", [numbered(0)] * 5)
    path.write_text(f"ffconcat version 1.0\nfile {folder}/secret.mp4\n")
    return path


def _circle(folder: Path) -> Path:
    (folder / "a.mp4").symlink_to("b.mp4")
    (folder / "b.mp4").symlink_to("a.mp4")
    return folder / "a.mp4"


def _below_a_file(folder: Path) -> Path:
    (folder / "a.mp4").write_bytes(b"a")
    return folder / "a.mp4" / "b.mp4"


def _pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.mp4")
    return folder / "pipe.mp4"


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_missing, "there is no such file"),
        (_folder, "it is a folder"),
        (_empty, "the file is empty"),
        (_text, "it is a text file, not a media file"),
        (_noise, "it is no media file that can be read"),
        (_index_missing, "it is truncated: its index is missing"),
        (_playlist, "it is a playlist"),
        (_concat, "it is a playlist"),
        (_pipe, "it is not a regular file"),
        (lambda folder: Path("/dev/zero"), "it is not a regular file"),
        (_circle, "it is a link that leads in a circle"),
        (_below_a_file, "a part of its path is a file, not a folder"),
        (lambda folder: folder / ("n" * 300 + ".mp4"), "its name is too long"),
        (_sound_only, "it has no video stream"),
    ],
)
def test_a_bad_file_is_refused_by_name_with_a_cure(make: Callable[[Path], Path], told: str, tmp_path: Path) -> None:
    path = make(tmp_path)
    with pytest.raises(InputError) as caught:
        VideoReader(path)
    text = str(caught.value)
    assert told in text
    assert str(path) in text
    assert caught.value.cure
    assert "\n" not in text


def test_a_bare_stream_is_refused_for_its_lack_of_times(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mp4", [numbered(k) for k in range(5)])
    run_recipe("-i", whole, "-c", "copy", tmp_path / "bare.h264")
    with pytest.raises(InputError, match=r"carry no times.*put it into MP4 or MKV at its rate"):
        probe(tmp_path / "bare.h264")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "c.mp4", [numbered(0)] * 5)
    path.chmod(0)
    with pytest.raises(InputError, match="cannot be read"):
        probe(path)


@pytest.mark.parametrize(
    "name", ["with space.mp4", "qu'o\"te.mp4", "中文 ü.mp4", "-leading.mp4", "100%d%03d.mp4", "a:b.mp4", "http:x.mp4"]
)
def test_any_name_is_only_a_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_clip(tmp_path / "plain.mp4", [numbered(k) for k in range(5)], audio=tone(0.2)).rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    info = probe(path)
    assert info.video is not None
    assert info.video.frames == len(timestamps(path)) == 5
    cut_wav(path, Path(f"{name}.wav"), start=Fraction(0), duration=Fraction(1, 10))
    assert len(read_sound(Path(f"{name}.wav"))[0]) == 4800


@pytest.mark.parametrize("suffix", ["mp4", "mkv", "avi", "ts"])
def test_flipped_bits_and_cut_files_end_in_our_errors(suffix: str, tmp_path: Path) -> None:
    whole = write_clip(
        tmp_path / f"w.{suffix}", [numbered(k) for k in range(20)], codec="mpeg4", audio=tone(0.8), audio_codec="mp2"
    ).read_bytes()
    dice = random.Random(7)  # noqa: S311  (nothing secret)
    path = tmp_path / f"bad.{suffix}"
    for _ in range(25):
        data = bytearray(whole[: dice.randrange(len(whole) // 2, len(whole))] if dice.random() < 0.3 else whole)
        for _ in range(dice.randrange(1, 30)):
            data[dice.randrange(min(len(data), 3000) if dice.random() < 0.5 else len(data))] = dice.randrange(256)
        path.write_bytes(data)
        try:
            probe(path)
            with VideoReader(path, tolerant=True) as reader:
                assert sum(1 for _ in reader) <= 2000
            read_sound(path)
        except DuetError as problem:
            assert problem.cure  # noqa: PT017  (most of these files are fine, or fail in several ways)


RECORDERS = {
    "clip.ts": ("-c", "copy"),
    "clip.mpg": ("-c:v", "mpeg2video"),
    "song.ogg": ("-vn", "-c:a", "libvorbis"),
    "clip.ogv": ("-c:v", "libtheora", "-c:a", "libvorbis"),
    "clip.flv": ("-c", "copy", "-c:a", "aac"),
    "clip.mp4": ("-c", "copy", "-c:a", "aac"),
    "clip.wmv": ("-c:v", "wmv2", "-c:a", "wmav2"),
    "clip.ivf": ("-c:v", "libvpx", "-an"),
    "song.wav": ("-vn",),
    "song.aiff": ("-vn",),
    "song.caf": ("-vn",),
}


@pytest.mark.parametrize("name", RECORDERS)
def test_recordings_one_behind_the_other_are_refused_and_not_heard_in_part(name: str, tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "whole.mkv", [numbered(k) for k in range(30)], audio=tone(1.2))
    one, both = tmp_path / f"one {name}", tmp_path / name
    run_recipe("-i", whole, *RECORDERS[name], one)
    assert probe(one).duration > 1
    both.write_bytes(one.read_bytes() * 2)
    with pytest.raises(InputError, match=r"several recordings.* (begins again|another follows) after 1\.\d s"):
        probe(both)

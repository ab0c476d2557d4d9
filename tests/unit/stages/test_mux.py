"""Delivery: sound that nothing changes is the source's own, packet for packet; all else is placed, levelled, named."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import OpenEXR
import pytest
import tifffile
from av.stream import Disposition
from PIL import Image

from media.credentials.provenance import SYNTHETIC, Provenance
from media.ffmpeg.codecs import Encode
from media.image.stills import read_still
from media.sound.cutting import measure_offset, read_sound, write_wav
from media.sound.levelling import CEILING, TOLERANCE
from media.sound.loudness import measure_loudness
from media.video.probe import probe
from media.video.writer import picture_writer
from stages.artifacts import Edited, Media
from stages.contracts.mux import AudioEncode, Facts, Inputs, Loop, Poster, Settings, Still
from stages.contracts.sound import Sound, SoundEntry, Stem
from stages.delivery import mux
from tests.synthetic import beeps, numbered, run_recipe, tone, write_clip

FRAMES, FPS = 50, Fraction(25)
SOURCE_TYPE = b"http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic"
PLAIN = AudioEncode(codec="aac", kbps=None, copy=True, any=True)
ABOUT = Provenance("A title; 中文", manifest="ab" * 32)
ENCODERS = {"mp4": ("h264", "libx264", 18), "mov": ("h264", "libx264", 18), "mkv": ("ffv1", "ffv1", None)}
ENCODERS["webm"] = ("vp9", "libvpx-vp9", 40)


def picture(folder: Path, container: str = "mp4", *, alpha: bool = False) -> Path:
    folder.mkdir()
    codec, encoder, crf = ENCODERS.get(container, ("png", "", None))
    encode = Encode(container, codec, encoder, crf, "ultrafast", 8, alpha)
    with picture_writer(folder, size=(64, 48), fps=FPS, encode=encode) as writer:
        for k in range(FRAMES):
            frame = numbered(k, (64, 48))
            writer.write(np.dstack([frame, np.full((48, 64), 5 * k, np.uint8)]) if alpha else frame)
    return folder


def entry(source: int = 0, **changes: Any) -> SoundEntry:
    return SoundEntry(source=source, start=Fraction(0), **changes)


def run(tmp_path: Path, made: Path, *sounds: Path, container: str = "mp4", **changes: Any) -> Facts:
    """The stage's facts; its files are in tmp_path / "out"."""
    sound = Sound(entries=tuple(entry(number) for number in range(len(sounds))))
    settings = Settings(fps=FPS, frames=FRAMES, container=container, about=ABOUT, audio=PLAIN, sound=sound)
    inputs = Inputs(picture=Edited.at(made), sounds=tuple(Media.at(path) for path in sounds))
    (tmp_path / "out").mkdir()
    return mux.run(replace(settings, **changes), inputs, tmp_path / "out", lambda *_: None)


def packets(path: Path) -> str:
    """A hash of the first sound's packets, their bytes alone."""
    told = hashlib.sha256()
    with av.open(str(path)) as container:
        for packet in container.demux(container.streams.audio[0]):
            told.update(bytes(packet))
    return told.hexdigest()


def clip(path: Path, codec: str, rate: int = 48000) -> Path:
    """Two seconds with sound, or a file of sound alone."""
    sound = np.repeat(beeps(2.0, [0.3, 1.1], rate=rate, length=0.8), 2, axis=1)
    if path.suffix in (".mp3", ".ogg", ".flac", ".opus", ".m4a"):
        write_wav(path.with_suffix(".wav"), sound, rate)
        run_recipe("-i", path.with_suffix(".wav"), "-c:a", codec, path)
        return path
    return write_clip(path, [numbered(0)] * FRAMES, audio=sound, audio_rate=rate, audio_codec=codec)


@pytest.mark.parametrize(
    ("name", "codec", "container"),
    [
        ("clip.mp4", "aac", "mp4"),
        ("clip.mp4", "aac", "mov"),
        ("clip.mov", "pcm_s16le", "mov"),
        ("clip.mkv", "pcm_s16le", "mkv"),
        ("clip.mkv", "libopus", "webm"),
        ("clip.mkv", "libopus", "mkv"),
        ("song.mp3", "libmp3lame", "mp4"),
        ("song.m4a", "alac", "mp4"),
    ],
)
def test_sound_that_nothing_changes_keeps_its_packets_and_its_time(
    name: str, codec: str, container: str, tmp_path: Path
) -> None:
    source = clip(tmp_path / name, codec)
    told = run(tmp_path, picture(tmp_path / "p", container), source, container=container)
    made = tmp_path / "out" / f"video.{container}"
    info = probe(made)
    assert info.video is not None
    assert abs(info.audio[0].start - info.video.start) <= Fraction(1, 1000)
    assert abs(info.audio[0].duration - 2) <= Fraction(1, 25)
    assert told.sound == "copied"
    assert packets(made) == packets(source)
    before, after = read_sound(source)[0], read_sound(made)[0]
    assert abs(measure_offset(before[:, 0], after[:, 0], 48000)) <= Fraction(1, 1000)


@pytest.mark.parametrize(
    "change",
    [
        {"gain_db": -3.0},
        {"pan": 0.5},
        {"offset": Fraction(1, 10)},
        {"fade_out": Fraction(1, 2)},
        {"start": Fraction(1, 2)},
        {"length": Fraction(1)},
    ],
    ids=str,
)
def test_whatever_changes_the_sound_is_heard_and_not_copied(change: dict[str, Any], tmp_path: Path) -> None:
    source = clip(tmp_path / "clip.mp4", "aac")
    sound = Sound(entries=(replace(entry(), **change),))
    told = run(tmp_path, picture(tmp_path / "p"), source, sound=sound)
    assert told.sound == "encoded"
    before, after = read_sound(source)[0], read_sound(tmp_path / "out" / "video.mp4")[0]
    assert abs(len(after) - 96000) <= 1024
    assert np.abs(before[:90000] - after[:90000]).max() > 0.1


def test_a_named_bitrate_and_another_codec_ask_for_an_encode(tmp_path: Path) -> None:
    source = clip(tmp_path / "clip.mp4", "aac")
    audio = AudioEncode(codec="opus", kbps=None, copy=True, any=False)
    told = run(tmp_path, picture(tmp_path / "p"), source, audio=audio)
    assert told.sound == "encoded"
    assert probe(tmp_path / "out" / "video.mp4").audio[0].codec == "opus"


def test_loudness_is_what_was_asked_for_and_stems_are_tracks_of_their_own(tmp_path: Path) -> None:
    for name, hertz in (("one", 440.0), ("two", 700.0)):
        write_wav(tmp_path / f"{name}.wav", np.repeat(tone(2.0, hertz=hertz), 2, axis=1) / np.float32(20), 48000)
    entries = entry(0), entry(1, pan=-1.0)
    stems = tuple(Stem(name=name, entries=(each,)) for name, each in zip(("mona lisa", "总统"), entries, strict=True))
    sources = tmp_path / "one.wav", tmp_path / "two.wav"
    sound = Sound(entries=entries, stems=stems, loudness=-18.0)
    run(tmp_path, picture(tmp_path / "p"), *sources, sound=sound)
    made = tmp_path / "out" / "video.mp4"
    found = measure_loudness(made)
    assert abs(found.integrated + 18) <= TOLERANCE
    assert found.true_peak < CEILING
    assert len(probe(made).audio) == 3
    with av.open(str(made)) as container:
        names = [stream.metadata.get("handler_name") for stream in container.streams.audio]
    assert names[1:] == ["mona lisa", "总统"]
    alone = read_sound(made, stream=1)[0]
    source = read_sound(tmp_path / "one.wav")[0]
    assert np.corrcoef(alone[2000:90000, 0], source[2000:90000, 0])[0, 1] > 0.95


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv", "webm"])
def test_every_container_says_that_the_picture_is_synthetic(container: str, tmp_path: Path) -> None:
    run(tmp_path, picture(tmp_path / "p", container), container=container)
    made = tmp_path / "out" / f"video.{container}"
    with av.open(str(made)) as opened:
        tags = {name.lower(): value for name, value in opened.metadata.items()}
    assert tags["title"] == "A title; 中文"
    assert tags["comment"] == SYNTHETIC
    data = made.read_bytes()
    assert SOURCE_TYPE in data
    assert b"ab" * 32 in data


def test_an_opaque_webm_says_nothing_of_opacity_and_a_transparent_one_does(tmp_path: Path) -> None:
    """The bytes themselves, for our own decoder does not ask: AlphaMode is 53 C0, of one byte, 1 (RFC 9559)."""
    for alpha in (False, True):
        folder = tmp_path / str(alpha)
        folder.mkdir()
        run(folder, picture(folder / "p", "webm", alpha=alpha), container="webm")
        assert (b"\x53\xc0\x81\x01" in (folder / "out" / "video.webm").read_bytes()) is alpha


@pytest.mark.parametrize("container", ["mkv", "webm"])
def test_the_first_tracks_are_those_that_players_take(container: str, tmp_path: Path) -> None:
    write_wav(tmp_path / "s.wav", tone(2.0), 48000)
    stem = Stem(name="one", entries=(entry(),))
    sound = Sound(entries=(entry(),), stems=(stem,))
    audio = AudioEncode(codec="opus", kbps=96, copy=False, any=False)
    made = picture(tmp_path / "p", container)
    run(tmp_path, made, tmp_path / "s.wav", container=container, sound=sound, audio=audio)
    with av.open(str(tmp_path / "out" / f"video.{container}")) as opened:
        flagged = [bool(stream.disposition & Disposition.default) for stream in opened.streams]
    assert flagged == [True, True, False]


def test_quicktime_keeps_its_origin_among_the_films_user_data(tmp_path: Path) -> None:
    run(tmp_path, picture(tmp_path / "p", "mov"), container="mov")
    data = (tmp_path / "out" / "video.mov").read_bytes()

    def box(name: bytes, inside: bytes) -> bytes:
        at = inside.index(name)
        return inside[at + 4 : at - 4 + int.from_bytes(inside[at - 4 : at])]

    assert SOURCE_TYPE in box(b"XMP_", box(b"udta", box(b"moov", data)))
    assert b"uuid" not in data


@pytest.mark.parametrize(("codec", "suffix"), [("png", ".png"), ("tiff", ".tif"), ("exr", ".exr")])
def test_a_sequence_has_every_frame_its_sound_and_its_origin(codec: str, suffix: str, tmp_path: Path) -> None:
    write_wav(tmp_path / "s.wav", tone(2.0), 48000)
    audio, still = AudioEncode(codec="pcm", kbps=None, copy=True, any=True), Still(codec=codec, suffix=suffix)
    shown = picture(tmp_path / "p", "sequence", alpha=True)
    run(tmp_path, shown, tmp_path / "s.wav", container="sequence", still=still, audio=audio)
    out = tmp_path / "out"
    made = sorted((out / "frames").iterdir())
    assert [path.name for path in made] == [f"{k:06d}{suffix}" for k in range(FRAMES)]
    for number in (20, 49):
        frame = read_still(made[number])
        np.testing.assert_array_equal(frame[..., 3], 5 * number)
        np.testing.assert_allclose(frame[..., :3], numbered(number, (64, 48)), atol=1)
    assert read_sound(out / "sound.wav")[0].shape == (96000, 1)
    assert SOURCE_TYPE in made[0].read_bytes()
    assert SOURCE_TYPE in (out / "sound.wav").read_bytes()


def test_tiff_has_16_bits_and_exr_is_linear_light_in_half_floats(tmp_path: Path) -> None:
    for codec, suffix in (("tiff", ".tif"), ("exr", ".exr")):
        folder = tmp_path / codec
        folder.mkdir()
        still = Still(codec=codec, suffix=suffix)
        run(folder, picture(folder / "p", "sequence"), container="sequence", still=still)
    whole = numbered(7, (64, 48))
    tiff = tifffile.imread(tmp_path / "tiff" / "out" / "frames" / "000007.tif")
    assert tiff.dtype == np.uint16
    np.testing.assert_array_equal(tiff, whole.astype(np.uint16) * 257)
    with OpenEXR.File(str(tmp_path / "exr" / "out" / "frames" / "000007.exr")) as file:
        pixels = file.channels()["RGB"].pixels
    assert pixels.dtype == np.float16
    level = whole / 255
    light = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
    np.testing.assert_allclose(pixels, light, rtol=1e-3)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_a_poster_shows_its_moment(suffix: str, tmp_path: Path) -> None:
    run(tmp_path, picture(tmp_path / "p", "mkv"), container="mkv", poster=Poster(suffix=suffix, at=Fraction(1)))
    path = tmp_path / "out" / f"poster{suffix}"
    with Image.open(path) as image:
        shown = np.asarray(image.convert("RGB")).astype(int)
    assert np.abs(shown - numbered(25, (64, 48))).mean() < 12
    assert SOURCE_TYPE in path.read_bytes()


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_preview_is_a_loop_that_says_what_it_is(suffix: str, tmp_path: Path) -> None:
    how = Loop(suffix=suffix, start=Fraction(1, 2), seconds=1.0, width=32, fps=10)
    run(tmp_path, picture(tmp_path / "p"), preview=how)
    path = tmp_path / "out" / f"preview{suffix}"
    with Image.open(path) as image:
        assert image.size == (32, 24)
        assert image.n_frames == 10
        assert image.info["loop"] == 0
        image.seek(9)
        image.load()
    assert SOURCE_TYPE in path.read_bytes()

"""Every kind of clip gives every frame once, in order, at its own time, with the pixels as shown."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.errors import InputError
from media.video.probe import probe, timestamps
from media.video.reader import VideoReader, frame_at, read_frames
from tests.synthetic import (
    COLORS,
    bars,
    corners,
    cut_off,
    hdr_signal,
    light_signal,
    number_in,
    numbered,
    run_recipe,
    tone,
    write_clip,
)

FRAMES = 44
UNEVEN = [Fraction(k * 3600 + (k // 3) * 1801, 90000) for k in range(FRAMES)]

# name: how the clip is made
CLIPS: dict[str, dict[str, Any]] = {
    "plain.mp4": {"audio": tone(1.6)},
    "ntsc.mp4": {"fps": Fraction(30000, 1001)},
    "film.mkv": {"fps": Fraction(24000, 1001), "audio": tone(1.6)},
    "fast.mp4": {"fps": Fraction(120000, 1001)},
    "vp8_hidden_frames.webm": {
        "codec": "libvpx",
        "options": {"auto-alt-ref": "1", "lag-in-frames": "16", "b": "300k"},
    },
    "vp9.webm": {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "deadline": "realtime"}},
    "mpeg4.avi": {"codec": "mpeg4", "options": {"bf": "2", "b": "2M"}, "audio": tone(1.6), "audio_codec": "mp3"},
    "h264_untimed.avi": {},
    "h264.ts": {"options": {"g": "10"}, "audio": tone(1.6)},
    "mpeg2_open_gop.ts": {"codec": "mpeg2video", "options": {"g": "10", "bf": "2", "b": "4M"}},
    "open_gop.mkv": {"options": {"x264-params": "open-gop=1:keyint=10:bframes=3"}},
    "ten_bit.mp4": {"pix_fmt": "yuv420p10le"},
    "prores.mov": {"codec": "prores_ks", "pix_fmt": "yuv422p10le"},
    "animation.gif": {"codec": "gif", "pix_fmt": "rgb8"},
    "variable.mp4": {"times": UNEVEN},
    "variable.mkv": {"times": UNEVEN},
    "picture_late.mp4": {"times": [2 + Fraction(k, 25) for k in range(FRAMES)], "audio": tone(3.0)},
    "audio_late.mp4": {"audio": tone(1.0), "audio_start": Fraction(1, 2)},
    "odd_size.mkv": {"codec": "ffv1", "pix_fmt": "yuv444p", "size": (161, 97)},
}


def make(folder: Path, name: str) -> Path:
    recipe = dict(CLIPS[name])
    size = recipe.pop("size", (160, 96))
    return write_clip(folder / name, [numbered(k, size) for k in range(FRAMES)], **recipe)


def read(path: Path, **range_: Any) -> list[tuple[Fraction, int]]:
    with VideoReader(path, **range_) as reader:
        return [(seconds, number_in(frame)) for seconds, frame in reader]


@pytest.mark.parametrize("name", CLIPS)
def test_every_frame_once_in_order_at_its_time(name: str, tmp_path: Path) -> None:
    path = make(tmp_path, name)
    got = read(path)
    assert [number for _, number in got] == list(range(FRAMES))
    assert [seconds for seconds, _ in got] == timestamps(path)
    video = probe(path).video
    assert video is not None
    assert (video.frames, video.truncated, video.start) == (FRAMES, False, got[0][0])


@pytest.mark.parametrize("name", CLIPS)
def test_a_range_begins_with_the_frame_that_shows_at_its_start(name: str, tmp_path: Path) -> None:
    path = make(tmp_path, name)
    times = timestamps(path)
    between = (times[23] + times[24]) / 2
    assert [number for _, number in read(path, start=between, stop=times[30])] == list(range(23, 30))
    assert [number for _, number in read(path, start=times[11])] == list(range(11, FRAMES))
    assert number_in(frame_at(path, between)) == 23


def test_iterating_twice_gives_the_same(tmp_path: Path) -> None:
    path = make(tmp_path, "plain.mp4")
    with VideoReader(path, start=Fraction(1)) as reader:
        assert [at for at, _ in reader] == [at for at, _ in reader]


@pytest.mark.parametrize(
    ("rotation", "hflip", "order"),
    [
        (0, False, ("red", "green", "blue", "white")),
        (90, False, ("blue", "red", "white", "green")),
        (180, False, ("white", "blue", "green", "red")),
        (270, False, ("green", "white", "red", "blue")),
        (0, True, ("green", "red", "white", "blue")),
    ],
)
def test_the_picture_stands_as_a_player_shows_it(
    rotation: int, hflip: bool, order: tuple[str, ...], tmp_path: Path
) -> None:
    path = write_clip(tmp_path / "turned.mp4", [corners()] * 3, rotation=rotation, hflip=hflip)
    video = probe(path).video
    assert video is not None
    assert (video.rotation, video.mirrored) == (rotation, hflip)
    frame = frame_at(path, Fraction(0))
    assert frame.shape[:2] == (video.height, video.width)
    height, width = frame.shape[:2]
    quarters = [frame[y, x] for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    for found, name in zip(quarters, order, strict=True):
        assert np.abs(found.astype(int) - COLORS[name]).max() < 25, name


def test_pixels_that_are_not_square_are_stretched(tmp_path: Path) -> None:
    path = write_clip(tmp_path / "wide.mp4", [bars()] * 3, sar=Fraction(16, 11))
    video = probe(path).video
    assert video is not None
    assert (video.sar, video.size) == (Fraction(16, 11), (round(160 * 16 / 11), 96))
    assert frame_at(path, Fraction(0)).shape == (96, 233, 3)


# AVCOL_SPC and AVCOL_RANGE: the same picture stored in each way comes back the same
@pytest.mark.parametrize("space", [1, 5, 6, 9])
@pytest.mark.parametrize("full", [1, 2])
def test_colours_survive_every_matrix_and_range(space: int, full: int, tmp_path: Path) -> None:
    color = {"colorspace": space, "color_range": full}
    swscale = {1: 1, 5: 5, 6: 5, 9: 9}[space]
    path = write_clip(
        tmp_path / "c.mkv",
        [bars()] * 2,
        codec="ffv1",
        pix_fmt="yuv444p",
        color=color,
        swscale_space=swscale,
    )
    video = probe(path).video
    assert video is not None
    assert video.color_range == {1: "tv", 2: "pc"}[full]
    frame = frame_at(path, Fraction(0))
    assert np.abs(frame.astype(int) - bars()).max() <= 3
    assert abs(float((frame.astype(float) - bars()).mean())) < 0.5


@pytest.mark.parametrize(("transfer", "name"), [(16, "smpte2084"), (18, "arib-std-b67")])
def test_hdr_is_toned_down_to_what_sdr_would_have_been(transfer: int, name: str, tmp_path: Path) -> None:
    signal = hdr_signal(bars(), transfer)
    signal[:10] = light_signal(np.full((10, 160, 3), 900.0), transfer)
    path = write_clip(
        tmp_path / "hdr.mkv",
        [signal] * 3,
        codec="ffv1",
        pix_fmt="yuv444p10le",
        color={"colorspace": 9, "color_range": 1, "color_trc": transfer, "color_primaries": 9},
    )
    video = probe(path).video
    assert video is not None
    assert (video.hdr, video.color_transfer, video.color_primaries) == (True, name, "bt2020")
    shown = frame_at(path, Fraction(0)).astype(int)
    assert np.abs(shown[20:] - bars()[20:])[:, 20:].max() <= 6  # all but white, which the roll-off dims
    assert (shown[20:, :20] > 215).all()
    assert (shown[:8] > shown[20:, :20].max()).all()


def test_interlaced_video_is_told_and_its_combs_are_removed(tmp_path: Path) -> None:
    moving = [np.full((96, 160, 3), 40, np.uint8) for _ in range(60)]
    for number, image in enumerate(moving):
        image[20:76, 10 + 2 * number : 30 + 2 * number] = 220
    source = write_clip(tmp_path / "p.mkv", moving, fps=50, codec="ffv1")
    path = tmp_path / "i.mp4"
    woven = "tinterlace=interleave_top,setfield=tff"
    run_recipe("-i", source, "-vf", woven, "-c:v", "libx264", "-crf", "5", "-flags", "+ilme+ildct", path)
    video = probe(path).video
    assert video is not None
    assert video.interlaced

    def combs(image: np.ndarray) -> float:
        """How much lines differ from the mean of their neighbours, where the bar moves."""
        rows = image[22:74, :, 0].astype(float)
        return float(np.abs(rows[1:-1] - (rows[:-2] + rows[2:]) / 2).mean())

    with VideoReader(path) as reader:
        shown = list(reader)
    assert [seconds for seconds, _ in shown] == timestamps(path)
    stored = list(read_frames(path))
    assert combs(shown[10][1]) < 0.25 * combs(stored[10])
    assert np.abs(shown[10][1].astype(float) - stored[10])[:10].max() < 3


def test_broken_video_ends_with_the_time_or_quietly_if_tolerated(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "w.mkv", [numbered(k) for k in range(FRAMES)], codec="ffv1")
    data = bytearray(whole.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 6000] = b"\xff" * 6000
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(data)
    kept = [number for _, number in read(broken, tolerant=True)]
    assert kept == list(range(len(kept)))
    assert 5 < len(kept) < 40


def test_a_truncated_video_is_told_and_what_is_there_can_be_read(tmp_path: Path) -> None:
    whole = make(tmp_path, "plain.mp4")
    moved = tmp_path / "front.mp4"
    run_recipe("-i", whole, "-c", "copy", "-movflags", "+faststart", moved)
    for source in (moved, make(tmp_path, "film.mkv")):
        cut = cut_off(source, tmp_path / f"cut{source.suffix}", 0.6)
        video = probe(cut).video
        assert video is not None
        assert video.truncated
        assert video.frames < video.expected_frames
        assert abs(video.expected_frames - FRAMES) <= 1
        kept = read(cut, tolerant=True)
        assert [seconds for seconds, _ in kept] == timestamps(cut)[: len(kept)]
        assert [number for _, number in kept] == [round((at - video.start) * video.fps) for at, _ in kept]
        assert len(kept) >= video.frames - 1


def test_no_frame_past_the_end_or_before_the_beginning(tmp_path: Path) -> None:
    path = make(tmp_path, "plain.mp4")
    with pytest.raises(InputError, match=r"no frame at 99 s \(choose a time below 1\.7"):
        frame_at(path, Fraction(99))
    with pytest.raises(InputError, match="no frame at -1 s"):
        frame_at(path, Fraction(-1))


def test_interlaced_hdr_is_toned_down_too(tmp_path: Path) -> None:
    color = {"colorspace": 9, "color_range": 1, "color_trc": 18, "color_primaries": 9}
    source = write_clip(
        tmp_path / "p.mkv", [hdr_signal(bars(), 18)] * 4, codec="ffv1", pix_fmt="yuv420p10le", color=color
    )
    path = tmp_path / "i.mkv"
    encode = ("-c:v", "libx264", "-crf", "4", "-pix_fmt", "yuv420p10le", "-flags", "+ilme+ildct")
    run_recipe("-i", source, "-vf", "setfield=tff", *encode, path)
    video = probe(path).video
    assert video is not None
    assert (video.interlaced, video.hdr) == (True, True)
    apart = np.abs(frame_at(path, Fraction(2, 25)).astype(int) - frame_at(source, Fraction(2, 25)))
    assert apart[:, 10::20].max() <= 3


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((640, 480), (slice(0, 240), slice(70, 250))),  # (H, W): a phone that was turned; and what it fills then
        ((480, 854), (slice(30, 210), slice(0, 320))),
        ((120, 160), (slice(0, 240), slice(0, 320))),
    ],
)
def test_a_change_of_size_in_mid_clip_keeps_proportions(
    size: tuple[int, int], box: tuple[slice, slice], tmp_path: Path
) -> None:
    first = [np.full((240, 320, 3), 200, np.uint8)] * 10
    then = [np.full((*size, 3), 90, np.uint8)] * 10
    options: dict[str, Any] = {"options": {"g": "1", "bf": "0"}}
    one = write_clip(tmp_path / "a.ts", first, times=[Fraction(k, 25) for k in range(10)], **options)
    two = write_clip(tmp_path / "b.ts", then, times=[Fraction(k, 25) for k in range(10, 20)], **options)
    path = tmp_path / "c.ts"
    path.write_bytes(one.read_bytes() + two.read_bytes())
    with VideoReader(path) as reader:
        frames = [frame for _, frame in reader]
    assert {frame.shape for frame in frames} == {(240, 320, 3)}
    assert len(frames) > 12
    assert np.abs(frames[0].astype(int) - 200).max() < 4
    expected = np.zeros((240, 320, 3))
    expected[box] = 90
    assert np.abs(frames[-1] - expected).mean() < 3

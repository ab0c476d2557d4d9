"""Clips as phones, cameras, editors and archives leave them: one table of recipes and of what is in each.

All show the same 24 frames of a man who talks, with a beep at 0.4 s, stored in some way that has broken other
programs. `ROWS` says how each is made and what a reader has to find in it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from media.samples import sample_path
from media.video.reader import VideoReader
from tests.synthetic import Image, beeps, hdr_signal, run_recipe, write_clip

FRAMES = 24
FPS = Fraction(25)
BEEP = Fraction(2, 5)
SIZE = (192, 144)

Make = Callable[[Path], Path]


@dataclass(frozen=True)
class Row:
    """One clip, and what is in it.

    Attributes:
        make: writes the clip into a folder that holds `master.mkv`, and returns its path.
        does: what is hostile about it, for people.
        fps: the exact rate, of a variable clip its clock's. times: when each frame appears, seconds; of a variable
            clip, else it follows from the rate.
        first: which of the 24 frames is the first that shows. frames: how many show from there on.
        start: when that one appears.
        rotation: clockwise degrees. mirrored: left to right.
        beep: when it sounds, counted from the first frame; None where there is no sound.
        loose: seconds by which the beep may miss, where the container cannot say better.
        size: (width, height) as shown.
    """

    make: Make
    does: str
    fps: Fraction = FPS
    times: Sequence[Fraction] | None = None
    first: int = 0
    frames: int = FRAMES
    start: Fraction = Fraction(0)
    rotation: int = 0
    mirrored: bool = False
    interlaced: bool = False
    beep: Fraction | None = BEEP
    loose: Fraction = Fraction(3, 1000)
    size: tuple[int, int] = SIZE

    @property
    def variable(self) -> bool:
        return self.times is not None

    @property
    def moments(self) -> list[Fraction]:
        """When each frame appears."""
        if self.times is not None:
            return list(self.times)
        return [self.start + k / self.fps for k in range(self.frames)]

    @property
    def lasts(self) -> Fraction:
        """Seconds from the first frame's appearance to the last one's end."""
        return self.moments[-1] + 1 / self.fps - self.moments[0]


@cache
def talking() -> list[Image]:
    """The frames that all clips show, (144, 192, 3)."""
    with VideoReader(sample_path("carphone")) as reader:
        return [frame[:, : SIZE[0]] for _, frame in islice(reader, FRAMES)]


def write_master(folder: Path) -> Path:
    """The clip that the recipes start from, without loss: master.mkv."""
    return _write(folder / "master.mkv", talking(), codec="ffv1", pix_fmt="yuv444p", audio_codec="pcm_s16le")


# -- ways to make a clip -------------------------------------------------------------------------------------------

_X264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "12", "-pix_fmt", "yuv420p", "-g", "8")
_MPEG2 = ("-c:v", "mpeg2video", "-g", "9", "-bf", "2", "-q:v", "2", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "128k")
_VP9 = ("-c:v", "libvpx-vp9", "-crf", "12", "-cpu-used", "8", "-deadline", "realtime")
_VP8 = ("-c:v", "libvpx", "-b:v", "2M", "-cpu-used", "5", "-auto-alt-ref", "1")
_X265 = {"crf": "12", "preset": "ultrafast", "x265-params": "log-level=none"}


def _write(path: Path, frames: Sequence[Image | NDArray[np.uint16]], **settings: Any) -> Path:
    sound = beeps(float(FRAMES / FPS), [float(BEEP)])
    usual: dict[str, Any] = {"fps": FPS, "options": {"crf": "12"}, "audio": sound}
    return write_clip(path, frames, **usual | settings)


def _written(name: str, **settings: Any) -> Make:
    """The frames through PyAV."""
    return lambda folder: _write(folder / name, talking(), **settings)


def _converted(name: str, *arguments: str) -> Make:
    """The master through ffmpeg with these arguments."""

    def make(folder: Path) -> Path:
        run_recipe("-i", folder / "master.mkv", *arguments, folder / name)
        return folder / name

    return make


def _turned(name: str, degrees: int = 0, *, hflip: bool = False) -> Make:
    """Stored lying down or mirrored, with the note how to show it that phones write."""

    def make(folder: Path) -> Path:
        upright = (image[:, ::-1] if hflip else image for image in talking())
        stored = [np.ascontiguousarray(np.rot90(image, degrees // 90)) for image in upright]
        return _write(folder / name, stored, rotation=degrees, hflip=hflip)

    return make


def _hdr(name: str, transfer: int) -> Make:
    """PQ or HLG in BT.2020, whose SDR is the master."""
    color = {"colorspace": 9, "color_range": 1, "color_trc": transfer, "color_primaries": 9}

    def make(folder: Path) -> Path:
        signal = [hdr_signal(image, transfer) for image in talking()]
        return _write(folder / name, signal, codec="libx265", pix_fmt="yuv420p10le", color=color, options=_X265)

    return make


def _trimmed(name: str, seconds: str) -> Make:
    """Cut without encoding, as phones trim: what comes before the cut stays in the file, hidden by an edit list."""

    def make(folder: Path) -> Path:
        whole = folder / f"whole {name}"
        run_recipe("-i", folder / "master.mkv", *_X264, "-bf", "2", *_AAC, whole)
        run_recipe("-ss", seconds, "-i", whole, "-c", "copy", folder / name)
        return folder / name

    return make


def _headless(name: str) -> Make:
    """Cut at the second key frame of an open GOP: its leading frames refer to what is gone."""

    def make(folder: Path) -> Path:
        whole, path = folder / "open.mkv", folder / name
        run_recipe("-i", folder / "master.mkv", "-an", *_MPEG2, whole)
        with av.open(str(whole)) as source, av.open(str(path), "w") as target:
            stream = target.add_stream_from_template(source.streams.video[0])
            keys = 0
            for packet in source.demux(source.streams.video[0]):
                keys += packet.is_keyframe
                if keys >= 2 and packet.dts is not None:
                    packet.stream = stream
                    target.mux(packet)
        return path

    return make


def _covered(name: str) -> Make:
    """A cover picture first, then the film."""

    def make(folder: Path) -> Path:
        cover = folder / "cover.jpg"
        run_recipe("-f", "lavfi", "-i", "color=red:s=64x64:d=1", "-frames:v", "1", "-update", "1", cover)
        run_recipe(
            *("-i", cover, "-i", folder / "master.mkv", "-map", "0", "-map", "1:v", "-map", "1:a"),
            *("-c:v:0", "copy", "-disposition:v:0", "attached_pic", "-c:v:1", "libx264", "-crf:v:1", "12"),
            *("-pix_fmt:v:1", "yuv420p", *_AAC, folder / name),
        )
        return folder / name

    return make


NTSC = {n: Fraction(n * 1000, 1001) for n in (24, 30, 60, 120)}
_UNEVEN = tuple(Fraction(k * 3600 + (k // 3) * 1800, 90000) for k in range(FRAMES))
_HALTING = tuple(Fraction(k, 25) + Fraction(k // 8, 50) for k in range(FRAMES))
_PRIMED = {codec: Fraction(samples, 48000) for codec, samples in {"aac": 1024, "mp2": 481}.items()}
"""How much later than its sound a picture begins where a container cannot hide the encoder's delay."""


def _rate(name: str, fps: Fraction) -> Row:
    return Row(_written(name, fps=fps), f"{float(fps):.3f} frames a second", fps=fps)


ROWS: dict[str, Row] = {
    "23.976.mkv": _rate("23.976.mkv", NTSC[24]),
    "29.97.mp4": _rate("29.97.mp4", NTSC[30]),
    "59.94.mov": _rate("59.94.mov", NTSC[60]),
    "119.88.mp4": _rate("119.88.mp4", NTSC[120]),
    "120.mp4": _rate("120.mp4", Fraction(120)),
    "variable.mp4": Row(
        _written("variable.mp4", times=_UNEVEN), "variable frame rate", fps=Fraction(50), times=_UNEVEN
    ),
    "variable.mkv": Row(
        _written("variable.mkv", times=_HALTING), "halts now and then", fps=Fraction(50), times=_HALTING
    ),
    "turned 90.mp4": Row(_turned("turned 90.mp4", 90), "stored lying on its side", rotation=90),
    "turned 180.mp4": Row(_turned("turned 180.mp4", 180), "stored upside down", rotation=180),
    "turned 270.mov": Row(_turned("turned 270.mov", 270), "stored lying on its other side", rotation=270),
    "mirrored.mp4": Row(_turned("mirrored.mp4", hflip=True), "stored mirrored", mirrored=True),
    "anamorphic.mp4": Row(
        _converted("anamorphic.mp4", "-vf", "scale=132:144,setsar=16/11", *_X264, *_AAC), "pixels that are not square"
    ),
    "odd size.webm": Row(
        _converted("odd size.webm", "-vf", "crop=191:143:0:0", *_VP9, "-c:a", "libopus"),
        "odd width and height",
        size=(191, 143),
    ),
    "interlaced.mp4": Row(
        _converted("interlaced.mp4", "-vf", "setfield=tff", "-flags", "+ilme+ildct", *_X264, *_AAC),
        "interlaced H.264",
        interlaced=True,
    ),
    "interlaced.ts": Row(
        _converted("interlaced.ts", "-vf", "setfield=bff", "-flags", "+ilme+ildct", *_MPEG2, "-c:a", "mp2"),
        "interlaced MPEG-2, as broadcast",
        start=_PRIMED["mp2"],
        interlaced=True,
    ),
    "an hour late.ts": Row(
        _converted("an hour late.ts", *_X264, *_AAC, "-output_ts_offset", "3600"),
        "its clock begins at 1:00:00",
        start=_PRIMED["aac"],
    ),
    "wrapped clock.ts": Row(
        _converted("wrapped clock.ts", *_X264, *_AAC, "-output_ts_offset", "95442.3"),
        "its 33-bit clock runs over in the middle",
        start=_PRIMED["aac"],
    ),
    "late.mkv": Row(
        _converted("late.mkv", *_X264, *_AAC, "-output_ts_offset", "5"), "its clock begins at 5 s", start=Fraction(0)
    ),
    "trimmed.mp4": Row(
        _trimmed("trimmed.mp4", "0.2"),
        "an edit list hides its beginning",
        first=5,
        frames=19,
        beep=BEEP - Fraction(1, 5),
    ),
    "trimmed.mov": Row(
        _trimmed("trimmed.mov", "0.32"),
        "trimmed to a key frame",
        first=8,
        frames=16,
        beep=BEEP - Fraction(8, 25),
    ),
    "late sound.mp4": Row(
        _written("late sound.mp4", audio_start=Fraction(1, 5)),
        "the sound begins after the picture",
        beep=BEEP + Fraction(1, 5),
    ),
    "late picture.mp4": Row(
        _written("late picture.mp4", times=[Fraction(1, 5) + k / FPS for k in range(FRAMES)]),
        "the picture begins after the sound",
        start=Fraction(1, 5),
        beep=BEEP - Fraction(1, 5),
    ),
    "open gop.mp4": Row(
        _converted("open gop.mp4", *_X264, "-x264-params", "open-gop=1:bframes=3", *_AAC), "open groups of pictures"
    ),
    "open gop.ts": Row(
        _converted("open gop.ts", *_MPEG2, "-c:a", "mp2"), "open groups of pictures, MPEG-2", start=_PRIMED["mp2"]
    ),
    "headless.mkv": Row(
        _headless("headless.mkv"), "begins with frames that need what was cut off", first=9, frames=15, beep=None
    ),
    "ten bit.mkv": Row(
        _converted("ten bit.mkv", "-c:v", "libx264", "-crf", "12", "-pix_fmt", "yuv420p10le", *_AAC), "10 bits"
    ),
    "full range.mp4": Row(
        _written("full range.mp4", color={"colorspace": 1, "color_range": 2}), "levels from 0 to 255"
    ),
    "bt601.mp4": Row(
        _written("bt601.mp4", color={"colorspace": 6, "color_range": 1}, swscale_space=5), "the matrix of BT.601"
    ),
    "bt709.mp4": Row(
        _written("bt709.mp4", color={"colorspace": 1, "color_range": 1}), "the matrix of BT.709 in a small picture"
    ),
    "bt2020.mp4": Row(
        _written(
            "bt2020.mp4",
            codec="libx265",
            pix_fmt="yuv420p10le",
            color={"colorspace": 9, "color_range": 1},
            options=_X265,
        ),
        "the matrix of BT.2020, HEVC",
    ),
    "pq.mp4": Row(_hdr("pq.mp4", 16), "HDR: PQ"),
    "hlg.mov": Row(_hdr("hlg.mov", 18), "HDR: HLG"),
    "prores.mov": Row(_converted("prores.mov", "-c:v", "prores_ks", "-c:a", "pcm_s24le"), "ProRes, 24-bit sound"),
    "mpeg4.avi": Row(
        _converted("mpeg4.avi", "-c:v", "mpeg4", "-bf", "2", "-q:v", "2", "-c:a", "mp3"),
        "B-frames in AVI, which knows no times",
        start=1 / FPS,
        loose=1 / FPS,
    ),
    "motion jpeg.avi": Row(
        _converted("motion jpeg.avi", "-c:v", "mjpeg", "-q:v", "2", "-c:a", "pcm_u8"), "Motion JPEG, 8-bit sound"
    ),
    "fragments.mp4": Row(
        _converted("fragments.mp4", *_X264, *_AAC, "-movflags", "frag_keyframe+empty_moov+default_base_moof"),
        "fragments without an index, as streamed",
        start=2 / FPS,
    ),
    "av1.mp4": Row(_converted("av1.mp4", "-c:v", "libsvtav1", "-crf", "12", "-preset", "12", *_AAC), "AV1"),
    "vp8.webm": Row(
        _converted(
            "vp8.webm", "-c:v", "libvpx", "-b:v", "2M", "-cpu-used", "5", "-auto-alt-ref", "1", "-c:a", "libvorbis"
        ),
        "VP8 with frames that never show",
    ),
    "animation.gif": Row(_converted("animation.gif", "-an"), "GIF", beep=None),
    "programme.mpg": Row(
        _converted("programme.mpg", *_MPEG2, "-c:a", "mp2"), "MPEG programme stream", start=_PRIMED["mp2"]
    ),
    "old windows.wmv": Row(
        _converted("old windows.wmv", "-c:v", "wmv2", "-q:v", "2", "-c:a", "wmav2"), "WMV", start=Fraction(43, 1000)
    ),
    "flash.flv": Row(_converted("flash.flv", *_X264, *_AAC), "Flash video", start=Fraction(21, 1000)),
    "cover.mp4": Row(_covered("cover.mp4"), "a cover picture before the film"),
}


def table() -> str:
    """ROWS in Markdown, for docs/media.md."""
    lines = [
        "| clip | what is hostile about it | frames | frames a second | seconds | turned |",
        "|---|---|---|---|---|---|",
    ]
    for name, row in ROWS.items():
        rate = f"{float(row.fps):.2f}, variable" if row.variable else str(row.fps)
        turned = "mirrored" if row.mirrored else f"{row.rotation}°" if row.rotation else ""
        lines.append(f"| {name} | {row.does} | {row.frames} | {rate} | {float(row.lasts):.3f} | {turned} |")
    return "\n".join(lines) + "\n"

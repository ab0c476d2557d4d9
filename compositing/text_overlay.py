"""Text over the picture: an ASS script rendered by libass, only where it changes, laid over the frames that show it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO, Self

import av
import cv2
import ffmpeg
import numpy as np
import pysubs2
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from foundation.errors import StageError
from foundation.geometry import Box, Image
from foundation.temporary import temporary_folder
from media.ffmpeg.binary import ffmpeg as ffmpeg_binary
from media.ffmpeg.run import failure, start_ffmpeg, stop
from media.files.checks import file_url
from media.video.ahead import ahead

_MOVING = re.compile(r"\\(t|move|fad|fade|[kK]|k[fot])[\s(\d]")
"""Tags with which a line looks different from one moment to the next."""
_NO_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig></fontconfig>
"""
"""Keeps libass from the machine's own fonts: a render looks the same everywhere, or fails with a word."""


@dataclass(frozen=True)
class Layer:
    """What is laid over a frame: the part that it covers, its light, already times its opacity, and what it lets by."""

    box: Box
    light: Image
    through: Image

    def over(self, frame: Image) -> Image:
        """The part of the frame with the text on it, as an array of its own."""
        return np.asarray(cv2.add(cv2.multiply(frame[self.box.slices], self.through, scale=1 / 255), self.light))


class Overlay:
    """The text of a video, frame by frame, in ascending order. Use as a context manager.

    Args:
        scripts: ASS files, the later above the earlier.
        fonts: all font files that they need; no other is looked for.
        size: (width, height) of the frames.
        fps, frames: of the video.
        start: the first frame that is asked for.
    """

    def __init__(
        self,
        scripts: Sequence[Path],
        fonts: Sequence[Path],
        *,
        size: tuple[int, int],
        fps: Fraction,
        frames: int,
        start: int = 0,
    ) -> None:
        self._scripts, self._fonts, self._size, self._fps = scripts, fonts, size, fps
        events = [event for path in scripts for event in pysubs2.SSAFile.load(str(path), encoding="utf-8")]
        self._wanted = _from(start, changes(events, fps, frames), before(events, fps, start))
        self._at = 0
        self._now: Layer | None = None
        self._layers: Iterator[Layer | None] = iter(())

    def __enter__(self) -> Self:
        self._layers = iter(ahead(self._rendered()))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._layers.close()  # type: ignore[attr-defined]  # a generator, as `ahead` makes it

    def layer(self, number: int) -> Layer | None:
        """The text on frame `number`; None where there is none."""
        while self._at < len(self._wanted) and self._wanted[self._at][0] <= number:
            self._now = next(self._layers) if self._wanted[self._at][1] else None
            self._at += 1
        return self._now

    def _rendered(self) -> Iterator[Layer | None]:
        """A layer for each moment that something new shows."""
        times = [(number + Fraction(1, 2)) / self._fps for number, shows in self._wanted if shows]
        if not times:
            return
        width, height = self._size
        with temporary_folder("text") as folder, TemporaryFile() as said:
            command = _prepared(folder, self._scripts, self._fonts, times, self._size)
            child = start_ffmpeg(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=said,
                environment={"FONTCONFIG_FILE": str(folder / "fonts.conf")},
                folder=folder,
                file=self._scripts[0],
            )
            try:
                for _ in times:
                    yield _layer(self._read(child, said, width * height * 4).reshape(height, width, 4))
            finally:
                stop(child)

    def _read(self, child: subprocess.Popen[bytes], said: IO[bytes], count: int) -> NDArray[np.uint8]:
        assert child.stdout is not None  # noqa: S101  (it was asked for)
        raw = child.stdout.read(count)
        if len(raw) != count:
            said.seek(0)
            told = said.read()
            if b"No such filter" in told:
                cure = "unset DUET_FFMPEG: the one that comes with imageio-ffmpeg can"
                raise StageError("this ffmpeg is built without libass and cannot draw text", cure=cure)
            raise failure(told, child.wait(), file=self._scripts[0])
        return np.frombuffer(raw, np.uint8)


def changes(events: Iterable[pysubs2.SSAEvent], fps: Fraction, frames: int) -> list[tuple[int, bool]]:
    """The frames with which the text changes, and whether any shows from there on; before the first, none does.

    A line shows on the frames whose middle lies between its start and its end.
    """
    edges: dict[int, int] = {}
    moving: set[int] = set()
    for event in events:
        if event.is_comment or event.end <= event.start:
            continue
        first, stop = (min(frames, _first_frame(moment, fps)) for moment in (event.start, event.end))
        if stop <= first:
            continue
        edges[first], edges[stop] = edges.get(first, 0) + 1, edges.get(stop, 0) - 1
        if event.effect or _MOVING.search(event.text):
            moving.update(range(first, stop))
    found, showing = [], 0
    for number in sorted(edges.keys() | moving):
        showing += edges.get(number, 0)
        if number < frames:
            found.append((number, showing > 0))
    return found


def before(events: Sequence[pysubs2.SSAEvent], fps: Fraction, start: int) -> set[int]:
    """The frames before `start` that decide where text stands at `start`.

    libass moves a line away from those that it meets, and leaves it there when they are gone: so where a line stands
    depends on all that it has met, and on what those had met.
    """
    spans = [(_first_frame(event.start, fps), _first_frame(event.end, fps)) for event in events if not event.is_comment]
    first, earlier = start, start + 1
    while first < earlier:
        earlier = first
        first = min((begins for begins, ends in spans if begins < earlier < ends), default=earlier)
    return {edge for span in spans for edge in span if first <= edge < start}


def _from(start: int, wanted: list[tuple[int, bool]], before: Set[int]) -> list[tuple[int, bool]]:
    """The changes from frame `start` on, after those of `before`; what shows by then is one at `start`."""
    shown = [(start, shows) for number, shows in wanted if number <= start]
    settling = [(number, shows) for number, shows in wanted if number < start and number in before]
    return settling + shown[-1:] + [(number, shows) for number, shows in wanted if number > start]


def _first_frame(milliseconds: int, fps: Fraction) -> int:
    """The first frame whose middle does not lie before that time."""
    return max(0, -int((Fraction(1, 2) - Fraction(milliseconds, 1000) * fps) // 1))


def _prepared(
    folder: Path, scripts: Sequence[Path], fonts: Sequence[Path], times: Sequence[Fraction], size: tuple[int, int]
) -> list[str]:
    """Fill the folder with what ffmpeg needs; its arguments. Raw RGBA comes out, for each time a frame.

    It is run in the folder: whatever the folder is called, no name of it stands in the filters' language.
    """
    (folder / "fonts.conf").write_text(_NO_FONTS, encoding="utf-8")
    (folder / "fonts").mkdir()
    for number, font in enumerate(fonts):
        (folder / "fonts" / f"{number}{font.suffix}").symlink_to(font.resolve())
    _write_times(folder / "times.nut", times)
    picture = (
        ffmpeg.input("file:times.nut", format="nut", protocol_whitelist="file,pipe")
        .video.filter("scale", *size, flags="neighbor")
        .filter("format", "rgba")
    )
    for number, script in enumerate(scripts):
        (folder / f"{number}.ass").write_bytes(script.read_bytes())
        picture = picture.filter("subtitles", f"{number}.ass", fontsdir="fonts", alpha=1, wrap_unicode=1)
    node = ffmpeg.output(picture, "pipe:1", format="rawvideo", pix_fmt="rgba", fps_mode="passthrough")
    start = [ffmpeg_binary(), "-nostdin", "-hide_banner", "-loglevel", "error", "-copyts"]
    return [str(word) for word in ffmpeg.compile(node, cmd=start)]


def _write_times(path: Path, times: Sequence[Fraction]) -> None:
    """A film of four empty pixels whose frames appear at these times: libass draws what shows then."""
    with av.open(file_url(path), "w", format="nut") as container:
        stream = container.add_stream("rawvideo", rate=1000)
        if not isinstance(stream, VideoStream):
            raise StageError("PyAV has no encoder rawvideo", cure="pip install --upgrade av")
        stream.width, stream.height, stream.pix_fmt = 2, 2, "rgba"
        stream.codec_context.time_base = Fraction(1, 1000)
        empty = np.zeros((2, 2, 4), np.uint8)
        for seconds in times:
            frame = VideoFrame.from_ndarray(empty, format="rgba")
            frame.pts, frame.time_base = round(seconds * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _layer(rendered: NDArray[np.uint8]) -> Layer | None:
    """(H, W, 4) as libass drew it on nothing, colours times opacity; None if that is empty."""
    drawn = np.ascontiguousarray(rendered).view(np.uint32)[:, :, 0] != 0
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    if not len(rows):
        return None
    box = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    part = rendered[box.slices]
    through = np.repeat(255 - part[:, :, 3:], 3, axis=2)
    return Layer(box, np.ascontiguousarray(part[:, :, :3]), through)

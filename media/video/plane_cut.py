"""Cutting a clip's frames without converting them: see media.video.planar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import TypeVar

import numpy as np
from av.filter import Graph
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from foundation.box import Box
from foundation.temporary import temporary_folder
from media.files.info import LOSSLESS_SUFFIX
from media.video.color import ToRgb, color_names, matrix_of
from media.video.deinterlace import Timed
from media.video.lossless import read_frames
from media.video.orientation import orientation
from media.video.planar import FORMAT, MARGIN, Planar
from media.video.reader import Picture, VideoReader
from media.video.writer import FrameWriter

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_PAD = 2 * MARGIN
"""Pixels by which a frame is enlarged where what is kept reaches over its edge."""

_STEP = 64
"""Pixels by which parts of a picture that are looked at grow."""
_KEPT = 16
"""What stays at hand of each kind, for a part: a face has a few sizes, and a shot one part, whatever a clip does."""


def plane_cut(reader: VideoReader, boxes: Sequence[Box]) -> PlaneCut | None:
    """What cuts these boxes out of a clip's frames; None: it cannot be done so that they come out to the bit.

    Whether it can is tried, with noise in the clip's first frame.

    Args:
        boxes: of one size, inside the picture.
    Raises:
        InputError: as VideoReader.
    """
    first = next(reader.decoded(), None)
    reader.close()
    if first is None or first[1].format.name not in (FORMAT, "yuvj420p") or first[1].width % 2 or first[1].height % 2:
        return None
    cut, noise = PlaneCut(first, boxes[0]), np.random.default_rng(0)
    reshaped = cut.picture(first).shape[:2] != (first[1].height, first[1].width)
    if reshaped or any(_planar(first[1], box) != cut.planar for box in set(boxes)):
        return None
    for plane in first[1].planes:
        plane.update(noise.bytes(plane.buffer_size))
    with temporary_folder("planes") as folder:
        path = folder / f"noise{LOSSLESS_SUFFIX}"
        with FrameWriter(path, size=cut.planar.size, fps=Fraction(1), planar=cut.planar) as writer:
            writer.write_planes(cut(first, boxes[0]))
        (kept,) = read_frames(path)
    return cut if np.array_equal(kept, cut.picture(first)[boxes[0].slices]) else None


class PlaneCut:
    """Cuts boxes out of a clip's frames.

    Args:
        like: one of the frames; those of another kind are converted to its kind.
        box: one of the boxes.
    Attributes:
        planar: what comes out.
    """

    def __init__(self, like: Timed, box: Box) -> None:
        self.planar = _planar(like[1], box)
        self._kind, self._picture, self._to_rgb = _kind(like[1]), Picture(), ToRgb()
        self._graphs: dict[Box, Graph] = {}
        self._windows: dict[tuple[int, int], _Window] = {}
        self.picture(like)

    def picture(self, timed: Timed) -> NDArray[np.uint8]:
        """(H, W, 3) a whole frame as it is shown."""
        return self._picture(timed[1], timed[2])

    def rgb(self, planes: VideoFrame, part: Box) -> NDArray[np.uint8]:
        """(h, w, 3) a part of the picture in what comes out, to the bit what it is there in all of it."""
        wanted = part.moved(self.planar.part.x0, self.planar.part.y0)
        near = _stepped(_around(wanted), self.planar.size)
        size = near.width, near.height
        shown = _kept(self._windows, size, lambda: _Window(planes, size))(planes, near)
        shown.colorspace, shown.color_range = self.planar.matrix, self.planar.span
        return np.ascontiguousarray(self._to_rgb(shown, size)[wanted.seen_from(near).slices])

    def __call__(self, timed: Timed, box: Box) -> VideoFrame:
        """Planes of which `box` is the picture."""
        frame = timed[1]
        if _kind(frame) != self._kind:
            shown = VideoFrame.from_ndarray(self.picture(timed), format="rgb24")
            matrix, span = self.planar.matrix, self.planar.span
            frame = shown.reformat(format=FORMAT, dst_colorspace=matrix, dst_color_range=span)
        around = _around(box)
        graph = _kept(self._graphs, around, lambda: _cropping(frame, around))
        frame.pts = 0
        graph.vpush(frame)
        return graph.vpull()


def _kept(kept: dict[_Key, _Value], key: _Key, make: Callable[[], _Value]) -> _Value:
    """What was made for a key, or is now, in the place of the oldest if there are enough."""
    if key not in kept:
        if len(kept) >= _KEPT:
            del kept[next(iter(kept))]
        kept[key] = make()
    return kept[key]


class _Window:
    """Views of one size into frames.

    Args:
        like: one of the frames.
        size: (width, height), even.
    """

    def __init__(self, like: VideoFrame, size: tuple[int, int]) -> None:
        self._graph = Graph()
        source = self._graph.add_buffer(width=like.width, height=like.height, format=like.format, time_base=Fraction(1))
        self._crop = self._graph.add("crop", f"{size[0]}:{size[1]}:0:0")
        self._graph.link_nodes(source, self._crop, self._graph.add("buffersink"))
        self._graph.configure()

    def __call__(self, frame: VideoFrame, box: Box) -> VideoFrame:
        """What lies in a box of this size that begins at even pixels."""
        self._crop.process_command("x", str(box.x0))
        self._crop.process_command("y", str(box.y0))
        self._graph.vpush(frame)
        return self._graph.vpull()


def _cropping(frame: VideoFrame, box: Box) -> Graph:
    """FFmpeg's filters keep what a frame says of itself; its edge goes on beyond, as where colours are converted."""
    graph = Graph()
    source = graph.add_buffer(width=frame.width, height=frame.height, format=frame.format, time_base=Fraction(1))
    steps = [("crop", f"{box.width}:{box.height}:{box.x0}:{box.y0}")]
    if box != box.clipped(frame.width, frame.height):
        inner = box.moved(_PAD, _PAD)
        steps = [
            ("pad", f"iw+{2 * _PAD}:ih+{2 * _PAD}:{_PAD}:{_PAD}"),
            ("fillborders", f"{_PAD}:{_PAD}:{_PAD}:{_PAD}:smear"),
            ("crop", f"{box.width}:{box.height}:{inner.x0}:{inner.y0}"),
        ]
    graph.link_nodes(source, *(graph.add(*step) for step in steps), graph.add("buffersink"))
    graph.configure()
    return graph


def _around(box: Box) -> Box:
    """What is kept with a box; it may reach over the picture's edge."""
    x0, y0 = ((at - MARGIN) // 2 * 2 for at in (box.x0, box.y0))
    x1, y1 = (-(-(at + MARGIN) // 2) * 2 for at in (box.x1, box.y1))
    return Box(x0, y0, x1, y1)


def _stepped(box: Box, size: tuple[int, int]) -> Box:
    """A box enlarged to whole steps, inside what there is: each new size costs new tables."""
    spans = []
    for low, high, length in ((box.x0, box.x1, size[0]), (box.y0, box.y1, size[1])):
        side = min(-(-(high - low) // _STEP) * _STEP, length)
        start = min(max(low, 0), length - side)
        spans.append((start, start + side))
    (x0, x1), (y0, y1) = spans
    return Box(x0, y0, x1, y1)


def _planar(frame: VideoFrame, box: Box) -> Planar:
    around = _around(box)
    size, part = (around.width, around.height), box.seen_from(around)
    return Planar(size, part, matrix_of(frame), frame.color_range)


def _kind(frame: VideoFrame) -> tuple[object, ...]:
    return frame.width, frame.height, frame.format.name, color_names(frame), orientation(frame)

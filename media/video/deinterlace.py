"""Two fields in a frame become one picture: the lines between are worked out, not left as a comb."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from fractions import Fraction

from av.error import BlockingIOError as NothingYet
from av.error import EOFError as Finished
from av.filter import Graph
from av.video.frame import VideoFrame

Timed = tuple[Fraction, VideoFrame, Fraction]
"""When a frame appears (seconds), the frame as decoded, its sample aspect ratio."""


def deinterlaced(frames: Iterator[Timed]) -> Iterator[Timed]:
    """The same frames at the same times; those that are marked as interlaced are filtered (bwdif), others untouched.

    Frames before the first interlaced one are passed on at once; after it, each comes one frame late.
    """
    for timed in frames:
        if timed[1].interlaced_frame:
            yield from _filtered(timed, frames)
            return
        yield timed


def _filtered(first: Timed, rest: Iterator[Timed]) -> Iterator[Timed]:
    graph = _graph(first[1])
    waiting: deque[Timed] = deque()
    for number, timed in enumerate(_chained(first, rest)):
        waiting.append(timed)
        pushed = timed[1]
        pushed.pts = number
        pushed.time_base = Fraction(1, 1000)
        graph.vpush(pushed)
        yield from _pulled(graph, waiting)
    graph.vpush(None)
    yield from _pulled(graph, waiting)


def _chained(first: Timed, rest: Iterator[Timed]) -> Iterator[Timed]:
    yield first
    yield from rest


def _graph(like: VideoFrame) -> Graph:
    graph = Graph()
    source = graph.add_buffer(width=like.width, height=like.height, format=like.format, time_base=Fraction(1, 1000))
    weave = graph.add("bwdif", "mode=send_frame:deint=interlaced")
    graph.link_nodes(source, weave, graph.add("buffersink"))
    graph.configure()
    return graph


def _pulled(graph: Graph, waiting: deque[Timed]) -> Iterator[Timed]:
    while True:
        try:
            made = graph.vpull()
        except (NothingYet, Finished):
            return
        seconds, given, sar = waiting.popleft()
        # the filter knows nothing of colour; what the frame said of itself still holds
        made.colorspace, made.color_range = given.colorspace, given.color_range
        yield seconds, made, sar

"""What a container's packets tell without decoding them: when every frame shows, and whether the end is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Stream

from media.files.opening import opened, origin, video_stream

_MISSING_TAIL = Fraction(1, 2)  # seconds short of the promised duration before a file counts as truncated
_RESTART = Fraction(1, 2)  # seconds that a stream's clock goes back before it counts as begun again; less is disorder


@dataclass
class StreamPackets:
    """The packets of one stream, in ticks of its time base.

    Attributes:
        times: when each packet's frame shows; unordered; packets that show nothing left out.
        count: all packets.
        end: when the last one ends.
        first_key: when the first key frame shows.
        reached: when the last packet is decoded; None before the first.
        restarted: when its clock began again, as in recordings that lie one behind the other in a file; None: never.
        past: the byte of the file that follows the last whole packet; 0 where that is not known.
    """

    times: list[int] = field(default_factory=list)
    count: int = 0
    end: int | None = None
    first_key: int | None = None
    reached: int | None = None
    restarted: int | None = None
    past: int = 0

    def add(self, packet: Packet[Stream], codec: str) -> None:
        self.count += 1
        if packet.pos is not None and not packet.is_corrupt:
            self.past = max(self.past, packet.pos + packet.size)
        at = packet.pts if packet.pts is not None else packet.dts
        if at is None:
            return
        if packet.is_keyframe and self.first_key is None:
            self.first_key = at
        self._follow(packet)
        if packet.is_discard or _invisible(packet, codec):
            return
        self.times.append(at)
        self.end = max(at + (packet.duration or 0), at if self.end is None else self.end)

    def _follow(self, packet: Packet[Stream]) -> None:
        """Notice where the clock of decoding, which only goes forward, goes back."""
        if packet.dts is None:
            return
        if self.reached is not None and (self.reached - packet.dts) * packet.time_base > _RESTART:
            self.restarted = self.reached if self.restarted is None else self.restarted
        self.reached = packet.dts

    def shown(self) -> list[int]:
        """Times of the frames that a decoder gives, ascending: those before the first key frame need what is gone."""
        first = self.first_key
        return sorted(at for at in self.times if first is None or at >= first)


def scan(container: InputContainer) -> dict[int, StreamPackets]:
    """The packets of every stream, by stream index. A container that breaks off ends there, without an error."""
    seen = {stream.index: StreamPackets() for stream in container.streams}
    codecs = {stream.index: _codec(stream) for stream in container.streams}
    try:
        for packet in container.demux():
            if packet.size:
                seen[packet.stream_index].add(packet, codecs[packet.stream_index])
    except FFmpegError:
        return seen
    return seen


def count_frames(container: InputContainer, video: Stream, most: int) -> int:
    """How many frames the video shows, counted no further than `most`."""
    seen, codec = StreamPackets(), _codec(video)
    try:
        for packet in container.demux(video):
            if packet.size:
                seen.add(packet, codec)
            if len(seen.times) >= most:
                break
    except FFmpegError:
        return len(seen.times)
    return len(seen.times)


def missing_tail(container: InputContainer, seen: dict[int, StreamPackets], video: Stream) -> Fraction | int | None:
    """What the container promises and does not hold: a number of video frames (int), seconds (Fraction), or None."""
    packets = seen[video.index]
    kinds = container.format.name.split(",")
    if "mov" in kinds and len(video.index_entries) > packets.count:
        return len(video.index_entries) - packets.count
    if "avi" in kinds and video.frames > packets.count + 1:
        return video.frames - packets.count
    if "matroska" in kinds and container.duration:
        bases = {stream.index: stream.time_base or Fraction(0) for stream in container.streams}
        end = max((each.end * bases[index] for index, each in seen.items() if each.end), default=Fraction(0))
        short = Fraction(container.duration, av.time_base) - end
        return short if short > _MISSING_TAIL else None
    return None


def timestamps(path: Path) -> list[Fraction]:
    """When each frame of the video appears, ascending, seconds: 0 is where playing the file begins.

    One entry for each frame that `VideoReader` gives, in its order; the sound's times are on the same clock. Reads
    packets, decodes nothing.

    Raises: InputError if the file cannot be read or has no video.
    """
    with opened(path) as container:
        stream = video_stream(container, path)
        base, zero = stream.time_base or Fraction(0), origin(container)
        return [at * base - zero for at in scan(container)[stream.index].shown()]


def _codec(stream: Stream) -> str:
    # data streams, and streams that nothing here decodes, have no codec context
    return stream.codec_context.name if stream.codec_context is not None else ""


def _invisible(packet: Packet[Stream], codec: str) -> bool:
    """Whether it is one of VP8's reference frames that are never shown (RFC 6386, 9.1: show_frame)."""
    return codec == "vp8" and not memoryview(packet)[0] >> 4 & 1

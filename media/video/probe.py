"""What is in a media file: read from its packets and its first frame, never from its name."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from foundation.errors import InputError
from media.files.chained import begins_again
from media.files.info import AudioInfo, MediaInfo, VideoInfo
from media.files.opening import audio_stream, audio_streams, moving_stream, opened, origin, video_stream
from media.files.packets import StreamPackets, missing_tail, scan, timestamps
from media.video.cadence import cadence
from media.video.color import color_names
from media.video.orientation import display_size, orientation
from media.video.reader import first_frame

__all__ = ["AudioInfo", "MediaInfo", "VideoInfo", "probe", "timestamps"]


_REORDERED = 16  # the deepest reordering of frames that H.264 and HEVC allow


def probe(path: Path) -> MediaInfo:
    """The file's first video stream (cover pictures aside) and all its audio streams.

    Reads every packet, decodes only the first frame of each stream.

    Raises: InputError if the file is missing, unreadable, no media file, a playlist, holds neither picture nor sound,
        or no frame of its video decodes, or its clock begins again midway. A truncated file is described as such, not
        refused.
    """
    with opened(path) as container:
        seen, zero = scan(container), origin(container)
        _check_clock(path, container, seen, zero)
        audio = tuple(
            _audio_info(path, stream, number, seen[stream.index], zero)
            for number, stream in enumerate(audio_streams(container))
            if seen[stream.index].times
        )
        video = None
        if moving_stream(container):
            stream = video_stream(container, path)
            missing = missing_tail(container, seen, stream)
            video = _video_info(path, stream, seen[stream.index], zero, missing)
        ends = [each.start + each.duration for each in audio] + ([video.end] if video else [])
        if not ends:
            raise InputError("it has neither picture nor sound", file=path, cure="give a video or audio file")
        return MediaInfo(container=container.format.name, duration=max(ends), video=video, audio=audio)


def _check_clock(path: Path, container: InputContainer, seen: dict[int, StreamPackets], zero: Fraction) -> None:
    """Raises: InputError if picture or sound is several recordings, one behind the other: only the first is read."""
    told, cure = "it is several recordings, one behind the other", "join them, or give one of the recordings"
    for stream in (*container.streams.video, *container.streams.audio):
        restarted, base = seen[stream.index].restarted, stream.time_base
        if restarted is not None and base is not None:
            after = float(restarted * base - zero)
            raise InputError(f"{told}: its clock begins again after {after:.1f} s", file=path, cure=cure)
    if begins_again(path, max((each.past for each in seen.values()), default=0)):
        ends = [(seen[each.index].end or 0) * (each.time_base or 0) - zero for each in container.streams]
        raise InputError(f"{told}: another follows after {float(max(ends)):.1f} s", file=path, cure=cure)


def has_alpha_beside(path: Path) -> bool:
    """Whether the picture's opacity is a second picture beside each of its packets (VP9 in Matroska and WebM).

    Raises: InputError as `probe`.
    """
    with opened(path) as container:
        return video_stream(container, path).metadata.get("alpha_mode") == "1"


def _video_info(
    path: Path, stream: VideoStream, packets: StreamPackets, zero: Fraction, missing: Fraction | int | None
) -> VideoInfo:
    frame = first_frame(path)
    base = stream.time_base or Fraction(1, av.time_base)
    times = [at * base - zero for at in packets.shown()]
    if not times and packets.count:
        told = "its frames carry no times: it is a bare stream, without a container"
        raise InputError(told, file=path, cure="put it into MP4 or MKV at its rate")
    if not times:
        raise InputError("its video stream holds no frame", file=path, cure="copy or export it again")
    # where a file breaks off, frames that were to be shown before the last ones may be missing
    settled = times if missing is None else times[: max(len(times) // 2, len(times) - _REORDERED)]
    fps, variable = cadence(settled, base, [stream.average_rate, stream.guessed_rate, stream.base_rate])
    if isinstance(missing, Fraction):
        missing = max(1, round(missing * fps))
    way = orientation(frame)
    sar = stream.sample_aspect_ratio or Fraction(1)
    width, height = display_size(frame.width, frame.height, sar, way)
    color_range, space, primaries, transfer = color_names(frame)
    return VideoInfo(
        codec=stream.codec_context.codec.canonical_name,
        width=width,
        height=height,
        coded_width=frame.width,
        coded_height=frame.height,
        fps=fps,
        variable=variable,
        frames=len(times),
        expected_frames=len(times) + (missing or 0),
        truncated=missing is not None,
        start=times[0],
        end=times[-1] + _last_duration(times, packets, base, fps, zero),
        rotation=way.degrees,
        mirrored=way.mirrored,
        sar=sar,
        pix_fmt=frame.format.name,
        bits=frame.format.components[0].bits,
        color_range=color_range,
        color_space=space,
        color_primaries=primaries,
        color_transfer=transfer,
        interlaced=frame.interlaced_frame,
    )


def _last_duration(
    times: list[Fraction], packets: StreamPackets, base: Fraction, fps: Fraction, zero: Fraction
) -> Fraction:
    """How long the last frame shows: one frame of the rate, or what the file says itself where that is much longer."""
    told = (packets.end or 0) * base - zero - times[-1]
    return told if told > 2 / fps else 1 / fps


def _audio_info(path: Path, stream: AudioStream, number: int, packets: StreamPackets, zero: Fraction) -> AudioInfo:
    base = stream.time_base or Fraction(1, stream.sample_rate)
    start = _first_sound(path, number)
    if start is None:
        start = min(packets.times) * base - zero
    return AudioInfo(
        codec=stream.codec_context.codec.canonical_name,
        sample_rate=stream.sample_rate,
        channels=stream.channels,
        layout=stream.layout.name,
        start=start,
        duration=max(Fraction(0), (packets.end or 0) * base - zero - start),
        track=[each.index for each in stream.container.streams.audio].index(stream.index),
    )


def _first_sound(path: Path, number: int) -> Fraction | None:
    """When the first sample that is to be heard sounds: after the encoder's delay, which only decoding takes off."""
    with opened(path) as container:
        try:
            for frame in container.decode(audio_stream(container, path, number)):
                if frame.pts is not None and frame.time_base is not None:
                    return frame.pts * frame.time_base - origin(container)
        except FFmpegError:
            return None
    return None

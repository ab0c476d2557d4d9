"""Opening untrusted media with PyAV: local files only, known containers only, errors that a user understands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.stream import VideoStream

from foundation.errors import InputError
from media.files.checks import check_file, check_size, file_url, is_text, most_pixels

# Containers that hold their media themselves. Playlists (hls, dash, concat) and devices are left out on purpose:
# they name other files and addresses, which an untrusted file must not make us open.
DEMUXERS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,gif,apng,flv,asf,ogg,mxf,nut,ivf,yuv4mpegpipe,dv,"
    "h264,hevc,obu,m4v,wav,w64,mp3,flac,aac,ac3,eac3,aiff,caf,au,wv,amr"
)
_OPTIONS = {
    "protocol_whitelist": "file,pipe",
    "format_whitelist": DEMUXERS,
}
_STILLS = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"avif", b"crx ")
"""Brands of single pictures in MP4's clothes (ISO/IEC 23008-12, AV1 Image File Format); those of sequences differ."""
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"II*\0", b"MM\0*", b"BM")
_STILL, _NO_STILL = "it is a still picture, not a video or a sound", "give a video, or name the picture as a portrait"


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The container at `path`, open for reading; closed at the end.

    Raises: InputError if the file is missing, unreadable, empty, no known container, a playlist, a still, or damaged.
    """
    check_file(path)
    head = _head(path)
    if head[4:8] == b"ftyp" and head[8:12] in _STILLS:
        raise InputError(_STILL, file=path, cure=_NO_STILL)
    options = _OPTIONS | {"max_pixels": str(most_pixels())}
    try:
        container = av.open(file_url(path), "r", container_options=options, options=options, metadata_errors="replace")
    except (FFmpegError, ValueError, UnicodeError) as problem:
        raise _unusable(path, problem) from None
    with container:
        yield container


def video_stream(container: InputContainer, path: Path) -> VideoStream:
    """The first video stream that is not a cover picture, its decoder set up.

    Raises: InputError if there is none, it is too large, or nothing here can decode it.
    """
    for stream in _moving(container):
        if stream.codec_context is None:
            raise InputError("no decoder for its video", file=path, cure="convert it to H.264 in MP4")
        context = stream.codec_context
        check_size(path, context.width, context.height, "its picture")
        if context.width <= 0 or context.height <= 0:
            raise InputError("its video has no picture size: it is damaged", file=path, cure="export it again")
        context.options = {"max_pixels": str(most_pixels())}
        # of a damaged file, several threads make other frames each time, and pass over damage that one finds; and each
        # frame costs them more
        stream.thread_count = 1
        return stream
    raise InputError("it has no video stream", file=path, cure="give a file with a picture track")


def moving_stream(container: InputContainer) -> VideoStream | None:
    """The first video stream that is no cover picture, whether or not it can be decoded."""
    return next(iter(_moving(container)), None)


def _moving(container: InputContainer) -> list[VideoStream]:
    return [each for each in container.streams.video if not each.disposition & Disposition.attached_pic]


def audio_streams(container: InputContainer) -> list[AudioStream]:
    """The audio streams that can be decoded, as a player prefers them: those flagged as default before the others."""
    known = [each for each in container.streams.audio if each.codec_context is not None]
    return sorted(known, key=lambda each: not each.disposition & Disposition.default)


def audio_stream(container: InputContainer, path: Path, index: int = 0) -> AudioStream:
    """Number `index` of audio_streams. Raises: InputError if there is none."""
    streams = audio_streams(container)
    if not container.streams.audio:
        raise InputError("it has no audio stream", file=path, cure="give a file with sound, or choose another source")
    if not streams:
        raise InputError("no decoder for its sound", file=path, cure="convert it to AAC or WAV")
    if not 0 <= index < len(streams):
        cure = f"choose 0 to {len(streams) - 1}"
        raise InputError(f"it has no audio stream number {index}", file=path, cure=cure)
    return streams[index]


def origin(container: InputContainer) -> Fraction:
    """What the container's own clock shows when playing begins, seconds: 0 on the clock that Duet counts by."""
    return Fraction(container.start_time or 0, av.time_base)


def decode_error(problem: Exception, path: Path, seconds: Fraction | None) -> InputError:
    """A file that stops making sense in the middle."""
    where = "at its beginning" if seconds is None else f"after {float(seconds):.3f} s"
    told = f"it cannot be decoded {where}: {_reason(problem)}"
    return InputError(told, file=path, cure="export it again, or allow damaged input to use what comes before")


def _reason(problem: Exception) -> str:
    return getattr(problem, "strerror", None) or str(problem)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(64)


def _unusable(path: Path, problem: Exception) -> InputError:
    head = _head(path)
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return InputError(_STILL, file=path, cure=_NO_STILL)
    if head.startswith((b"#EXTM3U", b"ffconcat", b"<?xml", b"<MPD")):
        return InputError("it is a playlist, not a media file", file=path, cure="give the media file that it names")
    if is_text(path):
        return InputError("it is a text file, not a media file", file=path, cure="give a video or audio file")
    if head[4:8] == b"ftyp":
        cure = "copy or export it again: it was cut off"
        return InputError("it is truncated: its index is missing", file=path, cure=cure)
    told = f"it is no media file that can be read: {_reason(problem)}"
    return InputError(told, file=path, cure="give MP4, MOV, MKV, WebM, AVI, MPEG-TS or GIF")

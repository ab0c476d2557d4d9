"""What `probe` tells about a file. All times are exact seconds on one clock: 0 is where playing the file begins."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

LOSSLESS_SUFFIX = ".avi"
"""Of frames that are kept between stages (media.video.lossless)."""


@dataclass(frozen=True)
class VideoInfo:
    """The video stream.

    Attributes:
        codec: such as "h264".
        width, height: as shown, in square pixels: sample aspect ratio and rotation applied, as `VideoReader` does.
        coded_width, coded_height: as stored.
        fps: the exact rate. Of a variable stream, the one that the camera was set to, or else the average one.
        variable: the frames do not keep a steady clock of that rate.
        frames: how many frames are shown, counted, not promised.
        expected_frames: how many the container promises; equal to `frames` in a whole file.
        truncated: there are fewer than promised.
        start: when the first frame appears.
        end: when the last one disappears.
        rotation: clockwise degrees that the player turns the stored picture: 0, 90, 180, 270; already in width and
            height.
        mirrored: it is flipped left to right before that.
        sar: width of a stored pixel over its height.
        pix_fmt: as stored, such as "yuv420p".
        bits: a channel.
        color_range, color_space, color_primaries, color_transfer: ffmpeg's names; "unknown" where the file is silent.
        interlaced: frames are made of two fields.
    """

    codec: str
    width: int
    height: int
    coded_width: int
    coded_height: int
    fps: Fraction
    variable: bool
    frames: int
    expected_frames: int
    truncated: bool
    start: Fraction
    end: Fraction
    rotation: int
    mirrored: bool
    sar: Fraction
    pix_fmt: str
    bits: int
    color_range: str
    color_space: str
    color_primaries: str
    color_transfer: str
    interlaced: bool

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) as shown."""
        return self.width, self.height

    @property
    def duration(self) -> Fraction:
        return self.end - self.start

    @property
    def hdr(self) -> bool:
        """Whether the light values are PQ or HLG."""
        return self.color_transfer in ("smpte2084", "arib-std-b67")


@dataclass(frozen=True)
class AudioInfo:
    """One audio stream.

    Attributes:
        start: when its first sample sounds, which may be later than the first frame.
        track: its number among the file's sound tracks, from 0.
    """

    codec: str
    sample_rate: int
    channels: int
    layout: str
    start: Fraction
    duration: Fraction
    track: int = 0

    @property
    def end(self) -> Fraction:
        """When its last sample has sounded, on the file's clock, seconds."""
        return self.start + self.duration


@dataclass(frozen=True)
class MediaInfo:
    """A media file.

    Attributes:
        container: ffmpeg's name of its format.
        duration: until its last stream ends.
        audio: what can be decoded of its sound tracks, the one that is heard first.
    """

    container: str
    duration: Fraction
    video: VideoInfo | None
    audio: tuple[AudioInfo, ...]

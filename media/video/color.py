"""Decoded frames to RGB: the right matrix, the right range, chroma interpolated, HDR toned down to SDR."""

from __future__ import annotations

import cv2
import numpy as np
from av.video.frame import VideoFrame
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange, Colorspace, Interpolation, VideoReformatter
from numpy.typing import NDArray

from media.image.hdr import BITS, needs_conversion, to_sdr

# Rec. ITU-T H.273: the numbers in every codec's headers, and ffmpeg's names for them
_SPACES = {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc"}
_PRIMARIES = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 9: "bt2020", 12: "smpte432"}
_TRANSFERS = {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 8: "linear", 13: "iec61966-2-1"} | {
    14: "bt2020-10",
    15: "bt2020-12",
    16: "smpte2084",
    18: "arib-std-b67",
}
_RANGES = {1: "tv", 2: "pc"}
_UNSPECIFIED = 2
_HD = (1280, 576)  # a silent file wider or higher than this is taken for bt709, else for bt601, as players do

# swscale's default takes a chroma sample for four pixels as it is and rounds down: 1.3 levels too dark on average
_EXACT = (
    Interpolation.BILINEAR
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.ACCURATE_RND
    | Interpolation.BITEXACT
)
_RESIZE = _EXACT ^ Interpolation.BILINEAR | Interpolation.BICUBIC

# What cameras and editors write. From these swscale makes three planes much faster than packed pixels, with the same
# levels (but for the last row of an odd height).
PLANES_FASTER = frozenset(
    [
        *("yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p", "yuva420p", "nv12"),
        *("yuv420p10le", "yuv422p10le", "yuv444p10le", "p010le"),
    ]
)


def color_names(frame: VideoFrame) -> tuple[str, str, str, str]:
    """Range, matrix, primaries and transfer of a frame, "unknown" where it is silent."""
    return (
        _RANGES.get(frame.color_range, "unknown"),
        _SPACES.get(frame.colorspace, "unknown"),
        _PRIMARIES.get(frame.color_primaries, "unknown"),
        _TRANSFERS.get(frame.color_trc, "unknown"),
    )


def matrix_of(frame: VideoFrame) -> int:
    """The number of its matrix; where it is silent, what players take it for."""
    if frame.colorspace != _UNSPECIFIED:
        return frame.colorspace
    return int(Colorspace.ITU709 if frame.width >= _HD[0] or frame.height > _HD[1] else Colorspace.ITU601)


class ToRgb:
    """Converts frames of one video; keeps swscale's tables between frames."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def __call__(self, frame: VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
        """(height, width, 3) uint8 of `size` = (width, height); resampled (bicubic) only if the frame's differs."""
        same = (frame.width, frame.height) == size
        wide = needs_conversion(frame.color_trc, frame.color_primaries)
        planes = frame.format.name in PLANES_FASTER and not (same and frame.height % 2)
        rgb = self._reformatter.reformat(
            frame,
            width=size[0],
            height=size[1],
            # swscale's packed 16-bit RGB has wrong colours where chroma is subsampled and interpolated in full
            format=f"gbrp{BITS}le" if wide else "gbrp" if planes else "rgb24",
            src_colorspace=matrix_of(frame),
            dst_color_range=ColorRange.JPEG,
            interpolation=int(_EXACT if same else _RESIZE),
            threads=1,
        )
        if wide:
            green, blue, red = (_sixteen_bits(plane) for plane in rgb.planes)
            return to_sdr((red, green, blue), size[0], frame.color_trc, frame.color_primaries)
        if planes:
            g, b, r = (_eight_bits(plane) for plane in rgb.planes)
            return np.asarray(cv2.merge([r, g, b]), np.uint8)
        return np.asarray(rgb.to_ndarray(), np.uint8)


def _eight_bits(plane: VideoPlane) -> NDArray[np.uint8]:
    """A view of a plane's memory, (H, W)."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)  # type: ignore[call-overload]
    return rows[:, : plane.width]  # type: ignore[no-any-return]


def _sixteen_bits(plane: VideoPlane) -> NDArray[np.uint16]:
    """A view of a plane's memory, (H, stride)."""
    return np.frombuffer(plane, np.uint16).reshape(plane.height, plane.line_size // 2)  # type: ignore[call-overload, no-any-return]

"""Pictures kept in their clip's own planes: light in full, colour at half its resolution, as cameras write them.

Half the room of RGB, and nothing is converted before somebody looks. What comes out then is, to the bit, what
converting the clip's whole frame gives: the planes reach so far beyond the picture that every sample that counts is
there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from foundation.box import Box
from media.video.color import ToRgb

FORMAT = "yuv420p"
SITED = {"chroma_sample_location": "left"}
"""What a decoder of such files is told of where samples of colour lie, which no container keeps."""
MARGIN = 2
"""Pixels around a picture whose colour counts for its own."""
_TAG, _PLANES = "comment", "planes"


@dataclass(frozen=True)
class Planar:
    """How such pictures lie in a file.

    Attributes:
        size: (width, height) of the planes.
        part: of them that is the picture.
        matrix, span: of their colours, by the numbers of Rec. ITU-T H.273.
    """

    size: tuple[int, int]
    part: Box
    matrix: int
    span: int

    @property
    def tags(self) -> dict[str, str]:
        """For the file's container."""
        numbers = (*self.size, *self.part.corners, self.matrix, self.span)
        return {_TAG: " ".join([_PLANES, *map(str, numbers)])}

    @staticmethod
    def of(tags: Mapping[str, str]) -> Planar | None:
        """What a container's tags say; None: the file keeps pictures.

        Raises:
            ValueError: planes are not told as `tags` tells them.
        """
        name, *numbers = tags.get(_TAG, "").split() or [""]
        if name != _PLANES:
            return None
        width, height, *part, matrix, span = map(int, numbers)
        return Planar((width, height), Box(*part), matrix, span)

    def rgb(self, frame: VideoFrame, to_rgb: ToRgb) -> NDArray[np.uint8]:
        """(H, W, 3) the picture in a frame of these planes.

        Raises:
            ValueError: it is a frame of others.
        """
        if (frame.width, frame.height) != self.size or self.part.clipped(*self.size) != self.part:
            raise ValueError("planes of another size than it tells")
        frame.colorspace, frame.color_range = self.matrix, self.span
        return np.ascontiguousarray(to_rgb(frame, self.size)[self.part.slices])

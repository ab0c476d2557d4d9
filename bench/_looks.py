"""What is seen in a sequence of frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face, head_frame
from foundation.geometry import Image
from quality import surface
from quality.features import features


@dataclass
class Looks:
    """What is seen in a sequence of frames, one row a frame; NaN where no face was found."""

    rows: list[NDArray[np.float64]] = field(default_factory=list)
    thumbs: list[NDArray[np.float32]] = field(default_factory=list)

    def add(self, image: Image, face: Face | None, box: tuple[int, int, int, int] | None = None) -> None:
        self.rows.append(features(image, face))
        place = box or (
            surface.face_box(head_frame(face.points, face.scheme)) if face else (0, 0, image.shape[1], image.shape[0])
        )
        self.thumbs.append(surface.thumbnail(image, place))

    @cached_property
    def table(self) -> NDArray[np.float64]:
        return np.stack(self.rows)

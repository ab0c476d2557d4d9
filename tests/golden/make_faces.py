"""Writes faces.npz, what golden frames of engines are made from: python -m tests.golden.make_faces.

Kept, because a landmark network's last bits are another processor's others, and an engine may magnify them.
"""

from __future__ import annotations

import numpy as np

from landmarks import load_backend
from media.image.images import read_image
from media.samples import sample_path
from tests.animated import carphone_frames
from tests.golden.cases import FACES, FRAMES


def main() -> None:
    """The astronaut's face, then those of the clip."""
    with load_backend() as backend:
        pictures = [read_image(sample_path("astronaut")), *carphone_frames(FRAMES)]
        faces = [backend.detect(picture, 1)[0] for picture in pictures]
    points = np.stack([face.points for face in faces])
    np.savez_compressed(
        FACES,
        points=(points * 64).round().astype(np.int16),  # a 64th of a pixel: half the size
        blendshapes=np.stack([face.blendshapes for face in faces]).astype(np.float16),
        pose=np.stack([face.pose for face in faces]).astype(np.float32),
    )


if __name__ == "__main__":
    main()

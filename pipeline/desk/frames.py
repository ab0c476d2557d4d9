"""Single frames of a video, exactly as they decode: as PNG, so that nothing is lost between the file and the eye."""

from __future__ import annotations

import io
import threading
from collections import OrderedDict
from fractions import Fraction
from pathlib import Path

from PIL import Image

from media.video.reader import VideoReader

STRETCH = 8
"""Frames that are decoded at once: whoever steps to one wants its neighbours next."""
MOST_BYTES = 96 << 20


class Frames:
    """Frames of videos, the latest kept. One thread decodes at a time: renders want the others."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Path, int], bytes] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def png(self, video: Path, number: int, fps: Fraction) -> bytes | None:
        """Frame `number` of a video of constant rate; None if it has none.

        Raises: InputError if the video cannot be decoded.
        """
        with self._lock:
            if (video, number) not in self._kept:
                self._decode(video, number // STRETCH * STRETCH, fps)
            found = self._kept.get((video, number))
            if found is not None:
                self._kept.move_to_end((video, number))
            return found

    def _decode(self, video: Path, first: int, fps: Fraction) -> None:
        half = Fraction(1, 2)
        with VideoReader(video, start=(first + half) / fps, stop=(first + STRETCH - half) / fps) as reader:
            for seconds, picture in reader:
                file = io.BytesIO()
                Image.fromarray(picture).save(file, format="PNG", compress_level=1)
                self._keep((video, round(seconds * fps)), file.getvalue())

    def _keep(self, key: tuple[Path, int], png: bytes) -> None:
        self._size += len(png) - len(self._kept.pop(key, b""))
        self._kept[key] = png
        while self._size > MOST_BYTES and len(self._kept) > STRETCH:
            self._size -= len(self._kept.popitem(last=False)[1])

"""What was seen of a part of a clip, in files: frames.json, and a row a face in arrays/."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from foundation.facetrack import Face
from foundation.npy import BLOCK, NpyWriter, Rows
from landmarks.sights import Sight

_FRAMES, _ARRAYS = "frames.json", "arrays"


class SightWriter:
    """Frames come in one after the other; `folder` then holds what `read_sights` reads, to the bit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / _ARRAYS).mkdir()
        self._files: dict[str, NpyWriter] = {}
        self._frames: list[tuple[str, bool, int]] = []
        self._about: dict[str, object] = {}

    def add(self, sight: Sight) -> None:
        """The next frame."""
        self._frames.append((str(sight.seconds), sight.cut, len(sight.faces)))
        self._about["size"] = sight.size
        for number, face in enumerate(sight.faces):
            self._about["scheme"] = face.scheme
            row = {"points": face.points, "blendshapes": face.blendshapes, "pose": face.pose}
            for name, value in (row | {"looks": sight.looks[number]} if sight.looks else row).items():
                if name not in self._files:
                    self._files[name] = NpyWriter(self._folder / _ARRAYS / f"{name}.npy", np.float64)
                self._files[name].append(value[None])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files.values():
            file.close()
        text = json.dumps(self._about | {"frames": self._frames})
        (self._folder / _FRAMES).write_text(text, encoding="utf-8")


def read_times(folder: Path) -> list[Fraction]:
    """When each frame appears."""
    return [Fraction(seconds) for seconds, _, _ in json.loads((folder / _FRAMES).read_text(encoding="utf-8"))["frames"]]


def read_sights(folder: Path) -> Iterator[Sight]:
    """What a SightWriter wrote, a block of frames in memory at a time."""
    about = json.loads((folder / _FRAMES).read_text(encoding="utf-8"))
    rows = {path.stem: Rows(path) for path in (folder / _ARRAYS).glob("*.npy")}
    frames, at = about["frames"], 0
    for start in range(0, len(frames), BLOCK):
        block = frames[start : start + BLOCK]
        stop = at + sum(count for _, _, count in block)
        arrays = {name: array[at:stop] for name, array in rows.items()}
        first, at = 0, stop
        for seconds, cut, count in block:
            own = range(first, first + count)
            faces = [_face(arrays, number, about["scheme"]) for number in own]
            looks = [arrays["looks"][number] for number in own if "looks" in arrays]
            yield Sight(Fraction(seconds), cut, (about["size"][0], about["size"][1]), faces, looks)
            first += count


def _face(arrays: dict[str, NDArray[np.float64]], number: int, scheme: str) -> Face:
    return Face(arrays["points"][number], scheme, arrays["blendshapes"][number], arrays["pose"][number])

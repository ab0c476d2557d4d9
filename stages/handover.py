"""How stages read one another's artifacts: one reader for each thing that more than one stage takes up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compositing.paste import Style
from engines.base import Arrays, Portrait
from foundation.crop import CropInfo, covered
from foundation.facetrack import Face, FaceTrack, HeadFrame, head_frame
from foundation.geometry import Box, apply_affine, invert_affine
from foundation.npy import Rows
from media.image.images import read_image
from stages.names import FRAMES, OPACITY


def clip_of(given: Path) -> Path:
    """The video of an input: a file of the user's, or the frames in another stage's artifact."""
    return given / FRAMES if given.is_dir() else given


def read_crop(folder: Path) -> CropInfo:
    """The crop artifact's description."""
    about = json.loads((folder / "crop.json").read_text(encoding="utf-8"))
    left, top, right, bottom = about["inner_edges"]
    return CropInfo(
        np.array(about["affine"]), Box(*about["box"]), tuple(about["size"]), about["native"], (left, top, right, bottom)
    )


def read_face(folder: Path) -> Face:
    """The face of a crop artifact, in the crop's pixels."""
    return FaceTrack.load(folder / "face").face(0)


def read_track_face(folder: Path, index: int, crop: CropInfo) -> Face:
    """The face in frame `index` of what stages.portrait.plate_path wrote, in the pixels of that frame's crop."""
    face = FaceTrack.load(folder / "track").face(index)
    return replace(face, points=apply_affine(crop.affine, face.points))


def read_style(settings: Mapping[str, Any]) -> Style:
    """How the settings of a task want crops pasted."""
    return Style(settings["feather"], settings["match_color"], settings["match_grain"])


def inner_edges(box: Box, picture: tuple[int, int], *, native: bool) -> tuple[bool, bool, bool, bool]:
    """Which sides of a crop lie inside a picture, (width, height): left, top, right, bottom."""
    if not native:
        return True, True, True, True
    return box.x0 > 0, box.y0 > 0, box.x1 < picture[0], box.y1 < picture[1]


@dataclass(frozen=True)
class CropPath:
    """Where the crop of stages.portrait.plate_path is in each frame of a plate.

    Attributes:
        affines: (N, 2, 3) from the pixels of frame n to the crop's. size: (width, height) of the crop.
        picture: (width, height) of the plate. native: the crop keeps the plate's own pixels.
    """

    affines: NDArray[np.float64]
    size: tuple[int, int]
    picture: tuple[int, int]
    native: bool

    def crop(self, index: int) -> CropInfo:
        """The crop of frame `index`."""
        affine = self.affines[index]
        if self.native:
            x, y = round(-affine[0, 2]), round(-affine[1, 2])
            box = Box(x, y, x + self.size[0], y + self.size[1])
        else:
            box = covered(affine, self.size, self.picture)
        return CropInfo(affine, box, self.size, self.native, inner_edges(box, self.picture, native=self.native))


def read_crop_path(folder: Path) -> CropPath:
    """What stages.portrait.plate_path wrote of the crop's path."""
    crop = read_crop(folder)
    whole = (crop.box.width, crop.box.height)
    return CropPath(np.load(folder / "affines.npy", allow_pickle=False), crop.size, whole, crop.native)


def read_head(folder: Path) -> HeadFrame:
    """Where the head of a crop artifact is in the whole picture, or the heads of a group's."""
    about = json.loads((folder / "crop.json").read_text(encoding="utf-8"))
    if "head" in about:
        told = about["head"]
        return HeadFrame(tuple(told["centre"]), told["height"], told["roll"], tuple(told["spread"]))
    face = FaceTrack.load(folder / "face")
    head, back = head_frame(face.points[0], face.scheme), invert_affine(np.array(about["affine"]))
    centre = apply_affine(back, np.array([head.centre]))[0]
    scale = float(np.sqrt(abs(np.linalg.det(back[:, :2]))))
    return HeadFrame((float(centre[0]), float(centre[1])), head.height * scale, head.roll)


def read_portrait(folder: Path) -> Portrait:
    """The crop artifact as engines take it."""
    return Portrait(read_image(folder / "crop.png"), read_face(folder), read_crop(folder).inner_edges)


def read_under(folder: Path) -> NDArray[np.uint8]:
    """The part of the portrait that the crop covers: its `box`."""
    return read_image(folder / "under.png")


def read_opacity(folder: Path) -> NDArray[np.uint8] | None:
    """(H, W) the opacity of the whole portrait; None where all of it shows."""
    path = folder / OPACITY
    return np.ascontiguousarray(read_image(path)[:, :, 0]) if path.is_file() else None


def read_picture(folder: Path) -> NDArray[np.uint8]:
    """The whole portrait of a crop artifact, (H, W, 3) uint8 RGB."""
    return read_image(folder / "picture.png")


def engine_files(inputs: Mapping[str, Path]) -> dict[str, str]:
    """The inputs that are an engine's own files, by the engine's names for them."""
    return {name.removeprefix("file."): str(path) for name, path in inputs.items() if name.startswith("file.")}


def shot_folder(folder: Path, number: int) -> Path:
    """Where a prepare artifact has the arrays of shot `number`."""
    return folder / f"shot{number:05d}"


def read_arrays(folder: Path) -> Arrays:
    """A shot's arrays of a prepare artifact; those that were written by rows are read by rows."""
    whole = {path.stem: np.load(path, allow_pickle=False) for path in sorted((folder / "arrays").glob("*.npy"))}
    return whole | {path.stem: Rows(path) for path in sorted((folder / "rows").glob("*.npy"))}

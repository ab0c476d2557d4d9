"""The files of a crop, written and read in one place.

picture.png is the whole portrait, upright; crop.png what is animated; under.png the part of the picture that the crop
covers; face/ a track of one frame, in the crop's pixels; crop.json how the crop lies in the picture, and where the head
is in it; opacity.png, where it is kept, how much of the portrait shows. Where something stays in front, picture.png and
under.png show it; front0.png, ... are its parts over under.png, and bare.png is what lies behind them.

Of a matte, which lies by itself: matte.png says how much of each pixel of the whole portrait is its person, moving.png
how much of it moves with that; behind.png is the portrait without what moves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import copyfile

import cv2
import numpy as np

from compositing.front import Front
from foundation.crop import CropInfo, covered
from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Array, Box, Image, apply_affine, invert_affine
from foundation.person import Person
from media.image.images import read_gray, read_image, read_image_alpha, write_png
from media.image.resample import warp_affine

_OPACITY = "opacity.png"


def inner_edges(box: Box, picture: tuple[int, int], *, native: bool) -> tuple[bool, bool, bool, bool]:
    """Which sides of a crop lie inside a picture, (width, height): left, top, right, bottom.

    Args:
        native: it shows all of its box, up to the picture's own edge; else a head in its middle, blended all around.
    """
    if not native:
        return True, True, True, True
    return box.x0 > 0, box.y0 > 0, box.x1 < picture[0], box.y1 < picture[1]


def head_in_picture(face: FaceTrack, affine: Array) -> HeadFrame:
    """Where the head is in the whole picture.

    Args:
        face: of one frame, in the crop's pixels.
        affine: (2, 3) from the picture's pixels to the crop's.
    """
    head, back = head_frame(np.asarray(face.points[0], np.float32), face.scheme), invert_affine(affine)
    centre = apply_affine(back, np.array([head.centre]))[0]
    scale = float(np.sqrt(abs(np.linalg.det(back[:, :2]))))
    return HeadFrame((float(centre[0]), float(centre[1])), head.height * scale, head.roll)


def write_info(folder: Path, info: CropInfo, head: HeadFrame) -> None:
    """Write crop.json.

    Args:
        head: where it is in the whole picture.
    """
    about = {
        "affine": info.affine.tolist(),
        "box": info.box.to_json(),
        "size": list(info.size),
        "native": info.native,
        "inner_edges": list(info.inner_edges),
        "head": asdict(head),
    }
    (folder / "crop.json").write_text(json.dumps(about), encoding="utf-8")


def read_info(folder: Path) -> CropInfo:
    """What `write_info` wrote of the crop."""
    about = json.loads((folder / "crop.json").read_text(encoding="utf-8"))
    left, top, right, bottom = about["inner_edges"]
    return CropInfo(
        np.array(about["affine"]), Box(*about["box"]), tuple(about["size"]), about["native"], (left, top, right, bottom)
    )


def read_head(folder: Path) -> HeadFrame:
    """What `write_info` wrote of the head."""
    told = json.loads((folder / "crop.json").read_text(encoding="utf-8"))["head"]
    return HeadFrame(tuple(told["centre"]), told["height"], told["roll"], tuple(told["spread"]))


def write_pictures(
    folder: Path, picture: Image, crop: Image | None, box: Box | None, opacity: Image | None = None
) -> None:
    """Write the pictures.

    Args:
        picture: (H, W, 3) the whole portrait.
        crop: (h, w, 3) what is animated; None: nothing by itself.
        box: what the crop covers in the picture; None: write no under.png.
        opacity: (H, W) how much of it shows; None: all.
    """
    write_png(folder / "picture.png", picture)
    under = None if box is None else np.ascontiguousarray(picture[box.slices])
    if under is not None:
        write_png(folder / "under.png", under)
    if crop is not None and under is not None and np.array_equal(crop, under):
        copyfile(folder / "under.png", folder / "crop.png")  # compressing takes long
    elif crop is not None:
        write_png(folder / "crop.png", crop)
    if opacity is not None:
        write_png(folder / _OPACITY, opacity)


def write_fronts(folder: Path, bare: Image, fronts: Sequence[Front]) -> None:
    """Write what stays in front.

    Args:
        bare: (h, w, 3) the part of the picture that the crop covers, behind it.
        fronts: as large, the last one uppermost.
    """
    write_png(folder / "bare.png", bare)
    for number, front in enumerate(fronts):
        write_png(folder / f"front{number}.png", np.dstack([front.colours, front.opacity]))


def read_fronts(folder: Path) -> list[Front]:
    """What `write_fronts` wrote; none where nothing stays in front."""
    found: list[Front] = []
    while (path := folder / f"front{len(found)}.png").is_file():
        colours, opacity = read_image_alpha(path)
        found.append(Front(colours, np.full(colours.shape[:2], 255, np.uint8) if opacity is None else opacity))
    return found


def read_bare(folder: Path) -> Image:
    """(h, w, 3) the part of the picture that the crop covers, without what stays in front."""
    bare = folder / "bare.png"
    return read_image(bare if bare.is_file() else folder / "under.png")


def read_opacity(folder: Path) -> Image | None:
    """(H, W) uint8; None where all of the portrait shows."""
    path = folder / _OPACITY
    return np.ascontiguousarray(read_image(path)[:, :, 0]) if path.is_file() else None


def write_matte(folder: Path, opacity: Image, person: Person) -> None:
    """Write a matte.

    Args:
        opacity: (H, W) of the person.
        person: what moves with it, and what is behind that; of the whole portrait.
    """
    write_png(folder / "matte.png", opacity)
    write_png(folder / "moving.png", person.opacity)
    write_png(folder / "behind.png", person.behind)


def read_matte(folder: Path) -> Image | None:
    """(H, W) uint8 of the whole portrait; None where no person could be told from what is behind."""
    path = folder / "matte.png"
    return read_gray(path) if path.is_file() else None


def read_person(folder: Path, box: Box | None = None) -> Person | None:
    """The rest of what `write_matte` wrote, or a part of it."""
    path = folder / "moving.png"
    if not path.is_file():
        return None
    whole = read_gray(path), read_image(folder / "behind.png")
    return Person(*(np.ascontiguousarray(each[box.slices]) if box else each for each in whole))


@dataclass(frozen=True)
class CropPath:
    """Where a crop is in each frame of a moving plate.

    Attributes:
        affines: (N, 2, 3) from the pixels of frame n to the crop's.
        size: (width, height) of the crop.
        picture: (width, height) of the plate.
        native: the crop keeps the plate's own pixels.
    """

    affines: Array
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

    def cut(self, index: int, frame: Image) -> Image:
        """(h, w, 3) the crop of frame `index` of the plate; past the plate's edge, it is mirrored."""
        if self.native:
            return np.ascontiguousarray(frame[self.crop(index).box.slices])
        return warp_affine(frame, self.affines[index], self.size, border=cv2.BORDER_REFLECT_101)

    def save(self, folder: Path) -> None:
        """Write affines.npy, beside what `write_info` writes."""
        np.save(folder / "affines.npy", self.affines)


def read_path(folder: Path) -> CropPath:
    """What `CropPath.save` and `write_info` wrote."""
    info = read_info(folder)
    whole = (info.box.width, info.box.height)
    return CropPath(np.load(folder / "affines.npy", allow_pickle=False), info.size, whole, info.native)

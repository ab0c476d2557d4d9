"""Cut the portrait around its face, as the engine wants it, and keep the way back.

Writes picture.png (the whole portrait, upright, RGB), crop.png, under.png (the part of the picture that the crop
covers), face/ (a track of one frame, in the crop's pixels) and crop.json: `affine` (2, 3) from the picture's pixels to
the crop's, `box` [x0, y0, x1, y1] that the crop covers in the picture, `size` of the crop, `native` (the crop keeps the
picture's own pixels) and `inner_edges` (which of its sides, left, top, right and bottom, lie inside the picture).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.opacity import spread_colours
from engines import load_engine
from engines.base import CropSpec
from foundation.crop import covered, upright
from foundation.errors import ManifestError
from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Array, Box, square_around, translation
from media.image.images import read_image, read_image_alpha, write_png
from media.image.resample import warp_affine
from media.video.reader import frame_at
from stages import Report
from stages.handover import inner_edges
from stages.names import OPACITY

Image = NDArray[np.uint8]

SAME_FACE = 0.25
"""Heads that lie closer than this, in face heights, are one and the same."""


def run(settings: Mapping[str, Any], inputs: Mapping[str, Path], out: Path, report: Report) -> dict[str, Any]:
    """Settings: engine, engine_version, crop_size (if not the engine's own), at (seconds of a video's frame, or None),
    alpha (keep what is transparent apart, in opacity.png), face_limit (pixels, or None: a picture whose tallest head is
    taller is made smaller, to that height).

    Inputs: media, faces; other0, other1, ...: the faces of those who have other faces of the same picture.
    """
    engine = load_engine(settings["engine"])
    track = FaceTrack.load(inputs["faces"] / "track")
    if track.scheme != engine.scheme:
        raise ManifestError(
            f"the engine {engine.name} needs {engine.scheme} landmarks, and the manifest chooses {track.scheme}",
            cure="set defaults.landmarks to another backend or choose another engine",
        )
    at = settings["at"]
    opacity = None
    if at is not None:
        picture = frame_at(inputs["media"], Fraction(at))
    elif settings.get("alpha"):
        picture, opacity = read_image_alpha(inputs["media"])
    else:
        picture = read_image(inputs["media"])
    others = [FaceTrack.load(folder / "track") for name, folder in inputs.items() if name.startswith("other")]
    picture, opacity, track, others = _limited(picture, opacity, track, others, settings.get("face_limit"))
    if opacity is not None:
        picture = spread_colours(picture, opacity)
        write_png(out / OPACITY, opacity)
    head = head_frame(track.points[0], track.scheme)
    spec = engine.crop if settings.get("crop_size") is None else replace(engine.crop, size=settings["crop_size"])
    affine, box, image = _cut(picture, head, spec, _other_heads(others, head))
    height, width = picture.shape[:2]
    native = spec.size is None
    write_png(out / "picture.png", picture)
    write_png(out / "crop.png", image)
    write_png(out / "under.png", np.ascontiguousarray(picture[box.slices]))
    track.through(affine, (image.shape[1], image.shape[0])).save(out / "face")
    about = {
        "affine": affine.tolist(),
        "box": box.to_json(),
        "size": [image.shape[1], image.shape[0]],
        "native": native,
        "inner_edges": list(inner_edges(box, (width, height), native=native)),
    }
    (out / "crop.json").write_text(json.dumps(about), encoding="utf-8")
    return about | {"picture_size": [width, height], "face_height": round(head.height, 2)}


def _limited(
    picture: Image, opacity: Image | None, track: FaceTrack, others: list[FaceTrack], limit: int | None
) -> tuple[Image, Image | None, FaceTrack, list[FaceTrack]]:
    """All of it made smaller where the tallest head is taller than `limit` pixels, which no result could show."""
    tallest = max(head_frame(each.points[0], each.scheme).height for each in (track, *others))
    if limit is None or tallest <= limit:
        return picture, opacity, track, others
    height, width = picture.shape[:2]
    size = max(1, round(width * limit / tallest)), max(1, round(height * limit / tallest))
    across, down = size[0] / width, size[1] / height
    # Pixel centres lie half a pixel inside: the first one's moves, too.
    scaling = np.array([[across, 0.0, (across - 1) / 2], [0.0, down, (down - 1) / 2]])
    smaller = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    shown = None if opacity is None else np.asarray(cv2.resize(opacity, size, interpolation=cv2.INTER_AREA), np.uint8)
    return smaller, shown, track.through(scaling, size), [other.through(scaling, size) for other in others]


def _other_heads(tracks: list[FaceTrack], own: HeadFrame) -> list[HeadFrame]:
    """Where the picture's other performers are.

    Raises: ManifestError if one of them is this one.
    """
    others = [head_frame(track.points[0], track.scheme) for track in tracks]
    for other in others:
        if np.hypot(other.centre[0] - own.centre[0], other.centre[1] - own.centre[1]) < SAME_FACE * own.height:
            raise ManifestError(
                "two performers take the same face of one picture",
                cure="choose another face for one of them, such as face: {index: 1}",
            )
    return others


def _cell(box: Box, own: HeadFrame, others: list[HeadFrame]) -> Box:
    """The part of the box that is nearer to this head than to another: cut across, or down, where they lie apart."""
    x0, y0, x1, y1 = box.x0, box.y0, box.x1, box.y1
    for other in others:
        share = own.height / (own.height + other.height)
        dx, dy = other.centre[0] - own.centre[0], other.centre[1] - own.centre[1]
        if abs(dx) >= abs(dy):
            edge = round(own.centre[0] + share * dx)
            x0, x1 = (x0, min(x1, edge)) if dx > 0 else (max(x0, edge), x1)
        else:
            edge = round(own.centre[1] + share * dy)
            y0, y1 = (y0, min(y1, edge)) if dy > 0 else (max(y0, edge), y1)
    return Box(x0, y0, x1, y1)


def _cut(picture: Image, head: HeadFrame, spec: CropSpec, others: list[HeadFrame]) -> tuple[Array, Box, Image]:
    """The affine from picture to crop, the pixels of the picture that the crop covers, and the crop."""
    height, width = picture.shape[:2]
    half = spec.reach * head.height
    if spec.size is None:
        box = _cell(square_around(head.centre, half), head, others).clipped(width, height)
        return translation(-box.x0, -box.y0), box, np.ascontiguousarray(picture[box.slices])
    affine = upright(head, half, spec.size)
    box = covered(affine, (spec.size, spec.size), (width, height))
    return affine, box, warp_affine(picture, affine, (spec.size, spec.size), border=cv2.BORDER_REFLECT_101)

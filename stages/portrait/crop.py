"""Cut the portrait around its face, as the engine wants it, and keep the way back.

Writes the files of a crop (see stages.crop_files).
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from compositing.front import laid_over, read_front
from compositing.opacity import spread_colours
from engines.crops import crop_affine
from engines.plugin import CropSpec
from foundation.crop import CropInfo, covered
from foundation.errors import ManifestError
from foundation.facetrack import FaceTrack, HeadFrame, head_frame
from foundation.geometry import Array, Box, square_around, translation
from foundation.schemes import SQUARE
from media.image.images import read_image, read_image_alpha
from media.image.resample import warp_affine
from media.video.reader import frame_at
from stages.contract import Report
from stages.contracts.crop import Facts, Inputs, Settings
from stages.crop_files import head_in_picture, inner_edges, write_fronts, write_info, write_pictures
from stages.engine_use import check_scheme, crop_spec

Image = NDArray[np.uint8]

SAME_FACE = 0.25
"""Heads that lie closer than this, in face heights, are one and the same."""


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Write the crop.

    Raises:
        ManifestError: the engine cannot use such landmarks, or two performers take the same face.
        InputError: what is to stay in front of it cannot.
    """
    track, media = inputs.faces.track(), inputs.media.path
    check_scheme(settings.engine, track.scheme)
    opacity = None
    if settings.at is not None:
        picture = frame_at(media, settings.at)
    elif settings.alpha:
        picture, opacity = read_image_alpha(media)
    else:
        picture = read_image(media)
    full = (picture.shape[1], picture.shape[0])
    fronts = [read_front(file.path, full) for file in inputs.in_front]
    others = [other.track() for other in inputs.others]
    picture, opacity, track, others = _limited(picture, opacity, track, others, settings.face_limit)
    if opacity is not None:
        picture = spread_colours(picture, opacity)
    whole = (picture.shape[1], picture.shape[0])
    fronts = [front if whole == full else front.resized(whole) for front in fronts]
    for front in fronts:
        picture = front.without(picture, _tallest(track, others))
        opacity = None if opacity is None else np.maximum(opacity, front.opacity)
    head = head_frame(track.points[0], track.scheme)
    spec = crop_spec(settings.engine)
    affine, box, image = cut(picture, track.points[0], head, spec, _other_heads(others, head))
    size, native = (image.shape[1], image.shape[0]), spec.size is None
    write_pictures(out, laid_over(picture, fronts), image, box, opacity)
    if fronts:
        write_fronts(out, picture[box.slices], [front.part(box) for front in fronts])
    face = track.through(affine, size)
    face.save(out / "face")
    ends = native or track.scheme == SQUARE
    info = CropInfo(affine, box, size, native, inner_edges(box, whole, native=ends))
    write_info(out, info, head_in_picture(face, affine))
    return Facts(box=box.corners, size=size, picture=whole, face_height=round(head.height, 2))


def _limited(
    picture: Image, opacity: Image | None, track: FaceTrack, others: list[FaceTrack], limit: int | None
) -> tuple[Image, Image | None, FaceTrack, list[FaceTrack]]:
    """All of it made smaller where the tallest head is taller than `limit` pixels, which no result could show."""
    tallest = _tallest(track, others)
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


def _tallest(track: FaceTrack, others: list[FaceTrack]) -> float:
    return max(head_frame(each.points[0], each.scheme).height for each in (track, *others))


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


def cut(
    picture: Image, points: Array, head: HeadFrame, spec: CropSpec, others: list[HeadFrame]
) -> tuple[Array, Box, Image]:
    """The affine from picture to crop, the pixels of the picture that the crop covers, and the crop."""
    height, width = picture.shape[:2]
    if spec.size is None:
        box = _cell(square_around(head.centre, spec.reach * head.height), head, others).clipped(width, height)
        return translation(-box.x0, -box.y0), box, np.ascontiguousarray(picture[box.slices])
    affine = crop_affine(spec, points, head, spec.size)
    box = covered(affine, (spec.size, spec.size), (width, height))
    return affine, box, warp_affine(picture, affine, (spec.size, spec.size), border=cv2.BORDER_REFLECT_101)

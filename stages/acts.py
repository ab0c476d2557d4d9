"""A picture and its moving frames, as they are shown: whole, a crop, see-through, or its person alone, cut out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from compositing.opacity import OpacityFrames, with_opacity
from compositing.standing import Standing, cut_out
from foundation.facetrack import HeadFrame, head_frame
from foundation.geometry import Box, Image
from media.image.resample import warp_affine
from media.video.sequence import FrameSequence
from stages.artifacts import Frames, Media
from stages.contracts.edit import Act, Background
from stages.crops import Crop, Matte


@dataclass(frozen=True)
class Shown:
    """One picture: the whole of it, the part that moves, the moving frames, and where the heads are.

    Attributes:
        background: what its person, who is cut out, stands before; None: nobody is.
        file: that background's.
        bare: (H, W, 3) the still picture without that person.
    """

    picture: Image
    box: Box
    frames: FrameSequence | OpacityFrames | Standing
    head: HeadFrame
    background: Background | None = None
    file: Media | None = None
    bare: Image | None = None


def shown(
    about: Act, crop: Crop, given: tuple[Frames, ...], *, matte: Matte | None, file: Media | None, alpha: bool
) -> Shown:
    """The act.

    Args:
        given: the moving frames, in order.
        matte: of a still portrait whose person is cut out.
        file: what that stands before.
        alpha: the result has an opacity, and shows the portrait's own.
    """
    chunks = [(start, chunk.video) for start, chunk in zip(about.chunks, given, strict=True)]
    frames = FrameSequence(chunks, about.frames)
    info = crop.info()
    if about.into == "crop":
        face = crop.face()
        act = Shown(crop.image(), Box(0, 0, *info.size), frames, head_frame(face.points, face.scheme))
    else:
        act = Shown(crop.picture(), info.box, frames, crop.head())
    masks = [(start, chunk.opacity) for start, chunk in zip(about.chunks, given, strict=True)]
    known = [(start, path) for start, path in masks if path is not None]
    if about.background is not None and len(known) == len(masks):
        act = replace(act, background=about.background, file=file)
        opacities = FrameSequence(known, about.frames)
        return _moving(act, frames, opacities) if matte is None else _still(act, frames, opacities, crop, matte)
    return _seen_through(act, frames, crop, about.into) if alpha else act


def _moving(act: Shown, frames: FrameSequence, opacities: FrameSequence) -> Shown:
    """The person of a moving plate, all of which is in its frames."""
    return replace(act, picture=with_opacity(act.picture, None), frames=Standing(frames, opacities))


def _still(act: Shown, frames: FrameSequence, opacities: FrameSequence, crop: Crop, matte: Matte) -> Shown:
    """The person of a still portrait."""
    opacity, person = matte.opacity(), matte.person()
    assert opacity is not None  # noqa: S101  (else no frame has an opacity)
    assert person is not None  # noqa: S101
    inner = np.ascontiguousarray(person.behind[act.box.slices])
    fronts = np.zeros(inner.shape[:2], np.uint8)
    for front in crop.fronts():
        np.maximum(fronts, front.opacity, out=fronts)
    np.maximum(opacity[act.box.slices], fronts, out=opacity[act.box.slices])
    standing = Standing(frames, opacities, inner, fronts)
    return replace(act, picture=cut_out(act.picture, opacity, person.behind), frames=standing, bare=person.behind)


def _seen_through(act: Shown, frames: FrameSequence, crop: Crop, into: str) -> Shown:
    """The act with the portrait's own opacity, which stays where it is while the face moves."""
    opacity = crop.opacity()
    if opacity is not None and into == "crop":
        info = crop.info()
        opacity = warp_affine(opacity, info.affine, info.size, border=cv2.BORDER_CONSTANT)
    moving = None if opacity is None else np.ascontiguousarray(opacity[act.box.slices])
    return replace(act, picture=with_opacity(act.picture, opacity), frames=OpacityFrames(frames, moving))

"""What is seen of a portrait and of the clip that drives it, as arrays that are stored: see Layers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from engines.base import Arrays, Portrait
from engines.layers.lips import CONTOUR
from face import palette, relight
from face.calibration import Samples
from face.occlusion import LIMITS, covered
from face.palette import Palette, too_coarse
from face.performance import Performance
from face.rig import Rig
from face.shut_lips import on_the_seam, shutness
from foundation.facetrack import FaceTrack


def with_shut_lips(portrait: Portrait) -> Portrait:
    """The portrait, with its landmarks on the seam of its lips if they are shut and the landmarks are not."""
    image, face = portrait.image, portrait.face
    if shutness(image, face.points, palette.look([(image, face.points)])) < 0.5:
        return portrait
    return replace(portrait, face=replace(face, points=on_the_seam(image, face.points)))


def seen(portrait: Portrait, body: Rig, performance: Performance, track: FaceTrack, samples: Samples) -> Arrays:
    """Of the portrait: `texture` and `own_gap`, see Rig, and the `height` of its face, pixels. Of both mouths: the
    palettes `own` and `theirs`, and `mouth_blur`, see Mouth.

    Args:
        body: the portrait's.
        track: of the driving clip; where it was not filmed, or its mouth is mostly hidden, it has nothing to show.
        samples: some of its frames.
    """
    shown = track.filmed and float(track.occluded.mean()) <= LIMITS.mostly
    looks = [(frame, performance.points(slice(index, index + 1))[0]) for index, frame in samples.items() if shown]
    own_look = portrait.image, portrait.face.points
    own, theirs = palette.look([own_look]), palette.look(looks)
    if too_coarse(theirs, own):
        looks, theirs = [], palette.UNSEEN
    return {
        "texture": body.texture,
        "height": np.array(body.frame.height),
        "own_gap": np.array(body.own_gap),
        "own": own.packed(),
        "theirs": theirs.packed(),
        "mouth_blur": np.array(relight.blur_to_match(own_look, looks[len(looks) // 2]) if looks else 0.0),
    }


def made_up(track: FaceTrack, still: Arrays) -> Arrays:
    """`covered`, (N,): how much of each mouth is drawn, all where no picture of the performer's is taken.

    `inside`: see FaceTrack.

    Args:
        still: see `seen`.
    """
    drawn = Palette.unpacked(still["theirs"]).unseen
    weights = np.ones(len(track), np.float32) if drawn else covered(track.occluded)
    return {"covered": weights, "inside": np.zeros((len(track), 2), np.float32) if track.filmed else track.inside}


def performed_lips(performance: Performance, blocks: Sequence[slice]) -> Arrays:
    """`lips`, (n, 20, 2): the performer's, pixels of the driving frames."""
    lips = [performance.points(span)[:, CONTOUR, :2] for span in blocks]
    return {"lips": np.concatenate(lips).astype(np.float32)}

"""The inside of the mouth: the performer's teeth, tongue and dark, fitted between the portrait's lips, or a drawn one.

It is drawn where nobody was filmed, where something hides a performer's mouth, and where that is too coarse. A portrait
that shows its own teeth keeps them: they hang from its upper lip, unstretched, before the dark.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.base import Arrays
from engines.layers.laying import in_channels, lay, over
from engines.layers.lips import DENSE, around, rows, stretch
from engines.layers.mesh import Field, Raster, axes_of
from engines.layers.teeth import Teeth, hang_teeth
from face.color import LUMA
from face.drawn_mouth import STYLE, Bite, Pose, draw
from face.grain import GRAINY
from face.mouth_patch import MouthPatch, grain, shade, side_light
from face.palette import Palette
from face.relight import Tones, ramp, relit, tones
from foundation.geometry import Array, Image

SHRINK = np.array([0.03, 0.06])
"""How much of the performer's mouth is left out at its corners and lips, so that no lip is taken for tooth."""
APPEAR = 0.005, 0.014
"""Opening, in face heights, at which the interior begins to show and shows fully."""
FEATHER = 0.006
"""Face heights over which it passes into the lips."""
OWN_APPEAR = 0.008, 0.026
"""The same for the portrait's own teeth, which hang behind its lip."""
MOST_SHRUNK = 32.0
"""A performer's mouth that is more times as wide as the portrait's, such as one seen from the side, is no softer."""
BEHIND = 0.8
"""How much of the performer's teeth is taken away behind the portrait's own."""


@dataclass(frozen=True)
class Mouth:
    """What the interior needs of portrait and clip.

    Attributes:
        height: the portrait's face height, pixels.
        own, theirs: what is seen of the portrait's mouth and of the performer's; nothing of that: all is drawn.
        tones: see face.relight.
        blur: sigma, pixels, that makes the performer's picture as soft as the portrait.
        teeth: the portrait's own, if it shows any.
    """

    height: float
    own: Palette
    theirs: Palette
    tones: Tones
    blur: float
    teeth: Teeth | None

    @staticmethod
    def of(prepared: Arrays, height: float, teeth: Teeth | None) -> Mouth:
        """From what was prepared of portrait and clip."""
        own, theirs = (Palette.unpacked(prepared[name]) for name in ("own", "theirs"))
        return Mouth(height, own, theirs, tones(own, theirs), float(prepared["mouth_blur"]), teeth)


@dataclass(frozen=True)
class Shown:
    """What a mouth shows in one frame.

    Attributes:
        covered: 0..1, how much of it is made up; at 1, nothing of the driving frame is looked at.
        bite: where the rows of drawn teeth end; None: as far below the lips' middle as in a mouth at rest.
        tongue: of a drawn mouth, 0 it lies .. 1 its tip is at the upper teeth.
        together: of a drawn mouth, 0 the jaw is where the chin says .. 1 teeth meet.
    """

    covered: float = 0.0
    bite: Bite | None = None
    tongue: float = 0.0
    together: float = 0.0


PERFORMED = Shown()


def paint(
    out: Image, contour: Array, driving_frame: Image, driving_contour: Array, mouth: Mouth, *, shown: Shown = PERFORMED
) -> None:
    """Lay the inside of a mouth into `out`; in place.

    Args:
        contour: (20, 2) the portrait's inner lips in `out`.
        driving_contour: (20, 2) in `driving_frame`.
    """
    lips = rows(contour)
    feather = max(1.0, FEATHER * mouth.height)
    box = around(np.concatenate(lips), int(np.ceil(4 * feather)) + 2, out)
    if box.width < 2 or box.height < 2:
        return
    raster = Raster(box, 1.0)
    patch = MouthPatch.of(raster.x, raster.y, lips, mouth.height)
    strength = float(ramp(np.array(patch.opening), *APPEAR))
    if strength == 0:
        return
    mask = raster.polygon(np.concatenate([lips[0], lips[1][-2:0:-1]]))
    layers = np.zeros((*mask.shape, 3), np.float32)
    if shown.covered > 0:
        pose = pose_of(patch, lips, mouth, shown)
        layers = draw(patch, mouth.tones, pose) * in_channels(side_light(patch, mouth.own.slope))
    if shown.covered < 1:
        own = performed(patch, fetch(raster, lips, driving_frame, driving_contour, 3 * feather), mouth)
        layers = own + (layers - own) * np.float32(shown.covered)
    if mouth.teeth is not None:
        share = float(ramp(np.array(patch.opening), *OWN_APPEAR))
        hang_teeth(layers, raster, lips[0], mouth.teeth, share)
    layers *= shade(patch, mask)
    if mouth.own.grain > GRAINY:
        level = np.sqrt(np.clip(layers @ LUMA / np.float32(mouth.own.skin), 0.02, 1.0))
        layers += in_channels(grain(patch, mouth.own) * level)
    soft = max(0.7, 0.6 * feather, mouth.blur)
    alpha = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), soft) * np.float32(strength / 255)
    region = out[box.slices]
    lay(region, over(region.astype(np.float32), layers, alpha))


def pose_of(patch: MouthPatch, lips: tuple[Array, Array], mouth: Mouth, shown: Shown) -> Pose:
    """Where teeth and tongue are, along the mouth's own axes."""
    still = Pose(
        upper=STYLE.shows * patch.height,
        lower=float(patch.lower[:, 1].max()),
        own_teeth=mouth.teeth is not None,
        tongue=shown.tongue,
    )
    if shown.bite is None:
        return still
    middle, (_, down, _) = (lips[0][0] + lips[0][-1]) / 2, axes_of(lips[0])
    upper, lower = (float((end - middle) @ down) for end in (shown.bite.upper, shown.bite.lower))
    lower += shown.together * (upper - lower)
    return replace(still, upper=upper, lower=lower, scale=shown.bite.scale)


def performed(patch: MouthPatch, pixels: NDArray[np.float32], mouth: Mouth) -> NDArray[np.float32]:
    """The performer's interior as it would look in the portrait; behind the portrait's own teeth, none of theirs."""
    layers, tooth = relit(pixels, mouth.theirs, mouth.tones)
    if mouth.teeth is not None:
        layers = over(layers, mouth.tones.cavity, np.float32(BEHIND) * tooth)
    layers *= in_channels(side_light(patch, mouth.own.slope) / side_light(patch, mouth.theirs.slope))
    return np.asarray(cv2.GaussianBlur(layers, (0, 0), mouth.blur) if mouth.blur > 0 else layers, np.float32)


def fetch(
    raster: Raster, lips: tuple[Array, Array], frame: Image, driving_contour: Array, margin: float
) -> NDArray[np.float32]:
    """The performer's interior stretched over the raster, a little beyond the lips."""
    upper, lower = lips
    driver_upper, driver_lower = rows(driving_contour)
    middle = (driver_upper + driver_lower) / 2
    centre = middle.mean(axis=0)
    half = (driver_lower - driver_upper) / 2 * (1 - SHRINK[1])
    middle = centre + (middle - centre) * (1 - SHRINK[0])
    source = np.concatenate([middle - half, middle + half])
    across, down, _ = axes_of(upper)
    sideways = np.linspace(-1.0, 1.0, DENSE)[:, None] * across * margin
    target = np.concatenate([upper - down * margin + sideways, lower + down * margin + sideways])
    field = stretch(raster, target, source)
    shrinks = axes_of(driver_upper)[2] / axes_of(upper)[2]
    if shrinks > 1:
        frame, field = softened(frame, field, source, shrinks)
    return cv2.remap(frame, field, None, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE).astype(np.float32)


def softened(frame: Image, field: Field, source: Array, shrinks: float) -> tuple[Image, Field]:
    """The frame around what is taken of it without what is finer than a pixel where it goes, so many times smaller: it
    would come and go from frame to frame as dark and light dots. And the field, of that part."""
    shrinks = min(shrinks, MOST_SHRUNK)
    box = around(source, int(np.ceil(2 * shrinks)) + 2, frame)
    if box.width == 0 or box.height == 0:
        return frame, field
    sigma = float(np.sqrt((shrinks * shrinks - 1) / 12))  # as the mean over its pixels
    return cv2.GaussianBlur(frame[box.slices], (0, 0), sigma), field - np.array([box.x0, box.y0], np.float32)

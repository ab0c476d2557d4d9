"""The inside of a mouth in another face's light: sorted into tooth, flesh and dark, each in that face's colours.

A colour matrix cannot do it: teeth reflect all of the light, skin and flesh a part of it, and a mouth's dark none.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.bridging import smooth_step
from face.color import LUMA, Pixels, redness, violetness
from face.observed import area
from face.palette import Palette
from face.topology import EYES
from foundation.geometry import Array, Image

Share = NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class InsideStyle:
    """What is in a mouth, in any light: colours as factors of red, green and blue on white or grey, lights as factors.

    Set by looks: of frames at full size.

    Attributes:
        ivory: teeth against white.
        oral: tongue and gums against white.
        gum_share: that colour's share beside the lips' own, 0..1.
        flesh: luma of tongue and gums against the lips'; 0.8..1.
        cave: the dark against grey: what little light there is has passed through lips.
        teeth_light: luma of teeth against skin or white, whichever is lighter; 0.9..1.05.
        lightest: the lightest luma that they get, levels; lighter, they glow.
        darkest: the dark's luma against skin, at least.
        lightest_dark: the same at most; between them it is the face's own black.
        detail: exponent on the fine structure of teeth, between them and along them, against the performer's; 1 keeps
            it.
        lips_lend: how much of lips' colour teeth in shade take, for all the light that they lack; 1.2..2 in six
            clips of women and men, but here teeth have some of skin's already.
        lent_most: the most that they take, 0..1; in those clips 0.3..0.5.
        violet: how much more what is more violet than teeth counts as red; 0..3, beyond it, teeth on the
            violet side of a face go: a tongue in violet light is hardly
            redder than teeth in its shade are.
        sigmas: blurs, sigma in pixels, that are tried until a performer's picture is no sharper than the portrait.
    """

    ivory: tuple[float, float, float] = (1.02, 1.0, 0.93)
    oral: tuple[float, float, float] = (1.18, 0.72, 0.68)
    gum_share: float = 0.55
    flesh: float = 0.92
    cave: tuple[float, float, float] = (1.75, 0.75, 0.70)
    teeth_light: float = 0.98
    lightest: float = 228.0
    darkest: float = 0.13
    lightest_dark: float = 0.42
    lips_lend: float = 0.9
    lent_most: float = 0.25
    detail: float = 1.25
    violet: float = 2.0
    sigmas: tuple[float, ...] = (0.0, 0.4, 0.6, 0.8, 1.0, 1.3, 1.6, 2.0)


INSIDE = InsideStyle()


@dataclass(frozen=True)
class Tones:
    """(3,) colours of what is in a mouth, in a portrait's light; `lips`: theirs, as light as a tooth."""

    tooth: Pixels
    lips: Pixels
    flesh: Pixels
    cavity: Pixels


def ramp(value: Pixels | Array, low: float | Array, high: float | Array) -> Array:
    """0 up to `low`, 1 from `high`, smooth between."""
    return smooth_step(np.asarray((value - low) / (high - low)))


def classes(pixels: Pixels, theirs: Palette) -> tuple[Share, Share]:
    """(...) soft shares of tooth and of cavity, of (..., 3) pixels in their own light; the rest is flesh."""
    luma, red = pixels @ LUMA, redness(pixels)
    light = luma / (theirs.tooth if theirs.shows_teeth else theirs.skin)
    if theirs.shows_teeth:
        red = red + INSIDE.violet * np.maximum(violetness(pixels) - theirs.violet_tooth, 0)
    wide = theirs.red_lip - theirs.red_tooth
    hue = np.ones_like(light)
    if wide > 0.025:
        last = min(theirs.red_tooth + 0.85 * wide, theirs.red_skin + 0.45 * (theirs.red_lip - theirs.red_skin))
        first = min(theirs.red_tooth + 0.40 * wide, 0.5 * (last + theirs.red_tooth))
        if not theirs.shows_teeth:
            first, last = theirs.red_tooth, theirs.red_tooth + 0.3 * wide
        # what is as light as teeth may be redder: teeth behind lips and in coloured light are
        shift = 0.25 * wide * ramp(light, 0.65, 0.90) if theirs.shows_teeth else 0.0
        hue = 1 - ramp(red - shift, first, max(last, first + 0.01))
    tooth = hue * (ramp(light, 0.22, 0.50) if theirs.shows_teeth else ramp(light, 0.55, 0.85))
    cavity = (1 - ramp(light, 0.10, 0.34)) * (1 - tooth)
    return np.asarray(tooth, np.float32), np.asarray(cavity, np.float32)


def tones(own: Palette, theirs: Palette) -> Tones:
    """What teeth, flesh and dark look like in the portrait's light.

    Args:
        own: of the portrait.
        theirs: of the performer: how light its teeth are against its skin counts a little.
    """
    ratio = float(np.clip(theirs.tooth / max(theirs.skin, 1.0), 0.94, 1.06)) if theirs.shows_teeth else 1.0
    white = float(own.white @ LUMA)
    luma = float(np.clip(INSIDE.teeth_light * ratio * max(own.skin, white), 0.85 * own.skin, 1.5 * own.skin))
    tooth = own.white * (1 + own.chroma * (np.array(INSIDE.ivory) - 1))
    # in strongly coloured light teeth that are merely less coloured than skin look blue
    cast = 0.15 + 0.2 * float(np.clip((np.ptp(own.tone) / own.tone.mean() - 0.5) / 0.4, 0, 1))
    tooth = (1 - cast) * _with_luma(tooth, 1.0) + cast * own.tone
    oral = _with_luma(own.white * (1 + own.chroma * (np.array(INSIDE.oral) - 1)), 1.0)
    lip = max(float(own.lip @ LUMA), 1.0)
    flesh = ((1 - INSIDE.gum_share) * own.lip / lip + INSIDE.gum_share * oral) * (INSIDE.flesh * lip)
    dark = min(max(0.9 * own.black, INSIDE.darkest * own.skin), INSIDE.lightest_dark * own.skin)
    cavity = _with_luma(1 + own.chroma * (np.array(INSIDE.cave) - 1), dark)
    tooth = _with_luma(tooth, min(luma, INSIDE.lightest))
    return Tones(
        tooth.astype(np.float32),
        _with_luma(own.lip, float(tooth @ LUMA)).astype(np.float32),
        flesh.astype(np.float32),
        cavity.astype(np.float32),
    )


def _with_luma(colour: Array, luma: float) -> Array:
    return np.asarray(colour * (luma / max(float(colour @ LUMA), 1e-6)))


def relit(pixels: Pixels, theirs: Palette, goal: Tones) -> tuple[Pixels, Share]:
    """A performer's interior, (h, w, 3), in the portrait's light; and (h, w) how much of each pixel is tooth.

    The shade that lips cast is in the performer's picture: it stays.
    """
    tooth, cavity = classes(np.asarray(cv2.GaussianBlur(pixels, (0, 0), 0.8)), theirs)
    luma = pixels @ LUMA
    reference = theirs.tooth if theirs.shows_teeth else 0.95 * theirs.skin
    light = luma / np.float32(reference)
    base = cv2.GaussianBlur(light, (0, 0), max(1.5, 0.06 * pixels.shape[0]))
    fine = np.clip(base * (light / np.maximum(base, 0.05)) ** INSIDE.detail, 0, 1.10)
    as_flesh = np.clip(luma / max(float(theirs.lip @ LUMA), 1.0), 0.12, 1.25)
    as_dark = np.clip(0.6 + 0.4 * luma / max(theirs.dark, 0.2 * reference), 0.6, 1.4)
    lent = tooth * fine * np.clip(INSIDE.lips_lend * (1 - fine), 0, INSIDE.lent_most)
    shares = tooth * fine - lent, lent, (1 - tooth - cavity) * as_flesh, cavity * as_dark
    colours = np.stack([goal.tooth, goal.lips, goal.flesh, goal.cavity], axis=1)
    # by NumPy: cv2.transform rounds differently from processor to processor
    planes = [sum(share * part for share, part in zip(shares, channel, strict=True)) for channel in colours]
    return np.asarray(cv2.merge(planes), np.float32), tooth


def blur_to_match(own: tuple[Image, Array], theirs: tuple[Image, Array]) -> float:
    """Sigma, pixels of the portrait, by which the performer's picture must be blurred to be as sharp as the portrait.

    Judged by the eyes: how much of their fine contrast is in the finest band.

    Args:
        own, theirs: a picture and its (478, 2 or 3) points, each.
    """
    wanted = _fineness(*_eyes(*own, 1.0))
    heights = [float(np.ptp(points[:, 1])) for _, points in (own, theirs)]
    gray, mask = _eyes(*theirs, heights[0] / max(heights[1], 1.0))
    blurred = ((sigma, cv2.GaussianBlur(gray, (0, 0), sigma) if sigma else gray) for sigma in INSIDE.sigmas)
    return next((sigma for sigma, picture in blurred if _fineness(picture, mask) <= wanted), INSIDE.sigmas[-1])


def _eyes(image: Image, points: Array, scale: float) -> tuple[Pixels, NDArray[np.bool_]]:
    """The face's luma at another size, and where its eyes are."""
    low = np.clip(np.floor(points[:, :2].min(axis=0)).astype(int), 0, (image.shape[1] - 2, image.shape[0] - 2))
    high = np.maximum(np.ceil(points[:, :2].max(axis=0)).astype(int), low + 2)
    part = np.ascontiguousarray(image[low[1] : high[1], low[0] : high[0]])
    scale = float(np.clip(scale, 2 / min(part.shape[:2]), 2048 / max(part.shape[:2])))
    gray = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32)
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    gray = np.asarray(cv2.resize(gray, None, fx=scale, fy=scale, interpolation=method), np.float32)
    around = max(1, round(0.02 * float(np.ptp(points[:, 1])) * scale))
    own = (points[:, :2] - low) * scale
    eyes = [area(gray.shape, own[[*eye.upper_row, *eye.lower_row[::-1]]], around) for eye in EYES]
    return gray, np.logical_or(*eyes)


def _fineness(gray: Pixels, mask: NDArray[np.bool_]) -> float:
    if not mask.any():
        return 0.3
    soft, softer = cv2.GaussianBlur(gray, (0, 0), 0.8), cv2.GaussianBlur(gray, (0, 0), 2.4)
    finest, fine = (gray - soft)[mask], (soft - softer)[mask]
    return float(np.sqrt((finest**2).mean() / max(float((fine**2).mean()), 1e-6)))

"""The opening between two lips on a patch of a picture, and the light that falls into it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from face.color import Pixels
from face.grain import noise
from face.palette import Palette
from face.relight import ramp
from foundation.geometry import Array


@dataclass(frozen=True, kw_only=True)
class LightStyle:
    """How light falls into a mouth: what lips take of it. Lengths: face heights; shades: shares of the light, 0..1.

    All were set by looks: of frames at full size.

    Attributes:
        edge_shade: how much lips shade what is next to them; 0.1..0.4.
        edge_reach: how far in that shade falls off by a factor e; 0.004..0.012: wider, it is a frame.
        thin_shade: `edge_shade` of lips that hardly part; more than that, at most 0.7.
        thin: opening up to which lips hardly part.
        thick: opening from which they wholly do; larger than `thin`.
        cast_shade: the upper lip's shadow; 0..0.3.
        cast_reach: how far down it falls off by a factor e.
        cast_share: that length at most, as a share of the opening, 0..0.5.
        corner_shade: shade in the corners; 0.2..0.6.
        shade_tint: factors on the shade of red, green and blue: what little light there is has passed through lips, and
            is reddish.
        grain_share: grain in a mouth against that on skin, 0..1: it is wet, and darker.
        lit_end: where, between the middle, 0, and the lighter end of a mouth, 1, it is as light as the skin around it
            was taken to be.
    """

    edge_shade: float = 0.26
    edge_reach: float = 0.007
    thin_shade: float = 0.55
    thin: float = 0.008
    thick: float = 0.045
    cast_shade: float = 0.16
    cast_reach: float = 0.022
    cast_share: float = 0.28
    corner_shade: float = 0.40
    shade_tint: tuple[float, float, float] = (0.85, 1.1, 1.1)
    grain_share: float = 0.6
    lit_end: float = 0.3


LIGHT = LightStyle()


@dataclass(frozen=True)
class MouthPatch:
    """Where a mouth lies on a patch of (h, w) pixels.

    Attributes:
        x, y: (h, w) pixels right of the middle between the corners, along the mouth, and below it.
        upper, lower: (n, 2) the inner lips in these coordinates, left to right.
        half: half the distance of the corners, pixels, at least 1.
        height: of the face, pixels.
    """

    x: Pixels
    y: Pixels
    upper: Array
    lower: Array
    half: float
    height: float

    @staticmethod
    def of(columns: Pixels, rows: Pixels, lips: tuple[Array, Array], height: float) -> MouthPatch:
        """From the patch's pixel positions, (1, w) and (h, 1), and the (n, 2) upper and lower lip."""
        upper = lips[0]
        across = upper[-1] - upper[0]
        wide = float(np.linalg.norm(across))
        across = across / wide if wide > 1e-6 else np.array([1.0, 0.0])
        basis, middle = np.stack([across, [-across[1], across[0]]]), (upper[0] + upper[-1]) / 2
        x, y = ((columns - middle[0]) * axis[0] + (rows - middle[1]) * axis[1] for axis in basis)
        own = [(lip - middle) @ basis.T for lip in lips]
        return MouthPatch(x.astype(np.float32), y.astype(np.float32), own[0], own[1], max(wide / 2, 1.0), height)

    @property
    def opening(self) -> float:
        """The widest gap of the lips, in face heights."""
        return float(np.linalg.norm(self.upper - self.lower, axis=1).max()) / self.height

    def edge(self, lip: Array) -> Pixels:
        """(h, w) how far below the middle a lip is, at each pixel's place along the mouth."""
        return np.interp(self.x, lip[:, 0], lip[:, 1]).astype(np.float32)


def shade(patch: MouthPatch, mask: NDArray[np.uint8]) -> Pixels:
    """(h, w, 3) factors: thin along both lips, longer under the upper one, deep at corners and where lips hardly part.

    Args:
        mask: 0..255 the opening.
    """
    opening, height = patch.opening, patch.height
    depth = cv2.distanceTransform((mask > 127).astype(np.uint8), cv2.DIST_L2, 3)
    thin = 1 - float(ramp(np.array(opening), LIGHT.thin, LIGHT.thick))
    edge = (LIGHT.edge_shade + (LIGHT.thin_shade - LIGHT.edge_shade) * thin) * np.exp(
        depth / np.float32(-max(0.8, LIGHT.edge_reach * height))
    )
    reach = max(1.0, min(LIGHT.cast_reach, LIGHT.cast_share * opening) * height)
    cast = LIGHT.cast_shade * np.exp(np.maximum(patch.y - patch.edge(patch.upper), 0) / np.float32(-reach))
    corner = LIGHT.corner_shade * np.clip((np.abs(patch.x) / patch.half - 0.35) / 0.6, 0, 1) ** 2
    dark = (1 - (1 - edge) * (1 - cast) * (1 - corner)).astype(np.float32)
    return np.clip(cv2.merge([1 - dark * np.float32(tint) for tint in LIGHT.shade_tint]), 0, 1)


def side_light(patch: MouthPatch, slope: float) -> Pixels:
    """(h, w) factors: how the face's light changes along its mouth; 1 near the lighter end."""
    along = np.clip(patch.x / patch.half, -1, 1)
    return np.asarray((1 + np.float32(slope) * along) / np.float32(1 + LIGHT.lit_end * abs(slope)), np.float32)


def grain(patch: MouthPatch, own: Palette) -> Pixels:
    """(h, w) the portrait's grain, levels; it goes with the lip, so that it does not boil."""
    return np.asarray(noise(patch.x, patch.y) * np.float32(LIGHT.grain_share * own.grain), np.float32)

"""The measures of an animation, from landmarks and pixels of driver and result. Lengths in face heights."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench._looks import Looks
from engines.base import Portrait
from foundation.facetrack import head_frame
from foundation.geometry import Image
from quality import following, surface
from quality.features import MOUTH
from quality.limits import INF, Limit


def compare(driver: Looks, result: Looks, portrait: NDArray[np.float64]) -> dict[str, float]:
    """The figures of result against driver; NaN where one does not apply."""
    figures = following.compare(driver.table, result.table, portrait)
    frames = np.arange(len(result.table))
    figures["mouth_lag"] = float(following.lag(driver.table[:, MOUTH], result.table[:, MOUTH], frames))
    figures["flicker"] = surface.flicker(result.thumbs) / max(surface.flicker(driver.thumbs), 1e-6)
    figures["lost"] *= len(frames)
    return figures


class Background:
    """How well what is not the head keeps still, and whether the crop's inner edges are the portrait's, bit for bit."""

    def __init__(self, portrait: Portrait) -> None:
        self._portrait = portrait
        head = head_frame(portrait.face.points, portrait.face.scheme)
        self._mask = surface.around_head((portrait.image.shape[1], portrait.image.shape[0]), head)
        self._errors: list[float] = []
        self._edges_differ = False

    def add(self, out: Image) -> None:
        """Look at one frame."""
        image = self._portrait.image
        if self._mask.any():
            self._errors.append(surface.squared_error(out, image, self._mask))
        sides: tuple[Any, ...] = ((slice(None), 0), (0, slice(None)), (slice(None), -1), (-1, slice(None)))
        for side, inner in zip(sides, self._portrait.inner_edges, strict=True):
            self._edges_differ |= inner and bool((out[side] != image[side]).any())

    def figures(self) -> dict[str, float]:
        """`background`: PSNR in dB, NaN where the head fills the crop. `edges`: 0 where identical."""
        error = float(np.mean(self._errors)) if self._errors else float("nan")
        return {
            "background": surface.decibels(error) if self._errors else float("nan"),
            "edges": float(self._edges_differ),
        }


LIMITS = {
    "mouth_r": Limit(0.90, INF),
    "mouth_slope": Limit(0.6, 1.3),
    "mouth_lag": Limit(0, 0),
    "closed": Limit(-INF, 0.02),
    "interior": Limit(-INF, 0.8),
    "blink_r": Limit(0.85, INF),
    "yaw_r": Limit(0.85, INF),
    "roll_r": Limit(0.85, INF),
    "background": Limit(30, INF),
    "flicker": Limit(-INF, 1.4),
    "edges": Limit(0, 0),
    "lost": Limit(0, 0),
}
MEDIANS = {"mouth_r": Limit(0.95, INF)}
INFORMATION = (
    "interior_contrast",
    "pitch_r",
    "teeth_tone",
    "teeth_hue",
    "teeth_area",
    "doubling",
    "hole",
    "lid_stripes",
    "lid_slit",
    "gaze_r",
    "gaze_gain",
    "lips_gain",
    "lids_gain",
    "parting",
    "render_ms",
    "face_px",
    "prepare_s",
)
"""Printed without a limit."""

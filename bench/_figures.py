"""The measures of an animation, from landmarks and pixels of driver and result. Lengths in face heights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.base import Image, Portrait
from engines.landmark_tps.canonical import face_height, head_rotation
from engines.landmark_tps.color import LUMA, skin_tone
from engines.landmark_tps.driver import iris_position, opening
from engines.landmark_tps.topology import EYES, INNER_LIPS
from foundation.facetrack import Face, head_frame

if TYPE_CHECKING:
    from bench._pair import Looks

MOUTH, EYE, YAW, PITCH, ROLL, GAZE, INTERIOR, BLINK = range(8)
CLOSED, OPEN = 0.012, 0.05
MOVES = 8.0
"""Degrees from which the head's turning is measured."""
BLINKS = 0.5
"""An eye that shuts to this share of its usual opening blinks."""
EYES_OPEN = 0.2
"""Lid gap over eye width from which a portrait's eyes count as open; most have 0.3 to 0.45, a squint 0.15."""
THUMB = 160
FILLED = 0.1
"""A head that leaves less of its crop free than this fills the picture: there is no background to speak of."""


def features(image: Image, face: Face | None) -> NDArray[np.float64]:
    """One row: mouth opening, eye opening, yaw, pitch, roll (degrees), gaze, interior luminance, blink score."""
    if face is None:
        return np.full(8, np.nan)
    points = face.points
    rotation = head_rotation(face)
    shape = (points @ rotation)[None]
    return np.array(
        [
            np.linalg.norm(points[13] - points[14]) / face_height(points),
            np.mean([opening(shape, eye)[0] for eye in EYES]),
            np.degrees(np.arctan2(rotation[0, 2], rotation[2, 2])),
            np.degrees(-np.arcsin(np.clip(rotation[1, 2], -1, 1))),
            np.degrees(np.arctan2(rotation[1, 0], rotation[1, 1])),
            np.mean([iris_position(shape, eye)[0, 0] for eye in EYES]),
            interior_luminance(image, points),
            face.blendshapes[9:11].mean() if len(face.blendshapes) > 10 else np.nan,
        ]
    )


def interior_luminance(image: Image, points: NDArray[np.float64]) -> float:
    """Mean luminance between the lips over that of the skin; NaN where they are shut."""
    mask = np.zeros(image.shape[:2], np.uint8)
    cv2.fillPoly(mask, [np.round(points[list(INNER_LIPS), :2]).astype(np.int32)], 1)
    mask = cv2.erode(mask, np.ones((3, 3), np.uint8))
    if mask.sum() < 6:
        return float("nan")
    inside = float((image[mask > 0] @ LUMA).mean())
    return inside / float(skin_tone(image, points) @ LUMA)


def flicker_box(face: Face) -> tuple[int, int, int, int]:
    """x0, y0, x1, y1 of the square in which flicker is measured."""
    head = head_frame(face.points, face.scheme)
    half = 0.6 * head.height
    x, y = head.centre
    return int(x - half), int(y - half), int(x + half), int(y + half)


def thumbnail(image: Image, box: tuple[int, int, int, int]) -> NDArray[np.float32]:
    """The box, shrunk to THUMB pixels a side."""
    x0, y0, x1, y1 = box
    part = image[max(0, y0) : max(1, y1), max(0, x0) : max(1, x1)]
    return cv2.resize(part, (THUMB, THUMB), interpolation=cv2.INTER_AREA).astype(np.float32)


def flicker(thumbs: list[NDArray[np.float32]]) -> float:
    """How far each frame is from the mean of its neighbours, in percent of the mean brightness."""
    stack = np.stack(thumbs)
    return float(np.abs(stack[1:-1] - (stack[:-2] + stack[2:]) / 2).mean() / stack.mean() * 100)


def correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Pearson's r over the rows where both are known; NaN where one does not vary."""
    both = np.isfinite(a) & np.isfinite(b)
    if both.sum() < 3 or a[both].std() < 1e-6 or b[both].std() < 1e-6:
        return float("nan")
    return float(np.corrcoef(a[both], b[both])[0, 1])


def lag(driver: NDArray[np.float64], result: NDArray[np.float64], reach: int = 4) -> int:
    """Frames by which the result is late."""
    scores = {}
    for shift in range(-reach, reach + 1):
        ahead, behind = max(0, -shift), max(0, shift)
        scores[shift] = correlation(driver[ahead : len(driver) - behind], result[behind : len(result) - ahead])
    return max(scores, key=lambda shift: scores[shift] - 1e-9 * abs(shift))


def compare(driver: Looks, result: Looks, portrait: NDArray[np.float64]) -> dict[str, float]:
    """The figures of result against driver; NaN where one does not apply."""
    d, r = driver.table, result.table
    both = np.isfinite(d[:, MOUTH]) & np.isfinite(r[:, MOUTH])
    mouth_d, mouth_r = d[both, MOUTH], r[both, MOUTH]
    closed, wide = mouth_d < CLOSED, mouth_d > OPEN
    usual = np.nanpercentile(d[:, EYE], 75)
    blinks = np.nanmin(d[:, EYE]) < BLINKS * usual
    figures = {
        "mouth_r": correlation(mouth_d, mouth_r),
        "mouth_slope": float(np.polyfit(mouth_d, mouth_r, 1)[0]),
        "mouth_lag": float(lag(mouth_d, mouth_r)),
        "closed": float(mouth_r[closed].mean()) if closed.any() else float("nan"),
        "interior": float(np.nanmean(r[both, INTERIOR][wide])) if wide.any() else float("nan"),
        "eye_r": correlation(d[:, EYE], r[:, EYE]) if blinks and portrait[EYE] > EYES_OPEN else float("nan"),
        "gaze_r": correlation(d[:, GAZE], r[:, GAZE]),
    }
    for name, column in (("yaw", YAW), ("pitch", PITCH), ("roll", ROLL)):
        moves = float(np.nanmax(d[:, column]) - np.nanmin(d[:, column])) >= MOVES
        figures[f"{name}_r"] = correlation(d[:, column], r[:, column]) if moves else float("nan")
    figures["flicker"] = flicker(result.thumbs) / max(flicker(driver.thumbs), 1e-6)
    figures["lost"] = float((~np.isfinite(r[:, MOUTH])).sum())
    return figures


class Background:
    """How well what is not the head keeps still, and whether the crop's inner edges are the portrait's, bit for bit."""

    def __init__(self, portrait: Portrait) -> None:
        self._portrait = portrait
        head = head_frame(portrait.face.points, portrait.face.scheme)
        rows, columns = np.mgrid[: portrait.image.shape[0], : portrait.image.shape[1]]
        across = (columns - head.centre[0]) / (0.85 * head.height)
        down = (rows - head.centre[1] + 0.05 * head.height) / (1.1 * head.height)
        self._mask = across**2 + down**2 > 1
        if self._mask.mean() < FILLED:
            self._mask[:] = False
        self._errors: list[float] = []
        self._edges_differ = False

    def add(self, out: Image) -> None:
        """Look at one frame."""
        image = self._portrait.image
        if self._mask.any():
            difference = out[self._mask].astype(np.float32) - image[self._mask]
            self._errors.append(float((difference**2).mean()))
        sides = ((slice(None), 0), (0, slice(None)), (slice(None), -1), (-1, slice(None)))
        for side, inner in zip(sides, self._portrait.inner_edges, strict=True):
            self._edges_differ |= inner and bool((out[side] != image[side]).any())

    def figures(self) -> dict[str, float]:
        """`background`: PSNR in dB, NaN where the head fills the crop. `edges`: 0 where identical."""
        error = float(np.mean(self._errors)) if self._errors else float("nan")
        return {
            "background": 10 * float(np.log10(255**2 / max(error, 1e-6))) if self._errors else float("nan"),
            "edges": float(self._edges_differ),
        }


@dataclass(frozen=True)
class Limit:
    """What a figure must reach: at least `low`, at most `high`."""

    low: float
    high: float

    def holds(self, value: float) -> bool:
        """A figure that does not apply (NaN) holds."""
        return not np.isfinite(value) or self.low <= value <= self.high

    def __str__(self) -> str:
        if self.low == self.high:
            return f"{self.low:g}"
        if np.isinf(self.high):
            return f">= {self.low:g}"
        return f"<= {self.high:g}" if np.isinf(self.low) else f"{self.low:g}..{self.high:g}"


INF = float("inf")
LIMITS = {
    "mouth_r": Limit(0.90, INF),
    "mouth_slope": Limit(0.6, 1.3),
    "mouth_lag": Limit(0, 0),
    "closed": Limit(-INF, 0.02),
    "interior": Limit(-INF, 0.8),
    "eye_r": Limit(0.85, INF),
    "yaw_r": Limit(0.85, INF),
    "roll_r": Limit(0.85, INF),
    "background": Limit(30, INF),
    "flicker": Limit(-INF, 1.4),
    "edges": Limit(0, 0),
    "lost": Limit(0, 0),
}
MEDIANS = {"mouth_r": Limit(0.95, INF)}
INFORMATION = ("pitch_r", "gaze_r", "lips_gain", "lids_gain", "parting", "render_ms", "face_px", "prepare_s")
"""Printed without a limit."""

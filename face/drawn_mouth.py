"""A mouth's inside without anybody's picture: two rows of teeth, a tongue, and the dark behind them.

The upper teeth belong to the skull and the lower ones to the jaw; lips slide over them, and what shows is the opening's
part. Teeth have the widths of Wheeler's Dental Anatomy (10th ed., ch. 1), as an arch shows them from the front, in a
face of 180 mm from hairline to chin.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from face.color import Pixels
from face.mouth_patch import MouthPatch
from face.relight import Tones, ramp
from face.topology import CHIN, INNER_LOWER, INNER_UPPER, MOUTH_CORNERS, NOSE_BASE, NOSE_BRIDGE
from foundation.geometry import Array

SHOWS, BELOW = 0.014, 0.004
"""How far upper teeth reach below the seam of lips at rest, and how far under it lower ones end, in face heights."""
LONGEST = 0.042
"""What is seen of upper teeth below the lip stays under this, in face heights."""
LOW_SHOWS = 0.014
"""The most that is seen of lower teeth: lips stand before the rest."""
MOUTH_HALF, SCALES = 0.14, (0.75, 1.2)
"""Half of a resting mouth, in face heights, to which the teeth's widths belong; and how far a portrait's may differ."""


@dataclass(frozen=True)
class Row:
    """A row of teeth, in face heights.

    Attributes:
        side: 1 if teeth come from above, -1 from below.
        borders: where teeth of one side meet, from the middle outwards.
        shorter: of each tooth, how far its edge stays behind the first one's.
        arc: the row's, at its end.
        tall: a tooth.
        light: of the row.
    """

    side: float
    borders: tuple[float, ...]
    shorter: tuple[float, ...]
    arc: float
    tall: float
    light: float


UPPER = Row(
    side=1.0,
    borders=(0.0, 0.046, 0.080, 0.110, 0.132, 0.149, 0.162),
    shorter=(0.0, 0.0035, 0.0005, 0.004, 0.005, 0.006),
    arc=0.013,
    tall=0.058,
    light=1.14,
)
LOWER = Row(
    side=-1.0,
    borders=(0.0, 0.028, 0.058, 0.090, 0.116, 0.136, 0.152),
    shorter=(0.0, 0.0, 0.001, 0.002, 0.003, 0.004),
    arc=-0.006,
    tall=0.048,
    light=0.85,
)
GAP_DARK, GAP_WIDE, THINNEST = 0.26, 0.0026, 0.7
"""How dark it is between teeth, and how wide, in face heights; in pixels, the thinnest line that can be drawn: what is
thinner than that is so much fainter."""
ROUND, EDGE_LIGHT, CORNER = 0.10, 0.06, 0.0022
"""How much darker a tooth is at its sides than in its middle, how much lighter at its edge, and how round its corners
are, in face heights."""
END_LIGHT = 0.40
"""What is left of the light at a row's end, in the corner of the mouth."""
LEAST_TOOTH = 3.2, 5.2
"""Pixels of a front tooth's width up to which none are told apart, and from which all are."""
GLOSS, WET = 0.10, 0.20
"""Highlights on teeth and on the tongue, of a tooth's colour."""
TONGUE_LIGHT, TONGUE_DEEP, TONGUE_WIDE = 0.95, 0.5, 0.74
"""The tongue's tip and its back against flesh in full light, and its width over the mouth's."""
TONGUE_TALL = 0.52
"""A tongue that lies, of the room between the upper row and the lower lip."""
TONGUE_ROOM = 0.02, 0.05
"""Room between the rows, in face heights, from which a tongue is seen, and wholly."""


@dataclass(frozen=True)
class Bite:
    """The teeth's place in a picture.

    Attributes:
        upper, lower: (2,) pixel positions at which the rows end, in the middle.
        scale: how wide teeth are, against those of the rows.
    """

    upper: Array
    lower: Array
    scale: float

    @staticmethod
    def of(points: Array, rest: Array) -> Bite:
        """From a face's (>=478, 2) points, and the same face's at rest: the rows go with the nose and with the chin."""
        seam = (rest[INNER_UPPER[5]] + rest[INNER_LOWER[5]]) / 2
        height = max(float(np.ptp(rest[:, 1])), 1e-6)
        down = points[CHIN] - points[NOSE_BRIDGE]
        down = down / max(float(np.linalg.norm(down)), 1e-6)
        upper = points[NOSE_BASE] + down * (float(np.linalg.norm(seam - rest[NOSE_BASE])) + SHOWS * height)
        lower = points[CHIN] - down * (float(np.linalg.norm(rest[CHIN] - seam)) - BELOW * height)
        left, right = rest[list(MOUTH_CORNERS)]
        scale = float(np.clip(np.linalg.norm(right - left) / 2 / (MOUTH_HALF * height), *SCALES))
        return Bite(upper, lower if float((lower - upper) @ down) > 0 else upper, scale)


@dataclass(frozen=True)
class Pose:
    """What is in a mouth for a moment.

    Attributes:
        upper, lower: where the rows end, pixels below the middle of the mouth.
        scale: see Bite.
        own_teeth: the portrait has an upper row of its own.
        tongue: 0 it lies, 1 its tip is behind the upper teeth.
    """

    upper: float
    lower: float
    scale: float = 1.0
    own_teeth: bool = False
    tongue: float = 0.0


def draw(patch: MouthPatch, tones: Tones, pose: Pose) -> Pixels:
    """(h, w, 3) the inside of a mouth, before lips shade it."""
    floor, longest = float(patch.lower[:, 1].max()), max(LONGEST * patch.height, 1e-6)
    lip = float(patch.upper[len(patch.upper) // 2, 1])
    shown = max(pose.upper - lip, 0.0)
    pose = replace(pose, upper=lip + shown * (1 + (shown / longest) ** 6) ** (-1 / 6))
    low = max(pose.lower, floor - LOW_SHOWS * patch.height)
    out = np.empty((*patch.x.shape, 3), np.float32)
    out[:] = tones.cavity
    behind = pose.tongue < 0.5  # a raised tip is before the lower teeth
    if behind:
        _lay_tongue(out, patch, tones, pose, (low, floor))
    _lay_row(out, patch, tones, LOWER, (low, pose.scale))
    if not behind:
        _lay_tongue(out, patch, tones, pose, (low, floor))
    if not pose.own_teeth:
        _lay_row(out, patch, tones, UPPER, (pose.upper, pose.scale))
    return np.asarray(cv2.GaussianBlur(out, (0, 0), max(0.5, 0.0025 * patch.height)), np.float32)


def _told_apart(patch: MouthPatch, row: Row, scale: float) -> float:
    return float(ramp(np.array(row.borders[1] * scale * patch.height), *LEAST_TOOTH))


def _teeth(patch: MouthPatch, row: Row, scale: float) -> tuple[Pixels, Pixels, Pixels]:
    """Gaps of a row, 0..1; where in its tooth each pixel is, -1..1; and how far the edge stays behind, pixels."""
    unit = scale * patch.height
    away, borders = np.abs(patch.x) / np.float32(unit), np.array(row.borders, np.float32)
    number = np.clip(np.searchsorted(borders, away, side="right") - 1, 0, len(borders) - 2)
    left, right = borders[number], borders[number + 1]
    within = np.clip((away - (left + right) / 2) / ((right - left) / 2), -1, 1)
    near = np.minimum(np.abs(away - left), np.abs(away - right)) * np.float32(unit)
    gaps = np.exp(-((near / np.float32(max(THINNEST, GAP_WIDE * patch.height))) ** 2) / 2)
    behind = np.array(row.shorter, np.float32)[number] + row.arc * (away / borders[-1]) ** 2 + CORNER * within**4
    return gaps.astype(np.float32), within.astype(np.float32), (behind * patch.height).astype(np.float32)


def _lay_row(out: Pixels, patch: MouthPatch, tones: Tones, row: Row, place: tuple[float, float]) -> None:
    """Lay a row of teeth; in place. `place`: where it ends, pixels below the middle of the mouth, and its scale."""
    edge, scale = place
    soft, shown = np.float32(max(0.7, 0.0035 * patch.height)), np.float32(_told_apart(patch, row, scale))
    gaps, within, behind = _teeth(patch, row, scale)
    end = row.borders[-1] * scale * patch.height
    away = np.abs(patch.x) / np.float32(end)
    # distance from the edge towards the gums, pixels
    up = np.float32(row.side) * (np.float32(edge) - patch.y) - shown * behind
    t = np.clip(up / np.float32(row.tall * patch.height), 0, 1)
    light = (row.light * (END_LIGHT + (1 - END_LIGHT) * np.clip(1 - away**2.2, 0, 1))).astype(np.float32)
    # between teeth it is darkest at their edges, where corners are round
    dark = np.float32(GAP_DARK * min(1.0, GAP_WIDE * patch.height / THINNEST))
    form = np.asarray(1 - shown * (dark * gaps * (1.2 - 0.6 * t) + ROUND * within**2))
    form += EDGE_LIGHT * np.exp(-t * 8) - 0.10 * t
    form += GLOSS * shown * np.exp(-(((within + 0.2) / 0.35) ** 2) - ((t - 0.45) / 0.16) ** 2)
    color = tones.tooth * (form * light)[:, :, None].astype(np.float32)
    share = _cover(up / soft) * _cover((np.float32(end) - np.abs(patch.x)) / np.float32(2.5 * soft))
    out += (color - out) * share[:, :, None]


def _lay_tongue(out: Pixels, patch: MouthPatch, tones: Tones, pose: Pose, bottom: tuple[float, float]) -> None:
    """Lay the tongue, a wet dome that darkens towards the throat; in place. `bottom`: the lower row's end, the lip."""
    height = patch.height
    low, floor = bottom
    room = (floor - pose.upper) / height
    top = min(low - 0.004 * height, floor - TONGUE_TALL * (floor - pose.upper))
    top += pose.tongue * (pose.upper - 0.004 * height - top)
    u = patch.x / np.float32(patch.half)
    soft = np.float32(max(1.0, 0.012 * height))
    dome = np.float32(top) + np.float32(0.035 * height) * u**2 + np.float32(0.004 * height) * np.exp(-((u / 0.08) ** 2))
    below = patch.y - dome
    share = _cover(below / soft) * _cover((TONGUE_WIDE - np.abs(u)) * np.float32(patch.half) / (2 * soft))
    share *= np.float32(max(float(ramp(np.array(room), *TONGUE_ROOM)), pose.tongue))
    depth = np.clip(below / np.float32(max(0.05 * height, 1.0)), 0, 1)
    light = TONGUE_DEEP + (TONGUE_LIGHT - TONGUE_DEEP) * depth * (1 - 0.5 * u**2)
    color = tones.flesh * light[:, :, None].astype(np.float32)
    ridge = np.exp(-(((np.abs(u) - 0.22) / 0.14) ** 2) - ((depth - 0.55) / 0.22) ** 2)
    color += tones.tooth * (np.float32(WET) * ridge * light)[:, :, None].astype(np.float32)
    out += (color - out) * share[:, :, None].astype(np.float32)


def _cover(value: Pixels | Array) -> Pixels:
    """0 below -1, 1 above 1, smooth between."""
    return ramp(value, -1.0, 1.0).astype(np.float32)

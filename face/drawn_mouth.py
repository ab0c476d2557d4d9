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


@dataclass(frozen=True, kw_only=True)
class DrawnStyle:
    """How the inside of a mouth is drawn. Lengths are in face heights, of 180 mm, lights are factors.

    "Anatomy": from the source above. The others were set by looks: of frames at full size.

    Attributes:
        shows: how far upper teeth reach below the seam of lips at rest; 0.006..0.022, 1 to 4 mm: anatomy.
        below: how far under it lower ones end; 0..0.01.
        longest: what is seen of upper teeth below the lip stays under this; less than the 0.058 of a tooth.
        low_shows: the most that is seen of lower teeth: lips stand before the rest.
        mouth_half: half of a resting mouth, to which the teeth's widths belong.
        scales: how much narrower and wider a portrait's teeth may be.
        gap_dark: how dark it is between teeth, 0..1; 0.15..0.4.
        gap_wide: how wide it is there.
        thinnest: pixels of the thinnest line that can be drawn: what is thinner is that much fainter.
        roundness: how much darker a tooth is at its sides than in its middle, 0..0.2.
        edge_light: how much lighter at its edge, 0..0.1.
        corner: how round its corners are.
        end_light: what is left of the light at a row's end, in the corner of the mouth, 0..1.
        least_tooth: pixels of a front tooth's width up to which none are told apart, and from which all are.
        gloss: highlights on teeth, of a tooth's colour; 0..0.2.
        wet: the same on the tongue; 0..0.3.
        tongue_light: the tongue's tip against flesh in full light, 0..1.
        tongue_deep: its back, 0..1: darker than the tip.
        tongue_wide: its width over the mouth's; 0.6..0.9.
        tongue_tall: a tongue that lies, of the room between the upper row and the lower lip, 0..1.
        tongue_room: room between the rows from which a tongue is seen, and wholly.
    """

    shows: float = 0.014
    below: float = 0.004
    longest: float = 0.042
    low_shows: float = 0.014
    mouth_half: float = 0.14
    scales: tuple[float, float] = (0.75, 1.2)
    gap_dark: float = 0.26
    gap_wide: float = 0.0026
    thinnest: float = 0.7
    roundness: float = 0.10
    edge_light: float = 0.06
    corner: float = 0.0022
    end_light: float = 0.40
    least_tooth: tuple[float, float] = (3.2, 5.2)
    gloss: float = 0.10
    wet: float = 0.20
    tongue_light: float = 0.95
    tongue_deep: float = 0.5
    tongue_wide: float = 0.74
    tongue_tall: float = 0.52
    tongue_room: tuple[float, float] = (0.02, 0.05)


STYLE = DrawnStyle()


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
        upper = points[NOSE_BASE] + down * (float(np.linalg.norm(seam - rest[NOSE_BASE])) + STYLE.shows * height)
        lower = points[CHIN] - down * (float(np.linalg.norm(rest[CHIN] - seam)) - STYLE.below * height)
        left, right = rest[list(MOUTH_CORNERS)]
        scale = float(np.clip(np.linalg.norm(right - left) / 2 / (STYLE.mouth_half * height), *STYLE.scales))
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
    floor, longest = float(patch.lower[:, 1].max()), max(STYLE.longest * patch.height, 1e-6)
    lip = float(patch.upper[len(patch.upper) // 2, 1])
    shown = max(pose.upper - lip, 0.0)
    pose = replace(pose, upper=lip + shown * (1 + (shown / longest) ** 6) ** (-1 / 6))
    low = max(pose.lower, floor - STYLE.low_shows * patch.height)
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
    return float(ramp(np.array(row.borders[1] * scale * patch.height), *STYLE.least_tooth))


def _teeth(patch: MouthPatch, row: Row, scale: float) -> tuple[Pixels, Pixels, Pixels]:
    """Gaps of a row, 0..1; where in its tooth each pixel is, -1..1; and how far the edge stays behind, pixels."""
    unit = scale * patch.height
    away, borders = np.abs(patch.x) / np.float32(unit), np.array(row.borders, np.float32)
    number = np.clip(np.searchsorted(borders, away, side="right") - 1, 0, len(borders) - 2)
    left, right = borders[number], borders[number + 1]
    within = np.clip((away - (left + right) / 2) / ((right - left) / 2), -1, 1)
    near = np.minimum(np.abs(away - left), np.abs(away - right)) * np.float32(unit)
    gaps = np.exp(-((near / np.float32(max(STYLE.thinnest, STYLE.gap_wide * patch.height))) ** 2) / 2)
    behind = np.array(row.shorter, np.float32)[number] + row.arc * (away / borders[-1]) ** 2 + STYLE.corner * within**4
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
    light = (row.light * (STYLE.end_light + (1 - STYLE.end_light) * np.clip(1 - away**2.2, 0, 1))).astype(np.float32)
    # between teeth it is darkest at their edges, where corners are round
    dark = np.float32(STYLE.gap_dark * min(1.0, STYLE.gap_wide * patch.height / STYLE.thinnest))
    form = np.asarray(1 - shown * (dark * gaps * (1.2 - 0.6 * t) + STYLE.roundness * within**2))
    form += STYLE.edge_light * np.exp(-t * 8) - 0.10 * t
    form += STYLE.gloss * shown * np.exp(-(((within + 0.2) / 0.35) ** 2) - ((t - 0.45) / 0.16) ** 2)
    color = tones.tooth * (form * light)[:, :, None].astype(np.float32)
    share = _cover(up / soft) * _cover((np.float32(end) - np.abs(patch.x)) / np.float32(2.5 * soft))
    out += (color - out) * share[:, :, None]


def _lay_tongue(out: Pixels, patch: MouthPatch, tones: Tones, pose: Pose, bottom: tuple[float, float]) -> None:
    """Lay the tongue, a wet dome that darkens towards the throat; in place. `bottom`: the lower row's end, the lip."""
    height = patch.height
    low, floor = bottom
    room = (floor - pose.upper) / height
    top = min(low - 0.004 * height, floor - STYLE.tongue_tall * (floor - pose.upper))
    top += pose.tongue * (pose.upper - 0.004 * height - top)
    u = patch.x / np.float32(patch.half)
    soft = np.float32(max(1.0, 0.012 * height))
    dome = np.float32(top) + np.float32(0.035 * height) * u**2 + np.float32(0.004 * height) * np.exp(-((u / 0.08) ** 2))
    below = patch.y - dome
    share = _cover(below / soft) * _cover((STYLE.tongue_wide - np.abs(u)) * np.float32(patch.half) / (2 * soft))
    share *= np.float32(max(float(ramp(np.array(room), *STYLE.tongue_room)), pose.tongue))
    depth = np.clip(below / np.float32(max(0.05 * height, 1.0)), 0, 1)
    light = STYLE.tongue_deep + (STYLE.tongue_light - STYLE.tongue_deep) * depth * (1 - 0.5 * u**2)
    color = tones.flesh * light[:, :, None].astype(np.float32)
    ridge = np.exp(-(((np.abs(u) - 0.22) / 0.14) ** 2) - ((depth - 0.55) / 0.22) ** 2)
    color += tones.tooth * (np.float32(STYLE.wet) * ridge * light)[:, :, None].astype(np.float32)
    out += (color - out) * share[:, :, None].astype(np.float32)


def _cover(value: Pixels | Array) -> Pixels:
    """0 below -1, 1 above 1, smooth between."""
    return ramp(value, -1.0, 1.0).astype(np.float32)

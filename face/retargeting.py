"""From the performer's shapes to the portrait's: where every mesh point goes, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from face.cheeks import lift, smiles
from face.eye_style import STYLE
from face.features import iris_position
from face.performance import Performance, exp_rotation, log_rotation
from face.rig import Rig, jaw_per_gap
from face.topology import (
    EYES,
    INNER_LOWER,
    INNER_UPPER,
    LIP_RINGS_LOWER,
    LIP_RINGS_UPPER,
    NOSE_BASE,
)
from face.turns import Turns
from foundation.geometry import Array


@dataclass(frozen=True, kw_only=True)
class MotionLimits:
    """What a flat picture can follow of a performer's motion. Shares are 0..1; lengths are in face heights.

    Set by looks: of frames at full size. Yaw's limit by bench/heads.py, too.

    Attributes:
        ring_follow: how far the lip rings, from the inside out, follow the inner lips; falling.
        crease_follow: how far the eyelid's crease follows the lid's edge.
        brow_follow: how far the row above it does; less than the crease.
        shut: a shut lid stops this far, in its own gap, before the lower one.
        head_turn: share of the head's turns.
        head_shift: share of its way across the picture.
        head_growth: share of the way towards the camera.
        turn_limit: degrees of pitch, yaw and roll that no turn goes beyond.
        shift_limit: the same of the way across.
        growth_limit: the same of growth, natural log of the ratio of sizes.
        hidden_side: turns that would show the far side of a three-quarter view are reduced by up to this share.
        steep: how suddenly a movement ends that is hardly held back before: an even exponent, 2..10.
        widest: the widest mouth.
    """

    ring_follow: tuple[float, float, float] = (0.92, 0.8, 0.6)
    crease_follow: float = 0.42
    brow_follow: float = 0.2
    shut: float = 0.03
    head_turn: float = 0.85
    head_shift: float = 0.5
    head_growth: float = 0.3
    turn_limit: tuple[float, float, float] = (14.0, 16.0, 18.0)
    shift_limit: float = 0.12
    growth_limit: float = 0.06
    hidden_side: float = 0.4
    steep: int = 6
    widest: float = 0.34


LIMITS = MotionLimits()


@dataclass(frozen=True)
class Gains:
    """The manifest's motion gains, 1 as measured, and what the second look calibrates: see calibrate.

    Attributes:
        head, expression, mouth: of the manifest.
        lips, lids: factors on how far they open.
        parting: how much further than its landmarks say the portrait's own lips are parted, in face heights.
        turns: when it sings, of a portrait that listens meanwhile.
    """

    head: float
    expression: float
    mouth: float
    lips: float = 1.0
    lids: float = 1.0
    parting: float = 0.0
    turns: Turns = field(default_factory=Turns)


def mesh_targets(rig: Rig, performance: Performance, gains: Gains, span: slice) -> Array:
    """(n, 492, 3) where the mesh's points go in the frames `span`, pixels of the picture."""
    shapes = performance.shapes(span)
    change = _change(shapes, rig, gains, span)
    moved = rig.rest + change
    moved[:, :, 1] -= lift(smiles(moved, np.stack([rig.rest, rig.shape])), rig.shape)
    gap = lip_gap(shapes, rig)
    parted = np.maximum(0.0, np.linalg.norm(gap, axis=2) - performance.rest.closed_gap * rig.scale[1])
    open_lips(moved, gap, parted * gains.turns.sung(span)[:, None], rig, gains)
    openness = performance.openness[span]
    openness = np.where(openness < 1, 1 - gains.lids * (1 - openness), openness)
    band = close_lids(moved, rig, openness, change)
    rotation, shift, growth = head_motion(rig, performance, gains, span)
    mesh = np.concatenate([moved, band], axis=1) * np.exp(growth)[:, None, None]
    turned = np.matmul(mesh, rotation.transpose(0, 2, 1))
    points: Array = turned * rig.frame.height + rig.frame.centre + shift[:, None, :] * rig.frame.height
    return points


def smile_motion(rig: Rig, performance: Performance, gains: Gains, span: slice) -> Array:
    """(n, 2) how much more the sides of the mesh smile than the portrait, 0..1."""
    moved = rig.rest + _change(performance.shapes(span), rig, gains, span)
    return smiles(moved, np.stack([rig.rest, rig.shape]))


def _change(shapes: Array, rig: Rig, gains: Gains, span: slice) -> Array:
    """(n, 478, 3) how far the performer's shapes are from the neutral one, as the portrait shows it."""
    change = (shapes - rig.neutral) * rig.scale * gains.expression
    return np.asarray(change * gains.turns.kept(span, upper_face(rig.shape))[:, :, None])


def rigid_motion(rig: Rig, performance: Performance, gains: Gains, span: slice) -> Array:
    """(n, 2, 4) the head's motion: displacement = rigid @ [(p - centre) / height, 1], pixels."""
    rotation, shift, growth = head_motion(rig, performance, gains, span)
    turn = np.matmul(rotation, rig.frame.rotation.T) * np.exp(growth)[:, None, None] - np.eye(3)
    return np.concatenate([turn, shift[:, :, None]], axis=2)[:, :2] * rig.frame.height


def gaze_motion(rig: Rig, performance: Performance, gains: Gains, span: slice) -> Array:
    """(n, 2, 2) how far the irises move along and across the eyes, in eye widths.

    Of a reference that looks aside no more than STYLE.gaze_rest counts as looking straight on, and the limit is one
    for where irises end up, not for how far they move. Both eyes turn alike; one that is shut follows the other.
    """
    most, limit = np.array(STYLE.gaze_rest), np.array(STYLE.gaze_limit)
    rest = np.clip(performance.rest.gaze.mean(axis=0), -most, most)
    seen = np.clip(performance.openness[span] / STYLE.gaze_tells, 0.05, 1.0)[:, :, None]
    both = (performance.gaze[span] * seen).sum(axis=1) / seen.sum(axis=1) - rest
    gaze = np.array(STYLE.gaze_gain) * gains.expression * both * gains.turns.kept(span)[:, None]
    own = np.stack([iris_position(rig.shape[None], eye)[0] for eye in EYES])
    own = np.clip(own, -0.8 * limit, 0.8 * limit)
    return hard_limit(own + gaze[:, None], limit) - hard_limit(own, limit)


def soft_limit(value: Array, limit: Array | float) -> Array:
    """`value`, never beyond +-`limit`."""
    bounded: Array = limit * np.tanh(value / limit)
    return bounded


def hard_limit(value: Array, limit: Array | float) -> Array:
    """`value`, never beyond +-`limit`, and as it is up to half of that."""
    bounded: Array = value * (1 + (value / limit) ** LIMITS.steep) ** (-1 / LIMITS.steep)
    return bounded


def upper_face(shape: Array) -> Array:
    """(478,) 0 from the base of the nose down, 1 from the eyes up: what of a face may move while its mouth rests.

    Args:
        shape: (478, 3), canonical.
    """
    nose, eyes = shape[NOSE_BASE, 1], shape[[eye.corners[0] for eye in EYES], 1].mean()
    return np.clip((nose - shape[:, 1]) / max(float(nose - eyes), 1e-6), 0, 1)


def lip_gap(shapes: Array, rig: Rig) -> Array:
    """(n, 11, 3) from the performer's upper inner lip to the lower one, as large as the portrait's mouth has it."""
    return np.asarray((shapes[:, list(INNER_LOWER)] - shapes[:, list(INNER_UPPER)]) * rig.scale)


def open_lips(moved: Array, gap: Array, parted: Array, rig: Rig, gains: Gains) -> None:
    """Set the inner-lip gap to the performer's; in place.

    Args:
        gap: as in `lip_gap`.
        parted: (n, 11) how far the lips part along it, in face heights: a listener's do not.
    """
    measured = parted.mean(axis=1)
    wanted = parted.copy()
    wanted[:, 1:-1] *= gains.mouth * gains.lips
    wanted = smooth_row(soft_limit(wanted, LIMITS.widest))
    # what lips open beyond the performer's measure, the jaw drops beyond it
    moved += (wanted.mean(axis=1) - measured)[:, None, None] * jaw_per_gap()
    gap = gap * (wanted / np.maximum(np.linalg.norm(gap, axis=2), 1e-6))[:, :, None]
    gap[:, :, 1] += rig.seam
    part_lips(moved, gap)


def part_lips(moved: Array, gap: Array) -> None:
    """Set the inner-lip gap, (n, 11, 3) from upper to lower lip, and let the rings around follow; in place."""
    upper, lower = list(INNER_UPPER), list(INNER_LOWER)
    middle = smooth_row((moved[:, upper] + moved[:, lower]) / 2)
    up = middle - gap / 2 - moved[:, upper]
    down = middle + gap / 2 - moved[:, lower]
    moved[:, upper[1:-1]] += up[:, 1:-1]
    moved[:, lower[1:-1]] += down[:, 1:-1]
    for share, above, below in zip(LIMITS.ring_follow, LIP_RINGS_UPPER, LIP_RINGS_LOWER, strict=True):
        moved[:, list(above[1:-1])] += share * up[:, 1:-1]
        moved[:, list(below[1:-1])] += share * down[:, 1:-1]


def smooth_row(values: Array) -> Array:
    """(n, 11, ...) along the lips: noise of single landmarks, which would notch them, evened out; ends kept."""
    smoothed = values.copy()
    smoothed[:, 1:-1] = 0.25 * values[:, :-2] + 0.5 * values[:, 1:-1] + 0.25 * values[:, 2:]
    return smoothed


def close_lids(moved: Array, rig: Rig, openness: Array, change: Array) -> Array:
    """Set the lids by openness, in place; returns the (n, 14, 3) points of the lids' rims."""
    bands = []
    for number, eye in enumerate(EYES):
        amount = np.maximum(openness[:, number], LIMITS.shut)[:, None, None]
        shut = 1.0 - amount
        gap = rig.lid_gaps[number]
        upper, lower = list(eye.upper), list(eye.lower)
        low = rig.shape[lower] + 0.6 * change[:, lower] - 0.12 * np.maximum(shut, 0.0) * gap
        moved[:, lower] = low
        moved[:, upper] = low - gap * amount
        moved[:, list(eye.crease)] += LIMITS.crease_follow * shut * gap
        moved[:, list(eye.under_brow)] += LIMITS.brow_follow * shut * gap
        for corner in eye.corners:
            moved[:, corner] = rig.shape[corner] + 0.5 * change[:, corner]
        for point in eye.iris:
            moved[:, point] = rig.shape[point] + 0.5 * change[:, list(eye.corners)].mean(axis=1)
        bands.append(moved[:, upper] + rig.band[number])
    return np.concatenate(bands, axis=1)


def head_motion(rig: Rig, performance: Performance, gains: Gains, span: slice) -> tuple[Array, Array, Array]:
    """(n, 3, 3) canonical to picture, (n, 3) shift and (n,) log size, all within what a picture can follow."""
    own = rig.frame.rotation
    turn = performance.turn[span]
    if performance.absolute:
        turn = np.stack([log_rotation(own.T @ exp_rotation(vector)) for vector in turn])
    turn = turn * (LIMITS.head_turn * gains.head)
    limit = np.broadcast_to(np.radians(LIMITS.turn_limit), turn.shape).copy()
    own_yaw = float(np.arctan2(own[0, 2], own[2, 2]))
    reveals = turn[:, 1] * own_yaw < 0
    limit[reveals, 1] *= 1 - LIMITS.hidden_side * min(1.0, abs(own_yaw) / np.radians(30))
    turn = soft_limit(turn, limit)
    shift = soft_limit(performance.shift[span] * (LIMITS.head_shift * gains.head), LIMITS.shift_limit)
    shift[:, 2] = 0.0
    growth = soft_limit(performance.growth[span] * (LIMITS.head_growth * gains.head), LIMITS.growth_limit)
    keep = gains.turns.kept(span)
    turn, shift, growth = turn * keep[:, None], shift * keep[:, None], growth * keep
    rotation = np.stack([own @ exp_rotation(vector) for vector in turn])
    return rotation, shift, growth

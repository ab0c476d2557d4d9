"""The eyeballs: a plate of white and iris behind the lids, so that lids cover an eye and irises can turn.

The plate is made once from the portrait: the eye's opening is extended behind the lids, the iris is completed to a
disc and lifted off the white.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from engines.layers import lids
from engines.layers.laying import lay, over
from engines.layers.lid_looks import Lid, Rows
from engines.layers.mesh import Raster, axes_of
from face.bridging import smooth_step
from face.color import LUMA
from face.eye_style import STYLE
from face.grain import noise
from face.topology import EYES, Eye
from foundation.geometry import Array, Box, Image

MARGIN = 0.35
"""The plate reaches this far around the eye, in eye widths."""
SMALLEST = 6.0
"""Eyes narrower than this many pixels keep the mesh's own picture."""


@dataclass(frozen=True)
class Eyeball:
    """One eye's plate.

    Attributes:
        origin: (2,) pixel position of the plate's first pixel.
        white: (h, w, 3) uint8 the eye without its iris.
        ball: (h, w, 3) uint8 with it.
        corners: (2, 2) the eye's corners, pixels.
        iris: centre x, y and radius, pixels.
        gap: lid gap at the middle, pixels.
        lid: what comes down over it.
        size: of the iris, see `iris_ends`.
    """

    origin: Array
    white: Image
    ball: Image
    corners: Array
    iris: Array
    gap: float
    lid: Lid
    size: float

    @staticmethod
    def both(image: Image, points: Array) -> tuple[Eyeball, ...]:
        """From the portrait and its (>=478, 2) points.

        Irises are taken to be as large as the larger one: a rest of one shows more than white where one was not.
        """
        built = [Eyeball.build(image, points, eye) for eye in EYES]
        size = max(ball.size for ball in built)
        return tuple(
            ball if ball.size == size else Eyeball.build(image, points, eye, size)
            for eye, ball in zip(EYES, built, strict=True)
        )

    @staticmethod
    def build(image: Image, points: Array, eye: Eye, size: float | None = None) -> Eyeball:
        """One of them. `size`: of the iris, if it is known; see `iris_ends`."""
        lid = Lid.seen(image, points, eye)
        upper, lower = points[list(eye.upper_row)], lid.edge(points[list(eye.lower_row)])
        corners = points[list(eye.corners)]
        width = float(np.linalg.norm(corners[1] - corners[0]))
        both = np.concatenate([upper, lower])
        margin = max(3, round(MARGIN * width))
        low, high = np.floor(both.min(axis=0)).astype(int) - margin, np.ceil(both.max(axis=0)).astype(int) + margin
        box = Box(low[0], low[1], high[0], high[1]).clipped(image.shape[1], image.shape[0])
        if box.width < 4 or box.height < 4:
            box = Box(0, 0, min(4, image.shape[1]), min(4, image.shape[0]))
        raster = Raster(box, 1.0)
        opening = raster.polygon(np.concatenate([upper, lower[-2:0:-1]])) > 200
        inset = max(1, round(0.03 * width))
        inside = cv2.erode(opening.astype(np.uint8), np.ones((2 * inset + 1, 1), np.uint8)) > 0
        if not inside.any():
            inside = opening
        iris = points[list(eye.iris)]
        radius = max(float(np.linalg.norm(iris[1:] - iris[0], axis=1).mean()), 1.0)
        circle = np.array([iris[0, 0], iris[0, 1], radius])
        region = np.ascontiguousarray(image[box.slices])
        size = iris_ends(region, inside, raster, circle) if size is None else size
        circle[2] *= size
        ball = complete_iris(region, extend(region, inside), inside, raster, circle)
        white = lift_iris(ball, inside, raster, circle, corners)
        gap = float(np.linalg.norm(points[list(eye.lower[2:5])] - upper[3:6], axis=1).mean())
        return Eyeball(
            np.array([box.x0, box.y0], np.float64),
            white,
            ball,
            corners,
            circle,
            gap,
            lid,
            size,
        )


def extend(region: Image, inside: NDArray[np.bool_]) -> Image:
    """What is inside carried outwards: every other pixel takes its nearest inside one, softened."""
    if not inside.any():
        return region.copy()
    _, labels = cv2.distanceTransformWithLabels(
        (~inside).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros((int(labels.max()) + 1, 3), np.uint8)
    table[labels[inside]] = region[inside]
    filled = table[labels]
    softened = cv2.GaussianBlur(filled, (0, 0), max(0.8, 0.03 * region.shape[1]))
    return np.where(inside[:, :, None], region, softened)


def iris_ends(region: Image, inside: NDArray[np.bool_], raster: Raster, circle: Array) -> float:
    """Where the iris ends, in radii as landmarks have it: where light grows most from its middle to both sides.

    Above and below, it is lids that end it, and what shines at their edges.
    """
    radius, light = from_iris(raster, circle), region @ LUMA
    edges = np.linspace(*STYLE.iris_size, 14)
    beside = inside & (np.abs(raster.y - circle[1]) < np.abs(raster.x - circle[0]))
    rings = [beside & (radius >= inner) & (radius < outer) for inner, outer in pairwise(edges)]
    if min(int(ring.sum()) for ring in rings) < 4:
        return STYLE.iris_usual
    steps = np.diff([float(np.median(light[ring])) for ring in rings])
    grows = np.convolve(steps, [0.5, 1.0, 0.5], "same")
    return float(edges[1:-1][int(np.argmax(grows))]) if grows.max() > STYLE.iris_step else STYLE.iris_usual


def complete_iris(region: Image, plate: Image, inside: NDArray[np.bool_], raster: Raster, circle: Array) -> Image:
    """The part of the iris behind the lids, from what shows at the same distance from its centre."""
    radius = from_iris(raster, circle)
    on = radius < 1
    reach = max(1, round(STYLE.iris_off_lids * circle[2]))  # near the lids' edges it is often lid that shows
    core = cv2.erode(inside.astype(np.uint8), np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)) > 0
    edges = np.linspace(0, 1, STYLE.iris_rings + 1)
    rings = [core & (radius >= inner) & (radius < outer) for inner, outer in pairwise(edges)]
    seen = [number for number, ring in enumerate(rings) if ring.sum() >= 3]
    if not seen:
        return plate
    profile = np.stack([np.percentile(region[rings[number]], 40, axis=0) for number in seen])
    at = ((edges[:-1] + edges[1:]) / 2)[seen]
    filled = np.stack([np.interp(radius, at, profile[:, channel]) for channel in range(3)], axis=2)
    share = cv2.GaussianBlur((on & ~core).astype(np.float32), (0, 0), max(0.6, 0.5 * reach))
    share = np.where(on, np.maximum(share, (on & ~inside).astype(np.float32)), 0)[:, :, None]
    return np.clip(plate + (filled - plate) * share, 0, 255).astype(np.uint8)


def from_iris(raster: Raster, circle: Array) -> Array:
    """(h, w) how far each pixel is from the iris's centre, in its radii."""
    return np.asarray(np.sqrt((raster.x - circle[0]) ** 2 + (raster.y - circle[1]) ** 2) / circle[2], np.float64)


def lift_iris(ball: Image, inside: NDArray[np.bool_], raster: Raster, circle: Array, corners: Array) -> Image:
    """The plate with the iris replaced by white: the eye's own where it shows some, darker under the upper lid, and in
    the corners, of which an eye that looks aside shows nothing to go by."""
    radius = from_iris(raster, circle)
    disc = iris_alpha(raster.x, raster.y, circle, STYLE.white_from) > 0.02
    if disc.all():
        return ball.copy()
    filled = cv2.inpaint(ball, disc.astype(np.uint8), max(2.0, 0.25 * float(circle[2])), cv2.INPAINT_TELEA)
    core = cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    beside, on = core & (radius > 1.2), core & (radius < 0.9)
    if beside.sum() < 12:
        return np.asarray(filled, np.uint8)
    seen = ball[beside].astype(np.float32)
    light = seen @ LUMA
    low, high = np.percentile(light, (40, 85))
    tone = seen[(light >= low) & (light <= high)].mean(axis=0)
    if on.any() and float(tone @ LUMA) < float(np.median(ball[on] @ LUMA)) + 6:
        return np.asarray(filled, np.uint8)
    down = np.clip((raster.y - (circle[1] - 1.1 * circle[2])) / (0.9 * circle[2]), 0, 1)
    along, _, width = axes_of(corners)
    middle = corners.mean(axis=0)
    aside = 2 * np.abs((raster.x - middle[0]) * along[0] + (raster.y - middle[1]) * along[1]) / width
    begins = STYLE.white_corner_from
    dim = smooth_step((aside - begins) / (1 - begins))[:, :, None] * (1 - np.array(STYLE.white_corner))
    shade = ((1 - (1 - STYLE.white_under_lid) * (1 - down))[:, :, None] * (1 - dim)).astype(np.float32)
    fine = ball.astype(np.float32) - cv2.GaussianBlur(ball, (0, 0), 1.0).astype(np.float32)
    level = np.float32(1.48 * np.median(np.abs(fine[core])))
    x, y = np.broadcast_arrays(raster.x - np.float32(circle[0]), raster.y - np.float32(circle[1]))
    white = tone * shade + (noise(np.ascontiguousarray(x), np.ascontiguousarray(y)) * level)[:, :, None]
    # what lies beside the iris stays the portrait's own
    share = (0.8 * np.clip((STYLE.white_to - radius) / 0.15, 0, 1))[:, :, None]
    return np.clip(filled + (white - filled) * share, 0, 255).astype(np.uint8)


def iris_alpha(x: NDArray[np.float32], y: NDArray[np.float32], circle: Array, rim: float = 1.0) -> NDArray[np.float32]:
    """1 on the iris, 0 off it, soft over a sixth of its radius."""
    distance = np.sqrt((x - circle[0]) ** 2 + (y - circle[1]) ** 2) / circle[2]
    return np.clip((rim - distance) * 6.0 + 0.5, 0, 1).astype(np.float32)


def paint(out: Image, points: Array, eye: Eye, eyeball: Eyeball, gaze: Array) -> None:
    """Lay the eyeball into the lids' opening, and a lid that comes down over it; in place.

    Args:
        points: (>=478, 2) target positions.
        gaze: (2,) how far the iris moves along and across, in eye widths.
    """
    rows = Rows.of(points, eye)
    upper, lower = rows.upper, eyeball.lid.edge(rows.lower)
    corners = points[list(eye.corners)]
    width = float(np.linalg.norm(corners[1] - corners[0]))
    own_width = float(np.linalg.norm(eyeball.corners[1] - eyeball.corners[0]))
    if width < SMALLEST or own_width < SMALLEST:
        return
    both = np.concatenate([upper, lower])
    low, high = np.floor(both.min(axis=0)).astype(int) - 3, np.ceil(both.max(axis=0)).astype(int) + 4
    box = Box(low[0], low[1], high[0], high[1]).clipped(out.shape[1], out.shape[0])
    if box.width < 2 or box.height < 2:
        return
    raster = Raster(box, 1.0)
    mask = raster.polygon(np.concatenate([upper, lower[-2:0:-1]])).astype(np.float32) / 255.0
    gap = float(np.linalg.norm(rows.lower - upper, axis=1)[len(upper) // 3 : -len(upper) // 3].mean())
    stretch = max(1.0, gap / max(eyeball.gap, 1e-6))
    to_plate = plate_affine(corners, eyeball.corners, stretch)
    x, y = (raster.x * to_plate[i, 0] + raster.y * to_plate[i, 1] + to_plate[i, 2] for i in range(2))
    along = (eyeball.corners[1] - eyeball.corners[0]) * gaze[0]
    across = np.array([-1.0, 1.0]) * (eyeball.corners[1] - eyeball.corners[0])[::-1] * gaze[1]
    moved_x, moved_y = x - (along + across)[0], y - (along + across)[1]
    own, white = sample(eyeball.origin, x, y, eyeball.ball, eyeball.white)
    left = min(1.0, float(np.linalg.norm(along + across)) / (STYLE.white_shows * float(eyeball.iris[2])))
    white -= own
    white *= np.float32(left)
    own += white
    (ball,) = sample(eyeball.origin, moved_x, moved_y, eyeball.ball)
    on_iris = iris_alpha(moved_x, moved_y, eyeball.iris)
    alpha = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.012 * width)) * mask
    region = out[box.slices]
    lay(region, over(region.astype(np.float32), over(own, ball, on_iris), alpha))
    shut = 1 - gap / max(eyeball.gap * width / own_width, 1e-6)
    lids.paint(out, rows, eyeball.lid, shut)


def plate_affine(corners: Array, own_corners: Array, stretch: float) -> Array:
    """(2, 3): picture to plate. Corners go to corners; across the eye, `stretch` widens the plate's picture."""
    span, own = corners[1] - corners[0], own_corners[1] - own_corners[0]
    length, own_length = np.linalg.norm(span), np.linalg.norm(own)
    basis = np.array([span / length, [-span[1] / length, span[0] / length]])
    own_basis = np.array([own / own_length, [-own[1] / own_length, own[0] / own_length]])
    linear = own_basis.T @ np.diag([own_length / length, 1.0 / stretch]) @ basis
    middle = own_corners.mean(axis=0) - linear @ corners.mean(axis=0)
    return np.concatenate([linear, middle[:, None]], axis=1)


def sample(origin: Array, x: Array, y: Array, *plates: Image) -> list[NDArray[np.float32]]:
    """The plates at picture positions."""
    field_x, field_y = (x - origin[0]).astype(np.float32), (y - origin[1]).astype(np.float32)
    taken = (cv2.remap(each, field_x, field_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE) for each in plates)
    return [each.astype(np.float32) for each in taken]

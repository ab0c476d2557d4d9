"""The person of a portrait as a layer of its own."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from compositing.behind import parted, with_halo, without_person
from engines.landmark_tps.cutout import ACROSS, BEHIND, TILE, Cutout, runs
from engines.landmark_tps.renderer import identity
from engines.layers.mesh import Field
from foundation.geometry import Box
from foundation.person import Person

NOWHERE = (False,) * 4
SIZE = (400, 500)


def made(
    edges: tuple[bool, bool, bool, bool] = NOWHERE,
) -> tuple[Cutout, NDArray[np.uint8]]:
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    opacity = (np.hypot(rows - 100, columns - 125) < 60).astype(np.uint8) * 255
    wall = np.random.default_rng(0).integers(40, 90, (*SIZE, 3), np.uint8)
    image = np.where(opacity[:, :, None] > 0, np.uint8(200), wall)
    moving = with_halo(opacity, 100)
    return Cutout(image, Person(moving, without_person(image, moving, 100)), edges), image


def carried(cutout: Cutout, field: Field) -> NDArray[np.uint8]:
    """The opacity where the field takes it."""
    moved = cv2.remap(cutout.opacity, field, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def test_the_tiles_of_a_box_are_its_parts() -> None:
    kinds = np.random.default_rng(1).integers(0, 3, (7, 8)).astype(np.uint8)
    for box in (Box(0, 0, 250, 200), Box(13, 40, 199, 41), Box(32, 64, 64, 96), Box(50, 50, 50, 90)):
        seen = np.zeros(SIZE, int)
        for down, parts in runs(kinds.tolist(), box):
            for kind, x0, x1 in parts:
                seen[down, x0:x1] += 1
                assert (kinds[down.start // TILE, x0 // TILE : (x1 - 1) // TILE + 1] == kind).all()
        inside = np.zeros(SIZE, int)
        inside[box.slices] = 1
        assert (seen == inside).all()


@pytest.mark.parametrize("shift", [(0, 0), (9, -14), (-70, 3)])
@pytest.mark.parametrize("stretch", [1.0, 1.15, 0.8])
def test_tiles_that_are_not_blended_need_it_nowhere(shift: tuple[int, int], stretch: float) -> None:
    cutout, _ = made()
    whole = Box(0, 0, SIZE[1], SIZE[0])
    field = (identity(whole) - 100) * np.float32(stretch) + 100 + np.array(shift, np.float32)
    kinds, opacity = cutout.kinds(field), carried(cutout, field)
    blended = 0
    for down, parts in runs(kinds, whole):
        for kind, x0, x1 in parts:
            blended += (down.stop - down.start) * (x1 - x0) if kind == ACROSS else 0
            assert kind == ACROSS or (opacity[down, x0:x1] == (0 if kind == BEHIND else 255)).all()
    assert blended < 0.8 * opacity.size


def test_at_rest_it_is_the_portrait_and_moved_the_wall_stays() -> None:
    cutout, image = made()
    whole = Box(0, 0, SIZE[1], SIZE[0])
    rest = identity(whole)
    out = cutout.moved(rest, [(whole, cv2.INTER_LINEAR)])
    assert np.abs(out.astype(int) - image).max() <= 1
    moved = rest.copy()
    moved[:, :, 0] -= 12
    out = cutout.moved(moved, [(whole, cv2.INTER_LINEAR)])
    opacity = carried(cutout, moved)
    assert (opacity[:, 12:] == cutout.opacity[:, :-12]).all()
    still = (opacity == 0) & (cutout.opacity == 0)
    assert (out[still] == image[still]).all()
    assert (out[100, 80:190] == 200).all()
    assert out[100, 68].max() < 110  # what the head uncovered is wall again


def test_a_soft_outline_is_mixed_to_within_two_levels() -> None:
    random, whole = np.random.default_rng(2), Box(0, 0, SIZE[1], SIZE[0])
    opacity = np.clip(np.arange(SIZE[1]) - 120, 0, 255).astype(np.uint8) * np.ones((SIZE[0], 1), np.uint8)
    image, wall = (cv2.blur(random.integers(0, 256, (*SIZE, 3), np.uint8), (9, 9)) for _ in range(2))
    behind = np.where(opacity[:, :, None] > 0, wall, image)
    field = identity(whole) + np.float32(2.5)
    out = Cutout(image, Person(opacity, behind), NOWHERE).moved(field, [(whole, cv2.INTER_LINEAR)])
    own, rest = parted(image, opacity, behind)
    share = opacity[:, :, None].astype(np.float32) / 255
    laid, shown = (cv2.remap(each, field, None, cv2.INTER_LINEAR) for each in (own * share, share))
    inside = np.s_[:-4, :-4]
    expected = laid + (1 - shown[:, :, None]) * rest
    assert np.abs(out - expected)[inside].max() <= 2
    assert (opacity[inside] % 255 > 0).mean() > 0.2


def test_inner_edges_stay_bit_for_bit() -> None:
    cutout, image = made((True, True, False, False))
    whole = Box(0, 0, SIZE[1], SIZE[0])
    out = cutout.moved(identity(whole), [(whole, cv2.INTER_CUBIC)])
    assert (out[:, 0] == image[:, 0]).all()
    assert (out[0] == image[0]).all()


def test_tiles_warped_together_are_as_each_by_itself() -> None:
    cutout, _ = made()
    whole = Box(0, 0, SIZE[1], SIZE[0])
    field = (identity(whole) - 100) * np.float32(0.9) + np.array([104.3, 96.8], np.float32)
    for interpolation in (cv2.INTER_LINEAR, cv2.INTER_CUBIC):
        tiles = [
            (Box(x0, down.start, x1, down.stop), interpolation)
            for down, parts in runs([[at % 3 for at in range(99)]] * 99, whole)
            for _, x0, x1 in parts
        ]
        assert len(tiles) > 50
        assert (cutout.moved(field, tiles) == cutout.moved(field, [(whole, interpolation)])).all()

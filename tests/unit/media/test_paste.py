"""Pasting a network's crop back: nothing outside the mask changes, and no seam shows at its edge."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from compositing.grain import Grain
from compositing.masks import head_mask
from compositing.paste import Paste
from compositing.style import PasteStyle
from foundation.crop import CropInfo, covered, upright
from foundation.facetrack import Face, head_frame, still
from media.image.linear import to_linear, to_srgb
from media.image.resample import blur_for, warp_affine
from tests.unit.stages.test_paste_back import face_at

Image = NDArray[np.uint8]
SIDE = 256
PLAIN = PasteStyle(0.16, match_color=True, match_grain=False)


def around_face() -> Face:
    """The astronaut's face as an outline of 36 points, and what places a head."""
    face = face_at(224.0, 118.0, 105.0)
    angles = np.linspace(0, 2 * np.pi, 444)
    ring = np.stack([224 + 39 * np.sin(angles), 118 - 52.5 * np.cos(angles)], axis=1)
    others = [n for n in range(478) if n not in (10, 152, 234, 454, 33, 263)]
    face.points[others[:444], :2] = ring
    return face


def cut(picture: Image, face: Face, side: int = SIDE) -> tuple[CropInfo, Face, Image]:
    """A network's crop of it: how it lies, the face in it, its pixels."""
    head = head_frame(face.points, face.scheme)
    affine = upright(head, head.height, side)
    box = covered(affine, (side, side), (picture.shape[1], picture.shape[0]))
    crop = CropInfo(affine, box, (side, side), False, (True,) * 4)
    inside = still(face, (picture.shape[1], picture.shape[0])).through(affine, (side, side)).face(0)
    return crop, inside, warp_affine(picture, affine, (side, side), border=cv2.BORDER_REFLECT_101)


def as_a_network(crop: Image) -> Image:
    """What networks do to a crop: everything in it has moved a little, is softer, and has another tint."""
    move = np.array([[1.01, 0.01, 2.5], [-0.01, 1.01, -2.0]])
    moved = cv2.warpAffine(crop, move, crop.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    soft = cv2.GaussianBlur(moved, (0, 0), 0.7).astype(np.float32)
    return np.clip(soft + np.array([7, 3, -5]), 0, 255).astype(np.uint8)


def gradient(image: Image) -> NDArray[np.float32]:
    light = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.hypot(cv2.Sobel(light, cv2.CV_32F, 1, 0), cv2.Sobel(light, cv2.CV_32F, 0, 1))


def test_outside_the_mask_nothing_changes_at_all() -> None:
    picture = np.ascontiguousarray(data.astronaut())
    crop, face, pixels = cut(picture, around_face())
    under = np.ascontiguousarray(picture[crop.box.slices])
    paste = Paste(under, crop, face, PasteStyle(0.16, match_color=True, match_grain=True))
    result = paste(255 - pixels)
    np.testing.assert_array_equal(result[paste.mask == 0], under[paste.mask == 0])
    assert (paste.mask == 0).mean() > 0.1
    assert np.abs(result[paste.mask == 1].astype(int) - under[paste.mask == 1]).mean() > 30
    assert paste.mask[[0, -1]].max() == paste.mask[:, [0, -1]].max() == 0


def test_no_seam_shows_at_the_masks_edge() -> None:
    picture = np.ascontiguousarray(data.astronaut())
    crop, face, pixels = cut(picture, around_face())
    under = np.ascontiguousarray(picture[crop.box.slices])
    moved = as_a_network(pixels)
    smooth, hard = Paste(under, crop, face, PLAIN), Paste(under, crop, face, PasteStyle(0.0, False, False))
    rim = (smooth.mask > 0) & (smooth.mask < 1)
    untouched = gradient(under)[rim].mean()
    assert gradient(smooth(moved))[rim].mean() < 1.02 * untouched
    edge = cv2.dilate((hard.mask == 1).astype(np.uint8), np.ones((5, 5))) > cv2.erode(
        (hard.mask == 1).astype(np.uint8), np.ones((5, 5))
    )
    bright = np.clip(moved.astype(int) + 30, 0, 255).astype(np.uint8)
    assert gradient(hard(bright))[edge].mean() > 1.1 * gradient(under)[edge].mean()  # the measure sees a seam
    crossed = np.abs(warp_affine(moved, crop.to_box, under.shape[1::-1]).astype(int) - under)[rim].mean()
    assert np.abs(smooth(moved).astype(int) - under)[rim].mean() < 0.5 * crossed


def test_the_inside_keeps_the_networks_motion() -> None:
    picture = np.ascontiguousarray(data.astronaut())
    crop, face, pixels = cut(picture, around_face())
    under = np.ascontiguousarray(picture[crop.box.slices])
    moved = as_a_network(pixels)
    shown = Paste(under, crop, face, PLAIN)(moved).astype(float)
    expected = warp_affine(moved, crop.to_box, under.shape[1::-1]).astype(float)
    y, x = np.mgrid[: under.shape[0], : under.shape[1]]
    middle = np.hypot(x - under.shape[1] / 2, y - under.shape[0] / 2) < 40
    inside = shown[middle], expected[middle]
    alike = [np.corrcoef(inside[0][:, n], inside[1][:, n])[0, 1] for n in range(3)]
    a_pixel_off = np.corrcoef(inside[1][:, 0], np.roll(expected, 1, axis=1)[middle][:, 0])[0, 1]
    assert min(alike) > 0.99 > a_pixel_off  # the same picture, in the same place
    assert (inside[0] - inside[1]).mean(axis=0) == pytest.approx((-7, -3, 5), abs=3)  # in the portrait's colours


@pytest.mark.parametrize("scale", [0.5, 1.0, 3.0])
def test_pasting_what_was_cut_gives_the_picture(scale: float) -> None:
    picture = cv2.resize(data.astronaut(), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    face = around_face()
    face.points[:, :2] = (face.points[:, :2] + 0.5) * scale - 0.5
    crop, inside, pixels = cut(picture, face)
    under = np.ascontiguousarray(picture[crop.box.slices])
    error = np.abs(Paste(under, crop, inside, PLAIN)(pixels).astype(float) - under)
    step = max(1, round(crop.box.width / SIDE))  # a pixel of the crop
    half_a_pixel_off = np.abs(under[:, step:].astype(float) - under[:, :-step]).mean() / 2
    assert error.mean() < half_a_pixel_off


@pytest.mark.parametrize("side", [SIDE, 2 * SIDE])
@pytest.mark.parametrize("feather", [0.08, 0.1, 0.16, 0.25])
def test_a_head_is_wholly_inside_its_mask_whatever_the_blend(side: int, feather: float) -> None:
    """Sums of weights are rounded: some masks had no solid part, and colours were compared all over the face."""
    _, inside, _ = cut(np.ascontiguousarray(data.astronaut()), around_face())
    inside.points[:] = (inside.points + 0.5) * side / SIDE - 0.5
    mask = head_mask(inside, side, feather)
    columns, rows = np.rint(inside.points[:, :2]).astype(int).T
    assert mask[rows, columns].min() == mask.max() == 1


def test_a_head_is_inside_its_mask_and_the_squares_sides_outside() -> None:
    for roll in (0.0, 0.4):
        picture = np.ascontiguousarray(data.astronaut())
        face = around_face()
        turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        face.points[:, :2] = (face.points[:, :2] - (224, 118)) @ turn.T + (224, 118)
        _, inside, _ = cut(picture, face)
        mask = head_mask(inside, SIDE, 0.16)
        columns, rows = np.rint(inside.points[:, :2]).astype(int).T
        assert mask[rows, columns].min() == 1
        assert mask[[0, -1]].max() == mask[:, [0, -1]].max() == 0
        assert mask[4, 4] == mask[-5, 4] == mask[-5, -5] == 0  # the square's corners stay background


def test_light_goes_there_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    np.testing.assert_array_equal(to_srgb(to_linear(levels)), levels)
    assert to_linear(levels)[188] == pytest.approx(0.5, abs=0.01)  # half the light of white


def test_grain_is_as_strong_as_it_was_and_the_same_every_time() -> None:
    random = np.random.default_rng(3)
    flat = np.full((200, 200, 3), 120, np.uint8)
    grainy = np.clip(flat + random.normal(0, 4, (200, 200, 1)), 0, 255).astype(np.uint8)
    face = np.ones((200, 200), bool)
    one, again, other = (Grain.lost(grainy, flat, face, number) for number in (0, 0, 1))
    assert one is not None
    assert again is not None
    assert other is not None
    assert 2.0 < one.noise.std() < 4.5
    np.testing.assert_array_equal(one.noise, again.noise)
    assert not (one.noise == other.noise).all()
    assert Grain.lost(flat, flat, face, 0) is None
    mask = np.zeros((200, 200, 1), np.float32)
    np.testing.assert_array_equal(one.onto(flat, mask), flat)


@pytest.mark.parametrize("border", [cv2.BORDER_REPLICATE, cv2.BORDER_CONSTANT, cv2.BORDER_REFLECT_101])
@pytest.mark.parametrize("middle", [(0.5, 0.5), (0.1, 0.9), (1.3, 0.4), (-0.6, -0.6)])
def test_a_part_is_shrunk_as_if_all_of_the_picture_were_smoothed(middle: tuple[float, float], border: int) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (240, 320, 3), dtype=np.uint8)
    linear = 0.4 * np.array([[0.96, -0.28], [0.28, 0.96]])
    affine = np.column_stack([linear, np.array([30, 20]) - linear @ (np.array(middle) * (320, 240))])
    whole = cv2.GaussianBlur(picture, (0, 0), blur_for(0.4))
    expected = cv2.warpAffine(whole, affine, (60, 40), flags=cv2.INTER_CUBIC, borderMode=border)
    np.testing.assert_array_equal(warp_affine(picture, affine, (60, 40), border=border), expected)

"""What stays in front: bit for bit where it is opaque, and nothing where it is transparent."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from compositing.front import Front, check_front, laid_over, read_front
from foundation.errors import InputError
from foundation.geometry import Box
from media.image.images import write_png

Image = NDArray[np.uint8]
SIZE = (64, 48)


def noise(seed: int) -> Image:
    return np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 3), dtype=np.uint8)


def bar(colours: Image) -> Front:
    """Opaque in the middle third of the columns, half so in the next few, else transparent."""
    opacity = np.zeros((SIZE[1], SIZE[0]), np.uint8)
    opacity[:, 20:40], opacity[:, 40:44] = 255, 128
    return Front(colours, opacity)


def test_it_lies_over_what_is_behind() -> None:
    front, behind = bar(noise(1)), noise(2)
    laid = front.over(behind)
    np.testing.assert_array_equal(laid[:, 20:40], front.colours[:, 20:40])
    for clear in (slice(0, 20), slice(44, None)):
        np.testing.assert_array_equal(laid[:, clear], behind[:, clear])
    half = (front.colours[:, 40:44].astype(float) + behind[:, 40:44]) / 2
    np.testing.assert_allclose(laid[:, 40:44], half, atol=1.5)


def test_the_last_one_is_uppermost() -> None:
    lower, upper, behind = bar(noise(1)), bar(noise(3)), noise(2)
    np.testing.assert_array_equal(laid_over(behind, [lower, upper])[:, 20:40], upper.colours[:, 20:40])
    np.testing.assert_array_equal(laid_over(behind, []), behind)


def test_a_part_lies_over_that_part() -> None:
    front, behind, box = bar(noise(1)), noise(2), Box(10, 5, 42, 40)
    np.testing.assert_array_equal(front.part(box).over(behind[box.slices].copy()), front.over(behind)[box.slices])


def test_a_smaller_one_has_its_own_colours_to_its_edge() -> None:
    green = np.full((SIZE[1], SIZE[0], 3), (0, 0, 0), np.uint8)
    green[:, 20:44] = (10, 200, 30)
    small = bar(green).resized((32, 24))
    assert small.opacity.shape == (24, 32)
    np.testing.assert_allclose(
        small.colours[small.opacity > 100], [(10, 200, 30)] * int((small.opacity > 100).sum()), atol=2
    )


def test_what_is_cut_out_of_the_portrait_is_taken_out_of_what_moves() -> None:
    portrait = np.full((SIZE[1], SIZE[0], 3), 180, np.uint8)
    portrait[:, 20:44] = 20
    bare = bar(portrait).without(portrait, 40.0)
    assert bare[24, 30].min() > 120  # the dark bar is gone
    np.testing.assert_array_equal(bare[:, :15], portrait[:, :15])


def test_what_the_portrait_does_not_show_is_not_taken_out() -> None:
    portrait = noise(2)
    np.testing.assert_array_equal(bar(noise(1)).without(portrait, 40.0), portrait)
    veil = Front(portrait.copy(), np.full(portrait.shape[:2], 90, np.uint8))
    np.testing.assert_array_equal(veil.without(portrait, 40.0), portrait)


def rgba(path: Path, opacity: int | None, size: tuple[int, int] = SIZE) -> Path:
    picture = np.full((size[1], size[0], 4), 100, np.uint8)
    picture[..., 3] = np.arange(size[0]) * 4 % 256 if opacity is None else opacity
    write_png(path, picture)
    return path


def test_a_good_one_is_read(tmp_path: Path) -> None:
    front = read_front(rgba(tmp_path / "mic.png", None), SIZE)
    assert front.colours.shape == (SIZE[1], SIZE[0], 3)
    assert front.opacity.max() > 200 > front.opacity.min()


@pytest.mark.parametrize("transparency", ["palette", "grey"])
def test_other_ways_to_be_transparent(tmp_path: Path, transparency: str) -> None:
    picture = Pillow.fromarray(np.arange(SIZE[0] * SIZE[1], dtype=np.uint8).reshape(SIZE[1], SIZE[0]))
    if transparency == "palette":
        picture.convert("P").save(tmp_path / "p.png", transparency=0)
    else:
        picture.convert("LA").save(tmp_path / "p.png")
        Pillow.merge("LA", [picture, picture]).save(tmp_path / "p.png")
    assert read_front(tmp_path / "p.png", SIZE).opacity.min() == 0


def test_another_size_is_refused(tmp_path: Path) -> None:
    path = rgba(tmp_path / "mic.png", 90, (32, 48))
    with pytest.raises(InputError, match="is 32 x 48 pixels, and the portrait 64 x 48"):
        check_front(path, SIZE)


@pytest.mark.parametrize("name", ["flat.png", "flat.jpg"])
def test_a_picture_without_opacity_is_refused(tmp_path: Path, name: str) -> None:
    Pillow.fromarray(noise(1)).save(tmp_path / name)
    with pytest.raises(InputError, match="has no transparency"):
        check_front(tmp_path / name, SIZE)


@pytest.mark.parametrize(("opacity", "told"), [(255, "opaque everywhere"), (0, "transparent everywhere")])
def test_all_or_nothing_is_refused(tmp_path: Path, opacity: int, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_front(rgba(tmp_path / "mic.png", opacity), SIZE)


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mic.png").write_text("none", encoding="utf-8")
    with pytest.raises(InputError):
        check_front(tmp_path / "mic.png", SIZE)
    with pytest.raises(InputError):
        check_front(tmp_path / "missing.png", SIZE)

"""Stills in containers of videos: HEIC is a picture, whole and upright; so is a video of one frame."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from PIL import Image

from foundation.errors import InputError
from media.image.images import is_image, picture_size, read_image, read_image_alpha
from media.video.kind import is_still_in_a_video, is_video
from media.video.probe import probe
from tests.synthetic import bars, corners, write_clip


def heic(path: Path, picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], **options: object) -> Path:
    """A picture without loss, but for what colour conversion rounds."""
    options = {"quality": -1, "chroma": 444, "matrix_coefficients": 0} | options
    pillow_heif.from_pillow(Image.fromarray(picture)).save(path, **options)
    return path


@pytest.mark.parametrize("tile", [0, 64])
def test_heic_is_read_whole(tile: int, tmp_path: Path) -> None:
    path = heic(tmp_path / "p.heic", bars(), tile_size=tile)
    assert is_image(path)
    assert not is_video(path)
    assert picture_size(path) == (bars().shape[1], bars().shape[0])
    assert np.abs(read_image(path).astype(int) - bars()).max() <= 2


def test_a_thumbnail_inside_is_not_taken(tmp_path: Path) -> None:
    path = heic(tmp_path / "p.heic", corners(), thumbnails=[32])
    assert np.abs(read_image(path).astype(int) - corners()).max() <= 2


@pytest.mark.parametrize("orientation", [3, 5, 6, 8])
def test_heic_comes_upright(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    turned = {3: np.rot90(corners(), 2), 5: corners().transpose(1, 0, 2), 6: np.rot90(corners()),
              8: np.rot90(corners(), -1)}[orientation]  # fmt: skip
    path = heic(tmp_path / "p.heic", np.ascontiguousarray(turned), exif=exif.tobytes(), tile_size=64)
    assert picture_size(path) == (corners().shape[1], corners().shape[0])
    assert np.abs(read_image(path).astype(int) - corners()).max() <= 2


def test_opacity_of_heic_is_kept(tmp_path: Path) -> None:
    alpha = np.tile(np.linspace(0, 255, 160).astype(np.uint8), (96, 1))
    path = heic(tmp_path / "p.heic", np.dstack([corners(), alpha]))
    opacity = read_image_alpha(path)[1]
    assert opacity is not None
    assert np.abs(opacity.astype(int) - alpha).max() <= 2


@pytest.mark.parametrize("name", ["p.heic", "p.avif", "p.png", "p.jpg", "p.webp", "p.tif"])
def test_a_picture_is_no_clip(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "p.heic":
        heic(path, bars(), tile_size=64)
    else:
        Image.fromarray(bars()).save(path)
    with pytest.raises(InputError, match="it is a still picture, not a video or a sound"):
        probe(path)


@pytest.mark.parametrize("keep", [40, 0.5, 0.9])
def test_damaged_heic_is_told(keep: float, tmp_path: Path) -> None:
    path = heic(tmp_path / "p.heic", np.random.default_rng(1).integers(0, 256, (96, 160, 3)).astype(np.uint8))
    whole = path.read_bytes()
    path.write_bytes(whole[: int(keep if keep > 1 else keep * len(whole))])
    with pytest.raises(InputError) as caught:
        read_image(path)
    assert str(path) in str(caught.value)
    assert caught.value.cure


@pytest.mark.parametrize("name", ["p.mp4", "p.mov", "p.mkv", "p.webm"])
def test_a_video_of_one_frame_is_a_still(name: str, tmp_path: Path) -> None:
    codec = {"p.webm": "libvpx-vp9"}.get(name, "libx264")
    one = write_clip(tmp_path / name, [bars()], fps=25, codec=codec)
    assert is_still_in_a_video(one)
    assert not is_video(one)
    two = write_clip(tmp_path / f"two{name}", [bars()] * 2, fps=25, codec=codec)
    assert is_video(two)
    assert not is_still_in_a_video(two)

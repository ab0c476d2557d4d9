"""Pictures whose colours are named by numbers, without a profile: HDR and wide gamuts come out in sRGB."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
from numpy.typing import NDArray
from PIL import Image, features

from media.image.coded import coding_of
from media.image.images import read_image, read_image_alpha
from tests.synthetic import bars


def coded(path: Path, picture: NDArray[np.uint8], primaries: int, transfer: int) -> Path:
    """A picture whose colours are told in numbers of H.273: AVIF, HEIC or PNG, without loss where the format can."""
    image = Image.fromarray(picture)
    if path.suffix == ".heic":
        numbers = {"color_primaries": primaries, "transfer_characteristics": transfer, "matrix_coefficients": 6}
        options: dict[str, Any] = {"quality": -1, "chroma": 444, "full_range_flag": 1} | numbers
        pillow_heif.from_pillow(image).save(path, **options)
        return path
    if path.suffix == ".avif":
        image.save(path, quality=100, subsampling="4:4:4")
    else:
        image.save(path)
    data = path.read_bytes()
    numbers_at = struct.pack(">HH", primaries, transfer)
    if path.suffix == ".avif":
        at = data.index(b"colrnclx") + 8
        data = data[:at] + numbers_at + data[at + 4 :]
    else:
        chunk = b"cICP" + bytes([primaries, transfer, 0, 1])
        chunk = struct.pack(">I", 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        data = data[:33] + chunk + data[33:]  # after IHDR
    path.write_bytes(data)
    return path


SUFFIXES = [".avif", ".heic", ".png"]


def skip_what_is_not_built(suffix: str) -> None:
    if suffix == ".avif" and not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(("transfer", "value"), [(16, 0.4578), (18, 0.5342)])
def test_hdr_stills_are_toned_down_as_videos_are(suffix: str, transfer: int, value: float, tmp_path: Path) -> None:
    """A grey of 60 nits (BT.2100): 60 of the 203 of reference white, so .2956 ** (1 / 2.4), without any colour."""
    skip_what_is_not_built(suffix)
    picture = np.full((48, 64, 3), round(value * 255), np.uint8)
    found = read_image(coded(tmp_path / f"p{suffix}", picture, 9, transfer))
    assert abs(float(found.mean()) - 153.5) <= 2.5  # half a level of PQ is half a level here
    assert int(np.ptp(found)) <= 2


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_display_p3_without_a_profile_becomes_srgb(suffix: str, tmp_path: Path) -> None:
    """The corners are those of the CSS Color specification's own conversion: color(display-p3 .8 .4 .3)."""
    skip_what_is_not_built(suffix)
    picture = np.full((48, 64, 3), (204, 102, 77), np.uint8)
    found = read_image(coded(tmp_path / f"p{suffix}", picture, 12, 13)).reshape(-1, 3).mean(axis=0)
    assert np.abs(found - (219.2, 94.5, 68.8)).max() <= 2.5
    grey = np.full((48, 64, 3), 128, np.uint8)
    assert np.abs(read_image(coded(tmp_path / f"g{suffix}", grey, 12, 13)).astype(int) - 128).max() <= 1


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("transfer", [2, 6, 13])
def test_colours_that_are_told_to_be_the_usual_ones_stay(suffix: str, transfer: int, tmp_path: Path) -> None:
    skip_what_is_not_built(suffix)
    found = read_image(coded(tmp_path / f"p{suffix}", bars(), 1, transfer))
    assert np.abs(found.astype(int) - bars()).mean() <= 2


def test_opacity_stays_beside_colours_that_are_converted(tmp_path: Path) -> None:
    alpha = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
    picture = np.dstack([np.full((48, 64, 3), (204, 102, 77), np.uint8), alpha])
    rgb, opacity = read_image_alpha(coded(tmp_path / "p.png", picture, 12, 13))
    assert opacity is not None
    assert np.array_equal(opacity, alpha)
    assert np.abs(rgb[0, 0].astype(int) - (219.2, 94.5, 68.8)).max() <= 1


def test_boxes_that_lead_nowhere_say_nothing_of_colours(tmp_path: Path) -> None:
    """A chain of boxes in boxes, sizes of 0 and 1, and one that is cut off in the middle."""
    if not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")
    path = tmp_path / "p.avif"
    Image.fromarray(bars()).save(path)
    data = path.read_bytes()
    with Image.open(path) as image:
        nested = b"".join(struct.pack(">I4s4x", 0, b"meta") for _ in range(2000))
        for odd in (nested, struct.pack(">I4s", 1, b"meta") * 3, struct.pack(">I4sI", 0, b"meta", 0) + b"\0\0\0"):
            path.write_bytes(odd)
            assert coding_of(image, path) is None
    path.write_bytes(data)
    assert read_image(path).shape == bars().shape

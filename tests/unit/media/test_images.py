"""Pictures of every kind come out upright, in 8-bit RGB, with the values that a viewer shows."""

from __future__ import annotations

import struct
import subprocess
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, features

from foundation.errors import InputError, StageError
from media.image.images import is_image, picture_size, read_image, read_image_alpha, write_png
from tests.conftest import ROOT
from tests.synthetic import bars, corners


def save(path: Path, image: Image.Image, **options: Any) -> Path:
    image.save(path, **options)
    return path


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG file of these chunks, (type, data) each."""
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("name", ["p.png", "p.webp", "p.tif", "p.bmp", "p.ppm"])
def test_lossless_formats_are_read_exactly(name: str, tmp_path: Path) -> None:
    options = {"lossless": True} if name.endswith("webp") else {}
    path = save(tmp_path / name, Image.fromarray(bars()), **options)
    np.testing.assert_array_equal(read_image(path), bars())


@pytest.mark.parametrize("name", ["p.jpg", "p.webp", "p.avif"])
def test_lossy_formats_are_read_closely(name: str, tmp_path: Path) -> None:
    if name == "p.avif" and not features.check("avif"):
        pytest.skip("this Pillow was built without AVIF")
    path = save(tmp_path / name, Image.fromarray(bars()), quality=95)
    assert np.abs(read_image(path).astype(int) - bars())[:, 10::20].mean() < 6


# EXIF orientation: how the stored picture must be turned, from the upright one
STORED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


@pytest.mark.parametrize("orientation", STORED)
def test_exif_orientation_is_obeyed(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.ascontiguousarray(STORED[orientation](corners()))
    for name in ("p.png", "p.tif"):
        path = save(tmp_path / name, Image.fromarray(stored), exif=exif)
        np.testing.assert_array_equal(read_image(path), corners())
        assert picture_size(path) == (corners().shape[1], corners().shape[0])


def test_grey_palette_bilevel_and_cmyk(tmp_path: Path) -> None:
    grey = np.tile(np.arange(160, dtype=np.uint8), (96, 1))
    read = read_image(save(tmp_path / "l.png", Image.fromarray(grey)))
    np.testing.assert_array_equal(read, np.repeat(grey[..., None], 3, axis=2))
    palette = Image.fromarray(bars()).quantize(8)
    assert np.abs(read_image(save(tmp_path / "p.png", palette)).astype(int) - bars()).max() <= 1
    ink = Image.fromarray(bars()).convert("CMYK")
    assert np.abs(read_image(save(tmp_path / "c.tif", ink)).astype(int) - bars()).max() <= 2
    one = read_image(save(tmp_path / "1.png", Image.fromarray(grey > 80)))
    np.testing.assert_array_equal(np.unique(one), [0, 255])


def test_sixteen_bits_are_scaled_not_cut(tmp_path: Path) -> None:
    deep = np.tile(np.linspace(0, 65535, 160).round().astype(np.uint16), (96, 1))
    expected = np.rint(deep / 257)
    for name in ("d.png", "d.tif"):
        read = read_image(save(tmp_path / name, Image.fromarray(deep)))
        assert np.abs(read - expected[..., None]).max() <= 1
    fraction = save(tmp_path / "f.tif", Image.fromarray((deep / 65535).astype(np.float32)))
    assert np.abs(read_image(fraction) - expected[..., None]).max() <= 1


def test_a_sixteen_bit_colour_png_is_scaled(tmp_path: Path) -> None:
    values = (np.stack([np.tile(np.linspace(0, 65535, 40), (30, 1))] * 3, axis=2)).astype(">u2")
    raw = b"".join(b"\0" + row.tobytes() for row in values)
    head = struct.pack(">IIBBBBB", 40, 30, 16, 2, 0, 0, 0)
    path = tmp_path / "deep.png"
    path.write_bytes(_png((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")))
    assert np.abs(read_image(path) - values.astype(float) / 257).max() <= 1


def test_transparency_is_laid_on_white_or_kept(tmp_path: Path) -> None:
    alpha = np.tile(np.linspace(0, 255, 160).astype(np.uint8), (96, 1))
    path = save(tmp_path / "a.png", Image.fromarray(np.dstack([corners(), alpha])))
    rgb, opacity = read_image_alpha(path)
    np.testing.assert_array_equal(rgb, corners())
    assert opacity is not None
    np.testing.assert_array_equal(opacity, alpha)
    flat = read_image(path)
    np.testing.assert_array_equal(flat[:, 0], np.full((96, 3), 255))
    np.testing.assert_array_equal(flat[:, -1], corners()[:, -1])
    assert read_image_alpha(save(tmp_path / "o.png", Image.fromarray(bars())))[1] is None
    marked = save(tmp_path / "t.png", Image.fromarray(bars()).quantize(8), transparency=0)
    assert read_image_alpha(marked)[1] is not None


def test_colour_profiles_are_obeyed(tmp_path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_srgb = save(tmp_path / "s.png", Image.fromarray(bars()), icc_profile=srgb)
    assert np.abs(read_image(with_srgb).astype(int) - bars()).max() <= 1
    misfit = save(tmp_path / "l.png", Image.fromarray(bars()), icc_profile=lab)
    np.testing.assert_array_equal(read_image(misfit), bars())
    broken = save(tmp_path / "b.png", Image.fromarray(bars()), icc_profile=b"nonsense")
    np.testing.assert_array_equal(read_image(broken), bars())


def grey_profile(gamma: float) -> bytes:
    """A profile of a scanner's grey (ICC.1:2001, 6.3.1): a tone curve that is a power."""
    tags = [
        (b"desc", b"desc" + bytes(4) + struct.pack(">I", 5) + b"grey\0" + bytes(78)),
        (b"wtpt", b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)),
        (b"kTRC", b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)),
    ]
    table, body, at = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, data in tags:
        padded = data + bytes(-len(data) % 4)
        table, body = table + name + struct.pack(">II", at + len(body), len(data)), body + padded
    light = struct.pack(">3i", 63190, 65536, 54061)
    head = struct.pack(">I4sI4s4s4s", at + len(body), bytes(4), 0x02400000, b"scnr", b"GRAY", b"XYZ ") + bytes(12)
    head += b"acsp" + bytes(28) + light + bytes(48)
    return head + table + body


@pytest.mark.parametrize("mode", ["L", "LA", "I;16"])
def test_profiles_of_grey_are_obeyed(mode: str, tmp_path: Path) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    pictures = {
        "L": Image.fromarray(ramp),
        "LA": Image.merge("LA", (Image.fromarray(ramp), Image.new("L", (256, 4), 200))),
        "I;16": Image.fromarray(ramp.astype(np.uint16) * 257),
    }
    path = save(tmp_path / "g.png", pictures[mode], icc_profile=grey_profile(1.0))
    shown, opacity = read_image_alpha(path)
    assert (opacity is not None) == (mode == "LA")
    light = np.arange(256) / 255  # IEC 61966-2-1
    expected = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(shown[0].astype(float) - expected[:, None]).max() < 2.5


def test_the_largest_page_is_taken(tmp_path: Path) -> None:
    pages = [
        Image.new("RGB", (40, 24)),
        Image.fromarray(bars()),
        Image.new("RGB", (40, 24)),
        Image.fromarray(corners()),
    ]
    path = save(tmp_path / "p.tif", pages[0], save_all=True, append_images=pages[1:])
    assert picture_size(path) == pages[1].size
    np.testing.assert_array_equal(read_image(path), bars())


@pytest.mark.parametrize("name", ["p.gif", "p.png", "p.webp"])
def test_a_blank_frame_of_an_animation_is_passed_over(name: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (160, 96), color) for color in ("white", "black")] + [Image.fromarray(bars())] * 2
    lossless = {"lossless": True} if name.endswith("webp") else {}
    path = save(tmp_path / name, frames[0], save_all=True, append_images=frames[1:], duration=100, **lossless)
    assert np.abs(read_image(path).astype(int) - bars()).mean() < 8  # of a GIF, by its palette
    blank = save(tmp_path / f"b{name}", frames[0], save_all=True, append_images=frames[1:2], duration=100, **lossless)
    assert (read_image(blank) == 255).all()


def _tiff(tmp_path: Path, tags: dict[int, int], parts: list[dict[int, int]]) -> Path:
    """A TIFF of 16x16 grey pixels with these tags, and below it pictures of these."""
    out = bytearray(b"II*\0" + bytes(4) + bytes(range(256)) * 16)

    def add(entries: dict[int, int]) -> int:
        at = len(out)
        out.extend(struct.pack("<H", len(entries)))
        for tag in sorted(entries):
            out.extend(struct.pack("<HHII", tag, 4, 1, entries[tag]))
        out.extend(bytes(4))
        return at

    about = {254: 0, 256: 16, 257: 16, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 16, 279: 256}
    below = {330: add(about | parts[0])} if parts else {}
    out[4:8] = struct.pack("<I", add(about | below | tags))
    path = tmp_path / "p.tif"
    path.write_bytes(out)
    return path


RAW = {
    "a Bayer picture below a thumbnail": ({254: 1}, [{262: 32803, 256: 64, 257: 64}]),
    "a large preview below a thumbnail": ({254: 1}, [{256: 64, 257: 64}]),
    "DNG": ({50706: 0x401}, []),
    "linear raw values": ({262: 34892}, []),
}


@pytest.mark.parametrize("kind", RAW)
def test_a_cameras_raw_file_is_refused(kind: str, tmp_path: Path) -> None:
    path = _tiff(tmp_path, *RAW[kind])
    for read in (read_image, picture_size):
        with pytest.raises(InputError, match="a camera's raw file"):
            read(path)
    head = tmp_path / "p.raf"
    head.write_bytes(b"FUJIFILMCCD-RAW 0201" + bytes(200))
    with pytest.raises(InputError, match="a camera's raw file"):
        read_image(head)


def test_a_pyramid_of_smaller_copies_is_no_raw_file(tmp_path: Path) -> None:
    assert read_image(_tiff(tmp_path, {}, [{254: 1, 256: 8, 257: 8}])).shape == (16, 16, 3)


def _bomb(path: Path) -> None:
    head = struct.pack(">IIBBBBB", 60000, 60000, 8, 0, 0, 0, 0)
    path.write_bytes(_png((b"IHDR", head), (b"IDAT", zlib.compress(bytes(60001))), (b"IEND", b"")))


def _banner(path: Path) -> None:
    Image.new("L", (20000, 10)).save(path, format="PNG")


def _cut(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, format="PNG")
    path.write_bytes(path.read_bytes()[:20000])


def _cut_jpeg(path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path, format="JPEG")
    path.write_bytes(path.read_bytes()[:9000])


def _program(path: Path) -> None:
    path.write_text("%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\nshowpage\n")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_text("only words"), "it is a text file, not a picture"),
        (lambda path: path.write_bytes(b"\x00\x01\x02" * 100), "it is not a picture"),
        (lambda path: path.touch(), "the file is empty"),
        (lambda path: path.mkdir(), "it is a folder"),
        (lambda path: None, "there is no such file"),
        (_bomb, "larger than 200 megapixels"),
        (_banner, "larger than"),
        (_cut, "damaged or incomplete"),
        (_cut_jpeg, "damaged or incomplete"),
        (_program, "it is a text file, not a picture"),
    ],
)
def test_what_is_no_picture_is_refused_by_name_with_a_cure(make: object, told: str, tmp_path: Path) -> None:
    path = tmp_path / "portrait.png"
    make(path)  # type: ignore[operator]
    with pytest.raises(InputError) as caught:
        read_image(path)
    assert told in str(caught.value)
    assert str(path) in str(caught.value)
    assert caught.value.cure


def test_is_image_goes_by_content(tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("words")
    picture = save(tmp_path / "p.png", Image.fromarray(bars())).rename(tmp_path / "p.mp4")
    assert is_image(picture)
    assert not is_image(tmp_path / "words.png")
    assert not is_image(tmp_path / "nowhere.png")


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_png_comes_back_exactly_under_any_name(channels: int, tmp_path: Path) -> None:
    image = np.random.default_rng(2).integers(0, 256, (40, 30, channels), dtype=np.uint8)
    path = tmp_path / "中文 'q' %d:-.png"
    write_png(path, image[..., 0] if channels == 1 else image)
    rgb, alpha = read_image_alpha(path)
    np.testing.assert_array_equal(rgb, np.repeat(image, 3, axis=2) if channels == 1 else image[..., :3])
    if channels == 4:
        np.testing.assert_array_equal(alpha, image[..., 3])
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_png_into_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(StageError, match="the folder does not exist"):
        write_png(tmp_path / "no" / "p.png", bars())


@pytest.mark.parametrize("name", ["p.jpg", pytest.param("p.png", marks=pytest.mark.slow)])
def test_a_photograph_of_50_megapixels_takes_little_more_memory_than_its_pixels(name: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 1
    mode, options = ("RGB", {}) if name == "p.jpg" else ("RGBA", {"compress_level": 1})
    save(tmp_path / name, Image.new(mode, (8192, 6144), (200, 120, 90, 128)[: len(mode)]), exif=exif, **options)
    told = (
        "import resource, sys; from pathlib import Path; from media.image.images import read_image;"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; image = read_image(Path(sys.argv[1]));"
        "print(image.shape, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    done = subprocess.run(
        [sys.executable, "-c", told, str(tmp_path / name)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    shape, megabytes = done.stdout.rsplit(maxsplit=1)
    assert shape == "(6144, 8192, 3)"
    assert int(megabytes) < 3 * 8192 * 6144 * 3 // 1_000_000  # the decoder's own copy has four bytes a pixel

"""Numbered pictures: found by their pattern, in order, whole, and nothing else with them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from foundation.errors import InputError, StageError
from media.files.numbered import is_pattern, numbered_pictures
from media.image.images import write_png
from media.video.numbered_pictures import describe_pictures, read_same
from stages.artifacts import FRAMES, File
from stages.contracts.image_sequence import Inputs, Settings
from stages.sources.image_sequence import run
from tests.synthetic import number_in, numbered


def shoot(folder: Path, numbers: range, name: str = "shot_{:04d}.png") -> None:
    for number in numbers:
        write_png(folder / name.format(number), numbered(number))


@pytest.mark.parametrize(
    ("written", "means"),
    [
        ("clips/shot_%04d.png", True),
        ("%d.jpg", True),
        ("a%3d.png", False),
        ("%04d/shot.png", False),
        ("%d/%d.png", False),
        ("shot_%s.png", False),
        ("100%.png", False),
        ("shot_0001.png", False),
    ],
)
def test_a_pattern_is_one_number_in_the_name(written: str, means: bool) -> None:
    assert is_pattern(written) is means


def test_pictures_come_by_number_and_strangers_are_left_out(tmp_path: Path) -> None:
    shoot(tmp_path, range(9997, 10004))
    for stranger in ("shot_1.png", "shot_09998.png", "shot_9998.jpg", "xshot_9998.png", "shot_9998.png.bak"):
        (tmp_path / stranger).touch()
    names = [path.name for path in numbered_pictures(tmp_path / "shot_%04d.png")]
    assert names == [f"shot_{number:04d}.png" for number in range(9997, 10004)]


def test_the_first_gap_is_named(tmp_path: Path) -> None:
    shoot(tmp_path, range(3, 12))
    (tmp_path / "shot_0007.png").unlink()
    (tmp_path / "shot_0009.png").unlink()
    with pytest.raises(InputError, match=r"shot_0007\.png is missing: the pictures run from 3 to 11"):
        numbered_pictures(tmp_path / "shot_%04d.png")


@pytest.mark.parametrize("pattern", ["shot_%04d.png", "nowhere/shot_%04d.png"])
def test_no_pictures_at_all(pattern: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no such pictures"):
        numbered_pictures(tmp_path / pattern)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    shoot(tmp_path / "in", range(3))
    write_png(tmp_path / "secret.png", numbered(9))
    (tmp_path / "in" / "shot_0003.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(InputError, match="a link that leads out of its folder"):
        numbered_pictures(tmp_path / "in" / "shot_%04d.png")


def gather(paths: list[Path], out: Path, fps: Fraction) -> None:
    inputs = Inputs(pictures=tuple(File.at(path) for path in paths))
    run(Settings(fps=fps), inputs, out, lambda done, total: None)


def test_pictures_become_a_clip_of_the_same_pixels(tmp_path: Path) -> None:
    from media.video.reader import VideoReader

    shoot(tmp_path, range(1, 31), "{}.png")
    out = tmp_path / "out"
    out.mkdir()
    paths = numbered_pictures(tmp_path / "%d.png")
    about = describe_pictures(paths[0], len(paths), Fraction(24000, 1001)).video
    assert about is not None
    assert (about.size, about.frames, about.end) == ((160, 96), 30, 30 * Fraction(1001, 24000))
    gather(paths, out, Fraction(24000, 1001))
    with VideoReader(out / FRAMES) as reader:
        shown = list(reader)
    assert [number_in(frame) for _, frame in shown] == list(range(1, 31))
    assert [seconds for seconds, _ in shown] == [Fraction(k * 1001, 24000) for k in range(30)]
    np.testing.assert_array_equal(shown[4][1], numbered(5))


def test_a_picture_of_another_size_is_named(tmp_path: Path) -> None:
    shoot(tmp_path, range(3), "{}.png")
    write_png(tmp_path / "2.png", numbered(2, (80, 48)))
    paths = numbered_pictures(tmp_path / "%d.png")
    with pytest.raises(InputError, match=r"2\.png: it is 80x48, and the first picture is 160x96"):
        gather(paths, tmp_path, Fraction(25))
    assert not (tmp_path / FRAMES).exists()


def test_a_picture_that_lies_on_its_side_is_described_as_it_is_read(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "1.jpg"
    Image.fromarray(numbered(1)).save(path, exif=exif)
    video = describe_pictures(path, 1, Fraction(25)).video
    assert video is not None
    assert video.size == (96, 160)
    assert read_same(path, video.size).shape == (160, 96, 3)


def test_a_damaged_picture_is_named(tmp_path: Path) -> None:
    shoot(tmp_path, range(2), "{}.png")
    whole = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(whole[: len(whole) // 2])
    paths = numbered_pictures(tmp_path / "%d.png")
    with pytest.raises((InputError, StageError), match=r"1\.png: the picture is damaged"):
        gather(paths, tmp_path, Fraction(25))

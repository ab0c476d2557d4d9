"""A square that is moved whole: into the crop, through the clip and back into the picture, exactly where it was."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

import stages.contracts.composite
import stages.contracts.crop
import stages.contracts.faces
import stages.contracts.normalize
from compositing.style import PasteStyle
from foundation.errors import InputError, ManifestError
from foundation.face_choice import FaceChoice
from foundation.geometry import Image
from foundation.subject import Square
from foundation.times import FrameRange
from media.image.images import write_png
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, Clip, Frames, Media
from stages.compositing import composite
from stages.contracts.faces import Following
from stages.contracts.shared import Backend, EngineUse, Timing
from stages.crops import Crop
from stages.driving import faces, normalize
from stages.findings import Track
from stages.portrait import crop
from tests.dancer import dancer
from tests.synthetic import write_clip

NOBODY = Backend(name="there is none", version=1)
"""A backend that cannot be loaded: no face is looked for."""
STYLE = PasteStyle(feather=0.16, match_color=False, match_grain=False)


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


def use(size: int) -> EngineUse:
    return EngineUse(name="tpsmm", version=1, crop_size=size, subject="whole")


def cropped(folder: Path, picture: Image, square: Square, size: int) -> Crop:
    """The crop of a picture, as the stages make it."""
    write_png(folder / "portrait.png", picture)
    media = Media.at(folder / "portrait.png")
    for name in ("faces", "crop"):
        (folder / name).mkdir()
    found = stages.contracts.faces.Settings(select=FaceChoice(), backend=NOBODY, square=square)
    faces.run(found, stages.contracts.faces.Inputs(media=media), folder / "faces", silent)
    settings = stages.contracts.crop.Settings(engine=use(size))
    inputs = stages.contracts.crop.Inputs(media=media, faces=Track.at(folder / "faces"))
    crop.run(settings, inputs, folder / "crop", silent)
    return Crop.at(folder / "crop")


def pasted(folder: Path, cut: Crop, moved: Image) -> Image:
    """The whole picture with a crop in it, as the stage puts it back."""
    for name in ("moved", "out"):
        (folder / name).mkdir()
    with FrameWriter(folder / "moved" / FRAMES, size=(moved.shape[1], moved.shape[0]), fps=Fraction(25)) as writer:
        writer.write(moved)
    settings = stages.contracts.composite.Settings(range=FrameRange(0, 1), fps=Fraction(25), style=STYLE)
    inputs = stages.contracts.composite.Inputs(crop=cut, moved=Frames.at(folder / "moved"))
    composite.run(settings, inputs, folder / "out", silent)
    whole = cut.picture().copy()
    whole[cut.info().box.slices] = next(read_frames(Frames.at(folder / "out").video))
    return whole


@pytest.mark.parametrize(
    ("square", "size"),
    [
        (Square(at=(150.0, 120.0), size=128), 128),  # inside the picture
        (Square(at=(10.0, 200.0), size=160), 96),  # past two edges
        (Square(), 128),  # all of the picture, and room above and below
    ],
)
def test_what_does_not_move_comes_back_as_it_was(tmp_path: Path, square: Square, size: int) -> None:
    picture = dancer(3, (320, 240))
    cut = cropped(tmp_path, picture, square, size)
    assert cut.image().shape == (size, size, 3)
    shown = pasted(tmp_path, cut, cut.image())
    soft = [cv2.GaussianBlur(image, (0, 0), 4).astype(int) for image in (shown, picture)]  # a small crop loses detail
    assert np.abs(soft[0] - soft[1]).mean() < 1
    if size == square.size:
        np.testing.assert_array_equal(cut.image(), picture[56:184, 86:214])


def test_all_up_to_the_pictures_own_edge_moves_and_fades_at_the_others(tmp_path: Path) -> None:
    """A square over the picture's left edge, all white: nothing of the old picture is left there."""
    picture = dancer(3, (320, 240))
    cut = cropped(tmp_path, picture, Square(at=(40.0, 120.0), size=128), 128)
    shown = pasted(tmp_path, cut, np.full((128, 128, 3), 255, np.uint8))
    assert (shown[90:150, :80] == 255).all()
    np.testing.assert_array_equal(shown[:, 104:], picture[:, 104:])
    np.testing.assert_array_equal(shown[:56], picture[:56])
    rise = shown[120, 84:104].astype(int).sum(axis=1)
    assert (np.abs(np.diff(rise)) < 3 * 60).all()


def test_a_square_outside_the_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"lies outside the picture, which has 320 x 240 pixels"):
        cropped(tmp_path, dancer(0, (320, 240)), Square(at=(900.0, 100.0), size=64), 64)


def test_a_face_is_no_square(tmp_path: Path) -> None:
    cut = cropped(tmp_path, dancer(0, (320, 240)), Square(), 64)
    settings = stages.contracts.crop.Settings(engine=EngineUse(name="tpsmm", version=1))
    inputs = stages.contracts.crop.Inputs(media=Media.at(tmp_path / "portrait.png"), faces=Track.at(tmp_path / "faces"))
    assert cut.info().size == (64, 64)
    with pytest.raises(ManifestError, match="needs mediapipe-478 landmarks"):
        crop.run(settings, inputs, tmp_path / "crop", silent)


def test_the_clip_is_cut_to_its_square_in_every_frame(tmp_path: Path) -> None:
    """Over more than one block of frames, and across a cut, which begins a shot of its own."""
    pictures = [dancer(number % 16, (64, 48)) for number in range(300)]
    pictures[200:] = [255 - picture for picture in pictures[200:]]
    write_clip(tmp_path / "clip.mkv", pictures, fps=25, codec="ffv1", pix_fmt="bgr0")
    media = Media.at(tmp_path / "clip.mkv")
    for name in ("faces", "clip"):
        (tmp_path / name).mkdir()
    following = Following(
        start=Fraction(0),
        stop=None,
        max_gap_frames=12,
        expected_frames=300,
        tolerant=False,
        on_scene_cut="split",
        on_face_lost="hold",
    )
    square = Square(at=(30.0, 24.0), size=32)
    settings = stages.contracts.faces.Settings(select=FaceChoice(), backend=NOBODY, following=following, square=square)
    facts = faces.run(settings, stages.contracts.faces.Inputs(media=media), tmp_path / "faces", silent)
    assert (facts.frames, facts.found, facts.shots) == (300, 300, 2)
    timing = Timing(start=Fraction(0), frames=300, fps=Fraction(25))
    wanted = stages.contracts.normalize.Settings(engine=use(32), timing=timing, tolerant=False)
    given = stages.contracts.normalize.Inputs(media=media, faces=Track.at(tmp_path / "faces"))
    normalize.run(wanted, given, tmp_path / "clip", silent)
    clip = Clip.at(tmp_path / "clip")
    for number, frame in zip((0, 255, 256, 299), clip.pick([0, 255, 256, 299]), strict=True):
        np.testing.assert_array_equal(frame, pictures[number][8:40, 14:46])
    assert [(shot.start, shot.stop) for shot in clip.shots()] == [(0, 200), (200, 300)]

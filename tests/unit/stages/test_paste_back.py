"""Crop, animate, composite: the way out of the picture and back. An engine that moves nothing must change nothing."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

import stages.contracts.animate
import stages.contracts.composite
import stages.contracts.crop
import stages.contracts.passes
from compositing.paste import Paste
from compositing.style import PasteStyle
from engines import ENGINES
from foundation.errors import ManifestError
from foundation.facetrack import Face, head_frame, still
from foundation.person import Person
from foundation.schemes import IBUG_68, MEDIAPIPE_478
from foundation.shots import Shot, save_shots
from foundation.times import FrameRange
from media.credentials.provenance import SYNTHETIC
from media.image.images import read_image, write_png
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.animation import animate
from stages.artifacts import FRAMES, Clip, Frames, Media, Prepared
from stages.compositing import composite, passes
from stages.contracts.shared import EngineUse
from stages.crop_files import read_info
from stages.crops import Crop
from stages.findings import Track
from stages.handles import TaskInput
from stages.portrait import crop
from tests.fakes.engines import STILL, TINTED

Image = NDArray[np.uint8]


def silent(done: int, total: int) -> None:
    """Nobody looks at the progress of a test."""


@pytest.fixture(autouse=True)
def _stand_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "still", STILL)
    monkeypatch.setitem(ENGINES, "tinted", TINTED)


def face_at(x: float, y: float, height: float, roll: float = 0.0, scheme: str = MEDIAPIPE_478) -> Face:
    """A face of so many pixels, turned clockwise by `roll` radians: only the points that place a head are set."""
    points = np.zeros((478 if scheme == MEDIAPIPE_478 else 68, 3))
    places = {10: (0, -0.5), 152: (0, 0.5), 234: (-0.35, 0), 454: (0.35, 0), 33: (-0.2, -0.1), 263: (0.2, -0.1)}
    turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
    points[:, :2] = (x, y)
    for number, place in places.items():
        if number < len(points):
            points[number, :2] = turn @ np.array(place) * height + (x, y)
    return Face(points, scheme, np.zeros(52), np.eye(4))


def cropped(
    folder: Path,
    face: Face,
    engine: str,
    picture: Image | None = None,
    *,
    limit: int | None = None,
    size: int | None = None,
) -> Path:
    """The crop artifact of the astronaut, or of another picture of 512x512, with this face."""
    picture = np.ascontiguousarray(data.astronaut() if picture is None else picture)
    faces, out = folder / "faces", folder / f"crop-{engine}"
    faces.mkdir(exist_ok=True)
    out.mkdir()
    write_png(folder / "portrait.png", picture)
    still(face, (512, 512)).save(faces / "track")
    settings = stages.contracts.crop.Settings(
        engine=EngineUse(name=engine, version=1, crop_size=size), face_limit=limit
    )
    inputs = stages.contracts.crop.Inputs(media=Media.at(folder / "portrait.png"), faces=Track.at(faces))
    crop.run(settings, inputs, out, silent)
    return out


def pasted(folder: Path, crop_folder: Path, engine: str, *, match_color: bool = True) -> Iterator[Image]:
    """The composited frames of a clip of three grey frames."""
    cut = Crop.at(crop_folder)
    moved = animated(folder, cut, engine)
    out, span, fps = folder / f"out-{engine}", FrameRange(0, 3), Fraction(25)
    out.mkdir()
    settings = stages.contracts.composite.Settings(
        range=span, fps=fps, style=PasteStyle(0.16, match_color, match_grain=True)
    )
    facts = composite.run(settings, stages.contracts.composite.Inputs(crop=cut, moved=Frames.at(moved)), out, silent)
    assert facts.frames == 3
    return read_frames(Frames.at(out).video)


def animated(folder: Path, cut: Crop, engine: str) -> Path:
    """Where the crop's frames lie, moved after a clip of three grey frames."""
    clip, prepared, moved = (folder / f"{name}-{engine}" for name in ("clip", "prepared", "moved"))
    for place in (clip, Prepared.folder(prepared, 0) / "arrays", moved):
        place.mkdir(parents=True)
    with FrameWriter(clip / FRAMES, size=(64, 64), fps=Fraction(25)) as writer:
        for _ in range(3):
            writer.write(np.full((64, 64, 3), 99, np.uint8))
    save_shots(clip / "shots.json", [Shot(0, 3, seen=True)])
    span, fps = FrameRange(0, 3), Fraction(25)
    use = EngineUse(name=engine, version=1)
    given = stages.contracts.animate.Inputs(crop=cut, clip=Clip.at(clip), prepared=Prepared.at(prepared), files={})
    animate.run(stages.contracts.animate.Settings(engine=use, options={}, range=span, fps=fps), given, moved, silent)
    return moved


def test_a_worker_moves_each_portrait_for_itself(tmp_path: Path) -> None:
    """Whatever it has moved before, in whatever order."""
    places = []
    for number in range(2):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        picture = np.ascontiguousarray(data.astronaut()[:, :: 1 - 2 * number])
        places.append(cropped(folder, face_at(256.0, 160.0, 80.0), "still", picture))
    for turn, number in enumerate([0, 0, 1, 0]):
        cut = Crop(TaskInput("crop", f"{number}" * 64), places[number])
        shown = next(read_frames(Frames.at(animated(tmp_path / f"turn{turn}", cut, "still")).video))
        np.testing.assert_array_equal(shown, cut.image())


@pytest.mark.parametrize("roll", [0.0, 0.3, -0.8])
@pytest.mark.parametrize("at", [(224.0, 120.0), (60.0, 60.0), (500.0, 480.0)])
def test_a_crop_goes_back_exactly_where_it_came_from(tmp_path: Path, at: tuple[float, float], roll: float) -> None:
    place = cropped(tmp_path, face_at(*at, 50.0, roll), "still")
    box = read_info(place).box
    before = data.astronaut()[box.slices].astype(float)
    for frame in pasted(tmp_path, place, "still"):
        assert frame.shape == before.shape
        error = np.abs(frame - before).mean()
        half_a_pixel_off = np.abs(before[1:-1, 1:] - before[1:-1, :-1]).mean() / 2
        assert error < half_a_pixel_off / 2, error / half_a_pixel_off  # resampled twice, near the picture's own scale


def test_a_network_of_another_size_gets_crops_of_its_size(tmp_path: Path) -> None:
    place = cropped(tmp_path, face_at(224.0, 120.0, 80.0), "still", size=256)
    assert read_image(place / "crop.png").shape == (256, 256, 3)
    before = data.astronaut()[read_info(place).box.slices].astype(float)
    half_a_pixel_off = np.abs(before[1:-1, 1:] - before[1:-1, :-1]).mean() / 2
    assert np.abs(next(pasted(tmp_path, place, "still")) - before).mean() < half_a_pixel_off / 2


def test_a_drift_in_colour_is_taken_back_when_asked(tmp_path: Path) -> None:
    place = cropped(tmp_path, face_at(224.0, 120.0, 80.0), "tinted")
    before = data.astronaut()[read_info(place).box.slices].astype(float)
    matched = next(pasted(tmp_path / "a", place, "tinted"))
    plain = next(pasted(tmp_path / "b", place, "tinted", match_color=False))
    middle = (slice(before.shape[0] // 3, -before.shape[0] // 3), slice(before.shape[1] // 3, -before.shape[1] // 3))
    assert np.abs((matched - before)[middle].mean()) < 1.5
    assert (plain - before)[middle].mean() > 7


def test_what_is_behind_a_networks_person_stays(tmp_path: Path) -> None:
    """Whatever the network makes of it: here, all of its crop goes aside."""
    wall = np.random.default_rng(0).integers(60, 200, (64, 64, 3)).astype(np.uint8)
    wall = np.asarray(cv2.resize(wall, (512, 512), interpolation=cv2.INTER_CUBIC), np.uint8)
    opacity = np.zeros((512, 512), np.uint8)
    cv2.ellipse(opacity, (224, 200), (60, 80), 0, 0, 360, 255, -1)
    picture = wall.copy()
    picture[opacity > 0] = np.roll(data.astronaut(), (78, 0), axis=(0, 1))[opacity > 0]
    cut = Crop.at(cropped(tmp_path, face_at(224.0, 200.0, 100.0), "still", picture))
    info, style = cut.info(), PasteStyle(0.16, match_color=False, match_grain=False)
    aside = np.roll(cut.image(), 4, axis=1)
    person = Person(np.ascontiguousarray(opacity[info.box.slices]), np.ascontiguousarray(wall[info.box.slices]))
    laid = [Paste(cut.under(), info, cut.face(), style, person=each)(aside).astype(int) for each in (None, person)]
    away = cv2.dilate(person.opacity, np.ones((41, 41), np.uint8)) == 0
    dragged, kept = (np.abs(each - cut.under())[away].mean() for each in laid)
    assert kept < 0.3
    assert dragged > 5 * kept
    middle = person.opacity > 0
    assert np.abs(laid[1] - laid[0])[cv2.erode(person.opacity, np.ones((41, 41), np.uint8)) > 0].mean() < 1.5
    assert np.abs(laid[1] - cut.under())[middle].mean() > 4  # the person has moved


def test_the_region_blends_into_the_picture_at_its_edge(tmp_path: Path) -> None:
    grey = np.full((512, 512, 3), 120, np.uint8)
    place = cropped(tmp_path, face_at(224.0, 200.0, 80.0), "tinted", grey)
    frame = next(pasted(tmp_path, place, "tinted", match_color=False)).astype(int)
    assert (frame[[0, -1]] == 120).all()
    assert (frame[:, [0, -1]] == 120).all()
    across = frame[frame.shape[0] // 2, :, 0]
    assert across.max() == 130
    assert np.abs(np.diff(across)).max() <= 2


@pytest.mark.parametrize("engine", ["tinted", "landmark_tps"])
def test_picture_and_difference_make_the_result_and_the_matte_tells_where(tmp_path: Path, engine: str) -> None:
    place = cropped(tmp_path, face_at(224.0, 120.0, 80.0), engine)
    picture, box = read_image(place / "picture.png").astype(int), read_info(place).box
    out = tmp_path / "passes"
    for number, levels in enumerate([(0, 9), (60,)]):
        (tmp_path / f"{number}").mkdir()
        with FrameWriter(tmp_path / f"{number}" / FRAMES, size=(box.width, box.height), fps=Fraction(25)) as writer:
            for level in levels:
                writer.write(np.clip(picture[box.slices] - level, 0, 255).astype(np.uint8))
    out.mkdir()
    chunks = (Frames.at(tmp_path / "0"), Frames.at(tmp_path / "1"))
    inputs = stages.contracts.passes.Inputs(crop=Crop.at(place), chunks=chunks)
    settings = stages.contracts.passes.Settings(
        fps=Fraction(25), frames=3, feather=0.16, passes=("matte", "difference")
    )
    assert passes.run(settings, inputs, out, silent).frames == 3
    for name in ("matte", "difference"):
        data = (out / f"{name}.mkv").read_bytes()
        assert SYNTHETIC.encode() in data
        assert b"digitalsourcetype/compositeSynthetic" in data
    for matte, difference, level in zip(
        read_frames(out / "matte.mkv"), read_frames(out / "difference.mkv"), (0, 9, 60), strict=True
    ):
        result = picture.copy()
        result[box.slices] = np.clip(result[box.slices] - level, 0, 255)
        np.testing.assert_array_equal(picture + difference - 128, result)
        outside = np.ones((512, 512), bool)
        outside[box.slices] = False
        assert (matte[outside] == 0).all()
        assert (matte[120, 224] == 255).all()


def test_a_native_crop_keeps_the_pictures_own_pixels(tmp_path: Path) -> None:
    place = cropped(tmp_path, face_at(224.0, 120.0, 105.0), "landmark_tps")
    info = read_info(place)
    assert info.native
    np.testing.assert_array_equal(read_image(place / "crop.png"), data.astronaut()[info.box.slices])
    assert info.inner_edges == (info.box.x0 > 0, info.box.y0 > 0, info.box.x1 < 512, info.box.y1 < 512)


def test_landmarks_that_an_engine_cannot_use_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="needs mediapipe-478"):
        cropped(tmp_path, face_at(224.0, 120.0, 105.0, scheme=IBUG_68), "landmark_tps")


def test_a_head_has_a_place_in_either_scheme() -> None:
    head = head_frame(face_at(100.0, 90.0, 50.0, 0.2).points, MEDIAPIPE_478)
    assert head.height == pytest.approx(50.0)
    assert head.roll == pytest.approx(0.2)
    assert head.centre == pytest.approx((100.0, 90.0), abs=6)


def test_a_face_taller_than_any_result_is_cut_from_a_smaller_picture(tmp_path: Path) -> None:
    """50 megapixels of one head would take minutes a frame, for pixels that no one sees."""
    large = np.ascontiguousarray(np.kron(data.astronaut(), np.ones((2, 2, 1), np.uint8)))
    (tmp_path / "small").mkdir()
    plain = cropped(tmp_path / "small", face_at(224, 130, 150), "still")
    limited = cropped(tmp_path, face_at(448.5, 260.5, 300), "still", large, limit=150)
    assert read_image(limited / "picture.png").shape == (512, 512, 3)
    assert np.array_equal(read_image(limited / "crop.png"), read_image(plain / "crop.png"))
    assert read_info(limited).box == read_info(plain).box
    small_enough = cropped(tmp_path, face_at(448.5, 260.5, 300), "tinted", large, limit=300)
    assert read_image(small_enough / "picture.png").shape == (1024, 1024, 3)

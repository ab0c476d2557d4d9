"""A moving plate: its frames at another rate, the crop that follows its face, and the way back."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from compositing.style import PasteStyle
from engines import ENGINES
from foundation.facetrack import FaceTrack, head_frame
from foundation.geometry import apply_affine
from foundation.times import FrameRange, resample
from media.image.images import read_image
from media.video.reader import read_frames
from media.video.writer import FrameWriter
from stages.artifacts import FRAMES, OPACITY, Frames, Media, Opacities
from stages.compositing import composite_plate
from stages.contracts import plate_frames as playing
from stages.contracts import plate_path as following
from stages.contracts.composite import Settings
from stages.contracts.composite_plate import Inputs
from stages.contracts.shared import EngineUse, Timing
from stages.crop_files import read_head, read_path
from stages.crops import PlateCrop
from stages.findings import Track
from stages.portrait import plate_frames as plate
from stages.portrait import plate_path as follow
from tests.fakes.engines import STILL
from tests.synthetic import number_in, numbered, write_clip
from tests.unit.stages.test_paste_back import face_at, silent

Image = NDArray[np.uint8]
COUNT = 12


@pytest.fixture(autouse=True)
def _stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(ENGINES, "still", STILL)


@pytest.mark.parametrize(("fps", "frames"), [("25", 10), ("30000/1001", 30), ("12", 9)])
def test_a_plate_plays_at_its_own_pace_and_its_last_frame_stays(tmp_path: Path, fps: str, frames: int) -> None:
    write_clip(tmp_path / "plate.mp4", [numbered(n) for n in range(10)], fps=20, options={"crf": "10"})
    out = tmp_path / "out"
    out.mkdir()
    timing = Timing(start=Fraction(0), frames=frames, fps=Fraction(fps))
    inputs = playing.Inputs(media=Media.at(tmp_path / "plate.mp4"))
    plate.run(playing.Settings(timing=timing), inputs, out, silent)
    times = [Fraction(n, 20) for n in range(10)]
    expected = resample(times, Fraction(0), frames, Fraction(fps))
    assert [number_in(frame) for frame in read_frames(out / FRAMES)] == expected
    assert expected[-1] == 9 or fps == "25"


def wandering(folder: Path) -> dict[str, Path]:
    """A plate whose face wanders and tilts, and its landmarks, as the stages before hand them on."""
    for name in ("plate", "faces"):
        (folder / name).mkdir()
    picture = np.ascontiguousarray(data.astronaut())
    faces = [face_at(150.0 + 9 * n, 200.0 + 4 * n, 90.0, 0.02 * n) for n in range(COUNT)]
    FaceTrack(
        np.stack([face.points for face in faces]),
        np.ones(COUNT, bool),
        np.zeros((COUNT, 52)),
        np.tile(np.eye(4), (COUNT, 1, 1)),
        faces[0].scheme,
        (512, 512),
    ).save(folder / "faces" / "track")
    (folder / "faces" / "times.json").write_text(json.dumps([str(Fraction(n, 25)) for n in range(COUNT)]))
    with FrameWriter(folder / "plate" / FRAMES, size=(512, 512), fps=Fraction(25)) as writer:
        for number in range(COUNT):
            writer.write(np.roll(picture, 5 * number, axis=1))
    return {"plate": folder / "plate", "faces": folder / "faces"}


def followed(folder: Path, engine: str) -> dict[str, Path]:
    inputs = wandering(folder)
    out = folder / "crop"
    out.mkdir()
    timing = Timing(start=Fraction(0), frames=COUNT, fps=Fraction(25))
    settings = following.Settings(engine=EngineUse(name=engine, version=1), timing=timing)
    given = following.Inputs(plate=Frames.at(inputs["plate"]), faces=Track.at(inputs["faces"]))
    follow.run(settings, given, out, silent)
    return inputs | {"crop": out}


def test_a_native_crop_has_one_size_and_stays_in_the_picture(tmp_path: Path) -> None:
    place = followed(tmp_path, "landmark_tps")["crop"]
    path = read_path(place)
    assert (path.affines[:, :, :2] == np.eye(2)).all()
    for index in range(COUNT):
        crop = path.crop(index)
        assert (crop.box.width, crop.box.height) == path.size
        assert min(crop.box.x0, crop.box.y0) >= 0
        assert max(crop.box.x1, crop.box.y1) <= 512
        assert crop.inner_edges[0] == (crop.box.x0 > 0)
    assert np.abs(np.diff(path.affines[:, :, 2], axis=0)).max() <= 10  # it glides, as the face does
    assert path.size[0] == pytest.approx(2 * 1.6 * 90, abs=1)
    assert read_image(place / "crop.png").shape == (path.size[1], path.size[0], 3)
    assert read_head(place).height == pytest.approx(90, abs=1)


def test_a_networks_crop_has_the_face_in_one_place(tmp_path: Path) -> None:
    folder = followed(tmp_path, "still")
    path, track = read_path(folder["crop"]), FaceTrack.load(folder["faces"] / "track")
    chins = [apply_affine(path.affines[n], track.points[n, 152:153, :2].astype(float))[0] for n in range(COUNT)]
    assert np.ptp(chins, axis=0).max() < 1.5  # of a crop of 128 pixels
    head = head_frame(track.points[5], track.scheme)
    assert apply_affine(path.affines[5], np.array([head.centre]))[0] == pytest.approx((63.5, 63.5), abs=1.5)


@pytest.mark.parametrize("engine", ["landmark_tps", "still"])
def test_only_the_crop_changes_and_chunks_are_the_whole(tmp_path: Path, engine: str) -> None:
    folder = followed(tmp_path, engine)
    path = read_path(folder["crop"])
    with FrameWriter(tmp_path / OPACITY, size=(512, 512), fps=Fraction(25)) as writer:
        for number in range(COUNT):
            writer.write(np.full((512, 512, 3), 255 - 10 * number, np.uint8))
    told: list[Image] = []

    def inlaid(start: int, stop: int) -> list[Image]:
        moved, out = tmp_path / f"moved{start}-{stop}", tmp_path / f"out{start}-{stop}"
        moved.mkdir()
        out.mkdir()
        with FrameWriter(moved / FRAMES, size=path.size, fps=Fraction(25)) as writer:
            for index in range(start, stop):
                writer.write(np.full((path.size[1], path.size[0], 3), 20 * (index % 10), np.uint8))
        inputs = Inputs(crop=PlateCrop.at(folder["crop"]), plate=Frames.at(folder["plate"]), moved=Frames.at(moved))
        inputs = replace(inputs, matte=Opacities.at(tmp_path))
        style = PasteStyle(0.16, match_color=False, match_grain=False)
        settings = Settings(range=FrameRange(start, stop), fps=Fraction(25), style=style, opacity=True)
        assert composite_plate.run(settings, inputs, out, silent).frames == stop - start
        told.extend(read_frames(out / OPACITY))
        return list(read_frames(out / FRAMES))

    whole = inlaid(0, COUNT)
    for one, other in zip(whole, inlaid(0, 5) + inlaid(5, COUNT), strict=True):
        np.testing.assert_array_equal(one, other)
    assert [int(mask.min()) for mask in told] == [int(mask.max()) for mask in told]
    assert [int(mask[0, 0, 0]) for mask in told] == [255 - 10 * number for number in range(COUNT)] * 2
    for index, (before, frame) in enumerate(zip(read_frames(folder["plate"] / FRAMES), whole, strict=True)):
        outside = np.ones((512, 512), bool)
        outside[path.crop(index).box.slices] = False
        np.testing.assert_array_equal(frame[outside], before[outside])
        middle = path.crop(index).box
        at = (middle.y0 + middle.y1) // 2, (middle.x0 + middle.x1) // 2
        assert (frame[at] == 20 * (index % 10)).all()

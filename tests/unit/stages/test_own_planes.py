"""A driving clip that is only cut is kept in its own planes, and shows, to the bit, what converting it first would."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from foundation.facetrack import FaceTrack
from foundation.fitting import Way
from foundation.geometry import Box
from media.video.lossless import pick_frames
from media.video.plane_cut import plane_cut
from media.video.reader import VideoReader, read_frames
from stages.artifacts import FRAMES
from stages.contracts.normalize import Fit
from stages.contracts.shared import Timing
from tests.synthetic import write_clip
from tests.unit.stages.test_normalize import followed, run

COUNT = 6
HALVED = "yuv420p"


def colourful(size: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Soft noise, a new one in each frame."""
    dice = np.random.default_rng(5)
    drawn = [dice.integers(0, 256, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8) for _ in range(COUNT)]
    return [np.asarray(cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC), np.uint8) for noise in drawn]


def kept(folder: Path, clip: Path) -> tuple[str, list[NDArray[np.uint8]], list[NDArray[np.uint8]]]:
    """The format in which the clip's frames are kept, these frames, and the clip's own, cut in the same place."""
    with VideoReader(clip) as reader:
        whole = [image for _, image in reader]
    times = [Fraction(n, 25) for n in range(COUNT)]
    faces = followed(folder / "faces", times, whole[0].shape[1::-1])
    out = folder / "out"
    out.mkdir()
    run(clip, faces, out, Timing(start=Fraction(0), frames=COUNT, fps=Fraction(25)))
    before, after = FaceTrack.load(faces / "track"), FaceTrack.load(out / "track")
    x, y = np.round(np.asarray(before.points[0] - after.points[0])[0, :2]).astype(int)
    width, height = after.size
    with av.open(str(out / FRAMES)) as container:
        name = container.streams.video[0].format.name
    cuts = [image[y : y + height, x : x + width] for image in whole]
    return name, list(read_frames(out / FRAMES)), cuts


@pytest.mark.parametrize(
    ("how", "held"),
    [
        ({}, HALVED),
        ({"color": {"colorspace": 1, "color_range": 2}}, HALVED),
        ({"color": {"colorspace": 6, "color_range": 1}}, HALVED),
        ({"options": {"x264-params": "interlaced=1:tff=1"}}, HALVED),
        ({"codec": "mjpeg", "pix_fmt": "yuvj420p"}, "gbrp"),
        ({"pix_fmt": "yuv444p"}, "gbrp"),
        ({"pix_fmt": "yuv420p10le"}, "gbrp"),
        ({"rotation": 180}, "gbrp"),
        ({"sar": Fraction(2)}, "gbrp"),
        ({"color": {"color_trc": 16, "color_primaries": 9}}, "gbrp"),
    ],
)
@pytest.mark.parametrize("size", [(160, 96), (118, 72)], ids=["inside", "to the edge"])
def test_what_is_kept_shows_what_the_clip_does(
    how: dict[str, Any], held: str, size: tuple[int, int], tmp_path: Path
) -> None:
    name, frames, cuts = kept(tmp_path, write_clip(tmp_path / "clip.mkv", colourful(size), **how))
    assert name == held
    np.testing.assert_array_equal(frames, cuts)
    np.testing.assert_array_equal(list(pick_frames(tmp_path / "out" / FRAMES, [1, 4])), [cuts[1], cuts[4]])


@pytest.mark.parametrize("box", [Box(0, 0, 300, 180), Box(31, 17, 290, 170)], ids=["to the edge", "inside"])
def test_a_part_of_what_is_kept_is_read_as_it_is_in_the_whole(box: Box, tmp_path: Path) -> None:
    with VideoReader(write_clip(tmp_path / "clip.mkv", colourful((300, 180)))) as reader:
        first = next(reader.decoded())
        cut = plane_cut(reader, [box])
        assert cut is not None
        whole, planes = cut.picture(first)[box.slices], cut(first, box)
    dice = np.random.default_rng(3)
    for _ in range(30):
        (x0, x1), (y0, y1) = (np.sort(dice.choice(side + 1, 2, replace=False)) for side in whole.shape[1::-1])
        part = Box(int(x0), int(y0), int(x1), int(y1))
        np.testing.assert_array_equal(cut.rgb(planes, part), whole[part.slices])


@pytest.mark.parametrize("way", ["loop", "mirror", "stretch"])
def test_a_clip_that_goes_on_and_on_shows_its_own_frames(way: Way, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mkv", colourful((160, 96)))
    _, frames, _ = kept(tmp_path, clip)
    out = tmp_path / way
    out.mkdir()
    fit, timing = Fit(way=way, length=Fraction(COUNT, 25)), Timing(start=Fraction(0), frames=20, fps=Fraction(25))
    run(clip, tmp_path / "faces", out, timing, fit=fit)
    points, own = (np.asarray(FaceTrack.load(tmp_path / name / "track").points) for name in ("out", way))
    shown = [int(np.abs(points - each).sum(axis=(1, 2)).argmin()) for each in own]
    assert set(shown) == set(range(COUNT))
    np.testing.assert_array_equal(list(read_frames(out / FRAMES)), [frames[number] for number in shown])
    np.testing.assert_array_equal(list(pick_frames(out / FRAMES, [3, 17])), [frames[shown[3]], frames[shown[17]]])


def test_a_clip_that_begins_in_black_keeps_its_colours(tmp_path: Path) -> None:
    shown = colourful((160, 96))
    shown[0][:] = 0
    clip = write_clip(tmp_path / "clip.mkv", shown, codec="mjpeg", pix_fmt="yuvj420p")
    _, frames, cuts = kept(tmp_path, clip)
    np.testing.assert_array_equal(frames, cuts)


def test_a_clip_whose_picture_changes_its_size_goes_on(tmp_path: Path) -> None:
    clip = tmp_path / "clip.ts"
    with av.open(str(clip), "w") as out:
        copy = None
        for number, size in enumerate([(160, 96), (80, 48)]):
            part = write_clip(tmp_path / f"{number}.h264", colourful(size)[: COUNT // 2], options={"bf": "0"})
            with av.open(str(part)) as container:
                copy = copy or out.add_stream_from_template(container.streams.video[0])
                for at, packet in enumerate(p for p in container.demux(video=0) if p.size):
                    packet.stream, packet.time_base = copy, Fraction(1, 25)
                    packet.pts = packet.dts = number * COUNT // 2 + at
                    out.mux(packet)
    name, frames, cuts = kept(tmp_path, clip)
    assert name == HALVED
    np.testing.assert_array_equal(frames[: COUNT // 2], cuts[: COUNT // 2])
    assert np.abs(np.subtract(frames, cuts, dtype=np.float64)).mean() < 6

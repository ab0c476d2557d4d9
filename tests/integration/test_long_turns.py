"""Turns through the command line, over the borders of blocks, chunks and shots."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.face_choice import FaceChoice
from foundation.facetrack import FaceTrack
from foundation.npy import BLOCK
from foundation.shots import load_shots
from media.samples import sample_path
from media.video.reader import VideoReader, read_frames
from pipeline.plan.looking import backend_use
from quality.features import mouth_opening
from stages.artifacts import Media
from stages.contracts.faces import Following, Inputs, Settings
from stages.driving.faces import run as find_faces
from tests.integration.conftest import Duet
from tests.synthetic import write_clip

FRAMES, CUT = BLOCK + 34, 150
SINGS: tuple[tuple[float, list[str]], ...] = ((0.0, []), (10.0, ["one"]), (10.6, []))
"""Frames 250 to 265 are sung, over a block's border; the rest is listened to, over a cut."""
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def two_shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The man in the car to and fro, then in a mirror; his mouth is widest about frame 255."""
    with VideoReader(sample_path("carphone")) as reader:
        frames = [frame[:, :160] for _, frame in islice(reader, 90)]
    first = frames[:75] + frames[:75][::-1]
    mirrored = [np.ascontiguousarray(frame[:, ::-1]) for frame in frames[:52][::-1] + frames]
    return write_clip(tmp_path_factory.mktemp("clip") / "two.mp4", [*first, *mirrored][:FRAMES], fps=25)


@pytest.fixture
def render(duet: Duet, manifest: Callable[..., Path], two_shots: Path) -> Callable[[str, int], None]:
    """Renders a portrait's turns in chunks of so many frames, to a file that is named after them."""

    def run(portrait: str, chunk: int) -> None:
        scenes = [{"start": at, "layout": "full", "performers": ["one"], "sings": sings} for at, sings in SINGS]
        one = {"portrait": portrait, "driving": {"video": str(two_shots)}, "motion": {"listening": 0.0}}
        path = manifest(
            performers={"one": one},
            defaults={"chunk_frames": chunk},
            audio={"source": "none"},
            scenes=scenes,
            # nearly lossless: on a face 55 pixels high, what an encoder leaves of an open mouth would be measured
            output={"path": f"{chunk}.mp4", "size": [192, 192], "fps": 25, "video": {"crf": 4}},
        )
        done = duet("render", path, "--no-sheet", "--no-report")
        assert done.code == 0, done.err

    return run


def openings(frames: Path, folder: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    """(N,) of the mouth in every frame of the file."""
    following = Following(
        start=Fraction(0),
        stop=None,
        max_gap_frames=5,
        expected_frames=0,
        tolerant=False,
        on_scene_cut="ignore",
        on_face_lost="hold",
    )
    settings = Settings(select=FaceChoice(), backend=backend_use(), following=following)
    find_faces(settings, Inputs(media=Media.at(frames)), folder, lambda done, total: None)
    track = FaceTrack.load(folder / "track")
    return mouth_opening(np.asarray(track.points[:], np.float64), track.scheme)


@pytest.mark.parametrize("portrait", ["astronaut", "carphone"])
def test_a_listener_opens_the_mouth_for_a_turn_alone(
    render: Callable[[str, int], None], work: Path, tmp_path: Path, portrait: str
) -> None:
    """Of a still and of a moving plate."""
    for chunk in (64, 100):
        render(f"sample:{portrait}", chunk)
    assert (tmp_path / "64.mp4").read_bytes() == (tmp_path / "100.mp4").read_bytes()
    (clip,) = (path.parent for path in (work / "normalize").glob("*/shots.json") if len(load_shots(path)) == 2)
    assert [len(shot) for shot in load_shots(clip / "shots.json")] == [CUT, FRAMES - CUT]
    gaps = openings(tmp_path / "64.mp4", tmp_path)
    assert len(list(read_frames(tmp_path / "64.mp4"))) == FRAMES == len(gaps)
    sung = gaps[250:265].max()
    assert sung > 0.04
    assert np.percentile(gaps[:240], 90) < 0.03
    assert np.percentile(gaps[:240], 95) < sung / 4  # where the plate speaks widest, its lips part a little
    assert gaps[275:].max() < 0.03

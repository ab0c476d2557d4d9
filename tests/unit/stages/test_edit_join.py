"""Pieces of the edit become one file, in every container and codec that a render joins."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from foundation.errors import StageError
from media.ffmpeg.codecs import CONTAINERS, SEQUENCE, VIDEO, Encode
from media.ffmpeg.encoder_choice import choose
from media.video.probe import probe
from media.video.reader import VideoReader
from media.video.writer import picture_writer
from stages.artifacts import Edited
from stages.contracts.edit_join import Inputs, Settings
from stages.delivery import edit_join

FPS = Fraction(30000, 1001)
PIECES = (40, 25, 33)
SIZE = (96, 64)
JOINED = [
    (container, codec, alpha)
    for container, codec, alpha in product(CONTAINERS, VIDEO, (False, True))
    if container != SEQUENCE
    and container in VIDEO[codec].containers
    and (VIDEO[codec].alpha or not alpha)
    and not (alpha and codec == "vp9")
]


def encode_of(container: str, codec: str, *, alpha: bool) -> Encode:
    kind = VIDEO[codec]
    bits = next(bits for bits, opacity in kind.formats if opacity == alpha)
    encoder = choose(codec, "software", bits, alpha=alpha).encoder
    crf = kind.quality[0] if kind.quality else None
    return Encode(container, codec, encoder, crf, "ultrafast", bits, alpha)


def write_pieces(folder: Path, encode: Encode) -> tuple[Edited, ...]:
    """A bar that moves over noise, on from piece to piece."""
    noise = np.random.default_rng(1).integers(0, 80, (SIZE[1], SIZE[0], 4 if encode.alpha else 3), np.uint8)
    made, at = [], 0
    for number, frames in enumerate(PIECES):
        out = folder / str(number)
        out.mkdir()
        with picture_writer(out, size=SIZE, fps=FPS, encode=encode) as writer:
            for _ in range(frames):
                frame = noise.copy()
                frame[:, at % SIZE[0] :][:, :8] = 230
                writer.write(frame)
                at += 1
        made.append(Edited.at(out))
    return tuple(made)


def joined(folder: Path, pieces: tuple[Edited, ...], container: str, counts: tuple[int, ...] = PIECES) -> Path:
    out = folder / "joined"
    out.mkdir()
    settings = Settings(fps=FPS, pieces=counts, container=container)
    edit_join.run(settings, Inputs(pieces=pieces), out, lambda done, total: None)
    return out / f"picture.{container}"


@pytest.mark.parametrize(("container", "codec", "alpha"), JOINED)
def test_the_joined_file_shows_the_pieces_frames_at_their_times(
    container: str, codec: str, alpha: bool, tmp_path: Path
) -> None:
    pieces = write_pieces(tmp_path, encode_of(container, codec, alpha=alpha))
    film = joined(tmp_path, pieces, container)
    about = probe(film).video
    assert about is not None
    assert (about.frames, about.fps, about.variable) == (sum(PIECES), FPS, False)
    with VideoReader(film) as reader:
        found = list(reader)
    wanted = [frame for piece in pieces for _, frame in VideoReader(piece.video)]
    assert len(found) == len(wanted)
    for (_, ours), theirs in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    off = [abs(seconds - about.start - number / FPS) for number, (seconds, _) in enumerate(found)]
    assert max(off) <= Fraction(1, 1000)  # what Matroska's clock can say


def test_a_piece_that_lacks_a_frame_is_told(tmp_path: Path) -> None:
    pieces = write_pieces(tmp_path, encode_of("mp4", "h264", alpha=False))
    with pytest.raises(StageError, match="98 frames came out of pieces with 99"):
        joined(tmp_path, pieces, "mp4", (40, 26, 33))

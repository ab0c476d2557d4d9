"""Look at every face of a piece of a clip, without knowing what the piece before it has seen.

Looking begins a little before the piece, until the points no longer depend on where it began; FADE frames before the
piece are kept beside it, in which the piece before passes into this one (see stages.seen). A new shot begins anew
anyway. Where nobody is seen in those frames, the face may be one that is only followed by whoever has seen it before:
then it is begun earlier, at last where the piece before begins.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path

from landmarks.base import LandmarkBackend
from landmarks.sight_files import SightWriter
from landmarks.sights import Sight, sights
from media.video.reader import VideoReader
from stages.backend_use import backend_for
from stages.contract import Report
from stages.contracts.faces_piece import Facts, Inputs, Settings
from stages.following import SEARCH_LIMIT, marked_frames

RUN_UP = 24
"""Frames that are looked at before anything is kept: points settle in 12; cuts, with 8 frames between them, too."""
FADE = 16
"""Frames in which one piece passes into the next."""
LONGER = 4
"""How many times as long a run-up is that is tried after one that saw nobody."""


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Look.

    Raises:
        InputError: the file is damaged.
    """
    frames, wanted = 0, len(settings.piece)
    with (
        backend_for(settings.backend, settings.square) as backend,
        SightWriter(out) as writer,
        closing(_begun(settings, inputs.media.clip, backend)) as seen,
    ):
        for frames, sight in enumerate(seen, 1):
            writer.add(sight)
            report(min(frames, wanted), wanted)
    return Facts(frames=frames)


def _begun(settings: Settings, media: Path, backend: LandmarkBackend) -> Generator[Sight]:
    """What is kept, looked at from as far back as it takes."""
    piece = settings.piece
    kept = max(0, piece.start - FADE)
    run_ups = _run_ups(kept, len(piece))
    for run_up in run_ups:
        with closing(_look(settings, media, backend, kept, kept - run_up)) as seen:
            first = list(islice(seen, piece.start - kept))
            if run_up == run_ups[-1] or _known(first):
                yield from first
                yield from seen
                return
        backend.forget()


def _run_ups(kept: int, longest: int) -> list[int]:
    """Frames, ascending."""
    lengths = [min(RUN_UP, kept)]
    while lengths[-1] < min(longest, kept):
        lengths.append(min(lengths[-1] * LONGER, longest, kept))
    return lengths


def _known(first: list[Sight]) -> bool:
    """Whether it does not matter what was seen before: somebody is seen throughout, or a shot begins."""
    return all(sight.faces for sight in first) or any(sight.cut for sight in first)


def _look(settings: Settings, media: Path, backend: LandmarkBackend, kept: int, begin: int) -> Generator[Sight]:
    """What is seen from frame `kept` to the piece's end, looked at from frame `begin` on."""
    how = settings.following

    def at(frame: int) -> Fraction:
        return how.start + frame / settings.rate

    with (
        VideoReader(media, start=at(begin), stop=how.stop, tolerant=how.tolerant) as reader,
        closing(sights(marked_frames(reader, how), backend, SEARCH_LIMIT)) as seen,
    ):
        for sight in seen:
            if not settings.last and sight.seconds >= at(settings.piece.stop):
                return
            if not kept or sight.seconds >= at(kept):
                yield sight

"""What stages make and hand on to one another, by kind, each with what may be read from it.

stages.findings has what they find out, stages.crops the portrait's parts. Planning knows these classes, too: what reads
pictures or arrays needs libraries that planning does without, and so they are imported where something is read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from media.files.info import LOSSLESS_SUFFIX
from stages.findings import Followed
from stages.handles import Handle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engines.base import Arrays
    from foundation.geometry import Image

FRAMES = f"frames{LOSSLESS_SUFFIX}"
"""What every stage that hands on frames calls its file; but for those of a still picture of which a part moves."""
TILED = "frames.tiles"
"""What that one is called."""
OPACITY = f"opacity{LOSSLESS_SUFFIX}"
"""How much of each pixel of FRAMES is the person, where that is asked for: grey."""
VOCALS = "vocals.wav"


class File(Handle):
    """A file of the user's, or of a package."""


class Media(Handle):
    """A picture, a video or sound: a file of the user's, or what a stage made."""

    @property
    def clip(self) -> Path:
        """The video: the file, or the frames in another stage's artifact."""
        return self.path / FRAMES if self.path.is_dir() else self.path

    @property
    def sound(self) -> Path:
        """The sound: the file, or the vocals in another stage's artifact."""
        return self.path / VOCALS if self.path.is_dir() else self.path


class Nothing(Handle):
    """The artifact of a stage of which only the facts are used."""


class Opacities(Handle):
    """How much of each pixel is the person, frame by frame; empty where nobody can tell."""

    @property
    def opacity(self) -> Path | None:
        """The video of it, if there is one."""
        path = self.path / OPACITY
        return path if path.is_file() else None


class Frames(Opacities):
    """Frames, lossless, at a constant rate; with where the person is in them, where that is asked for."""

    @property
    def video(self) -> Path:
        """Their file, which a part of a still picture alone has in tiles."""
        tiled = self.path / TILED
        return tiled if tiled.is_file() else self.path / FRAMES


class Clip(Frames, Followed):
    """A driver, cut to the face: track/ (the face in each frame, in these frames' pixels), shots.json, and, of one that
    was filmed, FRAMES."""

    @property
    def filmed(self) -> bool:
        return self.video.is_file()

    def pick(self, numbers: Sequence[int]) -> Iterator[Image]:
        """The frames with these ascending numbers; a driver that was made up is sketched."""
        if self.filmed:
            from media.video.lossless import pick_frames  # noqa: PLC0415  (see above)

            return pick_frames(self.video, numbers)
        from face.sketch import sketch  # noqa: PLC0415  (see above)

        track = self.track()
        return (sketch(track.points[number], track.size) for number in numbers)


class Template(Handle):
    """A driver's motion as a file that other programs read."""

    NAME = "motion.pkl"


class ClipPiece(Frames):
    """A piece of a driver that was filmed: FRAMES, and looks.npy (see face.mouth_watch)."""

    LOOKS = "looks.npy"

    @property
    def looks(self) -> Path:
        return self.path / self.LOOKS


class Prepared(Handle):
    """What an engine prepared for each shot of a clip."""

    def arrays(self, shot: int) -> Arrays:
        """Those of a shot; those that were written by rows are read by rows."""
        import numpy as np  # noqa: PLC0415  (see above)

        from foundation.npy import Rows  # noqa: PLC0415  (see above)

        folder = self.folder(self.path, shot)
        whole = {path.stem: np.load(path, allow_pickle=False) for path in sorted((folder / "arrays").glob("*.npy"))}
        return whole | {path.stem: Rows(path) for path in sorted((folder / "rows").glob("*.npy"))}

    @staticmethod
    def folder(root: Path, shot: int) -> Path:
        """Where those of a shot lie."""
        return root / f"shot{shot:05d}"


class Scripts(Handle):
    """Lyrics and titles as a script that libass can draw."""

    NAME = "text.ass"

    @property
    def file(self) -> Path:
        return self.path / self.NAME


class Edited(Handle):
    """The picture of the result, without sound."""

    @property
    def video(self) -> Path:
        return next(self.path.glob("picture.*"))


class Film(Handle):
    """The result: video.*, or frames/ with sound.wav, stems/ and picture.avi, the same frames for who checks them."""

    @property
    def is_sequence(self) -> bool:
        return not any(self.path.glob("video.*"))

    @property
    def video(self) -> Path:
        return self.path / f"picture{LOSSLESS_SUFFIX}" if self.is_sequence else next(self.path.glob("video.*"))

    @property
    def sound(self) -> Path:
        return self.path / "sound.wav" if self.is_sequence else self.video


class Passes(Handle):
    """NAME.mkv for each pass."""


class FaceCrops(Handle):
    """A clip cut around its face, to train on: frames.npy, (N, side, side, 3) uint8 RGB, and track/."""

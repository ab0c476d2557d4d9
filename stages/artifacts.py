"""The kinds of things that stages hand on to one another, each with what may be read from it.

Planning knows these classes, too: what reads pictures or arrays needs libraries that planning does without, and so they
are imported where something is read.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from media.files.info import LOSSLESS_SUFFIX
from stages.handles import Handle

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engines.base import Arrays
    from foundation.facetrack import FaceTrack
    from foundation.geometry import Array, Image
    from foundation.shots import Shot
    from speech.alignment import Alignment
    from speech.voice import Voice as Heard

FRAMES = f"frames{LOSSLESS_SUFFIX}"
"""What every stage that hands on frames calls its file."""
OPACITY = f"opacity{LOSSLESS_SUFFIX}"
"""How much of each pixel of FRAMES is the person, where that is asked for: grey."""
VOCALS = "vocals.wav"
STILLS = 6
"""How many frames of the result the check keeps for people, at the moments that foundation.times.spread gives."""


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
        return self.path / FRAMES


class Track(Handle):
    """A face that was followed through a clip, or found in a picture: track/, times.json and shots.json."""

    @property
    def folder(self) -> Path:
        """As in FaceTrack.save."""
        return self.path / "track"

    def track(self) -> FaceTrack:
        """The face."""
        from foundation.facetrack import FaceTrack  # noqa: PLC0415  (see above)

        return FaceTrack.load(self.folder)

    def times(self) -> list[Fraction]:
        """When each frame appears, seconds on the file's clock."""
        return [Fraction(text) for text in json.loads((self.path / "times.json").read_text(encoding="utf-8"))]

    def shots(self) -> list[Shot]:
        """Where the clip is cut, and where the face is away for long."""
        from foundation.shots import load_shots  # noqa: PLC0415  (see above)

        return load_shots(self.path / "shots.json")

    @staticmethod
    def save_rest(folder: Path, times: Sequence[Fraction], shots: Sequence[Shot]) -> None:
        """Write what lies beside track/."""
        from foundation.shots import save_shots  # noqa: PLC0415  (see above)

        (folder / "times.json").write_text(json.dumps([str(time) for time in times]), encoding="utf-8")
        save_shots(folder / "shots.json", shots)


class Voice(Handle):
    """One voice: voice.npy, and voice.json, which says whether music was taken away."""

    def heard(self) -> Heard:
        """It."""
        import numpy as np  # noqa: PLC0415  (see above)

        from speech.voice import Voice as Heard  # noqa: PLC0415  (see above)

        about = json.loads((self.path / "voice.json").read_text(encoding="utf-8"))
        return Heard(np.load(self.path / "voice.npy", allow_pickle=False), bool(about["separated"]))

    @staticmethod
    def save(folder: Path, voice: Heard) -> None:
        """Write it."""
        import numpy as np  # noqa: PLC0415  (see above)

        np.save(folder / "voice.npy", voice.samples, allow_pickle=False)
        (folder / "voice.json").write_text(json.dumps({"separated": voice.separated}), encoding="utf-8")


class Phones(Handle):
    """When each word and phone of a song is sung: phones.json."""

    def alignment(self) -> Alignment:
        """Its lines."""
        from foundation.codec import decode  # noqa: PLC0415  (see above)
        from speech.alignment import Alignment  # noqa: PLC0415  (see above)

        return decode(json.loads((self.path / "phones.json").read_text(encoding="utf-8")), Alignment)

    @staticmethod
    def save(folder: Path, alignment: Alignment) -> None:
        """Write them."""
        from foundation.codec import encode  # noqa: PLC0415  (see above)

        text = json.dumps(encode(alignment), ensure_ascii=False)
        (folder / "phones.json").write_text(text, encoding="utf-8")


class Clip(Frames):
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

    @property
    def folder(self) -> Path:
        """As in FaceTrack.save."""
        return self.path / "track"

    def track(self, part: slice | None = None) -> FaceTrack:
        """The face, or a part of its frames."""
        from foundation.facetrack import FaceTrack  # noqa: PLC0415  (see above)

        return FaceTrack.load(self.folder, part)

    def shots(self) -> list[Shot]:
        """The parts in which the face is seen, and those between."""
        from foundation.shots import load_shots  # noqa: PLC0415  (see above)

        return load_shots(self.path / "shots.json")


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


class Glimpses(Handle):
    """What was seen of a piece of a performer's result, see quality.gathered, and the pairs of Looks that lie in it."""

    NAME = "gathered.npz"

    @property
    def file(self) -> Path:
        return self.path / self.NAME

    @property
    def pairs(self) -> list[Path]:
        return sorted(self.path.glob("pair*.jpg"))


class Looks(Handle):
    """What was seen of a performer's result: looks.npz, motion.npy, figures.json, pairs.json and pair0.jpg, ..."""

    def figures(self) -> dict[str, float]:
        """By name; NaN where it could not be measured."""
        told = json.loads((self.path / "figures.json").read_text(encoding="utf-8"))
        return {name: float("nan") if value is None else float(value) for name, value in told.items()}

    def motion(self) -> Array:
        """(N,) how far the driver moves in each frame."""
        import numpy as np  # noqa: PLC0415  (see above)

        return np.asarray(np.load(self.path / "motion.npy", allow_pickle=False), np.float64)


class Watched(Handle):
    """What was decoded of a piece of the result, see quality.picture, and the stills of Verdict that lie in it."""

    NAME = "watched.npz"

    @property
    def file(self) -> Path:
        return self.path / self.NAME

    @property
    def stills(self) -> list[Path]:
        return sorted(self.path.glob("still*.jpg"))


class Verdict(Handle):
    """What the checks found: check.json, series.npz, and still0.jpg, ..."""


class Figures(Handle):
    """How close a reconstruction comes to its clip: frames.npz."""


class FaceCrops(Handle):
    """A clip cut around its face, to train on: frames.npy, (N, side, side, 3) uint8 RGB, and track/."""

"""What stages find out, as they hand it on: the face in a clip, the words in a song, and how good a result is.

As in stages.artifacts, what reads arrays is imported where something is read.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from stages.handles import Handle

if TYPE_CHECKING:
    from collections.abc import Sequence

    from foundation.facetrack import FaceTrack
    from foundation.geometry import Array
    from foundation.shots import Shot
    from speech.alignment import Alignment
    from speech.voice import Voice as Heard

STILLS = 6
"""How many frames of the result the check keeps for people, at the moments that foundation.times.spread gives."""


class Followed(Handle):
    """Something with the face that was followed through it: track/ and shots.json."""

    @property
    def folder(self) -> Path:
        """As in FaceTrack.save."""
        return self.path / "track"

    def track(self, part: slice | None = None) -> FaceTrack:
        """The face, or a part of its frames."""
        from foundation.facetrack import FaceTrack  # noqa: PLC0415  (see above)

        return FaceTrack.load(self.folder, part)

    def shots(self) -> list[Shot]:
        """Where the clip is cut, and where the face is away for long."""
        from foundation.shots import load_shots  # noqa: PLC0415  (see above)

        return load_shots(self.path / "shots.json")


class Track(Followed):
    """A face that was followed through a clip, or found in a picture: times.json, too."""

    def times(self) -> list[Fraction]:
        """When each frame appears, seconds on the file's clock."""
        return [Fraction(text) for text in json.loads((self.path / "times.json").read_text(encoding="utf-8"))]

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

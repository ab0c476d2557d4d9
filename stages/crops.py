"""A portrait and what of it is animated, as stages hand it on; stages.crop_files says which files there are.

Planning knows these classes, too: as in stages.artifacts, what reads pictures is imported where something is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from stages.handles import Handle

if TYPE_CHECKING:
    from compositing.front import Front
    from engines.base import Portrait
    from foundation.crop import CropInfo
    from foundation.facetrack import Face, FaceTrack, HeadFrame
    from foundation.geometry import Box, Image
    from foundation.person import Person
    from stages.crop_files import CropPath


class Crop(Handle):
    """A still portrait, cut around its face."""

    def info(self) -> CropInfo:
        """How the crop lies in the picture."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_info(self.path)

    def head(self) -> HeadFrame:
        """Where the head is in the whole picture; of a group's, the heads."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_head(self.path)

    def face(self) -> Face:
        """The face, in the crop's pixels."""
        from foundation.facetrack import FaceTrack  # noqa: PLC0415  (see above)

        return FaceTrack.load(self.path / "face").face(0)

    def image(self) -> Image:
        """The crop."""
        return self._picture("crop.png")

    def picture(self) -> Image:
        """The whole portrait."""
        return self._picture("picture.png")

    def under(self) -> Image:
        """The part of the portrait that the crop covers: its `box`."""
        return self._picture("under.png")

    def bare(self) -> Image:
        """The same, without what stays in front."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_bare(self.path)

    def fronts(self) -> list[Front]:
        """What stays in front of that part, the last one uppermost."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_fronts(self.path)

    def opacity(self) -> Image | None:
        """(H, W) of the whole portrait; None where all of it shows."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_opacity(self.path)

    def portrait(self, matte: Matte | None = None) -> Portrait:
        """The crop as engines take it; with its person, if it keeps the picture's own pixels."""
        from engines.base import Portrait  # noqa: PLC0415  (see above)

        info = self.info()
        person = matte.person(info.box) if matte and info.native else None
        return Portrait(self.image(), self.face(), info.inner_edges, person)

    def _picture(self, name: str) -> Image:
        from media.image.images import read_image  # noqa: PLC0415  (see above)

        return read_image(self.path / name)


class Matte(Handle):
    """A still portrait's person; empty where it cannot be told from what is behind."""

    def opacity(self) -> Image | None:
        """(H, W) how much of each pixel of the whole portrait is the person."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_matte(self.path)

    def person(self, box: Box | None = None) -> Person | None:
        """What moves with the person, and what is behind that: in the whole portrait, or in a box of it."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_person(self.path, box)


class PlateCrop(Crop):
    """The crop that follows a face through a moving plate; as a Crop, that of the plate's most usual frame.

    Beside a Crop's files: track/ (the face in each of the plate's frames, in the picture's pixels), and affines.npy.
    """

    def track(self) -> FaceTrack:
        """The face in the plate's frames."""
        from foundation.facetrack import FaceTrack  # noqa: PLC0415  (see above)

        return FaceTrack.load(self.path / "track")

    def way(self) -> CropPath:
        """Where the crop is in each of the plate's frames."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_path(self.path)

    def head_in(self, index: int) -> HeadFrame:
        """Where the head is in frame `index` of the plate."""
        from foundation.facetrack import head_frame  # noqa: PLC0415  (see above)

        face = self.track().face(index)
        return head_frame(face.points, face.scheme)

    def face_in(self, index: int, crop: CropInfo) -> Face:
        """The face in frame `index` of the plate, in the pixels of that frame's crop."""
        from dataclasses import replace  # noqa: PLC0415  (see above)

        from foundation.geometry import apply_affine  # noqa: PLC0415  (see above)

        face = self.track().face(index)
        return replace(face, points=apply_affine(crop.affine, face.points))


class Group(Crop):
    """What the performers of one picture share: a Crop's picture.png, under.png and crop.json, and share0.png, ...

    Where they are told from what is behind, a Matte's files, too, and part0.png, ...
    """

    def share(self, number: int) -> Image:
        """(h, w) over the crop of performer `number`, how much of its motion shows where; 255: all of it."""
        from media.image.images import read_gray  # noqa: PLC0415  (see above)

        return read_gray(self.path / f"share{number}.png")

    def part(self, number: int) -> Image | None:
        """(H, W) how much of the matte of performer `number` is its own; None: nobody is told from what is behind."""
        from media.image.images import read_gray  # noqa: PLC0415  (see above)

        path = self.path / f"part{number}.png"
        return read_gray(path) if path.is_file() else None

    def people(self) -> Image | None:
        """(H, W) how much of each pixel of the picture is one of them; None: as above."""
        from stages import crop_files  # noqa: PLC0415  (see above)

        return crop_files.read_matte(self.path)

"""How pictures lie in a file of frames between stages; the container's comment tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from foundation.box import Box
from media.video.planar import Planar

_TAG, _PLANES, _TILES = "comment", "planes", "a picture, then sheets of tiles"


@dataclass(frozen=True)
class Form:
    """The form of a file.

    Attributes:
        planar: how the planes of its clip lie in it that it keeps; None: it keeps pictures.
        tiled: its first picture is still, and the others are sheets of what differs from that (media.video.tiles).
    """

    planar: Planar | None = None
    tiled: bool = False

    @property
    def tags(self) -> dict[str, str]:
        """For the container."""
        if self.planar:
            kept = self.planar
            numbers = (*kept.size, *kept.part.corners, kept.matrix, kept.span)
            return {_TAG: " ".join([_PLANES, *map(str, numbers)])}
        return {_TAG: _TILES} if self.tiled else {}

    @staticmethod
    def of(tags: Mapping[str, str]) -> Form:
        """What a container's tags say.

        Raises:
            ValueError: its planes are not told as `tags` tells them.
        """
        comment = tags.get(_TAG, "")
        name, *numbers = comment.split() or [""]
        if name != _PLANES:
            return Form(tiled=comment == _TILES)
        width, height, *part, matrix, span = map(int, numbers)
        return Form(Planar((width, height), Box(*part), matrix, span))

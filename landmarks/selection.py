"""Which face of a picture is meant."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from foundation.errors import InputError
from foundation.face_choice import FaceChoice
from foundation.facetrack import Face
from landmarks.windows import centre

MARGIN = 0.15
"""How far outside a face's points a chosen pixel may lie, in the face's sizes: points end at hairline and ears."""

TOLD = 12
"""Faces that an error message lists at most."""


def choose(faces: Sequence[Face], select: FaceChoice, file: Path) -> Face:
    """The face that `select` means.

    Args:
        faces: at least one, of one picture.
        file: the picture or video, for the message.
    Raises: InputError if there is no face with that index or at that point; it lists those that there are.
    """
    ranked = sorted(faces, key=lambda face: -_area(face))
    if select.at is None and select.index is None:
        orders = {"largest": lambda face: -_area(face), "leftmost": _x, "rightmost": lambda face: -_x(face)}
        return min(ranked, key=orders[select.order])
    if select.at is None:
        index = select.index or 0
        if not 0 <= index < len(ranked):
            raise InputError(f"there is no face {index}: {described(ranked)}", file=file, cure="choose another index")
        return ranked[index]
    x, y = select.at
    holding = [face for face in ranked if _holds(face, x, y)]
    if not holding:
        cure = "name a point on one of them"
        raise InputError(f"there is no face at [{x:g}, {y:g}]: {described(ranked)}", file=file, cure=cure)
    return min(holding, key=lambda face: float(((centre(face.box) - (x, y)) ** 2).sum()))


def described(faces: Sequence[Face]) -> str:
    """How many faces there are and where, by index; of a crowd, where the first few are."""
    told = list(enumerate(faces))[:TOLD]
    places = [f"{index} at [{centre(face.box)[0]:.0f}, {centre(face.box)[1]:.0f}]" for index, face in told]
    more = [f"and {len(faces) - TOLD} more"] if len(faces) > TOLD else []
    return f"{len(faces)} face{'' if len(faces) == 1 else 's'} found, {', '.join([*places, *more])}"


def _area(face: Face) -> float:
    x0, y0, x1, y1 = face.box
    return (x1 - x0) * (y1 - y0)


def _x(face: Face) -> float:
    return float(centre(face.box)[0])


def _holds(face: Face, x: float, y: float) -> bool:
    x0, y0, x1, y1 = face.box
    margin_x, margin_y = MARGIN * (x1 - x0), MARGIN * (y1 - y0)
    return x0 - margin_x <= x <= x1 + margin_x and y0 - margin_y <= y <= y1 + margin_y

"""Mistakes between fields that speak of a face or of a clip, where there is none. On raw data, as references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engines.motion_files import is_motion_file


@dataclass(frozen=True)
class _Of:
    """A field that cannot go with `subject: whole`: for any value, or for one; why, and the cure."""

    path: tuple[str, ...]
    why: str
    cure: str = "remove it"
    value: str | bool | None = None


_NO_FACE = "no face is looked for"
_FACES_ALONE = (
    _Of(("face",), _NO_FACE),
    _Of(("driving", "face"), _NO_FACE),
    _Of(("driving", "on_face_lost"), _NO_FACE),
    _Of(("driving", "steady_light"), "light is measured on a face", value=True),
    _Of(("driving", "crop"), "there is no face to follow", "use whole, or {at: [x, y], size: N}", "following"),
    _Of(("motion", "reference"), "no face is at rest", "use best, first or a frame's number", "neutral"),
    _Of(("motion", "listening"), "who is moved whole goes on while others sing"),
    _Of(("singing",), "a song's words move a face", "name a clip as driving"),
)

_CLIPS_ALONE = tuple(
    _Of(("driving", field), "there is no picture to look at")
    for field in ("face", "crop", "steady_light", "on_face_lost", "on_scene_cut", "allow_truncated")
)


def misfits(data: Mapping[str, object]) -> list[str]:
    """One line for each field that cannot go with its performer's subject."""
    performers, batch = data.get("performers"), data.get("batch")
    owners = [(f"performers.{name}", one) for name, one in performers.items()] if isinstance(performers, dict) else []
    owners += [("batch.performer", batch.get("performer"))] if isinstance(batch, dict) else []
    lines: list[str] = []
    for where, performer in owners:
        if isinstance(performer, dict):
            whole = performer.get("subject") == "whole"
            lines += _refused(where, performer, _FACES_ALONE, "subject: whole") if whole else _face(where, performer)
            if _is_filed(performer):
                lines += _refused(where, performer, _CLIPS_ALONE, "a motion template")
    return lines


def _is_filed(performer: Mapping[str, object]) -> bool:
    driving = performer.get("driving")
    video = driving if isinstance(driving, str) else _at(performer, ("driving", "video"))
    return isinstance(video, str) and is_motion_file(video)


def _refused(where: str, performer: Mapping[str, object], fields: Sequence[_Of], beside: str) -> list[str]:
    lines = []
    for field in fields:
        found = _at(performer, field.path)
        if found is not None and field.value in (None, found):
            lines.append(f"{where}.{'.'.join(field.path)}: with {beside}, {field.why} ({field.cure})")
    return lines


def _face(where: str, performer: Mapping[str, object]) -> list[str]:
    squares = (("crop",), performer.get("crop")), (("driving", "crop"), _at(performer, ("driving", "crop")))
    return [
        f"{where}.{'.'.join(path)}: a face's own place decides (add subject: whole, or remove it)"
        for path, found in squares
        if found == "whole" or isinstance(found, dict)
    ]


def _at(performer: Mapping[str, object], path: tuple[str, ...]) -> object:
    found: object = performer
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found

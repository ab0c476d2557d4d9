"""Field types of the manifest that YAML has no word for. Each turns what a person writes into one exact value."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from foundation.timecode import MAX_SECONDS, Moment, moment
from foundation.times import exact, rate

NUMBER = {"anyOf": [{"type": "number"}, {"type": "string"}]}
COLORS = {"black": "#000000", "white": "#ffffff", "grey": "#808080"}
_FRAME = {"type": "object", "properties": {"frame": {"type": "integer", "minimum": 0}}, "required": ["frame"]}


def _seconds(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("write seconds as a number, such as 3.2")
    try:
        seconds = exact(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError("write seconds as a number, such as 3.2") from None
    if abs(seconds) > MAX_SECONDS:
        raise ValueError("use a time within 24 hours")
    return seconds


def _rate(value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Fraction):
        raise ValueError('write frames a second as 25, 29.97 or "30000/1001"')
    try:
        return rate(value)
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError('write frames a second as 25, 29.97 or "30000/1001", at most 1000') from None


def _not_negative(value: Fraction) -> Fraction:
    if value < 0:
        raise ValueError("use a time of 0 or later")
    return value


def _select(value: Any) -> Any:
    words = ("largest", "leftmost", "rightmost")
    if value in words:
        return value
    if isinstance(value, dict) and set(value) == {"index"} and type(value["index"]) is int and value["index"] >= 0:
        return value
    if isinstance(value, dict) and set(value) == {"at"} and _is_point(value["at"]):
        return value
    raise ValueError("use largest, leftmost, rightmost, {index: 0} or {at: [x, y]}")


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)


def _reference(value: Any) -> Any:
    if value in ("best", "neutral", "nearest", "first") or (type(value) is int and value >= 0):
        return value
    raise ValueError("use best, neutral, nearest, first or a frame number")


def _color(value: Any) -> Any:
    named = COLORS.get(value, value) if isinstance(value, str) else None
    if named is None or not re.fullmatch(r"#[0-9a-fA-F]{6}", named):
        raise ValueError(f'write a colour as "#rrggbb", in quotes, or use {", ".join(COLORS)}')
    return named.lower()


def _backdrop(value: Any) -> Any:
    if value == "blur":
        return value
    if isinstance(value, str):
        return _color(value)
    raise ValueError('use blur, a colour such as "#101418", {image: FILE} or {video: FILE}')


def _size(value: Any) -> Any:
    good = isinstance(value, list) and len(value) == 2 and all(type(v) is int and 16 <= v <= 8192 for v in value)
    if not good:
        raise ValueError("use [width, height] in pixels, 16 to 8192 each")
    if value[0] % 2 or value[1] % 2:
        raise ValueError("use even numbers: 4:2:0 video has no odd sizes")
    return tuple(value)


_AsText = PlainSerializer(str, return_type=str)
SignedSeconds = Annotated[Fraction, BeforeValidator(_seconds), _AsText, WithJsonSchema(NUMBER)]
Seconds = Annotated[Fraction, BeforeValidator(lambda v: _not_negative(_seconds(v))), _AsText, WithJsonSchema(NUMBER)]
Place = Annotated[
    Moment,
    BeforeValidator(moment),
    _AsText,
    WithJsonSchema({"anyOf": [*NUMBER["anyOf"], _FRAME | {"additionalProperties": False}]}),
]
"""A place in a clip: seconds, a time, a timecode or a frame's number."""
Rate = Annotated[Fraction, BeforeValidator(_rate), _AsText, WithJsonSchema(NUMBER)]
FaceSelect = Annotated[Any, BeforeValidator(_select)]
Color = Annotated[str, BeforeValidator(_color)]
"""A colour as "#rrggbb"."""
Backdrop = Annotated[str, BeforeValidator(_backdrop)]
"""A colour, or "blur"."""
Reference = Annotated[Any, BeforeValidator(_reference)]
Size = Annotated[
    tuple[int, int],
    BeforeValidator(_size),
    WithJsonSchema({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}),
]
Name = Annotated[str, Field(pattern=r"^[^\W\d][\w -]{0,63}$")]
"""A performer's name: a letter, then letters of any script, digits, _, - or spaces; at most 64."""

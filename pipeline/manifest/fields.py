"""Field types of the manifest that YAML has no word for. Each turns what a person writes into one exact value."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, BeforeValidator, Field, PlainSerializer, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from face import motion
from foundation.face_choice import FaceChoice, Order
from foundation.subject import Square
from foundation.timecode import MAX_SECONDS, Moment, clock, moment
from foundation.times import exact, rate


def short_for(field: str, model: type[BaseModel]) -> BeforeValidator:
    """For Annotated: a text in a mapping's place stands for the mapping with that field alone."""

    def spelt_out(value: object) -> object:
        return {field: value} if isinstance(value, str) else value

    return BeforeValidator(spelt_out, json_schema_input_type=str | model)


_NUMBER = r"[0-9]*\.?[0-9]+([eE][-+]?[0-9]{1,3})?|[0-9]+/[0-9]+"
_CLOCK = r"([0-9]{1,2}:)?[0-5]?[0-9]:[0-5][0-9](\.[0-9]+)?"
_TIMECODE = r"[0-9]{2}:[0-5][0-9]:[0-5][0-9][:;][0-9]{2,3}"


def _number(pattern: str, **bounds: int) -> JsonSchemaValue:
    return {"anyOf": [{"type": "number", **bounds}, {"type": "string", "pattern": rf"^({pattern})$"}]}


_SECONDS = 'write seconds as a number, such as 3.2, or as "0:03.2"'
COLORS = {"black": "#000000", "white": "#ffffff", "grey": "#808080"}
_FRAME = {"type": "object", "properties": {"frame": {"type": "integer", "minimum": 0}}, "required": ["frame"]}


def _seconds(value: Any) -> Fraction:
    if isinstance(value, Fraction):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(_SECONDS)
    told = clock(value.removeprefix("-")) if isinstance(value, str) else None
    try:
        seconds = exact(value) if told is None else -told if str(value).startswith("-") else told
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(_SECONDS) from None
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


def _select(value: Any) -> FaceChoice:
    if isinstance(value, FaceChoice):
        return value
    if value in get_args(Order):
        return FaceChoice(order=value)
    if isinstance(value, dict) and set(value) == {"index"} and type(value["index"]) is int and value["index"] >= 0:
        return FaceChoice(index=value["index"])
    if isinstance(value, dict) and set(value) == {"at"} and _is_point(value["at"]):
        return FaceChoice(at=(float(value["at"][0]), float(value["at"][1])))
    raise ValueError("use largest, leftmost, rightmost, {index: 0} or {at: [x, y]}")


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(v) in (int, float) for v in value)


def _square(value: object) -> Square:
    if isinstance(value, Square):
        return value
    if value == "whole":
        return Square()
    if (
        not isinstance(value, dict)
        or set(value) != {"at", "size"}
        or not _is_point(value["at"])
        or type(value["size"]) is not int
        or value["size"] not in _SIDES
    ):
        raise ValueError(f"use whole, or {{at: [x, y], size: N}}, N from {_SIDES.start} to {_SIDES.stop - 1} pixels")
    return Square(at=(float(value["at"][0]), float(value["at"][1])), size=value["size"])


def _framing(value: object) -> object:
    if value in ("fixed", "following"):
        return value
    try:
        return _square(value)
    except ValueError as error:
        raise ValueError(f"use fixed or following, of a face; else {str(error).removeprefix('use ')}") from None


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
SignedSeconds = Annotated[
    Fraction,
    BeforeValidator(_seconds),
    _AsText,
    WithJsonSchema(_number(rf"[-+]?({_NUMBER})|-?{_CLOCK}", minimum=-MAX_SECONDS, maximum=MAX_SECONDS)),
]
Seconds = Annotated[
    Fraction,
    BeforeValidator(lambda v: _not_negative(_seconds(v))),
    _AsText,
    WithJsonSchema(_number(f"{_NUMBER}|{_CLOCK}", minimum=0, maximum=MAX_SECONDS)),
]
Place = Annotated[
    Moment,
    BeforeValidator(moment),
    _AsText,
    WithJsonSchema(
        {
            "anyOf": [
                *_number(f"{_NUMBER}|{_CLOCK}|{_TIMECODE}", minimum=0, maximum=MAX_SECONDS)["anyOf"],
                _FRAME | {"additionalProperties": False},
            ]
        }
    ),
]
"""A place in a clip: seconds, a time, a timecode or a frame's number."""
Rate = Annotated[
    Fraction,
    BeforeValidator(_rate),
    _AsText,
    WithJsonSchema(_number(_NUMBER, exclusiveMinimum=0, maximum=1000)),
]
_FACE: dict[str, Any] = {
    "anyOf": [
        {"enum": [*get_args(Order)]},
        {
            "type": "object",
            "properties": {"index": {"type": "integer", "minimum": 0}},
            "required": ["index"],
            "additionalProperties": False,
        },
        {
            "type": "object",
            "properties": {"at": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}},
            "required": ["at"],
            "additionalProperties": False,
        },
    ]
}
FaceSelect = Annotated[
    FaceChoice,
    BeforeValidator(_select),
    PlainSerializer(lambda face: face.written),
    WithJsonSchema(_FACE),
]
"""largest, leftmost, rightmost, {index: n}, counted from 0 at the largest, or {at: [x, y]} in pixels."""
_SIDES = range(16, 16385)
_SQUARE: list[JsonSchemaValue] = [
    {"const": "whole"},
    {
        "type": "object",
        "properties": {
            "at": {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2},
            "size": {"type": "integer", "minimum": _SIDES.start, "maximum": _SIDES.stop - 1},
        },
        "required": ["at", "size"],
        "additionalProperties": False,
    },
]
SquareField = Annotated[
    Square,
    BeforeValidator(_square),
    PlainSerializer(lambda square: square.written),
    WithJsonSchema({"anyOf": _SQUARE}),
]
"""whole, or {at: [x, y], size: N}: its middle and its side, in pixels."""
Framed = Annotated[
    Literal["fixed", "following"] | Square,
    BeforeValidator(_framing),
    PlainSerializer(lambda framed: framed.written if isinstance(framed, Square) else framed),
    WithJsonSchema({"anyOf": [{"enum": ["fixed", "following"]}, *_SQUARE]}),
]
_COLOR = [{"type": "string", "enum": [*COLORS]}, {"type": "string", "pattern": "^#[0-9a-fA-F]{6}$"}]
Color = Annotated[str, BeforeValidator(_color), WithJsonSchema({"anyOf": _COLOR})]
"""A colour as "#rrggbb"."""
Backdrop = Annotated[
    str, BeforeValidator(_backdrop), WithJsonSchema({"anyOf": [{"type": "string", "const": "blur"}, *_COLOR]})
]
"""A colour, or "blur"."""
Reference = Annotated[
    motion.Reference,
    BeforeValidator(_reference),
    WithJsonSchema({"anyOf": [{"enum": ["best", "neutral", "nearest", "first"]}, {"type": "integer", "minimum": 0}]}),
]
Size = Annotated[
    tuple[int, int],
    BeforeValidator(_size),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "integer", "minimum": 16, "maximum": 8192, "multipleOf": 2},
            "minItems": 2,
            "maxItems": 2,
        }
    ),
]
Name = Annotated[str, Field(pattern=r"^[^\W\d][\w -]{0,63}$")]
"""A performer's name: a letter, then letters of any script, digits, _, - or spaces; at most 64."""

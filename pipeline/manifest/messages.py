"""Validation errors as a person reads them: the path, what stands there, and the cure. One line each, all at once."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from pipeline.manifest.parts.performers import FILE_TAG, FRAME_TAG
from pipeline.manifest.parts.scenes import IMAGE_TAG, NONE_TAG, PLAIN_TAG, VIDEO_TAG

TAGS = (FILE_TAG, FRAME_TAG, PLAIN_TAG, IMAGE_TAG, VIDEO_TAG, NONE_TAG)
"""What pydantic calls the kinds of a value that is written in several ways; no part of its path."""

PLANNED = ((r"defaults\.chunk_seconds", ""),)
"""Fields of the design that this version refuses by name, with what can be done instead."""


def explain(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """One line a mistake, in the order of the file: "path: problem (cure)"."""
    return [_line(item, model) for item in error.errors()]


def _line(item: Mapping[str, Any], model: type[BaseModel]) -> str:
    loc = [part for part in item["loc"] if part not in TAGS]
    path = ".".join(str(part) for part in loc) or "manifest"
    kind, message, context = item["type"], item["msg"], item.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(path, str(loc[-1]), _fields_at(model, loc[:-1]))
    if kind == "missing":
        return f"{path}: is missing (add it)"
    if kind == "value_error":
        text = str(context["error"])
        return text if not loc else f"{path}: {_shown(item['input'])} cannot be used: {text}"
    if kind == "literal_error":
        close = _did_you_mean(item["input"], re.findall(r"'([^']*)'", context["expected"]))
        return f"{path}: {_shown(item['input'])} is not known (use {context['expected']}{close})"
    if loc and loc[-1] == "[key]":
        return f"{'.'.join(map(str, loc[:-1]))}: a name starts with a letter and has at most 64 characters"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{path}: {_shown(item['input'])} is not a mapping (indent its fields under it)"
    told = _lower(message)
    if kind == "string_type" and isinstance(item["input"], bool | int | float):
        told = "it is no text (put it into quotation marks)"
    elif kind == "bool_type":
        told = "write true or false"
    return f"{path}: {_shown(item['input'])} cannot be used: {told}"


def _unknown(path: str, key: str, known: Iterable[str]) -> str:
    for pattern, instead in PLANNED:
        if re.fullmatch(pattern, path):
            cure = f"remove it; {instead}" if instead else "remove it"
            return f"{path}: is not supported by this version ({cure})"
    names = list(known)
    close = _did_you_mean(key, names)
    return f"{path}: is not a known field{close or ''} (known: {', '.join(names)})"


def _did_you_mean(word: Any, known: list[str]) -> str:
    close = difflib.get_close_matches(str(word), known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def _fields_at(model: type[BaseModel], loc: list[Any]) -> list[str]:
    """The names of the fields of the model at this place."""
    here: type[BaseModel] | None = model
    for part in loc:
        if here is None:
            return []
        if isinstance(part, str) and part in here.model_fields:
            here, mapped = _model_in(here.model_fields[part].annotation), True
        elif not mapped:
            return []
    return [field.alias or name for name, field in here.model_fields.items()] if here else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(part) for part in get_args(annotation))
    return next((part for part in found if part), None)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]

"""The manifest's fields with what each means: as a JSON Schema, and as a page for people."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaValue

from foundation.part import Part
from pipeline.manifest.schema import Manifest

HEAD = """# The manifest, field by field

This page is made from the program, by `make docs`; `duet schema` prints the same as a JSON Schema, for editors. The
README shows a manifest; [configs/manifests/](../configs/manifests) has some to start from. What is not listed here is
refused by name. Times are seconds, as a number or as text, or a clock's: 3.2, "0:03.2", "1:00:03.2"; other ways to
write them stand with their fields. Words are the text that was written (YAML 1.2): only true and false are truth
values.
"""
ROW = "| `{name}` | {value} | {default} | {text} |"
HEADING = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:duet:manifest:1"}
BOUNDS = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a manifest, a description with each field."""
    schema = HEADING | Manifest.model_json_schema()
    models = {model.__name__: model for model in _models(Part)}
    for name, definition in [("Manifest", schema), *schema["$defs"].items()]:
        for field, text in _descriptions(models[name]).items() if name in models else ():
            if field in definition.get("properties", {}):
                definition["properties"][field].setdefault("description", text)
    schema["required"].remove("output")
    schema["allOf"] = [_either("performers", "batch"), _either("output", "outputs"), _not_both("batch", "scenes")]
    schema["allOf"] += [_not_both("batch", "outputs")]
    schema["properties"]["performers"]["additionalProperties"] = False
    schema["$defs"]["Performer"] |= _either("driving", "singing")
    return schema


def _either(*fields: str) -> JsonSchemaValue:
    """That one of the fields is there, and one only."""
    return {"oneOf": [{"required": [field]} for field in fields]}


def _not_both(*fields: str) -> JsonSchemaValue:
    return {"not": {"required": [*fields]}}


def page() -> str:
    """The same as Markdown: a section for each mapping, after the one that it belongs to."""
    schema = json_schema()
    parts, waiting, seen = [HEAD], [("", "Manifest")], {"Manifest"}
    while waiting:
        path, name = waiting.pop(0)
        definition = schema if not path else schema["$defs"][name]
        parts.append(f"## {f'`{path}`' if path else 'The whole file'}\n\n{definition.get('description', '')}\n")
        required, below = definition.get("required", []), []
        rows = ["| field | value | without it | what it means |", "|---|---|---|---|"]
        for field, value in definition["properties"].items():
            rows.append(_row(field, value, needed=field in required))
            place = ".".join(filter(None, [path, field, "NAME" if _by_name(value) else ""]))
            fresh = [each for each in dict.fromkeys(_references(value)) if each not in seen]
            seen.update(fresh)
            below += [(place, each) for each in fresh]
        parts.append("\n".join(rows) + "\n")
        waiting = below + waiting
    return "\n".join(parts)


def _models(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for below in model.__subclasses__():
        yield below
        yield from _models(below)


def _descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The text under each field's name in the source, of the model and of those that it is made from."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if not issubclass(each, Part) or each is Part:
            continue
        try:
            source = textwrap.dedent(inspect.getsource(each))
        except (OSError, TypeError):  # made by create_model, without a source of its own
            continue
        body = getattr(ast.parse(source).body[0], "body", [])
        for field, text in pairwise(body):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(described))):
                    found[name] = " ".join(described.split())
    aliases = {name: field.alias for name, field in model.model_fields.items() if field.alias}
    return {aliases.get(name, name): text for name, text in found.items()}


def _row(name: str, value: dict[str, Any], *, needed: bool) -> str:
    default = value.get("default")
    if needed:
        shown = "needed"
    elif default is None or default in ("", []) or isinstance(default, dict):
        shown = ""
    else:
        shown = f"`{default if isinstance(default, str) else json.dumps(default, ensure_ascii=False)}`"
    text = value.get("description", "").replace("|", "\\|")
    return ROW.format(name=name, value=_value(value), default=shown, text=text)


def _value(value: dict[str, Any]) -> str:
    """What may be written, in words."""
    if "anyOf" in value or "oneOf" in value:
        ways = [_value(way) for way in value.get("anyOf") or value["oneOf"] if way.get("type") != "null"]
        return ", or ".join(dict.fromkeys(filter(None, ways)))
    if "enum" in value:
        return ", ".join(f"`{choice}`" for choice in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    if "$ref" in value:
        return "a mapping, see below"
    if value.get("type") == "array":
        return "a list" + (f" of: {_value(value['items'])}" if value.get("items") else "")
    if value.get("type") == "object":
        below = value.get("additionalProperties") or next(iter(value.get("patternProperties", {}).values()), None)
        fields = ", ".join(value.get("properties", ()))
        return f"`{{{fields}: ...}}`" if fields else f"names, each with {_value(below)}" if below else "a mapping"
    word = {"boolean": "`true`, `false`", "string": "text", "integer": "a whole number", "number": "a number"}
    bounds = [text.format(value[bound]) for bound, text in BOUNDS.items() if bound in value]
    return ", ".join([word.get(str(value.get("type")), ""), *bounds])


def _by_name(value: dict[str, Any]) -> bool:
    """Whether people choose the names in the mapping."""
    return "patternProperties" in value or isinstance(value.get("additionalProperties"), dict)


def _references(value: Any) -> Iterator[str]:
    """The mappings that a value may hold."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).rsplit("/", 1)[-1]
        for below in value.values():
            yield from _references(below)
    elif isinstance(value, list):
        for below in value:
            yield from _references(below)

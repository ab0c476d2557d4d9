"""Networks' configurations: YAML files in their published schemas, checked field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from foundation.errors import InputError
from foundation.yaml_text import YamlError, read_yaml

SIDES = range(1, 4097)
"""What counts channels, blocks or pixels lies in it."""


def read_config(path: Path, cure: str) -> Mapping[str, Any]:
    """A configuration file's content.

    Args:
        cure: what to do where it is none.
    Raises: InputError if it cannot be read or is no mapping.
    """
    try:
        data = read_yaml(path)
    except OSError as error:
        raise InputError("the model's config cannot be read", file=path, cure="check the path") from error
    except (YamlError, UnicodeDecodeError) as error:
        raise InputError(f"the model's config is no YAML: {error}", file=path, cure=cure) from error
    if not isinstance(data, Mapping):
        raise InputError("the model's config is no mapping", file=path, cure=cure)
    return data


def section_faults(name: str, section: Mapping[str, Any], kind: type[Any]) -> list[str]:
    """What is wrong with a section that is to become the dataclass `kind`: unknown, missing, of the wrong type."""
    known = {field.name: str(field.type).removesuffix(" | None") for field in fields(kind)}
    optional = {field.name for field in fields(kind) if field.default is not MISSING}
    problems = [f"unknown {name}.{key}" for key in section if key not in known]
    for key, declared in known.items():
        if key not in section:
            problems += [] if key in optional else [f"missing {name}.{key}"]
            continue
        value = section[key]
        right = isinstance(value, bool) if declared == "bool" else isinstance(value, (int, float))
        if declared != "bool" and isinstance(value, bool):
            right = False
        if declared == "int" and isinstance(value, float):
            right = False
        if not right:
            problems.append(f"{name}.{key} is to be a {declared}, not {value!r}")
    return problems


def size_faults(part: Any) -> list[str]:
    """Which whole numbers of a dataclass lie outside of SIDES."""
    numbers = {field.name: getattr(part, field.name) for field in fields(part) if field.type in {"int", "int | None"}}
    return [
        f"{name} lies in {SIDES.start}..{SIDES.stop - 1}, not {value}"
        for name, value in numbers.items()
        if value is not None and value not in SIDES
    ]

"""YAML as people mean it: the core schema of YAML 1.2, from text of strangers, in bounded time and memory.

`no`, `off`, `7:30` and `2001-12-24` are the text that was written; only `true` and `false` are truth values (YAML
1.2.2, chapter 10.3). No tag builds an object, no key is written twice.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Hashable
from pathlib import Path

import yaml

from foundation.limits import Limit

"""What a document may hold once its aliases are followed; nine lines of them can stand for a thousand million."""
_CORE = {
    "null": (r"~|null|Null|NULL|", "~nN\0"),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+.0123456789",
    ),
    "merge": (r"<<", "<"),
}


class YamlError(ValueError):
    """Text is no YAML that is taken; in a sentence, with the line."""


class _Loader(yaml.SafeLoader):
    """SafeLoader (no tag builds an object) for the core schema, that refuses a key written twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key, line = self.construct_object(key_node, deep=True), key_node.start_mark.line + 1
            if not isinstance(key, Hashable):
                raise YamlError(f"line {line}: a list or a mapping cannot be a name")
            if key in seen:
                raise YamlError(f"line {line}: {key!r} is written twice")
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        written = str(self.construct_scalar(node))
        return int(written, 0 if written[:2] in ("0o", "0x") else 10)


_Loader.yaml_implicit_resolvers = {}
for _name, (_pattern, _first) in _CORE.items():
    _starts = ["" if start == "\0" else start for start in _first]
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_name}", re.compile(rf"^(?:{_pattern})$"), _starts)
_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def read_yaml(path: Path) -> object:
    """What a file of YAML holds.

    Raises: OSError if it cannot be read, also if it is no regular file; UnicodeDecodeError if it is not UTF-8;
        YamlError if it is too large, or none.
    """
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        folder = stat.S_ISDIR(about.st_mode)
        raise OSError(errno.EINVAL, "is a folder" if folder else "is no regular file", os.fspath(path))
    if about.st_size > Limit.SETTINGS_BYTES.now:
        told = f"{about.st_size} bytes are too many for a file of settings ({Limit.SETTINGS_BYTES.cure})"
        raise YamlError(told)
    return parse_yaml(path.read_text(encoding="utf-8-sig"))


def parse_yaml(text: str) -> object:
    """What a text in YAML holds.

    Raises: YamlError.
    """
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None
        most = Limit.SETTINGS_VALUES.now
        if _size(node, {}, most) > most:
            told = f"it holds more than {most} values, those of its aliases counted ({Limit.SETTINGS_VALUES.cure})"
            raise YamlError(told)
        return loader.construct_document(node)
    except RecursionError:
        raise YamlError("nested too deeply") from None
    except yaml.YAMLError as error:
        mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        raise YamlError(f"line {mark.line + 1}: {problem}" if mark else str(problem or error)) from error
    except YamlError:
        raise
    except (ValueError, OverflowError) as error:
        raise YamlError(f"a value cannot be read: {error}") from error


def _size(node: yaml.Node, known: dict[int, int], most: int) -> int:
    """How many values a node holds, those of its aliases counted each time."""
    if id(node) in known:
        return known[id(node)]
    known[id(node)] = most + 1  # for whoever holds itself
    parts: list[yaml.Node] = []
    if isinstance(node, yaml.SequenceNode):
        parts = list(node.value)
    elif isinstance(node, yaml.MappingNode):
        parts = [part for pair in node.value for part in pair]
    known[id(node)] = 1 + sum(_size(part, known, most) for part in parts)
    return known[id(node)]

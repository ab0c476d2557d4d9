"""Random values of any type that a stage's contract is made of."""

from __future__ import annotations

import types
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from foundation.times import FrameRange
from stages.handles import FileInput, Handle, TaskInput

NAMES = st.text(min_size=1, max_size=8)
KEYS = st.binary(min_size=32, max_size=32).map(bytes.hex)
FILES = st.builds(FileInput, NAMES, KEYS)
TASKS = st.builds(TaskInput, st.sampled_from(["faces", "crop"]), KEYS, st.sampled_from([None, "frames.avi"]))
SIMPLE: dict[object, st.SearchStrategy[Any]] = {
    int: st.integers(-(2**26), 2**26),  # a day has fewer than 2**27 frames: task files with more are refused
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=8),
    bool: st.booleans(),
    type(None): st.none(),
    Fraction: st.fractions(),
    Path: NAMES.map(Path),
    FrameRange: st.tuples(st.integers(0, 2**26), st.integers(0, 2**26)).map(lambda ends: FrameRange(*sorted(ends))),
    Any: st.none() | st.integers(-9, 9) | st.text(max_size=3) | st.lists(st.booleans(), max_size=2),
}


def values_of(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a dataclass, a handle, or what their fields may be."""
    if kind in SIMPLE:
        return SIMPLE[kind]
    if isinstance(kind, type) and is_dataclass(kind):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: values_of(hints[field.name]) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Handle):
        return (FILES | TASKS).map(kind)
    arguments = get_args(kind)
    made: dict[Any, Callable[[], st.SearchStrategy[Any]]] = {
        Literal: lambda: st.sampled_from(arguments),
        Union: lambda: st.one_of(*map(values_of, arguments)),
        types.UnionType: lambda: st.one_of(*map(values_of, arguments)),
        dict: lambda: st.dictionaries(NAMES, values_of(arguments[1]), max_size=2),
        tuple: lambda: (
            st.lists(values_of(arguments[0]), max_size=2).map(tuple)
            if arguments[-1] is Ellipsis
            else st.tuples(*map(values_of, arguments))
        ),
    }
    return made[get_origin(kind)]()

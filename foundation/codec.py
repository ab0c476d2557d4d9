"""The one codec between typed values and plain JSON: settings, facts, task files, labels.

Dataclasses become objects, tuples lists, exact numbers "30000/1001", paths strings. Reading is strict: what a type does
not know, leaves out or spells otherwise is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from foundation.label import canonical

T = TypeVar("T")
Json = Any
"""What the json module writes: dict, list, str, int, float, bool or None."""
Write = Callable[[Any], Json]
Read = Callable[[type, Json], Any]


def encode(value: object, write: Write | None = None) -> Json:
    """A typed value as plain JSON.

    Args:
        write: gives the JSON of values of types that the codec does not know.
    Raises:
        TypeError: it holds something that JSON cannot say.
    """

    def hook(given: Any) -> Json:
        if isinstance(given, Fraction | Path):
            return str(given)
        if write is not None:
            return write(given)
        raise TypeError(f"{type(given).__name__} has no form in JSON")

    return msgspec.to_builtins(value, enc_hook=hook)


def decode(data: Json, kind: type[T], read: Read | None = None, write: Write | None = None) -> T:
    """The value of type `kind` that `encode` wrote.

    Args:
        read: makes values of types that the codec does not know.
        write: as in `encode`, for the same types.
    Raises:
        ValueError: the data is not that of such a value, with the place in it: "$.range.start".
    """
    value = _decode(data, kind, read)
    if canonical(encode(value, write)) != canonical(data):
        raise ValueError(f"does not say what {kind.__module__}.{kind.__qualname__} says, no more and no less")
    return value


def settled(value: T) -> T:
    """The value as it will be read again: each field of the type that its class states (1 for a float becomes 1.0).

    Raises:
        ValueError: a field's value is not of its type.
    """
    return _decode(encode(value), type(value), None)


def _decode(data: Json, kind: type[T], read: Read | None) -> T:
    def hook(wanted: type, given: Json) -> Any:
        if wanted is Fraction and isinstance(given, str) and len(given) <= LONGEST:
            return Fraction(given)
        if wanted is Path and isinstance(given, str):
            return Path(given)
        if read is not None:
            return read(wanted, given)
        raise ValueError(f"{wanted.__name__} expected")

    try:
        return msgspec.convert(data, kind, dec_hook=hook)
    except (msgspec.ValidationError, ValueError, TypeError, ZeroDivisionError) as error:
        raise ValueError(str(error)) from error


LONGEST = 100
"""Characters of an exact number: longer ones are an attack."""

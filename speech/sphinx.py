"""pocketsphinx, where it is built for this Python: the acoustic model, the dictionary, the decoder."""

from __future__ import annotations

from functools import cache
from types import ModuleType

from foundation.errors import InputError


@cache
def sphinx() -> ModuleType:
    """The library.

    Raises: InputError if it is not installed.
    """
    try:
        import pocketsphinx  # noqa: PLC0415  (there is none for Python 3.14)
    except ImportError:
        told = "pocketsphinx, which knows how words sound, is not installed"
        raise InputError(told, cure="it is built for Python 3.11 to 3.13: make install PYTHON=python3.13") from None
    return pocketsphinx  # type: ignore[no-any-return]

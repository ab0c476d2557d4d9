"""Names that people give one another: the same however they are typed."""

from __future__ import annotations

from unicodedata import normalize


def composed(name: str) -> str:
    """The name with each accent in its letter (NFC): file systems and keyboards differ in that, and no eye sees it."""
    return normalize("NFC", name)


def same_name(name: str) -> str:
    """What names are compared by: neither case nor how accents are coded counts."""
    return composed(name).casefold()

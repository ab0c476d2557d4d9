"""Recordings that were put one behind the other in a file without being joined, where readers end with the first."""

from __future__ import annotations

from pathlib import Path

_BEGINNINGS = (
    (0, b"FLV\x01"),
    (0, b"OggS\0\x02"),  # the page that begins a stream
    (0, bytes.fromhex("3026b2758e66cf11")),  # WMV, WMA
    (0, b"DKIF\0\0 \0"),  # IVF
    (0, b"\x89PNG\r\n\x1a\n"),
    (0, b"caff\0\x01\0\0"),
    (4, b"ftyp"),  # MP4, MOV, 3GP
    (8, b"WAVE"),
    (8, b"AIFF"),
    (8, b"AIFC"),
)
"""What such files begin with, behind so many bytes of sizes."""
_COMPARED = 8  # bytes behind the sizes: the kind, and the brand or the first chunk behind it
_AT_ONCE = 1 << 20  # bytes


def begins_again(path: Path, past: int) -> bool:
    """Whether a file begins once more behind the last of what was read of it, at the byte `past`."""
    with path.open("rb") as file:
        head = file.read(8 + _COMPARED)
        found = next((each for each in _BEGINNINGS if head[each[0] :].startswith(each[1])), None)
        if found is None:
            return False
        at, known = found
        beginning = head[at : at + _COMPARED] if at else known
        file.seek(max(past, len(head)))
        kept = b""
        while piece := file.read(_AT_ONCE):
            if beginning in kept + piece:
                return True
            kept = piece[1 - len(beginning) :]
    return False

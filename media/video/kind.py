"""Whether a portrait's file is a picture, a video, or a video of one picture."""

from __future__ import annotations

from pathlib import Path

from foundation.errors import InputError

_PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
"""How the usual ones begin: for these, nothing more needs to be opened."""


def is_video(path: Path) -> bool:
    """Whether the file's content, not its name, is a video and no picture. What cannot be read is none."""
    return _shown(path) > 1


def is_still_in_a_video(path: Path) -> bool:
    """Whether a container of videos holds one frame, as some programs write stills."""
    return _shown(path) == 1


def _shown(path: Path) -> int:
    """0: no video that can be read; 1: one frame; 2: more, or a video of which `probe` says what is wrong."""
    try:
        with path.open("rb") as file:
            if file.read(4).startswith(_PICTURES):
                return 0
    except OSError:
        return 0
    from media.files.opening import moving_stream, opened  # noqa: PLC0415  (PyAV and Pillow, for the others)
    from media.files.packets import count_frames  # noqa: PLC0415
    from media.image.images import is_image  # noqa: PLC0415

    if is_image(path):
        return 0
    try:
        with opened(path) as container:
            stream = moving_stream(container)
            return 0 if stream is None else count_frames(container, stream, 2) or 2
    except InputError:
        return 0

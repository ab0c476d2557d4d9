"""Pictures that show what a video is: a poster, and a short silent loop as GIF or WebP."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image, PngImagePlugin

from media.credentials.provenance import SYNTHETIC, Provenance, stamp_gif, stamp_webp
from media.ffmpeg.argv_effects import preview
from media.ffmpeg.run import run_ffmpeg
from media.video.reader import frame_at

_QUALITY = 92


def write_poster(video: Path, path: Path, *, at: Fraction, about: Provenance) -> None:
    """The frame that shows at `at` seconds, as JPEG, PNG or WebP by the path's suffix.

    Raises: InputError if the video cannot be read or ends before.
    """
    image = Image.fromarray(frame_at(video, at))
    packet = about.xmp()
    if path.suffix.lower() == ".png":
        notes = PngImagePlugin.PngInfo()
        notes.add_itxt("Title", about.title)
        notes.add_itxt("Comment", SYNTHETIC)
        notes.add_itxt("XML:com.adobe.xmp", packet.decode())
        image.save(path, format="PNG", pnginfo=notes)
        return
    options: dict[str, Any] = {"comment": SYNTHETIC} if path.suffix.lower() != ".webp" else {}
    kind = "WEBP" if path.suffix.lower() == ".webp" else "JPEG"
    image.save(path, format=kind, quality=_QUALITY, xmp=packet, **options)


def write_preview(
    video: Path, path: Path, *, start: Fraction, seconds: float, width: int, fps: int, about: Provenance
) -> None:
    """A loop of `seconds` from `start` (both in seconds), `width` pixels wide, as GIF or WebP by the path's suffix.

    Raises: StageError if ffmpeg cannot make it.
    """
    span = start, Fraction(str(seconds))
    run_ffmpeg(preview(video, path, start=span[0], seconds_shown=span[1], width=width, fps=fps), file=path)
    (stamp_gif if path.suffix.lower() == ".gif" else stamp_webp)(path, about)

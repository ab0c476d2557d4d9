"""Join the pieces of the edit: packets are copied, nothing is encoded again. Writes picture.*, without sound."""

from __future__ import annotations

from pathlib import Path

from foundation.errors import CHECK_WORK, StageError
from foundation.temporary import temporary_folder
from media.ffmpeg import argv
from media.ffmpeg.run import run_ffmpeg
from media.video.probe import probe
from stages.contract import Report
from stages.contracts.edit_join import Facts, Inputs, Settings


def run(settings: Settings, inputs: Inputs, out: Path, report: Report) -> Facts:
    """Join them. Raises: StageError if a frame is missing in the result."""
    picture = out / f"picture.{settings.container}"
    with temporary_folder("join") as folder:
        lines = ["ffconcat version 1.0"]
        for number, (piece, frames) in enumerate(zip(inputs.pieces, settings.pieces, strict=True)):
            link = folder / f"{number}{piece.video.suffix}"
            link.symlink_to(piece.video.resolve())
            lines += [f"file {link.name}", f"duration {argv.seconds(frames / settings.fps)}"]
        listing = folder / "pieces.txt"
        listing.write_text("\n".join(lines) + "\n", encoding="utf-8")
        run_ffmpeg(
            argv.join(picture, listing=listing, container=settings.container, fps=settings.fps),
            stage="edit_join",
            file=picture,
        )
    frames = sum(settings.pieces)
    video = probe(picture).video
    found = video.frames if video else 0
    if found != frames:
        raise StageError(f"{found} frames came out of pieces with {frames}", file=picture, cure=CHECK_WORK)
    report(frames, frames)
    return Facts(frames=frames)

"""inspect: what a media file is, and the faces in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from foundation.facetrack import Face, head_frame
from landmarks import load_backend
from media.images import is_image, read_image
from media.info import MediaInfo
from media.probe import probe
from media.reader import VideoReader
from media.samples import sample_path
from pipeline.cli.options import Debug, Json

LOOKS = 5
"""A video's faces are looked for at so many instants, evenly spread."""

Media = Annotated[str, typer.Argument(metavar="MEDIA", help="A video, a picture or a sound; or sample:NAME.")]
Backend = Annotated[str, typer.Option("--landmarks", help="mediapipe or face_alignment.")]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("inspect", help="Show a file's streams, exact rate, rotation, sound and faces.")(run)


def run(media: Media, *, landmarks: Backend = "mediapipe", as_json: Json = False, debug: Debug = False) -> None:
    path = sample_path(media.removeprefix("sample:")) if media.startswith("sample:") else Path(media)
    told: dict[str, Any] = {"file": str(path)}
    info = None
    if path.is_file() and is_image(path):
        pictures: Iterator[tuple[float, NDArray[np.uint8]]] = iter([(0.0, read_image(path))])
    else:
        info = probe(path)
        told |= info.to_json()
        pictures = _looks(path, info)
    with load_backend(landmarks) as backend:
        for seconds, picture in pictures:
            told.setdefault("size", [picture.shape[1], picture.shape[0]])
            faces = [_about(face) for face in backend.detect(picture)]
            told.setdefault("faces", []).append({"seconds": seconds, "found": faces})
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _show(told, info)


def _looks(path: Path, info: MediaInfo) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    if info.video is None:
        return
    for n in range(LOOKS):
        at = info.video.start + info.video.duration * Fraction(2 * n + 1, 2 * LOOKS)
        with VideoReader(path, start=at, tolerant=True) as reader:
            for seconds, frame in reader:
                yield round(float(seconds), 3), frame
                break


def _about(face: Face) -> dict[str, Any]:
    head = head_frame(face.points, face.scheme)
    return {
        "at": [round(head.centre[0]), round(head.centre[1])],
        "height": round(head.height, 1),
        "box": [round(value) for value in face.box],
    }


def _show(told: dict[str, Any], info: MediaInfo | None) -> None:
    typer.echo(told["file"])
    if info and info.video:
        video = info.video
        rate = f"{video.fps} a second ({float(video.fps):.3f}{', variable' if video.variable else ''})"
        turned = f", turned by {video.rotation} degrees" if video.rotation else ""
        typer.echo(f"video    {video.codec} {video.width}x{video.height}{turned}, {video.frames} frames at {rate}")
        whole = f"TRUNCATED: {video.expected_frames} frames are announced" if video.truncated else "whole"
        typer.echo(f"length   {float(video.duration):.3f} s, {whole}")
    elif not info:
        typer.echo(f"picture  {told['size'][0]}x{told['size'][1]}")
    for sound in info.audio if info else ():
        start = f", from {float(sound.start):.3f} s" if sound.start else ""
        typer.echo(
            f"sound    {sound.codec} {sound.sample_rate} Hz {sound.layout}, {float(sound.duration):.3f} s{start}"
        )
    if info and not info.audio:
        typer.echo("sound    none")
    for look in told.get("faces", []):
        faces = [f"at {face['at']}, {face['height']:.0f} px high" for face in look["found"]]
        when = f"{look['seconds']:.2f} s" if info else ""
        typer.echo(f"faces    {when:>8} {len(faces)}: {'; '.join(faces) or 'none found'}")

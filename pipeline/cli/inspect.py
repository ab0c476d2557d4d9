"""inspect: what a media file is, how loud, where it is cut, and the faces in it."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from foundation.atomic import check_writable
from foundation.codec import encode
from foundation.errors import ManifestError
from foundation.facetrack import Face, head_frame
from landmarks import BACKENDS, DEFAULT, load_backend
from landmarks.base import EVERY
from landmarks.windows import Window, around
from media.files.info import MediaInfo
from media.files.numbered import numbered_pictures
from media.image.images import is_image, read_image, write_png
from media.samples import SAMPLE, sample_path
from media.sound.loudness import SILENCE, measure_loudness
from media.video.numbered_pictures import PictureReader, describe_pictures
from media.video.probe import probe
from media.video.reader import VideoReader
from pipeline.cli.job import store_at
from pipeline.cli.options import WORK, Debug, Fps, Json, Work, are_numbered
from pipeline.cli.runs import Running
from pipeline.cli.vocals import sung_vocals
from pipeline.cli.written import Written, refuse_losses
from pipeline.plan.sources import VOCALS
from pipeline.report.drawing import column, row, text, to_height, to_size, with_margin

LOOKS = 5
"""A video's faces are looked for at so many instants, evenly spread."""
THUMBNAIL, REACH, ABREAST = 160, 0.8, 10
"""Side of a face on the sheet, pixels; half of what is shown, in face sizes; and how many stand beside one another."""

Image = NDArray[np.uint8]
Frames = Iterable[tuple[Fraction, Image]]
Read = Callable[[Fraction | None], AbstractContextManager[Frames]]
"""Opens a clip from an instant on, or whole."""
Media = Annotated[
    str,
    typer.Argument(
        metavar="MEDIA",
        help="A video, a picture, a sound, sample:NAME, or numbered pictures: shots/take_%04d.png with --fps.",
    ),
]
Backend = Annotated[str, typer.Option("--landmarks", help=f"One of {', '.join(BACKENDS)}.")]
Sheet = Annotated[Path | None, typer.Option("--sheet", help="Write the faces as a contact sheet: NAME.png.")]
Shots = Annotated[bool, typer.Option("--shots/--no-shots", help="Read a whole video to find its scene cuts.")]


def run(
    media: Media,
    *,
    fps: Fps = None,
    landmarks: Backend = DEFAULT,
    sheet: Sheet = None,
    shots: Shots = True,
    work: Work = WORK,
    as_json: Json = False,
    debug: Debug = False,
) -> None:
    path = _file(media, work)
    if sheet is not None and sheet.suffix.lower() != ".png":
        raise ManifestError("the contact sheet must be a file that ends in .png", file=sheet, cure="choose such a name")
    numbered = are_numbered(media, fps)
    if sheet is not None:
        shown = numbered_pictures(path) if numbered else [path]
        refuse_losses([Written(sheet, "the contact sheet", "choose another --sheet")], shown)
        check_writable(sheet.absolute())
    told: dict[str, Any] = {"file": str(path)}
    info = None
    if path.is_file() and is_image(path):
        pictures: Iterator[tuple[float, Image]] = iter([(0.0, read_image(path))])
    else:
        info, read = _numbered(path, fps) if numbered and fps else (probe(path), _video(path))
        told |= encode(info) | _more(path, info, read if shots else None)
        pictures = _looks(info, read)
    lines: list[Image] = []
    with load_backend(landmarks) as backend:
        for seconds, picture in pictures:
            told.setdefault("size", [picture.shape[1], picture.shape[0]])
            faces = backend.detect(picture, EVERY)
            told.setdefault("faces", []).append({"seconds": seconds, "found": [_about(face) for face in faces]})
            lines.append(_line(f"{seconds:.2f} s" if info else path.name, picture, faces))
    if sheet is not None and lines:
        write_png(sheet.absolute(), with_margin(column(lines)))
        told["sheet"] = str(sheet)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _show(told, info)


def _file(media: str, work: Path) -> Path:
    """The file that is meant. The sample vocal is sung first."""
    if media == VOCALS:
        return sung_vocals(store_at(work), Running())
    return sample_path(media.removeprefix(SAMPLE)) if media.startswith(SAMPLE) else Path(media)


def _video(path: Path) -> Read:
    return lambda start: VideoReader(path, start=start, tolerant=True)


def _numbered(pattern: Path, fps: Fraction) -> tuple[MediaInfo, Read]:
    """Numbered pictures as a video."""
    paths = numbered_pictures(pattern)

    def read(start: Fraction | None) -> AbstractContextManager[Frames]:
        return nullcontext(PictureReader(paths, fps, start=start))

    return describe_pictures(paths[0], len(paths), fps), read


def _more(path: Path, info: MediaInfo, shots: Read | None) -> dict[str, Any]:
    """What only reading the whole file tells; `shots`: read it for its cuts, too."""
    told: dict[str, Any] = {"hdr": bool(info.video and info.video.hdr)}
    if info.audio:
        heard = measure_loudness(path, info.audio[0].track)
        known = math.isfinite(heard.integrated) and heard.integrated > SILENCE
        told["loudness_lufs"] = round(heard.integrated, 1) if known else None
        told["true_peak_dbtp"] = round(heard.true_peak, 1) if math.isfinite(heard.true_peak) else None
    if info.video and shots:
        from media.video.cuts import marked  # noqa: PLC0415  (PySceneDetect, for this alone)

        with shots(None) as reader:
            told["cuts"] = [round(float(frame.seconds), 3) for frame in marked(reader) if frame.cut]
    return told


def _looks(info: MediaInfo, read: Read) -> Iterator[tuple[float, Image]]:
    if info.video is None:
        return
    before = None
    for n in range(LOOKS):
        at = info.video.start + info.video.duration * Fraction(2 * n + 1, 2 * LOOKS)
        with read(at) as reader:
            for seconds, frame in reader:
                if seconds != before:  # of a few frames, one is shown at several instants
                    yield round(float(seconds), 3), frame
                before = seconds
                break


def _about(face: Face) -> dict[str, Any]:
    head = head_frame(face.points, face.scheme)
    return {
        "at": [round(head.centre[0]), round(head.centre[1])],
        "height": round(head.height, 1),
        "box": [round(value) for value in face.box],
    }


def _line(label: str, picture: Image, faces: list[Face]) -> Image:
    """A picture and its faces, each with the index that face: {index: n} means."""
    thumbnails = []
    for number, face in enumerate(sorted(faces, key=lambda face: -_area(face))):
        shown = Window.over(around(face.box, REACH), 2 * THUMBNAIL).cut(picture)
        thumbnails.append(column([text(str(number), 14), to_size(shown, (THUMBNAIL, THUMBNAIL))]))
    rows = [row(thumbnails[at : at + ABREAST]) for at in range(0, len(thumbnails), ABREAST)]
    shown = column([text(label, 14), to_height(picture, THUMBNAIL)])
    return row([shown, column(rows)]) if rows else shown


def _area(face: Face) -> float:
    x0, y0, x1, y1 = face.box
    return (x1 - x0) * (y1 - y0)


def _show(told: dict[str, Any], info: MediaInfo | None) -> None:
    typer.echo(told["file"])
    if info and info.video:
        _show_video(told, info)
    elif not info:
        typer.echo(f"picture  {told['size'][0]}x{told['size'][1]}")
    for sound in info.audio if info else ():
        start = f", from {float(sound.start):.3f} s" if sound.start else ""
        typer.echo(
            f"sound    {sound.codec} {sound.sample_rate} Hz {sound.layout}, {float(sound.duration):.3f} s{start}"
        )
    if info and not info.audio:
        typer.echo("sound    none")
    if info and info.audio:
        loud, peak = told["loudness_lufs"], told["true_peak_dbtp"]
        typer.echo("loudness silent" if loud is None else f"loudness {loud} LUFS, peak {peak} dBTP")
    for look in told.get("faces", []):
        faces = [f"at {face['at']}, {face['height']:.0f} px high" for face in look["found"]]
        when = f"{look['seconds']:.2f} s" if info else ""
        typer.echo(f"faces    {when:>8} {len(faces)}: {'; '.join(faces) or 'none found'}")
    if "sheet" in told:
        typer.echo(f"sheet    {told['sheet']}")


def _show_video(told: dict[str, Any], info: MediaInfo) -> None:
    video = info.video
    assert video is not None  # noqa: S101  (asked before)
    rate = f"{video.fps} a second ({float(video.fps):.3f}{', variable' if video.variable else ''})"
    shown = f", turned by {video.rotation} degrees" if video.rotation else ""
    shown += ", mirrored" if video.mirrored else ""
    shown += f", pixels {video.sar.numerator}:{video.sar.denominator}" if video.sar != 1 else ""
    typer.echo(f"video    {video.codec} {video.width}x{video.height}{shown}, {video.frames} frames at {rate}")
    kind = {"smpte2084": "HDR (PQ)", "arib-std-b67": "HDR (HLG)"}.get(video.color_transfer, "SDR")
    levels = {"tv": ", limited range", "pc": ", full range"}.get(video.color_range, "")
    fields = ", interlaced" if video.interlaced else ""
    typer.echo(f"colour   {kind}, {video.bits} bits, {video.pix_fmt}, matrix {video.color_space}{levels}{fields}")
    whole = f"TRUNCATED: {video.expected_frames} frames are announced" if video.truncated else "whole"
    start = f", from {float(video.start):.3f} s" if video.start else ""
    typer.echo(f"length   {float(video.duration):.3f} s{start}, {whole}")
    if "cuts" in told:
        at = ", ".join(f"{cut:.2f} s" for cut in told["cuts"])
        typer.echo(f"shots    {len(told['cuts']) + 1}{f', cut at {at}' if at else ''}")

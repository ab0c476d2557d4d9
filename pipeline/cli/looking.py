"""What `inspect` finds in a file; apart from the command, whose help needs no pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from foundation.codec import encode
from foundation.facetrack import Face, head_frame
from landmarks import load_backend
from landmarks.base import EVERY
from landmarks.windows import Window, around
from media.files.info import MediaInfo
from media.files.numbered import numbered_pictures
from media.image.images import is_image, read_image, write_png
from media.sound.loudness import SILENCE, measure_loudness
from media.video.numbered_pictures import PictureReader, describe_pictures
from media.video.probe import probe
from media.video.reader import VideoReader
from pipeline.report.drawing import column, row, text, to_height, to_size, with_margin

LOOKS = 5
"""A video's faces are looked for at so many instants, evenly spread."""
THUMBNAIL, REACH, ABREAST = 160, 0.8, 10
"""Side of a face on the sheet, pixels; half of what is shown, in face sizes; and how many stand beside one another."""

Image = NDArray[np.uint8]
Frames = Iterable[tuple[Fraction, Image]]
Read = Callable[[Fraction | None], AbstractContextManager[Frames]]
"""Opens a clip from an instant on, or whole."""

Looked = tuple[dict[str, Any], MediaInfo | None, list[Image]]


def looked_at(path: Path, fps: Fraction | None, landmarks: str, *, shots: bool) -> Looked:
    """What is found in a file.

    Returns: it, as `inspect` tells it; what the file is (None: a picture); of each look, the picture and its faces.

    Args:
        fps: of numbered pictures, whose pattern the path then is.
        landmarks: the backend that looks for faces.
        shots: read a whole video for its cuts, too.
    Raises:
        DuetError.
    """
    told: dict[str, Any] = {"file": str(path)}
    info = None
    if path.is_file() and is_image(path):
        pictures: Iterator[tuple[float, Image]] = iter([(0.0, read_image(path))])
    else:
        info, read = _numbered(path, fps) if fps else (probe(path), _video(path))
        told |= encode(info) | _more(path, info, read if shots else None)
        pictures = _looks(info, read)
    lines: list[Image] = []
    with load_backend(landmarks) as backend:
        for seconds, picture in pictures:
            told.setdefault("size", [picture.shape[1], picture.shape[0]])
            faces = backend.detect(picture, EVERY)
            told.setdefault("faces", []).append({"seconds": seconds, "found": [_about(face) for face in faces]})
            lines.append(_line(f"{seconds:.2f} s" if info else path.name, picture, faces))
    return told, info, lines


def write_sheet(path: Path, lines: list[Image]) -> None:
    """The lines of pictures, one under the other, as PNG. Raises: StageError."""
    write_png(path, with_margin(column(lines)))


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
        from media.video.cuts import marked  # PySceneDetect, for this alone

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

"""The media that a manifest names: listed, looked at, taken in; none from outside of the desk's folder."""

from __future__ import annotations

import io
import os
import re
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from fastapi import HTTPException
from PIL import Image
from starlette.concurrency import run_in_threadpool

from foundation.atomic import make_folder, temporary_name, write_error
from foundation.codec import Json
from foundation.errors import InputError, ManifestError
from media.image.images import fitted, is_image, picture_size, read_image
from media.samples import SAMPLE, sample_file, sample_names, sample_path
from media.video.probe import probe
from media.video.reader import frame_at
from pipeline.desk.commands import Command
from pipeline.desk.folder import Folder
from pipeline.manifest.parts.singing import THE_AUDIO, THE_LYRICS, is_file

KINDS = {
    "picture": (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".avif"),
    "video": (".mp4", ".mov", ".mkv", ".webm", ".avi", ".m4v", ".mts"),
    "sound": (".wav", ".mp3", ".m4a", ".flac", ".ogg", ".aac", ".opus"),
    "words": (".lrc", ".srt", ".ass", ".ssa", ".txt"),
    "font": (".ttf", ".otf"),
}
KINDS_OF_WORDS = ("words",)
FILES = {
    r"performers\.[^.]+\.portrait(\.frame_of)?": ("picture", "video"),
    r"performers\.[^.]+\.(driving|singing\.performance)(\.video)?": ("video",),
    r"performers\.[^.]+\.composite\.in_front": ("picture",),
    r"performers\.[^.]+\.singing\.sound|audio(\.source)?": ("sound", "video"),
    r"performers\.[^.]+\.singing\.words|lyrics(\.file)?": KINDS_OF_WORDS,
    r"(scenes\.\d+|performers\.[^.]+\.composite)\.background\.image": ("picture",),
    r"(scenes\.\d+|performers\.[^.]+\.composite)\.background\.video": ("video",),
    r"font": ("font",),
}
"""Places in a manifest that name files, and the kinds that go there."""
NO_FILES = ("driving", "none", THE_AUDIO, THE_LYRICS)
TAKEN = "media"
"""The folder beside a manifest that takes what is dropped into it."""
MOST_LISTED = 2000
LONGEST_NAME = 120
_BUSY = threading.Lock()


def kind_of(name: str) -> str | None:
    """By its ending: the file itself is opened when it is shown."""
    return next((kind for kind, endings in KINDS.items() if name.lower().endswith(endings)), None)


@dataclass(frozen=True)
class Media:
    """Of one manifest. `home`: the folder that its paths are relative to."""

    folder: Folder
    home: Path

    def listed(self) -> list[dict[str, str]]:
        """The files of the desk's folder that a manifest can name, as it would write them, and samples."""
        found = [
            {"path": f"{SAMPLE}{name}", "kind": kind}
            for name in sample_names()
            if (kind := kind_of(sample_file(name))) is not None
        ]
        for path in self.folder.files():
            kind = kind_of(path.name)
            if kind and len(found) < MOST_LISTED:
                found.append({"path": Path(os.path.relpath(path, self.home)).as_posix(), "kind": kind})
        return found

    def find(self, written: str) -> Path:
        """The file that a manifest means. Raises: HTTPException 404 if it is not in the folder, or is none."""
        if written.startswith(SAMPLE):
            try:
                return sample_path(written.removeprefix(SAMPLE))
            except InputError as error:
                raise HTTPException(404, str(error)) from error
        path = Path(os.path.normpath(self.home / written)) if "\0" not in written else self.home
        if not self.folder.has_file(path):
            raise HTTPException(404, f"{written!r} is no file in this folder")
        return path

    def missing(self, data: Json) -> Iterator[tuple[str, str]]:
        """The places of a manifest that name files which are not there, and what is wrong."""
        for path, written in _texts(data, ()):
            kinds = next((kinds for place, kinds in FILES.items() if re.fullmatch(place, path)), None)
            words = kinds == KINDS_OF_WORDS and not is_file(written)
            if kinds is None or written in NO_FILES or "%" in written or words:
                continue
            try:
                self.find(written)
            except HTTPException:
                told = f"{written!r} is not in this folder" if written else "no file is named"
                yield path, f"{told} (choose one, or bring it in)"

    def about(self, written: str) -> Json:
        """What a file is: its size in pixels and, of a video, seconds and frames a second."""
        path = self.find(written)
        return _about(path, path.stat().st_mtime_ns)

    def still(self, written: str, seconds: float, side: int) -> bytes:
        """A picture, or a frame of a video, as a JPEG of at most so many pixels a side."""
        path = self.find(written)
        with _BUSY:
            picture = read_image(path) if is_image(path) else frame_at(path, Fraction(seconds).limit_denominator(1000))
        file = io.BytesIO()
        Image.fromarray(fitted(picture, side)).save(file, format="JPEG", quality=85)
        return file.getvalue()

    def faces(self, written: str) -> Json:
        """Where faces are: as `inspect` tells."""
        path = self.find(written)
        return _faces(path, path.stat().st_mtime_ns)

    async def take(self, name: str, parts: AsyncIterator[bytes]) -> str:
        """Keep a file that is dropped in, whole or not at all; its path as the manifest writes it.

        Raises: ManifestError for a name that says of no kind that is used; StageError if it cannot be written.
        """
        plain = re.sub(r"[^\w. ()-]", "_", Path(name.replace("\\", "/")).name).strip(". ")
        if kind_of(plain) is None or len(plain) > LONGEST_NAME:
            known = ", ".join(ending for endings in KINDS.values() for ending in endings)
            raise ManifestError(f"{plain!r} is no file that a manifest uses", cure=f"choose one that ends in {known}")
        target = self.place(TAKEN) / plain
        make_folder(target.parent)
        async with received(parts, target) as temporary:
            path = await run_in_threadpool(put, temporary, target)
        return path.relative_to(self.home).as_posix()

    def place(self, name: str) -> Path:
        """A folder beside the manifest, there or not. Raises: ManifestError if it leads out of the desk's folder."""
        found = self.home / name
        if not self.folder.holds(found):
            raise ManifestError("leads out of the folder", file=found, cure="remove that link")
        return found


@asynccontextmanager
async def received(parts: AsyncIterator[bytes], target: Path) -> AsyncIterator[Path]:
    """What comes in, as a file beside `target` that is gone afterwards.

    Raises: StageError if it cannot be written, or what is done with it writes nothing.
    """
    temporary = temporary_name(target)
    try:
        with temporary.open("wb") as file:
            async for part in parts:
                await run_in_threadpool(file.write, part)
        yield temporary
    except OSError as problem:
        raise write_error(problem, target) from problem
    finally:
        temporary.unlink(missing_ok=True)


def _texts(data: Json, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Every text in a document, and its place."""
    if isinstance(data, str):
        yield ".".join(path), data
    pairs = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in pairs:
        yield from _texts(value, (*path, str(key)))


def put(temporary: Path, path: Path) -> Path:
    """Give a file its name, or the next that is free: nothing is written over. Raises: OSError."""
    for number in range(1, 1000):
        target = path if number == 1 else path.with_stem(f"{path.stem}_{number}")
        try:
            os.link(temporary, target)
        except FileExistsError:
            continue
        return target
    raise FileExistsError(17, "there are too many of that name", str(path))


@lru_cache(maxsize=512)
def _about(path: Path, changed: int) -> Json:
    if is_image(path):
        width, height = picture_size(path)
        return {"kind": "picture", "width": width, "height": height}
    info = probe(path)
    if info.video is None:
        return {"kind": "sound", "seconds": float(max(sound.duration for sound in info.audio))}
    return {
        "kind": "video",
        "width": info.video.width,
        "height": info.video.height,
        "seconds": float(info.video.duration),
        "fps": [info.video.fps.numerator, info.video.fps.denominator],
    }


@lru_cache(maxsize=512)
def _faces(path: Path, changed: int) -> Json:
    told = Command.asked(["inspect", "--json", "--no-shots", "--", str(path)], path)
    return {"size": told["size"], "looks": told.get("faces", [])}

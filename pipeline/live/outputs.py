"""Where pictures go as they are drawn: a window, a file, an address, a camera that other programs see."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from foundation.atomic import check_writable, replacing, temporary_name
from foundation.errors import StageError
from foundation.geometry import Image
from media.credentials.provenance import Provenance, stamp
from media.ffmpeg import argv
from media.ffmpeg.argv_stream import stream_video
from media.ffmpeg.codecs import Encode
from media.ffmpeg.pipe import PipeSink
from media.ffmpeg.run import run_ffmpeg
from media.video.writer import FrameWriter

ABOUT = Provenance("Duet, live")
ELSEWHERE = "choose --to FILE.mp4"


class Output(ABC):
    """Takes pictures of one size, (H, W, 3) uint8 RGB."""

    @abstractmethod
    def show(self, picture: Image) -> bool:
        """Take the next one; False where nobody wants any more.

        Raises:
            StageError: it cannot be shown.
        """

    def close(self) -> None:  # noqa: B027  (what only shows has nothing to finish)
        """The last one has been shown: finish what was begun.

        Raises:
            StageError: it cannot be finished.
        """

    def discard(self) -> None:
        """Leave nothing behind."""
        self.close()


class Steady:
    """Makes pictures that come when they can into a constant rate, by the clock: repeated where one is late, left out
    where more than one is early.

    Args:
        write: takes the pictures; as long as it takes, as long do those wait who give them.
    """

    def __init__(self, write: Callable[[Image], None], fps: Fraction, clock: Callable[[], float]) -> None:
        self._write, self._fps, self._clock = write, fps, clock
        self._begun: float | None = None
        self._last: Image | None = None
        self._count = 0

    def __call__(self, picture: Image) -> None:
        now = self._clock()
        self._begun = now if self._begun is None else self._begun
        due = int((now - self._begun) * self._fps)
        while self._last is not None and self._count < due:
            self._put(self._last)
        if self._count <= due + 1:
            self._put(picture)
        self._last = picture

    def _put(self, picture: Image) -> None:
        self._write(picture)
        self._count += 1


class Recording(Output):
    """A video without sound, whole or not at all.

    Raises:
        StageError: it cannot be written.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: Fraction) -> None:
        check_writable(path)
        self._path, self._container = path, path.suffix[1:].lower()
        self._picture = temporary_name(path)
        encode = Encode(self._container, preset="superfast")
        self._writer = FrameWriter(self._picture, size=size, fps=fps, encode=encode)
        self._steady = Steady(self._writer.write, fps, time.monotonic)

    def show(self, picture: Image) -> bool:
        self._steady(picture)
        return True

    def close(self) -> None:
        try:
            self._writer.close()
            with replacing(self._path) as made:
                tags = ABOUT.container_tags(self._container)
                run_ffmpeg(argv.mux(made, container=self._container, video=self._picture, metadata=tags), file=made)
                stamp(made, self._container, ABOUT)
        finally:
            self._picture.unlink(missing_ok=True)

    def discard(self) -> None:
        self._writer.discard()


class Stream(Output):
    """What is sent to an RTMP address. Its path, which is often a key, is told to nobody.

    Raises:
        ManifestError: it is no such address.
        StageError: nobody takes it there, or no more.
    """

    def __init__(self, address: str, size: tuple[int, int], fps: Fraction) -> None:
        parts = urlsplit(address)
        self._place = f"{parts.scheme}://{parts.hostname or ''}"
        command = stream_video(address, size=size, fps=fps, metadata=ABOUT.container_tags("flv"))
        self._sink = PipeSink(command, file=self._place)
        self._steady = Steady(lambda picture: self._sink.send(self._sink.prepare(picture)), fps, time.monotonic)

    def show(self, picture: Image) -> bool:
        self._told(lambda: self._steady(picture))
        return True

    def close(self) -> None:
        self._told(self._sink.finish)

    def discard(self) -> None:
        self._sink.abort()

    def _told(self, act: Callable[[], None]) -> None:
        try:
            act()
        except (StageError, OSError, ValueError) as problem:  # ValueError: of what has been closed
            told = problem.problem.rpartition(": ")[2] if isinstance(problem, StageError) else str(problem)
            raise StageError(
                f"nobody takes the pictures there: {told}", file=self._place, cure="look at the address and its key"
            ) from None


class Window(Output):
    """A window of its own.

    Raises:
        StageError: there can be none here.
    """

    def __init__(self, size: tuple[int, int], title: str) -> None:
        try:
            import tkinter as tk  # noqa: PLC0415  (some Pythons are without)

            from PIL import ImageTk  # noqa: PLC0415
        except ImportError as missing:
            raise StageError(
                "this Python has no tkinter, and so no window", cure=f"install python3-tk, or {ELSEWHERE}"
            ) from missing
        try:
            self._root = tk.Tk()
        except tk.TclError as problem:
            raise StageError("there is no display for a window", cure=ELSEWHERE) from problem
        self._root.title(title)
        self._root.resizable(False, False)
        self._photo = ImageTk.PhotoImage("RGB", size)
        tk.Label(self._root, image=self._photo, borderwidth=0).pack()
        self._open = True
        self._root.protocol("WM_DELETE_WINDOW", self.close)

    def show(self, picture: Image) -> bool:
        if self._open:
            from PIL import Image as Pictures  # noqa: PLC0415

            self._photo.paste(Pictures.fromarray(picture))
            self._root.update()
        return self._open

    def close(self) -> None:
        if self._open:
            self._open = False
            self._root.destroy()


class VirtualCamera(Output):
    """A camera that other programs on this machine can choose, by pyvirtualcam.

    Raises:
        StageError: it is not installed, or the system has no such device.
    """

    def __init__(self, size: tuple[int, int], fps: Fraction) -> None:
        try:
            import pyvirtualcam  # type: ignore[import-not-found]  # noqa: PLC0415  (optional)
        except ImportError as missing:
            told = "a camera for other programs needs pyvirtualcam, which is not installed"
            raise StageError(told, cure=f"pip install pyvirtualcam, or {ELSEWHERE}") from missing
        try:
            self._camera: Any = pyvirtualcam.Camera(*size, float(fps))
        except RuntimeError as problem:
            raise StageError(f"there is no virtual camera: {problem}", cure="see pyvirtualcam's own pages") from problem

    def show(self, picture: Image) -> bool:
        self._camera.send(picture)
        return True

    def close(self) -> None:
        self._camera.close()

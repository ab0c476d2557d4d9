"""Frames as they happen: a camera's, and a clip's shown at its own pace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from foundation.errors import InputError
from foundation.geometry import Image
from media.video.reader import VideoReader

SIZE, RATE = (640, 480), 30
"""What a camera is asked for; it gives what it can."""
CURE = "look at its cable and at what else uses it, choose another --camera N, or --video FILE"


def camera_frames(number: int) -> Iterator[Image]:
    """The pictures of a camera of this machine, (H, W, 3) uint8 RGB, without end.

    Raises:
        InputError: there is no such camera, or it gives no pictures any more.
    """
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what is wrong is said here, in one line
    camera = cv2.VideoCapture(number)
    try:
        if not camera.isOpened():
            raise InputError(f"there is no camera {number}, or it cannot be opened", cure=CURE)
        camera.set(cv2.CAP_PROP_FRAME_WIDTH, SIZE[0])
        camera.set(cv2.CAP_PROP_FRAME_HEIGHT, SIZE[1])
        camera.set(cv2.CAP_PROP_FPS, RATE)
        camera.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        while True:
            there, picture = camera.read()
            if not there:
                raise InputError(f"camera {number} gives no more pictures", cure=CURE)
            yield np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8)
    finally:
        camera.release()


def clip_frames(path: Path) -> Iterator[Image]:
    """The frames of a clip, (H, W, 3) uint8 RGB, each when it would be seen if the clip were played.

    Raises:
        InputError: it cannot be read.
    """
    with VideoReader(path) as reader:
        begun = None
        for seconds, frame in reader:
            now = time.monotonic()
            begun = now - float(seconds) if begun is None else begun
            time.sleep(max(0.0, begun + float(seconds) - now))
            yield frame

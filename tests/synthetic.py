"""Small clips made on the spot, whose every frame and sample is known.

Frames can carry their number as black and white bars, which survive any codec: `numbered` draws, `number_in` reads.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from media.ffmpeg.binary import ffmpeg

Image = NDArray[np.uint8]

BITS = 10
COLORS = {
    "white": (235, 235, 235),
    "yellow": (200, 200, 40),
    "cyan": (40, 200, 200),
    "green": (40, 200, 40),
    "magenta": (200, 40, 200),
    "red": (200, 40, 40),
    "blue": (40, 40, 200),
    "black": (16, 16, 16),
}


def numbered(number: int, size: tuple[int, int] = (160, 96)) -> Image:
    """A frame, (H, W, 3), that shows `number` (0..1023) as bars, the lowest bit at the left."""
    width, height = size
    image = np.full((height, width, 3), 128, np.uint8)
    edges = np.linspace(0, width, BITS + 1).astype(int)
    for bit in range(BITS):
        image[height // 4 : -height // 4, edges[bit] : edges[bit + 1]] = 230 if number >> bit & 1 else 25
    return image


def number_in(image: Image) -> int:
    """The number that `numbered` drew, whatever the size."""
    height, width = image.shape[:2]
    edges = np.linspace(0, width, BITS + 1)
    middle = image[height // 2 - 1 : height // 2 + 2].mean(axis=(0, 2))
    return sum(1 << bit for bit in range(BITS) if middle[int((edges[bit] + edges[bit + 1]) / 2)] > 128)


def bars(size: tuple[int, int] = (160, 96)) -> Image:
    """COLORS from left to right."""
    width, height = size
    columns = np.arange(width) * len(COLORS) // width
    return np.broadcast_to(np.array(list(COLORS.values()), np.uint8)[columns], (height, width, 3)).copy()


def corners(size: tuple[int, int] = (160, 96)) -> Image:
    """A quarter of each colour: red top left, green top right, blue bottom left, white bottom right."""
    width, height = size
    image = np.zeros((height, width, 3), np.uint8)
    image[: height // 2, : width // 2] = COLORS["red"]
    image[: height // 2, width // 2 :] = COLORS["green"]
    image[height // 2 :, : width // 2] = COLORS["blue"]
    image[height // 2 :, width // 2 :] = COLORS["white"]
    return image


def hdr_signal(image: Image, transfer: int) -> NDArray[np.uint16]:
    """The 16-bit signal, BT.2020 primaries, that PQ (16) or HLG (18) would carry for an SDR picture, (H, W, 3).

    Reference white is 203 nits, the display's gamma 2.4: the published formulas, from light to signal.
    """
    to_2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
    nits = 203 * (image / 255.0) ** 2.4 @ to_2020.T
    return light_signal(nits, transfer)


def light_signal(nits: NDArray[np.float64], transfer: int) -> NDArray[np.uint16]:
    """The signal of light in nits: SMPTE ST 2084 (16), or ARIB STD-B67 on a display of 1000 nits (18)."""
    if transfer == 16:
        power = (nits / 10000) ** (2610 / 16384)
        signal = ((3424 / 4096 + 2413 / 128 * power) / (1 + 2392 / 128 * power)) ** (2523 / 32)
    else:
        display = nits / 1000
        luma = display @ np.array([0.2627, 0.6780, 0.0593])
        scene = display * np.maximum(luma, 1e-9)[..., None] ** (-0.2 / 1.2)
        bent = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
        signal = np.where(scene <= 1 / 12, np.sqrt(3 * scene), bent)
    return np.rint(signal * 65535).astype(np.uint16)


def tone(seconds: float, *, rate: int = 48000, hertz: float = 440.0, channels: int = 1) -> NDArray[np.float32]:
    """(S, C) float32, a sine of half scale."""
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[:, None], channels, axis=1).astype(np.float32)


def beeps(seconds: float, at: Sequence[float], *, rate: int = 48000, length: float = 0.02) -> NDArray[np.float32]:
    """(S, 1) float32: silence, with a 1 kHz burst of `length` seconds at each of `at`, starting at full strength."""
    sound = np.zeros((round(seconds * rate), 1), np.float32)
    burst = 0.8 * np.cos(2 * np.pi * 1000 * np.arange(round(length * rate)) / rate)
    for moment in at:
        first = round(moment * rate)
        part = sound[first : first + len(burst), 0]
        part[:] = burst[: len(part)]
    return sound


def write_clip(
    path: Path,
    frames: Iterable[Image | NDArray[np.uint16]],
    *,
    fps: Fraction | int = 25,
    times: Sequence[Fraction] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    sar: Fraction | None = None,
    rotation: int = 0,
    hflip: bool = False,
    color: dict[str, int] | None = None,
    swscale_space: int | None = None,
    audio: NDArray[np.float32] | None = None,
    audio_rate: int = 48000,
    audio_codec: str = "aac",
    audio_start: Fraction = Fraction(0),
) -> Path:
    """Encode frames, and sound if given, with PyAV.

    Args:
        times: when each frame appears, seconds, instead of a steady `fps`. audio: (S, C). audio_start: seconds.
        rotation: clockwise degrees that a player turns the picture. hflip: mirrored as shown.
        color: what the stream says of itself, in the numbers of ITU-T H.273, such as {"colorspace": 1}; the pixels
            are made accordingly, with swscale's number for the matrix where that differs.
    """
    images = list(frames)
    base = Fraction(1, 90000) if times is not None else 1 / Fraction(fps)
    with av.open(str(path), "w", container_options=container_options or {}) as container:
        video: Any = container.add_stream(codec, rate=Fraction(fps), options=options or {})
        video.height, video.width = images[0].shape[:2]
        video.pix_fmt = pix_fmt
        video.codec_context.time_base = base
        if sar is not None:
            video.sample_aspect_ratio = video.codec_context.sample_aspect_ratio = sar
        if rotation or hflip:
            video.set_display_rotation(-rotation, hflip=hflip)
        for name, value in (color or {}).items():
            setattr(video.codec_context, name, value)
        sound: Any = None
        if audio is not None:
            layout = "mono" if audio.shape[1] == 1 else "stereo"
            sound = container.add_stream(audio_codec, rate=audio_rate, layout=layout)
        for number, image in enumerate(images):
            frame = _yuv(image, pix_fmt, color or {}, swscale_space)
            frame.pts = number if times is None else round(times[number] / base)
            frame.time_base = base
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if sound is not None and audio is not None:
            _write_sound(container, sound, audio, audio_rate, audio_start)
    return path


def _yuv(image: Image | NDArray[np.uint16], pix_fmt: str, color: dict[str, int], space: int | None) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(image, format="rgb24" if image.dtype == np.uint8 else "rgb48le")
    if pix_fmt in ("rgb24", "gbrp", "rgb8", "pal8", "bgr0"):
        return frame.reformat(format=pix_fmt)
    flags = av.video.reformatter.Interpolation
    made = frame.reformat(
        format=pix_fmt,
        dst_colorspace=space or color.get("colorspace", 5),
        dst_color_range=color.get("color_range", 1),
        interpolation=int(flags.BICUBIC | flags.ACCURATE_RND | flags.FULL_CHR_H_INP | flags.FULL_CHR_H_INT),
    )
    made.colorspace = color.get("colorspace", 2)
    made.color_range = color.get("color_range", 0)
    made.color_trc = color.get("color_trc", 2)
    made.color_primaries = color.get("color_primaries", 2)
    return made


def _write_sound(container: Any, stream: Any, audio: NDArray[np.float32], rate: int, start: Fraction) -> None:
    step = stream.codec_context.frame_size or 1024
    wanted = stream.codec_context.format.name
    resampler = av.AudioResampler(format=wanted, layout=stream.layout.name, rate=rate, frame_size=step)
    packed = np.ascontiguousarray(audio, np.float32).reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(packed, format="flt", layout=stream.layout.name)
    frame.sample_rate = rate
    frame.pts = round(start * rate)
    frame.time_base = Fraction(1, rate)
    for made in [*resampler.resample(frame), *resampler.resample(None)]:
        container.mux(stream.encode(made))
    container.mux(stream.encode(None))


def run_recipe(*arguments: str | Path) -> None:
    """The ffmpeg binary with these arguments, for what PyAV cannot make. Raises: CalledProcessError if it fails."""
    subprocess.run(
        [ffmpeg(), "-nostdin", "-y", "-loglevel", "error", *map(str, arguments)], check=True, capture_output=True
    )


def cut_off(source: Path, destination: Path, fraction: float) -> Path:
    """The first `fraction` of a file's bytes."""
    data = source.read_bytes()
    destination.write_bytes(data[: round(len(data) * fraction)])
    return destination

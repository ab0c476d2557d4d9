"""Everything that can be delivered, delivered and probed, for docs/delivery.md: `python -m bench.delivery`.

A second of numbered frames with a click at a white flash goes through every codec, container, number of bits and sound
codec. What the tables say is what was found in the files.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import OpenEXR
import tifffile
from av.codec import CodecContext
from PIL import Image

from bench.__main__ import ROOT, measured_on, write_section
from media.credentials.provenance import Provenance, stamp
from media.ffmpeg import argv
from media.ffmpeg.codecs import AUDIO, CONTAINERS, SEQUENCE, VIDEO, Encode, sounds_in
from media.ffmpeg.encoder_choice import choose
from media.ffmpeg.run import run_ffmpeg
from media.ffmpeg.sound_codecs import encoding
from media.files.info import MediaInfo
from media.files.opening import opened
from media.image.stills import write_still
from media.sound.cutting import read_sound, write_wav
from media.video.probe import probe
from media.video.reader import VideoReader
from media.video.writer import picture_writer
from pipeline.manifest.presets import PRESETS

SIZE, FPS, FRAMES, RATE = (160, 96), Fraction(25), 25, 48000
FLASH = 10
"""The frame that is white; the click begins with it."""
PAGE = ROOT / "docs" / "delivery.md"
PICTURE_HEAD = ("codec", "in", "bits asked for", "opacity", "encoder here", "pixels found", "colours found", "frames")
SOUND_HEAD = ("in", "codec", "found", "click beside its flash, ms", "sound begins, ms")


def main() -> int:
    """Write the tables."""
    with TemporaryDirectory() as folder:
        pictures = list(picture_rows(Path(folder)))
        sounds = list(sound_rows(Path(folder)))
    command = "python -m bench.delivery"
    write_section(PAGE, "pictures", measured_on(command) + table(PICTURE_HEAD, pictures))
    write_section(PAGE, "sounds", measured_on(command) + table(SOUND_HEAD, sounds))
    write_section(PAGE, "presets", preset_table())
    return 0


def ways() -> Iterator[tuple[str, str, int, bool]]:
    """(codec, container, bits, alpha) for all that can be."""
    for codec, about in VIDEO.items():
        for container in about.containers:
            for bits, alpha in about.formats:
                if not (alpha and container in about.opaque_in):
                    yield codec, container, bits, alpha


def sound_ways() -> Iterator[tuple[str, str]]:
    """(container, sound codec) for all that can be."""
    for container in CONTAINERS:
        for sound in sounds_in(container):
            yield container, sound


def picture_rows(folder: Path) -> Iterator[tuple[str, ...]]:
    for codec, container, bits, alpha in ways():
        about = VIDEO[codec]
        asked = (about.title, container, str(bits), "yes" if alpha else "no")
        if container == SEQUENCE:
            path = folder / f"still{about.suffixes[0]}"
            write_still(path, frame(0, alpha=alpha), codec, Provenance("table"))
            yield (*asked, "-", *still_found(path), "1 a file")
            continue
        path, encoder = written(folder, codec, container, bits, alpha=alpha)
        video = probe(path).video
        assert video is not None  # noqa: S101  (it was written)
        colours = " ".join((video.color_space, video.color_primaries, video.color_transfer, video.color_range))
        pixels = seen_through(path) if codec == "vp9" and alpha else video.pix_fmt
        yield (*asked, encoder, pixels, colours, str(video.frames))


def seen_through(path: Path) -> str:
    """The pixels of VP9 with opacity, which ffmpeg's own decoder leaves out: by libvpx's."""
    decoder = CodecContext.create("libvpx-vp9", "r")
    with opened(path) as container:
        for packet in container.demux(container.streams.video[0]):
            for shown in decoder.decode(packet):
                return str(shown.format.name)
    return "none"


def still_found(path: Path) -> tuple[str, str]:
    """The pixels and the colours of a picture, as another library reads them."""
    if path.suffix == ".exr":
        with OpenEXR.File(str(path)) as file:
            ((name, channel),) = file.channels().items()
            return f"{name} {channel.pixels.dtype}", "linear" + ", primaries told" * ("chromaticities" in file.header())
    if path.suffix == ".tif":
        pixels = tifffile.imread(path)
        return f"{'RGBA'[: pixels.shape[2]]} {pixels.dtype}", "not told"
    with Image.open(path) as image:
        return f"{image.mode} uint8", "sRGB" if "srgb" in image.info else "not told"


def sound_rows(folder: Path) -> Iterator[tuple[str, ...]]:
    click = np.zeros((RATE, 1), np.float32)
    at = round(FLASH / FPS * RATE)
    click[at : at + 960, 0] = 0.8 * np.cos(2 * np.pi * 1000 * np.arange(960) / RATE)
    write_wav(folder / "click.wav", click, RATE)
    for container, sound in sound_ways():
        track = argv.Track(folder / "click.wav", options=encoding(sound, channels=1, whole=False))
        if container == SEQUENCE:
            path = folder / "beside.wav"
            run_ffmpeg(argv.mux(path, container="wav", video=None, tracks=[track]), file=path)
        else:
            codec = {"webm": "vp9", "mkv": "ffv1"}.get(container, "h264")
            picture, _ = written(folder, codec, container, 8, alpha=False)
            path = folder / f"joined.{container}"
            run_ffmpeg(argv.mux(path, container=container, video=picture, tracks=[track]), file=path)
            stamp(path, container, Provenance("table"))
        info = probe(path)
        yield container, AUDIO[sound].title, found_sound(info), beside(path, info), milliseconds(info.audio[0].start)


def found_sound(info: MediaInfo) -> str:
    return f"{info.audio[0].codec}, {info.audio[0].sample_rate} Hz, {float(info.audio[0].duration):.3f} s"


def beside(path: Path, info: MediaInfo) -> str:
    """How much later than the flash the click is heard; a sequence's flash is where its frame number says."""
    sound, rate = read_sound(path)
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.3)
    flash = FLASH / FPS
    if info.video is not None:
        with VideoReader(path) as reader:
            means = [(seconds, float(image.mean())) for seconds, image in reader]
        flash = max(pairwise(means), key=lambda pair: pair[1][1] - pair[0][1])[1][0]
    return milliseconds(Fraction(int(loud[0]), rate) - flash)


def milliseconds(seconds: Fraction) -> str:
    return f"{float(seconds * 1000):.1f}"


def written(folder: Path, codec: str, container: str, bits: int, *, alpha: bool) -> tuple[Path, str]:
    """An encode of the test frames, and the encoder that made it."""
    about = VIDEO[codec]
    encoder = choose(codec, "software", bits, alpha=alpha).encoder
    encode = Encode(container, codec, encoder, about.quality[0] if about.quality else None, bits=bits, alpha=alpha)
    with picture_writer(folder, size=SIZE, fps=FPS, encode=encode) as writer:
        for number in range(FRAMES):
            writer.write(frame(number, alpha=alpha))
    return folder / f"picture.{container}", encoder


def frame(number: int, *, alpha: bool) -> np.ndarray:
    """Black; white at the flash; opaque on the left, transparent on the right where there is opacity."""
    image = np.full((SIZE[1], SIZE[0], 3), 255 if number == FLASH else 0, np.uint8)
    opacity = np.broadcast_to(np.linspace(255, 0, SIZE[0]).astype(np.uint8), image.shape[:2])
    return np.dstack([image, opacity]) if alpha else image


def preset_table() -> str:
    head = ("preset", "size", "rate", "picture", "sound", "loudness")
    rows = []
    for name, preset in PRESETS.items():
        output = preset["output"]
        video, sound = output["video"], output["audio"]
        codec = VIDEO[video["codec"]].title + (f", crf {video['crf']}, {video['preset']}" if "crf" in video else "")
        heard = AUDIO[sound["codec"]].title + (f", {sound['bitrate_kbps']} kb/s" if "bitrate_kbps" in sound else "")
        width, height = output["size"]
        level = preset["audio"].get("loudness_lufs")
        loud = "as it is" if level is None else f"{level} LUFS"
        rows.append((name, f"{width}x{height}", str(output.get("fps", "the clip's")), codec, heard, loud))
    return table(head, rows)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


if __name__ == "__main__":
    sys.exit(main())

"""What a delivered file or sequence was promised to be, beside what is found in it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Protocol

from media.ffmpeg.codecs import VIDEO
from media.files.info import MediaInfo
from media.image.stills import read_still
from media.sound.levelling import CEILING, TOLERANCE, silent
from media.sound.loudness import Loudness
from media.video.probe import probe
from quality.row import Row
from quality.verdict import exact, near


class Promised(Protocol):
    """What was asked for: frames, how many a second, and (width, height) in pixels."""

    @property
    def frames(self) -> int: ...

    @property
    def fps(self) -> Fraction: ...

    @property
    def size(self) -> tuple[int, int]: ...


_BT709 = ["bt709", "bt709"]  # primaries and transfer of all that is delivered
_SAMPLE = 0.001


def codec_rows(info: MediaInfo, codec: str) -> list[Row]:
    """Whether the picture is in the codec that was asked for (a name of VIDEO), and says that it is bt709."""
    video, table = info.video, VIDEO[codec]
    if video is None:
        return [exact("codec", table.name, "none")]
    colours = [video.color_range, video.color_space, video.color_primaries, video.color_transfer]
    wanted = ["pc", "gbr", *_BT709] if table.lossless else ["tv", "bt709", *_BT709]
    return [exact("codec", table.name, video.codec), exact("colours", wanted, colours)]


def sequence_rows(folder: Path, promised: Promised, tracks: int) -> list[Row]:
    """A folder of pictures, and the sound beside them.

    Args:
        folder: with frames/, and where there is sound sound.wav and stems/.
        promised: what it was to be.
    """
    length = promised.frames / promised.fps
    pictures = sorted((folder / "frames").iterdir())
    sounds = [*folder.glob("sound.wav"), *sorted(folder.glob("stems/*.wav"))]
    rows = [exact("frames", promised.frames, len(pictures)), exact("sound tracks", tracks, len(sounds))]
    for picture in dict.fromkeys((pictures[0], pictures[-1])):
        height, width = read_still(picture).shape[:2]
        rows.append(exact(f"size of {picture.name}", list(promised.size), [width, height]))
    for sound in sounds:
        found = probe(sound).audio[0].duration
        rows.append(near(f"length of {sound.name}, s", float(length), float(found), _SAMPLE))
    return rows


def loudness_rows(found: Loudness, target: float) -> list[Row]:
    """What a listener's meter says. Silence, and sound too short to measure, have no loudness, and hold."""
    if silent(found):
        return [exact("loudness asked for", "none to measure", "none to measure")]
    return [
        near("loudness asked for, LUFS", target, found.integrated, TOLERANCE),
        exact(f"true peak under {CEILING:g} dBTP", True, found.true_peak < CEILING),
    ]

"""ffmpeg's picture encoders: how each takes quality and effort, and which ones this binary has."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from functools import cache
from typing import Any

from foundation.errors import StageError
from media.ffmpeg.binary import ffmpeg
from media.ffmpeg.codecs import EFFORTS, Encode

Options = dict[str, Any]
VAAPI_DEVICE = "/dev/dri/renderD128"
_PATIENCE = 30  # seconds
_THREADS = 4
"""Of every encoder on the processor, the same on every machine: some write the number into the file, or cut the picture
by it."""

# what EFFORTS mean to encoders that count their efforts
_SVT = dict(zip(EFFORTS, (12, 11, 10, 9, 8, 7, 5, 4), strict=True))
_AOM = dict(zip(EFFORTS, (8, 8, 7, 6, 5, 4, 3, 2), strict=True))
_VPX = dict(zip(EFFORTS, (5, 5, 5, 4, 3, 2, 1, 0), strict=True))
_NVENC = dict(zip(EFFORTS, ("p1", "p1", "p2", "p3", "p4", "p5", "p6", "p7"), strict=True))
_QSV = {effort: effort for effort in EFFORTS} | {"ultrafast": "veryfast", "superfast": "veryfast"}


def _x264(encode: Encode) -> Options:
    return {"crf": encode.crf, "preset": encode.preset}


def _x265(encode: Encode) -> Options:
    return {
        "crf": encode.crf,
        "preset": encode.preset,
        "x265-params": "log-level=error:info=0",
    }  # no processor in the file


def _svt(encode: Encode) -> Options:
    return {"crf": encode.crf, "preset": _SVT[encode.preset], "svtav1-params": "tune=0"}


def _aom(encode: Encode) -> Options:
    return {"crf": encode.crf, "b:v": 0, "cpu-used": _AOM[encode.preset], "row-mt": 1}


def _vpx(encode: Encode) -> Options:
    told = {"crf": encode.crf, "b:v": 0, "deadline": "good", "cpu-used": _VPX[encode.preset], "row-mt": 1}
    # the opacity is a stream of its own, and a frame that is never shown would part the two
    return told | ({"auto-alt-ref": 0} if encode.alpha else {})


def _prores(encode: Encode) -> Options:
    # other makers' programs read files that say they come from Apple's own encoder
    told = {"profile:v": 4 if encode.codec == "prores_4444" else 3, "vendor": "apl0"}
    return told | ({"alpha_bits": 16} if encode.alpha else {})


def _ffv1(encode: Encode) -> Options:
    return {"level": 3, "g": 1, "slices": 4, "slicecrc": 1}


def _nvenc(encode: Encode) -> Options:
    return {"preset": _NVENC[encode.preset], "rc": "vbr", "cq": encode.crf, "b:v": 0}


def _qsv(encode: Encode) -> Options:
    return {"preset": _QSV[encode.preset], "global_quality": encode.crf}


def _vaapi(encode: Encode) -> Options:
    return {"rc_mode": "CQP", "global_quality": encode.crf}


def _videotoolbox(encode: Encode) -> Options:
    # its scale runs from 1 (worst) to 100: factor 18 of 51 is 65
    return {"q:v": max(1, 100 - 2 * (encode.crf or 0) + 1)}


_SOFTWARE: dict[str, Callable[[Encode], Options]] = {
    "libx264": _x264,
    "libx265": _x265,
    "libsvtav1": _svt,
    "libaom-av1": _aom,
    "libvpx-vp9": _vpx,
    "prores_ks": _prores,
    "ffv1": _ffv1,
}
_HARDWARE: dict[str, Callable[[Encode], Options]] = {
    "nvenc": _nvenc,
    "qsv": _qsv,
    "vaapi": _vaapi,
    "videotoolbox": _videotoolbox,
}


def vendor_of(encoder: str) -> str | None:
    """Whose chip an encoder runs on; None: on the processor."""
    vendor = encoder.rpartition("_")[2]
    return vendor if vendor in _HARDWARE else None


def encoder_options(encode: Encode) -> Options:
    """ffmpeg's options for the encode's quality and effort."""
    vendor = vendor_of(encode.encoder)
    return _HARDWARE[vendor](encode) if vendor else _SOFTWARE[encode.encoder](encode) | {"threads:v": _THREADS}


def pixel_format(encode: Encode) -> str:
    """What frames are turned into for the encoder; chips take their own layout of the same samples."""
    if vendor_of(encode.encoder) is None:
        return encode.pix_fmt
    return "p010le" if encode.bits == 10 else "nv12"


@cache
def available() -> frozenset[str]:
    """The encoders that this ffmpeg was built with.

    Raises: StageError if there is no ffmpeg, or it does not run.
    """
    program = ffmpeg()
    command = [program, "-hide_banner", "-encoders"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True).stdout
    except (OSError, subprocess.SubprocessError) as problem:
        raise StageError(f"ffmpeg does not run: {problem}", file=program, cure="pip install imageio-ffmpeg") from None
    lines = told.partition("------")[2].splitlines()
    return frozenset(line.split()[1] for line in lines if len(line.split()) > 1)
